"""Footfall: files as services export them, the rule of 750 hours, and nothing half kept."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from city.db import db, transaction
from city.messages import say
from city.models import Role
from leerstand import figure_queries, footfall_csv
from leerstand.figures import footfall
from leerstand.footfall_models import FootfallCounter, FootfallHour
from routing.message import BadInput
from tests import build

HEAD = "location;time of measurement;weekday;pedestrians count;temperature in ºc;weather condition\n"


def file_of(*lines: str, head: str = HEAD) -> bytes:
    return (head + "\n".join(lines)).encode()


def test_a_file_as_the_service_exports_it():
    """
    Times with and without zone, in the town's own clock; a line without a number was not measured.
    """
    counts = footfall_csv.read(
        file_of(
            "Am Sande;2026-06-01 14:00:00 +0200;Monday;1204;21;sunny",
            "Am Sande;2026-06-01T13:00:00.000Z;Monday;900;21;",
            "Am Sande;2026-06-01 16:00:00;Monday;;21;",
        )
    )

    assert counts.hours == {("Am Sande", date(2026, 6, 1), 14): 1204, ("Am Sande", date(2026, 6, 1), 15): 900}
    assert (counts.not_measured, counts.errors, counts.period) == (1, [], (date(2026, 6, 1), date(2026, 6, 1)))


def test_windows_umlauts_commas_and_german_heads():
    """
    A spreadsheet's export in Windows-1252 with German column names and German times.
    """
    text = "Zählstelle,Zeitpunkt,Passanten\nGroße Bäckerstraße,01.06.2026 14:00,77\n"

    counts = footfall_csv.read(text.encode("cp1252"))

    assert counts.hours == {("Große Bäckerstraße", date(2026, 6, 1), 14): 77}


def test_the_hour_the_clocks_go_back_adds_up():
    """
    Two lines from two zones are one hour of the town's clock.
    """
    counts = footfall_csv.read(file_of("A;2026-10-25 02:00:00 +0200;;5;;", "A;2026-10-25 02:00:00 +0100;;7;;"))

    assert counts.hours == {("A", date(2026, 10, 25), 2): 12}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A;gestern;;5;;", "“gestern” is not a time. Like this: 2026-11-22 14:00"),
        ("A;2026-06-01 14:00:00;;-5;;", "“-5” is not a number of persons in one hour."),
        ("A;2026-06-01 14:00:00;;1e9;;", "“1e9” is not a number of persons in one hour."),
        (";2026-06-01 14:00:00;;5;;", "The place is missing."),
        ("A;1066-06-01 14:00:00;;5;;", "The year 1066 cannot be right."),
        ("A;2026-06-01", "The line has only 2 columns."),
    ],
)
def test_a_line_that_cannot_be_read_says_why(app, town, line, said):
    """
    Each wrong line has its number and a sentence.
    """
    counts = footfall_csv.read(file_of("A;2026-06-01 10:00:00;;5;;", line))

    assert [error.line for error in counts.errors] == [3]
    with app.test_request_context("/?lang=en"):
        assert say(counts.errors[0].reason) == said


@pytest.mark.parametrize("content", [b"", b"\n", HEAD.encode(), b"PK\x03\x04\0\0", b"a;b;c\n1;2;3"])
def test_what_is_no_table_of_counts_is_refused(content):
    """
    Empty, a head alone, a spreadsheet's own format, foreign columns.
    """
    with pytest.raises(BadInput):
        footfall_csv.read(content)


def days(hours, begins=date(2026, 1, 1)):
    """So many hours on days of ten hours, a hundred persons in each."""
    open_days = [day for number in range(200) if (day := begins + timedelta(days=number)).weekday() != 6]
    measured = [min(10, hours - 10 * number) for number in range(-(-hours // 10))]
    return [(day, count, 100 * count) for day, count in zip(open_days, measured, strict=False)]


def test_fewer_than_750_hours_of_a_year_give_no_mean():
    """
    749 hours say nothing, 750 do.
    """
    assert footfall.by_year(days(749))[0].mean is None
    assert footfall.by_year(days(750))[0].mean == 100


def test_only_days_with_open_shops_count():
    """
    Sundays and public holidays are left out.
    """
    sunday, monday = (date(2026, 6, 7), 10, 1), (date(2026, 6, 1), 10, 5)

    assert footfall.by_year([sunday, monday])[0].hours == 10
    assert footfall.by_year([monday], frozenset({"2026-06-01"})) == []


def test_only_opening_hours_count(town):
    """
    A night's hour is no footfall of a shopping street.
    """
    with transaction():
        place = FootfallCounter(name="Am Sande")
        db.session.add(place)
        db.session.flush()
        for hour, persons in ((3, 900), (9, 900), (10, 5), (19, 7), (20, 900)):
            db.session.add(FootfallHour(counter_id=place.id, day=date(2026, 6, 1), hour=hour, persons=persons))

    (counted,) = figure_queries.footfall_by_place(town)
    assert [(year.year, year.hours) for year in counted.years] == [(2026, 2)]


def send(browser, content: bytes):
    return browser.post("/frequenz", data={"file": (io.BytesIO(content), "z.csv")}, follow_redirects=True)


def test_a_file_is_looked_at_first_and_kept_by_the_second_button(town, sign_in):
    """
    Nothing is kept before; the counting place finds its street; the same file again changes nothing.
    """
    browser = sign_in(Role.MANAGER)
    axis = build.street_axis(name="Am Sande")
    content = file_of("Messstelle Am Sande;2026-06-01 14:00:00;;1204;;", "Messstelle Am Sande;2026-06-01 15:00:00;;9;;")

    for _ in range(2):
        seen = send(browser, content)
        assert "2 hours from 1 June 2026" in seen.text
        kept = browser.post(seen.request.path, follow_redirects=True)
        assert "Kept: 2 hours of 1 places." in kept.text

    assert db.session.scalar(select(func.sum(FootfallHour.persons))) == 1213
    assert db.session.scalars(select(FootfallCounter)).one().axis_id == axis.id


def test_while_one_line_is_wrong_nothing_is_kept(town, sign_in):
    """
    The page names the line; pressing on all the same is refused.
    """
    browser = sign_in(Role.MANAGER)

    seen = send(browser, file_of("A;2026-06-01 14:00:00;;5;;", "A;2026-06-01 15:00:00;;viele;;"))
    refused = browser.post(seen.request.path)

    assert "“viele” is not a number of persons in one hour." in seen.text
    assert "Some lines cannot be read" in refused.text
    assert db.session.scalar(select(func.count(FootfallHour.id))) == 0


def test_no_file_and_a_wrong_file_are_told_so(town, sign_in):
    """
    A sentence each.
    """
    browser = sign_in(Role.MANAGER)

    assert "“File with counts” is missing." in browser.post("/frequenz", data={}).text
    assert "This is not a CSV file." in send(browser, b"PK\x03\x04\0").text
