"""Forms between a proposal and a contract: answers, offers, terms. On the screen a period ends with its last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.validators import Optional, ValidationError

from city.forms import (
    CityForm,
    DayField,
    EuroField,
    HiddenText,
    LimitsBetween,
    LongText,
    NumberField,
    SelectField,
    WholeNumberField,
)
from city.forms import required as must
from city.web import format_number
from leerstand import deal_labels
from leerstand.deal_kinds import AgreementKind, NoticeRule
from leerstand.deal_models import AgreementTerms
from leerstand.forms import MAX_EURO, cents, day_of, offered
from leerstand.kinds import RentForm
from leerstand.models import Proposal
from leerstand.services.negotiation import Terms
from leerstand.spells import last_day
from routing.message import BadInput


class PeriodForm(CityForm):
    """A period and a rent."""

    starts = DayField(_l("From"), [must()])
    last = DayField(_l("Until and including"), [must()])
    rent_eur = EuroField(_l("Rent a month"), [must(), LimitsBetween(0, MAX_EURO)])

    def show(self, proposal: Proposal) -> None:
        """Fill in the terms of a proposal."""
        self.starts.data, self.last.data = proposal.starts, last_day(proposal.ends)
        self.rent_eur.data = proposal.rent_cents_month / 100

    def terms(self) -> Terms:
        """What was typed."""
        return Terms(day_of(self.starts), day_of(self.last) + timedelta(days=1), cents(self.rent_eur.data or 0))

    def validate_last(self, field: Field) -> None:
        """It does not end before it begins."""
        if field.data and self.starts.data and field.data < self.starts.data:
            raise ValidationError(
                gettext(
                    "The last day, %(last)s, lies before the first, %(first)s.",
                    last=field.raw_data[0],
                    first=self.starts.raw_data[0],
                )
            )


class TermsForm(PeriodForm):
    """Other terms from the city, with a word to them."""

    text = LongText(_l("A word to it"), [Optional()])


class OwnerAnswerForm(PeriodForm):
    """An owner's answer: yes, no, or other terms, says the button. Only other terms need their fields."""

    seen = HiddenText()  # which terms the page showed
    starts = DayField(_l("From"), [Optional()])
    last = DayField(_l("Until and including"), [Optional()])
    rent_eur = EuroField(_l("Rent a month"), [Optional(), LimitsBetween(0, MAX_EURO)])
    note = LongText(_l("A word to the city"), [Optional()])

    def show(self, proposal: Proposal) -> None:
        """Fill in the terms of a proposal."""
        super().show(proposal)
        self.seen.data = proposal.sent_at.isoformat()

    def terms(self) -> Terms:
        """What was typed. Raises BadInput where something is missing."""
        if self.starts.data is None or self.last.data is None or self.rent_eur.data is None:
            raise BadInput("For other terms please give first day, last day and rent.")
        return super().terms()

    def check_seen(self, proposal: Proposal) -> None:
        """A yes or no is to the terms that the page showed. Raises BadInput when others hold now."""
        if self.seen.data and self.seen.data != proposal.sent_at.isoformat():
            raise BadInput("The city has sent other terms in the meantime. Please load the page again and compare.")


class ApplicantAnswerForm(CityForm):
    """Whether an owner's terms suit; which of the two, says the button."""

    text = LongText(_l("A word to the city"), [Optional()])


class AdoptForm(CityForm):
    """The city takes an offer up."""

    applicant_agrees = BooleanField(_l("The applicant has agreed to these terms"))


class ContractForm(CityForm):
    """What the contract says beyond place, time and rent."""

    kind = SelectField(_l("Kind of contract"), choices=offered(deal_labels.KIND_LABELS), coerce=AgreementKind)
    rent_form = SelectField(
        _l("How the rent is reckoned"), choices=offered(deal_labels.RENT_FORM_LABELS), coerce=RentForm
    )
    revenue_percent = NumberField(_l("Share of the turnover"), [Optional(), LimitsBetween(0, 100)])
    min_rent_eur = EuroField(_l("But at least a month"), [Optional(), LimitsBetween(0, MAX_EURO)])
    steps = LongText(
        _l("Steps of the rent"), [Optional()], description=_l("One per line, day and rent: 01.04.2027 500")
    )
    service_eur = NumberField(_l("Service charges a month"), [must(), LimitsBetween(0, MAX_EURO)], default=0)
    deposit_eur = NumberField(_l("Deposit"), [must(), LimitsBetween(0, MAX_EURO)], default=0)
    notice_rule = SelectField(_l("Ordinary notice"), choices=offered(deal_labels.NOTICE_LABELS), coerce=NoticeRule)
    notice_weeks = WholeNumberField(_l("Weeks of notice, if agreed"), [Optional(), LimitsBetween(1, 104)])
    special_exit_weeks = WholeNumberField(
        _l("Special exit"),
        [Optional(), LimitsBetween(1, 104)],
        description=_l("When the owner finds a regular tenant or sells. Empty: none is agreed."),
    )
    extension = LongText(_l("Extension"), [Optional()])
    allowed_use = LongText(_l("Allowed use"), [must()])
    return_condition = LongText(_l("State at the return"), [Optional()])
    insurance = LongText(_l("Insurance"), [Optional()])
    liability = LongText(_l("Liability"), [Optional()])
    energy_meter = LongText(_l("Meters"), [Optional()])
    keys = LongText(_l("Keys"), [Optional()])
    viewing_right = BooleanField(_l("The owner may show the room to others by appointment"))
    subletting = BooleanField(_l("Subletting is allowed"))
    no_tacit_extension = BooleanField(_l("Tacit extension (§ 545 BGB) is excluded"))
    text_form = BooleanField(_l("Concluded in text form (an e-mail suffices)"))
    same: ClassVar[tuple[str, ...]] = (
        *("kind", "rent_form", "revenue_percent", "notice_rule", "notice_weeks", "special_exit_weeks", "extension"),
        *("allowed_use", "return_condition", "insurance", "liability", "energy_meter", "keys"),
        *("viewing_right", "subletting", "no_tacit_extension", "text_form"),
    )
    words: ClassVar[tuple[str, ...]] = (
        *("extension", "allowed_use", "return_condition", "insurance", "liability", "energy_meter", "keys"),
    )

    def show(self, terms: AgreementTerms) -> None:
        """Fill in what is agreed."""
        for name in self.same:
            self[name].data = getattr(terms, name)
        self.service_eur.data, self.deposit_eur.data = terms.service_cents_month / 100, terms.deposit_cents / 100
        self.min_rent_eur.data = None if terms.min_rent_cents is None else terms.min_rent_cents / 100
        self.steps.data = "\n".join(_step_line(step) for step in terms.rent_steps)

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the terms."""
        return {
            **{name: self[name].data for name in self.same},
            **{name: self[name].data or "" for name in self.words},
            "service_cents_month": cents(self.service_eur.data or 0),
            "deposit_cents": cents(self.deposit_eur.data or 0),
            "min_rent_cents": None if self.min_rent_eur.data is None else cents(self.min_rent_eur.data),
            "rent_steps": read_steps(self.steps.data or ""),
        }

    def validate_steps(self, field: Field) -> None:
        """Each line is a day and a rent, in order."""
        try:
            read_steps(field.data or "")
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem

    def validate_notice_weeks(self, field: Field) -> None:
        """Whoever agrees on weeks says how many."""
        if self.notice_rule.data == NoticeRule.WEEKS and not field.data:
            raise ValidationError(gettext("“%(label)s” is missing.", label=field.label.text))

    def validate_revenue_percent(self, field: Field) -> None:
        """Whoever agrees on a share of the turnover says how much."""
        if self.rent_form.data == RentForm.TURNOVER and field.data is None:
            raise ValidationError(gettext("“%(label)s” is missing.", label=field.label.text))


def _step_line(step: dict[str, Any]) -> str:
    year, month, day = step["from"].split("-")
    return f"{day}.{month}.{year} {format_number(step['cents'] / 100, 2 if step['cents'] % 100 else 0)}"


def read_steps(text: str) -> list[dict[str, Any]]:
    """The steps of a rent, one per line. Raises ValueError with a sentence that names the line."""
    form = PeriodForm(meta={"csrf": False}, formdata=None)
    steps: list[dict[str, Any]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day_text, _, rent_text = line.partition(" ")
        try:
            form.starts.process_formdata([day_text])
            form.rent_eur.process_formdata([rent_text.replace("€", "").strip() or "?"])
        except ValueError as problem:
            raise ValueError(_bad_step(line)) from problem
        day, rent = form.starts.data, form.rent_eur.data
        if day is None or rent is None or not 0 <= rent <= MAX_EURO:
            raise ValueError(_bad_step(line))
        if steps and day.isoformat() <= steps[-1]["from"]:
            raise ValueError(gettext("“%(line)s” does not come after the line before it.", line=line[:60]))
        steps.append({"from": day.isoformat(), "cents": cents(rent)})
    return steps


def _bad_step(line: str) -> str:
    return gettext("“%(line)s” cannot be read. Like this: 01.04.2027 500", line=line[:60])


class SignedForm(CityForm):
    """When which side has signed."""

    owner_signed_on = DayField(_l("Signed by the owner on"), [Optional()])
    user_signed_on = DayField(_l("Signed by the user on"), [Optional()])
