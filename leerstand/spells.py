"""How spells of one shop follow each other: never two at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from leerstand.kinds import SpellKind
from leerstand.models import Occupancy
from leerstand.shares import WHOLE, Share
from routing.message import Message


def last_day(ends: date) -> date:
    """The last day of a half-open period, as people name it."""
    return ends - timedelta(days=1)


def overlaps(one_starts: date, one_ends: date | None, starts: date, ends: date | None) -> bool:
    """Whether two half-open periods share a day; None is no end."""
    return (ends is None or one_starts < ends) and (one_ends is None or starts < one_ends)


def objection_to_spell(spells: Iterable[Occupancy], starts: date, ends: date | None) -> Message | None:
    """Why a spell cannot be added: its period is none, or somebody is there already."""
    if ends is not None and ends <= starts:
        return Message(
            "The spell ends on %(ends)s, but begins on %(starts)s. The end must come later.",
            {"starts": starts, "ends": ends},
        )
    for spell in spells:
        if overlaps(spell.starts, spell.ends, starts, ends):
            if spell.ends is None:
                return Message(
                    "From %(since)s on another entry holds without an end. Give that one an end first.",
                    {"since": spell.starts},
                )
            return Message(
                "From %(since)s to %(until)s there is another entry. Two cannot hold at once.",
                {"since": spell.starts, "until": last_day(spell.ends)},
            )
    return None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of vacancy that has to be written down (half-open; None: no end known)."""

    starts: date
    ends: date | None


def taken(spells: Iterable[Occupancy], starts: date, ends: date, share: Share = WHOLE) -> Occupancy | None:
    """Who is in the shop in that period, if anybody; vacancy is nobody, and whoever has a share leaves room for others.

    Whether there is room enough for ``share`` beside them says :func:`leerstand.offers.said_of`.
    """
    return next(
        (
            spell
            for spell in spells
            if spell.kind != SpellKind.VACANCY
            and not (spell.shares and not share.whole)
            and overlaps(spell.starts, spell.ends, starts, ends)
        ),
        None,
    )


def vacancies_around(spells: Iterable[Occupancy], starts: date, ends: date) -> tuple[Gap, ...]:
    """The stretches of vacancy that hold beside a new use, once those it touches are taken away.

    Needs that nobody is in the shop in the period (see :func:`taken`).
    """
    known = list(spells)
    touched = [spell for spell in known if overlaps(spell.starts, spell.ends, starts, ends)]
    others = [spell for spell in known if spell not in touched]
    earlier_ends = [spell.ends for spell in others if spell.ends is not None and spell.ends <= starts]
    begun = [spell.starts for spell in touched if spell.starts < starts]
    before = min(begun, default=max(earlier_ends, default=starts))
    after = min((spell.starts for spell in others if spell.starts >= ends), default=None)
    gaps = [Gap(before, starts)] if before < starts else []
    if after is None or ends < after:
        gaps.append(Gap(ends, after))
    return tuple(gaps)
