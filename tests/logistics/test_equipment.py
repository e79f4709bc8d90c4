"""The page on which a hub gets bikes, trailers, docks, lockers and quotas: what is wrong is said, nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from city.db import db
from city.models import Role
from logistics.models import Compartment, Dock, HubVehicle, Quota, Trailer
from tests.logistics import rows

BIKE = {"rad-name": "Rad 9", "rad-payload_kg": "150", "rad-volume_l": "700", "rad-starts": "9:00", "rad-ends": "15:00"}
TRAILER = {"anhaenger-name": "Karre", "anhaenger-payload_kg": "60", "anhaenger-volume_l": "300"}
DOCK = {"ladeplatz-name": "Hof", "ladeplatz-vehicles_at_once": "2"}
BOXES = {"faecher-size": "m", "faecher-count": "3"}


@pytest.fixture
def browser(sign_in, street_map):
    return sign_in(Role.MANAGER)


def count(kind: type) -> int:
    """How many rows there are."""
    db.session.rollback()
    return len(list(db.session.scalars(select(kind))))


@pytest.mark.parametrize(
    ("what", "sent", "kind", "more"),
    [("rad", BIKE, HubVehicle, 1), ("anhaenger", TRAILER, Trailer, 1), ("ladeplatz", DOCK, Dock, 1),
     ("faecher", BOXES, Compartment, 3)],
)  # fmt: skip
def test_what_is_added_is_there(browser, what, sent, kind, more):
    hub = rows.hub()
    before = count(kind)

    browser.post(f"/hubs/{hub.id}/ausstattung/{what}", data=sent)

    assert count(kind) == before + more


@pytest.mark.parametrize(
    ("what", "sent", "why"),
    [
        ("rad", {**BIKE, "rad-payload_kg": "0"}, "Carries is 0; it must lie between 1 and 500."),
        ("rad", {**BIKE, "rad-payload_kg": "1000000000"}, "Carries is 1000000000; it must lie between 1 and 500."),
        ("rad", {**BIKE, "rad-starts": ""}, "“Rides from” is missing."),
        ("rad", {**BIKE, "rad-ends": "8:30"}, "The shift ends at 08:30, but begins at 09:00."),
        ("rad", {**BIKE, "rad-name": "Rad 1"}, "“Rad 1” is there already. Please choose another name."),
        ("anhaenger", {**TRAILER, "anhaenger-volume_l": "-1"}, "Holds is -1; it must lie between 1 and 5000."),
        ("ladeplatz", {**DOCK, "ladeplatz-vehicles_at_once": "viele"}, "“viele”"),
        ("faecher", {**BOXES, "faecher-size": "xxl"}, "“xxl”"),
        ("kontingent", {"kontingent-organisation": "999", "kontingent-parcels": "4"}, "“999”"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(browser, what, sent, why):
    hub = rows.hub()
    rows.retailer()

    page = browser.post(f"/hubs/{hub.id}/ausstattung/{what}", data=sent).text

    assert why in page
    for name, value in sent.items():
        assert f'value="{value}"' in page or name.endswith(("size", "organisation")), name
    assert (count(Trailer), count(Dock), count(Compartment), count(Quota)) == (0, 0, 0, 0)


def test_an_address_of_something_that_a_hub_does_not_have_is_not_found(browser):
    hub = rows.hub()

    assert browser.post(f"/hubs/{hub.id}/ausstattung/raketen").status_code == 404
    assert browser.get(f"/hubs/{hub.id}/ausstattung/rad").status_code == 302
