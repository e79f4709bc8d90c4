"""From a proposal to a contract: the owner's link, other terms back and forth, terms, signatures, papers."""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from icalendar import Calendar
from sqlalchemy import select

from city import clock, documents
from city.db import db, transaction
from city.models import OrganisationKind, Role
from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms, ProposalLink
from leerstand.kinds import ProposalState, RequestState
from leerstand.models import Agreement, Proposal, Unit, UseRequest
from leerstand.services import proposals
from tests import build
from tests.mailbox import mails, path_in

OWNER_MAIL = "hausverwaltung@example.org"
NEW_TERMS = {
    "answer": "offer",
    "starts": "2027-04-01",
    "last": "2027-07-31",
    "rent_eur": "550",
    "note": "April wäre gut",
}


@pytest.fixture
def deal(app, town, manager):
    """A proposal to an owner who has only an e-mail address, and everybody's browsers."""
    organisation = build.organisation(kind=OrganisationKind.OWNER, name="Eigentum ohne Konto", email=OWNER_MAIL)
    shop = build.unit(owner_id=organisation.id)
    applicant = build.account(Role.APPLICANT)
    wish = build.use_request(applicant)
    with transaction():
        made = proposals.propose(shop.id, wish.id, sender=manager, link_to=lambda number: f"/v/{number}")
    return SimpleNamespace(
        id=made.id,
        request_id=wish.id,
        shop=shop,
        owner_id=organisation.id,
        link=path_in(mails(OWNER_MAIL)[-1]),
        stranger=app.test_client(),
        manager=build.browser_of(app, manager),
        applicant=build.browser_of(app, applicant),
    )


def proposal(deal) -> Proposal:
    return build.fresh(Proposal, deal.id)


def agreement() -> Agreement:
    db.session.rollback()
    return db.session.scalars(select(Agreement)).one()


def test_an_owner_without_an_account_accepts_through_the_link_once(deal):
    """
    The page shows the proposal to whoever holds the link; after the yes the link opens nothing more.
    """
    page = deal.stranger.get(deal.link)
    answered = deal.stranger.post(deal.link, data={"answer": "accept", "note": "gern"})

    assert page.status_code == 200 and deal.shop.address in page.text
    assert "Danke für Ihre Antwort" in answered.text
    assert proposal(deal).state == ProposalState.ACCEPTED and agreement().unit_id == deal.shop.id
    assert deal.stranger.get(deal.link).status_code == 404
    assert deal.stranger.post(deal.link, data={"answer": "decline"}).status_code == 404
    assert proposal(deal).state == ProposalState.ACCEPTED


def test_the_link_leaks_nothing(deal):
    """
    Only a hash is kept, no cache and no search engine keeps the page, and a guessed link is told nothing.
    """
    token = deal.link.rsplit("/", 1)[1]
    page = deal.stranger.get(deal.link)

    kept = db.session.scalars(select(ProposalLink)).one()
    assert token not in (kept.token_hash, kept.recipient) and len(token) >= 43
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] in ("no-referrer", "same-origin") and "noindex" in page.text
    assert token not in page.text.replace(deal.link, "")
    assert deal.stranger.get("/antwort/geraten").status_code == 404


def test_an_old_link_and_one_of_a_former_owner_open_nothing(deal, monkeypatch):
    """
    Thirty days; and a shop that was sold is nobody's business of before.
    """
    later = clock.now() + timedelta(days=31)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        assert deal.stranger.get(deal.link).status_code == 404
    assert deal.stranger.get(deal.link).status_code == 200

    buyer = build.organisation(kind=OrganisationKind.OWNER, name="Käuferin")
    with transaction():
        shop = db.session.scalars(select(Unit).where(Unit.id == deal.shop.id)).one()
        shop.owner_id = buyer.id
    assert deal.stranger.get(deal.link).status_code == 404


def test_other_terms_go_to_the_city_and_the_applicant_and_become_the_agreement(deal):
    """
    Counter-offer by link → the applicant says yes → the manager takes it up → agreement on the owner's terms.
    """
    deal.stranger.post(deal.link, data=NEW_TERMS)
    assert [mail.subject for mail in mails()][-2:] == [
        f"Other terms for {deal.shop.address}",
        f"A shop for “{build.fresh(UseRequest, deal.request_id).title}”: do these terms suit you?",
    ]
    assert deal.stranger.get(deal.link).status_code == 404
    refused = deal.manager.post(f"/vorschlaege/{deal.id}/annehmen")
    assert "has not agreed to these terms" in refused.text

    asked = deal.applicant.get(f"/meine-gesuche/{deal.request_id}")
    said = deal.applicant.post(
        f"/meine-gesuche/{deal.request_id}/bedingungen", data={"answer": "yes"}, follow_redirects=True
    )
    taken = deal.manager.post(f"/vorschlaege/{deal.id}/annehmen", follow_redirects=True)

    assert "April wäre gut" in asked.text and "Thank you." in said.text
    assert "Agreed. The next step is the contract." in taken.text
    made = agreement()
    assert (made.starts, made.ends, made.rent_cents_month) == (date(2027, 4, 1), date(2027, 8, 1), 55_000)


def test_new_terms_of_the_city_end_the_old_link_and_bring_a_new_one(deal):
    """
    The owner can accept only what the newest link shows.
    """
    deal.stranger.post(deal.link, data=NEW_TERMS)
    deal.manager.post(
        f"/vorschlaege/{deal.id}/bedingungen",
        data={"starts": "2027-05-01", "last": "2027-08-31", "rent_eur": "500", "text": "Mai?"},
    )
    newest = path_in(mails(OWNER_MAIL)[-1])

    assert newest != deal.link and deal.stranger.get(deal.link).status_code == 404
    page = deal.stranger.get(newest).text
    assert "Mai?" in page and "April wäre gut" in page
    deal.stranger.post(newest, data={"answer": "accept"})
    assert agreement().starts == date(2027, 5, 1) and agreement().rent_cents_month == 50_000


def test_a_no_of_the_applicant_holds(deal):
    """
    Even a manager's tick does not overrule it.
    """
    deal.stranger.post(deal.link, data=NEW_TERMS)
    deal.applicant.post(f"/meine-gesuche/{deal.request_id}/bedingungen", data={"answer": "no", "text": "zu spät"})

    refused = deal.manager.post(f"/vorschlaege/{deal.id}/annehmen", data={"applicant_agrees": "y"})

    assert "has not agreed to these terms" in refused.text and proposal(deal).state == ProposalState.OPEN


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Es ist noch keine Antwort gewählt."),
        ({"answer": "offer"}, "Für andere Bedingungen geben Sie bitte"),
        ({**NEW_TERMS, "last": "2027-03-01"}, "liegt vor dem ersten"),
        ({**NEW_TERMS, "rent_eur": "viel"}, "ist keine Zahl"),
        ({**NEW_TERMS, "starts": "2020-01-01", "last": "2020-02-01"}, "ist schon vorbei"),
        ({"answer": "accept", "seen": "2020-01-01T00:00:00+00:00"}, "andere Bedingungen gesendet"),
    ],
    ids=str,
)
def test_an_answer_that_cannot_be_taken_says_why_and_keeps_what_was_typed(deal, data, said):
    """
    A sentence, the page again, and the link still works.
    """
    page = deal.stranger.post(deal.link, data={**data, "note": "mein Wort"})

    assert said in page.text and "mein Wort" in page.text
    assert proposal(deal).state == ProposalState.OPEN and deal.stranger.get(deal.link).status_code == 200


def test_a_proposal_taken_back_ends_its_link(deal):
    """
    Shop and request are free again.
    """
    deal.manager.post(f"/vorschlaege/{deal.id}/zuruecknehmen")

    assert deal.stranger.get(deal.link).status_code == 404
    assert build.fresh(UseRequest, deal.request_id).state == RequestState.SUBMITTED


@pytest.fixture
def agreed(deal):
    """The same, accepted."""
    deal.stranger.post(deal.link, data={"answer": "accept"})
    deal.agreement_id = agreement().id
    return deal


TERMS = {
    "kind": "open_lease",
    "rent_form": "stepped",
    "steps": "01.04.2027 500\n01.10.2027 550.50",
    "service_eur": "80",
    "deposit_eur": "1000",
    "notice_rule": "statutory",
    "special_exit_weeks": "",
    "allowed_use": "Atelier <b>und</b> {{ 7*7 }}",
    "text_form": "y",
}


def test_terms_are_written_until_somebody_signs(agreed):
    """
    Steps, notice and deposit are kept; a signature fixes the words; a day that is yet to come is no signature.
    """
    page = f"/vereinbarungen/{agreed.agreement_id}"
    agreed.manager.post(f"{page}/bedingungen", data=TERMS)
    late = agreed.manager.post(f"{page}/unterschriften", data={"owner_signed_on": "2099-01-01"})
    agreed.manager.post(f"{page}/unterschriften", data={"owner_signed_on": "2026-01-05"})
    fixed = agreed.manager.post(f"{page}/bedingungen", data={**TERMS, "deposit_eur": "0"})

    assert "is yet to come" in late.text and "is signed, so its words stay" in fixed.text
    db.session.rollback()
    terms = db.session.scalars(select(AgreementTerms)).one()
    assert (terms.kind, terms.notice_rule, terms.deposit_cents) == (
        AgreementKind.OPEN_LEASE,
        NoticeRule.STATUTORY,
        100_000,
    )
    assert terms.rent_steps == [{"from": "2027-04-01", "cents": 50_000}, {"from": "2027-10-01", "cents": 55_050}]
    assert "third working day" in agreed.manager.get(page).text.lower()


@pytest.mark.parametrize("steps", ["morgen 500", "01.04.2027", "01.04.2027 -5", "01.04.2027 500\n01.03.2027 600"])
def test_a_step_that_cannot_be_read_is_named(agreed, steps):
    """
    The line stands in the sentence, and in the field.
    """
    page = agreed.manager.post(f"/vereinbarungen/{agreed.agreement_id}/bedingungen", data={**TERMS, "steps": steps})

    assert steps.splitlines()[-1] in page.text and ("cannot be read" in page.text or "does not come after" in page.text)


def test_the_contract_is_read_by_both_sides_and_nobody_else(app, agreed):
    """
    City, owner and applicant; another owner and another applicant find nothing.
    """
    page = f"/vereinbarungen/{agreed.agreement_id}/vertrag"
    agreed.manager.post(f"/vereinbarungen/{agreed.agreement_id}/bedingungen", data=TERMS)
    mine = build.browser_of(app, build.account(Role.OWNER, organisation_id=agreed.owner_id))
    other_owner = build.browser_of(app, build.account(Role.OWNER, organisation_id=build.organisation().id))
    other = build.browser_of(app, build.account(Role.APPLICANT))

    for browser in (agreed.manager, agreed.applicant, mine):
        text = browser.get(page).text
        assert "Atelier &lt;b&gt;und&lt;/b&gt; {{ 7*7 }}" in text and "550,50" in text and "§ 580a" in text
    assert [browser.get(page).status_code for browser in (other_owner, other)] == [404, 404]
    assert [browser.get(page + ".pdf").status_code for browser in (other_owner, other)] == [404, 404]


def unpacked(pdf: bytes) -> bytes:
    """What a PDF says of itself, its compressed parts opened."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    opened = []
    for part in parts:
        with suppress(zlib.error):
            opened.append(zlib.decompress(part))
    return pdf + b"".join(opened)


@pytest.mark.one_database
def test_the_pdf_is_tagged_and_loads_nothing_foreign(agreed):
    """
    PDF/UA-1: marked, titled, in German; with the words of the page.
    """
    if not documents.pdf_possible():
        pytest.skip("no Pango on this machine")
    answer = agreed.manager.get(f"/vereinbarungen/{agreed.agreement_id}/vertrag.pdf")

    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    inside = unpacked(answer.data)
    assert all(word in inside for word in (b"/StructTreeRoot", b"/Marked true", b"pdfuaid", b"/Lang", b"Fira-Sans"))
    with pytest.raises(ValueError, match="may not load"):
        documents.pdf(
            '<html lang="de"><head><title>x</title></head><body><img src="http://127.0.0.1/x.png"></body></html>'
        )


def test_where_pango_is_missing_the_page_says_so_and_offers_the_print_view(agreed, monkeypatch):
    """
    No PDF, but the same words to print.
    """
    monkeypatch.setattr(documents, "_weasyprint", lambda: None)
    page = agreed.manager.get(f"/vereinbarungen/{agreed.agreement_id}")
    refused = agreed.manager.get(f"/vereinbarungen/{agreed.agreement_id}/vertrag.pdf")

    assert "Pango is missing" in page.text and "Print the contract" in page.text
    assert refused.status_code == 503 and "Pango is missing" in refused.text
    assert agreed.manager.get(f"/vereinbarungen/{agreed.agreement_id}/vertrag").status_code == 200


def test_the_dates_come_as_a_calendar_file(agreed):
    """
    Each date an all-day event with an alarm, its reason, and a name that stays.
    """
    answer = agreed.applicant.get(f"/vereinbarungen/{agreed.agreement_id}/termine.ics")
    calendar = Calendar.from_ical(io.BytesIO(answer.data).read())
    events = calendar.walk("VEVENT")

    assert answer.mimetype == "text/calendar" and len(events) >= 2
    assert {str(event["UID"]) for event in events} >= {f"vereinbarung-{agreed.agreement_id}-begins@zwischenraum"}
    assert all(event.walk("VALARM") and re.search(r"/vertrag$", str(event["URL"])) for event in events)
