"""The indicators: counted by hand on small streets, and true for any stock."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leerstand.figures import mix, perforation, rates, transition
from leerstand.figures.arrays import State, grade_weight, on, part, stock
from leerstand.figures.overview import curve, figures, quarter_days
from leerstand.figures.perforation import Pattern
from leerstand.kinds import Category, Floor, Side, SpellKind
from leerstand.models import Occupancy
from tests.leerstand import plain

TODAY = date(2026, 11, 20)
R, INT, V, W = SpellKind.REGULAR, SpellKind.INTERIM, SpellKind.VACANCY, SpellKind.WORKS


def spell(kind, starts=date(2020, 1, 1), ends=None, **values):
    return Occupancy(kind=kind, starts=starts, ends=ends, **{"category": None, "tenant": "", **values})


def street(*kinds, axis_id=1, side=Side.EVEN, first_id=1, **values):
    """One shop after the other, 10 m apart, each in the given use since 2020 (None: nobody knows)."""
    shops = []
    for number, kind in enumerate(kinds):
        given = {"id": first_id + number, "position_m": 10 * number, "axis_id": axis_id, "side": side, **values}
        shop = plain.unit(**{"grade": 3, "frontage_m": 5.0, "area_m2": 50, **given})
        shop.spells = [] if kind is None else [spell(kind)]
        shops.append(shop)
    return shops


def test_three_rates_gross_and_net():
    """
    Shops, area and front each give their own rate; interim uses count in the gross one only.
    """
    shops = street(R, V, INT, R)
    shops[1].area_m2, shops[1].frontage_m = 250, 15.0
    whole = stock(shops)

    found = rates.rates(whole, on(whole, TODAY))

    assert (found.shops, found.vacant, found.interim) == (4, 1, 1)
    assert found.units_percent == 25 and found.gross_units_percent == 50
    assert found.area_percent == pytest.approx(100 * 250 / 400)
    assert found.front_percent == pytest.approx(100 * 15 / 30)
    assert found.gross_area_percent == pytest.approx(100 * 300 / 400)


def test_what_never_was_retail_stock_or_is_gone_counts_nowhere():
    """
    An ex-shop that can never trade again is no vacancy; one that was pulled down is no stock, but a gap in the row.
    """
    shops = street(R, V, SpellKind.CLOSED, R)
    shops[1].counts_as_stock = False
    whole = stock(shops)
    then = on(whole, TODAY)

    assert (rates.rates(whole, then).shops, rates.rates(whole, then).vacant) == (2, 0)
    assert perforation.holes(whole, then).tolist() == [False, True, False]


def test_what_nobody_knows_and_what_is_not_at_street_level_is_left_out():
    """
    An unknown shop is in neither part of the fraction; an upper floor is no shop front.
    """
    upper = plain.unit(id=9, floor=Floor.UPPER)
    upper.spells = [spell(V)]
    whole = stock([*street(R, V, None), upper])

    found = rates.rates(whole, on(whole, TODAY))

    assert (found.shops, found.unknown, found.units_percent) == (2, 1, 50)


def test_nothing_known_is_no_rate_rather_than_none_vacant():
    """
    An empty register says nothing.
    """
    whole = stock([])

    assert rates.rates(whole, on(whole, TODAY)).units_percent is None
    assert figures(whole, TODAY, chain_outlets=5).perforation_percent is None


def test_duration_classes():
    """
    Up to a year, up to three, longer.
    """
    shops = street(V, V, V, V)
    for shop, days in zip(shops, (10, 365, 366, 3 * 365 + 1), strict=True):
        shop.spells = [spell(V, TODAY - timedelta(days=days))]
    whole = stock(shops)

    found = rates.durations(on(whole, TODAY))

    assert (found.friction, found.lasting, found.structural) == (2, 1, 1)


def test_rolling_vacancy_days_of_two_years():
    """
    Only days within the window count, running vacancies up to the day itself.
    """
    shop = street(V)[0]
    shop.spells = [
        spell(V, date(2019, 1, 1), date(2025, 1, 1)),
        spell(R, date(2025, 1, 1), date(2026, 11, 10)),
        spell(V, date(2026, 11, 10)),
    ]
    before = (date(2025, 1, 1) - (TODAY - timedelta(days=730))).days

    assert rates.vacancy_days(stock([shop]), TODAY).tolist() == [before + 10]


def test_holes_lie_inside_and_retreat_beyond_the_outermost_active_shop():
    """
    R V R V V: the first vacancy is a hole, the last two are edge retreat; works count as inactive.
    """
    whole = stock(street(R, V, R, V, W))
    then = on(whole, TODAY)

    assert perforation.holes(whole, then).tolist() == [False, True, False, False, False]
    assert perforation.retreats(whole, then).tolist() == [False, False, False, True, True]
    assert perforation.index(whole, then) == pytest.approx(1 / 3)


def test_good_places_and_long_fronts_weigh_more():
    """
    A hole of 10 m in grade 1 between two shops of 5 m in grade 5: 50 of 60.
    """
    shops = street(R, V, R, grade=5)
    shops[1].grade, shops[1].frontage_m = 1, 10.0
    whole = stock(shops)

    assert perforation.index(whole, on(whole, TODAY)) == pytest.approx(50 / 60)
    assert [grade_weight(grade) for grade in (1, 5, 9)] == [5, 1, 1]


def test_the_longest_dead_run_keeps_to_one_side_of_the_street():
    """
    Two vacancies in a row on one side make a run of two; one across the street does not join them.
    """
    whole = stock([*street(R, V, V, R), *street(R, V, R, R, side=Side.ODD, first_id=10)])

    found = perforation.runs(whole, on(whole, TODAY))

    assert (found.longest_m, found.of_two_or_more) == (10.0, 1)


def test_a_street_without_holes_has_index_zero():
    """
    Vacancy at the outer end alone is no perforation.
    """
    whole = stock(street(R, R, INT, V, V))

    assert perforation.index(whole, on(whole, TODAY)) == 0


def test_a_band_of_vacancies_is_told_from_scattered_ones():
    """
    Ten vacant shops side by side are a band; every second one vacant is scattered holes.
    """
    band = stock(street(*[V] * 10, *[R] * 20))
    scattered = stock(street(*[V, R] * 15))

    assert _pattern(band) == Pattern.BAND
    assert _pattern(scattered) == Pattern.SCATTERED
    assert _pattern(stock(street(R, R, R))) == Pattern.NONE


def _pattern(whole):
    then = on(whole, TODAY)
    return perforation.join_counts(then.vacant, perforation.front_adjacency(whole)).pattern


@pytest.mark.long  # loading the reference takes ten seconds of a core
def test_join_counts_agree_with_esda():
    """
    The reference implementation of the field counts the same joins, on streets of random vacancies.
    """
    esda, libpysal = pytest.importorskip("esda"), pytest.importorskip("libpysal")
    chance = np.random.default_rng(7)
    kinds = [V if empty else R for empty in chance.random(40) < 0.4]
    whole = stock([*street(*kinds[:25]), *street(*kinds[25:], axis_id=2, first_id=100)])
    vacant, pairs = on(whole, TODAY).vacant, perforation.front_adjacency(whole)
    neighbours = {number: [] for number in range(len(whole))}
    for one, other in pairs.tolist():
        neighbours[one].append(other)
        neighbours[other].append(one)
    theirs = esda.Join_Counts(vacant.astype(int), libpysal.weights.W(neighbours, silence_warnings=True), permutations=0)

    ours = perforation.join_counts(vacant, pairs)

    assert (ours.bb, ours.bw, ours.ww) == (theirs.bb, theirs.bw, theirs.ww)
    n, n1 = len(vacant), int(vacant.sum())
    assert ours.expected_bb == pytest.approx(len(pairs) * n1 * (n1 - 1) / n / (n - 1))


def test_transition_time_counts_running_vacancies_as_at_least_so_long():
    """
    100 and 200 days completed, 300 days running: the completed median is 150, Kaplan–Meier says 200.
    """
    shops = street(V, V, V)
    begin = date(2025, 6, 1)
    shops[0].spells = [spell(V, begin, begin + timedelta(days=100)), spell(R, begin + timedelta(days=100))]
    shops[1].spells = [spell(V, begin, begin + timedelta(days=200)), spell(INT, begin + timedelta(days=200))]
    shops[2].spells = [spell(V, TODAY - timedelta(days=300))]

    found = transition.vacancies(stock(shops), TODAY)

    assert sorted(found.days.tolist()) == [100, 200, 300] and int(found.over.sum()) == 2
    assert transition.completed_median_days(found) == 150
    assert transition.median_days(found) == 200
    assert transition.lasting_percent(found, np.array([0, 99, 100, 250])).tolist() == pytest.approx(
        [100, 100, 200 / 3, 100 / 3]
    )


def test_works_prolong_a_vacancy_and_a_gap_in_the_records_ends_it_uncounted():
    """
    Vacancy, works, use: one transition. Vacancy, nobody knows, use: no use followed.
    """
    begin = date(2025, 1, 1)
    days = [begin + timedelta(days=n) for n in (0, 50, 90)]
    rebuilt, lost = street(V, V)
    rebuilt.spells = [spell(V, days[0], days[1]), spell(W, days[1], days[2]), spell(R, days[2])]
    lost.spells = [spell(V, days[0], days[1]), spell(R, days[2])]

    found = transition.vacancies(stock([rebuilt, lost]), TODAY)

    assert list(zip(found.days.tolist(), found.over.tolist(), strict=True)) == [(90, True), (50, False)]


def test_half_of_all_vacancies_not_yet_over_means_no_median():
    """
    One completed and three running ones: the median is not known yet.
    """
    shops = street(V, V, V, V)
    shops[0].spells = [spell(V, date(2026, 1, 1), date(2026, 3, 1)), spell(R, date(2026, 3, 1))]

    assert transition.median_days(transition.vacancies(stock(shops), TODAY)) is None


def test_turnover_counts_new_tenants_only():
    """
    Of eight shops in stock, two have another tenant since this year (12,5 % each); an interim use passes, one who comes
    back after works is no change, a first entry is none, and a shop converted for good is no longer stock.
    """
    shops, this_year = street(*[R] * 9), date(2026, 3, 1)
    shops[0].spells = [spell(R, ends=this_year, tenant="Alt"), spell(R, this_year, tenant="Neu")]
    shops[1].spells = [spell(V, ends=this_year), spell(R, this_year)]
    shops[2].spells = [spell(R, ends=this_year, tenant="Bleibt"), spell(INT, this_year)]
    shops[3].spells = [
        spell(R, ends=date(2026, 1, 1), tenant="Bleibt"),
        spell(W, date(2026, 1, 1), this_year),
        spell(R, this_year, tenant="bleibt "),
    ]
    shops[4].spells = [spell(R, this_year)]
    shops[5].spells = [spell(R, ends=date(2025, 11, 20)), spell(R, date(2025, 11, 20))]
    shops[6].spells = [spell(SpellKind.CONVERTED)]

    assert rates.turnover_percent(stock(shops), TODAY) == 25


def test_chains_are_names_over_several_shops_and_what_is_marked_as_a_branch():
    """
    Five shops of one name and one that somebody has marked, of eight; half as large, they are less of the area.
    """
    shops = street(*[R] * 8)
    for shop in shops[:5]:
        shop.spells[0].tenant = "Kette"
    shops[5].spells[0].is_chain = True
    for shop in shops[:6]:
        shop.area_m2 = 25
    whole = stock(shops)
    then = on(whole, TODAY)

    assert rates.chains(whole, then, 5).units_percent == pytest.approx(75)
    assert rates.chains(whole, then, 5).area_percent == pytest.approx(100 * 150 / 250)
    assert rates.chains(whole, then, 6).units_percent == 12.5
    assert rates.chains(part(whole, whole.unit_id == 6), on(part(whole, whole.unit_id == 6), TODAY), 6).shops == 1


def test_an_interim_use_became_permanent_when_its_tenant_stayed():
    """
    Of four that ended, one stayed under its name and one nameless; another tenant or a vacancy is none; one still runs.
    """
    shops, end = street(*[R] * 5), date(2026, 6, 1)
    after = [spell(R, end, tenant="Atelier"), spell(R, end), spell(R, end, tenant="Bäckerei"), spell(V, end)]
    for shop, following in zip(shops[:4], after, strict=True):
        shop.spells = [spell(INT, date(2026, 1, 1), end, tenant="Atelier"), following]
    shops[4].spells = [spell(INT, date(2026, 1, 1), date(2027, 1, 1))]
    whole = stock(shops)

    assert rates.became_permanent_percent(whole, TODAY) == (4, 50)
    assert rates.became_permanent_percent(whole, date(2026, 5, 31)) == (0, None)


def test_outside_in_progress():
    """
    R umgenutzt R umgenutzt: one conversion lies between active shops, one beyond the last: half of them.
    """
    whole = stock(street(R, SpellKind.CONVERTED, R, SpellKind.CONVERTED))

    assert perforation.outside_in_percent(whole, on(whole, TODAY)) == (2, 50)
    assert perforation.outside_in_percent(stock(street(R)), on(stock(street(R)), TODAY)) == (0, None)


def test_mix_of_equal_kinds_is_even():
    """
    Four kinds, one shop each: H = ln 4, evenness 1, Simpson 3/4, effectively four kinds.
    """
    shops = street(R, R, R, R)
    for shop, category in zip(shops, Category, strict=False):
        shop.spells[0].category = category
    whole = stock(shops)

    found = mix.mix(on(whole, TODAY))

    assert found.shannon == pytest.approx(math.log(4)) and found.evenness == pytest.approx(1)
    assert found.simpson == pytest.approx(0.75) and found.effective == pytest.approx(4)


def test_curves_look_back():
    """
    The first of each quarter and today; the curve knows what was then.
    """
    days = quarter_days(date(2026, 11, 20), 1)
    shops = street(R, R)
    shops[0].spells = [spell(R, date(2020, 1, 1), date(2026, 8, 1)), spell(V, date(2026, 8, 1))]

    assert days == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2026, 11, 20)]
    assert [point.rates.units_percent for point in curve(stock(shops), days)] == [0, 0, 0, 50, 50]
    assert quarter_days(date(2026, 10, 1), 1)[-1] == date(2026, 10, 1)


KINDS = st.lists(st.sampled_from([R, INT, V, W, None]), min_size=1, max_size=14)


@given(kinds=KINDS, other=KINDS)
def test_true_of_any_two_streets(kinds, other):
    """
    Rates lie within bounds, net never exceeds gross, holes and retreat are apart, joins add up, numbering is no matter.
    """
    shops = [*street(*kinds), *street(*other, axis_id=2, first_id=50)]
    whole = stock(shops)
    then = on(whole, TODAY)
    found = rates.rates(whole, then)
    renamed = stock(shops[::-1])
    joins = perforation.join_counts(then.vacant, perforation.front_adjacency(whole), permutations=19)
    index = perforation.index(whole, then)

    assert found.shops + found.unknown == len(shops)
    if found.units_percent is not None:
        assert 0 <= found.units_percent <= found.gross_units_percent <= 100
    assert index is None or 0 <= index <= 1
    assert index is None or (index == 0) == (not perforation.holes(whole, then).any())
    assert not (perforation.holes(whole, then) & perforation.retreats(whole, then)).any()
    assert joins.joins == max(0, len(kinds) - 1) + max(0, len(other) - 1)
    assert perforation.index(renamed, on(renamed, TODAY)) == index
    assert rates.rates(renamed, on(renamed, TODAY)) == found
    first = part(whole, whole.axis == 0)
    assert rates.rates(first, on(first, TODAY)).vacant == kinds.count(V)


@given(lasted=st.lists(st.tuples(st.integers(1, 900), st.booleans()), min_size=1, max_size=30))
def test_kaplan_meier_falls_and_is_never_shorter_than_the_completed_median(lasted):
    """
    The curve falls from one; running vacancies only lengthen what completed ones say; without any both are alike.
    """
    found = transition.Vacancies(np.array([d for d, _ in lasted]), np.array([o for _, o in lasted]))
    days, lasting = transition.survival(found)

    assert (np.diff(lasting) <= 1e-12).all() and (lasting >= -1e-12).all() and (np.diff(days) > 0).all()
    whole = transition.median_days(found)
    if found.over.all():
        assert whole == np.sort(found.days)[(len(lasted) - 1) // 2]
    elif whole is not None:
        assert whole >= np.sort(found.days[found.over])[(int(found.over.sum()) - 1) // 2]


@given(counts=st.lists(st.integers(0, 20), min_size=12, max_size=12).filter(any))
def test_the_mix_is_bounded_by_the_kinds_that_occur(counts):
    """
    One kind: no diversity. Never more effective kinds than kinds.
    """
    found = mix.of_counts(np.array(counts))

    assert 1 - 1e-9 <= found.effective <= found.kinds + 1e-9
    assert 0 <= found.simpson < 1
    assert State.UNKNOWN == 0
