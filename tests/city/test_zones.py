"""Closures and access zones: drawn, typed or named; refused with a sentence; changed by one person at a time."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from city import clock, streets
from city.db import db, transaction
from city.messages import Conflict
from city.models import Role
from city.zones import queries, rules, services
from city.zones.models import AccessZone
from routing.message import BadInput
from routing.streets.model import ZoneUse
from tests import build
from tests.logistics.conftest import derived_streets, street_map  # noqa: F401  fixtures

SQUARE = ((53.2499, 10.4070), (53.2499, 10.4082), (53.2507, 10.4082), (53.2507, 10.4070))  # around Am Markt
TUESDAY = date(2026, 11, 24)
TYPED = {
    "name": "Wochenmarkt",
    "use": "closed",
    "vehicles": ["cargo_bike", "e_van"],
    "weekdays": ["2", "5"],
    "opens": "07:00",
    "closes": "14:00",
    "first_day": "2026-11-24",
    "source": "Marktsatzung vom 1.3.2024",
    "area": rules.text_of(SQUARE),
}


def draft(**values) -> services.Draft:
    given = {
        "name": "Wochenmarkt",
        "use": ZoneUse.CLOSED,
        "vehicles": ("cargo_bike", "e_van"),
        "area": SQUARE,
        "weekdays": (0, 1, 2, 3, 4, 5, 6),
        "on_holidays": True,
        "opens_s": None,
        "closes_s": None,
        "first_day": TUESDAY,
        "last_day": None,
        "source": "Marktsatzung",
        **values,
    }
    return services.Draft(**given)


def made(person, **values) -> AccessZone:
    with transaction():
        zone = services.make_zone(person, draft(**values))
    db.session.rollback()
    return zone


@pytest.fixture
def manager(town):
    return build.account(Role.MANAGER)


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        ({}, ""),
        ({"opens_s": 36_000, "closes_s": 64_800}, "10:00-18:00"),
        ({"weekdays": (2, 5)}, "We,Sa,PH"),
        (
            {"weekdays": (2, 5), "on_holidays": False, "opens_s": 25_200, "closes_s": 50_400},
            "We,Sa 07:00-14:00; PH off",
        ),
        ({"on_holidays": False}, "Mo,Tu,We,Th,Fr,Sa,Su; PH off"),
        ({"weekdays": (), "opens_s": 79_200, "closes_s": 21_600}, "PH 22:00-06:00"),
    ],
)
def test_days_and_hours_become_a_sign(manager, values, sign):
    assert rules.hours_of(made(manager, **values)) == sign


@pytest.mark.parametrize(
    ("day", "hour", "land", "closed"),
    [
        (date(2026, 10, 30), 12, "NI", True),  # a Friday
        (date(2026, 10, 31), 12, "NI", False),  # Reformationstag, a Saturday, in Niedersachsen
        (date(2026, 10, 31), 12, "HE", True),  # and none in Hessen
        (date(2026, 10, 30), 9, "NI", False),
        (date(2026, 3, 29), 12, "NI", False),  # a Sunday; the clocks change
    ],
)
def test_a_market_on_weekdays_is_none_on_a_public_holiday_of_the_land(town, manager, day, hour, land, closed):
    rule = rules.rule_of(
        made(
            manager,
            weekdays=(0, 1, 2, 3, 4, 5),
            on_holidays=False,
            opens_s=36_000,
            closes_s=64_800,
            first_day=date(2026, 1, 1),
        )
    )
    town.land = land
    at = clock.elapsed_s(day, time(hour))

    assert rule.truths(streets.period(town, day, at, at + 60)) == {closed}


def test_only_rules_that_reach_into_a_day_concern_it(manager):
    over = made(manager, name="vorbei", first_day=TUESDAY - timedelta(days=9), last_day=TUESDAY - timedelta(days=2))
    night = made(manager, name="Nacht", first_day=TUESDAY - timedelta(days=1), last_day=TUESDAY - timedelta(days=1))
    later = made(manager, name="später", first_day=TUESDAY + timedelta(days=9))

    assert queries.zones_on(TUESDAY) == [night]
    with transaction():
        services.end_zone(manager, night.id)
    db.session.rollback()
    assert queries.zones_on(TUESDAY) == []
    assert {over, later} < set(queries.all_zones())


def test_the_streets_of_a_day_have_another_name_when_its_rules_change(manager, street_map):  # noqa: F811
    before = queries.streets_version(TUESDAY)
    zone = made(manager)
    between = queries.streets_version(TUESDAY)
    with transaction():
        services.change_zone(manager, zone.id, draft(opens_s=0, closes_s=3600), seen=1)
    db.session.rollback()

    assert len({before, between, queries.streets_version(TUESDAY)}) == 3
    assert queries.streets_version(TUESDAY - timedelta(days=30)) == before
    assert queries.network_on(TUESDAY) is queries.network_on(TUESDAY), "the same rules share what was worked out"
    assert queries.network_on(TUESDAY - timedelta(days=30)) is streets.network()


def test_nobody_overwrites_what_somebody_else_has_just_changed(manager):
    zone = made(manager)
    with transaction():
        services.change_zone(manager, zone.id, draft(name="Weihnachtsmarkt"), seen=1)
    with pytest.raises(Conflict, match="Someone has just changed “Weihnachtsmarkt”"), transaction():
        services.change_zone(manager, zone.id, draft(name="meins"), seen=1)
    with transaction():
        services.end_zone(manager, zone.id)
    with pytest.raises(Conflict, match="has ended already"), transaction():
        services.end_zone(manager, zone.id)


@pytest.mark.parametrize(
    ("text", "corners"),
    [
        ("53.25, 10.41\n\n53.26,10.42", [(53.25, 10.41), (53.26, 10.42)]),
        ("53,25 10,41", [(53.25, 10.41)]),
        ("53,25; 10,41", [(53.25, 10.41)]),
        ("53.25 10.41", [(53.25, 10.41)]),
    ],
)
def test_corners_are_read_as_people_write_them(text, corners):
    assert rules.corners_of(text) == corners


@pytest.mark.parametrize("text", ["Am Markt", "53.25", "53.25, 10.41, 9", "53.25, zehn"])
def test_a_line_that_is_no_corner_is_named(text):
    with pytest.raises(BadInput, match="Line 2"):
        rules.corners_of(f"53.25, 10.41\n{text}")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": ""}, "„Name“ fehlt"),
        ({"source": ""}, "„Angeordnet durch“ fehlt"),
        ({"first_day": "31.2.2026"}, "„31.2.2026“ ist kein Datum"),
        ({"last_day": "2026-11-23"}, "Der letzte Tag (23. November 2026) liegt vor dem ersten (24. November 2026)."),
        ({"closes": ""}, "„Von“ und „Bis“ gehören zusammen"),
        ({"closes": "07:00"}, "„Von“ und „Bis“ sind gleich"),
        ({"opens": "25:00"}, "„25:00“ ist keine Uhrzeit"),
        ({"vehicles": []}, "Für wen gilt es?"),
        ({"weekdays": []}, "mindestens einen Tag"),
        ({"use": "bomb"}, "bomb"),
        ({"area": ""}, "Wo ist das?"),
        ({"area": "53.25, 10.41\nhier"}, "Zeile 2, „hier“, ist keine Ecke"),
        ({"area": rules.text_of(SQUARE[:2])}, "3 bis 1000 Ecken, nicht 2"),
        ({"area": rules.text_of((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))}, "kreuzt sich selbst"),
        ({"area": rules.text_of([(10.4070, 53.2499), (10.4082, 53.2499), (10.4082, 53.2507)])}, "vertauscht"),
        ({"area": rules.text_of([(54.5, 8.0), (54.5, 8.1), (54.6, 8.1)])}, "außerhalb der Karte"),
        ({"area": rules.text_of([(53.25001, 10.40001), (53.25001, 10.40003), (53.25003, 10.40003)])}, "keine Straße"),
        ({"area": "", "street": "Nirgendweg"}, "keine Straße „Nirgendweg“"),
        ({"area": "", "street": "Am Sande", "begins_at": "Am Stintmarkt"}, "treffen sich nicht"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence_and_what_was_typed_stays(
    app,
    manager,
    street_map,  # noqa: F811
    given,
    says,
):
    browser = build.browser_of(app, manager)

    page = browser.post("/sperrungen/neu?lang=de", data={**TYPED, **given}).text

    assert says in page
    assert queries.all_zones() == []
    for field in ("name", "source"):
        assert f'value="{({**TYPED, **given})[field]}"' in page


def test_a_closure_is_made_changed_and_ended_on_its_pages(app, manager, street_map):  # noqa: F811
    browser = build.browser_of(app, manager)

    answer = browser.post("/sperrungen/neu?lang=de", data=TYPED)
    (zone,) = queries.all_zones()
    assert answer.location == f"/sperrungen/{zone.id}"
    assert (zone.weekdays, zone.on_holidays, zone.opens_s, zone.closes_s) == ([2, 5], False, 25_200, 50_400)
    page = browser.get(f"/sperrungen/{zone.id}?lang=de").text
    assert "Am Markt (" in page and 'value="Wochenmarkt"' in page

    changed = {**TYPED, "name": "Töpfermarkt", "closes": "00:00", "version": "1"}
    browser.post(f"/sperrungen/{zone.id}?lang=de", data=changed)
    db.session.rollback()
    db.session.refresh(zone)
    assert (zone.name, zone.closes_s, zone.version) == ("Töpfermarkt", 86_400, 2)
    assert "07:00–24:00" in browser.get("/sperrungen?lang=de").text
    assert "eben geändert" in browser.post(f"/sperrungen/{zone.id}?lang=de", data=changed).text

    browser.post(f"/sperrungen/{zone.id}/beenden")
    page = browser.get("/sperrungen?lang=de").text
    assert "Nichts ist gesperrt" in page and "Töpfermarkt" in page


def test_a_closure_follows_a_street_between_two_corners(app, manager, street_map):  # noqa: F811
    """Without a mouse and without coordinates: by names, however they are written."""
    browser = build.browser_of(app, manager)
    named = {**TYPED, "area": "", "street": "Grosse Baeckerstr.", "begins_at": "am markt", "ends_at": "Enge Str."}

    answer = browser.post("/sperrungen/neu?lang=de", data=named)
    assert answer.status_code == 302, answer.text.split('class="fehlersammlung')[1][:600]

    (zone,) = queries.all_zones()
    concerned = dict(streets.network().streets_within(tuple((lat, lon) for lat, lon in zone.area)))
    assert max(concerned, key=lambda name: concerned[name]) == "Große Bäckerstraße"


def test_a_hostile_name_is_only_text(app, manager, street_map):  # noqa: F811
    name = "{{ 7*7 }}<img onerror=alert(1)>${x}"
    zone = made(manager, name=name)
    browser = build.browser_of(app, manager)

    for path in ("/sperrungen", f"/sperrungen/{zone.id}"):
        page = browser.get(path).text
        assert "<img onerror" not in page and "{{ 7*7 }}&lt;img onerror=alert(1)&gt;${x}" in page
    areas = browser.get("/sperrungen/karte.json").json["areas"]
    assert areas[0]["title"] == name


def test_a_dispatcher_reads_but_does_not_draw(app, town, street_map):  # noqa: F811
    browser = build.browser_of(app, build.account(Role.DISPATCHER))

    assert browser.get("/sperrungen").status_code == 200
    assert browser.get("/sperrungen/neu").status_code == 403


def test_maps_of_a_day_show_what_holds_on_it_and_nothing_else(town, manager):
    made(manager, name="mittwochs", weekdays=(2,), on_holidays=False)
    made(manager, name="ab abends", opens_s=79_200, closes_s=21_600)

    names = {
        day: {area["title"] for area in queries.areas_of_day(town, TUESDAY + timedelta(days=day))} for day in (-1, 0, 1)
    }

    assert names == {-1: set(), 0: {"ab abends"}, 1: {"mittwochs", "ab abends"}}
