"""What stands in the way at a single point: bollards, gates, cycle barriers. Pure."""

from __future__ import annotations

from routing.streets.access import (
    BIKE_KEYS,
    BIKE_WIDTH_M,
    FOOT_KEYS,
    VAN_KEYS,
    VAN_WIDTH_M,
    Tags,
    _first,
    _metres,
    _permission,
)
from routing.streets.model import VEHICLES, VehicleClass

GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "hampshire_gate"}
PASSED_BY_ALL = {
    "no",
    "entrance",
    "kerb",
    "cattle_grid",
    "toll_booth",
    "border_control",
    "sally_port",
    "height_restrictor",
}
PASSED_BY_BIKES = {"bollard", "block", "bus_trap", "sump_buster", "planter", "log", "rope", "spikes", "bump_gate"}
NEVER_BY_BIKES = {
    "cycle_barrier",
    "motorcycle_barrier",
    "chicane",
    "stile",
    "kissing_gate",
    "turnstile",
    "full-height_turnstile",
}
WALLS = {"fence", "wall", "hedge", "city_wall", "retaining_wall", "guard_rail", "ditch"}


def blocked_mask(tags: Tags) -> int:
    """Which classes cannot pass: bit k for the k-th of ``VEHICLES``."""
    stops = {VehicleClass.CARGO_BIKE: _stops_bike(tags), VehicleClass.E_VAN: _stops_van(tags)}
    stops[VehicleClass.FOOT] = _stops_foot(tags)
    return sum(1 << k for k, vehicle in enumerate(VEHICLES) if stops[vehicle])


def is_gate(tags: Tags) -> bool:
    """Whether passing takes the time to open and close something."""
    return tags.get("barrier", "") in GATES


def _stops_bike(tags: Tags) -> bool:
    """A cargo bike is longer and wider than what a cycle barrier lets through, whatever it allows to bicycles."""
    kind = tags["barrier"]
    if tags.get("cargo_bike") in {"yes", "designated"}:
        return False
    if kind in NEVER_BY_BIKES or _metres(tags, "maxwidth:physical", "maxwidth") < BIKE_WIDTH_M:
        return True
    may = _permission(_first(tags, BIKE_KEYS))
    if may is False:  # riding is forbidden: pushing through is not, where walking is allowed
        return not _permission(tags.get("foot", "")) and tags.get("bicycle") != "dismount"
    if may:
        return False
    return tags.get("locked") == "yes" or kind not in PASSED_BY_ALL | PASSED_BY_BIKES | GATES


def _stops_van(tags: Tags) -> bool:
    kind = tags["barrier"]
    may = _permission(_first(tags, VAN_KEYS))
    if may is False or _metres(tags, "maxwidth:physical", "maxwidth") < VAN_WIDTH_M:
        return True
    if kind in PASSED_BY_ALL:
        return False
    named = _permission(_first(tags, VAN_KEYS[:-1]))  # `access=yes` does not lower a bollard
    if kind in GATES:
        return tags.get("locked") == "yes" and not may
    return not named


def _stops_foot(tags: Tags) -> bool:
    may = _permission(_first(tags, FOOT_KEYS))
    if may is not None:
        return not may
    return tags["barrier"] in WALLS or tags.get("locked") == "yes"
