"""The register: what a shop is and can become, lists that the database makes, who may see what, and pictures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city import clock
from city import settings as city_settings
from city.db import db, transaction
from city.messages import Conflict
from city.models import AuditEntry, OrganisationKind, Role
from leerstand import figure_queries, queries, register_queries
from leerstand.figures import arrays, rates
from leerstand.kinds import (
    Floor,
    SpellKind,
    Threat,
    UseType,
    VacancyReason,
    VacancyStage,
)
from leerstand.lifecycle import TRANSITIONS, Change, UnitState, state_on
from leerstand.models import Occupancy
from leerstand.register_queries import Order, StockFilter
from leerstand.services import states
from leerstand.situation import status_on
from tests import build

TODAY = clock.today()
DAY = timedelta(days=1)


@pytest.fixture
def desk(sign_in):
    return sign_in(Role.MANAGER)


# --- what the database says is what the rules say ---

KINDS = st.sampled_from(list(SpellKind))
LENGTHS = st.lists(st.tuples(KINDS, st.integers(1, 500), st.integers(0, 3)), max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(st.tuples(LENGTHS, st.booleans(), st.sampled_from([None, *Threat])), min_size=1, max_size=6))
def test_the_database_knows_the_status_as_the_rules_do(town, histories):
    """
    Whatever happened in a shop: SQL and Python call it the same, and count it the same.
    """
    with transaction():
        for unit in queries.stock():
            db.session.delete(unit)
    for spells, open_ended, threat in histories:
        unit, day = build.unit(vacant_since=None, floor=Floor.GROUND), TODAY - timedelta(days=600)
        with transaction():
            for number, (kind, length, gap) in enumerate(spells):
                starts = day + gap * 40 * DAY
                day = starts + length * DAY
                last = number == len(spells) - 1
                values = {"use_type": UseType.MICRO_HUB if length % 2 else None} if kind == SpellKind.INTERIM else {}
                values |= {"threat": threat} if kind == SpellKind.REGULAR else {}
                ends = None if last and open_ended else day
                db.session.add(Occupancy(unit_id=unit.id, kind=kind, starts=starts, ends=ends, **values))
    db.session.rollback()
    known = queries.stock()

    listed = {row.id: row.status for row in register_queries.stock_page(StockFilter(), TODAY, 1)[0]}

    assert listed == {unit.id: status_on(unit.spells, TODAY) for unit in known}
    assert figure_queries.rates_on(TODAY) == rates.rates(arrays.stock(known), arrays.on(arrays.stock(known), TODAY))
    assert {row[0]: row[6] for row in register_queries.stock_marks(StockFilter(), TODAY)} == listed


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (StockFilter(word="blume rote"), {"Blumen"}),
        (StockFilter(least_m2=100), {"Gross"}),
        (StockFilter(reason=VacancyReason.HEIRS), {"Leer"}),
        (StockFilter(stage=VacancyStage.MARKETED), {"Leer"}),
        (StockFilter(stale=True), {"Gross", "Leer"}),
        (StockFilter(unowned=True), {"Blumen", "Leer"}),
        (StockFilter(word="%"), set()),
    ],
)
def test_filters_find_what_they_say(town, wanted, found):
    """
    Each alone; the signs of a pattern are letters like others.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER)
    build.unit(name="Gross", area_m2=200, vacant_since=None, owner_id=firm.id)
    build.unit(name="Blumen", last_verified_on=TODAY, vacant_since=None)
    old = build.unit(name="Leer", vacant_since=None, last_verified_on=TODAY - 95 * DAY)
    build.spell(old, SpellKind.VACANCY, starts=TODAY - 9 * DAY, reason=VacancyReason.HEIRS, stage=VacancyStage.MARKETED)

    rows, count = register_queries.stock_page(wanted, TODAY, 1)

    assert {row.name for row in rows} == found and count == len(found)
    assert {row[5] for row in register_queries.stock_marks(wanted, TODAY)} == found


def test_the_city_says_after_how_long_an_entry_is_doubtful(town):
    """
    Mark, filter and count follow the setting, for empty shops and for others.
    """
    build.unit(name="Belegt", vacant_since=None, last_verified_on=TODAY - 40 * DAY)
    build.unit(name="Leer", vacant_since=TODAY - 200 * DAY, last_verified_on=TODAY - 40 * DAY)

    def doubtful() -> set[str]:
        db.session.rollback()
        rows = register_queries.stock_page(StockFilter(), TODAY, 1)[0]
        marked = {row.name for row in rows if row.stale}
        assert marked == {row.name for row in register_queries.stock_page(StockFilter(stale=True), TODAY, 1)[0]}
        return marked

    def decide(**days: int) -> None:
        with transaction():
            city_settings.change(city_settings.current().numbers.but(**days), by_account_id=None)

    assert doubtful() == set()
    decide(stale_empty_days=40)
    assert doubtful() == {"Leer"}
    decide(stale_empty_days=41, stale_other_days=40)
    assert doubtful() == {"Belegt"}


def test_lists_are_sorted_and_come_in_pages(desk, town):
    """
    Fifty at a time; a page beyond the last says so; the longest empty first if asked.
    """
    for number in range(52):
        build.unit(name=f"Laden {number:02}", vacant_since=TODAY - (100 - number) * DAY, position_m=60 - number)

    first = register_queries.stock_page(StockFilter(order=Order.EMPTY_LONGEST), TODAY, 1)[0]
    assert [row.name for row in first[:2]] == ["Laden 00", "Laden 01"]
    page = desk.get("/laeden?page=2").text
    assert "Page 2 of 2" in page and "Laden 01" in page and "Laden 40" not in page
    assert "This page is empty" in desk.get("/laeden?page=9").text
    assert len(desk.get("/laeden/karte.json").json["marks"]) == 52


# --- what a shop can become ---


def test_every_state_has_its_way_on_and_back():
    """
    No state is a dead end, and none that cannot be reached.
    """
    assert set(TRANSITIONS) == set(UnitState)
    assert all(TRANSITIONS.values())
    assert {to for ways in TRANSITIONS.values() for to in ways} == set(UnitState) - {UnitState.UNKNOWN}


def test_a_shop_goes_through_its_life(town):
    """
    In use, threatened, empty, on offer, reserved, in use again: each step is derived, dated and written down.
    """
    unit = build.unit(vacant_since=None)
    build.spell(unit, SpellKind.REGULAR, starts=TODAY - 400 * DAY, tenant="Wollwerk")

    def becomes(**change) -> UnitState:
        with transaction():
            states.move_unit(unit.id, Change(**change), by_id=None)
        db.session.expire_all()
        return state_on(queries.unit(unit.id).spells, TODAY)

    seen = [
        becomes(to=UnitState.THREATENED, on=TODAY + 90 * DAY, threat=Threat.NOTICE),
        becomes(to=UnitState.RECORDED, on=TODAY - 3 * DAY, reason=VacancyReason.GIVEN_UP),
        becomes(to=UnitState.MARKETED, on=TODAY),
        becomes(to=UnitState.RESERVED, on=TODAY),
        becomes(to=UnitState.OCCUPIED, on=TODAY, tenant="Spiel"),
    ]

    assert seen == [
        UnitState.THREATENED,
        UnitState.RECORDED,
        UnitState.MARKETED,
        UnitState.RESERVED,
        UnitState.OCCUPIED,
    ]
    spells = queries.unit(unit.id).spells
    assert [(spell.kind, spell.tenant, spell.reason) for spell in spells] == [
        (SpellKind.REGULAR, "Wollwerk", None),
        (SpellKind.VACANCY, "", VacancyReason.GIVEN_UP),
        (SpellKind.REGULAR, "Spiel", None),
    ]
    assert [spell.ends for spell in spells] == [TODAY - 3 * DAY, TODAY, None]
    logged = [entry for entry, _ in queries.history_of("unit", unit.id)]
    assert (logged[-1].details["was"], logged[-1].details["now"]) == ("occupied", "threatened")
    assert len(logged) == 5 and isinstance(logged[0], AuditEntry)


def test_a_shop_becomes_nothing_that_it_cannot(town):
    """
    From in use straight to reserved there is no way, whatever a form sends.
    """
    unit = build.unit(vacant_since=None)
    build.spell(unit, SpellKind.REGULAR, starts=TODAY - 400 * DAY)

    with pytest.raises(Conflict, match="changed this shop in the meantime"), transaction():
        states.move_unit(unit.id, Change(to=UnitState.RESERVED, on=TODAY), by_id=None)


def test_a_slip_of_the_thumb_is_taken_back_on_the_same_day(town):
    """
    Marked empty by mistake and in use again: the old entry goes on as if nothing had been.
    """
    unit = build.unit(vacant_since=None)
    build.spell(unit, SpellKind.REGULAR, starts=TODAY - 400 * DAY, tenant="Wollwerk")

    for to in (UnitState.RECORDED, UnitState.OCCUPIED):
        with transaction():
            states.move_unit(unit.id, Change(to=to, on=TODAY), by_id=None)

    db.session.rollback()
    assert [(s.tenant, s.ends) for s in queries.unit(unit.id).spells] == [("Wollwerk", None)]


def test_an_entry_that_overlaps_another_is_refused_with_a_sentence(desk, town):
    """
    When it is added and when it is changed; what was typed stays.
    """
    unit = build.unit(vacant_since=None)
    build.spell(unit, SpellKind.REGULAR, starts=date(2020, 1, 1), ends=date(2022, 1, 1))
    later = build.spell(unit, SpellKind.REGULAR, starts=date(2023, 1, 1), ends=date(2024, 1, 1))
    entry = {"kind": "regular", "category": "retail", "tenant": "Spiel", "starts": "2021-06-01", "ends": "2023-06-01"}

    for path in (f"/laeden/{unit.id}/belegung", f"/laeden/{unit.id}/belegung/{later.id}/bearbeiten"):
        answer = desk.post(path, data=entry)
        assert "there is another entry. Two cannot hold at once." in answer.text, path
        assert 'value="Spiel"' in answer.text
    db.session.rollback()
    assert len(queries.unit(unit.id).spells) == 2


def test_threatened_shops_stand_in_order_of_their_day(desk, town):
    """
    Notice, lease end and open succession; the one without a day comes last. Nobody else sees the list.
    """
    for name, values in {
        "Bald": {"ends": TODAY + 20 * DAY, "threat": Threat.NOTICE},
        "Nachfolge": {"threat": Threat.SUCCESSION},
        "Vertrag": {"ends": TODAY + 200 * DAY},
        "Bleibt": {},
    }.items():
        build.spell(build.unit(vacant_since=None), SpellKind.REGULAR, starts=TODAY - 99 * DAY, tenant=name, **values)

    assert [warned.tenant for warned in register_queries.warnings(TODAY)] == ["Bald", "Vertrag", "Nachfolge"]
    page = desk.get("/fruehwarnung").text
    assert page.index("Bald") < page.index("Vertrag") < page.index("Nachfolge") and "Bleibt" not in page
