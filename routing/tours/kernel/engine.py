"""The two kernels behind one face: what the threads of a search need of either."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from routing.tours.greedy import Routes
from routing.tours.kernel import day_tables, layout
from routing.tours.kernel import tables as links_tables
from routing.tours.kernel.anneal import anneal
from routing.tours.kernel.count import SERVES
from routing.tours.kernel.rounds import improve_days
from routing.tours.schedule import ride

AVERAGE_REMOVED, LONGEST_STRING, BLINK, TAILS = 10.0, 10.0, 0.01, 3


class Engine(Protocol):
    """A kernel with its tables; each thread has a state of its own."""

    orders: int

    def new(self, seed: int) -> Any:
        """A state with everything unserved."""

    def work(self, state: Any, steps: int, temperature: float) -> None:
        """Search on."""

    def best(self, state: Any) -> tuple[int, Any]:
        """Parts that the best solution costs, and the solution, good until the next ``work``."""

    def copy(self, solution: Any) -> Any:
        """A solution that stays as it is."""

    def routes(self, solution: Any) -> Routes:
        """A solution as sequences."""

    def load(self, state: Any, routes: Routes) -> None:
        """Go on from these sequences."""

    def unit(self, state: Any) -> float:
        """The temperature unit: an average way with its wage, and the use of a vehicle up to two ways."""


class Links:
    """The quick kernel: schedules are kept, an insertion costs one formula."""

    def __init__(self, t: links_tables.Tables, *, light: bool) -> None:
        self.t, self.light = t, light
        self.orders = len(t.orders)

    def new(self, seed: int) -> Any:
        return links_tables.new_search(self.t, seed, light=self.light)

    def work(self, state: Any, steps: int, temperature: float) -> None:
        anneal(self.t.ways, *state, steps, temperature, AVERAGE_REMOVED, LONGEST_STRING, BLINK, TAILS)

    def best(self, state: Any) -> tuple[int, Any]:
        return int(state[0].counters[layout.BEST]), state[0].best_next

    def copy(self, solution: Any) -> Any:
        return solution.copy()

    def routes(self, solution: Any) -> Routes:
        return links_tables.sequences(self.t, solution)

    def load(self, state: Any, routes: Routes) -> None:
        search, triples, loads = state
        links_tables.load(self.t, search, triples, loads, routes)

    def unit(self, state: Any) -> float:
        routes, types = state[0].routes, self.t.ways.types
        used = routes[routes[:, layout.LENGTH] > 0]
        if not len(used):
            return float(self.t.ways.price.mean())
        wage = types[used[:, layout.TYPE], layout.WAGE]
        served = state[0].nodes[: self.orders]
        served = served[served[:, layout.ROUTE] >= 0]
        wages = types[routes[served[:, layout.ROUTE], layout.TYPE], layout.WAGE]
        serving = float((wages * served[:, layout.SERVICE]).sum())
        ways = float((used[:, layout.WAYS] + wage * used[:, layout.LASTS]).sum()) - serving
        unit = ways / (len(served) + len(used))
        return max(1.0, unit + min(float(types[used[:, layout.TYPE], layout.USE].mean()), 2 * unit))


class Counts:
    """The counting kernel: it walks along a tour for every question, and states everything."""

    def __init__(self, d: day_tables.DayTables) -> None:
        self.d = d
        self.orders = d.orders

    def new(self, seed: int) -> Any:
        return day_tables.new_plans(self.d, seed)

    def work(self, state: Any, steps: int, temperature: float) -> None:
        plans, walk = state
        t, day = self.d.t, self.d.day
        improve_days(t.ways, day, plans, walk, t.routes, steps, temperature, AVERAGE_REMOVED, LONGEST_STRING)

    def best(self, state: Any) -> tuple[int, Any]:
        plans = state[0]
        return int(plans.counters[layout.BEST]), (plans.best_stops, plans.best_length)

    def copy(self, solution: Any) -> Any:
        return tuple(part.copy() for part in solution)

    def routes(self, solution: Any) -> Routes:
        return day_tables.sequences(self.d, solution)

    def load(self, state: Any, routes: Routes) -> None:
        problem, costs = self.d.t.problem, {}
        parts = self.d.t.parts
        for key, stops in routes.items():
            tour = ride(problem, problem.vehicle_by_key[key], stops)
            costs[key] = tour.cost_cents * parts if tour else 0
        day_tables.load(self.d, state[0], routes, costs)

    def unit(self, state: Any) -> float:
        plans, types = state[0], self.d.t.ways.types
        used = np.flatnonzero(plans.length > 0)
        if not len(used):
            return float(self.d.t.ways.price.mean())
        kinds = types[self.d.t.routes[used, layout.TYPE]]
        served = plans.route >= 0
        wages = types[self.d.t.routes[plans.route[served], layout.TYPE], layout.WAGE]
        serving = float((wages * self.d.day.node[served, SERVES]).sum())
        ways = float(plans.cost[used].sum()) - serving - float(kinds[:, layout.USE].sum())
        unit = ways / (int(served.sum()) + len(used))
        return max(1.0, unit + min(float(kinds[:, layout.USE].mean()), 2 * unit))
