"""Makes valid rows of logistics; a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from city import clock, settings
from city.db import db, transaction
from city.models import Account, Organisation, OrganisationKind, Role
from leerstand.kinds import ProposalState, UseType
from leerstand.models import Agreement, Proposal
from logistics import bookings, queries, rules
from logistics.kinds import RecipientKind
from logistics.models import Hub, HubVehicle, Shipment
from logistics.wishes import Wish
from tests import build

HOUR_S = 3600


def working_day(after_days: int = 2, land: str = "NI") -> date:
    """A day on which hubs work, some days ahead."""
    day = clock.today() + timedelta(days=after_days)
    while rules.hub_rests(day, land):
        day += timedelta(days=1)
    return day


def day_before_monday(day: date) -> date:
    """The next Sunday from a day on."""
    return day + timedelta(days=6 - day.weekday())


def agreement(operator: Account | None = None, *, use_type: UseType = UseType.MICRO_HUB, **values: Any) -> Agreement:
    """An agreement on a micro-hub in a shop of 80 m², in force for half a year."""
    applicant = operator or operator_of_hubs()
    unit_id = values.pop("unit_id", None) or build.unit(area_m2=values.pop("area_m2", 80)).id
    starts = values.pop("starts", clock.today() - timedelta(days=7))
    ends = values.pop("ends", clock.today() + timedelta(days=180))
    request = build.use_request(applicant, use_type=use_type, organisation_id=applicant.organisation_id)
    both = {"unit_id": unit_id, "request_id": request.id, "starts": starts, "ends": ends, "rent_cents_month": 50_000}
    proposal = build.keep(Proposal(**both, state=ProposalState.ACCEPTED, sent_at=clock.now()))
    return build.keep(Agreement(**both, proposal_id=proposal.id, use_type=use_type, agreed_at=clock.now(), **values))


def operator_of_hubs() -> Account:
    """A person of a firm that runs hubs."""
    firm = build.organisation(kind=OrganisationKind.HUB_OPERATOR)
    return build.account(Role.OPERATOR, organisation_id=firm.id)


def hub(held: Agreement | None = None, *, bikes: int = 2, **values: Any) -> Hub:
    """A hub with room for 100 parcels a day and two bikes from 9 to 17 o'clock; as a booking loads it."""
    held = held or agreement()
    given = {
        "name": f"Hub {held.id}",
        "street": "Rote Straße",
        "housenumber": "1",
        "lat": 53.2465,
        "lon": 10.4115,
        "opens_s": 8 * HOUR_S,
        "closes_s": 18 * HOUR_S,
        "storage_ml": 2_000_000,
        "storage_g": 1_000_000,
        "parcels_per_day": 100,
        "opened_at": clock.now(),
        **values,
    }
    made = Hub(agreement_id=held.id, unit_id=held.unit_id, **given)
    made.vehicles = [bike(number) for number in range(1, bikes + 1)]
    return queries.hub(build.keep(made).id)


def bike(number: int = 1, **values: Any) -> HubVehicle:
    """A cargo bike that rides from 9 to 17 o'clock."""
    given = {"payload_g": 100_000, "volume_ml": 600_000, "starts_s": 9 * HOUR_S, "ends_s": 17 * HOUR_S, **values}
    return HubVehicle(name=f"Rad {number}", **given)


def one_round_each(hub: Hub) -> None:
    """Loading takes an hour and every bike goes home before that is over: nobody comes back for a second round."""
    with transaction():
        settings.change(replace(settings.current().numbers, reload_s=HOUR_S), by_account_id=None)
        for vehicle in db.session.scalars(select(HubVehicle).where(HubVehicle.hub_id == hub.id)):
            vehicle.ends_s = 9 * HOUR_S + 2700
    db.session.rollback()


def retailer(**values: Any) -> Account:
    """A person of a shop that the city has released."""
    return build.account(Role.RETAILER, organisation_id=build.organisation(**values).id)


def shop_of(person: Account) -> Organisation:
    """The organisation a person acts for."""
    assert person.organisation is not None
    return person.organisation


def wish(**values: Any) -> Wish:
    """One parcel of 2 kg and 10 l to a home, from 9 to 11 o'clock."""
    given = {
        "recipient": "Ahorn",
        "recipient_kind": RecipientKind.HOME,
        "street": "Rosenstraße",
        "housenumber": "6",
        "point": (53.2488, 10.4095),
        "parcels": 1,
        "weight_g": 2_000,
        "volume_ml": 10_000,
        "window_opens_s": 9 * HOUR_S,
        "window_closes_s": 11 * HOUR_S,
        **values,
    }
    return Wish(**given)


def book(person: Account, hub: Hub, day: date, *, request_key: str | None = None, **values: Any) -> Shipment:
    """Book as a page does: one service in one transaction."""
    with transaction():
        made = bookings.book_shipment(person, hub_id=hub.id, day=day, wish=wish(**values), request_key=request_key)
    db.session.rollback()
    return made
