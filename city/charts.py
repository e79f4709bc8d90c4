"""Charts as SVG, drawn on the server: lines that end in their own label, and bars. The page shows the same as a table.

Every chart is drawn twice, wide and for a phone, because scaled text would get too small; style sheets show one of
them. Nobody needs colour to tell two lines apart: the dash differs and the name stands at the end. The same drawings
go into PDF papers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from city.web import format_number

INK, QUIET, GRID = "#131525", "#4c5270", "#dfe1ea"
RED, GREEN, BLUE, SLATE, BROWN = "#b83a0b", "#00735f", "#2044aa", "#868da8", "#7a5230"
COLOURS = (RED, GREEN, BLUE, INK, BROWN, QUIET)
DASHES = ("", "2 5", "9 5", "12 4 2 4", "5 3", "1 4")
LETTER_PX = 7.6  # of the letters in labels, on the generous side


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value for each tick; None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its word, its length, and what stands at its end (else the value)."""

    label: str
    value: float
    said: str = ""
    colour: str = RED


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chart says of itself: ``key`` is unique on the page, ``title`` and ``desc`` are for screen readers."""

    key: str
    title: str
    desc: str
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class _Size:
    """Room for one drawing, in its own units (pixels at full width)."""

    width: float
    height: float
    left: float
    right: float
    top: float = 26.0
    bottom: float = 30.0
    kind: str = field(default="nur-gross")

    @property
    def plot_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> float:
        return self.height - self.top - self.bottom


def line_chart(
    frame: Frame, ticks: Sequence[str], lines: Sequence[Line], *, steps: bool = False, half: bool = False
) -> Markup:
    """Lines over common ticks, from zero; ``steps`` for values that hold until the next tick. Wide and narrow twin.

    ``half``: for half a page, so that the words keep their size.
    """
    longest = max((len(_end_label(line, frame)) for line in lines), default=0)
    wide = _Size(480 if half else 720, 280, 46, longest * LETTER_PX + 16)
    narrow = _Size(328, 250, 40, 12, bottom=38 + 20 * len(lines), kind="nur-klein")
    return _lines(frame, ticks, lines, wide, steps) + _lines(frame, ticks, lines, narrow, steps)


def bar_chart(frame: Frame, bars: Sequence[Bar]) -> Markup:
    """Bars from zero, one below the other, for half a page. Wide and narrow twin."""
    longest = max((len(bar.label) for bar in bars), default=0)
    said = max((len(_said(bar, frame)) for bar in bars), default=0) * LETTER_PX + 14
    wide = _Size(480, 34 * len(bars) + 10, min(220, longest * LETTER_PX + 14), said, top=4, bottom=6)
    narrow = _Size(328, 50 * len(bars) + 10, 0, said, top=4, bottom=6, kind="nur-klein")
    return _bars(frame, bars, wide) + _bars(frame, bars, narrow)


def nice_top(highest: float) -> tuple[float, float]:
    """The upper end of an axis from zero and the distance of its grid lines: four or five of them, round numbers."""
    if not math.isfinite(highest) or highest <= 0:
        return 4.0, 1.0
    rough = highest / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * (1 - 1e-9))
    return math.ceil(highest / step - 1e-9) * step, step


def tag(template: str, /, **values: object) -> Markup:
    """One SVG element; numbers are written short, words are escaped."""
    short = {
        name: f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value for name, value in values.items()
    }
    return Markup(template).format(**short)  # noqa: S704  the template is our own; the values are escaped by format


def text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = QUIET, strong: bool = False) -> Markup:
    """Words in a drawing, 13 px."""
    return tag(
        '<text x="{x}" y="{y}" font-size="13" fill="{fill}" text-anchor="{anchor}"{weight}>{words}</text>',
        x=float(x),
        y=float(y),
        fill=fill,
        anchor=anchor,
        weight=Markup(' font-weight="600"') if strong else "",
        words=words,
    )


def _open(frame: Frame, size: _Size) -> Markup:
    key = f"{frame.key}-{size.kind}"
    return tag(
        '<svg class="kurve {kind}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{key}-t {key}-d">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{desc}</desc>',
        kind=size.kind,
        w=float(size.width),
        h=float(size.height),
        key=key,
        title=frame.title,
        desc=frame.desc,
    )


def _lines(frame: Frame, ticks: Sequence[str], lines: Sequence[Line], size: _Size, steps: bool) -> Markup:
    highest = max((value for line in lines for value in line.values if value is not None), default=0.0)
    top, step = nice_top(highest)
    parts = [_open(frame, size), *_grid(frame, size, top, step), *_ticks(ticks, size)]
    ends = []
    for number, line in enumerate(lines):
        points = [
            (_x(index, len(ticks), size), _y(value, top, size))
            for index, value in enumerate(line.values)
            if value is not None
        ]
        if points:
            parts.append(_path(_runs(line.values, len(ticks), top, size), number, steps))
            parts.append(_dot(points[-1], number))
            ends.append((number, line, points[-1]))
    parts += _end_labels(frame, ends, size) if size.kind == "nur-gross" else _key(frame, lines, size)
    return Markup("").join(parts) + Markup("</svg>")


def _x(index: int, count: int, size: _Size) -> float:
    return size.left + size.plot_width * (index / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: float, size: _Size) -> float:
    return size.top + size.plot_height * (1 - value / top)


def _runs(values: Sequence[float | None], count: int, top: float, size: _Size) -> list[list[tuple[float, float]]]:
    """The known stretches of a line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((_x(index, count, size), _y(value, top, size)))
    return [run for run in runs if run]


def _path(runs: list[list[tuple[float, float]]], number: int, steps: bool) -> Markup:
    drawn = []
    for run in runs:
        drawn.append(f"M{run[0][0]:.1f} {run[0][1]:.1f}")
        drawn += [f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}" for x, y in run[1:]]
    dash = DASHES[number % len(DASHES)]
    return tag(
        '<path d="{d}" fill="none" stroke="{colour}" stroke-width="2.6" stroke-linejoin="round"{dash}/>',
        d="".join(drawn),
        colour=COLOURS[number % len(COLOURS)],
        dash=tag(' stroke-dasharray="{dash}"', dash=dash) if dash else "",
    )


def _dot(point: tuple[float, float], number: int) -> Markup:
    return tag(
        '<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>',
        x=point[0],
        y=point[1],
        colour=COLOURS[number % len(COLOURS)],
    )


def _grid(frame: Frame, size: _Size, top: float, step: float) -> list[Markup]:
    parts, count = [], round(top / step)
    decimals = 0 if step == int(step) else 1
    for number in range(count + 1):
        y = _y(number * step, top, size)
        parts.append(
            tag(
                '<path d="M{l} {y}H{r}" stroke="{colour}"/>',
                l=float(size.left),
                r=float(size.width - size.right),
                y=y,
                colour=INK if number == 0 else GRID,
            )
        )
        parts.append(text(size.left - 8, y + 4, format_number(number * step, decimals), anchor="end"))
    return [*parts, text(0, 12, frame.unit)] if frame.unit else parts


def _ticks(ticks: Sequence[str], size: _Size) -> list[Markup]:
    """As many words below as have room."""
    room = max((len(word) for word in ticks), default=1) * LETTER_PX + 14
    fit = max(1, math.ceil(len(ticks) * room / size.plot_width)) if ticks else 1
    y = size.top + size.plot_height + 20
    shown = [index for index in range(len(ticks)) if index % fit == 0]
    return [
        text(
            _x(index, len(ticks), size),
            y,
            ticks[index],
            anchor="end" if index == len(ticks) - 1 and size.kind != "nur-gross" else "middle",
        )
        for index in shown
    ]


def _end_label(line: Line, frame: Frame) -> str:
    last = next((value for value in reversed(line.values) if value is not None), None)
    return f"{line.name} {format_number(last, frame.decimals)}"


def _end_labels(frame: Frame, ends: Sequence[tuple[int, Line, tuple[float, float]]], size: _Size) -> list[Markup]:
    """Name and last value at the end of each line, pushed apart so that none covers another."""
    placed, lowest = [], -math.inf
    for number, line, point in sorted(ends, key=lambda end: end[2][1]):
        lowest = max(point[1], lowest + 18)
        placed.append((lowest, number, line))
    overflow = max(0.0, (placed[-1][0] if placed else 0.0) - (size.height - 12))
    return [
        text(
            size.width - size.right + 10,
            y - overflow + 4,
            _end_label(line, frame),
            fill=COLOURS[number % len(COLOURS)],
            strong=True,
        )
        for y, number, line in placed
    ]


def _key(frame: Frame, lines: Sequence[Line], size: _Size) -> list[Markup]:
    """On the phone: a row for each line below the chart."""
    parts = []
    for number, line in enumerate(lines):
        y = size.height - 20 * (len(lines) - number) + 8
        dash = DASHES[number % len(DASHES)]
        parts.append(
            tag(
                '<path d="M0 {y}H34" stroke="{colour}" stroke-width="2.6"{dash}/>',
                y=y - 4.0,
                colour=COLOURS[number % len(COLOURS)],
                dash=tag(' stroke-dasharray="{dash}"', dash=dash) if dash else "",
            )
        )
        parts.append(text(42, y, _end_label(line, frame), fill=COLOURS[number % len(COLOURS)], strong=True))
    return parts


def _said(bar: Bar, frame: Frame) -> str:
    return bar.said or f"{format_number(bar.value, frame.decimals)} {frame.unit}".strip()


def _bars(frame: Frame, bars: Sequence[Bar], size: _Size) -> Markup:
    highest = max((bar.value for bar in bars), default=0.0) or 1.0
    row = size.plot_height / max(1, len(bars))
    parts = [_open(frame, size)]
    for number, bar in enumerate(bars):
        y = size.top + number * row
        words_y, bar_y = (y + 21, y + 6) if size.kind == "nur-gross" else (y + 15, y + 21)
        width = max(2.0, size.plot_width * bar.value / highest) if bar.value > 0 else 0.0
        parts.append(text(0, words_y, bar.label, fill=INK))
        parts.append(
            tag(
                '<rect x="{x}" y="{y}" width="{w}" height="20" rx="2" fill="{colour}"/>',
                x=float(size.left),
                y=float(bar_y),
                w=width,
                colour=bar.colour,
            )
        )
        parts.append(text(size.left + width + 8, bar_y + 15, _said(bar, frame), fill=INK, strong=True))
    return Markup("").join(parts) + Markup("</svg>")
