"""Which tours are driven: OR-Tools decides under everything that no tour sees alone. Pure.

Every tour that the search has kept is a column; the linear relaxation (GLOP) drops what cannot pay, CP-SAT chooses.
Docks, hub capacities and the number of equal vehicles bind across columns. With docks each column comes in several
departures, one for each quarter of an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from routing.tours.greedy import Routes, alike, hub_of
from routing.tours.plan import Tour
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import Leaves, ride

MOST_COLUMNS = 4_000
MOST_CHOSEN = 1_200  # CP-SAT found nothing on 4000 unfiltered columns
QUARTER_S = 15 * 60
WITHIN_QUARTER_S = (0, 300, 600, 899)  # departures tried in each: the return may fall into the next one
Names = tuple[int, tuple[tuple[str, Kind], ...]]  # a kind of equal vehicles, and what is done in which order
DEPARTURES = 16  # quarters of an hour beside the natural departure that a tour may move to


@dataclass(frozen=True, slots=True)
class Column:
    """One tour with one departure: what it costs, which of the equal vehicles ride it, what it takes of the limits."""

    kind: int
    orders: tuple[Order, ...]
    tour: Tour
    leaves: Leaves | None


class Pool:
    """The tours that a search has come across, each once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        kinds: dict[object, list[Vehicle]] = {}
        for vehicle in problem.vehicles:
            kinds.setdefault(alike(problem, vehicle), []).append(vehicle)
        self.kinds = list(kinds.values())
        self._kind_of = {vehicle.key: number for number, group in enumerate(self.kinds) for vehicle in group}
        self.columns: dict[Names, tuple[tuple[Order, ...], Tour]] = {}

    def ridden(self, routes: Routes) -> list[Tour] | None:
        """The tours of a plan, each ridden only once however often it comes; None when one cannot be ridden.

        They are remembered; beyond the limit the oldest go.
        """
        found = []
        for vehicle in self.problem.vehicles:
            if orders := routes.get(vehicle.key):
                tour = self._ridden(vehicle, orders)
                if tour is None:
                    return None
                found.append(tour)
        while len(self.columns) > MOST_COLUMNS:
            del self.columns[next(iter(self.columns))]
        return found

    def _ridden(self, vehicle: Vehicle, orders: Sequence[Order]) -> Tour | None:
        names = self.names(vehicle.key, orders)
        known = self.columns.pop(names, None)
        tour = ride(self.problem, vehicle, orders) if known is None else known[1]
        if tour is None:
            return None
        self.columns[names] = tuple(orders), tour
        return replace(tour, vehicle=vehicle.key)  # equal vehicles ride alike

    def names(self, vehicle: str, orders: Sequence[Order]) -> Names:
        """What a tour of any equal vehicle is known by."""
        return self._kind_of[vehicle], tuple((order.key, order.kind) for order in orders)


def has_docks(problem: Problem) -> bool:
    """Whether any hub has a limited number of docks."""
    return any(hub.dock_slots is not None for hub in problem.hubs)


def decide(problem: Problem, pool: Pool, best: Routes, *, limit_s: float) -> tuple[Routes, dict[str, Leaves]]:
    """Choose the tours that cost least together, and when each leaves.

    Returns sequences and, where docks are limited, the departure of each
    vehicle. Without limited docks the answer costs no more than ``best``; with
    them it is the cheapest choice among the known tours that keeps them.
    """
    pool.ridden(best)
    docks = has_docks(problem)
    columns = [
        c
        for (kind, _), (orders, tour) in pool.columns.items()
        for c in _departures(problem, pool.kinds[kind], kind, orders, tour, docks)
    ]
    columns = _filtered(problem, pool, columns)
    hint = {pool.names(vehicle, orders) for vehicle, orders in best.items() if orders}
    chosen = _chosen(problem, pool, columns, hint, limit_s)
    if chosen is None:
        chosen = _one_after_the_other(problem, pool, columns, hint)
    return _given_out(pool, chosen, docks)


def _departures(
    problem: Problem, group: Sequence[Vehicle], kind: int, orders: tuple[Order, ...], tour: Tour, docks: bool
) -> Iterable[Column]:
    """The tour as it is cheapest and, with docks, in the quarters of an hour around."""
    vehicle = group[0]
    if not docks:
        yield Column(kind, orders, tour, None)
        return
    natural = tour.departs_s // QUARTER_S
    for quarter in range(natural - DEPARTURES, natural + DEPARTURES + 1):
        for begins in WITHIN_QUARTER_S if quarter >= 0 else ():
            leaves = (quarter * QUARTER_S + begins, (quarter + 1) * QUARTER_S - 1)
            moved = ride(problem, vehicle, orders, leaves)
            if moved is not None:
                yield Column(kind, orders, moved, (moved.departs_s, moved.departs_s))


def _filtered(problem: Problem, pool: Pool, columns: list[Column]) -> list[Column]:
    """The columns with the smallest reduced cost in the linear relaxation."""
    if len(columns) <= MOST_CHOSEN:
        return columns
    from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]  # a compiled module without stubs

    solver = pywraplp.Solver.CreateSolver("GLOP")
    rides = [solver.NumVar(0, 1, "") for _ in columns]
    left = {order.key: solver.NumVar(0, 1, "") for order in problem.orders}
    for key, among in _serving(problem, columns).items():
        solver.Add(sum(rides[i] for i in among) + left[key] == 1)
    for kind, group in enumerate(pool.kinds):
        among = [i for i, column in enumerate(columns) if column.kind == kind]
        if len(among) > len(group):
            solver.Add(sum(rides[i] for i in among) <= len(group))
    cost = sum(column.tour.cost_cents * ride_ for column, ride_ in zip(columns, rides, strict=True))
    solver.Minimize(cost + sum(o.price_unserved_cents * left[o.key] for o in problem.orders))
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return columns[-MOST_CHOSEN:]
    order = sorted(range(len(columns)), key=lambda i: rides[i].reduced_cost())
    return [columns[i] for i in sorted(order[:MOST_CHOSEN])]


def _serving(problem: Problem, columns: Sequence[Column]) -> dict[str, list[int]]:
    serving: dict[str, list[int]] = {order.key: [] for order in problem.orders}
    for number, column in enumerate(columns):
        for key in {visit.order for visit in column.tour.visits}:
            serving[key].append(number)
    return serving


def _chosen(
    problem: Problem,
    pool: Pool,
    columns: list[Column],
    hint: set[Names],
    limit_s: float,
) -> list[Column] | None:
    """CP-SAT: each order once or left for its price, within vehicles, hub capacities and docks."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    rides = [model.new_bool_var("") for _ in columns]
    left = {order.key: model.new_bool_var("") for order in problem.orders}
    for key, among in _serving(problem, columns).items():
        model.add_exactly_one([left[key], *(rides[i] for i in among)])
    for kind, group in enumerate(pool.kinds):
        model.add(sum(rides[i] for i, column in enumerate(columns) if column.kind == kind) <= len(group))
    for limit, weights in _limits(problem, columns):
        model.add(sum(weight * rides[i] for i, weight in weights) <= limit)
    cost = sum(column.tour.cost_cents * ride_ for column, ride_ in zip(columns, rides, strict=True))
    model.minimize(cost + sum(o.price_unserved_cents * left[o.key] for o in problem.orders))
    hinted: set[object] = set()
    for column, ride_ in zip(columns, rides, strict=True):
        names = column.kind, tuple((order.key, order.kind) for order in column.orders)
        model.add_hint(ride_, names in hint and names not in hinted)
        hinted.add(names)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [column for column, ride_ in zip(columns, rides, strict=True) if solver.boolean_value(ride_)]


def _limits(problem: Problem, columns: Sequence[Column]) -> Iterable[tuple[int, list[tuple[int, int]]]]:
    """Every limit that binds across tours: what there is, and what each column takes of it."""
    taken = [_taken(problem, column) for column in columns]
    for name in sorted({name for one in taken for name in one}):
        hub, what, _ = name
        limits = {"g": problem.hub_by_key[hub].capacity_g, "ml": problem.hub_by_key[hub].capacity_ml}
        limit = limits.get(what, problem.hub_by_key[hub].dock_slots)
        if limit is not None:
            yield limit, [(i, one[name]) for i, one in enumerate(taken) if name in one]


def _taken(problem: Problem, column: Column) -> Counter[tuple[str, str, int]]:
    vehicle = problem.vehicle_by_key[column.tour.vehicle]
    taken: Counter[tuple[str, str, int]] = Counter()
    for order in column.orders:
        if order.kind in (Kind.DELIVERY, Kind.PICKUP):
            taken[hub_of(vehicle, order), "g", 0] += order.load_g
            taken[hub_of(vehicle, order), "ml", 0] += order.load_ml
    tour = column.tour
    taken[tour.start_hub, "dock", tour.departs_s // QUARTER_S] += 1
    taken[tour.end_hub, "dock", tour.returns_s // QUARTER_S] += 1
    taken.update((reload.hub, "dock", reload.starts_s // QUARTER_S) for reload in tour.reloads)
    return taken


def _one_after_the_other(problem: Problem, pool: Pool, columns: list[Column], wanted: set[Names]) -> list[Column]:
    """Without an answer in time: the tours of the best plan, the worthiest first, each at its cheapest departure."""
    used: Counter[tuple[str, str, int]] = Counter()
    served: set[str] = set()
    vehicles: Counter[int] = Counter()
    kept: list[Column] = []

    def worth(column: Column) -> int:
        keys = {visit.order for visit in column.tour.visits}
        return column.tour.cost_cents - sum(problem.order_by_key[key].price_unserved_cents for key in keys)

    for column in sorted(columns, key=worth):
        names = column.kind, tuple((order.key, order.kind) for order in column.orders)
        keys = {visit.order for visit in column.tour.visits}
        if names not in wanted or keys & served or vehicles[column.kind] == len(pool.kinds[column.kind]):
            continue
        after = used + _taken(problem, column)
        if any(not _keeps(problem, name, amount) for name, amount in after.items()):
            continue
        kept.append(column)
        used, served = after, served | keys
        vehicles[column.kind] += 1
    return kept


def _keeps(problem: Problem, name: tuple[str, str, int], amount: int) -> bool:
    hub = problem.hub_by_key[name[0]]
    limit = {"g": hub.capacity_g, "ml": hub.capacity_ml, "dock": hub.dock_slots}[name[1]]
    return limit is None or amount <= limit


def _given_out(pool: Pool, chosen: list[Column], docks: bool) -> tuple[Routes, dict[str, Leaves]]:
    """Each chosen tour to one of the equal vehicles."""
    routes: Routes = {}
    leaves: dict[str, Leaves] = {}
    free = {kind: iter(group) for kind, group in enumerate(pool.kinds)}
    for column in chosen:
        key = next(free[column.kind]).key
        routes[key] = list(column.orders)
        if docks and column.leaves is not None:
            leaves[key] = column.leaves
    return routes, leaves
