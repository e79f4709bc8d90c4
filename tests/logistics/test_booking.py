"""What a retailer may book, and the sentence for everything else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from city import clock, settings
from city.db import db, transaction
from city.messages import Conflict, NotFound
from city.models import Account
from leerstand.kinds import UseType
from logistics import bookings, queries, rules, services
from logistics.kinds import ShipmentKind, ShipmentStatus
from logistics.models import Hub, HubVehicle
from routing.message import BadInput
from tests.logistics import rows

HOUR_S = 3600
MONDAY = date(2026, 11, 23)
MAP_SHOP = {"street": "Rosenstraße", "housenumber": "6", "lat": 53.2488, "lon": 10.4095}


@pytest.fixture
def sunday_noon():
    """Sunday, 22 November 2026, 12 o'clock in the city."""
    with time_machine.travel("2026-11-22T11:00:00+00:00", tick=True):
        yield


def refusal(hub: Hub, day: date, **wish) -> str:
    """The sentence that a booking is refused with."""
    with pytest.raises((Conflict, BadInput)) as refused:
        rows.book(rows.retailer(), hub, day, **wish)
    return str(refused.value)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 21), "2026-11-21 has passed. Please choose a day from 2026-11-22 on."),
        (date(2026, 11, 22), "2026-11-22 is a Sunday; hubs are closed then. Please choose a working day."),
        (date(2026, 12, 25), "2026-12-25 is too far ahead. Bookings are open until 2026-12-22."),
    ],
)
def test_days_on_which_nobody_rides_are_refused(sunday_noon, hub, day, why):
    assert refusal(hub, day) == why


def test_public_holidays_of_the_land_are_refused(street_map):
    with time_machine.travel("2026-10-20T10:00:00+00:00"):
        assert refusal(rows.hub(), date(2026, 10, 31)) == (
            "2026-10-31 is a public holiday (Reformationstag); hubs are closed then. Please choose a working day."
        )


def test_no_day_beyond_the_lease_and_none_before_it(sunday_noon, street_map):
    ends = MONDAY + timedelta(days=2)
    short = rows.hub(rows.agreement(ends=ends), name="Hub Kurz")
    late = rows.hub(rows.agreement(starts=ends), name="Hub Neu")

    assert refusal(short, ends) == ("Hub Kurz is there until 2026-11-24. Please choose an earlier day or another hub.")
    assert refusal(late, MONDAY) == "Hub Neu opens on 2026-11-25. Please choose a later day or another hub."
    assert rows.book(rows.retailer(), short, ends - timedelta(days=1)).day == ends - timedelta(days=1)


@pytest.fixture
def early_hub(street_map):
    """A hub whose doors open two hours before its bikes leave: shops bring parcels in the morning."""
    return rows.hub(name="Hub Markt", opens_s=7 * HOUR_S)


def test_today_closes_an_hour_before_the_first_bike_leaves(early_hub):
    hub = early_hub
    with time_machine.travel("2026-11-23T06:59:00+00:00"):  # 7:59 in the city
        assert rows.book(rows.retailer(), hub, MONDAY).day == MONDAY
    with time_machine.travel("2026-11-23T07:00:00+00:00"):
        assert refusal(hub, MONDAY) == (
            "Bookings for today closed at 08:00, before the bikes leave. Please choose another day."
        )


@pytest.mark.parametrize(
    ("window", "why"),
    [
        (
            (11, 9),
            "The window ends at 09:00, but begins at 11:00. The end must be later than the beginning, on the same day.",
        ),
        (
            (9, 9),
            "The window ends at 09:00, but begins at 09:00. The end must be later than the beginning, on the same day.",
        ),
        ((8, 20), "Hub Markt does not deliver from 08:00 to 20:00. Please choose one of the windows shown."),
    ],
)
def test_windows_that_make_no_sense_or_are_not_offered_are_refused(hub, window, why):
    opens, closes = window
    wish = {"window_opens_s": opens * HOUR_S, "window_closes_s": closes * HOUR_S}

    assert refusal(hub, rows.working_day(), **wish) == why


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"parcels": 0}, "0 parcels are not possible; allowed are 1 to 200."),
        ({"parcels": 201}, "201 parcels are not possible; allowed are 1 to 200."),
        ({"weight_g": 0}, "0.0 kg and 10.0 l are not possible; both must be more than 0."),
        ({"volume_ml": -1}, "2.0 kg and -0.001 l are not possible; both must be more than 0."),
        (
            {"weight_g": 120_000},
            "120.0 kg are too heavy: the largest bike of Hub Markt carries 100.0 kg. Please book several shipments.",
        ),
        (
            {"volume_ml": 700_000},
            "700.0 l are too large: the largest bike of Hub Markt holds 600.0 l. Please book several shipments.",
        ),
    ],
)
def test_sizes_that_no_bike_carries_are_said_at_booking(hub, wish, why):
    assert refusal(hub, rows.working_day(), **wish) == why


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ((10.4095, 53.2488), "swapped"),
        ((0.0, 0.0), "outside the map"),
        ((48.14, 11.58), "outside the map"),
    ],
)
def test_places_off_the_map_are_refused_before_anything_is_taken(hub, point, why):
    assert why in refusal(hub, rows.working_day(), point=point)
    assert queries.open_shipments(hub.id, from_day=clock.today()) == 0


def test_a_closed_hub_takes_no_bookings_and_a_hub_with_bookings_is_not_closed(street_map):
    person = rows.operator_of_hubs()
    hub = rows.hub(rows.agreement(person), operator_id=person.organisation_id, name="Hub Markt")
    day = rows.working_day()
    shipment, shop = rows.book(rows.retailer(), hub, day), rows.retailer()

    with pytest.raises(Conflict, match="Hub Markt still has 1 shipments to deliver"), transaction():
        services.close_hub(person, hub.id, every=False)
    with transaction():
        bookings.cancel_shipment(account(shipment.booked_by_id), shipment.reference)
    with transaction():
        services.close_hub(person, hub.id, every=False)
    with pytest.raises(Conflict, match="Hub Markt takes no more bookings"):
        rows.book(shop, hub, day)


def account(account_id):
    """The account of this number."""
    return db.session.scalars(select(Account).where(Account.id == account_id)).one()


def test_a_shop_that_the_city_has_not_released_cannot_book(hub):
    person = rows.retailer(released_at=None, name="Neuer Laden")

    with pytest.raises(Conflict, match="The city has not released Neuer Laden for bookings yet"):
        rows.book(person, hub, rows.working_day())


def test_the_booking_of_another_shop_is_not_found(hub):
    mine, other = rows.retailer(), rows.retailer()
    shipment = rows.book(mine, hub, rows.working_day())

    assert queries.shipment_of(mine.organisation_id, shipment.reference).reference == shipment.reference
    with pytest.raises(NotFound):
        queries.shipment_of(other.organisation_id, shipment.reference)
    with pytest.raises(NotFound), transaction():
        bookings.cancel_shipment(other, shipment.reference)


def test_parcels_that_nobody_can_bring_any_more_are_refused_while_a_lorry_or_a_bike_may_still_bring_them(
    hub, sunday_noon
):
    """
    On Sunday this hub is closed, and on Monday it opens when bookings close.
    """
    assert refusal(hub, MONDAY) == (
        "What rides on 2026-11-23 has to be at Hub Markt by 2026-11-21, 18:00. Please choose a later day."
    )
    assert rows.book(rows.retailer(), hub, MONDAY + timedelta(days=1)).legs[0].until_day == MONDAY
    back = rows.book(rows.retailer(**MAP_SHOP), hub, MONDAY, kind=ShipmentKind.RETURN)
    assert back.day == MONDAY + timedelta(days=1)
    assert rows.book(rows.retailer(), hub, MONDAY, at_hub=True).day == MONDAY  # a second try: it lies there


def test_a_booking_can_be_cancelled_until_the_bikes_leave(early_hub, sunday_noon):
    hub, person = early_hub, rows.retailer()
    reference = rows.book(person, hub, MONDAY).reference
    late = rows.book(person, hub, MONDAY).reference

    with transaction():
        assert bookings.cancel_shipment(person, reference).status == ShipmentStatus.CANCELLED
    with pytest.raises(Conflict, match="is not open any more"), transaction():
        bookings.cancel_shipment(person, reference)
    with time_machine.travel("2026-11-23T07:00:00+00:00"), pytest.raises(Conflict) as refused, transaction():
        bookings.cancel_shipment(person, late)
    assert str(refused.value) == (f"Shipment {late} could be cancelled until 2026-11-23, 08:00. Please call the hub.")


def test_references_tell_nobody_how_many_others_booked(hub):
    person, day = rows.retailer(), rows.working_day()
    first, second = (rows.book(person, hub, day).reference for _ in range(2))

    assert first[:4] != second[:4] and len(first) == 9


# --- opening a hub ---


def test_a_hub_is_opened_in_an_agreed_shop_and_its_area_gives_its_room(town):
    person = rows.operator_of_hubs()
    held = rows.agreement(person, area_m2=80)

    hub = opened(person, held.id)

    assert (hub.storage_ml, hub.storage_g, hub.parcels_per_day) == (20_000_000, 12_000_000, 640)
    assert [bike.name for bike in hub.vehicles] == ["Rad 1", "Rad 2", "Rad 3"]
    assert {bike.vehicle_class for bike in hub.vehicles} == {"cargo_bike"}
    assert hub.operator_id == person.organisation_id


def opened(person, agreement_id: int, **values) -> Hub:
    given = {"name": "Hub Sand", "opens_s": 8 * HOUR_S, "closes_s": 18 * HOUR_S, "bikes": 3, **values}
    with transaction():
        hub = services.open_hub(person, agreement_id, every=False, **given)
    return queries.hub(hub.id)


@pytest.mark.parametrize(
    ("agreement", "values", "why"),
    [
        ({"area_m2": 20}, {}, "has 20 m²; a micro-hub needs at least 35 m²"),
        ({}, {"opens_s": 18 * HOUR_S, "closes_s": 8 * HOUR_S}, "The hub closes at 08:00, but opens at 18:00"),
        ({}, {"bikes": 0}, "0 bikes are not possible; allowed are 1 to 50"),
    ],
)
def test_hubs_that_cannot_be_opened_are_refused_with_the_reason(town, agreement, values, why):
    person = rows.operator_of_hubs()
    held = rows.agreement(person, **agreement)

    with pytest.raises((Conflict, BadInput), match=why):
        opened(person, held.id, **values)


def test_an_agreement_on_another_use_or_of_another_operator_opens_no_hub(town):
    person, other = rows.operator_of_hubs(), rows.operator_of_hubs()
    cafe, theirs = rows.agreement(person, use_type=UseType.CAFE), rows.agreement(other)

    for agreement_id in (cafe.id, theirs.id):
        with pytest.raises(NotFound):
            opened(person, agreement_id)


def test_one_agreement_holds_one_hub(town):
    person = rows.operator_of_hubs()
    held = rows.agreement(person)
    opened(person, held.id)

    with pytest.raises(Conflict, match="a hub was opened already"):
        opened(person, held.id, name="Hub Zwei")


def test_only_emission_free_vehicles_leave_a_hub(town):
    """
    The rule says why, and the database refuses what slips past it.
    """
    assert str(rules.emission_free("diesel_van")) == (
        "“diesel_van” does not leave a hub: only emission-free vehicles do (cargo_bike)."
    )
    assert rules.emission_free("cargo_bike") is None

    hub_id = rows.hub().id
    with pytest.raises(IntegrityError, match="emission_free"), transaction():
        van = rows.bike(9, vehicle_class="diesel_van")
        van.hub_id = hub_id
        db.session.add(van)
    assert len(list(db.session.scalars(select(HubVehicle)))) == 2


def test_numbers_of_a_plan_say_what_a_diesel_van_would_have_emitted():
    found = rules.impact(10_000, settings.CitySettings())

    assert (found.co2e_g, found.van_co2e_g, found.avoided_g) == (60, 3_400, 3_340)
