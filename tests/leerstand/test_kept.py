"""What is worked out of the stock is kept until the stock changes, and not a moment longer."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select, update

from city.db import city_scope, db, transaction
from city.kept import MOST, until_changed
from city.models import City
from leerstand import figure_queries, reading
from leerstand.kinds import SpellKind
from leerstand.models import Occupancy, Unit
from tests import build

DAY = date(2026, 6, 1)


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> int:
        self.done += 1
        return self.done


@pytest.fixture
def shop(town):
    return build.unit()


def ask(work: Work, what: object = "figures") -> int:
    return until_changed(what, work)


def test_it_is_worked_out_once_while_nothing_changes(shop):
    work = Work()
    assert [ask(work) for _ in range(3)] == [1, 1, 1]
    assert ask(work, "other figures") == 2


def changed_row(shop: Unit) -> None:
    db.session.get_one(Unit, shop.id).area_m2 = 33


def new_row(_shop: Unit) -> None:
    db.session.add(Unit(**build.unit_values(street="Am Berge")))


def deleted_row(shop: Unit) -> None:
    db.session.delete(db.session.scalars(select(Occupancy).where(Occupancy.unit_id == shop.id)).one())


def many_rows(_shop: Unit) -> None:
    db.session.execute(update(Unit).values(area_m2=33))


@pytest.mark.parametrize("change", [changed_row, new_row, deleted_row, many_rows])
def test_after_a_change_of_the_stock_it_is_worked_out_anew(shop, change):
    work = Work()
    ask(work)
    with transaction():
        change(shop)

    assert [ask(work), ask(work)] == [2, 2]


def test_another_change_or_one_taken_back_is_none(shop):
    """
    Accounts are no part of the stock; what is rolled back has never been, not even beside a later change of theirs.
    """
    work = Work()
    ask(work)
    with pytest.raises(RuntimeError), transaction():
        changed_row(shop)
        db.session.flush()
        raise RuntimeError
    build.account()

    assert ask(work) == 1


def test_whoever_writes_sees_what_is_written_and_keeps_nothing_of_it(shop):
    work = Work()
    ask(work)
    with transaction():
        changed_row(shop)
        assert ask(work) == 2
        db.session.rollback()

    assert ask(work) == 1


def test_what_another_commits_during_the_work_is_not_missed(app, town, shop):
    """
    The stamp is read before the rows: a result that is older than a change never stands under its stamp.
    """
    seen = []

    def another() -> None:
        with app.app_context(), city_scope(town.id), transaction():
            changed_row(shop)

    def work() -> str:
        if not seen:
            thread = threading.Thread(target=another)
            thread.start()
            thread.join()
        seen.append("worked")
        return "result"

    until_changed("figures", work)
    db.session.rollback()  # the next request
    until_changed("figures", work)

    assert len(seen) == 2


def test_towns_share_nothing(shop):
    work = Work()
    ask(work)
    with transaction():
        other = City(slug="soest", name="Soest")
        db.session.add(other)
    with city_scope(other.id):
        assert ask(work) == 2
    assert ask(work) == 1


def test_no_more_is_kept_than_is_asked_for(shop):
    work = Work()
    for number in range(MOST + 1):
        ask(work, number)
    assert ask(work, MOST) == MOST + 1
    assert ask(work, 0) == MOST + 2


def test_figures_and_free_shops_follow_the_stock_at_once(town):
    """
    The same question after each step of a shop: let, empty, gone.
    """

    def found() -> tuple[int, int, int]:
        rates = figure_queries.rates_on(DAY)
        return rates.shops, rates.vacant, len(reading.free_units(DAY, 30)[0])

    before = found()
    shop = build.unit(vacant_since=None)
    tenant = build.spell(shop, SpellKind.REGULAR, starts=date(2020, 1, 1))
    let = found()
    with transaction():
        db.session.get_one(Occupancy, tenant.id).ends = date(2026, 5, 1)
    build.spell(shop, SpellKind.VACANCY, starts=date(2026, 5, 1))
    empty = found()
    with transaction():
        db.session.delete(db.session.get_one(Unit, shop.id))

    assert (before, let, empty, found()) == ((0, 0, 0), (1, 0, 0), (1, 1, 1), (0, 0, 0))
