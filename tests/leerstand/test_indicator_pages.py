"""The pages of the indicators: what the city sees, what everyone sees, and the file for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.charts import Bar, Frame, Line, bar_chart, line_chart, nice_top
from city.models import Role
from leerstand.kinds import Category, SpellKind
from leerstand.publishing_figures import LEAST_SHOPS, shown
from tests import build


@pytest.fixture
def streets(town):
    """A street of six shops, one of them empty, and one of two shops."""
    large, small = build.street_axis(name="Rote Straße", rank=1), build.street_axis(name="=Kurze Gasse", rank=2)
    for number in range(8):
        axis = large if number < 6 else small
        shop = build.unit(None, axis_id=axis.id, position_m=10 * number, street=axis.name)
        kind = SpellKind.VACANCY if number in (2, 7) else SpellKind.REGULAR
        category = None if kind == SpellKind.VACANCY else list(Category)[number]
        build.spell(shop, kind, starts=date(2024, 1, 1), category=category)
    return large, small


def test_the_city_sees_every_figure_with_its_counting(streets, sign_in):
    """
    Rates, gaps, mix and transition, each with the words how it is counted.
    """
    page = sign_in(Role.MANAGER).get("/kennzahlen?lang=en").text

    assert "2 of 8 shops stand empty." in page
    assert page.count("How is this counted?") >= 7
    assert "Kurze Gasse" in page and "Effective number of kinds" in page


def test_one_street_alone(streets, sign_in):
    """
    The filter cuts everything to one street; a street that does not exist is told so.
    """
    browser = sign_in(Role.MANAGER)

    assert "1 of 6 shops stand empty." in browser.get(f"/kennzahlen?lang=en&strasse={streets[0].id}&jahre=1").text
    assert browser.get("/kennzahlen?strasse=999").status_code == 404
    assert browser.get("/kennzahlen?jahre=x").status_code == 200


def test_the_public_sees_no_street_of_few_shops(app, streets):
    """
    Two shops, one empty: everyone would know whose. With it goes the only other street, which would betray it.
    """
    page = app.test_client().get("/zahlen?lang=en").text

    assert "2 of 8 shops stand empty." in page
    assert "Kurze Gasse" not in page and "Rote Straße" not in page
    assert "2 streets are left out" in page


def test_an_empty_register_has_pages_too(app, town, sign_in):
    """
    No shop, no figure, no fault.
    """
    assert "Nothing can be counted yet" in sign_in(Role.MANAGER).get("/kennzahlen?lang=en").text
    assert app.test_client().get("/zahlen").status_code == 200
    assert sign_in(Role.MANAGER).get("/kennzahlen.csv").status_code == 200


def test_the_file_has_german_numbers_and_no_formulas(streets, sign_in):
    """
    Semicolons, decimal commas, and a street that looks like a formula is harmless.
    """
    answer = sign_in(Role.MANAGER).get("/kennzahlen.csv?lang=de")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))

    assert answer.data.startswith("\ufeff".encode())
    assert ["Rote Straße", "16,667"] in [[row[0], row[3]] for row in rows]
    assert {row[0] for row in rows} >= {"'=Kurze Gasse"}


@given(shops=st.lists(st.integers(0, 40), max_size=12))
def test_what_is_left_out_cannot_be_worked_out(shops):
    """
    No street of fewer than five shops is shown, and what is left out together is none, or more than one street.
    """
    keep = shown(shops)
    hidden = [count for count, kept in zip(shops, keep, strict=True) if not kept and count]

    assert all(count >= LEAST_SHOPS for count, kept in zip(shops, keep, strict=True) if kept)
    if any(keep) and hidden:
        assert len(hidden) > 1 and sum(hidden) >= LEAST_SHOPS


@given(highest=st.floats(0.001, 1e9))
def test_axes_end_on_round_numbers_above_the_highest_value(highest):
    """
    Four or five grid lines, the last one not below the value.
    """
    top, step = nice_top(highest)

    assert top >= highest * (1 - 1e-6) and 1 <= round(top / step) <= 5


def test_charts_speak_and_escape(app, town):
    """
    Title and description for screen readers; a hostile word stays a word; missing values break the line.
    """
    with app.test_request_context("/"):
        frame = Frame("k", "Titel", "Beschreibung", "%", 1)
        lines = line_chart(frame, ["a", "b", "c"], [Line("<img onerror=x>", (1.0, None, 3.0))])
        bars = bar_chart(frame, [Bar("{{ 7*7 }}<b>", 0), Bar("b", 3)])
        empty = line_chart(frame, [], [])

    assert lines.count("<title") == 2 and "aria-labelledby" in lines and "&lt;img onerror=x&gt; 3,0" in lines
    assert "{{ 7*7 }}&lt;b&gt;" in bars and "<img" not in lines
    assert empty.startswith("<svg")
