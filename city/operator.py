"""Who runs these pages (Betreiber): what imprint, privacy and accessibility pages must name, entered by the city."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import select

from city import audit
from city.db import current_city_id, db
from city.models import City

IMPRINT = ("name", "street", "place", "represented_by", "phone", "email")  # § 5 DDG


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator of the pages; empty fields are not known yet."""

    name: str = ""  # "Hansestadt Musterstadt"
    street: str = ""
    place: str = ""  # "21335 Musterstadt"
    represented_by: str = ""
    phone: str = ""
    email: str = ""
    vat_id: str = ""
    privacy_contact: str = ""  # data protection officer, with address
    privacy_authority: str = ""  # supervisory authority
    access_contact: str = ""  # where barriers are reported
    access_body: str = ""  # enforcement and arbitration body

    @property
    def missing(self) -> tuple[str, ...]:
        """Which fields of the imprint are empty."""
        return tuple(name for name in IMPRINT if not getattr(self, name))


def current() -> Operator:
    """What the city has entered; its title stands in for a missing name."""
    city = db.session.scalars(select(City).where(City.id == current_city_id())).one()
    known = {field.name for field in fields(Operator)}
    values = {name: str(value) for name, value in (city.operator or {}).items() if name in known}
    return Operator(**{"name": city.title or city.name, **{name: value for name, value in values.items() if value}})


def change(values: dict[str, str]) -> None:
    """Write down who runs the pages."""
    city = db.session.scalars(select(City).where(City.id == current_city_id())).one()
    city.operator = {field.name: values.get(field.name, "") for field in fields(Operator)}
    audit.record("operator changed", "city", city.id)
