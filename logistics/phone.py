"""What a phone takes along: the whole tour as one parcel of data, and the list of files that make the app."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from city import maps
from city.messages import say
from city.models import Account
from logistics import board
from logistics.kinds import Ride, ShipmentStatus
from logistics.models import CourierEvent, Stop, Tour
from logistics.rounds import Round, rounds_of

HOUSE = Path(__file__).resolve().parent.parent
WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")
STATIC = (
    *("vendor/kern/kern.min.css", "fonts.css", "ground.css", "frame.css", "parts.css", "forms.css", "print.css"),
    *("courier.css", "logistics.css", "logo.svg", "symbols.svg", "courier-icon.svg", "courier.webmanifest"),
    *(f"vendor/kern/fonts/FiraSans-{weight}.woff2" for weight in WEIGHTS),
    *(
        "courier-store.js",
        "courier-send.js",
        "courier-state.js",
        "courier-proof.js",
        "courier-scan.js",
        "courier-show.js",
        "courier-app.js",
    ),
    *("courier-out.js", "menu.js", "vendor/leaflet/leaflet.css", "vendor/leaflet/leaflet.js", "map.css"),
    *(maps.WHOLE_TILES_SCRIPT, *maps.TILE_SCRIPTS, *maps.OUR_SCRIPTS),
    "vendor/zxing/zxing.min.js",
)
SOURCES = ("templates/base.html", "templates/_parts.html", "templates/logistics/tour.html", "city/maps.py")


@lru_cache(maxsize=1)
def app_version() -> str:
    """Changes whenever a file of the app does, so that phones fetch it anew."""
    digest = hashlib.sha256()
    words = sorted((HOUSE / "translations").glob("*/*.po"))
    for path in [*(HOUSE / "static" / name for name in STATIC), *(HOUSE / name for name in SOURCES), *words]:
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def available() -> list[str]:
    """The files of the app that are installed."""
    return [name for name in STATIC if (HOUSE / "static" / name).is_file()]


def state_of(tour: Tour) -> dict[str, Any]:
    """What a phone asks for often: which tour counts, and a mark that changes when anything on it does."""
    stops = [[stop.id, stop.position, stop.shipment.status.value, stop.arrives_s] for stop in tour.stops]
    reloads = [[one["after"], one["departs_s"]] for one in tour.reloads or ()]
    counts = [tour.id, tour.plan.number, tour.departs_s, tour.returns_s, stops, reloads]
    mark = hashlib.sha256(json.dumps(counts).encode()).hexdigest()[:16]
    return {"tour": tour.id, "mark": mark}


def package(tour: Tour, courier: Account, events: Iterable[CourierEvent], base: dict[str, Any]) -> dict[str, Any]:
    """Everything about a tour that its courier needs on the way, said in the language of the page.

    ``base`` is the map beneath the marks; times are clock seconds of the city,
    moments milliseconds since 1970.
    """
    hub = tour.vehicle.hub
    return {
        **state_of(tour),
        "account": courier.id,
        "day": tour.plan.day.isoformat(),
        "plan": tour.plan.number,
        "bike": tour.vehicle.name,
        "hub": {"name": hub.name, "address": hub.address, "point": [hub.lat, hub.lon], "phone": _phone(hub.operator)},
        "departs_s": tour.departs_s,
        "returns_s": tour.returns_s,
        "metres": tour.metres,
        "parcels": tour.parcels,
        "stops": [_stop(stop) for stop in tour.stops],
        "breaks": tour.breaks or [],
        "reloads": [_reload(one) for one in rounds_of(tour, ways=True)[1:]],
        "back": {"steps": _steps(tour.back_steps), "line": tour.back_line},
        "events": [_event(event) for event in events],
        "map": {**base, "hub": {"kind": "hub", "point": [hub.lat, hub.lon], "title": hub.name}},
    }


def _phone(organisation: Any) -> str:
    return organisation.phone if organisation is not None else ""


def _stop(stop: Stop) -> dict[str, Any]:
    parcel = stop.shipment
    return {
        "id": stop.id,
        "position": stop.position,
        "reference": parcel.reference,
        "codes": [piece.alias for piece in parcel.pieces if piece.alias],
        "pickup": parcel.ride == Ride.PICKUP,
        "address": parcel.address,
        "recipient": parcel.recipient,
        "note": parcel.note,
        "parcels": parcel.parcels,
        "kg": round(parcel.weight_g / 1000, 1),
        "litres": round(parcel.volume_ml / 1000),
        "shop": parcel.retailer.name,
        "phone": parcel.retailer.phone,
        "point": [parcel.lat, parcel.lon],
        "arrives_s": stop.arrives_s,
        "opens_s": parcel.window_opens_s,
        "closes_s": parcel.window_closes_s,
        "walk_m": stop.walk_m,
        "cancelled": parcel.status == ShipmentStatus.CANCELLED,
        "line": stop.line,
        "steps": _steps(stop.steps),
        "pushes": board.pushes_of(stop),
        "title": _("Stop %(number)d: %(address)s", number=stop.position, address=parcel.address),
    }


def _reload(one: Round) -> dict[str, Any]:
    """How the bike comes back for a round, and how much it loads."""
    reload, way = one.reload or {}, one.way or {"steps": [], "line": []}
    moments = {name: reload[name] for name in ("after", "arrives_s", "starts_s", "departs_s")}
    return {**moments, "parcels": one.parcels, "steps": _steps(way["steps"]), "line": way["line"]}


def _steps(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    said = [(step, step["message"]) for step in board.words_of(steps)]
    return [
        {"text": say(message), "metres": 0 if step["manoeuvre"] == "dismount" else step["metres"]}
        for step, message in said
    ]


def _event(event: CourierEvent) -> dict[str, Any]:
    return {
        "id": event.client_id,
        "kind": event.kind.value,
        "shipment": event.shipment.reference if event.shipment else None,
        "reason": event.reason.value if event.reason else None,
        "undoes": event.undoes,
        "decides": event.decides,
        "order": event.details.get("order"),
        "round": event.details.get("round"),
        "at": milliseconds(event.happened_at),
    }


def milliseconds(moment: datetime) -> int:
    """A moment as phones count it."""
    return round(moment.timestamp() * 1000)
