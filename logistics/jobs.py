"""Work of logistics in the background; ``HANDLERS`` says who does which job."""

from __future__ import annotations

from datetime import date
from typing import Any

from city import settings, streets
from city.db import db
from city.jobs import Handler, Keep, Run
from city.zones.queries import network_on
from logistics import dispatch, planning, queries, services
from routing.streets.model import Period


def plan_day(run: Run) -> Keep:
    """Plan the tours of a day: read, let go of the database, search in the solver process, check, ride, keep."""
    day = date.fromisoformat(run.payload["day"])
    run.tell(elapsed_s=0, limit_s=settings.current().numbers.plan_search_s)  # the first street map takes a moment
    given, city, network = dispatch.input_of(day), queries.current_city(), network_on(day)
    for row in (city, *given.hubs, *given.shipments, *(bike for hub in given.hubs for bike in hub.vehicles)):
        if row in db.session:
            db.session.expunge(row)  # what was read stays as it was, while the database is let go of
    db.session.rollback()

    def period_of(starts_s: int, ends_s: int) -> Period:
        return streets.period(city, day, starts_s, ends_s)

    question = planning.question_of(given, network, period_of)
    limit_s = given.settings.plan_search_s
    run.tell(elapsed_s=0, limit_s=limit_s, orders=len(question.problem.orders))
    plan = run.solve(planning.SOLVER, problem=question.problem, limit_s=limit_s, seed=planning.SEED)
    answer = planning.answer_of(given, question, plan)

    def keep() -> dict[str, Any]:
        return dispatch.publish_plan(given, answer)

    return keep


HANDLERS: dict[str, Handler] = {services.PLAN_DAY: plan_day}
