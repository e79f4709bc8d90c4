"""Opening hours (Öffnungszeiten) of a hub by weekday: kept as the usual ones and the days that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from logistics import rules
from logistics.models import Hub
from routing.message import BadInput, Message

WORKDAYS = range(rules.SUNDAY)  # Monday to Saturday; on Sundays hubs rest
Hours = tuple[int, int] | None  # seconds since midnight; None: closed


@dataclass(frozen=True, slots=True)
class Kept:
    """As a hub keeps them: the usual hours, and the weekdays that differ (see ``Hub.hours_on``)."""

    opens_s: int
    closes_s: int
    other: dict[str, list[int] | None]


def kept(week: Sequence[Hours]) -> Kept:
    """The hours of Monday to Saturday as a hub keeps them. Raises BadInput if it never opens."""
    named = [hours for hours in week if hours is not None]
    if not named:
        raise BadInput("The hub is closed on every day. Please give the hours of at least one day.")
    usual = Counter(named).most_common(1)[0][0]
    other = {
        str(day): (None if hours is None else list(hours)) for day, hours in enumerate(week) if hours != usual
    }  # fmt: skip
    return Kept(*usual, other)


def check(given: Kept) -> None:
    """Raises BadInput for a day on which the hub is open for less than an hour."""
    days = [[given.opens_s, given.closes_s], *given.other.values()]
    for opens_s, closes_s in (hours for hours in days if hours is not None):
        if closes_s - opens_s < rules.SHORTEST_WINDOW_S:
            raise BadInput(
                "The hub closes at %(closes)s, but opens at %(opens)s. It must be open for at least an hour.",
                opens=rules.clock_time(opens_s),
                closes=rules.clock_time(closes_s),
            )


def shown(hub: Hub) -> str:
    """``Mo–Fr 08:00–20:00, Sa 08:00–16:00``; closed days are left out."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"))
    parts: list[str] = []
    for first, last in _runs(hub):
        hours = hub.hours_of(first)
        days = names[first] if first == last else f"{names[first]}–{names[last]}"
        if hours is not None:
            parts.append(f"{days} {rules.clock_time(hours[0])}–{rules.clock_time(hours[1])}")
    return ", ".join(parts)


def _runs(hub: Hub) -> list[tuple[int, int]]:
    """Weekdays in a row with the same hours, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for day in WORKDAYS:
        if runs and hub.hours_of(runs[-1][0]) == hub.hours_of(day):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def half_given(day: str) -> Message:
    """Only one of two times of a day stands there."""
    return Message("For %(day)s one of the two times is missing. Leave both empty if the hub is closed.", {"day": day})
