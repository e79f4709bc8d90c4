"""The forms about accounts: signing in and up, passwords, inviting people, their roles, refusing a shop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectChoice
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import EmailInput, PasswordInput

from city.forms import (
    AtMost,
    CheckedText,
    CityForm,
    CoordinateField,
    HiddenText,
    LongText,
    MailAddressField,
    SelectField,
    SelectMultipleField,
    required,
)
from city.models import Organisation, Role
from city.roles import CITY_ROLES, ORGANISATION_LABELS, ROLE_LABELS

LONGEST_NAME = 100
LONGEST_HOUSENUMBER = 12
LONGEST_REASON = 1000


class SecretField(PasswordField):
    """A password; never written back into the page."""

    widget = PasswordInput(hide_value=True)


class LoginForm(CityForm):
    """Who are you? The address is taken as typed, so the answer is the same for every address."""

    email = CheckedText(_l("E-mail address"), [required()], widget=EmailInput())
    password = SecretField(_l("Password"), [required()])


class NewPasswordForm(CityForm):
    """A password to be set; the rules for it are in city.passwords."""

    password = SecretField(
        _l("New password"),
        [required()],
        description=_l("At least 12 characters. Four words that have nothing to do with each other are easy to keep."),
    )


class ChangePasswordForm(NewPasswordForm):
    """A signed-in person changes the password."""

    current = SecretField(_l("Current password"), [required()])


class ResetForm(CityForm):
    """Where should the link go?"""

    email = MailAddressField(_l("E-mail address"), [required()])


class SignUpForm(CityForm):
    """A person who wants an account."""

    name = CheckedText(_l("Your name"), [required(), AtMost(LONGEST_NAME)])
    email = MailAddressField(
        _l("E-mail address"), [required()], description=_l("We send a link there to confirm the address.")
    )


class ShopSignUpForm(SignUpForm):
    """A person who wants an account for a shop."""

    shop = CheckedText(_l("Name of the shop"), [required(), AtMost(LONGEST_NAME)])
    street = CheckedText(_l("Street"), [required(), AtMost(LONGEST_NAME)])
    housenumber = CheckedText(_l("House number"), [required(), AtMost(LONGEST_HOUSENUMBER)])

    lat = CoordinateField(_l("Latitude"), [Optional()])
    lon = CoordinateField(_l("Longitude"), [Optional()])

    def validate_housenumber(self, field: CheckedText) -> None:
        """A house number has a number in it."""
        if not any(character.isdecimal() for character in field.data or ""):
            raise ValidationError(
                gettext("“%(typed)s” is no house number. Example: 14, or 14 a", typed=field.data or "")
            )


class RolesForm(CityForm):
    """What a person may do, and for whom. ``seen`` is what the person could do when the page was shown."""

    seen = HiddenText()
    roles = SelectMultipleField(_l("Roles"), coerce=Role)
    organisation_id = SelectField(
        _l("Organisation"),
        coerce=lambda value: int(value) if value else None,
        description=_l("Property owners, hubs and courier services act for an organisation."),
    )
    new_organisation = CheckedText(
        _l("New organisation"),
        [Optional(), AtMost(LONGEST_NAME)],
        description=_l("Only if it is not in the list."),
    )

    def offer(self, roles: Iterable[Role], organisations: Sequence[Organisation]) -> None:
        """Fill the lists to choose from."""
        self.roles.choices = [SelectChoice(role.value, ROLE_LABELS[role]) for role in Role if role in set(roles)]
        named = [
            SelectChoice(str(made.id), f"{made.name} – {ORGANISATION_LABELS[made.kind]}") for made in organisations
        ]
        self.organisation_id.choices = [SelectChoice("", gettext("none")), *named]

    def validate_new_organisation(self, field: CheckedText) -> None:
        """Either one from the list or a new one."""
        if field.data and self.organisation_id.data is not None:
            raise ValidationError(
                gettext("Please choose “%(none)s” in the list if “%(typed)s” is to be added.",
                        none=gettext("none"), typed=field.data)
            )  # fmt: skip
        if field.data and not self.roles.data:
            raise ValidationError(
                gettext("Please choose a role first, so that it is clear what the organisation does.")
            )


class InviteForm(RolesForm):
    """A person whom the city invites."""

    email = MailAddressField(_l("E-mail address"), [required()])
    name = CheckedText(_l("Name"), [required(), AtMost(LONGEST_NAME)])


class RefuseShopForm(CityForm):
    """Why a shop is not released."""

    reason = LongText(
        _l("Reason"),
        [required(), AtMost(LONGEST_REASON)],
        description=_l("The retailer reads this sentence in a mail."),
    )


def roles_on_offer(by: Iterable[Role]) -> frozenset[Role]:
    """The roles that someone with these roles may give."""
    return frozenset(Role) if Role.ADMIN in set(by) else frozenset(Role) - CITY_ROLES


def chosen_roles(form: RolesForm, kept: frozenset[Role]) -> frozenset[Role]:
    """What was ticked, and the roles that the form did not offer and therefore leaves alone."""
    offered = {choice.value for choice in form.roles.choices}
    ticked: list[Any] = form.roles.data or []
    return frozenset(ticked) | frozenset(role for role in kept if role.value not in offered)
