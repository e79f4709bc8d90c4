"""What of a tour has happened by now and cannot change: its locked beginning. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from routing.tours.plan import Break, Reload, Tour, Visit
from routing.tours.problem import Kind, Locked, Problem, Vehicle
from routing.tours.schedule import latest_departure, service_start, step_of

if TYPE_CHECKING:
    from routing.tours.replan import Changes


def lock(problem: Problem, tour: Tour, changes: Changes, now_s: int) -> Locked | None:
    """What a vehicle has done by now; None if it is at its hub with nothing on board.

    Where another round waits behind a reload, the whole present round is
    locked as it would be ridden now, and the vehicle is free at its hub.
    """
    begun = tour.departs_s <= now_s or any(visit.order in changes.done for visit in tour.visits)
    if not begun and tour.vehicle not in changes.loaded:
        return None
    behind = _reloads_behind(tour, changes, now_s) if begun else 0
    ahead = tour.reloads[behind:]
    upto = ahead[0].after if ahead else len(tour.visits)
    present = replace(tour, visits=tour.visits[:upto], reloads=tour.reloads[:behind])
    gone = changes.cancelled | {order.key for order in changes.moved}
    walk = _Walk(problem, problem.vehicle_by_key[tour.vehicle], present, changes, now_s)
    if begun:
        walk.over(gone)
    over = len(walk.visits)
    here = walk.planned_number()
    under_way = [rest for rest in tour.breaks if rest.after < over or (rest.starts_s <= now_s and over)]
    if (
        tour.vehicle not in changes.out
    ):  # one behind the stop that it rides to stays there: what is left begins with a ride
        under_way += [rest for rest in tour.breaks if rest not in under_way and rest.after == here]
    rests = tuple(walk.taken(rest) for rest in under_way)
    with_it = {visit.order for visit in (*walk.visits, *present.visits[walk.first :])}
    aboard = frozenset(key for key in with_it if problem.order_by_key[key].kind is Kind.DELIVERY)
    aboard |= frozenset(key for key in changes.aboard.get(tour.vehicle, ()) if not _is_pair(problem, key))
    if ahead and tour.vehicle not in changes.out and any(v.order not in changes.cancelled for v in tour.visits[upto:]):
        due = [rest for rest in tour.breaks if rest not in under_way and _before(rest, ahead[0])]
        if whole := walk.back_at_hub(due, rests, gone, begun=begun):
            return replace(whole, aboard=aboard)
    aboard |= walk.pairs_aboard(tour)
    failed = frozenset(visit.order for visit in walk.visits if visit.order in changes.failed)
    free = walk.visits[-1].departs_s if walk.visits else walk.left
    free = max(free, *(rest.ends_s for rest in rests), 0)
    if over < len(present.visits):  # else it rides home at once, or is there already
        free = max(free, now_s)
    return Locked(tour.vehicle, tour.departs_s, tuple(walk.visits), free, aboard, failed, rests, tuple(walk.reloads))


def sent_out_again(problem: Problem, locked: Locked, tour: Tour, now_s: int) -> Locked | None:
    """The vehicle when it comes back from its tour as planned, ready to load again; None: too late for that."""
    vehicle = problem.vehicle_by_key[tour.vehicle]
    reload = _reload(problem, vehicle, len(tour.visits), tour.returns_s, now_s)
    if reload is None or not tour.visits:
        return None
    return replace(
        locked, visits=tour.visits, free_s=reload.departs_s, breaks=tour.breaks, reloads=(*tour.reloads, reload),
        aboard=frozenset(key for key in locked.aboard if not _is_pair(problem, key)), at_hub=True,
        begun=len(locked.visits),
    )  # fmt: skip


def _reloads_behind(tour: Tour, changes: Changes, now_s: int) -> int:
    """How many reloads are over: as couriers report, else by the clock of the plan."""
    if not changes.reported:
        return sum(reload.departs_s <= now_s for reload in tour.reloads)
    told = changes.done.keys() | changes.failed, changes.dropped.keys() | (changes.done.keys() & changes.failed)
    over = (number for number, visit in enumerate(tour.visits) if visit.order in told[visit.drop])
    ridden = [sum(reload.after <= number for reload in tour.reloads) for number in over]
    return min(len(tour.reloads), max([len(changes.reloaded.get(tour.vehicle, ())), *ridden]))


def _is_pair(problem: Problem, key: str) -> bool:
    return problem.order_by_key[key].kind is Kind.PAIR


def _before(rest: Break, reload: Reload) -> bool:
    return rest.after <= reload.after and rest.starts_s < reload.departs_s


def _reload(problem: Problem, vehicle: Vehicle, after: int, arrives_s: int, not_before_s: int) -> Reload | None:
    if vehicle.reload_s is None:
        return None
    hub = problem.hub_by_key[vehicle.start_hub]
    starts = max(arrives_s, hub.opens_s, not_before_s)
    if starts + vehicle.reload_s > latest_departure(problem, vehicle):
        return None
    return Reload(after, hub.key, arrives_s, starts, starts + vehicle.reload_s)


@dataclass(slots=True)
class _Walk:
    """Along a tour, from what is over to what follows from it."""

    problem: Problem
    vehicle: Vehicle
    tour: Tour  # up to the reload that is still ahead
    changes: Changes
    now_s: int
    visits: list[Visit] = field(default_factory=list)
    reloads: list[Reload] = field(default_factory=list)
    here: int = 0
    left: int = 0

    @property
    def first(self) -> int:
        """Which stop the present round begins with; what was not handed over before it is back at the hub."""
        return self.tour.reloads[-1].after if self.tour.reloads else 0

    def __post_init__(self) -> None:
        self.here, self.left = self.problem.hub_by_key[self.vehicle.start_hub].place, self.tour.departs_s

    def over(self, gone: Collection[str]) -> None:
        """The stops that are over, as they really were, and the one the vehicle is on its way to."""
        for number, visit in enumerate(self.tour.visits):
            self._loaded_again(number)
            if not self._is_over(visit):
                continue
            order = step_of(self.problem, visit)
            arrives = max(self.left, min(visit.arrives_s, self.left + self._ride(order.place)))
            departs = max(self._told(visit) or visit.departs_s, arrives)
            starts = min(max(arrives, min(visit.starts_s, departs - order.stop_s)), departs)
            self._add(replace(visit, arrives_s=arrives, starts_s=starts, departs_s=departs))
        self._loaded_again(len(self.tour.visits))
        ahead = [visit for visit in self.tour.visits[self.first :] if not self._is_over(visit)]
        ahead = [visit for visit in ahead if not visit.drop or self._is_aboard(visit.order)]
        may_go = self.tour.vehicle not in self.changes.out and self.left <= self.now_s
        if ahead and may_go and ahead[0].order not in gone and self._fits(ahead[0]):
            begun = [r for r in self.tour.breaks if r.after == len(self.visits) and r.starts_s <= self.now_s]
            self.left = max([self.left, *(rest.ends_s for rest in begun)])
            self._go(ahead[0], not_before_s=self.now_s if self.changes.reported else 0)

    def back_at_hub(
        self, due: list[Break], rests: tuple[Break, ...], gone: Collection[str], *, begun: bool
    ) -> Locked | None:
        """The rest of this round as planned, late stops left out, and the reload behind it; None: too late for it."""
        over, taken = len(self.visits), list(rests)
        self.left = max([self.left, self.now_s if begun else 0, *(rest.ends_s for rest in rests)])
        ahead = {(visit.order, visit.drop) for visit in self.visits}
        for number, visit in enumerate([*self.tour.visits[self.first :], None], start=self.first):
            for rest in [rest for rest in due if rest.after <= number]:
                due.remove(rest)
                taken.append(Break(len(self.visits), self.left, self.left + rest.ends_s - rest.starts_s))
                self.left = taken[-1].ends_s
            if visit is None or (visit.order, visit.drop) in ahead or visit.order in gone:
                continue
            if visit.drop and not self._is_aboard(visit.order):
                continue
            order = step_of(self.problem, visit)
            if service_start(order, self.left + self._ride(order.place)) is not None and self._fits(visit):
                self._go(visit)
        hub = self.problem.hub_by_key[self.vehicle.start_hub]
        reload = _reload(self.problem, self.vehicle, len(self.visits), self.left + self._ride(hub.place), 0)
        if reload is None or not self.visits or any(map(self._is_aboard, self._taken_on())):
            del self.visits[over:]
            return None
        failed = frozenset(visit.order for visit in self.visits if visit.order in self.changes.failed)
        return Locked(
            self.tour.vehicle, self.tour.departs_s, tuple(self.visits), reload.departs_s, frozenset(), failed,
            tuple(taken), (*self.reloads, reload), at_hub=True, begun=over,
        )  # fmt: skip

    def taken(self, rest: Break) -> Break:
        """A break that is over or lasts, behind the stops that were over before it."""
        planned = [(visit.order, visit.drop) for visit in self.tour.visits]
        after = sum(planned.index((one.order, one.drop)) < rest.after for one in self.visits) or len(self.visits)
        starts = max(rest.starts_s, self.visits[after - 1].departs_s)
        return Break(after, starts, starts + rest.ends_s - rest.starts_s)

    def _fits(self, visit: Visit) -> bool:
        """Whether what is collected there still finds room beside goods that were not handed over."""
        order, since = step_of(self.problem, visit), self.reloads[-1].after if self.reloads else 0
        if order.kind not in (Kind.PICKUP, Kind.PAIR):
            return True
        handed_over = {one.order for one in self.visits} - self.changes.failed
        loaded = [self.problem.order_by_key[one.order] for one in self.tour.visits[self.first :]]
        held = [one for one in loaded if one.kind is Kind.DELIVERY and one.key not in handed_over]
        collected = [self.problem.order_by_key[one.order] for one in self.visits[since:]]
        held += [one for one in collected if one.kind is Kind.PICKUP and one.key not in self.changes.failed] + [order]
        held += [self.problem.order_by_key[key] for key in self._taken_on() if self._is_aboard(key)]
        g, ml = sum(one.load_g for one in held), sum(one.load_ml for one in held)
        return g <= self.vehicle.capacity_g and ml <= self.vehicle.capacity_ml

    def _loaded_again(self, number: int) -> None:
        """A reload that is over, in front of visit ``number``."""
        for count, reload in enumerate(self.tour.reloads):
            if reload.after != number:
                continue
            hub = self.problem.hub_by_key[reload.hub]
            arrives = max(self.left, min(reload.arrives_s, self.left + self._ride(hub.place)))
            told = self.changes.reloaded.get(self.tour.vehicle, ())
            departs = max(told[count] if count < len(told) else reload.departs_s, arrives)
            starts = min(max(arrives, reload.starts_s), departs)
            kept = [one for one in self.reloads if one.after < len(self.visits)]
            again = Reload(len(self.visits), reload.hub, arrives, starts, departs)
            self.reloads = [*kept, again] if self.visits else []  # without a stop before it, it was the first loading
            self.here, self.left = hub.place, departs

    def _is_over(self, visit: Visit) -> bool:
        changes, key = self.changes, visit.order
        by_clock = not changes.reported and visit.starts_s <= self.now_s
        if not _is_pair(self.problem, key):
            return key in changes.done or key in changes.failed or by_clock
        if not visit.drop:
            return key in changes.done or key in changes.dropped or key in changes.failed or by_clock
        tried = key in changes.failed and (key in changes.done or by_clock)
        return self._is_taken(key) and (key in changes.dropped or tried or (by_clock and key not in changes.failed))

    def _is_taken(self, key: str) -> bool:
        return any(one.order == key and not one.drop for one in self.visits)

    def _taken_on(self) -> list[str]:
        """Pairs whose first stop is over."""
        return [one.order for one in self.visits if not one.drop and _is_pair(self.problem, one.order)]

    def _is_aboard(self, key: str) -> bool:
        """Whether a pair was taken on, and nobody has dropped it, or tried to in vain at one of its stops."""
        dropped = any(one.order == key and one.drop for one in self.visits)
        return self._is_taken(key) and not dropped and key not in self.changes.failed

    def planned_number(self) -> int:
        """Which stop of the plan, counted from 1, is the last that cannot change; 0: none."""
        names = [(visit.order, visit.drop) for visit in self.tour.visits]
        return 1 + names.index((self.visits[-1].order, self.visits[-1].drop)) if self.visits else 0

    def pairs_aboard(self, planned: Tour) -> frozenset[str]:
        """Pairs on board now: they stay so at a reload only if they were to be dropped behind it."""
        last = self.reloads[-1].after if self.reloads else 0
        this_round = {one.order for one in self.visits[last:]}
        meant = {one.order for one in planned.visits if one.drop}
        return frozenset(key for key in self._taken_on() if self._is_aboard(key) and key in this_round | meant)

    def _told(self, visit: Visit) -> int | None:
        """When the courier left, as reported."""
        return (self.changes.dropped if visit.drop else self.changes.done).get(visit.order)

    def _go(self, visit: Visit, *, not_before_s: int = 0) -> None:
        order = step_of(self.problem, visit)
        arrives = max(self.left + self._ride(order.place), not_before_s)
        begins = service_start(order, arrives)
        starts = arrives if begins is None else begins
        self._add(replace(visit, arrives_s=arrives, starts_s=starts, departs_s=starts + order.stop_s))

    def _add(self, visit: Visit) -> None:
        self.visits.append(visit)
        self.here, self.left = step_of(self.problem, visit).place, visit.departs_s

    def _ride(self, place: int) -> int:
        return max(0, self.problem.travel[self.vehicle.vehicle_class].seconds.item(self.here, place))
