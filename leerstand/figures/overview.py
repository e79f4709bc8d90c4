"""All indicators of a scope on a day, and as curves over the years. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leerstand.figures import mix, perforation, rates, transition
from leerstand.figures.arrays import Stock, on
from leerstand.figures.mix import Mix
from leerstand.figures.perforation import JoinCounts, Runs
from leerstand.figures.rates import Chains, Durations, Rates

# So many of the shops must be known for a day of the past; own setting: below it, a rate says what was typed.
KNOWN_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a scope (the town, one street) on one day."""

    day: date
    rates: Rates
    durations: Durations
    turnover_percent: float | None
    chains: Chains
    mix: Mix | None
    completed: int
    running: int
    completed_median_days: float | None
    median_days: float | None
    perforation_percent: float | None
    holes: int
    retreats: int
    runs: Runs
    joins: JoinCounts
    conversions: int
    outside_in_percent: float | None
    interim_ended: int
    became_permanent_percent: float | None


def figures(whole: Stock, day: date, *, chain_outlets: int) -> Figures:
    """Count everything once."""
    then = on(whole, day)
    waited = transition.vacancies(whole, day)
    index = perforation.index(whole, then)
    conversions, outside_in = perforation.outside_in_percent(whole, then)
    ended, permanent = rates.became_permanent_percent(whole, day)
    return Figures(
        day=day,
        rates=rates.rates(whole, then),
        durations=rates.durations(then),
        turnover_percent=rates.turnover_percent(whole, day),
        chains=rates.chains(whole, then, chain_outlets),
        mix=mix.mix(then),
        completed=int(waited.over.sum()),
        running=int((~waited.over).sum()),
        completed_median_days=transition.completed_median_days(waited),
        median_days=transition.median_days(waited),
        perforation_percent=None if index is None else 100 * index,
        holes=int(perforation.holes(whole, then).sum()),
        retreats=int(perforation.retreats(whole, then).sum()),
        runs=perforation.runs(whole, then),
        joins=perforation.join_counts(then.vacant, perforation.front_adjacency(whole)),
        conversions=conversions,
        outside_in_percent=outside_in,
        interim_ended=ended,
        became_permanent_percent=permanent,
    )


@dataclass(frozen=True, slots=True)
class StreetFigures:
    """What the table of all streets says of one."""

    rates: Rates
    perforation_percent: float | None
    runs: Runs


def street_figures(street: Stock, day: date) -> StreetFigures:
    """Count these only: a town has a hundred streets."""
    then = on(street, day)
    index = perforation.index(street, then)
    return StreetFigures(
        rates.rates(street, then), None if index is None else 100 * index, perforation.runs(street, then)
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One day of the curves; all in percent, None where nothing is known."""

    day: date
    rates: Rates
    perforation_percent: float | None


def curve(whole: Stock, days: list[date]) -> list[Point]:
    """The rates and the perforation on each of these days; the last one is the day of the figures beside it.

    A register that has just been filled knows since when a shop stands empty,
    but not since when its neighbours are in use: counted of what is known, the
    years before would be empty altogether. Such days have no value.
    """
    found = []
    for day in days:
        then = on(whole, day)
        counted = rates.rates(whole, then)
        if day != days[-1] and len(whole) - counted.unknown < KNOWN_ENOUGH * len(whole):
            found.append(Point(day, rates.without_percent(counted), None))
            continue
        index = perforation.index(whole, then)
        found.append(Point(day, counted, None if index is None else 100 * index))
    return found


def first_known(points: list[Point]) -> date | None:
    """The first day with a value, where days before it have none because too little is known; None where all have."""
    known = [point.day for point in points if point.rates.units_percent is not None]
    return known[0] if known and known[0] != points[0].day else None


def quarter_days(today: date, years: int) -> list[date]:
    """The first day of each quarter of the last years, and today."""
    quarter = (today.month - 1) // 3
    firsts = []
    for back in range(4 * years):
        number = today.year * 4 + quarter - back
        firsts.append(date(number // 4, 3 * (number % 4) + 1, 1))
    days = firsts[::-1]
    return days if days[-1] == today else [*days, today]
