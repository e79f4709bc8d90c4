"""The dispatcher compares two plans of a day and asks what another bike would change; nothing of it is published."""

from __future__ import annotations

import pytest

from city.db import db, transaction
from city.messages import Conflict
from city.models import Job, Role
from logistics import compare, queries, what_if
from logistics.jobs import what_if_bike
from tests import build
from tests.logistics import rows
from tests.logistics.test_planning import Here, plan

pytestmark = pytest.mark.usefixtures("street_map", "planner")


class Asked(Here):
    """The worker's run of a what-if question."""

    def __init__(self, day, wish: str) -> None:
        super().__init__(day)
        self.payload["wish"] = wish


def computed(day, wish: str) -> dict:
    """What the worker would write as the result."""
    keep = what_if_bike(Asked(day, wish))
    db.session.rollback()
    return keep()


def two_plans(day):
    """Three shipments with one bike, then one of them cancelled and a second plan."""
    hub, person = rows.hub(lat=53.2488, lon=10.4095, bikes=1), rows.retailer()
    for point in ((53.2503, 10.4076), (53.2485, 10.4106), (53.2503, 10.4101)):
        rows.book(person, hub, day, point=point)
    plan(day)
    rows.book(person, hub, day, point=(53.2495, 10.4090))
    plan(day)
    return hub


def test_the_plan_before_stands_beside_the_one_that_counts(day):
    two_plans(day)
    before, after = queries.plan_before(day), queries.published_plan(day)

    assert (before.number, after.number) == (1, 2)
    assert compare.figures(after).served == compare.figures(before).served + 1
    new = [one.change for one in compare.changes(before, after) if one.change.before is None]
    assert len(new) == 1 and new[0].after.vehicle is not None
    drawn = compare.both_on_a_map(before, after, queries.hubs_of_day(day))
    assert [line["kind"] for line in drawn["lines"]] == ["before", "tour"]


def test_the_page_shows_both_plans_and_the_map_has_both_lines(day, sign_in):
    two_plans(day)
    client = sign_in(Role.DISPATCHER)

    page = client.get(f"/dispo/{day.isoformat()}/vergleich").text
    drawn = client.get(f"/dispo/{day.isoformat()}/vergleich.json").get_json()

    assert "What is different" in page and "not booked" in page
    whole = compare.differences(queries.plan_before(day), queries.published_plan(day)).sentences
    assert whole and all(str(sentence) in page for sentence in whole)
    assert {line["kind"] for line in drawn["lines"]} == {"before", "tour"}


def test_another_bike_serves_what_stayed_behind_and_changes_nothing(day):
    """
    Three shipments of 60 kg and two bikes that carry 100 kg each, once: one stays behind; a third bike would take it.
    """
    hub = rows.hub(bikes=2)
    for _ in range(3):
        rows.book(rows.retailer(), hub, day, point=(53.2485, 10.4106), weight_g=60_000)
    rows.one_round_each(hub)
    made = plan(day)
    number, version = made.number, made.input_version
    assert len(made.unserved) == 1

    more = computed(day, f"more:{hub.id}")
    less = computed(day, f"less:{hub.vehicles[0].id}")

    assert (more["unserved"], more["tours"], more["wish"]) == (0, 3, "more")
    assert (less["unserved"], less["tours"]) == (2, 1)
    db.session.rollback()
    again = queries.published_plan(day)
    assert (again.number, again.input_version, len(queries.hubs_of_day(day)[0].vehicles)) == (number, version, 2)


def test_a_question_becomes_a_job_and_its_answer_stands_on_the_page(day, sign_in):
    hub = two_plans(day)
    client = sign_in(Role.DISPATCHER)
    address = f"/dispo/{day.isoformat()}/vergleich"

    sent = client.post(address, data={"wish": f"more:{hub.id}"})
    db.session.rollback()
    job = db.session.query(Job).filter_by(kind=what_if.WHAT_IF).one()
    assert sent.status_code == 302 and sent.headers["Location"].endswith(f"/{job.id}")
    with transaction():
        job.state, job.result = "done", computed(day, f"more:{hub.id}")
    page = client.get(address).text

    assert "With one more bike: " in page


def test_a_bike_that_is_not_there_is_refused_with_a_sentence(day):
    rows.hub(bikes=1)
    with pytest.raises(Conflict, match="This hub or bike is not there on this day"), transaction():
        what_if.ask(build.account(Role.DISPATCHER), day, "less:999")
