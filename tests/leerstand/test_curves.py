"""What the curves of the indicators say of days of which little is known."""

from __future__ import annotations

from datetime import date

from leerstand.figures.arrays import stock
from leerstand.figures.overview import curve, first_known, quarter_days
from leerstand.kinds import SpellKind
from tests.leerstand.test_figures import spell, street

R, V = SpellKind.REGULAR, SpellKind.VACANCY


def test_a_register_filled_today_does_not_say_that_everything_stood_empty_before():
    """
    Two of five shops have been empty for years, the list of today says of the others only that they are in use now.
    """
    days = quarter_days(date(2026, 11, 20), 1)
    shops = street(R, R, R, V, V)
    for shop in shops:
        begun = date(2020, 1, 1) if shop.spells[0].kind == V else days[-1]
        shop.spells = [spell(shop.spells[0].kind, begun)]
    points = curve(stock(shops), days)

    assert [point.rates.units_percent for point in points] == [None, None, None, None, 40]
    assert [point.perforation_percent for point in points[:-1]] == [None] * 4 and first_known(points) == days[-1]
    for shop in shops[:2]:
        shop.spells = [spell(R, date(2026, 8, 1))]  # four of five are known from then on
    points = curve(stock(shops), days)
    assert [point.rates.units_percent for point in points] == [None, None, None, 50, 40]
    assert first_known(points) == date(2026, 10, 1)
    assert first_known(curve(stock(street(R, V)), [date(2026, 11, 1), date(2026, 11, 20)])) is None
