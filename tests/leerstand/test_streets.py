"""Gaps, retreat and vacancy rates, counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from leerstand import street_picture
from leerstand.kinds import Side, SpellKind
from leerstand.models import Occupancy, StreetAxis
from leerstand.publishing import cell_of
from leerstand.situation import Status, free_period, situations, status_on
from leerstand.spells import Gap, vacancies_around
from leerstand.street_band import band
from tests.leerstand import plain

TODAY = plain.TODAY


def spell(kind=SpellKind.VACANCY, starts=date(2025, 1, 1), ends=None, **values):
    return Occupancy(kind=kind, starts=starts, ends=ends, **{"tenant": "", "category": None, **values})


def street_of(*kinds, **values):
    """One street: a shop of 10 m front every 20 m, core first; None is a shop of which nothing is known."""
    axis = StreetAxis(id=1, name="Rote Straße", rank=0)
    units = []
    for number, kind in enumerate(kinds):
        unit = plain.unit(id=number + 1, position_m=20 * number, frontage_m=10.0, grade=1, **values)
        unit.axis = axis
        unit.spells = [] if kind is None else [spell(kind, category="retail" if kind == SpellKind.REGULAR else None)]
        units.append(unit)
    return units


def test_a_hole_lies_before_the_outermost_active_shop_and_retreat_beyond_it():
    """
    Active, empty, active, empty: the first empty shop is a hole of a third of the inner front, the last is retreat.
    """
    units = street_of(SpellKind.REGULAR, SpellKind.VACANCY, SpellKind.REGULAR, SpellKind.VACANCY)

    street = street_picture.streets(units, TODAY)[0]

    assert [house.hole for house in street.houses] == [False, True, False, False]
    assert [house.retreat for house in street.houses] == [False, False, False, True]
    assert street.perforation_percent == pytest.approx(100 / 3)
    assert situations(units, TODAY, 20)[2].gap_m == 10.0
    assert situations(units, TODAY, 20)[4].gap_m == 0.0


def test_a_street_where_nobody_is_active_has_no_holes():
    """
    All of it is retreat; no index, and no division by zero.
    """
    street = street_picture.streets(street_of(SpellKind.VACANCY, SpellKind.VACANCY), TODAY)[0]

    assert (street.edge_m, street.hole_m, street.perforation_percent) == (None, 0, None)


@pytest.mark.parametrize(
    ("spells", "status"),
    [
        ([], Status.UNKNOWN),
        ([spell()], Status.VACANCY),
        ([spell(SpellKind.WORKS)], Status.WORKS),
        ([spell(SpellKind.REGULAR)], Status.OCCUPIED),
        ([spell(SpellKind.REGULAR, ends=date(2027, 3, 1))], Status.THREATENED),
        ([spell(SpellKind.REGULAR, ends=date(2029, 3, 1))], Status.OCCUPIED),
        (
            [spell(SpellKind.REGULAR, ends=date(2027, 3, 1)), spell(SpellKind.REGULAR, date(2027, 3, 1))],
            Status.OCCUPIED,
        ),
        ([spell(SpellKind.INTERIM)], Status.INTERIM),
        ([spell(SpellKind.INTERIM, use_type="micro_hub")], Status.HUB),
    ],
)
def test_what_a_shop_is_follows_from_its_spells(spells, status):
    """
    A known end without a successor is a threatened vacancy; one far away is not.
    """
    assert status_on(spells, TODAY) == status


@pytest.mark.parametrize(
    ("spells", "values", "free"),
    [
        ([spell()], {}, (TODAY, None)),
        ([spell(SpellKind.REGULAR)], {}, None),
        ([spell(SpellKind.REGULAR, ends=date(2027, 3, 1))], {}, (date(2027, 3, 1), None)),
        ([spell(), spell(SpellKind.REGULAR, date(2027, 3, 1))], {}, (TODAY, date(2027, 3, 1))),
        ([spell()], {"available_from": date(2027, 1, 1)}, (date(2027, 1, 1), None)),
        ([spell()], {"available_until": date(2027, 2, 1)}, (TODAY, date(2027, 2, 1))),
        ([spell()], {"available_until": date(2026, 2, 1)}, None),
    ],
)
def test_when_a_shop_is_free(spells, values, free):
    """
    From the end of whoever is in it, as long as nobody else comes and the owner offers it.
    """
    unit = plain.unit(**values)
    unit.spells = spells

    assert free_period(unit, TODAY) == free


def test_vacancy_holds_before_and_after_a_new_use():
    """
    One long vacancy is cut in two; a lease that has ended leaves a stretch behind.
    """
    starts, ends = date(2027, 1, 1), date(2027, 6, 1)

    assert vacancies_around([spell()], starts, ends) == (Gap(date(2025, 1, 1), starts), Gap(ends, None))
    lease = spell(SpellKind.REGULAR, ends=date(2026, 12, 1))
    later = spell(SpellKind.REGULAR, date(2027, 6, 1))
    assert vacancies_around([lease, later], starts, ends) == (Gap(date(2026, 12, 1), starts),)


def test_a_cell_is_the_same_every_time_and_holds_its_point():
    """
    The rough place cannot be averaged out, as it never moves.
    """
    lat, lon = 53.24657, 10.41158
    (south, west), (north, east) = cell_of(lat, lon)

    assert south <= lat < north
    assert west <= lon < east
    assert cell_of(lat, lon) == cell_of(south + 0.0005, west + 0.0008)


def test_the_street_band_draws_every_house_and_escapes_its_words(app):
    """
    Hole, retreat and flag are there; a hostile street name stays text.
    """
    units = street_of(SpellKind.REGULAR, SpellKind.VACANCY, SpellKind.REGULAR, SpellKind.VACANCY, side=Side.ODD)
    units[0].axis.name = "<script>"
    with app.test_request_context():
        drawn = band(street_picture.streets(units, TODAY), narrow=False)

    assert "&lt;script&gt;" in drawn
    assert "<script>" not in drawn
    assert drawn.count('stroke-dasharray="3.5 2.5"') == 1  # the hole
    assert drawn.count('stroke-dasharray="2.5 2"') == 1  # the retreat
    assert "33" in drawn
