"""Story: a shop books ten parcels, the hub takes them in, a bike takes them away, a customer opens a locker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from city.db import db, every_city, transaction
from demo.people import PEOPLE
from logistics.models import Hub, Shipment
from tests.browser import PHONE, WIDE
from tests.words import de

RETAILER, OPERATOR = PEOPLE[4].email, PEOPLE[5].email


def book(page: Page, home: str, *, recipient: str, locker: bool = False) -> str:
    """Book one parcel as a person does; its number."""
    page.goto(f"{home}/buchen")
    if locker:
        page.get_by_label(de("Into a locker"), exact=True).check()
        expect(page.locator("[name=street]")).to_be_hidden()
    else:
        page.locator("[name=street]").fill("Am Berge")
        page.locator("[name=housenumber]").fill("12")
    page.locator("[name=recipient]").fill(recipient)
    page.locator("[name=weight_kg]").fill("1,5")
    page.locator("[name=size]").select_option("s")
    page.locator("input[name=slot]:not([disabled])").last.check()
    page.get_by_role("button", name=de("Book with obligation")).click()
    page.wait_for_url(re.compile(r"/sendungen/[A-Z0-9]{4}-"))
    return page.url.rsplit("/", 1)[1]


@pytest.mark.long
def test_ten_parcels_from_the_shop_to_the_customer(running, clean):
    """
    Booked, changed, cancelled, labelled, scanned, put into a locker and collected, each on the page made for it.
    """
    whole_way(running, clean, parcels=10)


def test_a_parcel_goes_through_the_locker(running, clean):
    """
    The short way: three parcels, one of them into a locker.
    """
    whole_way(running, clean, parcels=3)


def open_lockers_every_day(running) -> None:
    """The story is told on Sundays too."""
    with running.app.app_context(), every_city(), transaction():
        for hub in db.session.scalars(select(Hub)):
            hub.lockers_sunday = True


def whole_way(running, clean, *, parcels: int) -> None:
    open_lockers_every_day(running)
    shop = running.visit(RETAILER, WIDE)
    page = shop.page
    made = [book(page, running.home, recipient=f"Kundin {number}") for number in range(parcels - 1)]
    boxed = book(page, running.home, recipient="Ida Fach", locker=True)
    link = page.locator("a[href*='/paket/']").get_attribute("href")
    clean(shop)
    change(page, running.home, made[0])
    page.goto(f"{running.home}/sendungen/{made[1]}")
    page.get_by_role("button", name=de("Cancel this shipment")).click()
    page.wait_for_load_state()
    paper = shop.context.request.get(f"{running.home}/sendungen/{boxed}/etiketten.pdf")
    assert paper.body().startswith(b"%PDF")

    operator = running.visit(OPERATOR, PHONE)
    desk = operator.page
    desk.goto(f"{running.home}/hubs")
    desk.locator("main th a[href^='/hubs/']").first.click()
    for reference in (made[0], *made[2:], boxed):
        scan(desk, reference, "receive")
        expect(desk.locator(".antwort--ok")).to_contain_text(reference)
    if parcels > 3:
        onto_its_bike(running, desk, made[0])
    scan(desk, boxed, "place")
    box = desk.locator(".antwort .gross").inner_text()
    clean(operator)

    customer = running.stranger(PHONE)
    customer.page.goto(f"{running.home}{link}")
    code = customer.page.locator(".code").inner_text()
    clean(customer)
    customer.page.locator("[name=code]").fill("000000" if code != "000000" else "111111")
    customer.page.get_by_role("button", name=de("Open the compartment")).click()
    expect(customer.page.get_by_text("Sie haben noch 4 Versuche")).to_be_visible()
    customer.page.locator("[name=code]").fill(code)
    customer.page.get_by_role("button", name=de("Open the compartment")).click()
    expect(customer.page.locator(".antwort .gross")).to_have_text(box)


def onto_its_bike(running, desk: Page, reference: str) -> None:
    """The plan has taken it: it stands on a loading list, and scanning it says which bike."""
    lists = desk.locator("section.tafel", has=desk.locator("h2[id^=rad-]")).filter(has_text=reference)
    for _ in range(240):
        desk.goto(f"{running.home}/hubs/1?day={day_of(running, reference)}")
        if lists.count():
            break
        desk.wait_for_timeout(1_000)
    bike = lists.first.locator("h2").inner_text().split(",")[0]
    scan(desk, reference, "load")
    expect(desk.locator(".antwort--ok")).to_contain_text(reference)
    expect(desk.locator(".antwort .gross")).to_have_text(bike)


def day_of(running, reference: str) -> str:
    """The day for which a shipment is booked."""
    with running.app.app_context(), every_city():
        return db.session.scalars(select(Shipment.day).where(Shipment.reference == reference)).one().isoformat()


def change(page: Page, home: str, reference: str) -> None:
    """Two kilograms more."""
    page.goto(f"{home}/sendungen/{reference}/aendern")
    page.locator("[name=weight_kg]").fill("3,5")
    page.get_by_role("button", name=de("Change with obligation")).click()
    page.wait_for_url(re.compile(f"/sendungen/{reference}$"))
    expect(page.get_by_text("3,5 kg").first).to_be_visible()


def scan(desk: Page, code: str, mode: str) -> None:
    """A hand scanner types the code and presses Enter."""
    desk.locator(f"#modus-{mode}").check()
    desk.locator("#scan").fill(code)
    desk.locator("#scan").press("Enter")
    desk.wait_for_load_state()


@pytest.mark.parametrize("path", ["/wiederkehrend", "/schnittstelle", "/sendungen/tabelle"])
def test_the_pages_around_booking_are_clean(running, clean, path):
    shop = running.visit(RETAILER, PHONE)
    shop.page.goto(f"{running.home}{path}")
    clean(shop)


def test_the_equipment_of_a_hub_is_clean(running, clean):
    operator = running.visit(OPERATOR, PHONE)
    operator.page.goto(f"{running.home}/hubs/1/ausstattung")
    clean(operator)
    operator.page.goto(f"{running.home}/hubs/neu")
    clean(operator)
