"""Who was in a shop, as a bar over the years. The page shows the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from markupsafe import Markup

from leerstand.drawing import BLUE, GREEN, HATCH, INK, QUIET, RED, SLATE, tag
from leerstand.kinds import SpellKind, UseType
from leerstand.models import Occupancy

WIDE, NARROW = 900.0, 300.0  # pixels; scaled down from one to the other its words could not be read
TOP, HEIGHT = 22.0, 34.0
YEARS_BACK = 10
YEAR_PX = 60  # a year in figures and some air
LETTER_PX = 7.6  # width of a letter, roughly; longer words are left to the table


def timeline(spells: Sequence[Occupancy], today: date) -> Markup:
    """The last ten years and the next one at least, today marked. Wide and narrow twin."""
    if not spells:
        return Markup("")
    return _drawn(spells, today, WIDE, "nur-gross") + _drawn(spells, today, NARROW, "nur-klein")


def _drawn(spells: Sequence[Occupancy], today: date, wide: float, kind: str) -> Markup:
    begin = max(min(spell.starts for spell in spells), today.replace(year=today.year - YEARS_BACK, day=1))
    end = max([today + timedelta(days=365), *[spell.ends for spell in spells if spell.ends]])
    end = min(end, today + timedelta(days=5 * 365))
    begin = min(begin, today - timedelta(days=180))

    def x(day: date) -> float:
        share = (day - begin).days / max(1, (end - begin).days)
        return max(0.0, min(wide, share * wide))

    hatch = f"leer-zeit-{kind}"
    ordered = sorted(spells, key=lambda spell: spell.starts)
    bars = [_bar(spell, x(spell.starts), x(spell.ends or end), hatch) for spell in ordered]
    head = tag(
        '<svg class="{kind}" viewBox="0 0 {w} 82" role="img" aria-label="{label}" width="100%"><defs>',
        w=wide,
        kind=kind,
        label=_("Who was here, over the years. The table below says the same."),
    )
    now = tag('<path d="M{x} 14V62" stroke="{ink}" stroke-width="3"/>', x=x(today), ink=INK)
    label = tag(
        '<text x="{x}" y="11" font-size="13" font-weight="600" fill="{ink}" text-anchor="middle">{word}</text>',
        x=max(24.0, min(wide - 24, x(today))),
        ink=INK,
        word=_("today"),
    )
    parts = [head, HATCH.format(id=hatch), Markup("</defs>"), *bars, *_years(begin, end, x, wide), now, label]
    return Markup("").join(parts) + Markup("</svg>")


def _bar(spell: Occupancy, left: float, right: float, hatch: str) -> Markup:
    width = right - left
    if width < 0.5:
        return Markup("")
    if spell.kind in (SpellKind.VACANCY, SpellKind.WORKS):
        return tag(
            '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#{hatch})" stroke="{red}" '
            'stroke-width="1.6" stroke-dasharray="4 3"/>',
            x=left,
            y=TOP,
            w=width,
            h=HEIGHT,
            red=RED,
            hatch=hatch,
        )
    fill = SLATE if spell.kind == SpellKind.REGULAR else BLUE if spell.use_type == UseType.MICRO_HUB else GREEN
    bar = tag(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"/>', x=left, y=TOP, w=width, h=HEIGHT, fill=fill
    )
    if len(spell.tenant) * LETTER_PX + 12 > width:
        return bar
    words = tag(
        '<text x="{x}" y="{y}" font-size="14" font-weight="600" fill="{ink}">{words}</text>',
        x=left + 7,
        y=TOP + 22,
        ink=INK if spell.kind == SpellKind.REGULAR else "#fff",
        words=spell.tenant,
    )
    return bar + words


def _years(begin: date, end: date, x: Callable[[date], float], wide: float) -> list[Markup]:
    """A tick and a number at every New Year that has room."""
    first = begin.year + 1
    step = max(1, -(-(end.year - begin.year) * YEAR_PX // int(wide)))
    return [
        tag(
            '<path d="M{x} 56v6" stroke="{quiet}"/><text x="{x}" y="78" font-size="13" fill="{quiet}">{year}</text>',
            x=x(date(year, 1, 1)),
            quiet=QUIET,
            year=str(year),
        )
        for year in range(first, end.year + 1, step)
        if x(date(year, 1, 1)) < wide - YEAR_PX / 2
    ]
