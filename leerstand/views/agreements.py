"""An agreement and its contract: terms, dates with their reasons, signatures, the paper, and a file for calendars."""

from __future__ import annotations

from datetime import date

from flask import flash, g, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, documents
from city.access import current_account, has_role, requires
from city.db import transaction
from city.documents import CalendarDay
from city.links import address_of
from city.messages import Conflict, say
from city.models import Role
from leerstand import deal_labels, deal_queries, notice
from leerstand.contracts import standard_terms
from leerstand.deal_forms import ContractForm, SignedForm
from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms
from leerstand.models import Agreement
from leerstand.notice import ContractDate
from leerstand.services import agreements as deeds
from leerstand.views.blueprint import SEEKS_ROOM, STAFF, bp
from leerstand.views.owner import my_owner_id

READERS = (*STAFF, Role.OWNER, *SEEKS_ROOM)


def dates_of(agreement: Agreement, terms: AgreementTerms) -> list[ContractDate]:
    """The days of a contract, with the public holidays of this city's Land."""
    closed = deal_queries.holidays_around(g.city, [agreement.starts, agreement.ends])
    return notice.calendar(agreement, terms, closed)


def terms_of(agreement: Agreement) -> AgreementTerms:
    """What the contract says; the standard where nothing was written."""
    return deal_queries.terms_of(agreement.id) or standard_terms(agreement)


def agreement_for_reader(agreement_id: int) -> Agreement:
    """An agreement for the city, or for one of its two sides. Others' are not found."""
    if has_role(*STAFF):
        return deal_queries.agreement(agreement_id)
    if has_role(Role.OWNER) and current_account().organisation_id is not None:
        return deal_queries.agreement_of_owner(my_owner_id(), agreement_id)
    return deal_queries.agreement_of_applicant(current_account().id, agreement_id)


@bp.get("/vereinbarungen/<int:agreement_id>")
@requires(*STAFF)
def agreement(agreement_id: int) -> str:
    """One agreement: where it stands, its dates and why, its contract."""
    return _page(agreement_id)


def _page(agreement_id: int, signed: SignedForm | None = None) -> str:
    found = deal_queries.agreement(agreement_id)
    terms = terms_of(found)
    if signed is None:
        signed = SignedForm(formdata=None, obj=terms)
    today = clock.today()
    closed = deal_queries.holidays_around(g.city, [today])
    return render_template(
        "leerstand/agreement.html",
        agreement=found,
        terms=terms,
        dates=dates_of(found, terms),
        remarks=notice.remarks(found, terms),
        if_today=notice.statutory_if_given(today, closed)
        if terms.kind == AgreementKind.OPEN_LEASE or terms.notice_rule == NoticeRule.STATUTORY
        else None,
        signed=signed,
        words=deal_labels,
        pdf_possible=documents.pdf_possible(),
    )


@bp.route("/vereinbarungen/<int:agreement_id>/bedingungen", methods=["GET", "POST"])
@requires(*STAFF)
def edit_terms(agreement_id: int) -> str | Response:
    """Write what the contract says."""
    found, form = deal_queries.agreement(agreement_id), ContractForm()
    if not form.is_submitted():
        form.show(terms_of(found))
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.change_terms(agreement_id, form.values())
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.agreement", agreement_id=agreement_id))
    return render_template("leerstand/edit_terms.html", form=form, agreement=found)


@bp.post("/vereinbarungen/<int:agreement_id>/unterschriften")
@requires(*STAFF)
def sign(agreement_id: int) -> str | Response:
    """Write down who has signed when."""
    form = SignedForm()
    if form.sent_and_valid():
        try:
            with transaction():
                deeds.sign(agreement_id, owner_on=form.owner_signed_on.data, user_on=form.user_signed_on.data)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("leerstand.agreement", agreement_id=agreement_id))
    return _page(agreement_id, form)


def paper(agreement: Agreement, *, for_pdf: bool) -> str:
    """The contract as a page, in German, the language of contracts."""
    with force_locale("de"):
        terms = terms_of(agreement)
        return render_template(
            "leerstand/contract.html",
            agreement=agreement,
            terms=terms,
            dates=dates_of(agreement, terms),
            steps=[(date.fromisoformat(step["from"]), step["cents"]) for step in terms.rent_steps],
            words=deal_labels,
            town=g.city,
            back=_back(agreement),
            sheet=documents.SHEET if for_pdf else url_for("static", filename="paper.css"),
            for_pdf=for_pdf,
            pdf_url=url_for("leerstand.contract_pdf", agreement_id=agreement.id) if documents.pdf_possible() else "",
        )


def _back(agreement: Agreement) -> str:
    """Where the reader of a contract comes from."""
    if has_role(*STAFF):
        return url_for("leerstand.agreement", agreement_id=agreement.id)
    if has_role(Role.OWNER):
        return url_for("leerstand.my_proposals")
    return url_for("leerstand.my_request", request_id=agreement.request_id)


@bp.get("/vereinbarungen/<int:agreement_id>/vertrag")
@requires(*READERS)
def contract(agreement_id: int) -> str:
    """The contract to read and print, for the city and both sides."""
    return paper(agreement_for_reader(agreement_id), for_pdf=False)


@bp.get("/vereinbarungen/<int:agreement_id>/vertrag.pdf")
@requires(*READERS)
def contract_pdf(agreement_id: int) -> Response:
    """The contract as an accessible PDF."""
    made = documents.pdf(paper(agreement_for_reader(agreement_id), for_pdf=True))
    return documents.download(made, f"vertrag-{agreement_id}.pdf", "application/pdf")


@bp.get("/vereinbarungen/<int:agreement_id>/termine.ics")
@requires(*READERS)
def agreement_dates(agreement_id: int) -> Response:
    """The days of the contract for one's own calendar."""
    found = agreement_for_reader(agreement_id)
    days = [
        CalendarDay(
            key=f"vereinbarung-{found.id}-{one.kind.value}",
            day=one.day,
            title=f"{found.unit.address}: {_(deal_labels.DATE_LABELS[one.kind])}",
            text=say(one.reason),
            url=address_of("leerstand.contract", agreement_id=found.id),
        )
        for one in dates_of(found, terms_of(found))
    ]
    content = documents.calendar_file(days, clock.now())
    return documents.download(content, f"termine-{found.id}.ics", "text/calendar")
