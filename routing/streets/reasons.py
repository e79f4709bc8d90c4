"""Why there is no way: unreachable is an answer with a reason, never a silent large number. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from routing.streets.model import Period, Unreachable
from routing.streets.zones import AccessRule

Streets = tuple[str, str]  # of the start and of the goal; "" for one without a name


def separate(streets: Streets) -> Unreachable:
    """The network itself has no way."""
    return Unreachable(
        "There is no way from %(start)s to %(goal)s: the two lie in separate parts of the network.", **_named(streets)
    )


def closed(streets: Streets, closures: Sequence[AccessRule]) -> Unreachable:
    """A closure of the city lies between the two."""
    return Unreachable(
        "There is no way from %(start)s to %(goal)s while “%(closure)s” is closed.",
        **_named(streets),
        closure=_names(closures),
    )


def never_throughout(streets: Streets, period: Period | None) -> Unreachable:
    """The signs allow the way at certain hours only."""
    if period is None:
        return Unreachable(
            "There is no way from %(start)s to %(goal)s that is open around the clock, only at certain hours.",
            **_named(streets),
        )
    return Unreachable(
        "There is no way from %(start)s to %(goal)s that is open the whole time from %(begins)s to %(ends)s.",
        **_named(streets),
        begins=_hours(period.starts_s),
        ends=_hours(period.ends_s),
    )


def shut(around: Sequence[AccessRule], closures: Sequence[AccessRule]) -> Unreachable:
    """Nobody reaches a place: it lies in areas closed even on foot (``around``), or closures are all about it."""
    if around:
        return Unreachable(
            "The place lies in an area that is closed even on foot: “%(closure)s”.", closure=_names(around)
        )
    return Unreachable("Around the place everything is closed: “%(closure)s”.", closure=_names(closures))


def _named(streets: Streets) -> dict[str, object]:
    return {"start": streets[0] or "–", "goal": streets[1] or "–"}


def _names(rules: Sequence[AccessRule]) -> str:
    return ", ".join(dict.fromkeys(rule.name or rule.source or "–" for rule in rules))


def _hours(elapsed_s: int) -> str:
    return f"{elapsed_s // 3600:02d}:{elapsed_s % 3600 // 60:02d}"
