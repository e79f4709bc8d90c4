"""The roles in words, and who may give them. Pure: plain objects in, a refusal out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from city.messages import Conflict, Forbidden
from city.models import Account, Organisation, OrganisationKind, Role

ROLE_LABELS = {
    Role.ADMIN: _l("Administration"),
    Role.MANAGER: _l("City-centre management"),
    Role.OWNER: _l("Property owner"),
    Role.APPLICANT: _l("Looking for space"),
    Role.RETAILER: _l("Retailer"),
    Role.OPERATOR: _l("Hub operation"),
    Role.DISPATCHER: _l("Dispatch"),
    Role.COURIER: _l("Courier"),
}
CITY_ROLES = frozenset({Role.ADMIN, Role.MANAGER})  # only the administration gives or takes these
SIGN_UP_ROLES = frozenset({Role.APPLICANT, Role.RETAILER})  # anyone may ask for these
KIND_OF_ORGANISATION = {  # what a new organisation of an invited person is, by the first role that fits
    Role.OWNER: OrganisationKind.OWNER,
    Role.OPERATOR: OrganisationKind.HUB_OPERATOR,
    Role.DISPATCHER: OrganisationKind.COURIER_SERVICE,
    Role.COURIER: OrganisationKind.COURIER_SERVICE,
    Role.RETAILER: OrganisationKind.RETAILER,
    Role.APPLICANT: OrganisationKind.APPLICANT,
    Role.MANAGER: OrganisationKind.CITY,
    Role.ADMIN: OrganisationKind.CITY,
}
ORGANISATION_LABELS = {
    OrganisationKind.CITY: _l("City"),
    OrganisationKind.OWNER: _l("Property owner"),
    OrganisationKind.RETAILER: _l("Retailer"),
    OrganisationKind.HUB_OPERATOR: _l("Hub operation"),
    OrganisationKind.COURIER_SERVICE: _l("Courier service"),
    OrganisationKind.APPLICANT: _l("Looking for space"),
}


def kind_for(roles: frozenset[Role]) -> OrganisationKind:
    """What a new organisation of someone with these roles is."""
    return next(kind for role, kind in KIND_OF_ORGANISATION.items() if role in roles)


def must_run_the_city(by: Account) -> None:
    """Only people of the administration or the city-centre management change other people's accounts."""
    if by.disabled_at is not None or not by.roles & CITY_ROLES:
        raise Forbidden("Your account may not change other people's accounts.")


def may_change_roles(by: Account | None, before: frozenset[Role], after: frozenset[Role]) -> None:
    """Raises Forbidden unless ``by`` may make this change; None is the command line."""
    if by is None:
        return
    must_run_the_city(by)
    if (before ^ after) & CITY_ROLES and Role.ADMIN not in by.roles:
        raise Forbidden("Only the administration may give or take the roles administration and city-centre management.")


def may_touch(by: Account, person: Account) -> None:
    """Raises unless ``by`` may switch this account on or off, sign it out or invite it again."""
    must_run_the_city(by)
    if by.id == person.id:
        raise Conflict("You cannot do this to your own account. Someone else of the administration can.")
    if person.roles & CITY_ROLES and Role.ADMIN not in by.roles:
        raise Forbidden("Only the administration may do this to someone who runs the city's side.")


def administration_stays(by: Account | None, person: Account, after: frozenset[Role], *, other_admins: int) -> None:
    """Nobody takes the administration from himself, and the last one keeps it."""
    if Role.ADMIN not in person.roles - after:
        return
    if by is not None and by.id == person.id:
        raise Conflict("You cannot take the administration away from yourself. Someone else of the administration can.")
    if other_admins == 0:
        raise Conflict("This is the only administration that can sign in. Please give someone else the role first.")


def owner_has_organisation(roles: frozenset[Role], organisation: Organisation | None) -> None:
    """Shops belong to an organisation, so an owner acts for one."""
    if Role.OWNER in roles and (organisation is None or organisation.kind != OrganisationKind.OWNER):
        raise Conflict("A property owner needs an organisation that owns shops. Please choose it or name a new one.")
