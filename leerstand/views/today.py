"""The city's workplace: what needs doing today, and how the streets stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import render_template

from city import clock, settings
from city.access import requires
from leerstand import owner_queries, queries, reading, register_queries, street_queries
from leerstand.aptitude import aptitude
from leerstand.kinds import ProposalState, Ring
from leerstand.models import Proposal, UseRequest
from leerstand.register_queries import StockFilter
from leerstand.situation import Status
from leerstand.street_band import band
from leerstand.street_picture import Street
from leerstand.views.blueprint import STAFF, bp

OVERDUE = timedelta(days=14)  # an owner should answer within two weeks
ANSWERED_LATELY = timedelta(days=14)
PRESSING = timedelta(weeks=6)
DRAWN = 12  # streets in the picture; the table has all
SOON = timedelta(days=7)  # next steps are shown this long before they are due


@bp.get("/heute")
@requires(*STAFF)
def today() -> str:
    """Threatened shops, proposals and requests that wait, vacancy rates, and the streets house by house."""
    day = clock.today()
    town = street_queries.town_on(day)
    pictures = town.streets
    drawn = _worth_drawing(pictures)
    waiting = queries.proposals(ProposalState.OPEN)
    return render_template(
        "leerstand/today.html",
        threats=register_queries.warnings(day),
        pressing=day + PRESSING,
        steps=owner_queries.due_steps(day + SOON),
        waiting=waiting,
        overdue={proposal.id for proposal in waiting if _is_overdue(proposal, clock.now())},
        answered=_answered_lately(clock.now()),
        requests=_waiting(queries.open_requests()),
        unowned=register_queries.stock_page(StockFilter(status=Status.VACANCY, unowned=True), day, 1)[1],
        figures=town.rates,
        perforation=town.perforation_percent,
        worst=max(pictures, key=lambda street: street.hole_m, default=None),
        streets=pictures,
        drawn=len(drawn),
        wide=band(drawn, narrow=False),
        narrow=band(drawn, narrow=True),
    )


def _worth_drawing(pictures: Sequence[Street]) -> list[Street]:
    """As many streets as fit: those with the longest gaps, then the core; in the order of the town."""
    by_gap = sorted(range(len(pictures)), key=lambda number: (-pictures[number].hole_m, number))
    return [pictures[number] for number in sorted(by_gap[:DRAWN])]


def _is_overdue(proposal: Proposal, now: datetime) -> bool:
    return proposal.sent_at < now - OVERDUE


def _answered_lately(now: datetime) -> list[Proposal]:
    answered = queries.proposals(ProposalState.ACCEPTED, ProposalState.DECLINED)
    return [proposal for proposal in answered if proposal.answered_at and proposal.answered_at > now - ANSWERED_LATELY]


def _waiting(requests: list[UseRequest]) -> list[UseRequest]:
    """The newest first."""
    return sorted(requests, key=lambda request: request.id, reverse=True)


@bp.get("/wohnbegabung")
@requires(*STAFF)
def housing_aptitude() -> str:
    """Free shops outside the core: how well each would do as a flat, best first, and whether it would be its turn."""
    numbers = settings.current().numbers
    units, places = reading.free_units(clock.today(), numbers.neighbour_distance_m)
    rated = [(unit, aptitude(unit, places[unit.id])) for unit in units if unit.ring != Ring.CORE]
    return render_template(
        "leerstand/housing_aptitude.html",
        rated=sorted(rated, key=lambda one: (-one[1].score, one[0].street, one[0].position_m, one[0].id)),
        places=places,
        numbers=numbers,
    )


@bp.get("/fruehwarnung")
@requires(*STAFF)
def early_warnings() -> str:
    """Every threatened shop by the day on which it would stand empty."""
    day = clock.today()
    return render_template(
        "leerstand/early_warnings.html", found=register_queries.warnings(day), pressing=day + PRESSING
    )
