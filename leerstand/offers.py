"""A part of a shop, or some times of its week, as the rules see it: a smaller shop, or a smaller rent. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import inspect

from leerstand.aptitude import is_housing
from leerstand.findings import Finding, Weight, against, fine
from leerstand.kinds import UseType
from leerstand.models import Unit, UseRequest
from leerstand.shares import PER_MILLE, WEEK, WHOLE, Share, Sharing, Way, asked_cents_month, count, part_m2
from leerstand.situation import Situation


def takes_whole(request: UseRequest) -> bool:
    """Whether the use needs the room for itself, whatever the applicant would accept."""
    return is_housing(request) or request.use_type == UseType.MICRO_HUB


def on_offer(unit: Unit, request: UseRequest, way: Way) -> bool:
    """Whether the owner gives the shop away like this, and the applicant would take it."""
    if way == Way.WHOLE:
        return True
    if takes_whole(request):
        return False
    if way == Way.PART:
        return bool(unit.divisible and request.part_ok) and share_of(unit, request, way).part_m2 != unit.area_m2
    return bool(unit.shareable and request.slots)


def share_of(unit: Unit, request: UseRequest, way: Way) -> Share:
    """What the request would get."""
    if way == Way.PART:
        return Share(part_m2=part_m2(unit.area_m2, unit.min_part_m2, request.area_ideal_m2))
    return Share(slots=request.slots or 0) if way == Way.TIMES else WHOLE


def ways(unit: Unit, request: UseRequest) -> list[Way]:
    """All ways in which the shop could be given away to this request."""
    return [way for way in Way if on_offer(unit, request, way)]


def permille(unit: Unit, share: Share) -> int:
    """How much of the shop, and of its week, a share is."""
    if share.part_m2 is not None:
        return share.part_m2 * PER_MILLE // unit.area_m2
    return count(share.slots) * PER_MILLE // WEEK if share.slots else PER_MILLE


def seen_as(unit: Unit, situation: Situation, share: Share) -> tuple[Unit, Situation]:
    """The shop and its situation as the rules see this share of it: copies that no session knows."""
    if share.whole:
        return unit, situation
    offered = Unit(**{column.key: getattr(unit, column.key) for column in inspect(Unit).column_attrs})
    if share.part_m2 is not None:
        offered.area_m2 = share.part_m2
    else:
        offered.rent_cents_m2 = unit.rent_cents_m2 * count(share.slots) // WEEK
    place = replace(
        situation,
        free_from=situation.share_from or situation.free_from,
        free_until=situation.share_until if situation.share_from else situation.free_until,
        share_permille=permille(unit, share),
    )
    return offered, place


def rent_cents_month(unit: Unit, share: Share) -> int:
    """What the owner asks for a share."""
    return asked_cents_month(unit.rent_cents_m2, unit.area_m2, share)


def left_m2(unit: Unit, others: Sharing) -> int:
    """The area that nobody has a part of yet."""
    return 0 if others.slots else unit.area_m2 - others.part_m2


def objection_to(unit: Unit, others: Sharing, share: Share) -> Finding | None:
    """Why a share is not free any more beside those who have one."""
    said = said_of(unit, others, share)
    return said if said is not None and said.weight == Weight.OBSTACLE else None


def room_beside(unit: Unit, others: Sharing, asked: Collection[Share], share: Share) -> bool:
    """Whether an owner who is being asked about ``asked`` can be asked about ``share`` too: room is left for all."""
    if not asked:
        return True
    if share.whole or any(one.whole for one in asked):
        return False
    return objection_to(unit, others.beside(asked), share) is None


def said_of(unit: Unit, others: Sharing, share: Share) -> Finding | None:
    """Whether the part or the times are still free, beside those who share the shop already."""
    if share.way == Way.PART:
        left, wants = left_m2(unit, others), share.part_m2 or 0
        if wants > left:
            return against("Wants a part of %(wants)d m², %(left)d m² are left.", "share", wants=wants, left=left)
        return fine("A part of %(wants)d m² of %(area)d m².", "share", wants=wants, area=unit.area_m2)
    if share.way == Way.TIMES:
        if others.part_m2 or others.slots & share.slots:
            return against("Somebody else has the shop at these times.", "share")
        return fine("Shares the shop at %(count)d of 21 times of the week.", "share", count=count(share.slots))
    return None
