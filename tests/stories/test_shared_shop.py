"""Story: two share a shop, by parts or by times; the owner is asked about both at once and says yes twice."""

from __future__ import annotations

from itertools import combinations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from city import clock, settings
from city.db import city_scope, db, transaction
from city.models import Account
from demo.people import PEOPLE
from leerstand import offers, queries
from leerstand.models import Agreement, Unit, UseRequest
from leerstand.rules import suitability
from leerstand.services import proposals
from leerstand.shares import Way
from tests.browser import PHONE, WIDE
from tests.words import de

MANAGER = PEOPLE[1].email


@pytest.mark.long
@pytest.mark.parametrize(("way", "size"), [(Way.PART, PHONE), (Way.TIMES, WIDE)], ids=["parts-phone", "times-wide"])
def test_two_share_a_shop_and_get_a_contract_each(running, clean, way, size):
    """
    Zwei Vorschläge für einen Laden → seine Seiten und Formulare → zweimal Ja → zwei Verträge, die den Anteil nennen.
    """
    with running.app.app_context(), city_scope(1):
        shop, wishes = two_who_fit(way)
        asked, titles, owner_mail = propose(shop, wishes, way)
        shop_id = shop.id
    manager, owner = running.visit(MANAGER, size), running.visit(owner_mail, size)
    page = manager.page
    for path in (f"/laeden/{shop_id}/bearbeiten", f"/vorschlaege/{asked[0]}", f"/laeden/{shop_id}"):
        page.goto(running.home + path)
        clean(manager)
    expect(page.get_by_role("button", name=de("Take the proposal back"))).to_have_count(2)

    for number in asked:
        owner.page.goto(f"{running.home}/meine-vorschlaege/{number}")
        if number == asked[0]:
            clean(owner)
        owner.page.get_by_role("button", name=de("Accept"), exact=True).click()
        owner.page.wait_for_load_state()

    page.goto(f"{running.home}/laeden/{shop_id}")
    there = page.locator("h3", has_text=de("Who shares it now?")).locator("xpath=following-sibling::ul[1]/li")
    expect(there).to_have_count(2)
    for title in titles:
        expect(there.filter(has_text=title)).to_have_count(1)
    clean(manager)
    for number in agreed(running, asked):
        page.goto(f"{running.home}/vereinbarungen/{number}/vertrag")
        expect(page.locator("body")).to_contain_text("einen Teil von" if way == Way.PART else "zu diesen Wochenzeiten")
        clean(manager)


def two_who_fit(way: Way) -> tuple[Unit, list[UseRequest]]:
    """A shop whose owner can sign in, and two requests that no rule keeps from sharing it."""
    numbers, today, waiting = settings.current().numbers, clock.today(), queries.open_requests()
    for shop in queries.stock():
        place = queries.situation_of(shop, today, numbers)
        if place is None or not queries.people_of(shop.owner_id or 0) or queries.open_proposals_for_unit(shop.id):
            continue
        fit = [
            wish
            for wish in waiting
            if offers.on_offer(shop, wish, way)
            and not suitability(shop, wish, numbers, place, share=offers.share_of(shop, wish, way)).obstacles
        ]
        for pair in combinations(fit, 2):
            one, other = (offers.share_of(shop, wish, way) for wish in pair)
            if offers.room_beside(shop, place.sharing, [one], other):
                return shop, list(pair)
    raise AssertionError("nobody in the demo can share a shop")


def propose(shop: Unit, wishes: list[UseRequest], way: Way) -> tuple[list[int], list[str], str]:
    """Ask the owner about both; the proposals, the titles, and the owner's address to sign in with."""
    owner_mail = queries.people_of(shop.owner_id or 0)[0].email
    wanted = [(wish.id, wish.title, offers.share_of(shop, wish, way)) for wish in wishes]
    sender = db.session.scalars(select(Account).where(Account.email == MANAGER)).one()
    shop_id, made = shop.id, []
    with transaction():
        for wish, _title, share in wanted:
            made.append(proposals.propose(shop_id, wish, sender=sender, link_to=str, share=share).id)
    return made, [title for _wish, title, _share in wanted], owner_mail


def agreed(running, asked: list[int]) -> list[int]:
    """The numbers of the agreements that came of the proposals."""
    with running.app.app_context(), city_scope(1):
        return list(db.session.scalars(select(Agreement.id).where(Agreement.proposal_id.in_(asked))))
