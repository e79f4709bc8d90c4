"""Every page of the register that no other story opens: readable for all, at both sizes, for all who may see it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from city.db import city_scope, db
from demo.people import PEOPLE
from leerstand.kinds import SpellKind, Visibility
from leerstand.models import Agreement, Occupancy, OwnerContact, Proposal, Unit
from tests.browser import WIDE_FIRST

MANAGER, OWNER, APPLICANT = PEOPLE[1].email, PEOPLE[2].email, PEOPLE[3].email
PAGES = {
    MANAGER: (
        "/laeden/neu", "/laeden/{unit}", "/laeden/{unit}/bearbeiten", "/laeden/{unit}/stand", "/laeden/{unit}/belegung",
        "/laeden/{unit}/belegung/{spell}", "/laeden/{unit}/belegung/{spell}/bearbeiten", "/laeden/{unit}/bild",
        "/laeden/{unit}/vorpruefung", "/laeden/strassen", "/fruehwarnung", "/eigentum", "/eigentum/neu",
        "/eigentum/{owner}", "/eigentum/{owner}/bearbeiten", "/eigentum/{owner}/kontakt/{contact}",
        "/eigentum/{owner}/gespraech", "/eigentum/{owner}/einwilligung", "/gesuche", "/gesuche/1",
        "/gesuche/1/ablehnen", "/gesuche/ungedeckt", "/vereinbarungen", "/vereinbarungen/{agreement}/beenden",
        "/vorschlaege/{proposal}", "/rundgang", "/rundgang/{street}", "/rundgang/{street}/{unit}", "/frequenz",
    ),
    OWNER: ("/meine-vorschlaege", "/laeden/{mine}/expose"),
    APPLICANT: ("/meine-gesuche", "/meine-gesuche/neu", "/meine-gesuche/1", "/meine-gesuche/1/bearbeiten"),
    None: ("/frei", "/frei/{shown}", "/zahlen"),
}  # fmt: skip

CUT_OFF = """() => innerWidth > 700 ? [] : [...document.querySelectorAll('.tab-rahmen')].filter(
    frame => frame.querySelector('.tab--karten') && frame.scrollWidth > frame.clientWidth
).map(frame => frame.ariaLabel)"""  # cards on a phone that reach over the edge of their frame


@pytest.mark.long
@pytest.mark.parametrize("size", WIDE_FIRST)
def test_every_page_of_the_register_is_readable_for_all(running, clean, size):
    """
    Forms, lists, walk-round, owners, requests with papers, the owner's and the applicant's pages, what the public sees.
    """
    numbers = numbers_of(running)
    for person, paths in PAGES.items():
        visit = running.stranger(size) if person is None else running.visit(person, size)
        for path in paths:
            answer = visit.page.goto(running.home + path.format(**numbers))
            assert answer is not None and answer.status == 200, path
            clean(visit)
            assert visit.page.evaluate(CUT_OFF) == [], path
        visit.context.close()


def numbers_of(running) -> dict[str, int | None]:
    """Rows of the demo that these pages show."""
    with running.app.app_context(), city_scope(1):
        empty = select(Unit).join(Occupancy).where(Occupancy.kind == SpellKind.VACANCY, Occupancy.ends.is_(None))
        shown = db.session.scalars(empty.where(Unit.visibility == Visibility.PUBLIC).order_by(Unit.id)).first()
        mine = db.session.scalars(
            empty.where(Unit.owner_id == 1, Unit.visibility != Visibility.INTERNAL).order_by(Unit.id)
        ).first()
        spell = db.session.scalars(select(Occupancy).where(Occupancy.ends.is_(None)).order_by(Occupancy.id)).first()
        contact = db.session.scalars(select(OwnerContact).order_by(OwnerContact.id)).first()
        assert shown and mine and spell and contact
        street = db.session.scalars(select(Unit.axis_id).where(Unit.id == spell.unit_id)).one()
        return {
            "unit": spell.unit_id, "spell": spell.id, "street": street, "shown": shown.id, "mine": mine.id,
            "owner": contact.owner_id, "contact": contact.id,
            "agreement": db.session.scalars(select(Agreement.id)).first(),
            "proposal": db.session.scalars(select(Proposal.id)).first(),
        }  # fmt: skip
