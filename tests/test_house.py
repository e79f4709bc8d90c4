"""The house checks itself: what docs promise about its order is true of every file."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from flask import Flask

from app import create_app
from city.access import Anyone
from city.config import Config
from city.words import SOURCES, merged_catalogue

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("routing", "city", "leerstand", "logistics", "demo")  # from the ground up; app.py lies above logistics
CODE = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
EVERY_FILE = sorted(
    [*CODE, *HOUSE.glob("*.py"), *(HOUSE / "tests").rglob("*.py"), *(HOUSE / "benchmarks").rglob("*.py")]
)
TEMPLATES = sorted((HOUSE / "templates").rglob("*.html"))
MAX_LINES = 400
PURE = {
    "numpy",
    "scipy",
    "numba",
    "ortools",
    "osmium",
    "shapely",
    "routingkit_cch",
    "gpxpy",
    "sqlite3",
    "pmtiles",
    "routing",
    "holidays",
}
ONE_SENTENCE = (
    *("Message", "BadInput", "Conflict", "NotFound", "Forbidden", "DomainError", "NoRoom", "Unreachable"),
    *("against", "caution", "fine", "scored", "say", "_", "_l", "N_", "gettext", "lazy_gettext"),
)
SENTENCES: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(ONE_SENTENCE),
    "ngettext": (1, 2),
    "_n": (1, 2),
    "NavItem": (2,),
}


def short(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@cache
def tree_of(path: Path) -> ast.Module:
    """A file as the parser sees it; many tests look at each."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *[f"{node.module}.{alias.name}" for alias in node.names]}
    return found


def floor_of(path: Path) -> int:
    return ROOMS.index(path.relative_to(HOUSE).parts[0])


def wrong_in(paths: Iterable[Path], look: Callable[[Path], object]) -> dict[str, object]:
    """What ``look`` finds wrong, by file. One test for all files: thousands of tests take longer than the looking."""
    return {short(path): found for path in paths if (found := look(path))}


def test_imports_go_down():
    """
    A floor may use the floors below it and nothing above it; only demo may ask app for an application.
    """

    def upwards(path: Path) -> set[str]:
        above = {*ROOMS[floor_of(path) + 1 :], "commands", "tests", "benchmarks"}
        above |= set() if floor_of(path) == len(ROOMS) - 1 else {"app"}
        return {name for name in imports_of(path) if name.split(".")[0] in above}

    assert not wrong_in(CODE, upwards)


def test_no_module_imports_itself_in_a_circle():
    """
    Who imports whom is a tree, also inside a room.
    """
    modules = {".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__"): path for path in CODE}
    graph = {
        name: {found for found in top_imports_of(path) if found in modules} - {name} for name, path in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def top_imports_of(path: Path) -> set[str]:
    """What a file imports when it is loaded, leaving out what only type checkers see."""
    found: set[str] = set()
    for node in tree_of(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *[f"{node.module}.{alias.name}" for alias in node.names]}
    return found


def test_routing_is_pure():
    """
    The planning library needs numbers and streets, no web, no application database, no clock.
    """
    known = PURE | set(sys.stdlib_module_names)
    ground = [path for path in CODE if floor_of(path) == 0]

    assert not wrong_in(ground, lambda path: {name.split(".")[0] for name in imports_of(path)} - known)


RULES = [
    path
    for path in CODE
    if path.name == "rules.py" or "matching" in path.relative_to(HOUSE).parts or path.name == "solver_child.py"
]


def test_rules_know_no_web_and_no_clock():
    """
    Rules and matching take plain objects and answer with reasons.
    """
    web, here = ("flask", "sqlalchemy"), {"city.clock", "city.db", "city.db.db"}

    assert not wrong_in(RULES, lambda path: {one for one in imports_of(path) if one.startswith(web) or one in here})


CLOCK = re.compile(r"\b(datetime\.now|datetime\.utcnow|datetime\.today|date\.today|time\.time|time\.localtime)\b\(")


def test_only_the_clock_asks_for_the_time():
    """
    Everything else is told, so tests can choose the day.
    """
    others = [path for path in CODE if short(path) != "city/clock.py"]

    assert not wrong_in(others, lambda path: CLOCK.findall(path.read_text(encoding="utf-8")))


def test_folium_stays_in_maps():
    """
    folium runs text as templates, so one module draws the constant frame and nothing else imports it.
    """
    others = [path for path in EVERY_FILE if short(path) != "city/maps.py"]

    assert not wrong_in(others, lambda path: {name.split(".")[0] for name in imports_of(path)} & {"folium", "branca"})


def test_files_are_short_and_say_what_they_are_for():
    """
    At most 400 lines, and a first sentence.
    """

    def lines(path: Path) -> int:
        return len(path.read_text(encoding="utf-8").splitlines())

    assert not wrong_in(EVERY_FILE, lambda path: lines(path) > MAX_LINES)
    assert not wrong_in(EVERY_FILE, lambda path: lines(path) and not ast.get_docstring(tree_of(path)))


ROWS = re.compile(r"\bdb\.session\.(get|get_one|query)\(|\.query\.(get|filter)")


def test_nobody_fetches_rows_past_the_city():
    """
    ``session.get`` and its like skip the guard of the city.
    """
    upstairs = [path for path in CODE if floor_of(path) > 0]

    assert not wrong_in(upstairs, lambda path: ROWS.findall(strip_docs(path)))


def strip_docs(path: Path) -> str:
    return re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.S)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app without a database; only its wiring is looked at."""
    folder = tmp_path_factory.mktemp("house")
    return create_app(Config(folder, f"sqlite:///{folder / 'x.sqlite3'}", "a secret for tests, forty characters long"))


def views_of(app: Flask) -> Iterator[tuple[str, object]]:
    return ((name, view) for name, view in app.view_functions.items() if name != "static")


def test_every_page_says_who_may_see_it(house):
    """
    A view without a guard is a hole; forgetting it fails here, not in the newspaper.
    """
    assert not {name for name, view in views_of(house) if not hasattr(view, "roles")}


PUBLIC = HOUSE / "tests" / "public_pages.txt"


def test_the_public_pages_are_these_and_no_others(house):
    """
    Opening a page to everyone is a decision that shows in this list.
    """
    public = {name for name, view in views_of(house) if getattr(view, "roles", None) is Anyone}

    assert sorted(public) == PUBLIC.read_text(encoding="utf-8").split()


def test_every_view_has_its_template():
    """
    A page's template has the name of its view.
    """
    lonely = []
    for path in CODE:
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef) and is_view(function):
                names = {call.args[0].value for call in calls_of(function, "render_template") if is_text(call)}
                lonely += [f"{short(path)}: {function.name} shows {name}" for name in names
                           if not (HOUSE / "templates" / name).exists()
                           or (Path(name).stem != function.name and not Path(name).stem.startswith("_"))]  # fmt: skip

    assert not lonely


def is_view(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Call) and ast.unparse(mark.func).startswith("bp.") for mark in function.decorator_list
    )


def calls_of(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


def is_text(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant)


FOREIGN = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["'(]?(?:https?:)?//[a-z]""", re.I)


def test_no_page_loads_anything_from_a_foreign_host():
    """
    Links to OpenStreetMap's licence are fine; fonts, scripts and pictures come from here.
    """
    licence = r'(<a [^>]*|\.)href ?= ?"https://www\.openstreetmap\.org[^"]*"'
    pages = [*TEMPLATES, *(HOUSE / "static").glob("*.css"), *(HOUSE / "static").glob("*.js")]

    assert not wrong_in(pages, lambda path: FOREIGN.findall(re.sub(licence, "", path.read_text(encoding="utf-8"))))


def test_templates_escape_and_carry_no_inline_style():
    """
    No ``|safe``, no inline style, and inline scripts only with the nonce.
    """

    def loose(path: Path) -> list[str]:
        text = path.read_text(encoding="utf-8").replace('<script type="application/json"', "")
        return re.findall(r"\| *safe\b|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(?:nonce|src)=)", text)

    assert not wrong_in(TEMPLATES, loose)


def sentences_of(path: Path) -> Iterator[str]:
    """Every English sentence in a file that people may read; of singular and plural the first is the key."""
    method = "jinja2" if path.suffix == ".html" else "python"
    options = {"silent": "false"} if method == "jinja2" else {}
    for _line, key, _comments, _context in extract_from_file(method, str(path), keywords=SENTENCES, options=options):
        yield key[0] if isinstance(key, tuple) else key


SPEAKING = [*CODE, *TEMPLATES]


@pytest.fixture(scope="module")
def german():
    """All German sentences, read once."""
    return merged_catalogue(SOURCES / "de")


def test_every_sentence_has_its_german_twin(german):
    """
    Nobody reads English by accident.
    """
    assert not wrong_in(SPEAKING, lambda path: [key for key in sentences_of(path) if not has_twin(german, key)])


def has_twin(german, key: str) -> bool:
    message = german.get(key)
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def test_translations_keep_every_value(german):
    """
    A German sentence names the same values as the English one, so no number is lost or swapped.
    """
    wrong = []
    for message in german:
        if not message.id or isinstance(message.id, tuple):
            continue
        if placeholders(message.id) != placeholders(str(message.string)):
            wrong.append(message.id)

    assert not wrong


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def test_every_setting_and_command_is_described():
    """
    Whoever runs the system finds each command and each environment variable in the documents.
    """
    import run

    words = (HOUSE / "README.md").read_text(encoding="utf-8") + (HOUSE / "docs" / "OPERATIONS.md").read_text(
        encoding="utf-8"
    )
    variables = set(
        re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', "".join(path.read_text(encoding="utf-8") for path in CODE))
    )
    wanted = {f"run.py {command}" for command in run.COMMANDS} | variables

    assert not {word for word in wanted if word not in words}
