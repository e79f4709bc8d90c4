"""When a conditional sign holds."""

from __future__ import annotations

from datetime import date

import pytest

from routing.message import BadInput
from routing.streets.conditions import NotUnderstood, clauses
from routing.streets.model import Period

MONDAY, FRIDAY, SATURDAY, SUNDAY = date(2026, 6, 1), date(2026, 6, 5), date(2026, 6, 6), date(2026, 6, 7)


def holds(text: str, day: date, clock: str, **more) -> bool:
    """Whether the only condition of a value holds in the minute that begins at this time."""
    (clause,) = clauses(text)
    second = int(clock[:2]) * 3600 + int(clock[3:]) * 60
    (truth,) = clause.condition.truths(Period(day, second, second + 60, **more))
    return truth


@pytest.mark.parametrize(
    ("text", "day", "clock", "truth"),
    [
        ("destination @ (Mo-Sa 06:00-11:00)", MONDAY, "08:00", True),
        ("destination @ (Mo-Sa 06:00-11:00)", MONDAY, "11:00", False),
        ("destination @ (Mo-Sa 06:00-11:00)", SUNDAY, "08:00", False),
        ("no @ Mo-Fr 12:45-13:30", MONDAY, "13:00", True),
        ("no @ Mo-Fr 12:45-13:30", SATURDAY, "13:00", False),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", MONDAY, "23:30", True),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", MONDAY, "12:00", False),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", SATURDAY, "10:59", True),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", SATURDAY, "16:00", False),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", SUNDAY, "09:00", False),
        ("yes @ (Mo-Fr 16:00-11:00;Sa 00:00-11:00)", MONDAY, "09:00", False),
        ("no @ (23:30-05:00)", SUNDAY, "04:00", True),
        ("no @ (2016 Apr 25 - 2016 Sep 26)", date(2016, 9, 26), "12:00", True),
        ("no @ (2016 Apr 25 - 2016 Sep 26)", MONDAY, "12:00", False),
        ("no @ (Nov 25-Jan 6 10:00-20:00)", date(2026, 12, 31), "12:00", True),
        ("no @ (Nov 25-Jan 6 10:00-20:00)", date(2026, 1, 6), "12:00", True),
        ("no @ (Nov 25-Jan 6 10:00-20:00)", date(2026, 1, 7), "12:00", False),
        ("no @ (Apr-Oct)", date(2026, 10, 31), "12:00", True),
        ("30 @ (22:00-24:00, 0:00-06:00)", MONDAY, "03:00", True),
        ("yes @ (Mo,We 06:00-10:00, Fr 06:00-09:00)", FRIDAY, "09:30", False),
        ("yes @ (Mo,We 06:00-10:00, Fr 06:00-09:00)", FRIDAY, "08:30", True),
        ("yes @ (Mo-Fr,Su 06:00-10:00,18:00-20:00)", SUNDAY, "19:00", True),
        ("yes @ (07:00 - 24:00)", MONDAY, "06:59", False),
        ("yes @ (24/7)", MONDAY, "06:59", True),
        ("yes @ (Mo-Su 06:00-20:00; Sa 08:00-10:00)", SATURDAY, "12:00", False),
        ("no @ (Mo-Fr 07:00-09:00 AND weight<=3.5)", MONDAY, "08:00", True),
    ],
)
def test_windows_weekdays_and_dates_are_read_as_the_sign_means_them(text, day, clock, truth):
    assert holds(text, day, clock) is truth


def test_rules_for_public_holidays_need_to_know_them():
    text = "yes @ (Mo-Sa 06:00-11:00; PH off)"

    assert holds(text, MONDAY, "08:00")
    assert not holds(text, MONDAY, "08:00", holidays=frozenset({MONDAY}))


def test_the_day_with_25_hours_has_its_windows_on_the_clock():
    """On 25 October 2026 the clock shows 10:30 eleven and a half hours after midnight."""
    (clause,) = clauses("yes @ (06:00-11:00)")
    eleven_and_a_half = 11 * 3600 + 1800

    assert clause.condition.truths(Period(date(2026, 10, 25), eleven_and_a_half, eleven_and_a_half + 60)) == {True}
    assert clause.condition.truths(Period(date(2026, 10, 24), eleven_and_a_half, eleven_and_a_half + 60)) == {False}


def test_a_weight_that_our_vehicles_never_reach_does_not_concern_them():
    assert clauses("no @ (7:30-19:00 AND weight>7.5)") == ()


@pytest.mark.parametrize("text", ["no @ (wet)", "no @ (sunrise-sunset)", "no @ (Mo-Fr 25:99-31:00)", "yes @ (SH)"])
def test_what_is_not_understood_may_hold_or_not(text):
    (clause,) = clauses(text)

    assert clause.condition.maybe
    assert clause.condition.truths(None) == {True, False}


@pytest.mark.parametrize("text", ["no", "", "@ (06:00-11:00)", "no @", "no; yes @ (06:00-07:00)"])
def test_a_value_without_the_right_shape_is_refused(text):
    with pytest.raises(NotUnderstood):
        clauses(text)


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(BadInput, match="from second 7200 to 3600"):
        Period(MONDAY, 7200, 3600)
