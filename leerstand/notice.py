"""Notice dates of business rooms after § 580a (2) BGB, and what else a contract's calendar holds. Pure.

Notice must arrive at the latest on the third working day of a quarter, to end at the end of the next quarter. Working
days are Monday to Saturday without public holidays; a Saturday counts within the three days, unless the third falls on
it: then the day of grace moves on (BGH, 27 April 2005, VIII ZR 206/04; § 193 BGB). For orientation only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms
from leerstand.models import Agreement
from leerstand.spells import last_day
from routing.message import Message

SATURDAY, SUNDAY = 5, 6
GRACE_DAYS = 3
TALK_WEEKS = 12  # before the end: time to decide what follows (own assumption)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Notice:
    """Notice that arrives by ``arrives_by`` ends the contract with ``last`` (its last day)."""

    arrives_by: date
    last: date


def third_working_day(quarter: date, closed: Collection[date]) -> date:
    """The last day of grace of the quarter that begins on ``quarter``; ``closed`` are public holidays."""
    day, counted = quarter, 0
    while True:
        if day.weekday() != SUNDAY and day not in closed:
            counted += 1
            if counted >= GRACE_DAYS and day.weekday() != SATURDAY:
                return day
        day += timedelta(days=1)


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_quarter(quarter: date) -> date:
    """The first day of the quarter after this one."""
    return quarter_of(quarter + timedelta(days=93))


def statutory(quarter: date, closed: Collection[date]) -> Notice:
    """Notice within the grace of this quarter: it ends with the next one."""
    return Notice(third_working_day(quarter, closed), next_quarter(next_quarter(quarter)) - timedelta(days=1))


def statutory_if_given(day: date, closed: Collection[date]) -> Notice:
    """What notice that arrives on ``day`` brings about."""
    found = statutory(quarter_of(day), closed)
    return found if day <= found.arrives_by else statutory(next_quarter(quarter_of(day)), closed)


def statutory_to_end(last: date, closed: Collection[date]) -> Notice:
    """The latest notice by which it ends on or before ``last``."""
    quarter = next_quarter(quarter_of(last))
    while True:
        quarter = quarter_of(quarter - timedelta(days=1))
        found = statutory(quarter, closed)
        if found.last <= last:
            return found


class DateKind(StrEnum):
    """Why a day stands in the calendar of a contract."""

    BEGINS = "begins"
    TALK = "talk"
    NOTICE = "notice"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class ContractDate:
    """One day of a contract with the sentence that explains it."""

    day: date
    kind: DateKind
    reason: Message


def calendar(agreement: Agreement, terms: AgreementTerms, closed: Collection[date]) -> list[ContractDate]:
    """Every day that somebody must keep in mind, in order."""
    last = last_day(agreement.ends)
    found = [
        ContractDate(agreement.starts, DateKind.BEGINS, Message("Handover: keys, meters and state are written down."))
    ]
    talk = agreement.ends - timedelta(weeks=TALK_WEEKS)
    if talk > agreement.starts:
        found.append(
            ContractDate(
                talk,
                DateKind.TALK,
                Message("%(weeks)d weeks before the end: decide what follows.", {"weeks": TALK_WEEKS}),
            )
        )
    if (notice := notice_date(agreement, terms, closed)) is not None and notice.day > agreement.starts:
        found.append(notice)
    found.append(ContractDate(last, DateKind.ENDS, end_reason(terms)))
    return sorted(found, key=lambda one: (one.day, list(DateKind).index(one.kind)))


def notice_date(agreement: Agreement, terms: AgreementTerms, closed: Collection[date]) -> ContractDate | None:
    """The last day on which notice must arrive so that it is over as planned; None where it ends by itself."""
    last = last_day(agreement.ends)
    if terms.notice_rule == NoticeRule.WEEKS and terms.notice_weeks:
        return ContractDate(
            last - timedelta(weeks=terms.notice_weeks),
            DateKind.NOTICE,
            Message(
                "Notice of %(weeks)d weeks, as agreed, must have arrived so that it ends on %(last)s.",
                {"weeks": terms.notice_weeks, "last": last},
            ),
        )
    if terms.notice_rule == NoticeRule.STATUTORY or terms.kind == AgreementKind.OPEN_LEASE:
        found = statutory_to_end(last, closed)
        return ContractDate(
            found.arrives_by,
            DateKind.NOTICE,
            Message(
                "Third working day of the quarter: notice that has arrived by then ends it on %(last)s "
                "(§ 580a (2) BGB).",
                {"last": found.last},
            ),
        )
    return None


def end_reason(terms: AgreementTerms) -> Message:
    """Why it is over on its last day."""
    if terms.kind == AgreementKind.OPEN_LEASE:
        return Message("Planned end. The lease has no fixed term: without notice it goes on.")
    if not terms.no_tacit_extension:
        return Message(
            "Last day. Object within two weeks if the use simply goes on: § 545 BGB is not excluded, "
            "so the contract would be extended."
        )
    return Message("Last day. A fixed term ends without notice (§ 542 (2) BGB).")


def remarks(agreement: Agreement, terms: AgreementTerms) -> list[Message]:
    """What somebody should look at before it is signed."""
    found = []
    if agreement.ends - agreement.starts > YEAR and not terms.text_form:
        found.append(
            Message(
                "Longer than a year and not in text form: it would count as concluded for an unlimited time "
                "(§§ 578, 550 BGB since 1 January 2025; an e-mail suffices)."
            )
        )
    if not terms.no_tacit_extension and terms.kind != AgreementKind.OPEN_LEASE:
        found.append(Message("Tacit extension (§ 545 BGB) is not excluded."))
    if terms.special_exit_weeks is None and terms.kind == AgreementKind.INTERIM_USE:
        found.append(Message("No special exit is agreed: the owner cannot let or sell free of the use before its end."))
    if not terms.return_condition:
        found.append(Message("Nothing is said about the state in which the room is given back."))
    return found
