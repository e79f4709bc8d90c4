"""Maps. The only module that knows folium exists; no word from outside ever passes through it.

folium renders its templates twice, so text that reaches it is run as code, on the server and in the browser. Therefore
it draws one constant document (:func:`_skeleton`), the same for every map. Whatever is particular to a map is put into
the finished text in a single pass, escaped; every name, note and address travels as JSON, and ``static/map*.js`` write
it with ``textContent``.

The JSON of a map (all parts but ``marks`` may be missing; points are ``[lat, lon]``)::

    {"attribution": "© OpenStreetMap-Mitwirkende (ODbL)",   always visible; links to OpenStreetMap if it names it
     "note": "schematisch, nicht vermessen",
     "background": {
        "streets":   [{"kind": "pedestrian", "name": "Am Sande", "line": [[lat, lon], …]}],  kind: OSM's highway=
        "water":     [{"name": "Ilmenau", "line": […], "width_m": 20} or {"area": […]} or […]],
        "green":     [{"name": …, "area": […]} or […]],     areas are rings
        "buildings": [{"name": …, "area": […]} or […]],
        "places":    [{"name": "Rathaus", "point": [lat, lon]}]},
     "background_url": "/own/path",   instead of the background: where the frame gets it from
     "tiles_url": "/own/path.pmtiles",   once they are drawn, instead of both: vector tiles, read by ranges
     "tiles_whole": "/own/path.pmtiles", instead of it: a small tile file, fetched whole (a phone keeps it)
     "town": [[s, w], [n, e]],           beside them: what to show where nothing else says it
     "cells": [{"box": [[s, w], [n, e]], "count": 3}],      a rough place and how many are there
     "marks": [{"kind": "stop", "point": [lat, lon], "title": "Halt 7: Rosenstraße 6",
                "number": 7, "label": "Rosenstraße 6", "url": "/own/path", "large": true}],
     "lines": [{"kind": "tour", "number": 1, "line": […], "title": "Rad 1"}],   kind: tour, or walk (dotted)
     "areas": [{"kind": "closed", "ring": […], "title": "Wochenmarkt"}],   kind: closed, push, destination, ride
     "cluster": true,                    marks that stand together are one mark with their number
     "draw": false,                                          let the person draw an area (static/zones.js)
     "fit": [[s, w], [n, e]],                                what to show; else everything
     "pick": false}                                          let the person choose a point (static/pick.js)

Kinds of marks: hub, vacancy, threatened, interim, proposal, pickup, occupied, converted, stop and done (a circle with
its number, hollow or full), bike, place. ``title`` is what screen readers and the bubble say, ``label`` a sign beside
the mark, ``url`` a page of this house.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from flask import g
from flask_babel import gettext as _

from city import words
from city.static_files import static_url

OSM_ATTRIBUTION = "© OpenStreetMap-Mitwirkende (ODbL)"
STATIC = Path(__file__).resolve().parent.parent / "static"
TILE_SCRIPTS = ("vendor/protomaps/protomaps-leaflet.js", "map-tiles.js")
WHOLE_TILES_SCRIPT = "vendor/pmtiles/pmtiles.js"  # reads a tile file that lies in memory, without ranges
CLUSTER_SCRIPT = "vendor/markercluster/leaflet.markercluster.js"  # marks that stand together as counts
CLUSTER_STYLES = "vendor/markercluster/MarkerCluster.css"
OUR_SCRIPTS = ("map-town.js", "map-zones.js", "map.js")
_BLANK = re.compile(r"@([A-Z_]+)@")  # what a map fills into the skeleton


def frame(nonce: str, *, title: str, data_url: str, whole_tiles: bool = False) -> str:
    """The document for an ``<iframe>``: a map that fetches its JSON from ``data_url`` of this house.

    ``nonce`` is the word of this answer's content policy. The answer may be
    framed by our own pages afterwards, and by nobody else's. ``whole_tiles``:
    the JSON may name a tile file that is fetched whole; what such a map needs
    is kept by phones, so it comes without what crowds of marks need.
    """
    g.may_be_framed = True
    scripts = (WHOLE_TILES_SCRIPT if whole_tiles else CLUSTER_SCRIPT, *TILE_SCRIPTS, *OUR_SCRIPTS)
    styles = (*(() if whole_tiles else (CLUSTER_STYLES,)), "fonts.css", "map.css")
    return _fill(
        LANG=escape(words.language()),
        NONCE=escape(nonce),
        POLICY="",
        TITLE=escape(title),
        BODY_CLASS="",
        HEADING="",
        DATA_URL=escape(data_url),
        LEAFLET_CSS=_style_link("vendor/leaflet/leaflet.css"),
        OUR_CSS="".join(map(_style_link, styles)),
        LEAFLET_JS=_script_link(nonce, "vendor/leaflet/leaflet.js"),
        SYMBOLS=_symbols(),
        AFTER_MAP="",
        WORDS=json_for_script(_words()),
        DATA="",
        OUR_JS="".join(_script_link(nonce, name) for name in scripts),
    )


def standalone(payload: Mapping[str, Any], title: str) -> str:
    """One HTML file with the map and the same things as a list: opens from disk, without any network.

    Its content policy forbids every request, and every script but its own.
    """
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    return _fill(
        LANG=escape(words.language()),
        NONCE=nonce,
        POLICY=f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        TITLE=escape(title),
        BODY_CLASS="k-datei",
        HEADING=f"<h1>{escape(title)}</h1>",
        DATA_URL="",
        LEAFLET_CSS=f'<style nonce="{nonce}">{_source("vendor/leaflet/leaflet.css")}</style>',
        OUR_CSS=f'<style nonce="{nonce}">{_source("map.css")}</style>',
        LEAFLET_JS=f'<script nonce="{nonce}">{_source("vendor/leaflet/leaflet.js")}</script>',
        SYMBOLS=_symbols(),
        AFTER_MAP='<ol id="karte-liste"></ol>',
        WORDS=json_for_script(_words()),
        DATA=f'<script type="application/json" id="karte-daten">{json_for_script(payload)}</script>',
        OUR_JS="".join(f'<script nonce="{nonce}">{_source(name)}</script>' for name in OUR_SCRIPTS),
    )


def prepare() -> None:
    """Import folium and draw the skeleton now, so that the first map does not wait for it (0.7 s)."""
    _skeleton()


def json_for_script(value: object) -> str:
    """JSON that may stand inside a ``<script>``: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _words() -> dict[str, str]:
    """What the controls of a map say."""
    return {
        "zoom_in": _("Enlarge the map"),
        "zoom_out": _("Make the map smaller"),
        "close": _("Close"),
        "open": _("Open"),
        "pick": _("Choose the middle of the map"),
        "chosen": _("Chosen place"),
        "add_corner": _("Corner in the middle"),
        "last_corner": _("Delete last corner"),
        "all_corners": _("Begin again"),
        "failed": _("The map cannot be shown at the moment. The list has the same information."),
    }


def _fill(**values: str) -> str:
    """The skeleton with its blanks filled in one pass: what is filled in is never looked at again."""
    return _BLANK.sub(lambda blank: values[blank[1]], _skeleton())


@lru_cache(maxsize=1)
def _skeleton() -> str:
    """folium's document without any content: constant, with a blank wherever a map differs."""
    import folium  # here, because it takes 0.7 s and most processes never draw a map

    class ConstantMap(folium.Map):
        """Nothing from foreign hosts, and always the same name."""

        default_js: list[tuple[str, str]] = []
        default_css: list[tuple[str, str]] = []

        @classmethod
        def _generate_id(cls) -> str:
            return "haus"

    drawn = ConstantMap(
        location=(0, 0), zoom_start=2, tiles=None, zoom_control=False, control_scale=False, max_zoom=19, zoom_snap=0.25,
        zoom_delta=0.5, attribution_control=False, scroll_wheel_zoom=False, fade_animation=False, zoom_animation=False,
    )  # fmt: skip
    text = drawn.get_root().render()
    for pattern, replacement in _CHANGES:
        text, times = re.subn(pattern, lambda _found, new=replacement: new, text, count=0, flags=re.DOTALL)  # type: ignore[misc]
        if times < 1:
            raise RuntimeError(f"folium draws its page in a new way: {pattern} is gone; adapt city/maps.py")
    return text


_CHANGES = (  # what folium's page gets wrong for us, and where a map fills something in
    (r"<html>", '<html lang="@LANG@">'),
    (r"<head>", "<head>@POLICY@<title>@TITLE@</title>"),
    (
        r'<meta name="viewport".*?/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">@LEAFLET_CSS@',
    ),
    (r"<style>", '<style nonce="@NONCE@">'),
    (r"<script>", '<script nonce="@NONCE@">'),
    (r"</head>", "@OUR_CSS@@LEAFLET_JS@</head>"),
    (r"<body>", '<body class="@BODY_CLASS@">@SYMBOLS@<main data-url="@DATA_URL@">@HEADING@<div class="k-feld">'),
    (
        r"</body>",
        '<p class="k-hinweis" role="status"></p></div>@AFTER_MAP@</main></body>',
    ),
    (
        r"</html>",
        '<script type="application/json" id="karte-worte">@WORDS@</script>@DATA@@OUR_JS@</html>',
    ),
)


def _style_link(name: str) -> str:
    return f'<link rel="stylesheet" href="{escape(static_url(name))}">'


def _script_link(nonce: str, name: str) -> str:
    return f'<script nonce="{escape(nonce)}" src="{escape(static_url(name))}"></script>'


@lru_cache(maxsize=8)
def _source(name: str) -> str:
    """One of our static files, to stand inside a document."""
    text = (STATIC / name).read_text(encoding="utf-8")
    if re.search(r"</(script|style)", text, re.IGNORECASE):
        raise RuntimeError(f"static/{name} cannot stand inside a page: it contains an end tag")
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


@lru_cache(maxsize=1)
def _symbols() -> str:
    """The symbols of static/symbols.svg, hidden, for ``<use>``."""
    text = (STATIC / "symbols.svg").read_text(encoding="utf-8")
    return text.replace("<svg ", '<svg class="k-vorrat" aria-hidden="true" focusable="false" ', 1)
