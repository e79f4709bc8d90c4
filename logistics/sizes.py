"""How large parcels, boxes of bikes and compartments are, and what fits into what. Pure.

Lengths in cm, longest side first. The classes are those customary at German counters; exact sizes go before them.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.kinds import LockerSize, SizeClass
from routing.message import BadInput, Message

Sides = tuple[int, int, int]
LONGEST_SIDE_CM = 300
CLASSES: dict[SizeClass, Sides] = {
    SizeClass.XS: (25, 18, 10),
    SizeClass.S: (35, 25, 10),
    SizeClass.M: (60, 30, 30),
    SizeClass.L: (80, 60, 40),
    SizeClass.XL: (120, 60, 60),
}
LOCKERS: dict[LockerSize, tuple[Sides, int]] = {  # width, height, depth, and the most it carries in g
    LockerSize.S: ((40, 12, 60), 10_000),
    LockerSize.M: ((40, 22, 60), 20_000),
    LockerSize.L: ((40, 46, 60), 31_500),
    LockerSize.XL: ((60, 70, 80), 31_500),
}
BIKE_BOX_CM: Sides = (120, 70, 70)  # the box of a front loader such as the citkar Loadster; a trailer is larger


@dataclass(frozen=True, slots=True)
class Size:
    """The largest parcel of a shipment, as far as it is known."""

    sides_cm: Sides | None = None
    size_class: SizeClass | None = None

    @property
    def sides(self) -> Sides | None:
        """Longest side first: as measured, else the most that its class allows."""
        known = self.sides_cm or (CLASSES[self.size_class] if self.size_class else None)
        return ordered(known) if known else None

    @property
    def volume_ml(self) -> int | None:
        """Of one such parcel."""
        sides = self.sides
        return sides[0] * sides[1] * sides[2] if sides else None


def ordered(sides: Sides) -> Sides:
    """Longest side first."""
    longest, middle, shortest = sorted(sides, reverse=True)
    return longest, middle, shortest


def class_of(volume_ml: int) -> SizeClass | None:
    """The smallest class that holds a volume, where nobody measured; None: larger than any."""
    roomy = (name for name, sides in CLASSES.items() if sides[0] * sides[1] * sides[2] >= volume_ml)
    return next(roomy, None)


def fits(sides: Sides, into: Sides) -> bool:
    """Whether a box goes into another one, turned as it may be."""
    return all(side <= room for side, room in zip(ordered(sides), ordered(into), strict=True))


def read_sides(length: float | None, width: float | None, height: float | None) -> Sides | None:
    """Three whole sides in cm, or none at all. Raises BadInput for some of them, and for sides that cannot be."""
    given = [side for side in (length, width, height) if side is not None]
    if not given:
        return None
    if len(given) < 3:
        raise BadInput("Of length, width and height %(count)d are given. Please give all three, or none.",
                       count=len(given))  # fmt: skip
    wrong = next((side for side in given if not 1 <= side <= LONGEST_SIDE_CM), None)
    if wrong is not None:
        raise BadInput(
            "A side of %(value)s cm is not possible; allowed are 1 to %(most)d cm.",
            value=float(wrong),
            most=LONGEST_SIDE_CM,
        )
    return ordered((round(given[0]), round(given[1]), round(given[2])))


def objection_to_sides(sides: Sides | None) -> Message | None:
    """Why no bike takes a parcel of this size; None if one does, or if nobody measured."""
    if sides is None or fits(sides, BIKE_BOX_CM):
        return None
    return Message(
        "A parcel of %(length)d × %(width)d × %(height)d cm does not fit into the largest bike "
        "(%(most_length)d × %(most_width)d × %(most_height)d cm). Please send it another way.",
        {
            **dict(zip(("length", "width", "height"), sides, strict=True)),
            **dict(zip(("most_length", "most_width", "most_height"), BIKE_BOX_CM, strict=True)),
        },
    )
