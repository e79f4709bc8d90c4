"""Forms about owners: their file, whom to ask, what was said, what may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice
from wtforms.validators import Optional, ValidationError

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    DayField,
    LongText,
    MailAddressField,
    SelectField,
    SelectMultipleField,
    UploadField,
)
from city.forms import required as must
from city.models import Organisation
from leerstand import labels
from leerstand.forms import offered
from leerstand.kinds import Channel, ConsentScope, ContactRole, LegalBasis, OwnerKind, Willingness
from leerstand.models import OwnerFile, Unit

SHORT, LONG = 120, 2_000  # characters


class ShopOwnerForm(CityForm):
    """To whom one shop belongs."""

    owner_id = SelectField(_l("Owner"), coerce=int)

    def offer(self, owners: Iterable[Organisation]) -> None:
        """The owners that the city knows."""
        self.owner_id.choices = [SelectChoice(owner.id, owner.name) for owner in owners]


class OwnerForm(CityForm):
    """What the city keeps of an owner."""

    name = CheckedText(_l("Name"), [must(), AtMost(SHORT)], description=_l("For example: Community of heirs Eggers"))
    kind = SelectField(
        _l("Kind of owner"), choices=offered(labels.OWNER_KIND_LABELS), coerce=OwnerKind, default=OwnerKind.PRIVATE
    )
    willing_interim = SelectField(
        _l("Open to an interim use?"),
        choices=offered(labels.WILLING_LABELS),
        coerce=Willingness,
        default=Willingness.OPEN,
    )
    terms = LongText(
        _l("Least terms"),
        [Optional(), AtMost(LONG)],
        description=_l("For example: running costs paid, at least 6 months"),
    )
    legal_basis = SelectField(
        _l("Legal basis"), choices=offered(labels.BASIS_LABELS), coerce=LegalBasis, default=LegalBasis.TASK
    )
    source = CheckedText(
        _l("Where name and address come from"),
        [must(), AtMost(SHORT)],
        description=_l("For example: conversation on the spot, letter of the owner"),
    )
    informed_on = DayField(
        _l("Informed about the processing on"), [Optional()], description=_l("Art. 13 and 14 GDPR; within a month.")
    )

    def show(self, name: str, file: OwnerFile | None) -> None:
        """Fill in what is known."""
        self.name.data = name
        if file is not None:
            for key in ("kind", "willing_interim", "terms", "legal_basis", "source", "informed_on"):
                self[key].data = getattr(file, key)

    def values(self) -> dict[str, Any]:
        """What was typed, as columns of the file."""
        return {
            "kind": self.kind.data,
            "willing_interim": self.willing_interim.data,
            "terms": self.terms.data or "",
            "legal_basis": self.legal_basis.data,
            "source": self.source.data or "",
            "informed_on": self.informed_on.data,
        }


class ContactForm(CityForm):
    """Whom to ask."""

    role = SelectField(_l("Answers as"), choices=offered(labels.CONTACT_LABELS), coerce=ContactRole)
    office = CheckedText(
        _l("Office"),
        [must(), AtMost(SHORT)],
        description=_l("An office outlives a change of staff: Property management Ahorn"),
    )
    person = CheckedText(_l("Person"), [Optional(), AtMost(SHORT)])
    email = MailAddressField(_l("E-mail"), [Optional(), AtMost(SHORT)])
    phone = CheckedText(_l("Telephone"), [Optional(), AtMost(60)])
    channel = SelectField(_l("Prefers"), choices=offered(labels.CHANNEL_LABELS), coerce=Channel, default=Channel.MAIL)
    first = BooleanField(_l("Ask here first"))

    def values(self) -> dict[str, Any]:
        """What was typed, as columns."""
        texts = {key: self[key].data or "" for key in ("office", "person", "email", "phone")}
        return {**texts, "role": self.role.data, "channel": self.channel.data, "first": self.first.data}


class _AboutUnit(CityForm):
    """Something about one shop of an owner, or about all."""

    unit_id = SelectField(_l("Shop"), coerce=int, default=0)

    def offer_units(self, units: Iterable[Unit], first: int | None) -> None:
        """The owner's shops; ``first`` is the one that the link was about."""
        own = list(units)
        self.unit_id.choices = [
            SelectChoice(0, gettext("all shops of this owner")),
            *[SelectChoice(unit.id, unit.address) for unit in own],
        ]
        if not self.is_submitted() and first in {unit.id for unit in own}:
            self.unit_id.data = first


class TalkForm(_AboutUnit):
    """What was said, and what comes next."""

    happened_on = DayField(_l("On"), [must()])
    channel = SelectField(_l("How"), choices=offered(labels.CHANNEL_LABELS), coerce=Channel, default=Channel.PHONE)
    text = LongText(
        _l("What was said?"),
        [must(), AtMost(LONG)],
        description=_l("Stays internal. Please write only what the task needs."),
    )
    next_step = CheckedText(_l("Next step"), [Optional(), AtMost(SHORT)])
    due_on = DayField(_l("Until"), [Optional()])

    def values(self) -> dict[str, Any]:
        """What was typed, as columns."""
        return {
            "unit_id": self.unit_id.data or None,
            "happened_on": self.happened_on.data,
            "channel": self.channel.data,
            "text": self.text.data or "",
            "next_step": self.next_step.data or "",
            "due_on": self.due_on.data,
        }

    def validate_due_on(self, field: Field) -> None:
        """A day belongs to a step."""
        if field.data and not self.next_step.data:
            raise ValidationError(
                gettext("What is to be done until %(day)s? Please name the next step.", day=field.raw_data[0])
            )


class ConsentForm(_AboutUnit):
    """What an owner allows to be shown."""

    scopes = SelectMultipleField(_l("May be shown"), choices=offered(labels.CONSENT_LABELS), coerce=ConsentScope)
    given_on = DayField(_l("Given on"), [must()])
    channel = SelectField(_l("How"), choices=offered(labels.CHANNEL_LABELS), coerce=Channel, default=Channel.LETTER)
    proof = CheckedText(
        _l("Where the proof is filed"),
        [must(), AtMost(SHORT)],
        description=_l("For example: file 61-14, letter of 3 May"),
    )

    shown = BooleanField(
        _l("Show it to the public from now on"),
        default=True,
        description=_l("Free shops of which only the rough place is shown then show what is allowed here."),
    )

    def validate_scopes(self, field: Field) -> None:
        """A consent is about something."""
        if not field.data:
            raise ValidationError(gettext("Please choose what may be shown."))
        if ConsentScope.PHOTO in field.data and ConsentScope.PLACE not in field.data:
            raise ValidationError(gettext("A picture shows the place. Please choose “Address and sign” as well."))


class PhotoForm(CityForm):
    """A picture of a shop."""

    photo = UploadField(
        _l("Picture"), description=_l("JPEG, PNG or WebP, at most 11 MB. Place and device are removed.")
    )
    caption = CheckedText(
        _l("What is to be seen?"), [Optional(), AtMost(200)], description=_l("For whoever cannot see the picture.")
    )
    front_without_people = BooleanField(
        _l("Shows the front, and no people"),
        description=_l("Only such a picture may become public, with the owner's consent."),
    )
