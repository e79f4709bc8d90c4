"""The street band (Straßenband): each street as a row of houses, core at the left, width as the front."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from city.web import format_number
from leerstand.drawing import HATCH, INK, QUIET, house, tag
from leerstand.kinds import Side
from leerstand.street_picture import House, Street

HEIGHTS = (19.0, 17.0, 15.0, 18.0)  # roofs differ a little, so that houses can be told apart
WIDEST = 3.6  # drawn for one metre of front, so that a house in a small town still looks like one
BETWEEN = 1.6  # between two houses
ROAD = 13.0
ROOF = 27.0  # room for a house above or below the road


class Layout:
    """Sizes of one drawing, in its own units (pixels at full width)."""

    def __init__(self, *, narrow: bool) -> None:
        self.narrow = narrow
        self.width = 328.0 if narrow else 1160.0
        self.left = 0.0 if narrow else 190.0
        self.band = 320.0 if narrow else 790.0
        self.label = 42.0 if narrow else 0.0  # room above a street for its name
        self.row = 2 * ROOF + ROAD + self.label + (16.0 if narrow else 20.0)
        self.hatch = "luecke-schmal" if narrow else "luecke-breit"


def band(streets: Sequence[Street], *, narrow: bool) -> Markup:
    """All streets in one drawing, on one common scale. The page shows the same as a table."""
    layout = Layout(narrow=narrow)
    shown = [street for street in streets if street.houses]
    longest = max((_extent(street) for street in shown), default=1.0)
    scale = min(layout.band / longest, WIDEST)
    rows = (_row(street, layout, scale, number * layout.row) for number, street in enumerate(shown))
    height = max(1.0, len(shown) * layout.row)
    head = tag(
        '<svg class="{kind}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" width="100%"><defs>',
        kind="nur-klein" if narrow else "nur-gross",
        w=layout.width,
        h=height,
        label=_("Street band: each house is a shop. The table below says the same."),
    )
    return head + HATCH.format(id=layout.hatch) + Markup("</defs>") + Markup("").join(rows) + Markup("</svg>")


def _sides(street: Street) -> list[tuple[tuple[House, ...], bool]]:
    return [(street.side(Side.ODD), True), (street.side(Side.EVEN), False)]


def _length(houses: Iterable[House]) -> float:
    """Metres of front."""
    return sum(one.unit.frontage_m for one in houses)


def _inside(street: Street) -> float:
    """Metres up to the outermost active use, on the longer side."""
    return max(_length(one for one in houses if not one.retreat) for houses, _up in _sides(street))


def _extent(street: Street) -> float:
    """Metres that the whole street takes in the drawing."""
    beyond = max(_length(one for one in houses if one.retreat) for houses, _up in _sides(street))
    return max(1.0, _inside(street) + beyond)


def _row(street: Street, layout: Layout, scale: float, top: float) -> Markup:
    road = top + layout.label + ROOF
    flag = layout.left + _inside(street) * scale
    parts = [
        tag(
            '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#e3e5ee"/>',
            x=layout.left,
            y=road,
            w=_extent(street) * scale,
            h=ROAD,
        )
    ]
    for houses, up in _sides(street):
        parts += _houses(houses, layout, scale, road if up else road + ROAD, flag, up=up)
    if any(one.retreat for one in street.houses) and street.edge_m is not None:
        parts.append(_flag(flag, road))
    parts += _words(street, layout, top, road)
    return Markup("").join(parts)


def _houses(
    houses: Sequence[House], layout: Layout, scale: float, base: float, flag: float, *, up: bool
) -> list[Markup]:
    """One side of a street: first up to the flag, then what lies beyond it."""
    drawn, x, beyond = [], layout.left, flag + BETWEEN
    for one in houses:
        width = one.unit.frontage_m * scale
        at = beyond if one.retreat else x
        height = HEIGHTS[one.unit.id % len(HEIGHTS)]
        drawn.append(house(one, at, base, max(1.0, width - BETWEEN), height, up=up, hatch=layout.hatch))
        if one.retreat:
            beyond += width
        else:
            x += width
    return drawn


def _flag(x: float, road: float) -> Markup:
    """Where the outermost active use stands."""
    return tag(
        '<path d="M{x} {t}V{b}" stroke="{ink}" stroke-width="2"/>'
        '<path d="M{x} {t}h9l-3 3.500 3 3.500h-9Z" fill="{ink}"/>',
        x=x,
        t=road - ROOF,
        b=road + ROAD + 4,
        ink=INK,
    )


def _words(street: Street, layout: Layout, top: float, road: float) -> list[Markup]:
    holes = ngettext("%(num)d gap", "%(num)d gaps", len(street.holes)) + f" · {format_number(street.hole_m)} m"
    index = street.perforation_percent
    share = "–" if index is None else f"{format_number(index)} %"
    empty = _("%(empty)d of %(all)d empty", empty=street.empty, all=len(street.houses))
    if layout.narrow:
        return [
            _text(0, top + 16, street.axis.name, 15, strong=True),
            _text(layout.width, top + 16, share, 15, strong=True, end=True),
            _text(0, top + 34, f"{holes} · {empty}", 13),
        ]
    middle = road + ROAD / 2
    return [
        _text(0, middle - 3, street.axis.name, 15, strong=True),
        _text(0, middle + 15, holes, 13),
        _text(1065, middle + 5, share, 18, strong=True, end=True),
        _text(layout.width, middle + 5, empty, 13, end=True),
    ]


def _text(x: float, y: float, words: str, size: int, *, strong: bool = False, end: bool = False) -> Markup:
    return tag(
        '<text x="{x}" y="{y}" font-size="{size}" fill="{fill}"{weight}{anchor}>{words}</text>',
        x=float(x),
        y=float(y),
        size=size,
        fill=INK if strong else QUIET,
        weight=Markup(' font-weight="600"') if strong else "",
        anchor=Markup(' text-anchor="end"') if end else "",
        words=words,
    )


def skyline(streets: Sequence[Street]) -> Markup:
    """The first street of the town as a row of houses, an ornament above the public page."""
    houses = [one for street in streets for one in street.houses if not one.retreat][:24]
    if len(houses) < 6:
        return Markup("")
    width = 1160 / len(houses)
    drawn = [
        house(one, number * width, 76, width - 3, 42 + 8 * (one.unit.id % 4), up=True, hatch="luecke-zeile", gable=14.0)
        for number, one in enumerate(houses)
    ]
    return (
        Markup(
            '<svg class="zeile" viewBox="0 0 1160 78" preserveAspectRatio="xMinYMax slice" aria-hidden="true"><defs>'
        )
        + HATCH.format(id="luecke-zeile")
        + Markup("</defs>")
        + Markup("").join(drawn)
        + Markup('<path d="M0 77H1160" stroke="#131525" stroke-width="2"/></svg>')
    )
