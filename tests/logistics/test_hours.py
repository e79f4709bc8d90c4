"""A hub has its hours on each weekday: windows, docks, deadlines, lockers and plans follow them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine

from city import clock, streets
from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from city.settings import CitySettings
from city.zones.queries import network_on
from logistics import bookings, capacity, chains, dispatch, hours, hub_rooms, lockers, planning, queries, rules
from logistics.kinds import LockerSize, Resource, ShipmentKind
from logistics.models import Dock, Hub
from routing.message import BadInput
from tests import build
from tests.logistics import rows

H = 3600
WEDNESDAY, SATURDAY = "2", "5"
SHORT_SATURDAY = {WEDNESDAY: None, SATURDAY: [10 * H, 14 * H]}


def next_day(weekday: str) -> date:
    """The next such day that is no holiday, some days ahead."""
    day = clock.today() + timedelta(days=2)
    while day.weekday() != int(weekday) or rules.hub_rests(day, "NI"):
        day += timedelta(days=1)
    return day


def plain_hub(**values) -> Hub:
    """A hub from 8 to 18 o'clock with one bike from 9 to 17, closed on Wednesdays, short on Saturdays."""
    given = {"name": "Hub Markt", "opens_s": 8 * H, "closes_s": 18 * H, "other_hours": SHORT_SATURDAY, **values}
    return Hub(**given, vehicles=[rows.bike()], docks=[Dock(name="Hof", vehicles_at_once=1)])


def test_windows_and_dock_slots_follow_the_weekday():
    hub = plain_hub()

    assert rules.delivery_windows(hub, 0)[0] == (9 * H, 11 * H)
    assert rules.delivery_windows(hub, int(WEDNESDAY)) == [] == chains.dock_slots(hub, int(WEDNESDAY))
    assert rules.delivery_windows(hub, int(SATURDAY)) == [(10 * H, 12 * H), (12 * H, 14 * H)]
    assert chains.dock_slots(hub, int(SATURDAY))[0] == 10 * H
    assert chains.dock_slots(hub, int(SATURDAY))[-1] == 13 * H + 1800


def test_bookings_close_before_the_first_bike_or_the_doors_whichever_is_later():
    hub = plain_hub()

    assert rules.closing_s(hub, date(2026, 11, 23), CitySettings()) == 8 * H
    assert rules.closing_s(hub, date(2026, 11, 28), CitySettings()) == 9 * H


def test_the_shop_brings_it_while_somebody_is_there():
    """
    For a Monday parcels come on Saturday, when this hub shuts at eleven: from half past ten, not from noon.
    """
    hub = plain_hub(other_hours={SATURDAY: [8 * H, 11 * H]})
    sunday = date(2026, 11, 29)

    leg = chains.hand_in(
        hub,
        sunday + timedelta(days=1),
        today=date(2026, 11, 24),
        until=(sunday - timedelta(days=1), 11 * H),
        rests=lambda day: day == sunday,
    )

    assert (leg.day, leg.opens_s) == (sunday - timedelta(days=1), 10 * H + 1800)
    assert (leg.until_day, leg.closes_s) == (sunday - timedelta(days=1), 11 * H)


def hand_in_ends(hub, day):
    return rules.hand_in_ends(hub, day, land="NI", settings=CitySettings())


def test_what_rides_at_nine_has_to_be_there_when_the_hub_shuts_on_the_evening_before():
    """
    Bookings close at eight, when the doors open: nobody can bring anything that morning. On Sundays hubs rest.
    """
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    saturday = monday - timedelta(days=2)
    hub = plain_hub(other_hours={SATURDAY: [8 * H, 11 * H]})

    assert hand_in_ends(hub, tuesday) == (monday, 18 * H)
    assert hand_in_ends(hub, monday) == (saturday, 11 * H)
    assert hand_in_ends(plain_hub(opens_s=7 * H), monday) == (monday, 8 * H)


def test_on_sunday_nothing_can_be_brought_for_monday_to_a_hub_that_opens_with_its_bikes():
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    now = rules.CityMoment(sunday, 12 * H)

    def said(hub):
        return rules.objection_to_hand_in(hub, monday, now=now, land="NI", settings=CitySettings())

    assert said(plain_hub(opens_s=7 * H)) is None
    assert "has to be at Hub Markt by" in str(said(plain_hub(name="Hub Markt")))


def test_a_day_on_which_the_hub_is_closed_cannot_be_booked(street_map):
    hub, shop = rows.hub(name="Hub Markt", other_hours=SHORT_SATURDAY), rows.retailer()
    wednesday, saturday = next_day(WEDNESDAY), next_day(SATURDAY)

    with pytest.raises(Conflict, match=f"Hub Markt is closed on {wednesday}"):
        rows.book(shop, hub, wednesday)
    with pytest.raises(Conflict, match="does not deliver from 09:00 to 11:00"):
        rows.book(shop, hub, saturday)
    made = rows.book(shop, hub, saturday, window_opens_s=12 * H, window_closes_s=14 * H)

    assert made.day == saturday


def test_the_plan_of_a_day_keeps_to_the_hours_of_that_day(street_map):
    """
    A bike is back when the hub shuts on that day, however long its usual shift.
    """
    hub, saturday = rows.hub(other_hours=SHORT_SATURDAY), next_day(SATURDAY)
    rows.book(rows.retailer(), hub, saturday, window_opens_s=12 * H, window_closes_s=14 * H)
    given = dispatch.input_of(saturday)
    period_of = partial(streets.period, queries.current_city(), saturday)
    [problem_hub] = planning.question_of(given, network_on(saturday), period_of).problem.hubs

    midnight_s = problem_hub.opens_s - 10 * H
    assert problem_hub.closes_s - midnight_s == 14 * H


def test_a_return_waits_for_a_day_on_which_the_hub_is_open(street_map):
    tuesday = next_day("1")
    hub = rows.hub(other_hours={WEDNESDAY: None})
    shop = rows.retailer(street="Rosenstraße", housenumber="6", lat=53.2488, lon=10.4095)

    back = rows.book(shop, hub, tuesday, kind=ShipmentKind.RETURN)

    assert back.day >= tuesday + timedelta(days=2)


def test_shorter_hours_below_what_is_booked_are_refused_or_marked(street_map):
    operator = rows.operator_of_hubs()
    hub = rows.hub(rows.agreement(operator), operator_id=operator.organisation_id)
    rows.book(rows.retailer(), hub, next_day(SATURDAY))
    shorter = facts(hub, other_hours={SATURDAY: None})

    with pytest.raises(hub_rooms.BelowBooked), transaction():
        hub_rooms.change_hub(operator, hub.id, shorter, revision=1, every=False, anyway=False)
    with transaction():
        hub_rooms.change_hub(operator, hub.id, shorter, revision=1, every=False, anyway=True)

    over = {row.resource for row in capacity.overcommitted(hub.id, clock.today())}
    assert over == {Resource.PARCELS, Resource.STOPS, Resource.CARRIED_G, Resource.CARRIED_ML}


def facts(hub: Hub, **changes) -> hub_rooms.HubFacts:
    names = hub_rooms.HubFacts.__dataclass_fields__
    return hub_rooms.HubFacts(**{**{name: getattr(hub, name) for name in names}, **changes})


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2026-11-25 12:00", "Hub Markt is closed today"),
        ("2026-11-28 09:59", "reached from 10:00 to 14:00"),
        ("2026-11-28 14:00", "reached from 10:00 to 14:00"),
        ("2026-12-25 12:00", "rest today"),
        ("2026-11-28 13:59", None),
        ("2026-11-23 08:00", None),
    ],
)
def test_lockers_are_reached_while_the_hub_is_open(moment, why):
    at = clock.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    said = lockers.closed_now(plain_hub(lockers_always=False, lockers_sunday=False), at, "NI")

    assert why in str(said) if why else said is None


def test_days_on_which_nobody_can_collect_do_not_count():
    hub = plain_hub(lockers_always=False, lockers_sunday=False, locker_days=3)

    assert chains.stay_ends(date(2026, 11, 24), hub, lambda day: False) == date(2026, 11, 28)  # not the Wednesday


def test_the_wall_of_another_hub_must_be_open_and_is_the_one_that_the_customer_is_told(street_map):
    operator = rows.operator_of_hubs()
    hub = rows.hub(rows.agreement(operator), operator_id=operator.organisation_id)
    wall = rows.hub(rows.agreement(operator), operator_id=operator.organisation_id, name="Wand Bahnhof",
                    other_hours={WEDNESDAY: None})  # fmt: skip
    with transaction():
        hub_rooms.add_compartments(operator, wall.id, every=False, size=LockerSize.S, count=1)
    from logistics.kinds import SizeClass
    from logistics.sizes import Size

    there = {"kind": ShipmentKind.LOCKER, "locker_hub_id": wall.id, "size": Size(size_class=SizeClass.S)}
    with pytest.raises(Conflict, match="Wand Bahnhof is closed"):
        rows.book(rows.retailer(), hub, next_day(WEDNESDAY), **there)
    made = rows.book(rows.retailer(), hub, next_day("1"), **there)

    db.session.rollback()
    assert lockers.stay_by_reference(made.reference).compartment.hub.name == "Wand Bahnhof"


@pytest.mark.parametrize(
    ("week", "usual", "other"),
    [
        ([(8, 18)] * 5 + [None], (8, 18), {"5": None}),
        ([(8, 18)] * 5 + [(9, 14)], (8, 18), {"5": [9, 14]}),
        ([None, (9, 12), None, None, None, (9, 12)], (9, 12), {"0": None, "2": None, "3": None, "4": None}),
    ],
)
def test_a_week_is_kept_as_the_usual_hours_and_the_days_that_differ(week, usual, other):
    given = hours.kept(week)

    assert ((given.opens_s, given.closes_s), given.other) == (usual, other)
    hub = Hub(opens_s=given.opens_s, closes_s=given.closes_s, other_hours=given.other)
    assert [hub.hours_of(day) for day in range(6)] == week


def test_a_hub_that_never_opens_is_refused():
    with pytest.raises(BadInput, match="closed on every day"):
        hours.kept([None] * 6)


def test_hours_are_changed_on_the_page_and_half_a_day_is_said_at_its_field(sign_in, street_map):
    browser = sign_in(Role.MANAGER)
    hub = rows.hub(name="Hub Markt", docks=[])
    url = f"/hubs/{hub.id}/ausstattung"
    sent = {f"{edge}_{day}": at for day in ("MO", "TU", "WE", "TH", "FR", "SA")
            for edge, at in (("opens", "08:00"), ("closes", "18:00"))}  # fmt: skip
    sent |= {"name": "Hub Markt", "storage_l": "2.000", "storage_kg": "1.000", "parcels_per_day": "100",
             "chargers": "4", "locker_days": "3", "revision": "1"}  # fmt: skip

    half = browser.post(url, data={**sent, "closes_WE": ""}).text
    assert "For Wednesday one of the two times is missing" in half and 'value="2.000"' in half
    browser.post(url, data={**sent, "opens_WE": "", "closes_WE": "", "closes_SA": "14:00"})

    kept = build.fresh(Hub, hub.id)
    assert (kept.other_hours, kept.chargers) == ({WEDNESDAY: None, SATURDAY: [8 * H, 14 * H]}, 4)
    page = browser.get(f"/hubs/{hub.id}").text
    assert "Open: Mon–Tue 08:00–18:00, Thu–Fri 08:00–18:00, Sat 08:00–14:00" in page
    assert "4 chargers" in page
    assert "Opening hours" in browser.get(url).text


def test_a_booking_page_offers_the_windows_of_each_day(street_map):
    hub = rows.hub(other_hours=SHORT_SATURDAY)
    saturday, monday = next_day(SATURDAY), next_day("0")
    room = chains.room_of(queries.hub(hub.id), [], stops_per_bike_hour=10)

    free = capacity.free_windows(room, [saturday, monday])

    assert [one.opens_s // H for one in free[saturday]] == [10, 12]
    assert [one.opens_s // H for one in free[monday]] == [9, 11, 13, 15]


def test_the_deadline_of_a_short_day_holds_for_cancelling_too(street_map):
    hub, shop = rows.hub(other_hours=SHORT_SATURDAY), rows.retailer()
    saturday = next_day(SATURDAY)
    made = rows.book(shop, hub, saturday, window_opens_s=10 * H, window_closes_s=12 * H)
    late = clock.datetime.combine(saturday, clock.datetime.min.time(), ZoneInfo("Europe/Berlin")) + timedelta(hours=9)

    with time_machine.travel(late), pytest.raises(Conflict, match=r"could be cancelled until .* 09:00"), transaction():
        bookings.cancel_shipment(shop, made.reference)


@pytest.mark.parametrize(
    ("chargers", "nights", "full"),
    [(0, 1, set()), (1, 0, set()), (1, 1, {2}), (2, 1, {2, 3}), (1, 2, {2, 3}), (9, 1, {1, 2, 3})],
)
def test_chargers_fill_the_emptiest_bikes_one_each_a_night(chargers, nights, full):
    """
    Three bikes at 80, 10 and 30 per cent, and one whose charge nobody has entered: it counts as it stands.
    """
    day = date(2026, 11, 23)
    bikes = [rows.bike(number, id=number, range_m=40_000, charge_percent=percent, charge_on=day)
             for number, percent in ((1, 80), (2, 10), (3, 30))]  # fmt: skip
    hub = Hub(chargers=chargers, vehicles=[*bikes, rows.bike(4, id=4, range_m=40_000, charge_percent=50)])
    on = day + timedelta(days=nights)

    assert rules.full_again(hub, on) == full
    assert {bike.id: reach for bike, reach in planning.reaches(hub, on)} == {
        bike.id: 40_000 if bike.id in full else 400 * bike.charge_percent for bike in hub.vehicles
    }
