"""Numbers that a city may change, each with its unit and where the default comes from."""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import func, select

from city import audit, clock
from city.db import db
from city.models import SettingsVersion
from city.remembered import once
from city.settings.hubs import HubNumbers
from city.settings.matching import MatchingNumbers
from city.settings.shops import ShopNumbers
from city.settings.speeds import SpeedNumbers
from city.settings.tours import TourNumbers
from routing.message import BadInput


@dataclass(frozen=True)
class CitySettings(SpeedNumbers, TourNumbers, HubNumbers, MatchingNumbers, ShopNumbers):
    """The numbers in force; handed to rules as an argument. Sections come in the order of pages: last base first."""

    def but(self, **values: Any) -> CitySettings:
        """The same with other values, for names that are only known when the program runs."""
        return replace(self, **values)


def sections() -> list[tuple[str, list[Field[Any]]]]:
    """Every setting under the title of its section."""
    parts = reversed(CitySettings.__bases__)
    return [(vars(part)["section"], list(fields(part))) for part in parts]


@dataclass(frozen=True)
class VersionedSettings:
    """The settings and the version that a plan or match says it used."""

    version: int
    numbers: CitySettings


def current() -> VersionedSettings:
    """The settings in force in this city; defaults are version 0."""
    return once(SettingsVersion, _newest)


def _newest() -> VersionedSettings:
    query = select(SettingsVersion.version, SettingsVersion.values).order_by(SettingsVersion.version.desc()).limit(1)
    newest = db.session.execute(query).first()
    if newest is None:
        return VersionedSettings(0, CitySettings())
    return VersionedSettings(newest[0], CitySettings(**{name: newest[1][name] for name in _NAMES & newest[1].keys()}))


_NAMES = frozenset(setting.name for setting in fields(CitySettings))


def change(numbers: CitySettings, *, by_account_id: int | None) -> None:
    """Put new numbers in force, as a new version. Raises BadInput when one lies outside its limits."""
    for setting in fields(numbers):
        value, limits = getattr(numbers, setting.name), setting.metadata
        if not limits["least"] <= value <= limits["most"]:
            raise BadInput(
                "%(value)s is outside %(least)s to %(most)s %(unit)s.",
                value=value,
                least=limits["least"],
                most=limits["most"],
                unit=limits["unit"],
            )
    version = (db.session.scalar(select(func.max(SettingsVersion.version))) or 0) + 1
    db.session.add(
        SettingsVersion(version=version, values=asdict(numbers), changed_by_id=by_account_id, changed_at=clock.now())
    )
    audit.record("settings changed", "settings", version)
