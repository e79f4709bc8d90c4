"""The pages of the indicators: for the city in full, for the public as far as no single owner is betrayed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from flask import g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import public, requires
from city.messages import NotFound
from city.web import format_number
from leerstand import figure_charts, figure_queries
from leerstand.figure_queries import Streets
from leerstand.figures import overview
from leerstand.figures.arrays import CATEGORIES, Stock
from leerstand.figures.overview import Figures, Point, StreetFigures
from leerstand.labels import CATEGORY_LABELS
from leerstand.models import StreetAxis
from leerstand.publishing_figures import shown
from leerstand.views.blueprint import STAFF, bp

YEARS = (1, 3, 5)


@dataclass(frozen=True)
class Scope:
    """What the page speaks of: the whole centre or one street, over so many years."""

    whole: Stock
    axis: StreetAxis | None
    years: int

    @property
    def days(self) -> list[date]:
        """The days of the curves."""
        return overview.quarter_days(clock.today(), self.years)


def scope(found: Streets) -> Scope:
    """What the address asks for; years that are not offered are three."""
    years = request.args.get("jahre", 3, type=int)
    wanted = request.args.get("strasse", "")
    years = years if years in YEARS else 3
    if not wanted:
        return Scope(found.whole, None, years)
    for number, axis in enumerate(found.axes):
        if str(axis.id) == wanted:
            return Scope(found.of(number), axis, years)
    raise NotFound("There is no such street. Please choose one from the list.")


def by_street(found: Streets, day: date) -> list[tuple[StreetAxis, StreetFigures]]:
    """Each street with its figures, core first."""
    rows = [(axis, overview.street_figures(found.of(number), day)) for number, axis in enumerate(found.axes)]
    return sorted(rows, key=lambda row: (row[0].rank, row[0].name))


@bp.get("/kennzahlen")
@requires(*STAFF)
def indicators() -> str:
    """Every indicator of the centre or of one street, with its curve, its table and how it is counted."""
    found, day, numbers = figure_queries.streets(), clock.today(), settings.current().numbers
    asked = scope(found)
    points = overview.curve(asked.whole, asked.days)
    now = overview.figures(asked.whole, day, chain_outlets=numbers.chain_outlets)
    survival = figure_charts.survival_rows(asked.whole, day)
    return render_template(
        "leerstand/indicators.html",
        asked=asked,
        axes=sorted(found.axes, key=lambda axis: axis.name),
        years=YEARS,
        now=now,
        points=points,
        known_from=overview.first_known(points),
        quarter=figure_charts.quarter,
        development=figure_charts.development(points),
        durations=figure_charts.duration_bars(now.durations),
        survival=survival,
        survival_curve=figure_charts.survival_curve(survival) if survival else "",
        mix_bars=figure_charts.mix_bars(now.mix) if now.mix else "",
        categories=CATEGORIES,
        streets=[] if asked.axis else by_street(found, day),
        chain_outlets=numbers.chain_outlets,
        footfall=figure_queries.footfall_by_place(g.city, asked.axis.id if asked.axis else None),
    )


@bp.get("/zahlen")
@public
def public_figures() -> str:
    """How much of the centre stands empty: the rates, their curve, and streets with enough shops."""
    found, day = figure_queries.streets(), clock.today()
    rows = by_street(found, day)
    keep = shown([figures.rates.shops for _axis, figures in rows])
    points = overview.curve(found.whole, overview.quarter_days(day, 3))
    return render_template(
        "leerstand/public_figures.html",
        now=points[-1],
        points=points,
        known_from=overview.first_known(points),
        quarter=figure_charts.quarter,
        development=figure_charts.development(points, public=True),
        streets=[row for row, kept in zip(rows, keep, strict=True) if kept],
        left_out=sum(not kept for kept in keep),
    )


@bp.get("/kennzahlen.csv")
@requires(*STAFF)
def indicators_csv() -> Response:
    """All figures of today by street and the curve of the centre, for spreadsheets (semicolons, German numbers)."""
    found, day, outlets = figure_queries.streets(), clock.today(), settings.current().numbers.chain_outlets
    asked = scope(found)
    town = overview.figures(asked.whole, day, chain_outlets=outlets)
    scopes = [(asked.axis.name if asked.axis else _("Whole centre"), town)]
    if asked.axis is None:
        inward = sorted(enumerate(found.axes), key=lambda pair: (pair[1].rank, pair[1].name))
        scopes += [(axis.name, overview.figures(found.of(n), day, chain_outlets=outlets)) for n, axis in inward]
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";", lineterminator="\r\n")
    rows.writerow([_("Scope"), _("Day"), _("Figure"), _("Value"), _("Unit")])
    for name, figures in scopes:
        rows.writerows([cell(name), day.isoformat(), *row] for row in values(figures))
    for point in overview.curve(asked.whole, asked.days)[:-1]:
        rows.writerows([cell(scopes[0][0]), point.day.isoformat(), *row] for row in curve_values(point))
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="kennzahlen-{day.isoformat()}.csv"'
    return answer


def cell(words: str) -> str:
    """Words for a spreadsheet: what it would take for a formula begins with an apostrophe."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def values(found: Figures) -> list[tuple[str, str, str]]:
    """(figure, value, unit) of one scope; what is not known is empty."""
    mix = found.mix
    rows: list[tuple[str, float | None, str]] = [
        (_("Shops counted"), found.rates.shops, ""),
        (_("Shops of which nothing is known"), found.rates.unknown, ""),
        (_("Empty shops"), found.rates.vacant, ""),
        (_("Interim uses"), found.rates.interim, ""),
        *rate_rows(found.rates.units_percent, found.rates.area_percent, found.rates.front_percent, _("net")),
        *rate_rows(
            found.rates.gross_units_percent,
            found.rates.gross_area_percent,
            found.rates.gross_front_percent,
            _("gross"),
        ),
        (_("Empty for up to a year"), found.durations.friction, ""),
        (_("Empty for one to three years"), found.durations.lasting, ""),
        (_("Empty for more than three years"), found.durations.structural, ""),
        (_("Transition time, completed"), found.completed_median_days, _("days")),
        (_("Transition time, Kaplan–Meier"), found.median_days, _("days")),
        (_("Perforation"), found.perforation_percent, "%"),
        (_("Gaps"), found.holes, ""),
        (_("Retreat at the edge"), found.retreats, ""),
        (_("Longest dead stretch"), found.runs.longest_m, "m"),
        (_("Dead stretches of two shops or more"), found.runs.of_two_or_more, ""),
        ("BB", found.joins.bb, ""),
        ("BW", found.joins.bw, ""),
        ("E[BB]", found.joins.expected_bb, ""),
        (_("Conversions for good"), found.conversions, ""),
        (_("Outside-in progress"), found.outside_in_percent, "%"),
        (_("Turnover in twelve months"), found.turnover_percent, "%"),
        (_("Chains, by shops"), found.chains.units_percent, "%"),
        (_("Chains, by area"), found.chains.area_percent, "%"),
        (_("Interim uses that became permanent"), found.became_permanent_percent, "%"),
        ("Shannon H", mix.shannon if mix else None, ""),
        (_("Evenness"), mix.evenness if mix else None, ""),
        ("Simpson", mix.simpson if mix else None, ""),
        (_("Effective number of kinds"), mix.effective if mix else None, ""),
        *((_(CATEGORY_LABELS[CATEGORIES[number]]), count, "") for number, count in (mix.counts if mix else {}).items()),
    ]
    return [(name, written(value), unit) for name, value, unit in rows]


def rate_rows(
    units: float | None, area: float | None, front: float | None, kind: str
) -> list[tuple[str, float | None, str]]:
    """The three rates of one kind."""
    return [
        (f"{_('Vacancy rate by shops')} ({kind})", units, "%"),
        (f"{_('Vacancy rate by area')} ({kind})", area, "%"),
        (f"{_('Vacancy rate by front')} ({kind})", front, "%"),
    ]


def curve_values(point: Point) -> list[tuple[str, str, str]]:
    """(figure, value, unit) of one day of the curves."""
    known = point.rates
    rows = [
        *rate_rows(known.units_percent, known.area_percent, known.front_percent, _("net")),
        *rate_rows(known.gross_units_percent, known.gross_area_percent, known.gross_front_percent, _("gross")),
        (_("Perforation"), point.perforation_percent, "%"),
    ]
    return [(name, written(value), unit) for name, value, unit in rows]


def written(value: float | None) -> str:
    """A number as the language of the page writes it, without a separator for thousands; empty if not known."""
    if value is None:
        return ""
    plain = format_number(value, 0 if isinstance(value, int) else 3)
    return plain.replace(".", "") if "," in format_number(0.5, 1) else plain.replace(",", "")
