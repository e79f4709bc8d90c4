"""The retailer's pages: book parcels through a hub, see and cancel what was booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from city import clock, settings, streets
from city.access import current_account, requires
from city.db import transaction
from city.messages import Conflict
from city.models import Account, Role
from city.navigation import DELIVERY, NavItem
from logistics import board, booking_checks, bookings, capacity, chains, queries, repeats, rules, services
from logistics.booking_form import ShipmentForm, Slot, wish_of
from logistics.kinds import BROUGHT_BY_SHOPS, LegKind, ShipmentKind
from logistics.models import Hub, Shipment
from logistics.wishes import Person
from routing.message import BadInput

bp = Blueprint("logistics", __name__)
DAYS_SHOWN = 4
LISTED = 25  # shipments on one page
LEG_WORDS = {
    LegKind.HAND_IN: _l("you bring it to the hub"),
    LegKind.SUPPLY: _l("the supplier unloads"),
    LegKind.PICKUP: _l("a bike collects it"),
    LegKind.STORE: _l("lies in the hub"),
    LegKind.DELIVER: _l("a bike brings it"),
    LegKind.LOCKER: _l("waits in the locker"),
}

NAVIGATION = (
    NavItem("logistics.book", "Book a delivery", frozenset({Role.RETAILER}), home=True),
    NavItem("logistics.shipments", "My shipments", frozenset({Role.RETAILER})),
    NavItem("retail.recurring", "Recurring", frozenset({Role.RETAILER})),
    NavItem("retail.interface", "Interface", frozenset({Role.RETAILER})),
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
    if not form.is_submitted() and (kept := request.args.get("vorlage", type=int)):
        _fill_from_template(form, kept)
    if "show" not in request.form and form.sent_and_valid():
        hold = "hold" in request.form
        reference = send_booking(form, partial(bookings.book_shipment, request_key=form.request_key.data, hold=hold))
        if reference is not None:
            kept_for = _("The room is kept for you. Please confirm in time.")
            flash(kept_for if hold else _("Booked. Please bring the parcels to the hub in time."), "success")
            return redirect(url_for("logistics.shipment", reference=reference))
        hubs = queries.open_hubs()  # what was read before the transaction has been let go of
    return booking_page(form, hubs, action=url_for("logistics.book"))


def person_of(account: Account) -> Person:
    """Who books, by numbers: a transaction that begins forgets every row, and would read the account again."""
    return Person(account.id, account.organisation_id)


def send_booking(form: ShipmentForm, do: Callable[..., Shipment]) -> str | None:
    """Find the places and the ways, then one service in one transaction: the reference, or None when the form says why
    not. ``do`` is called with the person and hub_id, day, wish and reached by name.
    """
    slot = form.slot.data
    assert slot is not None  # noqa: S101  the form is valid
    try:
        wish, person = wish_of(form), person_of(current_account())
        reached = booking_checks.look_ahead(form.hub.data, slot.day, wish)
        with transaction():
            return do(person, hub_id=form.hub.data, day=slot.day, wish=wish, reached=reached).reference
    except Conflict as refusal:
        form.refuse(refusal)
    except BadInput as refusal:
        form.refuse_field("street", refusal)
    return None


def booking_page(form: ShipmentForm, hubs: list[Hub], *, action: str, changed: str = "") -> str:
    """The form with the windows of the hub that is chosen; ``changed`` names the shipment that is changed."""
    hub = next((hub for hub in hubs if hub.id == form.hub.data), hubs[0] if hubs else None)
    start = _first_day(request.form.get("show", ""))
    days = _days(hub, start, brought=form.kind.data in BROUGHT_BY_SHOPS) if hub else []
    numbers = settings.current().numbers
    return render_template(
        "logistics/_booking.html",
        form=form,
        hub=hub,
        hubs=hubs,
        days=days,
        moved=start > clock.today(),
        later=days[-1]["day"] + timedelta(days=1) if days else None,
        impact=rules.impact(1000, numbers),
        shop=current_account().organisation,
        numbers=numbers,
        action=action,
        changed=changed,
        templates=repeats.templates(current_account().organisation_id),
    )


def _fill_from_template(form: ShipmentForm, template_id: int) -> None:
    values = repeats.template_of(current_account().organisation_id, template_id).values
    recipient = values.get("recipient", {})
    form.kind.data, form.hub.data = ShipmentKind(values.get("kind", "outbound")), values.get("hub")
    form.recipient.data, form.street.data = recipient.get("name"), recipient.get("street")
    form.housenumber.data, form.mail.data = recipient.get("housenumber"), recipient.get("email")
    form.parcels.data, form.weight_kg.data = values.get("parcels"), values.get("weight_kg")
    form.volume_l.data, form.size.data = values.get("volume_l"), values.get("size") or ""
    form.note.data, form.supplier.data = values.get("note"), values.get("supplier")
    form.dock.data = values.get("dock_from") or ""


def _first_day(asked: str) -> date:
    """From which day on windows are shown; anything unreadable or past is today."""
    try:
        return max(date.fromisoformat(asked), clock.today())
    except ValueError:
        return clock.today()


def _days(hub: Hub, start: date, *, brought: bool) -> list[dict[str, Any]]:
    """The next bookable days of a hub, each with its windows: free or not, never how much.

    ``brought`` leaves out the days for which a shop comes too late with its parcels.
    """
    now, numbers, land = services.city_now(), settings.current().numbers, queries.current_city().land

    def bookable(day: date) -> bool:
        if rules.objection_to_day(hub, hub.agreement, day, now=now, land=land, settings=numbers) is not None:
            return False
        return not brought or rules.objection_to_hand_in(hub, day, now=now, land=land, settings=numbers) is None

    reach = (start + timedelta(days=ahead) for ahead in range(numbers.bookable_days))
    open_days = list(islice(filter(bookable, reach), DAYS_SHOWN))
    room = chains.room_of(hub, [], numbers.stops_per_bike_hour)
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
    """What this shop has booked, a page at a time."""
    shop_id = current_account().organisation_id
    count = queries.count_shipments(shop_id)
    pages = max(1, -(-count // LISTED))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    found = queries.shipments_of(shop_id, page=page, size=LISTED)
    return render_template(
        "logistics/shipments.html",
        shipments=found,
        may_cancel=_cancellable(found),
        count=count,
        page=page,
        pages=pages,
    )


@bp.get("/sendungen/<reference>")
@requires(Role.RETAILER)
def shipment(reference: str) -> str:
    """One shipment: what was booked, what to do now, and how it stands."""
    found = queries.shipment_of(current_account().organisation_id, reference)
    numbers = settings.current().numbers
    return render_template(
        "logistics/shipment.html",
        shipment=found,
        closes_s=rules.closing_s(found.hub, found.day, numbers),
        brought_by=rules.hand_in_ends(found.hub, found.day, land=queries.current_city().land, settings=numbers),
        may_cancel=bool(_cancellable([found])),
        stop=queries.stop_of_shipment(found.id),
        leg_words=LEG_WORDS,
        tracking_url=url_for("tracking.parcel", token=found.tracking_token, _external=True)
        if found.tracking_token
        else "",
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
