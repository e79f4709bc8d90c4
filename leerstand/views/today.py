"""The city's workplace: what needs doing today, and how the streets stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template

from city import clock
from city.access import requires
from leerstand import indicators, queries
from leerstand.kinds import ProposalState
from leerstand.models import Occupancy, Proposal, Unit, UseRequest
from leerstand.situation import Status, spell_on, status_on
from leerstand.street_band import band
from leerstand.views.blueprint import STAFF, bp

OVERDUE = timedelta(days=14)  # an owner should answer within two weeks
ANSWERED_LATELY = timedelta(days=14)
PRESSING = timedelta(weeks=6)


@dataclass(frozen=True)
class Threat:
    """A shop whose use ends, and when."""

    unit: Unit
    spell: Occupancy
    days: int

    @property
    def pressing(self) -> bool:
        """Whether there is little time left."""
        return self.days <= PRESSING.days


@bp.get("/heute")
@requires(*STAFF)
def today() -> str:
    """Threatened shops, proposals and requests that wait, vacancy rates, and the streets house by house."""
    day, units = clock.today(), queries.stock()
    pictures = indicators.streets(units, day)
    waiting = queries.proposals(ProposalState.OPEN)
    return render_template(
        "leerstand/today.html",
        threats=_threats(units, day),
        waiting=waiting,
        overdue={proposal.id for proposal in waiting if _is_overdue(proposal, clock.now())},
        answered=_answered_lately(clock.now()),
        requests=_waiting(queries.open_requests()),
        unowned=sum(unit.owner_id is None and status_on(unit.spells, day) == Status.VACANCY for unit in units),
        figures=indicators.vacancies(units, day),
        perforation=indicators.perforation_percent(pictures),
        worst=max(pictures, key=lambda street: street.hole_m, default=None),
        streets=pictures,
        wide=band(pictures, narrow=False),
        narrow=band(pictures, narrow=True),
    )


def _threats(units: list[Unit], day: date) -> list[Threat]:
    """Shops that will stand empty within a year, soonest first."""
    found = []
    for unit in units:
        spell = spell_on(unit.spells, day)
        if spell is not None and spell.ends is not None and status_on(unit.spells, day) == Status.THREATENED:
            found.append(Threat(unit, spell, (spell.ends - day).days))
    return sorted(found, key=lambda threat: threat.days)


def _is_overdue(proposal: Proposal, now: datetime) -> bool:
    return proposal.sent_at < now - OVERDUE


def _answered_lately(now: datetime) -> list[Proposal]:
    answered = queries.proposals(ProposalState.ACCEPTED, ProposalState.DECLINED)
    return [proposal for proposal in answered if proposal.answered_at and proposal.answered_at > now - ANSWERED_LATELY]


def _waiting(requests: list[UseRequest]) -> list[UseRequest]:
    """The newest first."""
    return sorted(requests, key=lambda request: request.id, reverse=True)
