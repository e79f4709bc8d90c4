"""Work of logistics in the background; ``HANDLERS`` says who does which job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from city import clock, settings, streets
from city.db import db
from city.jobs import Handler, Keep, Run
from city.zones.queries import network_on
from logistics import bookings, capacity, dispatch, planning, queries, repeats, services, what_if
from routing.streets.model import Period

TELL_CUSTOMERS = "tell_customers"
DAILY = {TELL_CUSTOMERS: time(18)}  # asked for each day from this hour on
log = logging.getLogger(__name__)


def plan_day(run: Run) -> Keep:
    """Plan the tours of a day: read, let go of the database, search in the solver process, check, ride, keep."""
    given, answer = _solved(run, lambda given: None)

    def keep() -> dict[str, Any]:
        return dispatch.publish_plan(given, answer)

    return keep


def what_if_bike(run: Run) -> Keep:
    """Plan a day with one bike more or less and keep the figures, nothing else."""
    named: list[str] = []
    given, answer = _solved(run, lambda given: named.append(what_if.with_wish(given, run.payload["wish"])))
    return what_if.answer_kept(run, given, named[0], answer)


def _solved(run: Run, change: Callable[[planning.DayInput], None]) -> tuple[planning.DayInput, planning.Answer]:
    """Read a day, let go of the database, change what was read, and plan it in the solver process."""
    day = date.fromisoformat(run.payload["day"])
    run.tell(elapsed_s=0, limit_s=settings.current().numbers.plan_search_s)  # the first street map takes a moment
    given, city, network = dispatch.input_of(day), queries.current_city(), network_on(day)
    for row in (city, *given.hubs, *given.shipments, *(bike for hub in given.hubs for bike in hub.vehicles)):
        if row in db.session:
            db.session.expunge(row)  # what was read stays as it was, while the database is let go of
    db.session.rollback()
    change(given)

    def period_of(starts_s: int, ends_s: int) -> Period:
        return streets.period(city, day, starts_s, ends_s)

    question = planning.question_of(given, network, period_of)
    limit_s = given.settings.plan_search_s
    run.tell(elapsed_s=0, limit_s=limit_s, orders=len(question.problem.orders))
    plan = run.solve(planning.SOLVER, problem=question.problem, limit_s=limit_s, seed=planning.SEED)
    return given, planning.answer_of(given, question, plan)


def book_standing(run: Run) -> Keep:
    """Book the standing orders of the next days, and give back what was held and never confirmed."""
    streets.network()

    def keep() -> dict[str, Any]:
        for hub_id in queries.hubs_with_expired_holds(clock.now()):
            queries.hub(hub_id, to_change=True)
            bookings.expire_holds(hub_id)
        booked = refused = 0
        land = queries.current_city().land
        for order, account in repeats.all_standing():
            for day in repeats.due_days(order, clock.today(), land):
                if repeats.book_due(order, account, day) is None:
                    refused += 1
                else:
                    booked += 1
            order.booked_until = max(order.booked_until, clock.today() + timedelta(days=repeats.LOOK_AHEAD_DAYS))
        return {"booked": booked, "refused": refused}

    return keep


def tell_customers(run: Run) -> Keep:
    """The evening before: mail the recipients of tomorrow's tours their two hours."""

    def keep() -> dict[str, Any]:
        return {"told": dispatch.tell_customers(clock.today() + timedelta(days=1))}

    return keep


def prove_ledger(run: Run) -> Keep:
    """Compare every counter with the sum of its lines; raises when one differs, so that the job fails loudly."""
    wrong = capacity.wrong_counters()
    if wrong:
        log.error("counters differ from their ledger", extra={"counters": [row[0] for row in wrong]})
        raise LedgerBroken(f"{len(wrong)} counters differ from the sum of their lines: {wrong[:5]}")

    def keep() -> dict[str, Any]:
        return {"counters": capacity.count(), "wrong": 0}

    return keep


class LedgerBroken(RuntimeError):
    """A counter is not the sum of its lines: a defect of ours; nothing may be sold until it is understood."""


SOON = frozenset({services.PLAN_DAY, what_if.WHAT_IF})  # a dispatcher waits for these

HANDLERS: dict[str, Handler] = {
    services.PLAN_DAY: plan_day,
    what_if.WHAT_IF: what_if_bike,
    repeats.BOOK_STANDING: book_standing,
    services.PROVE_LEDGER: prove_ledger,
    TELL_CUSTOMERS: tell_customers,
}
