"""What a contract says when nobody has changed anything: standard terms, in German, the language of contracts."""

from __future__ import annotations

from flask_babel import force_locale

from city.messages import say
from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms
from leerstand.kinds import RentForm
from leerstand.labels import USE_LABELS
from leerstand.models import Agreement
from leerstand.shares import asked_cents_month
from routing.message import Message

SPECIAL_EXIT_WEEKS = 8  # time to clear a shop; own assumption, to be agreed in each case


def standard_terms(agreement: Agreement) -> AgreementTerms:
    """An interim-use contract as the city proposes it; every word can be changed before it is signed.

    Service charges and deposit are what the owner asks for the shop.
    """
    unit = agreement.unit
    with force_locale("de"):
        use = say(
            Message(
                "%(use)s (“%(title)s”). Another use needs the owner's consent in text form.",
                {"use": Message(USE_LABELS[agreement.use_type]), "title": agreement.request.title},
            )
        )
        texts = {name: say(sentence) for name, sentence in STANDARD.items()}
    return AgreementTerms(
        agreement_id=agreement.id,
        kind=AgreementKind.INTERIM_USE,
        rent_form=RentForm.FIXED if agreement.rent_cents_month else RentForm.FREE,
        rent_steps=[],
        service_cents_month=asked_cents_month(unit.service_charge_cents_m2 or 0, unit.area_m2, agreement.share),
        deposit_cents=(unit.deposit_months or 0) * agreement.rent_cents_month,
        notice_rule=NoticeRule.NONE,
        special_exit_weeks=SPECIAL_EXIT_WEEKS,
        allowed_use=use,
        viewing_right=True,
        subletting=False,
        no_tacit_extension=True,
        text_form=True,
        **texts,
    )


STANDARD = {
    "extension": Message("The parties may agree on an extension in text form until four weeks before the end."),
    "return_condition": Message(
        "The user gives the room back cleared and swept clean on the last day. Fixtures of the user are removed "
        "unless the owner takes them over."
    ),
    "insurance": Message(
        "The user takes out liability insurance for the use and shows it before the keys are handed over."
    ),
    "liability": Message(
        "Each side is liable for intent and gross negligence; for injury to life, body and health without limit."
    ),
    "energy_meter": Message("Meters are read together at the handover and at the return, and written down."),
    "keys": Message("All keys handed over are written down and given back at the end."),
}
