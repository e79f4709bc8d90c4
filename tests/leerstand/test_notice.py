"""Notice dates after § 580a (2) BGB, and the calendar of a contract."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from leerstand import notice
from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms
from leerstand.models import Agreement

CLOSED = frozenset(country_holidays("DE", subdiv="NI", years=range(2020, 2035)))


@pytest.mark.parametrize(
    ("given_on", "last"),
    [
        (date(2026, 1, 5), date(2026, 6, 30)),  # Jan 2 Fri, 3 Sat, 5 Mon: the third working day
        (date(2026, 4, 4), date(2026, 9, 30)),
        (date(2026, 7, 3), date(2026, 12, 31)),
        (date(2026, 10, 5), date(2027, 3, 31)),  # Oct 3 is a holiday: 1 Thu, 2 Fri, 5 Mon
        (date(2026, 10, 6), date(2027, 6, 30)),  # a day too late: one quarter more
    ],
)
def test_notice_in_the_first_days_of_a_quarter_ends_with_the_next(given_on, last):
    """
    January → June, April → September, July → December, October → March.
    """
    assert notice.statutory_if_given(given_on, CLOSED).last == last


def test_a_saturday_counts_unless_the_third_day_falls_on_it():
    """
    Thursday, Friday, Saturday: grace until Monday. Friday, Saturday, Monday: the Saturday counts.
    """
    assert notice.third_working_day(date(2026, 10, 1), frozenset()) == date(2026, 10, 5)
    assert notice.third_working_day(date(2027, 1, 1), frozenset({date(2027, 1, 1)})) == date(2027, 1, 5)
    assert notice.third_working_day(date(2021, 10, 1), frozenset()) == date(2021, 10, 4)


@given(day=st.dates(date(2021, 1, 1), date(2033, 12, 31)))
def test_notice_takes_about_half_a_year_and_later_notice_never_ends_earlier(day):
    """
    Between six and nine months; the last day is the end of a quarter; monotone.
    """
    found = notice.statutory_if_given(day, CLOSED)
    after = notice.statutory_if_given(day + timedelta(days=1), CLOSED)

    assert timedelta(days=170) <= found.last - day <= timedelta(days=280)
    assert (found.last + timedelta(days=1)).day == 1 and (found.last.month % 3) == 0
    assert day <= found.arrives_by and after.last >= found.last


@given(last=st.dates(date(2021, 1, 1), date(2033, 12, 31)))
def test_the_latest_notice_for_an_end_is_the_latest(last):
    """
    It ends in time, and a day later it would not.
    """
    found = notice.statutory_to_end(last, CLOSED)

    assert found.last <= last
    assert notice.statutory_if_given(found.arrives_by, CLOSED).last == found.last
    assert notice.statutory_if_given(found.arrives_by + timedelta(days=1), CLOSED).last > last


def agreement(**values):
    return Agreement(**{"starts": date(2027, 1, 1), "ends": date(2027, 10, 1), **values})


def terms(**values):
    given = {
        "kind": AgreementKind.INTERIM_USE,
        "notice_rule": NoticeRule.NONE,
        "no_tacit_extension": True,
        "text_form": True,
        "return_condition": "besenrein",
        "special_exit_weeks": 8,
        **values,
    }
    return AgreementTerms(**given)


def kinds(found):
    return [(one.day, one.kind.value) for one in found]


def test_a_fixed_term_needs_no_notice():
    """
    Begin, the talk twelve weeks before, the last day.
    """
    assert kinds(notice.calendar(agreement(), terms(), CLOSED)) == [
        (date(2027, 1, 1), "begins"),
        (date(2027, 7, 9), "talk"),
        (date(2027, 9, 30), "ends"),
    ]


def test_agreed_weeks_and_statutory_notice_have_their_day():
    """
    Four weeks before the end; or the third working day of April for the end of September.
    """
    weeks = notice.calendar(agreement(), terms(notice_rule=NoticeRule.WEEKS, notice_weeks=4), CLOSED)
    law = notice.calendar(agreement(), terms(notice_rule=NoticeRule.STATUTORY), CLOSED)
    open_ended = notice.calendar(agreement(), terms(kind=AgreementKind.OPEN_LEASE), CLOSED)

    assert (date(2027, 9, 2), "notice") in kinds(weeks)
    assert (date(2027, 4, 5), "notice") in kinds(law)
    assert kinds(open_ended) == kinds(law)
    assert "goes on" in str(open_ended[-1].reason)


def test_a_short_use_has_no_talk_and_no_notice_before_it_begins():
    """
    Six weeks: begin and end.
    """
    short = agreement(ends=date(2027, 2, 12))

    assert [kind for _, kind in kinds(notice.calendar(short, terms(notice_rule=NoticeRule.STATUTORY), CLOSED))] == [
        "begins",
        "ends",
    ]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"text_form": False, "ends": date(2028, 6, 1)}, "text form"),
        ({"no_tacit_extension": False}, "§ 545"),
        ({"special_exit_weeks": None}, "special exit"),
        ({"return_condition": ""}, "given back"),
    ],
)
def test_what_should_be_looked_at_before_signing(values, word):
    """
    One sentence for each weak point, none where there is none.
    """
    ends = {"ends": values.pop("ends")} if "ends" in values else {}

    assert notice.remarks(agreement(**ends), terms()) == []
    assert [word in str(remark) for remark in notice.remarks(agreement(**ends), terms(**values))] == [True]
