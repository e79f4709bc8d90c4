"""The operations of the interface: everything that a retailer's page can do, by the same services."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel

from city import clock, settings
from city.access import public
from city.db import db, transaction
from city.links import address_of
from city.messages import NotFound
from city.web import csrf, errors_below
from logistics import (
    booking_checks,
    booking_values,
    bookings,
    capacity,
    chains,
    labels,
    queries,
    repeats,
    rules,
    services,
)
from logistics.api import door, shapes
from logistics.api.door import Caller, Scope
from logistics.api.operations import PREFIX, Operation, Operations, Parameter, caller, description
from logistics.booking_values import BookingIn
from logistics.models import Shipment
from routing.message import BadInput

bp = Blueprint("api", __name__, url_prefix=PREFIX)
errors_below(f"{PREFIX}/", door.error)
csrf.exempt(bp)  # a bearer token cannot be sent by a stranger's page
operations = Operations(bp)
MOST_LISTED = 100
MOST_DAYS = 31
_LIMIT = Parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED, "default": 50}, "how many")
_CURSOR = Parameter("cursor", {"type": "string", "maxLength": 100}, "next_cursor of the page before")
_FROM = Parameter("from", {"type": "string", "format": "date"}, "first day, else today")
_DAYS = Parameter("days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": 7}, "how many days")
_HOLD = Parameter("hold", {"type": "boolean", "default": False}, "only keep the room; confirm within hold_minutes")


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """The description of the interface."""
    return jsonify(description(operations.all))


@operations.add(Operation("GET", "/hubs", "hubs", "Hubs that take bookings", Scope.READ, shapes.HubsOut))
def hubs(_account: Caller) -> Response:
    """Hubs that take bookings."""
    return _read(shapes.HubsOut(hubs=[shapes.hub_out(hub) for hub in queries.open_hubs()]))


@operations.add(
    Operation("GET", "/hubs/{id}/days", "days", "Free windows and dock slots of a hub", Scope.READ, shapes.DaysOut,
              parameters=(_FROM, _DAYS))
)  # fmt: skip
def days(_account: Caller, number: int) -> Response:
    """The bookable days of a hub: free or not, never how much."""
    hub, numbers = queries.hub(number), settings.current().numbers
    first, count = _day("from"), _number("days", 7, MOST_DAYS)
    now, land = services.city_now(), queries.current_city().land
    wanted = [first + timedelta(days=ahead) for ahead in range(count)]
    wanted = [
        day
        for day in wanted
        if not rules.objection_to_day(hub, hub.agreement, day, now=now, land=land, settings=numbers)
    ]
    room = chains.room_of(hub, [], numbers.stops_per_bike_hour)
    windows, slots = capacity.free_windows(room, wanted), capacity.free_dock_slots(room, wanted)
    found = [
        shapes.DayOut(
            day=day,
            bring_until=clock.moment_of(*rules.hand_in_ends(hub, day, land=land, settings=numbers)),
            windows=[shapes.free_out(one) for one in windows[day]],
            dock_slots=[shapes.free_out(one) for one in slots[day]],
        )
        for day in wanted
    ]
    return _read(shapes.DaysOut(days=found))


@operations.add(
    Operation("POST", "/quotes", "quote", "What a booking costs, and whether it fits now", Scope.READ, shapes.QuoteOut,
              body=BookingIn)
)  # fmt: skip
def quote(account: Caller) -> Response:
    """Try a booking and take it back."""
    asked = booking_values.read(door.body())
    reached = booking_checks.look_ahead(asked.hub_id, asked.day, asked.wish)
    with transaction():
        nested = db.session.begin_nested()
        found = bookings.quote(account, hub_id=asked.hub_id, day=asked.day, wish=asked.wish, reached=reached)
        nested.rollback()
    return _read(shapes.QuoteOut(fits=found.fits, price_cents=found.price_cents, hold_minutes=found.held_for_min))


@operations.add(
    Operation("POST", "/shipments", "book", "Book", Scope.WRITE, shapes.ShipmentOut, 201, BookingIn,
              parameters=(_HOLD,), deed=True)
)  # fmt: skip
def book(account: Caller) -> Response:
    """Book, or with ``?hold=true`` keep the room for some minutes."""
    asked, hold = booking_values.read(door.body()), request.args.get("hold", "").lower() in ("true", "1")
    reached = booking_checks.look_ahead(asked.hub_id, asked.day, asked.wish)

    def act() -> tuple[int, BaseModel]:
        made = bookings.book_shipment(
            account, hub_id=asked.hub_id, day=asked.day, wish=asked.wish, hold=hold, reached=reached
        )
        return 201, _out(made)

    return _deed(act)


@operations.add(
    Operation("POST", "/shipments/batch", "book_all", "Book several at once, all or none", Scope.WRITE,
              shapes.ReferencesOut, 201, shapes.BatchIn, deed=True)
)  # fmt: skip
def book_all(account: Caller) -> Response:
    """All or none; a refusal names every booking that does not go."""
    given = booking_values.parsed(shapes.BatchIn, door.body())
    wanted = [booking_values.asked_or_refusal(one) for one in given.bookings]

    found: list[repeats.Batch] = []

    def act() -> tuple[int, BaseModel]:
        made = repeats.book_all(account, found[0])
        return 201, shapes.ReferencesOut(references=[one.reference for one in made])

    return door.deed(caller(), act, ahead=lambda: found.append(repeats.checked(wanted)))


@operations.add(
    Operation("GET", "/shipments", "shipments", "Your bookings, the newest first", Scope.READ, shapes.ShipmentsOut,
              parameters=(_LIMIT, _CURSOR))
)  # fmt: skip
def shipments(account: Caller) -> Response:
    """A page of bookings."""
    limit = _number("limit", 50, MOST_LISTED)
    before = _read_cursor(request.args.get("cursor"))
    found = queries.shipments_before(account.organisation_id, before, limit=limit + 1)
    page = found[:limit]
    following = _cursor(page[-1].id) if len(found) > limit else None
    return _read(shapes.ShipmentsOut(shipments=[_out(one) for one in page], next_cursor=following))


@operations.add(Operation("GET", "/shipments/{reference}", "shipment", "One booking", Scope.READ, shapes.ShipmentOut))
def shipment(account: Caller, reference: str) -> Response:
    """One booking of this shop."""
    return _read(_out(queries.shipment_of(account.organisation_id, reference)))


@operations.add(
    Operation("POST", "/shipments/{reference}/confirm", "confirm", "Make a held booking final", Scope.WRITE,
              shapes.ShipmentOut, deed=True)
)  # fmt: skip
def confirm(account: Caller, reference: str) -> Response:
    """Confirm a hold."""
    return _deed(lambda: (200, _out(bookings.confirm(account, reference))))


@operations.add(
    Operation("POST", "/shipments/{reference}/change", "change", "Book the same shipment otherwise", Scope.WRITE,
              shapes.ShipmentOut, 200, BookingIn, deed=True)
)  # fmt: skip
def change(account: Caller, reference: str) -> Response:
    """Other day, window, size or address; reference and link stay."""
    asked = booking_values.read(door.body())
    reached = booking_checks.look_ahead(asked.hub_id, asked.day, asked.wish)

    def act() -> tuple[int, BaseModel]:
        bookings.change_shipment(
            account, reference, hub_id=asked.hub_id, day=asked.day, wish=asked.wish, reached=reached
        )
        return 200, _out(queries.shipment_of(account.organisation_id, reference))

    return _deed(act)


@operations.add(
    Operation("POST", "/shipments/{reference}/cancel", "cancel", "Cancel before the cut-off", Scope.WRITE,
              shapes.ShipmentOut, deed=True)
)  # fmt: skip
def cancel(account: Caller, reference: str) -> Response:
    """Cancel; the room is free again."""
    return _deed(lambda: (200, _out(bookings.cancel_shipment(account, reference))))


@operations.add(
    Operation("GET", "/shipments/{reference}/labels.pdf", "labels", "Labels for all parcels, A6", Scope.READ, None,
              media="application/pdf")
)  # fmt: skip
def label_file(account: Caller, reference: str) -> Response:
    """One A6 page for each parcel."""
    found = queries.shipment_of(account.organisation_id, reference)
    return Response(labels.pdf([found]), mimetype="application/pdf")


@operations.add(Operation("GET", "/templates", "templates", "Your templates", Scope.READ, shapes.TemplatesOut))
def templates(account: Caller) -> Response:
    """What this shop has kept."""
    found = repeats.templates(account.organisation_id)
    return _read(shapes.TemplatesOut(templates=[shapes.template_out(one) for one in found]))


@operations.add(
    Operation("POST", "/templates", "keep_template", "Keep a booking under a name", Scope.WRITE, shapes.TemplateOut,
              201, shapes.TemplateIn, deed=True)
)  # fmt: skip
def keep_template(account: Caller) -> Response:
    """The same name again replaces it."""
    given = booking_values.parsed(shapes.TemplateIn, door.body())
    values = given.booking.model_dump(mode="json")
    return _deed(lambda: (201, shapes.template_out(repeats.keep_template(account, given.name, values))))


@operations.add(
    Operation("POST", "/templates/{id}/delete", "forget_template", "Delete a template", Scope.WRITE, shapes.DoneOut,
              deed=True)
)  # fmt: skip
def forget_template(account: Caller, number: int) -> Response:
    """Delete it."""

    def act() -> tuple[int, BaseModel]:
        repeats.forget_template(account, number)
        return 200, shapes.DoneOut()

    return _deed(act)


@operations.add(
    Operation("GET", "/standing-orders", "standing_orders", "Your standing orders", Scope.READ, shapes.StandingsOut)
)
def standing_orders(account: Caller) -> Response:
    """Bookings that repeat themselves."""
    found = repeats.standing_orders(account.organisation_id)
    return _read(shapes.StandingsOut(standing_orders=[shapes.standing_out(one) for one in found]))


@operations.add(
    Operation("POST", "/standing-orders", "order_standing", "Book again and again", Scope.WRITE, shapes.StandingOut,
              201, shapes.StandingIn, deed=True)
)  # fmt: skip
def order_standing(account: Caller) -> Response:
    """By a rule of RFC 5545."""
    given = booking_values.parsed(shapes.StandingIn, door.body())
    booking_values.asked_of(given.booking)
    values = given.booking.model_dump(mode="json")

    def act() -> tuple[int, BaseModel]:
        made = repeats.order_standing(account, given.name, given.rule, values, given.booking.day)
        return 201, shapes.standing_out(made)

    return _deed(act)


@operations.add(
    Operation("POST", "/standing-orders/{id}/pause", "pause_standing", "Book nothing for a while", Scope.WRITE,
              shapes.StandingOut, deed=True)
)  # fmt: skip
def pause_standing(account: Caller, number: int) -> Response:
    """What is booked already stays."""
    return _deed(lambda: (200, shapes.standing_out(repeats.pause(account, number, paused=True))))


@operations.add(
    Operation("POST", "/standing-orders/{id}/resume", "resume_standing", "Go on booking", Scope.WRITE,
              shapes.StandingOut, deed=True)
)  # fmt: skip
def resume_standing(account: Caller, number: int) -> Response:
    """From today on."""
    return _deed(lambda: (200, shapes.standing_out(repeats.pause(account, number, paused=False))))


@operations.add(
    Operation("POST", "/standing-orders/{id}/end", "end_standing", "End a standing order", Scope.WRITE, shapes.DoneOut,
              deed=True)
)  # fmt: skip
def end_standing(account: Caller, number: int) -> Response:
    """What is booked already stays."""

    def act() -> tuple[int, BaseModel]:
        repeats.end(account, number)
        return 200, shapes.DoneOut()

    return _deed(act)


@bp.route("/<path:rest>", methods=["GET", "POST"])
@public
def nothing_here(rest: str) -> Response:
    """Programs get a problem, not a page."""
    return door.answer(door.no_such_page)


def _deed(act: Callable[[], tuple[int, BaseModel]]) -> Response:
    return door.deed(caller(), act)


def _read(made: BaseModel) -> Response:
    return door.json_answer(200, made.model_dump_json())


def _out(one: Shipment) -> shapes.ShipmentOut:
    url = address_of("tracking.parcel", token=one.tracking_token) if one.tracking_token else None
    return shapes.shipment_out(one, url)


def _day(name: str) -> date:
    asked = request.args.get(name)
    if not asked:
        return clock.today()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise BadInput("“%(field)s” is “%(value)s”; a day is written like 2026-11-23.",
                       field=name, value=asked[:40]) from None  # fmt: skip
    return min(max(day, clock.today()), clock.today() + timedelta(days=400))


def _number(name: str, default: int, most: int) -> int:
    asked = request.args.get(name, "")
    if not asked:
        return default
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= most:
        raise BadInput("“%(field)s” is “%(value)s”; it must be a whole number from 1 to %(most)d.",
                       field=name, value=asked[:40], most=most)  # fmt: skip
    return int(asked[:9])


def _cursor(row_id: int) -> str:
    return base64.urlsafe_b64encode(f"s{row_id}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> int | None:
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text[:100] + "=" * (-len(text[:100]) % 4)).decode()
    except (ValueError, binascii.Error):
        plain = ""
    if plain[:1] != "s" or not plain[1:].isascii() or not plain[1:].isdigit() or len(plain) > 11:
        raise NotFound("This cursor leads nowhere. Please begin again without one.")
    return int(plain[1:])
