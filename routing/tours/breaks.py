"""When a courier has to rest: § 4 Arbeitszeitgesetz. Pure.

More than six hours of work need 30 minutes of rest, more than nine 45; nobody works longer than six hours at a
stretch. Waiting is work. Here one break is taken, at a stop, before riding on: so nobody works longer than twelve
hours, and § 3 would not allow that either.
"""

from __future__ import annotations

STRETCH_S = 6 * 3600  # at most without a break
LONG_DAY_S = 9 * 3600  # from here on the longer break
SHORTEST_BREAK_S = 15 * 60  # what may be added up
SHORT_BREAK_S = 30 * 60
LONG_BREAK_S = 45 * 60


def breaks_to_try(work_s: int) -> tuple[int, ...]:
    """Lengths of the break that a tour may need whose work takes so long without one, the shorter first."""
    if work_s <= STRETCH_S:
        return ()
    return (SHORT_BREAK_S, LONG_BREAK_S)


def is_enough(rest_s: int, work_s: int, before_s: int, after_s: int) -> bool:
    """Whether a break of ``rest_s`` between ``before_s`` and ``after_s`` seconds of work is as the law asks."""
    if work_s > LONG_DAY_S and rest_s < LONG_BREAK_S:
        return False
    return before_s <= STRETCH_S and after_s <= STRETCH_S
