"""What another fleet would change: a day is planned with one bike more or less, and nothing of it is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from city import audit, jobs
from city.db import db
from city.jobs import Keep, Run
from city.messages import Conflict
from city.models import Account, Job, JobState
from logistics import compare, planning, queries, rules
from logistics.models import Hub, HubVehicle
from logistics.planning import Answer, DayInput

WHAT_IF = "what_if_bike"
MORE, LESS = "more", "less"
SHOWN = 5  # answers on the page


def wishes(hubs: Sequence[Hub]) -> list[tuple[str, str, Hub, HubVehicle | None]]:
    """Every question that can be asked of these hubs: its key, more or less, the hub, the bike that stays away."""
    asked: list[tuple[str, str, Hub, HubVehicle | None]] = []
    for hub in hubs:
        if hub.vehicles:
            asked.append((f"{MORE}:{hub.id}", MORE, hub, None))
        asked += [(f"{LESS}:{bike.id}", LESS, hub, bike) for bike in hub.vehicles]
    return asked


def ask(account: Account, day: date, wish: str) -> Job:
    """Have the question computed. Raises Conflict where there is no such hub or bike on this day."""
    if wish not in {key for key, *_rest in wishes(queries.hubs_of_day(day))}:
        raise Conflict("This hub or bike is not there on this day. Please choose another one.")
    audit.record("what-if asked for", "day", None, day=day.isoformat(), wish=wish)
    return jobs.enqueue(
        WHAT_IF,
        account_id=account.id,
        once_key=f"{WHAT_IF} {day.isoformat()} {wish}",
        shown_at=f"/dispo/{day.isoformat()}/vergleich#waere",
        day=day.isoformat(),
        wish=wish,
    )


def answers(day: date) -> list[dict[str, Any]]:
    """What came of the latest questions about a day, the newest first."""
    query = select(Job).where(Job.kind == WHAT_IF, Job.state == JobState.DONE).order_by(Job.id.desc()).limit(50)
    found = [dict(job.result) for job in db.session.scalars(query)]
    return [answer for answer in found if answer.get("day") == day.isoformat()][:SHOWN]


def with_wish(given: DayInput, wish: str) -> str:
    """Add or take away the bike in the rows that were read; returns how it is called."""
    for key, kind, hub, bike in wishes(given.hubs):
        if key != wish:
            continue
        if kind == LESS and bike is not None:
            hub.vehicles.remove(bike)
            return planning.key_of(bike, hub)
        like = hub.vehicles[0]
        more = HubVehicle(
            hub_id=hub.id,
            name=_free_name(hub),
            vehicle_class=like.vehicle_class,
            payload_g=like.payload_g,
            volume_ml=like.volume_ml,
            starts_s=like.starts_s,
            ends_s=like.ends_s,
        )
        hub.vehicles.append(more)
        return planning.key_of(more, hub)
    raise Conflict("This hub or bike is not there on this day. Please choose another one.")


def answer_kept(run: Run, given: DayInput, named: str, answer: Answer) -> Keep:
    """What the job tells: the figures with the other fleet."""
    metres = sum(tour.metres for tour in answer.tours)
    found = compare.Figures(
        tours=len(answer.tours),
        served=sum(len(tour.stops) for tour in answer.tours),
        unserved=len(answer.unserved),
        metres=metres,
        cost_cents=answer.plan.cost_cents,
        co2e_g=rules.impact(metres, given.settings).co2e_g,
    )

    def keep() -> dict[str, Any]:
        day, wish = given.day.isoformat(), run.payload["wish"]
        return {"day": day, "wish": wish.split(":")[0], "bike": named, **compare.as_words(found)}

    return keep


def _free_name(hub: Hub) -> str:
    taken = {bike.name for bike in hub.vehicles}
    number = len(taken) + 1
    while f"{number}" in taken:
        number += 1
    return str(number)
