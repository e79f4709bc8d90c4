"""Story 3: the day is planned, and a courier receives the tour on a phone: list, map, directions, GPX."""

from __future__ import annotations

import io
import re

import gpxpy
import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select

from city import clock
from city.db import city_scope, db, every_city, transaction
from city.models import LoginSession
from demo import town
from demo.people import PASSWORD, PEOPLE
from logistics.kinds import SETTLING, EventKind
from logistics.models import CourierEvent, CourierPhoto
from tests.browser import PHONE, PHONE_FIRST
from tests.words import de

DISPATCHER, COURIER = PEOPLE[6].email, PEOPLE[7].email
BREAKS = (EventKind.BREAK_STARTED, EventKind.BREAK_ENDED)
JOB_LIMIT_MS = 240_000  # the machine may be slow; no promise about speed is made here


@pytest.mark.parametrize("size", PHONE_FIRST)
def test_the_day_is_planned_and_the_courier_rides_it(running, clean, size, tmp_path):
    """
    Disposition plans and names a courier; the courier sees the next stop, reports it, takes it back, takes map and GPX.
    """
    dispatcher = running.visit(DISPATCHER, size)
    page = dispatcher.page
    page.goto(f"{running.home}/dispo")
    clean(dispatcher)
    page.get_by_role("button", name=de("Compute the plan")).first.click()
    page.wait_for_url("**/dispo/20*", timeout=JOB_LIMIT_MS)
    select = page.locator("select[name=courier]").first
    select.select_option(label=PEOPLE[7].name)
    page.locator("form:has(select[name=courier])").first.get_by_role("button").click()
    page.wait_for_load_state()
    clean(dispatcher)

    page.get_by_role("button", name=de("Release to the couriers")).click()
    page.wait_for_load_state()

    courier = running.visit(COURIER, size)
    phone = courier.page
    expect(phone).to_have_url(re.compile("/tour"))
    deed(phone, "Ride off").click()
    expect(deed(phone, "Delivered")).to_be_visible()
    first = phone.get_by_role("heading", level=1).inner_text()
    deed(phone, "Delivered").click()
    expect(phone.locator("#zurueck")).to_be_visible()
    clean(courier)
    phone.get_by_role("button", name=de("Undo")).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(first)

    track = gpxpy.parse(taken_along(phone, "tour.gpx"))
    assert sum(len(segment.points) for one in track.tracks for segment in one.segments) > 20
    assert first in "".join(point.name for point in track.waypoints)
    assert_opens_without_a_network(running, courier, tmp_path)


def deed(phone, name: str):
    """The large button under the thumb."""
    return phone.get_by_role("button", name=de(name), exact=True)


def test_a_courier_rides_without_a_network_and_nothing_is_lost(running, clean):
    """
    Load, ride off, the network is cut, the phone reloads: five stops are recorded, each arrives once. After signing out
    nothing of the tour is left on the phone.
    """
    day = released(running)
    courier = running.visit(COURIER, PHONE)
    phone = courier.page
    phone.locator("#laden-liste button").first.click()
    expect(phone.locator("#laden-liste button[aria-pressed=true]")).to_have_count(1)
    wait_for(lambda: phone.evaluate("navigator.serviceWorker.controller !== null"), phone)
    wait_for(lambda: phone.evaluate(KEPT_OF_THE_MAP) == ["/tour/karte.json", "/tour/karte.pmtiles"], phone)
    clean(courier)

    courier.context.set_offline(True)
    phone.reload()
    deed(phone, "Ride off").click()
    ride_to_the_last_one_next(phone)
    ridden = [record(phone, "delivered")]
    expect(phone.locator("#zurueck")).to_be_visible()
    assert phone.evaluate(UNDER_THE_THUMB) == ["haupt", "nicht", "mehr"], "what can be taken back covers no other deed"
    deed(phone, "Begin a break").click()
    expect(phone.locator("#netz")).to_contain_text("Pause seit")
    ridden += [record(phone, how) for how in ("failed", "neighbour", "name", "photo")]
    expect(phone.locator("#netz")).not_to_contain_text("Pause seit")  # who works does not rest
    phone.reload()
    expect(phone.locator("#netz")).to_contain_text("Meldungen warten, nichts geht verloren.")
    offline_map = phone.frame_locator("#karte-rahmen")
    offline_map.locator("main[data-drawn=yes]").wait_for()
    offline_map.locator("canvas.leaflet-tile-loaded").first.wait_for()  # from the tile file on the phone
    assert len(set(ridden)) == 5 and settled(running, day) == []

    courier.problems.clear()  # the browser says what could not be fetched
    courier.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#netz")).not_to_contain_text("warte", timeout=20_000)
    wait_for(lambda: len(settled(running, day)) == 5 and photographed(running) == 1, phone)
    assert [kind for _, kind in settled(running, day)] == [
        "delivered",
        "failed",
        "to_neighbour",
        "delivered",
        "delivered",
    ]
    assert told(running, day, BREAKS) == [EventKind.BREAK_STARTED, EventKind.BREAK_ENDED]
    clean(courier)

    phone.get_by_role("button", name=de("Sign out")).click()
    phone.wait_for_url("**/login**")
    assert phone.evaluate(LEFT_ON_THE_PHONE) == [0, 0, 0]
    assert len(settled(running, day)) == 5


UNDER_THE_THUMB = """["haupt", "nicht", "mehr"].filter(id => {
    const deed = document.getElementById(id), box = deed.getBoundingClientRect();
    return deed.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); })"""
KEPT_OF_THE_MAP = """caches.open('kurier-karte').then(cache => cache.keys())
    .then(all => all.map(one => new URL(one.url).pathname).sort())"""
LEFT_ON_THE_PHONE = """Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()])
    .then(all => all.map(one => one.length))"""


def test_a_courier_whose_sign_in_ends_on_the_way_loses_nothing(running):
    """
    Signed out by the server while a report waits: the page says so; after signing in again the report arrives.
    """
    day = released(running)
    courier = running.visit(COURIER, PHONE)
    phone = courier.page
    deed(phone, "Ride off").click()
    with running.app.app_context(), every_city(), transaction():
        for session in db.session.scalars(select(LoginSession)):
            session.ended_at = clock.now()
    record(phone, "delivered")
    phone.get_by_role("link", name=de("Sign in again")).click()
    phone.locator("input[name=email]").fill(COURIER)
    phone.locator("input[name=password]").fill(PASSWORD)
    phone.get_by_role("button", name="Anmelden").click()
    phone.wait_for_url("**/tour")

    wait_for(lambda: len(settled(running, day)) == 1, phone)
    assert [kind for _, kind in settled(running, day)] == ["delivered"]


def released(running):
    """The day whose tours have been given to the couriers."""
    with running.app.app_context():
        city = town.found()
        assert city is not None
        with city_scope(city.id):
            day = town.next_working_day()
            assert town.assign_couriers(day)
        db.session.remove()
    return day


def record(phone, how: str) -> str:
    """Report the stop that is next; returns its address and number."""
    stop = phone.locator("#halt-nummer").inner_text()
    if how == "delivered":
        deed(phone, "Delivered").click()
    elif how == "failed":
        phone.locator("#nicht").click()
        phone.get_by_role("button", name=de("Nobody there")).click()
    else:
        phone.locator("#mehr").click()
        OTHER_WAYS[how](phone)
    expect(phone.locator("#halt-nummer")).not_to_have_text(stop)
    return stop


def ride_to_the_last_one_next(phone) -> None:
    """The courier prefers another order: the last stop becomes the next one."""
    last = phone.locator("#danach button").last
    address = last.locator("b").inner_text()
    last.click()
    phone.locator("#b-halt [data-order=first]").click()
    expect(phone.locator("#halt-adresse")).to_have_text(address)


def neighbour(phone) -> None:
    phone.locator("[data-deed=neighbour]").click()
    phone.locator("#text-ja").click()
    expect(phone.locator("#text-fehler")).to_have_text(de("Please say who has the parcel. Example: Ahorn, 2nd floor"))
    phone.locator("#text-feld").fill("Birke, 1. OG")
    phone.locator("#text-ja").click()


def signature(phone) -> None:
    phone.locator("[data-deed=name]").click()
    box = phone.locator("#unterschrift").bounding_box()
    phone.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.mouse.down()
    phone.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    phone.mouse.up()
    phone.locator("#name-form button[type=submit]").click()


def photo(phone) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (2400, 1600), "#884422").save(picture, "JPEG")
    with phone.expect_file_chooser() as chosen:
        phone.locator("[data-deed=photo]").click()
    chosen.value.set_files({"name": "tuer.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    expect(phone.locator("#halt-hinweise")).to_contain_text("Foto")
    phone.locator("#hinweise button").click()
    deed(phone, "Delivered").click()


OTHER_WAYS = {"neighbour": neighbour, "name": signature, "photo": photo}


def settled(running, day) -> list[tuple[str, str]]:
    """What the server knows of the stops of a day: (number of the report, what), as it happened."""
    return [(one.client_id, one.kind.value) for one in reports(running, day, SETTLING)]


def told(running, day, kinds) -> list[EventKind]:
    """The reports of these kinds that the server has, as it happened."""
    return [one.kind for one in reports(running, day, kinds)]


def reports(running, day, kinds) -> list[CourierEvent]:
    with running.app.app_context(), every_city():
        db.session.rollback()
        query = select(CourierEvent).where(CourierEvent.day == day, CourierEvent.kind.in_(kinds))
        found = list(db.session.scalars(query.order_by(CourierEvent.happened_at, CourierEvent.id)))
        db.session.remove()
    return found


def photographed(running) -> int:
    with running.app.app_context(), every_city():
        count = db.session.scalar(select(func.count(CourierPhoto.id)))
        db.session.remove()
    return count or 0


def wait_for(what, phone) -> None:
    """Give the phone time to send; fails when it does not."""
    for _ in range(240):
        if what():
            return
        phone.wait_for_timeout(250)
    raise AssertionError("the phone did not send")


def taken_along(page, name: str) -> str:
    """The text of a file that the courier downloads."""
    with page.expect_download() as waiting:
        page.locator(f"a[href$='/tour/{name}']").click()
    return waiting.value.path().read_text(encoding="utf-8")


def assert_opens_without_a_network(running, courier, folder) -> None:
    """The downloaded map draws itself from the disk and asks nobody for anything."""
    kept = folder / "karte.html"
    kept.write_text(taken_along(courier.page, "karte.html"), encoding="utf-8")
    offline = running.stranger(PHONE)
    offline.page.goto(kept.as_uri())
    offline.page.locator("main[data-drawn=yes]").wait_for()

    assert [url for url in offline.requests if not url.startswith(("file:", "data:", "blob:"))] == []
