"""What reports add up to: the same state whatever the network does to their order (G7)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics import outcomes
from logistics.kinds import EventKind, FailureReason, ShipmentStatus
from logistics.models import CourierEvent
from tests.rounds import rounds

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTLING = [EventKind.DELIVERED, EventKind.TO_NEIGHBOUR, EventKind.TO_LOCKER, EventKind.FAILED]


def event(number: int, kind: EventKind, *, after_s: int | None = None, **values) -> CourierEvent:
    """One report, ``after_s`` seconds after nine."""
    moment = NINE + timedelta(seconds=number if after_s is None else after_s)
    given = {"details": {}, "decides": False, "undoes": None, "reason": None, **values}
    return CourierEvent(client_id=f"r{number:03d}", kind=kind, happened_at=moment, **given)


def test_the_order_in_which_reports_arrive_makes_no_difference():
    """
    Not there, taken back, delivered: whatever arrives first, the parcel is delivered.
    """
    told = [
        event(1, EventKind.FAILED, reason=FailureReason.NOBODY_THERE),
        event(2, EventKind.UNDONE, undoes="r001"),
        event(3, EventKind.DELIVERED),
    ]

    assert {outcomes.outcome_of(order).status for order in permutations(told)} == {ShipmentStatus.DELIVERED}
    assert outcomes.outcome_of(told[:2]).open


def test_a_second_try_may_succeed_but_nothing_happens_after_the_hand_over():
    first = event(1, EventKind.FAILED, reason=FailureReason.NOBODY_THERE)
    second = event(1200, EventKind.TO_NEIGHBOUR)
    third = event(1300, EventKind.FAILED, reason=FailureReason.REFUSED)

    read = outcomes.outcome_of([third, first, second])

    assert read.event is second
    assert [one.event for one in read.contradictions] == [third]


def test_the_dispatchers_word_counts_before_everything_else():
    late = event(9, EventKind.FAILED, reason=FailureReason.REFUSED, decides=True)

    read = outcomes.outcome_of([event(1, EventKind.DELIVERED), late])

    assert read.event is late and read.contradictions == ()


def test_what_is_taken_back_too_late_stays_and_is_shown():
    told = [event(1, EventKind.DELIVERED), event(2, EventKind.UNDONE, undoes="r001", after_s=300)]

    read = outcomes.outcome_of(told)

    assert read.status == ShipmentStatus.DELIVERED
    assert str(read.contradictions[0].reason) == "It was taken back too late, so the report counts."


@st.composite
def courses(draw) -> list[CourierEvent]:
    """Up to eight reports about one shipment, some of which take an earlier one back."""
    told: list[CourierEvent] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from([*SETTLING, EventKind.ARRIVED, EventKind.UNDONE]))
        after_s = draw(st.integers(0, 240))
        if kind == EventKind.UNDONE:
            told.append(event(number, kind, after_s=after_s, undoes=f"r{draw(st.integers(0, 8)):03d}"))
        else:
            reason = FailureReason.NOBODY_THERE if kind == EventKind.FAILED else None
            told.append(event(number, kind, after_s=after_s, reason=reason, decides=draw(st.integers(0, 15)) == 0))
    return told


@given(courses(), st.integers(0, 2**32))
@settings(max_examples=rounds(1_000))
def test_shuffled_doubled_and_cut_reports_lead_to_one_final_state(told, seed):
    """
    However often and in whatever order the batches come, cut anywhere and sent again: one state, one inbox.
    """
    chance = random.Random(seed)
    sent = [*told, *chance.choices(told, k=chance.randrange(6))]
    chance.shuffle(sent)
    cut = chance.randrange(len(sent))
    read, usual = outcomes.outcome_of([*sent[:cut], *sent]), outcomes.outcome_of(told)

    assert read.event is usual.event and read.arrived_at == usual.arrived_at
    assert {one.event.client_id for one in read.contradictions} == {one.event.client_id for one in usual.contradictions}


def test_only_a_break_of_a_quarter_of_an_hour_counts():
    """
    § 4 ArbZG: shorter rests are no break; one that still lasts counts up to now.
    """
    told = [
        event(0, EventKind.DEPARTED),
        event(1, EventKind.BREAK_STARTED, after_s=600),
        event(2, EventKind.BREAK_ENDED, after_s=600 + 14 * 60),
        event(3, EventKind.BREAK_STARTED, after_s=3600),
        event(4, EventKind.BREAK_ENDED, after_s=3600 + 20 * 60),
        event(5, EventKind.BREAK_STARTED, after_s=9000),
    ]

    shift = outcomes.shift_of(told, now=NINE + timedelta(seconds=9000 + 16 * 60))

    assert shift.break_s == 36 * 60 and shift.on_break_since == NINE + timedelta(seconds=9000)
    assert shift.departed_at == NINE and shift.returned_at is None
