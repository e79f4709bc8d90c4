"""The routing model of OR-Tools: states every constraint, improves a first plan.

What the search of OR-Tools 9.15 needs to know: iterated local search has its own entry
(``SolveWithIteratedLocalSearch``); the flag in the search parameters does nothing. A start from SAVINGS or
PATH_CHEAPEST_ARC finds nothing on several hubs. ``SetSpanUpperBoundForVehicle`` slows the search down badly, so a
shift is stated by the ranges of departure and return, and only a longest duration by the span. Tables are registered
as lists, seven times faster than callbacks. Known weak spots: breaks on unused vehicles (#1243), reloading with
disjunctions (#2121, #2224, #2264), disjunctions with windows are slow (#1345).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.tours.breaks import STRETCH_S
from routing.tours.greedy import Routes
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import latest_departure, latest_return, may_serve

PART = 3600  # costs of the model are in 1/3600 cent: one second costs ``cost_cents_h`` parts
NO_WAY = 1 << 40  # seconds or metres: beyond every shift
LONGEST_S = 86_400  # the library asks for a limit; ours is ``stop``
GRANULARITY = 64  # the clock is read at every so many checks of the search


@dataclass(slots=True)
class Search:
    """What a search found: the sequence of each vehicle, and how many solutions it went through."""

    routes: Routes
    solutions: int


def improve(
    problem: Problem,
    orders: Sequence[Order],
    start: Routes,
    *,
    stop: Callable[[], bool],
    on_better: Callable[[Routes], None],
) -> Search:
    """Improve a first plan by guided local search (Voudouris & Tsang 1999) until ``stop`` says so.

    Parameters
    ----------
    orders
        The orders that may be served; each may also be left out for its price.
    start
        A plan that keeps every constraint.
    stop
        Asked all the time; may also report progress.
    on_better
        Called with every plan that is cheaper than all before.
    """
    model = _Model.build(problem, orders)
    found: list[Routes] = []
    best = [float("inf")]

    def keep() -> None:
        cost = model.routing.CostVar().Min()
        if cost < best[0]:
            best[0] = cost
            found.append(model.routes())
            on_better(found[-1])

    model.routing.AddAtSolutionCallback(keep)
    model.routing.AddSearchMonitor(model.routing.solver().CustomLimit(_seldom(stop)))
    model.routing.CloseModelWithParameters(_parameters())
    first = model.routing.ReadAssignmentFromRoutes(model.indices(start), True)
    if first is None:
        return Search(start, 0)
    model.routing.SolveFromAssignmentWithParameters(first, _parameters())
    return Search(found[-1] if found else start, model.routing.solver().Solutions())


def unstated(problem: Problem, orders: Sequence[Order]) -> str | None:
    """What of this problem the model has no words for, or ``None``."""
    if any(order.kind is Kind.PAIR for order in orders):
        return "pairs"
    if any(v.breaks and v.ends_s - v.starts_s + v.worked_s > STRETCH_S for v in problem.vehicles):
        return "breaks"
    if any(v.reload_s is not None for v in problem.vehicles):
        return "reloads"
    return None


@dataclass(slots=True)
class _Model:
    """One routing model: nodes are the hubs, then the orders."""

    problem: Problem
    orders: Sequence[Order]
    manager: Any
    routing: Any
    places: np.ndarray
    evaluators: dict[tuple[object, ...], int] = field(default_factory=dict)

    @classmethod
    def build(cls, problem: Problem, orders: Sequence[Order]) -> _Model:
        hub = {h.key: node for node, h in enumerate(problem.hubs)}
        manager = pywrapcp.RoutingIndexManager(
            len(problem.hubs) + len(orders),
            len(problem.vehicles),
            [hub[v.start_hub] for v in problem.vehicles],
            [hub[v.end_hub] for v in problem.vehicles],
        )
        places = np.array([hub.place for hub in problem.hubs] + [order.place for order in orders])
        model = cls(problem, orders, manager, pywrapcp.RoutingModel(manager), places)
        for state in (_costs, _times, _loads, _hub_capacities, _ranges, _choices, _releases):
            state(model)
        return model

    def index(self, order_number: int) -> int:
        return self.manager.NodeToIndex(len(self.problem.hubs) + order_number)

    def table(self, what: str, vehicle: Vehicle) -> np.ndarray:
        """Seconds or metres between nodes, int64, forbidden where there is no way."""
        whole = getattr(self.problem.travel[vehicle.vehicle_class], what)
        part = whole[np.ix_(self.places, self.places)].astype(np.int64)
        part[part < 0] = NO_WAY
        return part

    def evaluator(self, key: tuple[object, ...], table: Callable[[], np.ndarray]) -> int:
        """Register a table once for all vehicles that share it."""
        if key not in self.evaluators:
            self.evaluators[key] = self.routing.RegisterTransitMatrix(table().tolist())
        return self.evaluators[key]

    def services(self) -> np.ndarray:
        return np.array([0] * len(self.problem.hubs) + [o.stop_s for o in self.orders], dtype=np.int64)[:, None]

    def routes(self) -> Routes:
        """The sequences of the solution just found."""
        found: Routes = {}
        for number, vehicle in enumerate(self.problem.vehicles):
            index = self.routing.NextVar(self.routing.Start(number)).Value()
            while not self.routing.IsEnd(index):
                order = self.orders[self.manager.IndexToNode(index) - len(self.problem.hubs)]
                found.setdefault(vehicle.key, []).append(order)
                index = self.routing.NextVar(index).Value()
        return found

    def indices(self, routes: Routes) -> list[list[int]]:
        number = {order.key: i for i, order in enumerate(self.orders)}
        return [[self.index(number[o.key]) for o in routes.get(v.key, [])] for v in self.problem.vehicles]


def _costs(model: _Model) -> None:
    """Kilometres, riding and serving cost along the way; the use of a vehicle once; waiting in ``_times``."""
    for number, v in enumerate(model.problem.vehicles):

        def cost(v: Vehicle = v) -> np.ndarray:
            metres, seconds = model.table("metres", v), model.table("seconds", v)
            way = metres < NO_WAY
            parts = (metres * way * v.cost_cents_km * PART + 500) // 1000
            return np.where(way, parts + (seconds * way + model.services()) * v.cost_cents_h, NO_WAY)

        key = ("cost", v.vehicle_class, v.cost_cents_h, v.cost_cents_km)
        model.routing.SetArcCostEvaluatorOfVehicle(model.evaluator(key, cost), number)
        if v.cost_cents_use:
            model.routing.SetFixedCostOfVehicle(v.cost_cents_use * PART, number)


def _times(model: _Model) -> None:
    """Windows of the orders, shifts of the vehicles, opening of the hubs."""
    problem, routing = model.problem, model.routing
    horizon = max(v.ends_s for v in problem.vehicles)
    transits = [
        model.evaluator(("time", v.vehicle_class), partial(_riding_and_serving, model, v)) for v in problem.vehicles
    ]
    routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")
    time = routing.GetDimensionOrDie("time")
    for number, order in enumerate(model.orders):
        _service_within(time.CumulVar(model.index(number)), order)
    for number, v in enumerate(problem.vehicles):
        opens = max(v.starts_s, problem.hub_by_key[v.start_hub].opens_s)
        if opens > min(latest_departure(problem, v), latest_return(problem, v)):
            routing.solver().Add(routing.NextVar(routing.Start(number)) == routing.End(number))
            continue
        time.CumulVar(routing.Start(number)).SetRange(opens, latest_departure(problem, v))
        time.CumulVar(routing.End(number)).SetRange(opens, latest_return(problem, v))
        time.SetSlackCostCoefficientForVehicle(v.cost_cents_h, number)
        if v.longest_s is not None:
            time.SetSpanUpperBoundForVehicle(v.longest_s, number)


def _riding_and_serving(model: _Model, vehicle: Vehicle) -> np.ndarray:
    return model.table("seconds", vehicle) + model.services()


def _service_within(begins: Any, order: Order) -> None:
    """The begin of a service: early enough for the whole service to lie in one window."""
    if order.kind is Kind.PICKUP and order.release_s:
        begins.SetMin(min(order.release_s, begins.Max()))
    possible = [(w.opens_s, w.closes_s - order.stop_s) for w in order.windows]
    possible = [(first, last) for first, last in possible if first <= last]
    if not possible:
        return
    begins.SetRange(max(possible[0][0], begins.Min()), min(max(last for _, last in possible), begins.Max()))
    reach = possible[0][1]
    for first, last in possible[1:]:
        if first > reach + 1:
            begins.RemoveInterval(reach + 1, first - 1)
        reach = max(reach, last)


def _loads(model: _Model) -> None:
    """Grams and millilitres: deliveries fill the vehicle at the start, pickups at the end.

    Where both ride together, ``on board`` begins with all deliveries of the tour.
    """
    kinds = {order.kind for order in model.orders}
    for unit, capacity in (("g", "capacity_g"), ("ml", "capacity_ml")):
        limits = [getattr(v, capacity) for v in model.problem.vehicles]
        for kind in kinds:
            _dimension(model, f"{kind} {unit}", [_load(o, unit) * (o.kind is kind) for o in model.orders], limits, True)
        if len(kinds) == 2:
            board = f"on board {unit}"
            change = [_load(o, unit) * (-1 if o.kind is Kind.DELIVERY else 1) for o in model.orders]
            _dimension(model, board, change, limits, False)
            _begin_full(model, board, f"{Kind.DELIVERY} {unit}")


def _begin_full(model: _Model, board: str, delivered: str) -> None:
    routing = model.routing
    board_dimension, delivered_dimension = routing.GetDimensionOrDie(board), routing.GetDimensionOrDie(delivered)
    for number in range(len(model.problem.vehicles)):
        at_start = board_dimension.CumulVar(routing.Start(number))
        routing.solver().Add(at_start == delivered_dimension.CumulVar(routing.End(number)))


def _hub_capacities(model: _Model) -> None:
    """What all tours together take from a hub and bring to it."""
    routing = model.routing
    kinds = {order.kind for order in model.orders}
    for hub in model.problem.hubs:
        for unit, limit in (("g", hub.capacity_g), ("ml", hub.capacity_ml)):
            if limit is None:
                continue
            through = [
                routing.GetDimensionOrDie(f"{kind} {unit}").CumulVar(routing.End(number))
                for number, v in enumerate(model.problem.vehicles)
                for kind in kinds
                if (v.start_hub if kind is Kind.DELIVERY else v.end_hub) == hub.key
            ]
            if through:
                routing.solver().Add(routing.solver().Sum(through) <= limit)


def _ranges(model: _Model) -> None:
    """No vehicle rides further than its range."""
    vehicles = model.problem.vehicles
    if all(v.reach_m is None for v in vehicles):
        return
    transits = [model.evaluator(("metres", v.vehicle_class), partial(model.table, "metres", v)) for v in vehicles]
    limits = [NO_WAY if v.reach_m is None else v.reach_m for v in vehicles]
    model.routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, limits, True, "metres")


def _choices(model: _Model) -> None:
    """Each order may be left out for its price; otherwise a vehicle of an allowed class, of the right hub, does."""
    for number, order in enumerate(model.orders):
        index = model.index(number)
        model.routing.AddDisjunction([index], order.price_unserved_cents * PART)
        allowed = [i for i, v in enumerate(model.problem.vehicles) if may_serve(model.problem, v, order)]
        model.routing.VehicleVar(index).SetValues([-1, *allowed])


def _releases(model: _Model) -> None:
    """A vehicle leaves when the last of its deliveries is ready."""
    routing, solver = model.routing, model.routing.solver()
    late = [(i, o) for i, o in enumerate(model.orders) if o.kind is Kind.DELIVERY and o.release_s > 0]
    if not late:
        return
    time = routing.GetDimensionOrDie("time")
    departures = [time.CumulVar(routing.Start(v)) for v in range(len(model.problem.vehicles))]
    never = solver.IntConst(NO_WAY)  # stands for "no vehicle", number -1
    for number, order in late:
        departure = solver.Element([never, *departures], routing.VehicleVar(model.index(number)) + 1)
        solver.Add(departure >= order.release_s)


def _dimension(model: _Model, name: str, loads: list[int], limits: list[int], begins_empty: bool) -> None:
    evaluator = model.routing.RegisterUnaryTransitVector([0] * len(model.problem.hubs) + loads)
    model.routing.AddDimensionWithVehicleCapacity(evaluator, 0, limits, begins_empty, name)


def _load(order: Order, unit: str) -> int:
    return order.load_g if unit == "g" else order.load_ml


def _seldom(stop: Callable[[], bool]) -> Callable[[], bool]:
    """Ask ``stop`` at every 64th check only: the search checks far more often than anybody looks."""
    count = [0]

    def check() -> bool:
        count[0] += 1
        return count[0] % GRANULARITY == 0 and stop()

    return check


def _parameters() -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(LONGEST_S)
    return parameters
