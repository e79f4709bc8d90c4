"""Houses as SVG: the same shapes in the street band, the skyline and the timeline. Every word is escaped. Pure."""

from __future__ import annotations

from markupsafe import Markup, escape

from leerstand.situation import Status
from leerstand.street_picture import House

SLATE, PALE, RED, GREEN, BLUE, AMBER, INK, QUIET = (
    *("#868da8", "#c6c9d8", "#b83a0b", "#00735f", "#2044aa", "#f0a500", "#131525", "#4c5270"),
)
FILL = {
    Status.OCCUPIED: SLATE,
    Status.THREATENED: SLATE,
    Status.INTERIM: GREEN,
    Status.HUB: BLUE,
    Status.UNKNOWN: PALE,
    Status.WORKS: PALE,
}
HATCH = Markup(
    '<pattern id="{id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" fill="#fff"/><path d="M0 0V7" stroke="#b83a0b" stroke-width="2.4" opacity=".55"/>'
    "</pattern>"
)
GABLE = 5.0  # height of the roof
PLINTH = 4.0  # height of the red base of a gap


def tag(template: str, /, **values: object) -> Markup:
    """One SVG element; numbers are written short, words are escaped."""
    short = {
        name: f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else escape(value)
        for name, value in values.items()
    }
    return Markup(template.format(**short))  # noqa: S704  the template is our own, every value is escaped above


def house(
    kind: House, x: float, base: float, width: float, height: float, *, up: bool, hatch: str, gable: float = GABLE
) -> Markup:
    """One house on its street: ``base`` is the street's edge, ``up`` whether it stands above or hangs below."""
    turn = -1 if up else 1
    eaves, ridge = base + turn * height, base + turn * (height + gable)
    if kind.retreat:
        return _retreat(x, base, width, turn)
    shape = tag(
        "M{x} {base}V{eaves}L{mid} {ridge}L{right} {eaves}V{base}Z",
        x=x,
        base=base,
        eaves=eaves,
        mid=x + width / 2,
        ridge=ridge,
        right=x + width,
    )
    if kind.hole:
        return _hole(shape, x, base, width, turn, hatch)
    body = tag('<path d="{d}" fill="{fill}"/>', d=shape, fill=FILL.get(kind.status, PALE))
    return body + _sign(kind.status, x + width / 2, base + turn * (height / 2 + 1))


def _hole(shape: Markup, x: float, base: float, width: float, turn: int, hatch: str) -> Markup:
    body = tag(
        '<path d="{d}" fill="url(#{hatch})" stroke="{red}" stroke-width="1.6" stroke-dasharray="3.5 2.5"/>',
        d=shape,
        hatch=hatch,
        red=RED,
    )
    top = base - PLINTH if turn < 0 else base
    return body + tag(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{red}"/>', x=x, y=top, w=width, h=PLINTH, red=RED
    )


def _retreat(x: float, base: float, width: float, turn: int) -> Markup:
    top = base - 9 if turn < 0 else base
    return tag(
        '<rect x="{x}" y="{y}" width="{w}" height="9" fill="#fff" stroke="#7c8299" stroke-width="1.2" '
        'stroke-dasharray="2.5 2"/>',
        x=x,
        y=top,
        w=width,
    )


def _sign(status: Status, x: float, y: float) -> Markup:
    """The letter or triangle that says in form what the colour says."""
    if status == Status.INTERIM:
        return tag(
            '<path d="M{l} {t}h7l-7 8h7" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/>',
            l=x - 3.5,
            t=y - 4.0,
        )
    if status == Status.HUB:
        return tag(
            '<path d="M{l} {t}v9M{r} {t}v9M{l} {m}h7" fill="none" stroke="#fff" stroke-width="2.1"/>',
            l=x - 3.5,
            r=x + 3.5,
            t=y - 4.5,
            m=y,
        )
    if status == Status.THREATENED:
        return tag(
            '<path d="M{x} {t}l7 12.500h-14Z" fill="{amber}" stroke="{ink}" stroke-width="1.1"/>'
            '<path d="M{x} {a}v4m0 1.5v1.6" stroke="{ink}" stroke-width="1.7"/>',
            x=x,
            t=y - 7.5,
            a=y - 3.0,
            amber=AMBER,
            ink=INK,
        )
    return Markup("")
