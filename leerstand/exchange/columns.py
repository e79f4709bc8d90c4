"""What columns of a list may mean, by whatever name, and how their cells are read. One place for import and export."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import force_locale, gettext

from city.words import LANGUAGES
from leerstand import labels
from leerstand.exchange.trades import trade
from leerstand.kinds import Category, Condition, Floor, Heritage, Ring, SpellKind, UnitKind, VacancyReason, Zone
from routing.message import N_, BadInput

FIRST_YEAR, LAST_YEAR = 1800, 2100
EXCEL_DAY_0 = date(1899, 12, 30)  # day 0 of Excel's own count (1900 date system)
MAX_TEXT = 200
LOOKED_AT = 500  # rows that tell what a column means
Member = TypeVar("Member", bound=StrEnum)
YES = {"ja", "j", "x", "yes", "y", "1", "true", "wahr"}
NO = {"nein", "n", "no", "0", "false", "falsch", "-"}


@dataclass(frozen=True)
class Column:
    """One thing that a list may say of a shop: ``key`` in our words, ``names`` as lists write it."""

    key: str
    label: str  # an English sentence key
    names: Sequence[str]
    read: Callable[[str], Any]
    may_stay_open: bool = False  # a word that nobody knows is noted, and the row is kept without it


def text(typed: str) -> str:
    """A text; one that a spreadsheet would run is refused."""
    if typed[:1] in ("=", "@") or (typed.startswith(("+", "-")) and re.search(r"[(!|]", typed)):
        raise BadInput("“%(typed)s” is a formula. Please write the value itself.", typed=typed[:60])
    if len(typed) > MAX_TEXT:
        raise BadInput(
            "“%(typed)s …” has %(has)d characters; at most %(most)d are possible.",
            typed=typed[:40],
            has=len(typed),
            most=MAX_TEXT,
        )
    return typed


def number(typed: str) -> float:
    """A number as offices write it: ``1.234,5``, ``1234.5``, ``62 m²``, ``11,80 €``."""
    bare = re.sub(r"(m²|m2|qm|€|eur|cm|kw|/|pro|m)", "", text(typed).lower()).replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", bare) or ("," in bare and bare.rfind(",") > bare.rfind(".")):
        bare = bare.replace(".", "").replace(",", ".")
    else:
        bare = bare.replace(",", "")
    try:
        found = float(bare)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadInput("“%(typed)s” is not a number. It should look like this: 1.234,5", typed=typed[:60])
    return found


def between(least: float, most: float) -> Callable[[str], float]:
    """A number within limits."""

    def read(typed: str) -> float:
        found = number(typed)
        if not least <= found <= most:
            raise BadInput(
                "%(typed)s must lie between %(least)s and %(most)s.",
                typed=typed[:60],
                least=f"{least:g}",
                most=f"{most:g}",
            )
        return found

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within limits; decimals are rounded."""
    read = between(least, most)
    return lambda typed: max(least, round(read(typed)))


def coordinate(typed: str) -> float:
    """A coordinate with a point or a comma."""
    try:
        found = float(text(typed).replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or abs(found) > 180:
        raise BadInput("“%(typed)s” is not a coordinate. It should look like this: 53.2465", typed=typed[:60])
    return found


def cents(typed: str) -> int:
    """Euros in cents."""
    return round(between(0, 1_000)(typed) * 100)


def day(typed: str) -> date:
    """A day: ``2026-11-22``, ``22.11.2026``, ``11/2026``, ``2026``, or Excel's own count."""
    bare = text(typed).split(" ")[0].split("T")[0]
    found: date | None = None
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", bare):
            found = date(*(int(part) for part in match.groups()))
        elif match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})", bare):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            found = date(year, int(match[2]), int(match[1]))
        elif match := re.fullmatch(r"(\d{1,2})[./](\d{4})", bare):
            found = date(int(match[2]), int(match[1]), 1)
        elif re.fullmatch(r"(18|19|20)\d{2}", bare):
            found = date(int(bare), 1, 1)
        elif re.fullmatch(r"[1-9]\d{4}", bare):
            found = EXCEL_DAY_0 + timedelta(days=int(bare))
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadInput("“%(typed)s” is not a day. It should look like this: 22.11.2026", typed=typed[:60])
    return found


def yes(typed: str) -> bool:
    """Yes or no."""
    small = typed.strip().lower()
    if small in YES | NO:
        return small in YES
    raise BadInput("“%(typed)s” is neither yes nor no. Please write “ja” or “nein”.", typed=typed[:60])


def plain(typed: str) -> str:
    """A word without case, signs and spaces, for comparing."""
    small = typed.lower().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return re.sub(r"[^a-z0-9²]", "", small)


def one_of(kind: type[Member], words: Mapping[Member, str], **more: Member) -> Callable[[str], Member]:
    """One of a list of words, in either language; ``more`` are further ways of writing them."""

    known: dict[str, Member] = {}

    def read(typed: str) -> Member:
        if not known:
            known.update({plain(member.value): member for member in kind} | more)
            for member, word in words.items():
                known.update(dict.fromkeys(map(plain, in_every_language(word)), member))
        found = known.get(plain(typed))
        if found is None:
            offered = ", ".join(gettext(word) for word in list(words.values())[:8])
            raise BadInput(
                "“%(typed)s” is not known here. Possible are: %(offered)s", typed=typed[:60], offered=offered
            )
        return found

    return read


def in_every_language(word: str) -> set[str]:
    """A sentence key and how it is said: a list may be written in another language than the page."""
    said = {word}
    for language in LANGUAGES:
        with force_locale(language):
            said.add(gettext(word))
    return said


def grade(typed: str) -> str:
    """The name of a place in the city's own list; which rank it is, says the city."""
    return text(typed)


def business(typed: str) -> Category:
    """A kind of business: one of ours, or what lists call it (“Friseur”)."""
    try:
        return KINDS_OF_BUSINESS(typed)
    except BadInput:
        if (found := trade(text(typed))) is None:
            raise
        return found


KINDS_OF_BUSINESS = one_of(
    Category,
    labels.CATEGORY_LABELS,
    einzelhandel=Category.RETAIL, gastronomie=Category.GASTRONOMY, dienstleistung=Category.SERVICE,
    dienstleistungen=Category.SERVICE, buero=Category.WORK,
)  # fmt: skip
STATES = one_of(
    SpellKind,
    labels.SPELL_LABELS,
    leer=SpellKind.VACANCY, leerstand=SpellKind.VACANCY, leerstehend=SpellKind.VACANCY, frei=SpellKind.VACANCY,
    ja=SpellKind.VACANCY, x=SpellKind.VACANCY, nein=SpellKind.REGULAR, belegt=SpellKind.REGULAR,
    vermietet=SpellKind.REGULAR, genutzt=SpellKind.REGULAR, inbetrieb=SpellKind.REGULAR, innutzung=SpellKind.REGULAR,
    zwischennutzung=SpellKind.INTERIM, umbau=SpellKind.WORKS, umgenutzt=SpellKind.CONVERTED,
    stillgelegt=SpellKind.CLOSED,
)  # fmt: skip
COLUMNS: tuple[Column, ...] = (
    Column("external_ref", N_("Reference"), ("kennung", "id", "nr id", "objektnummer", "objekt", "ref"), text),
    Column("street", N_("Street"), ("straße", "strasse", "str", "street", "adresse", "anschrift", "address"), text),
    Column("housenumber", N_("House number"), ("hausnummer", "hausnr", "nr", "hnr", "no", "nummer", "number"), text),
    Column("name", N_("Name on the sign"), ("name", "geschäft", "laden", "betrieb", "firma", "bezeichnung"), text),
    Column("lat", N_("Latitude"), ("breite", "breitengrad", "lat", "latitude", "y"), coordinate),
    Column("lon", N_("Longitude"), ("länge", "längengrad", "lon", "lng", "longitude", "x"), coordinate),
    Column("spell", N_("Status"), ("stand", "status", "leer", "leerstand", "belegung", "zustand belegung"), STATES),
    Column("since", N_("Since"), ("seit", "leer seit", "leerstand seit", "frei seit", "leer ab", "beginn", "since"),
           day),
    Column("tenant", N_("Who is in it"), ("nutzer", "mieter", "betreiber", "inhaber", "wer", "nutzung durch", "tenant"),
           text),
    Column(
        "category",
        N_("Kind of business"),
        ("branche", "sortiment", "category", "wirtschaftszweig"),
        business,
        may_stay_open=True,
    ),
    Column("reason", N_("Why it stands empty"), ("grund", "leerstandsgrund", "grund des leerstands", "reason"),
           one_of(VacancyReason, labels.REASON_LABELS, fluktuation=VacancyReason.CHANGE,
                  sonstiges=VacancyReason.OTHER)),
    Column("area_m2", N_("Area"),
           ("fläche", "flaeche", "fläche m²", "nutzfläche", "gesamtfläche", "mietfläche", "ladenfläche", "area", "qm",
            "m²", "größe"),
           whole(1, 100_000)),
    Column("sales_area_m2", N_("of which sales area"), ("verkaufsfläche", "vkf", "sales area"), whole(0, 100_000)),
    Column("storage_area_m2", N_("of which storage"), ("lagerfläche", "lager"), whole(0, 100_000)),
    Column("divisible", N_("Can be divided"), ("teilbar", "divisible"), yes),
    Column("min_part_m2", N_("Smallest part"), ("kleinste teilfläche", "mindestteilfläche"), whole(1, 100_000)),
    Column("shareable", N_("Can be shared by times"), ("zeitweise", "zeitlich teilbar", "shareable"), yes),
    Column("frontage_m", N_("Front to the street"),
           ("front", "schaufensterfront", "schaufenster", "schaufensterlänge", "frontlänge", "straßenfront",
            "frontage"),
           between(0.5, 500)),
    Column("kind", N_("Kind of room"), ("art", "raumart", "art der einheit", "kind"),
           one_of(UnitKind, labels.KIND_LABELS, laden=UnitKind.SHOP, gastronomie=UnitKind.GASTRONOMY,
                  obergeschoss=UnitKind.UPPER_ROOMS)),
    Column("floor", N_("Floor"), ("geschoss", "etage", "stockwerk", "floor"),
           one_of(Floor, labels.FLOOR_LABELS, eg=Floor.GROUND, ug=Floor.BASEMENT, og=Floor.UPPER,
                  **{"1og": Floor.UPPER})),
    Column("condition", N_("State of the room"), ("zustand", "condition"), one_of(Condition, labels.CONDITION_LABELS)),
    Column("step_free", N_("Step-free entrance"), ("stufenlos", "barrierefrei", "step free"), yes),
    Column("door_width_cm", N_("Width of the door"), ("türbreite", "tür cm", "door"), whole(50, 1_000)),
    Column("delivery_door", N_("Door for deliveries"), ("liefertür", "anlieferung", "hintereingang"), yes),
    Column("second_exit", N_("Second escape route"), ("zweiter rettungsweg", "rettungsweg", "second exit"), yes),
    Column("own_entrance", N_("Entrance of its own"), ("eigener eingang", "own entrance"), yes),
    Column("light_from_two_sides", N_("Daylight from two sides"), ("licht von zwei seiten",), yes),
    Column("exhaust_air", N_("Exhaust duct"), ("abluft",), yes),
    Column("power_kw", N_("Power connection"), ("strom", "anschluss kw", "kw", "power"), whole(0, 1_000)),
    Column("grade", N_("Grade"), ("lage", "lageklasse", "grade"), grade),
    Column("ring", N_("Ring"), ("ring", "zone innenstadt"),
           one_of(Ring, labels.RING_LABELS, kern=Ring.CORE, rand=Ring.EDGE, ergaenzung=Ring.SUPPLEMENT)),
    Column("position_m", N_("Metres from the core end of the street"), ("position", "meter", "lage in m"),
           whole(0, 20_000)),
    Column("baunvo_zone", N_("Building area"), ("baugebiet", "gebietsart", "baunvo"), one_of(Zone, labels.ZONE_LABELS)),
    Column("heritage", N_("Protected as a monument"), ("denkmal", "denkmalschutz", "heritage"),
           one_of(Heritage, labels.HERITAGE_LABELS, ja=Heritage.MONUMENT, nein=Heritage.NONE,
                  ensemble=Heritage.ENSEMBLE, einzeldenkmal=Heritage.MONUMENT)),
    Column("rent_cents_m2", N_("Rent asked, without service charges"),
           ("miete", "miete €/m²", "miete je m²", "miete pro m²", "mietpreis je m²", "kaltmiete", "nettokaltmiete",
            "rent"), cents),
    Column("flurstueck", N_("Parcel (land register)"), ("flurstück", "flurstueck", "parcel"), text),
    Column("owner", N_("Owner"), ("eigentümer", "eigentum", "eigentümer:in", "eigentümerin", "owner", "vermieter"),
           text),
    Column("source", N_("Where this comes from"), ("quelle", "source"), text),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
NEEDED = ("street",)


def guess(columns: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, int]:
    """Which column is probably which: key -> number of the column; each column is used once.

    By their names; and where none is called the status, by what stands in them: “Zustand” may well be the column
    that says “leer” and “vermietet”.
    """
    mapping: dict[str, int] = {}
    for column in COLUMNS:
        known = {plain(name) for name in (*column.names, column.key, *in_every_language(column.label))}
        for number_, name in enumerate(columns):
            if number_ not in mapping.values() and plain(re.sub(r"[(\[].*?[)\]]", "", name)) in known:
                mapping[column.key] = number_
                break
    if "spell" not in mapping:
        taken = {number_ for key, number_ in mapping.items() if key != "condition"}
        free = [number_ for number_ in range(len(columns)) if number_ not in taken]
        says = next((number_ for number_ in free if _says_the_status(number_, rows)), None)
        if says is not None:
            mapping = {key: number_ for key, number_ in mapping.items() if number_ != says} | {"spell": says}
    return mapping


def _says_the_status(number_: int, rows: Sequence[Sequence[str]]) -> bool:
    """Whether nearly all cells of a column are words for who is in a shop, and not just yes and no."""
    cells = [row[number_ + 1] for row in rows[:LOOKED_AT] if number_ + 1 < len(row) and row[number_ + 1]]
    words = [cell for cell in cells if cell.strip().lower() not in YES | NO]
    return bool(words) and sum(_is_status(cell) for cell in words) >= 0.9 * len(cells)


def _is_status(cell: str) -> bool:
    try:
        STATES(cell)
    except BadInput:
        return False
    return True
