"""The charts of the indicators: which lines and bars there are, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from flask_babel import gettext as _
from markupsafe import Markup

from city.charts import BLUE, GREEN, RED, Bar, Frame, Line, bar_chart, line_chart
from city.web import format_number, format_short_day
from leerstand.figures import transition
from leerstand.figures.arrays import CATEGORIES, Stock
from leerstand.figures.mix import Mix
from leerstand.figures.overview import Point
from leerstand.figures.rates import Durations
from leerstand.labels import CATEGORY_LABELS

MONTH_DAYS = np.array(
    [0, 30, 61, 91, 122, 152, 183, 213, 243, 274, 304, 335, 365, 456, 548, 639, 730, 821, 913, 1004, 1095]
)


def quarter(day: date) -> str:
    """``Q4 26``, or the day itself where it begins no quarter."""
    if day.day == 1 and day.month % 3 == 1:
        return f"Q{(day.month - 1) // 3 + 1} {day.year % 100:02d}"
    return format_short_day(day)


def development(points: Sequence[Point], *, public: bool = False) -> Markup:
    """The vacancy rates, and for the city the perforation, over the quarters."""
    lines = [
        Line(_("empty"), tuple(point.rates.units_percent for point in points)),
        Line(_("gross"), tuple(point.rates.gross_units_percent for point in points)),
    ]
    if not public:
        lines.append(Line(_("gaps"), tuple(point.perforation_percent for point in points)))
    frame = Frame(
        "entwicklung",
        _("Development in percent"),
        _("Share of empty shops with and without interim uses, by quarter. The table below has the same figures."),
        "%",
        1,
    )
    return line_chart(frame, [quarter(point.day) for point in points], lines)


def duration_bars(found: Durations) -> Markup:
    """How many shops stand empty for how long."""
    frame = Frame(
        "dauer", _("How long shops stand empty"), _("Number of empty shops in three classes of duration."), _("shops")
    )
    return bar_chart(
        frame,
        [
            Bar(_("up to a year"), found.friction, colour=GREEN),
            Bar(_("one to three years"), found.lasting, colour=BLUE),
            Bar(_("more than three years"), found.structural, colour=RED),
        ],
    )


def survival_rows(whole: Stock, day: date) -> list[tuple[int, float]]:
    """(months, percent of vacancies that last longer), for the curve and its table."""
    found = transition.vacancies(whole, day)
    if not len(found.days):
        return []
    lasting = transition.lasting_percent(found, MONTH_DAYS)
    return [(round(days / 30.4), float(percent)) for days, percent in zip(MONTH_DAYS, lasting, strict=True)]


def survival_curve(rows: Sequence[tuple[int, float]]) -> Markup:
    """Percent of vacancies that still last, by months, each month as wide as it is long."""
    even = list(range(0, 37, 3))
    known = dict(rows)
    values = tuple(known.get(month) for month in even)
    frame = Frame(
        "uebergang",
        _("Vacancies that still last, in percent"),
        _("Kaplan–Meier curve over three years: how many vacancies last longer than so many months."),
        _("% after months"),
        0,
    )
    return line_chart(frame, [str(month) for month in even], [Line(_("still empty"), values)], steps=True, half=True)


def mix_bars(found: Mix) -> Markup:
    """How many shops of each kind."""
    frame = Frame("mischung", _("Kinds of business"), _("Number of active shops by kind of business."), _("shops"))
    ordered = sorted(found.counts.items(), key=lambda pair: -pair[1])
    return bar_chart(
        frame,
        [
            Bar(_(CATEGORY_LABELS[CATEGORIES[number]]), count, format_number(count), "#4c5270")
            for number, count in ordered
        ],
    )
