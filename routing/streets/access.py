"""Who may use a street, how, and how fast: from the tags of a way or barrier to an answer per vehicle. Pure.

The access model (Zugangsmodell): for every vehicle class and direction a street says ride, push
(dismount) or no. ``destination`` marks streets that only those may enter who have business there
(Anlieger frei); a delivery has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import NamedTuple

from routing.streets.conditions import Clause, Condition, NotUnderstood, clauses
from routing.streets.model import VEHICLES, VehicleClass
from routing.streets.speeds import Speeds

Tags = Mapping[str, str]


class Use(NamedTuple):
    """How one vehicle class may use a street in one direction; 0 km/h: not at all."""

    kmh: float = 0.0
    push: bool = False
    destination: bool = False

    def worse(self, other: Use) -> Use:
        """What holds if sometimes this and sometimes the other is true."""
        if not self.kmh or not other.kmh:
            return CLOSED
        return Use(min(self.kmh, other.kmh), self.push or other.push, self.destination or other.destination)


CLOSED = Use()


class Access(NamedTuple):
    """Uses by vehicle class (in the order of ``VEHICLES``), along the street and against it."""

    along: tuple[Use, ...]
    against: tuple[Use, ...]

    def flipped(self) -> Access:
        return Access(self.against, self.along)

    @property
    def open_to_any(self) -> bool:
        return any(use.kmh for use in self.along + self.against)


class Pattern(NamedTuple):
    """Access as it depends on conditions: ``states[mask]``, bit k of mask set while ``conditions[k]`` holds."""

    conditions: tuple[Condition, ...]
    states: tuple[Access, ...]

    def flipped(self) -> Pattern:
        return Pattern(self.conditions, tuple(state.flipped() for state in self.states))

    @property
    def open_to_any(self) -> bool:
        return any(state.open_to_any for state in self.states)


YES = {"yes", "designated", "permissive", "official", "public", "optional_sidepath"}
DESTINATION = {"destination", "delivery", "customers", "residents"}
# Every other value of an access key (no, private, permit, agricultural, military, use_sidepath …) closes.

BIKE_KEYS = ("bicycle", "vehicle", "access")
VAN_KEYS = ("goods", "motorcar", "motor_vehicle", "vehicle", "access")
FOOT_KEYS = ("foot", "access")
CONDITIONAL_KEYS = frozenset({*BIKE_KEYS, *VAN_KEYS, *FOOT_KEYS, "oneway", "oneway:bicycle", "maxspeed"})
MOST_CONDITIONS = 5  # a way with more is treated as closed while any of them may hold

BIKE_WIDTH_M = 0.9  # a two-wheeled or narrow three-wheeled cargo bike (0.86 m and a hand)
VAN_WIDTH_M = 2.3  # 2.0 m of body and its mirrors

ROUGH = {
    "cobblestone",
    "unhewn_cobblestone",
    "sett",
    "gravel",
    "pebblestone",
    "rock",
    "unpaved",
    "dirt",
    "earth",
    "ground",
}
SOFT = {"sand", "mud", "grass", "woodchips"}
PUSHED_OVER = {"horrible", "very_horrible"}  # smoothness: no wheels that carry a load
OPPOSITE = {"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"}


def access(tags: Tags, speeds: Speeds) -> Access:
    """Who may use a way with these tags. Ways that are no streets are closed to everyone."""
    kind = tags.get("highway", "")
    if kind not in speeds.cargo_bike_kmh:
        return Access((CLOSED,) * 3, (CLOSED,) * 3)
    uses = {VehicleClass.CARGO_BIKE: _bike(kind, tags, speeds), VehicleClass.E_VAN: _van(kind, tags, speeds)}
    uses[VehicleClass.FOOT] = _foot(kind, tags, speeds)
    both = tuple(uses[vehicle] for vehicle in VEHICLES)
    one_way = _one_way(tags)
    if not one_way:
        return Access(both, both)
    against = (_bike_against(uses[VehicleClass.CARGO_BIKE], tags, uses[VehicleClass.FOOT], speeds), CLOSED, both[2])
    found = Access(both, against)
    return found.flipped() if one_way < 0 else found


def _first(tags: Tags, keys: tuple[str, ...]) -> str:
    return next((tags[key] for key in keys if key in tags), "")


def _permission(value: str) -> bool | None:
    """True or False where a tag decides; None where the kind of street does."""
    if not value:
        return None
    words = {word.strip() for word in value.split(";")}
    return bool(words & YES or words & DESTINATION)


def _bike(kind: str, tags: Tags, speeds: Speeds) -> Use:
    value = _first(tags, BIKE_KEYS)
    may = _permission(value)
    base = speeds.cargo_bike_kmh[kind]
    if kind == "steps" or _metres(tags, "maxwidth:physical", "maxwidth", "width") < BIKE_WIDTH_M:
        return CLOSED
    if tags.get("smoothness") == "impassable":
        return CLOSED
    on_road = kind.startswith(("motorway", "trunk")) or tags.get("motorroad") == "yes"
    if on_road and not ("bicycle" in tags and may):
        return CLOSED
    rides = bool(may) if may is not None else base > 0
    if rides and tags.get("smoothness") not in PUSHED_OVER and value != "dismount":
        return Use(_bike_kmh(kind, tags, speeds), destination=value in DESTINATION)
    return _pushed(kind, tags, speeds)


def _bike_kmh(kind: str, tags: Tags, speeds: Speeds) -> float:
    base = speeds.cargo_bike_kmh[kind]
    if kind in {"pedestrian", "living_street", "platform", "corridor"}:
        return speeds.walking_pace_kmh
    if not base:  # a footway, bridleway or bus street with a permission
        base = speeds.cargo_bike_kmh["path"] if kind != "busway" else speeds.cargo_bike_kmh["residential"]
    return _on_surface(base, tags, speeds)


def _pushed(kind: str, tags: Tags, speeds: Speeds) -> Use:
    """Whoever pushes a bike is on foot (StVO § 25 Abs. 2): a bike may be pushed where one may walk."""
    on_foot = _foot(kind, tags, speeds)
    if not on_foot.kmh or kind == "steps" or _closed_to_pushing(tags):
        return CLOSED
    return Use(speeds.push_kmh, push=True, destination=on_foot.destination)


def _closed_to_pushing(tags: Tags) -> bool:
    """Private ground is private for the one who pushes, too, unless walking is expressly allowed."""
    return _permission(tags.get("access", "")) is False and not _permission(tags.get("foot", ""))


def _bike_against(along: Use, tags: Tags, on_foot: Use, speeds: Speeds) -> Use:
    """Against a one-way street: ridden where the signs except bicycles, else pushed along the pavement."""
    ways = {tags.get(f"cycleway{side}", "") for side in ("", ":left", ":right", ":both")}
    excepted = tags.get("oneway:bicycle") == "no" or bool(ways & OPPOSITE) or tags.get("bicycle:oneway") == "no"
    if excepted or not along.kmh or along.push:
        return along
    if tags.get("junction") in {"roundabout", "circular"} or not on_foot.kmh or _closed_to_pushing(tags):
        return CLOSED
    return Use(speeds.push_kmh, push=True, destination=on_foot.destination)


def _van(kind: str, tags: Tags, speeds: Speeds) -> Use:
    value = _first(tags, VAN_KEYS)
    may = _permission(value)
    base = speeds.e_van_kmh[kind]
    if may is False or kind == "steps" or _metres(tags, "maxwidth:physical", "maxwidth") < VAN_WIDTH_M:
        return CLOSED
    if tags.get("smoothness") in PUSHED_OVER | {"impassable"}:
        return CLOSED
    if not base:
        # A general `access=yes` on a footway does not invite motor vehicles: only a key that names them does.
        if kind in {"corridor", "platform", "path", "busway"} or not _permission(_first(tags, VAN_KEYS[:-1])):
            return CLOSED
        base = speeds.e_van_kmh["service"] if kind in {"track", "cycleway"} else speeds.walking_pace_kmh
    limit = _limit_kmh(tags.get("maxspeed", ""), speeds)
    return Use(min(base, limit), destination=value in DESTINATION)


def _limit_kmh(text: str, speeds: Speeds) -> float:
    if text in {"walk", "DE:walk", "DE:living_street"}:
        return speeds.walking_pace_kmh
    match = re.match(r"\d+", text)
    return max(int(match[0]) * speeds.limit_share, 4.0) if match else float("inf")


def _foot(kind: str, tags: Tags, speeds: Speeds) -> Use:
    value = _first(tags, FOOT_KEYS)
    may = _permission(value)
    allowed = kind not in {"motorway", "motorway_link", "trunk", "trunk_link", "cycleway", "busway"}
    allowed = allowed and tags.get("motorroad") != "yes"
    if kind == "cycleway":  # Zeichen 237 is for bicycles alone; a word on segregation says that it is shared
        allowed = "segregated" in tags
    if not (may if may is not None else allowed):
        return CLOSED
    kmh = speeds.steps_kmh if kind == "steps" else speeds.walk_kmh
    return Use(kmh, destination=value in DESTINATION)


def _on_surface(kmh: float, tags: Tags, speeds: Speeds) -> float:
    surface = tags.get("surface", "").split(":")[0]
    if surface in SOFT or tags.get("tracktype") in {"grade4", "grade5"}:
        return round(kmh * speeds.soft_factor, 1)
    poor = tags.get("smoothness") in {"bad", "very_bad"} or tags.get("tracktype") == "grade3"
    return round(kmh * speeds.rough_factor, 1) if surface in ROUGH or poor else kmh


def _metres(tags: Tags, *keys: str) -> float:
    """The first of these widths that is a plain number of metres; infinite where none is."""
    for key in keys:
        match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*m?", tags.get(key, "").strip())
        if match:
            return float(match[1].replace(",", "."))
    return float("inf")


def _one_way(tags: Tags) -> int:
    """1 along the way, -1 against it, 0 both."""
    value = tags.get("oneway", "")
    if value in {"-1", "reverse"}:
        return -1
    if value in {"yes", "1", "true"}:
        return 1
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in {"motorway"}
    return int(implied and value != "no")


def pattern(tags: Tags, speeds: Speeds, *, not_understood: Callable[[str], None]) -> Pattern:
    """Access with its conditions. Each value that is not understood is told, and counts as closed."""
    fixed, overlays = _overlays(tags, not_understood)
    conditions = tuple(dict.fromkeys(clause.condition for _, found in overlays for clause in found))
    if len(conditions) > MOST_CONDITIONS:
        not_understood("; ".join(condition.text for condition in conditions))
        closed = {key: "no" for key, _ in overlays if key not in {"maxspeed", "oneway", "oneway:bicycle"}}
        return Pattern((), (access({**fixed, **closed}, speeds),))
    states = []
    for truths in product((False, True), repeat=len(conditions)):
        holds = dict(zip(conditions, reversed(truths), strict=True))  # bit 0 is the first condition
        states.append(access({**fixed, **_resolved(overlays, holds)}, speeds))
    return Pattern(conditions, tuple(states))


def _overlays(tags: Tags, not_understood: Callable[[str], None]) -> tuple[Tags, list[tuple[str, tuple[Clause, ...]]]]:
    fixed, overlays = tags, []
    for key in sorted(key for key in tags if key.endswith(":conditional")):
        plain = key.removesuffix(":conditional")
        if plain not in CONDITIONAL_KEYS:
            continue
        try:
            found = clauses(tags[key])
        except NotUnderstood:
            not_understood(f"{key}={tags[key]}")
            fixed = {**fixed, plain: "no"} if plain != "maxspeed" else fixed
            continue
        if any(clause.condition.maybe for clause in found):
            not_understood(f"{key}={tags[key]}")
        if found:
            overlays.append((plain, found))
    return fixed, overlays


def _resolved(overlays: list[tuple[str, tuple[Clause, ...]]], holds: Mapping[Condition, bool]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, found in overlays:
        for clause in found:
            if holds[clause.condition]:
                values[key] = clause.value
    return values
