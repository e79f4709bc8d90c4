"""The stock: streets, shops, who is in them, and their pictures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from city.db import CityBound, Model, Moment
from city.kept import Stamped
from city.models import Organisation, StoredFile
from leerstand.kinds import (
    Category,
    Condition,
    DatePrecision,
    EnergyCertificate,
    Floor,
    Heritage,
    RentForm,
    Ring,
    Side,
    SpellKind,
    Threat,
    UnitKind,
    UseType,
    VacancyReason,
    VacancyStage,
    Visibility,
    Zone,
)

CARGO_BIKE_DOOR_CM = 120  # professional knowledge: a loaded cargo bike passes


class LocationGrade(CityBound, Model):
    """One step of the city's own order of places (Lage): rank 1 is the best. A city that names none uses 1a to c."""

    __tablename__ = "location_grade"
    __table_args__ = (UniqueConstraint("city_id", "rank"), CheckConstraint("rank BETWEEN 1 AND 9", name="rank_known"))

    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int]
    name: Mapped[str]


class StreetAxis(CityBound, Stamped, Model):
    """A shopping street (Straßenzug), its shops in order from the core outward."""

    __tablename__ = "street_axis"
    __table_args__ = (UniqueConstraint("city_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    rank: Mapped[int] = mapped_column(default=0)  # core first: order of the streets on lists and in the picture


def rent_is_unknown(rent_cents_m2: int, invented: Collection[str]) -> bool:
    """Whether a rent of nothing only means that nobody has said one."""
    return not rent_cents_m2 and "rent_cents_m2" in invented


class Unit(CityBound, Stamped, Model):
    """A shop unit (Ladenlokal), whether somebody is in it or not; who is, say its spells.

    ``invented`` names the fields whose values are made up (erfunden) because
    the source says nothing about them; ``name`` is what the sign says.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("city_id", "external_ref"),
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("frontage_m > 0", name="frontage_positive"),
        CheckConstraint("rent_cents_m2 >= 0", name="rent_not_negative"),
        CheckConstraint("grade BETWEEN 1 AND 9", name="grade_known"),
        CheckConstraint("sales_area_m2 IS NULL OR sales_area_m2 BETWEEN 0 AND area_m2", name="sales_area_within"),
        CheckConstraint("storage_area_m2 IS NULL OR storage_area_m2 BETWEEN 0 AND area_m2", name="storage_within"),
        CheckConstraint("min_part_m2 IS NULL OR min_part_m2 BETWEEN 1 AND area_m2", name="part_within"),
        CheckConstraint("min_term_months <= max_term_months", name="term_ordered"),
        CheckConstraint("available_until IS NULL OR available_from < available_until", name="offer_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_ref: Mapped[str | None]  # where an import finds it again: "osm:node/123"
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[UnitKind] = mapped_column(default=UnitKind.SHOP)
    street: Mapped[str]
    housenumber: Mapped[str] = mapped_column(default="")
    flurstueck: Mapped[str] = mapped_column(default="")  # parcel of the land register, for contracts
    lat: Mapped[float]
    lon: Mapped[float]
    axis_id: Mapped[int | None] = mapped_column(ForeignKey("street_axis.id"), index=True)
    position_m: Mapped[int] = mapped_column(default=0)  # along the axis, from its core end
    side: Mapped[Side] = mapped_column(default=Side.ODD)
    grade: Mapped[int] = mapped_column(default=3)  # Lage: rank in the city's list, 1 is the best
    ring: Mapped[Ring] = mapped_column(default=Ring.CORE)
    # the room
    area_m2: Mapped[int]  # usable
    sales_area_m2: Mapped[int | None]
    storage_area_m2: Mapped[int | None]
    frontage_m: Mapped[float]
    ceiling_cm: Mapped[int | None]
    divisible: Mapped[bool] = mapped_column(default=False)
    min_part_m2: Mapped[int | None]  # of a room that can be divided
    shareable: Mapped[bool] = mapped_column(default=False)  # several may use it at different times of the week
    floor: Mapped[Floor] = mapped_column(default=Floor.GROUND)
    condition: Mapped[Condition] = mapped_column(default=Condition.READY)
    # technique
    step_free: Mapped[bool] = mapped_column(default=False)
    steps: Mapped[int | None]  # where the entrance is not step-free
    door_width_cm: Mapped[int] = mapped_column(default=90)
    delivery_door: Mapped[bool] = mapped_column(default=False)
    second_exit: Mapped[bool] = mapped_column(default=False)
    own_entrance: Mapped[bool] = mapped_column(default=False)  # not through a shop or its stock room
    light_from_two_sides: Mapped[bool] = mapped_column(default=False)  # windows to a yard too
    water: Mapped[bool] = mapped_column(default=True)
    heating: Mapped[bool] = mapped_column(default=True)
    wc: Mapped[bool] = mapped_column(default=False)
    accessible_wc: Mapped[bool] = mapped_column(default=False)
    kitchen: Mapped[bool] = mapped_column(default=False)
    grease_trap: Mapped[bool] = mapped_column(default=False)
    exhaust_air: Mapped[bool] = mapped_column(default=False)
    power_kw: Mapped[int] = mapped_column(default=4)
    three_phase: Mapped[bool] = mapped_column(default=False)
    floor_load_kg_m2: Mapped[int | None]
    broadband_mbit: Mapped[int | None]
    energy_certificate: Mapped[EnergyCertificate | None]  # what an offer must say, § 87 GEG
    energy_heat_kwh_m2: Mapped[int | None]  # a year
    energy_power_kwh_m2: Mapped[int | None]  # a year
    energy_carrier: Mapped[str] = mapped_column(default="")
    # law
    baunvo_zone: Mapped[Zone] = mapped_column(default=Zone.MK)
    bplan_ref: Mapped[str] = mapped_column(default="")  # number of the development plan (Bebauungsplan)
    bplan_excludes: Mapped[list[str]] = mapped_column(JSON, default=list)  # UseType values that it rules out
    last_approved_use: Mapped[UseType | None]
    heritage: Mapped[Heritage] = mapped_column(default=Heritage.NONE)
    preservation_statute: Mapped[bool] = mapped_column(default=False)  # Erhaltungssatzung, § 172 BauGB
    max_persons: Mapped[int | None]
    # the offer
    rent_cents_m2: Mapped[int] = mapped_column(default=0)  # asked for, per month, without service charges
    rent_form: Mapped[RentForm] = mapped_column(default=RentForm.FIXED)
    service_charge_cents_m2: Mapped[int | None]  # per month
    deposit_months: Mapped[int | None]
    min_term_months: Mapped[int | None]
    max_term_months: Mapped[int | None]
    vat_opted: Mapped[bool] = mapped_column(default=False)  # § 9 UStG: prefers tenants who deduct input tax
    begun_before_1993_11_11: Mapped[bool] = mapped_column(default=False)  # § 27 (2) UStG: then any business may come
    available_from: Mapped[date | None]  # None: as soon as nobody is in it
    available_until: Mapped[date | None]  # None: no end known
    excluded_uses: Mapped[list[str]] = mapped_column(JSON, default=list)  # UseType values the owner does not want
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.COARSE)  # at most; consents decide what else
    # the record itself
    counts_as_stock: Mapped[bool] = mapped_column(default=True)  # belongs to the retail stock that rates are made of
    last_verified_on: Mapped[date | None] = mapped_column(index=True)  # somebody of the city has been there
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    source: Mapped[str] = mapped_column(default="")
    invented: Mapped[list[str]] = mapped_column(JSON, default=list)

    axis: Mapped[StreetAxis | None] = relationship(lazy="raise_on_sql")
    owner: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    spells: Mapped[list[Occupancy]] = relationship(
        back_populates="unit", lazy="raise_on_sql", order_by="Occupancy.starts", cascade="all, delete-orphan"
    )
    photos: Mapped[list[UnitPhoto]] = relationship(
        back_populates="unit", lazy="raise_on_sql", order_by="UnitPhoto.id.desc()", cascade="all, delete-orphan"
    )

    @property
    def address(self) -> str:
        """Street and house number."""
        return f"{self.street} {self.housenumber}".strip()

    @property
    def point(self) -> tuple[float, float]:
        """(lat, lon), WGS 84."""
        return self.lat, self.lon

    @property
    def cargo_bike_ready(self) -> bool:
        """Whether a loaded cargo bike can be ridden in: level entrance at street height, wide door."""
        return self.floor == Floor.GROUND and self.step_free and self.door_width_cm >= CARGO_BIKE_DOOR_CM

    @property
    def rent_unknown(self) -> bool:
        """Whether nobody has said what the shop costs: its zero is no offer."""
        return rent_is_unknown(self.rent_cents_m2, self.invented)

    @property
    def rent_cents_month(self) -> int:
        """What the owner asks for a month."""
        return self.rent_cents_m2 * self.area_m2


class Occupancy(CityBound, Stamped, Model):
    """Who is in a shop from one day to, perhaps, another (Belegung). Spells of one shop never overlap."""

    __tablename__ = "occupancy"
    __table_args__ = (
        UniqueConstraint("unit_id", "starts"),
        CheckConstraint("ends IS NULL OR starts < ends", name="period_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SpellKind]
    category: Mapped[Category | None]  # None: nobody is active there
    use_type: Mapped[UseType | None]  # of an interim use
    tenant: Mapped[str] = mapped_column(default="")
    starts: Mapped[date]
    ends: Mapped[date | None]  # None: no end known
    starts_precision: Mapped[DatePrecision] = mapped_column(default=DatePrecision.DAY)
    is_chain: Mapped[bool] = mapped_column(default=False)  # one of several branches (Filialist)
    reason: Mapped[VacancyReason | None]  # of a vacancy; never leaves the house
    stage: Mapped[VacancyStage | None]  # of a vacancy; None: recorded
    threat: Mapped[Threat | None]  # of a use that will probably end; never leaves the house
    threat_on: Mapped[date | None]  # when it would stand empty; None: not known
    source: Mapped[str] = mapped_column(default="")
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)
    shares: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list
    )  # agreements for parts or times; empty: all of it

    unit: Mapped[Unit] = relationship(back_populates="spells", lazy="raise_on_sql")

    @property
    def active(self) -> bool:
        """Whether the shop window is alive."""
        return self.kind in (SpellKind.REGULAR, SpellKind.INTERIM)


class UnitPhoto(CityBound, Model):
    """A picture of a shop (Foto). Only one of the front without people, with the owner's consent, becomes public."""

    __tablename__ = "unit_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), unique=True)
    caption: Mapped[str] = mapped_column(default="")  # what is to be seen, for whoever cannot see it
    front_without_people: Mapped[bool] = mapped_column(default=False)
    taken_on: Mapped[date]

    unit: Mapped[Unit] = relationship(back_populates="photos", lazy="raise_on_sql")
    file: Mapped[StoredFile] = relationship(lazy="joined")


class SavedView(CityBound, Model):
    """A filter of the register that somebody wants to see again (gespeicherte Ansicht)."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    question: Mapped[str]  # the part of the address behind the question mark


class StockImport(CityBound, Model):
    """A file with shops that was read and is looked at before anything is kept (Import, Vorschau)."""

    __tablename__ = "stock_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    origin: Mapped[str]  # name of the file, or "OpenStreetMap"
    columns: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[list[list[str]]] = mapped_column(JSON)  # every cell as text; emptied once it is kept
    mapping: Mapped[dict[str, int]] = mapped_column(JSON)  # field -> number of its column
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
