"""The engines that are measured: ours, the routing library alone, cheapest insertion, PyVRP and VROOM.

Each gets the same processor time, seconds x cores; on several cores PyVRP solves with as many seeds and the best
counts. A peer that has no words for a property says so and is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.tour_instances import CannotState
from routing.tours import reasons
from routing.tours.greedy import Routes, alike, cheapest_insertion
from routing.tours.improve import plan_of
from routing.tours.library import improve
from routing.tours.plan import Plan
from routing.tours.problem import Drop, Kind, Order, Problem, Vehicle, Window
from routing.tours.schedule import drop_of, may_serve, reload_of
from routing.tours.solve import solve

HOUR_PARTS = 3600  # where hours cost something, peers count in 1/3600 cent, so that cents per hour stay whole
FAR = 100_000_000  # a way that nobody takes

Engine = Callable[[Problem, float, int, int], Plan]
Numbered = list[tuple[int, Order]]  # with the number of its place


def ours(problem: Problem, seconds: float, cores: int, seed: int) -> Plan:
    """The planner of this house."""
    return solve(problem, limit_s=seconds, seed=seed, cores=cores, clock=lambda: time.process_time() / cores)


def ortools(problem: Problem, seconds: float, cores: int, seed: int) -> Plan:
    """The routing library of OR-Tools alone, from cheapest insertion; it uses one core, so it gets the time of all."""
    begins = time.process_time()
    possible = [order for order in problem.orders if reasons.never(problem, order) is None]
    start = cheapest_insertion(problem, possible)
    found = improve(
        problem,
        possible,
        start,
        stop=lambda: time.process_time() - begins > seconds * cores,
        on_better=lambda routes: None,
    )
    return plan_of(problem, found.routes, engine="ortools")


def greedy(problem: Problem, seconds: float, cores: int, seed: int) -> Plan:
    """Cheapest insertion, once."""
    return plan_of(problem, cheapest_insertion(problem, problem.orders), engine="greedy")


def pyvrp(problem: Problem, seconds: float, cores: int, seed: int) -> Plan:
    """PyVRP: as many seeds as cores, the best counts."""
    plans = [_pyvrp_once(problem, seconds, seed * 1000 + core) for core in range(cores)]
    return min(plans, key=lambda plan: plan.cost_cents)


def vroom(problem: Problem, seconds: float, cores: int, seed: int) -> Plan:
    """VROOM at its highest level; it pays neither waiting nor single orders, so only ways may cost something."""
    import vroom as peer

    if any(v.cost_cents_h or v.longest_s is not None for v in problem.vehicles):
        raise CannotState("hours paid or limited from departure to return")
    if any(v.reload_s is not None for v in problem.vehicles):
        raise CannotState("several rounds")
    _no_hub_limits(problem)
    return plan_of(problem, _vroom_routes(peer, problem, seconds, cores), engine="vroom")


ENGINES: dict[str, Engine] = {"ours": ours, "ortools": ortools, "greedy": greedy, "pyvrp": pyvrp, "vroom": vroom}
PEERS = ("pyvrp", "vroom")


def _no_hub_limits(problem: Problem) -> None:
    if any(hub.capacity_g is not None or hub.capacity_ml is not None for hub in problem.hubs):
        raise CannotState("hub capacity")


def _types(problem: Problem) -> list[list[Vehicle]]:
    """Vehicles that differ in nothing but their key, together."""
    groups: dict[tuple[object, ...], list[Vehicle]] = {}
    for vehicle in problem.vehicles:
        groups.setdefault(alike(problem, vehicle), []).append(vehicle)
    return list(groups.values())


def _part(problem: Problem) -> int:
    """Parts of a cent that peers count in; whole cents where they will do: large numbers outweigh PyVRP's penalties."""
    whole = all(not v.cost_cents_h and v.cost_cents_km % 1000 == 0 for v in problem.vehicles)
    return 1 if whole else HOUR_PARTS


def _places(problem: Problem) -> list[int]:
    """Hubs, orders, and the drops of pairs, in this order."""
    drops = [order.drop.place for order in problem.orders if order.drop]
    return [hub.place for hub in problem.hubs] + [order.place for order in problem.orders] + drops


def _drops(problem: Problem) -> dict[str, int]:
    """Where the drop of each pair stands among the places."""
    first = len(problem.hubs) + len(problem.orders)
    return {order.key: first + i for i, order in enumerate(order for order in problem.orders if order.drop)}


def _tables(problem: Problem, vehicle: Vehicle) -> tuple[np.ndarray, np.ndarray]:
    """Costs in parts and seconds between all places; far for orders that this vehicle may not serve."""
    places, drops, part = _places(problem), _drops(problem), _part(problem)
    travel = problem.travel[vehicle.vehicle_class]
    metres = travel.metres[np.ix_(places, places)].astype(np.int64)
    seconds = travel.seconds[np.ix_(places, places)].astype(np.int64)
    costs = np.where(metres < 0, FAR, metres * vehicle.cost_cents_km * part // 1000)
    seconds = np.where(metres < 0, FAR, seconds)
    others = [(i, o.key) for i, o in enumerate(problem.orders, len(problem.hubs)) if not may_serve(problem, vehicle, o)]
    barred = [place for i, key in others for place in (i, drops.get(key, i))]
    for table in (costs, seconds):
        table[barred, :] = table[:, barred] = FAR
        np.fill_diagonal(table, 0)
    return costs, seconds


def _pyvrp_once(problem: Problem, seconds: float, seed: int) -> Plan:
    import pyvrp as peer

    _no_hub_limits(problem)
    if any(len(order.windows) > 1 for order in problem.orders):
        raise CannotState("several windows")
    types = _types(problem)
    tables = [_tables(problem, group[0]) for group in types]
    hub = {h.key: i for i, h in enumerate(problem.hubs)}
    numbered = list(enumerate(problem.orders, len(hub)))
    singles, pairs = ([(i, o) for i, o in numbered if (o.drop is None) == alone] for alone in (True, False))
    data = peer.ProblemData(
        [peer.Location(0, 0) for _ in _places(problem)],
        [_pyvrp_client(peer, i, order, _part(problem)) for i, order in singles],
        [peer.Depot(i, h.opens_s, h.closes_s) for i, h in enumerate(problem.hubs)],
        [_pyvrp_type(peer, group, profile, hub, _part(problem)) for profile, group in enumerate(types)],
        [costs for costs, _ in tables],
        [times for _, times in tables],
        shipments=[_pyvrp_shipment(peer, i, _drops(problem)[order.key], order, _part(problem)) for i, order in pairs],
    )
    begins = time.process_time()
    result = peer.solve(data, stop=lambda best: time.process_time() - begins > seconds, seed=seed, collect_stats=False)
    routes: Routes = {}
    used = [0] * len(types)
    for route in result.best.routes():
        vehicle = types[route.vehicle_type()][used[route.vehicle_type()]]
        used[route.vehicle_type()] += 1
        stops = [_from_pyvrp(problem, vehicle, stop, singles, pairs) for stop in route.schedule()[1:-1]]
        routes[vehicle.key] = stops
    return plan_of(problem, routes, engine="pyvrp")


def _from_pyvrp(problem: Problem, vehicle: Vehicle, stop: Any, singles: Numbered, pairs: Numbered) -> Order:
    """What one activity between departure and return is in our words."""
    if stop.is_depot():
        return reload_of(problem, vehicle)
    if stop.is_client():
        return singles[stop.idx][1]
    order = pairs[stop.idx][1]
    return order if stop.is_pickup() else drop_of(order)


def _pyvrp_client(peer: object, location: int, order: Order, part: int) -> object:
    load, nothing = [order.load_g, order.load_ml], [0, 0]
    delivered = order.kind is Kind.DELIVERY
    (window,) = order.windows or (None,)
    return peer.Client(  # type: ignore[attr-defined]
        location,
        delivery=load if delivered else nothing,
        pickup=nothing if delivered else load,
        service_duration=order.service_s,
        tw_early=max(window.opens_s if window else 0, 0 if delivered else order.release_s),
        tw_late=(window.closes_s - order.service_s) if window else FAR,
        release_time=order.release_s if delivered else 0,
        prize=order.price_unserved_cents * part,
        required=False,
    )


def _pyvrp_shipment(peer: object, start: int, end: int, order: Order, part: int) -> object:
    drop = order.drop
    assert drop is not None  # noqa: S101  a pair has one
    (first,), (last,) = order.windows or (None,), drop.windows or (None,)
    return peer.Shipment(  # type: ignore[attr-defined]
        start,
        end,
        pickup_tw_early=max(first.opens_s if first else 0, order.release_s),
        pickup_tw_late=(first.closes_s - order.service_s) if first else FAR,
        pickup_service_duration=order.service_s,
        delivery_tw_early=last.opens_s if last else 0,
        delivery_tw_late=(last.closes_s - drop.service_s) if last else FAR,
        delivery_service_duration=drop.service_s,
        amount=[order.load_g, order.load_ml],
        prize=order.price_unserved_cents * part,
        required=False,
    )


def _pyvrp_type(peer: object, group: list[Vehicle], profile: int, hub: dict[str, int], part: int) -> object:
    v = group[0]
    limit: dict[str, Any] = {} if v.longest_s is None else {"shift_duration": v.longest_s}
    if v.reload_s:
        raise CannotState("a reload that takes time")
    if v.reload_s == 0:
        limit["reload_depots"] = [hub[v.start_hub]]
    return peer.VehicleType(  # type: ignore[attr-defined]
        num_available=len(group),
        capacity=[v.capacity_g, v.capacity_ml],
        start_depot=hub[v.start_hub],
        end_depot=hub[v.end_hub],
        fixed_cost=v.cost_cents_use * part,
        tw_early=v.starts_s,
        tw_late=v.ends_s,
        unit_distance_cost=1,
        unit_duration_cost=v.cost_cents_h,
        profile=profile,
        **limit,
    )


def _vroom_routes(peer: object, problem: Problem, seconds: float, cores: int) -> Routes:
    model = peer.Input()  # type: ignore[attr-defined]
    types = _types(problem)
    number, owner = 0, {}
    hub = {h.key: i for i, h in enumerate(problem.hubs)}
    for profile, group in enumerate(types):
        costs, times = _tables(problem, group[0])
        model.set_durations_matrix(profile=f"p{profile}", matrix_input=times.astype(np.uint32))
        model.set_costs_matrix(profile=f"p{profile}", matrix_input=(costs // _part(problem)).astype(np.uint32))
        for v in group:
            number += 1
            owner[number] = v.key
            model.add_vehicle(
                peer.Vehicle(  # type: ignore[attr-defined]
                    number,
                    start=hub[v.start_hub],
                    end=hub[v.end_hub],
                    capacity=[v.capacity_g, v.capacity_ml],
                    profile=f"p{profile}",
                    skills={profile + 1},
                    time_window=peer.TimeWindow(v.starts_s, v.ends_s),  # type: ignore[attr-defined]
                    costs=peer.VehicleCosts(fixed=v.cost_cents_use),  # type: ignore[attr-defined]
                )
            )
    for i, order in enumerate(problem.orders):
        if sum(may_serve(problem, group[0], order) for group in types) < len(types):
            raise CannotState("orders that several classes, but not all, may serve")
        _add_to_vroom(peer, model, problem, i, order)
    answer = model.solve(exploration_level=5, nb_threads=cores, timeout=timedelta(seconds=seconds)).routes
    routes: Routes = {}
    for vehicle, kind, job in zip(answer["vehicle_id"], answer["type"], answer["id"], strict=True):
        if kind in ("job", "pickup", "delivery"):
            order = problem.orders[int(job)]
            routes.setdefault(owner[int(vehicle)], []).append(drop_of(order) if kind == "delivery" else order)
    return routes


def _add_to_vroom(peer: Any, model: Any, problem: Problem, number: int, order: Order) -> None:
    load, nothing = [order.load_g, order.load_ml], [0, 0]
    place, delivered = len(problem.hubs) + number, order.kind is Kind.DELIVERY

    def begins(windows: Sequence[Window], service_s: int) -> list[object]:
        return [peer.TimeWindow(w.opens_s, w.closes_s - service_s) for w in windows]

    def step(place: int, of: Order | Drop) -> object:
        windows = begins(of.windows, of.service_s)
        return peer.ShipmentStep(number, location=place, default_service=of.service_s, time_windows=windows)

    if order.drop:
        end = step(_drops(problem)[order.key], order.drop)
        model.add_shipment(step(place, order), end, amount=peer.Amount(load))
        return
    model.add_job(
        peer.Job(
            number,
            location=place,
            default_service=order.service_s,
            delivery=load if delivered else nothing,
            pickup=nothing if delivered else load,
            time_windows=begins(order.windows, order.service_s),
        )
    )
