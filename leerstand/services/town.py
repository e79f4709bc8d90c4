"""Everything that a plan is made from, read once: shops, requests, what the city decided beforehand, its numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from city import clock, settings
from city.db import db
from city.settings import CitySettings, VersionedSettings
from leerstand import queries
from leerstand.kinds import UseType
from leerstand.matching.candidates import Candidates, candidates
from leerstand.matching.steering import Names, Steering, steered, steering
from leerstand.models import Unit, UseRequest
from leerstand.rules import hub_can_work
from leerstand.situation import Situation, situations
from leerstand.what_if import WhatIf
from routing.message import BadInput


@dataclass(frozen=True)
class Town:
    """The town on the day of the plan, as plain objects that no session knows any more."""

    stock: list[Unit]
    free: list[Unit]  # shops that can be given away
    requests: list[UseRequest]
    places: Mapping[int, Situation]
    used: VersionedSettings
    wanted: Steering
    what_if: WhatIf

    @property
    def numbers(self) -> CitySettings:
        """The numbers in force, under the assumptions."""
        return self.used.numbers

    @property
    def names(self) -> Names:
        """How sentences name shops and requests."""
        return Names(self.stock, self.requests)

    def hub_sites(self) -> list[int]:
        """Shops in which a micro-hub could work at all."""
        ask = UseRequest(use_type=UseType.MICRO_HUB)
        return [
            unit.id
            for unit in self.free
            if (said := hub_can_work(unit, ask, self.places[unit.id], self.numbers)) and said.weight != "obstacle"
        ]

    def candidates(
        self,
        hub_shares: Mapping[int, int],
        keep: Collection[tuple[int, int]] = (),
        pins: Collection[tuple[int, int]] = (),
    ) -> Candidates:
        """What the solver may choose from; ``keep`` are pairs to be kept where they are still possible,
        ``pins`` pairs to be insisted on; earlier pins of their requests give way.

        Raises BadInput when the city's decisions contradict each other.
        """
        return self.decided(self.offered(hub_shares, (*keep, *pins)), keep, pins)

    def offered(self, hub_shares: Mapping[int, int], keep: Collection[tuple[int, int]] = ()) -> Candidates:
        """Every pair that no rule objects to, before what the city decided; ``keep`` are never left out for others."""
        return candidates(
            self.free,
            self.requests,
            self.places,
            self.numbers,
            hub_shares,
            stock=self.stock,
            keep=(*self.wanted.pins, *self._hubs_insisted_on(), *keep),
        )

    def decided(
        self, found: Candidates, keep: Collection[tuple[int, int]] = (), pins: Collection[tuple[int, int]] = ()
    ) -> Candidates:
        """What remains of an offer under the city's decisions, as :meth:`candidates` says."""
        pins = (*pins, *self._insisted_hub(found))
        moved = {request for _, request in pins}
        others = tuple(pin for pin in self.wanted.pins if pin[1] not in moved)
        wanted = replace(self.wanted, pins=others).with_pins((*self._possible(found, keep), *pins))
        return steered(found, wanted, self.names)

    def _hubs_insisted_on(self) -> list[tuple[int, int]]:
        """The shop that a scenario makes a hub, with everybody who would run one."""
        runs = [request.id for request in self.requests if request.use_type == UseType.MICRO_HUB]
        return [(self.what_if.hub_id, request) for request in runs] if self.what_if.hub_id else []

    def _insisted_hub(self, found: Candidates) -> list[tuple[int, int]]:
        """The best of them. Raises BadInput when none can come there."""
        wanted = self._hubs_insisted_on()
        ways = [pair for unit, request in wanted for pair in found.find(unit, request)]
        if self.what_if.hub_id and not ways:
            raise BadInput(
                "%(here)s cannot become a micro-hub: no request for one can come there. Its page says why.",
                here=self.names.unit(self.what_if.hub_id),
            )
        return [found.ids(max(ways, key=lambda pair: int(found.problem.points[pair])))] if ways else []

    def _possible(self, found: Candidates, keep: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
        """Of the pairs to be kept those that do not stand against what the city decided."""
        pinned_requests = {request for _, request in self.wanted.pins}
        pinned_units = {unit for unit, _ in self.wanted.pins}
        return [
            (unit, request)
            for unit, request in keep
            if found.find(unit, request)
            and request not in pinned_requests
            and unit not in pinned_units
            and unit not in self.wanted.reserved
            and (unit, request) not in self.wanted.forbidden
        ]


def gather(what_if: WhatIf | None = None, used: VersionedSettings | None = None) -> Town:
    """Read the town; afterwards the session knows nothing of it, and no transaction is held."""
    what_if = what_if or WhatIf()
    used = used or settings.current()
    used = replace(used, numbers=what_if.numbers(used.numbers))
    today = clock.today()
    units, reserved = queries.stock(), queries.reserved_units()
    requests, rules = queries.open_requests(), queries.plan_rules()
    wanted = steering(rules)
    wanted = replace(wanted, forbidden=wanted.forbidden | queries.declined_pairs())
    for row in (*units, *(spell for unit in units for spell in unit.spells), *requests):
        if row in db.session:
            db.session.expunge(row)  # what was read stays as it was, while the database is let go of
    db.session.rollback()
    stock = what_if.stock(units, today)
    places = situations(stock, today, used.numbers.neighbour_distance_m)
    free = [unit for unit in stock if unit.id in places and unit.id not in reserved]
    return Town(stock, free, requests, places, used, wanted, what_if)
