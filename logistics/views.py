"""The retailer's pages: book parcels through a hub, see and cancel what was booked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import addresses, clock, settings, streets
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from city.models import Role
from city.navigation import DELIVERY, NavItem
from logistics import board, bookings, capacity, chains, queries, rules, services
from logistics.forms import ShipmentForm, Slot
from logistics.models import Hub
from logistics.wishes import Wish
from routing.message import BadInput

bp = Blueprint("logistics", __name__)
DAYS_SHOWN = 4

NAVIGATION = (
    NavItem("logistics.book", "Book a delivery", frozenset({Role.RETAILER}), home=True),
    NavItem("logistics.shipments", "My shipments", frozenset({Role.RETAILER})),
    NavItem("hubs.hubs", "Hubs", frozenset({Role.OPERATOR, Role.MANAGER, Role.DISPATCHER}), home=True, group=DELIVERY),
    NavItem("dispatch.today", "Dispatch", frozenset({Role.DISPATCHER, Role.MANAGER}), home=True, group=DELIVERY),
    NavItem("courier.tour", "My tour", frozenset({Role.COURIER}), home=True),
)


@bp.route("/buchen", methods=["GET", "POST"])
@requires(Role.RETAILER)
def book() -> str | Response:
    """A retailer books parcels through a hub. The button “show” only shows other windows; nothing is lost."""
    hubs = queries.open_hubs()
    form = ShipmentForm()
    form.offer(hubs)
    if "show" not in request.form and form.sent_and_valid():
        try:
            reference = _book(form)
        except Conflict as refusal:
            form.refuse(refusal)
        except BadInput as refusal:
            form.refuse_field("street", refusal)
        else:
            flash(_("Booked. Please bring the parcels to the hub in time."), "success")
            return redirect(url_for("logistics.shipment", reference=reference))
        hubs = queries.open_hubs()  # what was read before the transaction has been let go of
    hub = next((hub for hub in hubs if hub.id == form.hub.data), hubs[0] if hubs else None)
    start = _first_day(request.form.get("show", ""))
    days = _days(hub, start) if hub else []
    return render_template(
        "logistics/book.html",
        form=form,
        hub=hub,
        hubs=hubs,
        days=days,
        moved=start > clock.today(),
        later=days[-1]["day"] + timedelta(days=1) if days else None,
        impact=rules.impact(1000, settings.current().numbers),
        shop=current_account().organisation,
    )


def _book(form: ShipmentForm) -> str:
    """Find the place, then one service in one transaction; the reference of what was booked."""
    slot = form.slot.data
    assert slot is not None and form.parcels.data is not None  # noqa: S101  the form is valid
    wish = Wish(
        recipient=form.recipient.data,
        recipient_kind=form.recipient_kind.data,
        street=form.street.data,
        housenumber=form.housenumber.data,
        point=form.point or _place_of(form.street.data, form.housenumber.data),
        parcels=form.parcels.data,
        weight_g=form.weight_g,
        volume_ml=form.volume_ml,
        window_opens_s=slot.opens_s,
        window_closes_s=slot.closes_s,
        note=form.note.data or "",
    )
    streets.network()  # the first one of a process takes a moment; nobody else should wait for it
    account, key = current_account(), form.request_key.data
    with transaction():
        made = bookings.book_shipment(account, hub_id=form.hub.data, day=slot.day, wish=wish, request_key=key)
        return made.reference


def _place_of(street: str, housenumber: str) -> tuple[float, float]:
    """Where an address lies. Raises BadInput with what to do when the map does not know it."""
    found = addresses.find(street, housenumber)
    if found is None:
        raise BadInput(
            "The map has no street called “%(street)s”. Please check the spelling, or choose the place on the map.",
            street=street,
        )
    if found.house is None:
        raise BadInput(
            "The map knows %(street)s, but not house number “%(number)s”. Please choose the place on the map.",
            street=found.street,
            number=housenumber,
        )
    return found.house


def _first_day(asked: str) -> date:
    """From which day on windows are shown; anything unreadable or past is today."""
    try:
        return max(date.fromisoformat(asked), clock.today())
    except ValueError:
        return clock.today()


def _days(hub: Hub, start: date) -> list[dict[str, Any]]:
    """The next bookable days of a hub, each with its windows: free or not, never how much."""
    now, numbers, land = services.city_now(), settings.current().numbers, queries.current_city().land
    reach = [start + timedelta(days=ahead) for ahead in range(numbers.bookable_days)]
    open_days = [
        day
        for day in reach
        if rules.objection_to_day(hub, hub.agreement, day, now=now, land=land, settings=numbers) is None
    ][:DAYS_SHOWN]
    room = chains.room_of(hub, queries.quotas_of(hub.id), numbers.stops_per_bike_hour)
    found = capacity.free_windows(room, open_days)
    return [
        {"day": day, "windows": [(Slot(day, one.opens_s, one.closes_s), one.free) for one in windows]}
        for day, windows in found.items()
    ]


@bp.get("/buchen/karte.json")
@requires(Role.RETAILER)
def book_map() -> Response:
    """The map on which a recipient's place is picked: the hubs, and the town."""
    hubs = queries.open_hubs()
    marks = [{"kind": "hub", "point": [hub.lat, hub.lon], "title": hub.name} for hub in hubs]
    return jsonify(
        {**streets.base_of_map(around=board.box((hub.lat, hub.lon) for hub in hubs)), "marks": marks, "pick": True}
    )


@bp.get("/sendungen")
@requires(Role.RETAILER)
def shipments() -> str:
    """What this shop has booked."""
    found = queries.shipments_of(current_account().organisation_id)
    return render_template("logistics/shipments.html", shipments=found, may_cancel=_cancellable(found))


@bp.get("/sendungen/<reference>")
@requires(Role.RETAILER)
def shipment(reference: str) -> str:
    """One shipment: what was booked, what to do now, and how it stands."""
    found = queries.shipment_of(current_account().organisation_id, reference)
    numbers = settings.current().numbers
    return render_template(
        "logistics/shipment.html",
        shipment=found,
        closes_s=rules.closing_s(found.hub, numbers),
        may_cancel=bool(_cancellable([found])),
        stop=queries.stop_of_shipment(found.id),
    )


def _cancellable(found: list[Any]) -> set[str]:
    """The references that may still be cancelled."""
    now, numbers = services.city_now(), settings.current().numbers
    return {
        one.reference for one in found if rules.objection_to_cancel(one, one.hub, now=now, settings=numbers) is None
    }


@bp.post("/sendungen/<reference>/absagen")
@requires(Role.RETAILER)
def cancel(reference: str) -> Response:
    """Cancel a booking before its cut-off."""
    account = current_account()
    with transaction():
        bookings.cancel_shipment(account, reference)
    flash(_("Cancelled. The room is free again."), "success")
    return redirect(url_for("logistics.shipments"))
