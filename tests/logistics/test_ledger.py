"""The ledger against a plain model: whatever is done in whatever order, it says what a dictionary would say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import select, update

from city import clock
from city.db import db, transaction
from city.messages import Conflict
from city.models import Account
from city.settings import change as change_settings
from city.settings import current
from logistics import bookings, capacity, chains, hub_rooms, queries
from logistics.kinds import Resource, ShipmentStatus
from logistics.models import DayCapacity, HubVehicle, Shipment
from tests import build
from tests.logistics import rows
from tests.rounds import LONG, rounds

H = 3600
WINDOWS = ((9 * H, 11 * H), (11 * H, 13 * H))
STOPS = 4  # one bike, two hours, two stops an hour
PARCELS = 6
QUOTA = 3
parcel_counts, windows, shops = st.integers(1, 4), st.integers(0, 1), st.integers(0, 1)


@dataclass
class Booked:
    """What the model knows of a booking."""

    shop: int
    day: date
    window: int
    parcels: int
    state: str = "booked"  # or held, stale (held too long, nobody has noticed), gone


class Crash(Exception):
    """The process ends in the middle."""


class LedgerMachine(RuleBasedStateMachine):
    """Two shops, the first with a quota; one hub with room for six parcels a day and four stops in each window."""

    made: Bundle[str] = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.operator = rows.operator_of_hubs()
        hub = rows.hub(
            rows.agreement(self.operator), operator_id=self.operator.organisation_id, parcels_per_day=PARCELS
        )
        with transaction():
            [bike, _other] = db.session.scalars(select(HubVehicle).where(HubVehicle.hub_id == hub.id))
            db.session.delete(_other)
            bike.ends_s = 13 * H
        self.shops = [rows.retailer(), rows.retailer()]
        self.hub_id, self.most = hub.id, PARCELS
        self.days = [rows.working_day(), rows.working_day(12)]
        self.model: dict[str, Booked] = {}
        with transaction():
            hub_rooms.set_quota(
                self.operator, hub.id, every=False, organisation_id=rows.shop_of(self.shops[0]).id, parcels=QUOTA,
                anyway=False,
            )  # fmt: skip

    # --- what the model says ---

    def live(self, day: date, *, without: str = "") -> list[Booked]:
        """What takes room on a day once stale holds are given back."""
        return [
            one for name, one in self.model.items()
            if one.day == day and one.state in ("booked", "held") and name != without
        ]  # fmt: skip

    def fits(self, new: Booked, *, without: str = "") -> bool:
        """Whether there is room."""
        there = self.live(new.day, without=without)
        mine = sum(one.parcels for one in there if one.shop == new.shop)
        return (
            sum(one.parcels for one in there) + new.parcels <= self.most
            and sum(one.window == new.window for one in there) < STOPS
            and (new.shop != 0 or mine + new.parcels <= QUOTA)
        )

    def notice_stale(self) -> None:
        """Whoever asks for room gives holds back that have run out; a refusal takes that back, too."""
        for one in self.model.values():
            if one.state == "stale":
                one.state = "gone"

    # --- what is done ---

    @rule(target=made, shop=shops, day=st.integers(0, 1), window=windows, parcels=parcel_counts, hold=st.booleans())
    def book(self, shop: int, day: int, window: int, parcels: int, hold: bool) -> Any:
        new = Booked(shop, self.days[day], window, parcels, "held" if hold else "booked")
        try:
            with transaction():
                reference = self._book(new, hold=hold)
        except Conflict:
            assert not self.fits(new), "refused though there is room"
            return multiple()
        self.notice_stale()
        assert self.fits(new), "sold though there is no room"
        self.model[reference] = new
        return reference

    def _book(self, new: Booked, *, hold: bool) -> str:
        wish = self._wish(new)
        made = bookings.book_shipment(self._person(new.shop), hub_id=self.hub_id, day=new.day, wish=wish, hold=hold)
        return made.reference

    def _wish(self, new: Booked) -> Any:
        opens_s, closes_s = WINDOWS[new.window]
        return rows.wish(parcels=new.parcels, window_opens_s=opens_s, window_closes_s=closes_s)

    def _person(self, shop: int) -> Account:
        return build.fresh(Account, self.shops[shop].id) if not db.session().info.get("write") else self.shops[shop]

    @rule(shop=shops, day=st.integers(0, 1), window=windows, parcels=parcel_counts)
    def crash_before_the_commit(self, shop: int, day: int, window: int, parcels: int) -> None:
        with pytest.raises((Crash, Conflict)), transaction():
            self._book(Booked(shop, self.days[day], window, parcels), hold=False)
            raise Crash

    @rule(reference=made)
    def confirm(self, reference: str) -> None:
        known = self.model[reference]
        try:
            with transaction():
                bookings.confirm(self._person(known.shop), reference)
        except Conflict:
            assert known.state in ("stale", "gone")
            return
        assert known.state in ("held", "booked")
        known.state = "booked"

    @rule(reference=made)
    def cancel(self, reference: str) -> None:
        known = self.model[reference]
        try:
            with transaction():
                bookings.cancel_shipment(self._person(known.shop), reference)
        except Conflict:
            assert known.state in ("stale", "gone"), "refused though it stands"
            return
        self.notice_stale()
        assert known.state in ("held", "booked")
        known.state = "gone"

    @rule(reference=made, day=st.integers(0, 1), window=windows, parcels=parcel_counts)
    def change(self, reference: str, day: int, window: int, parcels: int) -> None:
        known = self.model[reference]
        new = replace(known, day=self.days[day], window=window, parcels=parcels)
        was_booked = known.state == "booked"
        try:
            with transaction():
                bookings.change_shipment(
                    self._person(known.shop), reference, hub_id=self.hub_id, day=new.day, wish=self._wish(new)
                )
        except Conflict:
            assert not was_booked or not self.fits(new, without=reference), "refused though there is room"
            return
        self.notice_stale()
        assert was_booked and self.fits(new, without=reference)
        self.model[reference] = new

    @rule(reference=made)
    def time_passes_over_a_hold(self, reference: str) -> None:
        if self.model[reference].state == "held":
            with transaction():
                mine = update(Shipment).where(Shipment.reference == reference)
                db.session.execute(mine.values(hold_until=clock.now() - timedelta(seconds=1)))
            self.model[reference].state = "stale"

    @rule()
    def the_job_gives_stale_holds_back(self) -> None:
        with transaction():
            queries.hubs_to_change([self.hub_id])
            bookings.expire_holds(self.hub_id)
        self.notice_stale()

    @rule(most=st.integers(1, 9), anyway=st.booleans())
    def the_hub_gets_larger_or_smaller(self, most: int, anyway: bool) -> None:
        hub = queries.hub(self.hub_id)
        names = hub_rooms.HubFacts.__dataclass_fields__
        facts = hub_rooms.HubFacts(**{**{name: getattr(hub, name) for name in names}, "parcels_per_day": most})
        taken = max(self._taken(day) for day in self.days)
        try:
            with transaction():
                hub_rooms.change_hub(
                    self.operator, self.hub_id, facts, revision=hub.revision, every=False, anyway=anyway
                )
        except hub_rooms.BelowBooked:
            assert taken > most and not anyway
            return
        assert taken <= most or anyway
        self.most = most

    def _taken(self, day: date) -> int:
        """Parcels that the ledger still counts: a stale hold keeps its room until somebody notices."""
        return sum(one.parcels for one in self.model.values() if one.day == day and one.state != "gone")

    # --- what is always true ---

    @invariant()
    def counters_are_the_sum_of_their_lines_and_what_the_model_says(self) -> None:
        db.session.rollback()
        assert capacity.wrong_counters() == []
        query = select(DayCapacity).where(DayCapacity.hub_id == self.hub_id)
        for row in db.session.scalars(query):
            assert 0 <= row.used <= row.capacity
            if row.resource == Resource.PARCELS:
                assert row.used == self._taken(row.day)
                assert row.intended == self.most
            if row.resource == Resource.STOPS:
                there = [one for one in self.model.values() if one.day == row.day and one.state != "gone"]
                assert row.used == sum(WINDOWS[one.window][0] == row.opens_s for one in there)

    @invariant()
    def a_window_is_shown_free_exactly_when_one_more_parcel_fits(self) -> None:
        room = chains.room_of(queries.hub(self.hub_id), [], current().numbers.stops_per_bike_hour)
        shown = capacity.free_windows(room, self.days)
        for day in self.days:
            there = [one for one in self.model.values() if one.day == day and one.state != "gone"]
            for number, window in enumerate(shown[day]):
                stops = sum(one.window == number for one in there)
                assert window.free == (stops < STOPS and sum(one.parcels for one in there) < self.most)

    @invariant()
    def statuses_are_those_of_the_model(self) -> None:
        states = {"held": {ShipmentStatus.HELD}, "stale": {ShipmentStatus.HELD}, "booked": {ShipmentStatus.BOOKED},
                  "gone": {ShipmentStatus.CANCELLED, ShipmentStatus.EXPIRED}}  # fmt: skip
        found = db.session.execute(select(Shipment.reference, Shipment.status).where(Shipment.hub_id == self.hub_id))
        kept = {row[0]: row[1] for row in found}
        assert kept.keys() == self.model.keys(), "nothing is lost, nothing is there that nobody was told of"
        assert all(kept[name] in states[one.state] for name, one in self.model.items())


def test_the_ledger_says_what_a_plain_model_says(street_map):
    with transaction():
        change_settings(replace(current().numbers, stops_per_bike_hour=2), by_account_id=None)
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=rounds(4), stateful_step_count=rounds(3) + 9, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[*([Phase.shrink] if LONG else []), Phase.generate],
        ),
    )  # fmt: skip
