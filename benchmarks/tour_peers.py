"""The engines that are measured: ours, the routing library alone, cheapest insertion, PyVRP and VROOM.

Each gets the same processor time, seconds x cores; on several cores PyVRP solves with as many seeds and the best
counts. A peer that has no words for a property says so and is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from benchmarks.tour_instances import CannotState
from routing.tours import reasons
from routing.tours.greedy import Routes, alike, cheapest_insertion
from routing.tours.improve import plan_of
from routing.tours.library import improve
from routing.tours.plan import Plan
from routing.tours.problem import Kind, Order, Problem, Vehicle
from routing.tours.schedule import may_serve
from routing.tours.solve import solve

PART = 3600  # peers count costs in 1/3600 cent, so that cents per hour stay whole
FAR = 100_000_000  # a way that nobody takes

Engine = Callable[[Problem, float, int, int], Plan]


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


def _tables(problem: Problem, vehicle: Vehicle) -> tuple[np.ndarray, np.ndarray]:
    """Costs in parts and seconds between hubs and then orders; far for orders that this vehicle may not serve."""
    places = [hub.place for hub in problem.hubs] + [order.place for order in problem.orders]
    travel = problem.travel[vehicle.vehicle_class]
    metres = travel.metres[np.ix_(places, places)].astype(np.int64)
    seconds = travel.seconds[np.ix_(places, places)].astype(np.int64)
    costs = np.where(metres < 0, FAR, metres * vehicle.cost_cents_km * PART // 1000)
    seconds = np.where(metres < 0, FAR, seconds)
    barred = [len(problem.hubs) + i for i, o in enumerate(problem.orders) if not may_serve(problem, vehicle, o)]
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
    data = peer.ProblemData(
        [peer.Location(0, 0) for _ in range(len(problem.hubs) + len(problem.orders))],
        [_pyvrp_client(peer, len(hub) + i, order) for i, order in enumerate(problem.orders)],
        [peer.Depot(i, h.opens_s, h.closes_s) for i, h in enumerate(problem.hubs)],
        [_pyvrp_type(peer, group, profile, hub) for profile, group in enumerate(types)],
        [costs for costs, _ in tables],
        [times for _, times in tables],
    )
    begins = time.process_time()
    result = peer.solve(data, stop=lambda best: time.process_time() - begins > seconds, seed=seed, collect_stats=False)
    routes: Routes = {}
    used = [0] * len(types)
    for route in result.best.routes():
        group = types[route.vehicle_type()]
        key = group[used[route.vehicle_type()]].key
        used[route.vehicle_type()] += 1
        routes[key] = [problem.orders[stop.idx] for stop in route.schedule() if stop.is_client()]
    return plan_of(problem, routes, engine="pyvrp")


def _pyvrp_client(peer: object, location: int, order: Order) -> object:
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
        prize=order.price_unserved_cents * PART,
        required=False,
    )


def _pyvrp_type(peer: object, group: list[Vehicle], profile: int, hub: dict[str, int]) -> object:
    v = group[0]
    limit = {} if v.longest_s is None else {"shift_duration": v.longest_s}
    return peer.VehicleType(  # type: ignore[attr-defined]
        num_available=len(group),
        capacity=[v.capacity_g, v.capacity_ml],
        start_depot=hub[v.start_hub],
        end_depot=hub[v.end_hub],
        fixed_cost=v.cost_cents_use * PART,
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
        model.set_costs_matrix(profile=f"p{profile}", matrix_input=(costs // PART).astype(np.uint32))
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
        load, delivered = [order.load_g, order.load_ml], order.kind is Kind.DELIVERY
        model.add_job(
            peer.Job(  # type: ignore[attr-defined]
                i,
                location=len(hub) + i,
                default_service=order.service_s,
                delivery=load if delivered else [0, 0],
                pickup=[0, 0] if delivered else load,
                time_windows=[
                    peer.TimeWindow(w.opens_s, w.closes_s - order.service_s)  # type: ignore[attr-defined]
                    for w in order.windows
                ],
            )
        )
    answer = model.solve(exploration_level=5, nb_threads=cores, timeout=timedelta(seconds=seconds)).routes
    routes: Routes = {}
    for vehicle, kind, job in zip(answer["vehicle_id"], answer["type"], answer["id"], strict=True):
        if kind == "job":
            routes.setdefault(owner[int(vehicle)], []).append(problem.orders[int(job)])
    return routes
