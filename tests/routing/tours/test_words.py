"""Every sentence of the planner can be said in German, with the same numbers in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[3]
CATALOGUES = sorted((HOUSE / "translations" / "de").glob("*.po"))
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)
PLACE = re.compile(r"%\((\w+)\)s")


def german() -> dict[str, str]:
    def text(quoted: str) -> str:
        return "".join(ast.literal_eval(line) for line in quoted.splitlines())

    both = "".join(path.read_text("utf-8") for path in CATALOGUES)
    return {text(key): text(said) for key, said in ENTRY.findall(both)}


def sentences(path: Path) -> set[str]:
    """All texts in the code that are sentences: not docstrings, with a blank inside and a full stop at the end."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docstrings}
    return {t for t in texts if isinstance(t, str) and " " in t and t.endswith(".")}


@pytest.mark.parametrize("path", sorted((HOUSE / "routing" / "tours").rglob("*.py")), ids=lambda p: p.stem)
def test_every_sentence_has_its_german_twin(path):
    said = german()

    assert {t for t in sentences(path) if not said.get(t)} == set()
    for text in sentences(path):
        assert sorted(set(PLACE.findall(text))) == sorted(set(PLACE.findall(said[text]))), text
