"""Bookings that come again: templates, standing orders (RRULE), and whole tables of bookings, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from sqlalchemy import select

from city import audit, clock, jobs, settings
from city.db import db
from city.messages import Conflict, DomainError, NotFound
from city.models import Account
from logistics import booking_checks, booking_values, bookings, queries, rules
from logistics.booking_checks import Reached
from logistics.kinds import ShipmentKind
from logistics.models import Hub, Shipment, StandingOrder, Template
from logistics.wishes import Asked, Booker
from routing.message import BadInput, Message

BOOK_STANDING = "book_standing_orders"
MOST_KEPT = 200  # templates, or standing orders, of one shop
LOOK_AHEAD_DAYS = 14  # how far ahead a standing order books
RULE_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
LONGEST_INTERVAL = 52
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")


def keep_template(account: Booker, name: str, values: Mapping[str, Any]) -> Template:
    """Keep a booking under a name; the same name again replaces it."""
    retailer_id = _shop_of(account)
    found = db.session.scalar(select(Template).where(Template.retailer_id == retailer_id, Template.name == name))
    if found is None:
        _not_too_many(Template, retailer_id)
        found = Template(retailer_id=retailer_id, name=name, values={})
        db.session.add(found)
    found.values = dict(values)
    db.session.flush()
    return found


def templates(retailer_id: int | None) -> list[Template]:
    """What a shop has kept, by name."""
    return list(db.session.scalars(select(Template).where(Template.retailer_id == retailer_id).order_by(Template.name)))


def template_of(retailer_id: int | None, template_id: int) -> Template:
    """One template of this shop; another's is not found."""
    found = db.session.scalar(select(Template).where(Template.id == template_id, Template.retailer_id == retailer_id))
    if found is None:
        raise NotFound("There is no such template. It may have been deleted.")
    return found


def forget_template(account: Booker, template_id: int) -> None:
    """Delete a template."""
    db.session.delete(template_of(account.organisation_id, template_id))


def order_standing(account: Booker, name: str, rule: str, values: Mapping[str, Any], starts: date) -> StandingOrder:
    """Book again and again by a rule. Raises BadInput for a rule that cannot be read, Conflict for too many orders."""
    retailer_id = _shop_of(account)
    days_of(rule, starts, starts, starts)
    _not_too_many(StandingOrder, retailer_id)
    made = StandingOrder(
        retailer_id=retailer_id, account_id=account.id, name=name, rule=rule, starts=starts, values=dict(values),
        booked_until=max(starts, clock.today()) - timedelta(days=1), last_refusal="", last_refusal_values={},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record("standing order made", "standing_order", made.id)
    ask_for_bookings()
    return made


def standing_orders(retailer_id: int | None) -> list[StandingOrder]:
    """The standing orders of a shop, by name."""
    query = select(StandingOrder).where(StandingOrder.retailer_id == retailer_id)
    return list(db.session.scalars(query.order_by(StandingOrder.name, StandingOrder.id)))


def standing_of(retailer_id: int | None, order_id: int) -> StandingOrder:
    """One standing order of this shop, locked; another's is not found."""
    query = select(StandingOrder).where(StandingOrder.id == order_id, StandingOrder.retailer_id == retailer_id)
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such standing order. It may have been ended.")
    return found


def pause(account: Booker, order_id: int, *, paused: bool) -> StandingOrder:
    """Stop booking for a while, or go on from today; what is booked already stays."""
    order = standing_of(account.organisation_id, order_id)
    order.paused_at = clock.now() if paused else None
    if not paused:
        order.booked_until = max(order.booked_until, clock.today() - timedelta(days=1))
        ask_for_bookings()
    return order


def end(account: Booker, order_id: int) -> None:
    """End a standing order; what is booked already stays."""
    db.session.delete(standing_of(account.organisation_id, order_id))


def all_standing() -> list[tuple[StandingOrder, Account]]:
    """Every standing order that is not paused, locked, with the person who made it."""
    query = select(StandingOrder, Account).join(Account, StandingOrder.account_id == Account.id)
    query = query.where(StandingOrder.paused_at.is_(None), Account.disabled_at.is_(None)).order_by(StandingOrder.id)
    return [(row[0], row[1]) for row in db.session.execute(query.with_for_update(of=StandingOrder))]


def ask_for_bookings() -> jobs.Job:
    """Have the standing orders looked at."""
    return jobs.enqueue(BOOK_STANDING, once_key=BOOK_STANDING)


def _may_be_searched(parts: Mapping[str, str]) -> bool:
    """Whether a rule names days that come soon: one that never comes true would be searched until the year 9999."""
    every = parts.get("INTERVAL", "1")
    return (
        parts.get("FREQ") in FREQUENCIES
        and parts.keys() <= RULE_PARTS
        and every.isascii()
        and every.isdigit()
        and 1 <= int(every[:4]) <= LONGEST_INTERVAL
        and not (parts["FREQ"] == "DAILY" and int(every[:4]) > 1 and ("BYDAY" in parts or "BYMONTHDAY" in parts))
    )


def days_of(rule: str, starts: date, first: date, last: date) -> list[date]:
    """The days of a rule from one day to another, both included. Raises BadInput for a rule that cannot be read."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().removeprefix("RRULE:").split(";"))
    if not _may_be_searched(parts) or "\n" in rule:
        raise BadInput(
            "“%(rule)s” is not a rule. Write it like this: FREQ=WEEKLY;BYDAY=MO,TH (daily, weekly or monthly).",
            rule=rule,
        )
    try:
        found = rrulestr(rule.upper().removeprefix("RRULE:"), dtstart=datetime.combine(starts, time()))
        return [day.date() for day in found.between(_noon(first - timedelta(days=1)), _noon(last))]
    except (ValueError, TypeError, KeyError, OverflowError):
        raise BadInput(
            "“%(rule)s” is not a rule. Write it like this: FREQ=WEEKLY;BYDAY=MO,TH (daily, weekly or monthly).",
            rule=rule,
        ) from None


def _noon(day: date) -> datetime:
    """Between the midnights that a rule counts in, whatever the time of year: naive days know no clock change."""
    return datetime.combine(day, time(12))


def due_days(order: StandingOrder, today: date, land: str) -> list[date]:
    """The days that a standing order is to be booked for now; rest days are left out."""
    last = today + timedelta(days=LOOK_AHEAD_DAYS)
    first = max(order.booked_until + timedelta(days=1), today, order.starts)
    if order.paused_at is not None or first > last:
        return []
    return [day for day in days_of(order.rule, order.starts, first, last) if rules.hub_rests(day, land) is None]


def book_due(order: StandingOrder, account: Account, day: date) -> Shipment | None:
    """Book one day of a standing order; None when that is refused, and the order says why. The same day books once."""
    values = {**order.values, "day": day.isoformat()}
    try:
        with db.session.begin_nested():
            asked = booking_values.read(values)
            key = f"standing-{order.id}-{day.isoformat()}"
            return bookings.book_shipment(account, hub_id=asked.hub_id, day=day, wish=asked.wish, request_key=key)
    except (DomainError, BadInput) as refusal:
        said: Message = refusal.message
        order.last_refusal, order.last_refused_day = said.text, day
        order.last_refusal_values = {name: _plain(value) for name, value in said.values.items()}
        return None


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


class BatchRefused(DomainError):
    """Some rows of a table cannot be booked, so none was. ``rows``: (number from 1, sentence)."""

    status = 422

    def __init__(self, rows: Sequence[tuple[int, Message]], count: int) -> None:
        super().__init__(
            "%(wrong)d of %(count)d rows cannot be booked, so none was booked. Please correct them and send all again.",
            wrong=len(rows),
            count=count,
        )
        self.rows = rows
        self.wrong = [(f"bookings.{number - 1}", sentence) for number, sentence in rows]


@dataclass(frozen=True, slots=True)
class Batch:
    """Bookings of which each is right by itself, and the ways that were looked up for them."""

    wanted: list[Asked]
    ahead: list[Reached]


def checked(wanted: Sequence[Asked | Message]) -> Batch:
    """Look through a whole table before anything is locked: days, windows, goods, sizes and ways of every row.

    Raises BatchRefused that names every row which cannot be booked, whatever room there is.
    """
    hubs = queries.hubs_numbered(
        {hub for one in wanted if isinstance(one, Asked) for hub in (one.hub_id, one.wish.locker_hub_id) if hub}
    )
    batch, wrong = Batch([], []), []
    for number, one in enumerate(wanted, start=1):
        try:
            if isinstance(one, Message):
                raise DomainError(one.text, **one.values)
            batch.ahead.append(_checked(one, hubs))
            batch.wanted.append(one)
        except (DomainError, BadInput) as refusal:
            wrong.append((number, refusal.message))
    if wrong:
        raise BatchRefused(wrong, len(wanted))
    return batch


def _checked(one: Asked, hubs: Mapping[int, Hub]) -> Reached:
    hub, wish = hubs.get(one.hub_id), one.wish
    locker_hub = hubs.get(wish.locker_hub_id or one.hub_id) if wish.kind == ShipmentKind.LOCKER else None
    if hub is None or (wish.kind == ShipmentKind.LOCKER and locker_hub is None):
        raise NotFound("There is no such hub. It may have been closed.")
    booking_checks.check(hub, one.day, wish, settings.current().numbers, locker_hub)
    return Reached.of((hub.lat, hub.lon), one.day, wish)


def book_all(account: Booker, batch: Batch) -> list[Shipment]:
    """Book a whole table, all rows or none. Raises BatchRefused that names every row for which there is no room."""
    made = bookings.book_each(account, batch.wanted, batch.ahead)
    wrong = [(number, one) for number, one in enumerate(made, start=1) if isinstance(one, Message)]
    if wrong:
        raise BatchRefused(wrong, len(made))
    return [one for one in made if isinstance(one, Shipment)]


def _shop_of(account: Booker) -> int:
    if account.organisation_id is None:
        raise NotFound("Your account belongs to no shop. The city administration can change that.")
    return account.organisation_id


def _not_too_many(model: type[Template] | type[StandingOrder], retailer_id: int) -> None:
    ids = list(db.session.scalars(select(model.id).where(model.retailer_id == retailer_id).limit(MOST_KEPT)))
    if len(ids) >= MOST_KEPT:
        raise Conflict("More than %(most)d are not kept. Please delete one first.", most=MOST_KEPT)


def refusal_of(order: StandingOrder) -> Message:
    """Why the last refused day was not booked."""
    return Message(order.last_refusal, order.last_refusal_values)
