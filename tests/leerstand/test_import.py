"""A list of shops comes in: looked at row by row, taken over as a whole or not at all, and out again the same."""

from __future__ import annotations

import csv
import io
from datetime import date
from html import unescape

import pytest
from sqlalchemy import func, select

from city import addresses, clock
from city.db import db
from city.models import Organisation, Role
from leerstand import queries
from leerstand.exchange.trades import trade
from leerstand.kinds import Category, Ring, SpellKind
from leerstand.models import StockImport, Unit
from tests import build
from tests.leerstand.test_pages import unit_form
from tests.logistics import conftest as old_town

derived_streets, street_map = old_town.derived_streets, old_town.street_map
LIST = """Straße;Hausnummer;Name;Fläche;Stand;Leer seit;Grund;Eigentümer;Lage
Am Sande;8;Wollwerk;62,5 m²;belegt;;;Erbengemeinschaft Eggers;1b
Am Sande;10;;80;leer;03.04.2026;Geschäftsaufgabe;Erbengemeinschaft Eggers;1b
Am Sande 12;;Uhren Möller;;belegt;;;;
"""

REGULAR, VACANCY = SpellKind.REGULAR, SpellKind.VACANCY


@pytest.fixture
def desk(sign_in, street_map):
    return sign_in(Role.MANAGER)


def send(browser, text: str | bytes, name: str = "liste.csv"):
    """Choose a file; answers with the page that follows."""
    data = text if isinstance(text, bytes) else text.encode("cp1252")
    return browser.post("/laeden/import", data={"file": (io.BytesIO(data), name)}, follow_redirects=True)


def stock() -> dict[str, Unit]:
    db.session.rollback()
    return {unit.address: unit for unit in queries.stock()}


def newest() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.max(StockImport.id))).one()


def test_a_list_becomes_a_register_after_somebody_has_looked(desk):
    """
    Umlauts of Windows, numbers with units, street and number in one cell: nothing is kept before the button.
    """
    page = send(desk, LIST).text
    assert "Uhren Möller" in page and "3 rows" in page
    assert stock() == {}

    answer = desk.post(f"/laeden/import/{newest()}/uebernehmen", follow_redirects=True)

    assert "Taken over: 3 new shops, 0 changed." in answer.text
    made = stock()
    assert set(made) == {"Am Sande 8", "Am Sande 10", "Am Sande 12"}
    assert (made["Am Sande 8"].area_m2, made["Am Sande 8"].grade) == (62, 2)
    assert {"area_m2", "frontage_m", "rent_cents_m2"} <= set(made["Am Sande 12"].invented)
    empty = made["Am Sande 10"].spells[0]
    assert (empty.kind, empty.starts, empty.reason.value) == (SpellKind.VACANCY, date(2026, 4, 3), "given_up")
    assert made["Am Sande 8"].spells[0].tenant == "Wollwerk"
    owners = db.session.scalars(select(Organisation.name)).all()
    assert owners == ["Erbengemeinschaft Eggers"]
    assert made["Am Sande 8"].owner_id == made["Am Sande 10"].owner_id is not None
    positions = [unit.position_m for unit in made.values()]
    assert min(positions) == 0 < max(positions)


WRONG = {
    "Am Sande;14;;viel;leer;;;;": "Fläche: “viel” is not a number.",
    "Am Sande;15;;-5;leer;;;;": "Fläche: -5 must lie between 1 and 100000.",
    "Am Sande;16;;80;leer;31.02.2026;;;": "Leer seit: “31.02.2026” is not a day.",
    "Am Sande;17;;80;halbleer;;;;": "Stand: “halbleer” is not known here. Possible are:",
    "Am Sande;18;;80;leer;;;;Prachtlage": "“Prachtlage” is no grade of this city. Possible are: 1a, 1b",
    "Am Sande;19;=HYPERLINK(1);80;leer;;;;": "is a formula. Please write the value itself.",
    "Nirgendwoweg;10;;80;leer;;;;": "The street map does not know “Nirgendwoweg 10”.",
    ";10;;80;leer;;;;": "The street is missing.",
    "Am Sande;8;Wollwerk;80;leer;;;;": "“Am Sande 8” stands in line 2 already.",
    "Am Sande;20;;80;leer;;;;;;x": "The row has 11 cells, the heading only 9.",
}


AS_KEPT = """Straße;Hausnr.;Fläche (m²);Zustand;Mieter;Branche;leer seit;Miete €/m²
Am Sande;8;62,5;vermietet;Wolle Jäger;Schuhe;;9,80
Am Sande;10;80;leer;;;03.04.2026;
Am Sande;12;45;vermietet;Salon Öhler;Friseursalon;;
Am Sande;14;45;vermietet;Xylo;Quaddelei;;
"""


def test_a_list_as_offices_keep_it_is_understood(desk):
    """
    “Zustand” says who is in the shop, “Branche” is what the sign says; a word nobody knows costs no row.
    """
    page = send(desk, AS_KEPT).text
    assert "In 1 row the kind of business is a word that is not known here" in page
    desk.post(f"/laeden/import/{newest()}/uebernehmen", follow_redirects=True)

    made = stock()
    now = {place: unit.spells[0] for place, unit in made.items()}
    assert [now[f"Am Sande {number}"].kind for number in (8, 10, 12)] == [REGULAR, VACANCY, REGULAR]
    assert [now[f"Am Sande {number}"].category for number in (8, 12, 14)] == [Category.RETAIL, Category.SERVICE, None]


def test_what_a_list_does_not_say_is_never_shown_as_said(desk):
    """
    No rent is no rent of nothing, and the usual door is marked as assumed, in the register and in what leaves it.
    """
    send(desk, AS_KEPT)
    desk.post(f"/laeden/import/{newest()}/uebernehmen", follow_redirects=True)
    made = stock()
    page = desk.get(f"/laeden/{made['Am Sande 10'].id}").text

    assert made["Am Sande 10"].rent_unknown and not made["Am Sande 8"].rent_unknown
    assert "0.00" not in page and "door 90 cm <span" in page and "(assumed)" in page
    rows = csv.DictReader(io.StringIO(desk.get("/laeden/export.csv").text.lstrip("\ufeff")), delimiter=";")
    rents = {row["House number"]: row["Rent asked, without service charges"] for row in rows}
    assert rents == {"8": "9,8", "10": "", "12": "", "14": ""}


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Friseur", "service"), ("Damenmode", "retail"), ("Bäckerei & Café", "food"), ("Restaurant", "gastronomy"),
        ("Optiker", "health"), ("Änderungsschneiderei", "craft"), ("SPARKASSE", "service"), ("Eiscafé", "gastronomy"),
        ("Sport Müller", "retail"), ("Fahrradladen", "retail"), ("Quaddelei", None), ("", None),
    ],
)  # fmt: skip
def test_what_signs_say_is_a_kind_of_business(typed, kind):
    """
    A list says “Friseur”, not “Dienstleistung”.
    """
    assert trade(typed) == kind


def test_a_row_that_cannot_be_keeps_the_whole_list_out(desk):
    """
    The page names line, column and value; nothing is half imported unless somebody leaves those rows out.
    """
    right = LIST.split("\n")[:2]
    page = unescape(send(desk, "\n".join([*right, *WRONG]) + "\n").text)
    assert [sentence for sentence in WRONG.values() if sentence not in page] == []
    assert all(f">{line}</th>" in page for line in range(3, 3 + len(WRONG)))

    refused = desk.post(f"/laeden/import/{newest()}/uebernehmen").text
    assert "10 rows have mistakes" in refused and stock() == {}

    desk.post(f"/laeden/import/{newest()}/uebernehmen", data={"ohne_fehler": "1"})
    assert set(stock()) == {"Am Sande 8"}


def test_rows_with_mistakes_are_taken_along_mended_and_brought_in(desk):
    """
    The file holds these rows as they came, each with its mistake; mended it is a list like any other.
    """
    right = LIST.split("\n")[:2]
    page = send(desk, "\n".join([*right, "Am Sande;8a;;achtzig;leer;;;=1+1;1b", "Am Sande;9"]) + "\n").text
    address = f"/laeden/import/{newest()}/fehler.csv"
    assert address in page

    answer = desk.get(address)
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    desk.post(f"/laeden/import/{newest()}/uebernehmen", data={"ohne_fehler": "1"})
    mended = answer.data.decode("utf-8-sig").replace("achtzig", "80")
    send(desk, mended)
    desk.post(f"/laeden/import/{newest()}/uebernehmen", data={"ohne_fehler": "1"})

    assert head == [*right[0].split(";"), "What is wrong"]
    assert rows[0][:8] == ["Am Sande", "8a", "", "achtzig", "leer", "", "", "'=1+1"] and "achtzig" in rows[0][-1]
    assert {len(row) for row in rows} == {len(head)}
    assert {"Am Sande 8", "Am Sande 8a"} <= set(stock())


def test_a_second_list_changes_only_what_it_says(desk):
    """
    Known shops are found by their address; what the list does not say stays; a spell follows when somebody moved out.
    """
    send(desk, LIST)
    desk.post(f"/laeden/import/{newest()}/uebernehmen")
    before = stock()["Am Sande 8"]

    page = send(desk, "Straße;Hausnummer;Name;Stand;Leer seit;Ring\nAm Sande;8;Wollwerk;leer;01.11.2026;Rand\n").text
    assert "known shops that change" in page
    desk.post(f"/laeden/import/{newest()}/uebernehmen")

    after = stock()["Am Sande 8"]
    assert after.id == before.id and after.ring == Ring.EDGE
    assert (after.area_m2, after.owner_id) == (before.area_m2, before.owner_id)
    assert [(spell.kind, spell.starts) for spell in after.spells] == [(SpellKind.VACANCY, date(2026, 11, 1))]


def test_columns_can_be_assigned_by_hand(desk):
    """
    A heading that nobody could guess is chosen from a list.
    """
    page = send(desk, "Wo;Was\nAm Sande 8;Wollwerk\n").text
    assert "First say below which column holds the street." in page

    page = desk.post(f"/laeden/import/{newest()}", data={"street": "0", "name": "1"}, follow_redirects=True).text

    assert "Take over 1 row" in page and "Am Sande 8" in page


def test_the_shops_of_the_map_come_in_the_same_way(desk):
    """
    OpenStreetMap's shops, with those that stand empty there, looked at first.
    """
    page = desk.post("/laeden/import", data={"karte": "1"}, follow_redirects=True).text
    assert "OpenStreetMap" in page
    desk.post(f"/laeden/import/{newest()}/uebernehmen", data={"ohne_fehler": "1"})

    made = stock().values()
    assert len(made) > 40
    assert sum(unit.spells[0].kind == SpellKind.VACANCY for unit in made if unit.spells) >= 5
    assert {unit.source for unit in made} == {"OpenStreetMap"}


def test_what_goes_out_comes_in_again_unchanged(desk):
    """
    A round trip through CSV and XLSX says nothing new; owners, tenants and reasons do not leave.
    """
    send(desk, LIST)
    desk.post(f"/laeden/import/{newest()}/uebernehmen")

    for kind in ("csv", "xlsx"):
        sent = desk.get(f"/laeden/export.{kind}")
        assert sent.status_code == 200 and "attachment" in sent.headers["Content-Disposition"]
        page = send(desk, sent.data, f"laeden.{kind}").text
        assert "There is nothing to take over." in page, page
    text = desk.get("/laeden/export.csv").data.decode("utf-8-sig") + desk.get("/laeden/export.geojson").text
    assert "Eggers" not in text and "Geschäftsaufgabe" not in text and "given_up" not in text
    features = desk.get("/laeden/export.geojson").json["features"]
    assert len(features) == 3 and 10 < features[0]["geometry"]["coordinates"][0] < 11


def test_a_file_of_fifty_megabytes_gets_a_sentence(desk):
    """
    It is not read to its end.
    """
    answer = send(desk, b"Stra\xdfe;Nr\r\n" + b"Am Sande;8\r\n" * 4_200_000, "gross.csv")

    assert answer.status_code == 413
    assert "At most 12 MB can be sent at once." in answer.text


@pytest.mark.parametrize("data", [{}, {"file": (io.BytesIO(b""), "")}])
def test_no_file_at_all_is_said_so(desk, data):
    """
    The form comes back.
    """
    page = desk.post("/laeden/import", data=data).text

    assert "No file has been chosen yet." in page


def test_somebody_elses_list_is_not_found(app, desk, sign_in):
    """
    Two managers may look at two lists at once.
    """
    send(desk, LIST)

    assert sign_in(Role.MANAGER).get(f"/laeden/import/{newest()}").status_code == 404


def test_a_name_that_a_spreadsheet_would_run_leaves_as_text(desk):
    """
    Whoever recorded it: the export defuses it.
    """
    build.unit(name="=1+1", street="@Sande")

    text = desk.get("/laeden/export.csv").data.decode("utf-8-sig")

    assert ";'=1+1;" in text and ";'@Sande;" in text
    assert clock.today().isoformat() in desk.get("/laeden/export.csv").headers["Content-Disposition"]


def test_a_shop_typed_by_hand_lies_where_the_map_knows_its_address(desk):
    """
    Without coordinates the address is looked up; one coordinate alone, or an address that the map does not know, is a
    sentence, and nothing is kept.
    """
    typed = unit_form(street="rosenstr.", housenumber="6", lat="", lon="")
    half = desk.post("/laeden/neu", data={**typed, "lat": "53.2465"}).text
    nowhere = desk.post("/laeden/neu", data={**typed, "street": "Nirgendwoweg"}).text
    assert "Latitude and longitude belong together; one of them is missing." in half
    assert "The map has no street called “Nirgendwoweg”." in unescape(nowhere)
    assert stock() == {}

    desk.post("/laeden/neu", data=typed)
    (made,) = stock().values()
    assert made.point == pytest.approx(addresses.point_at("Rosenstraße", "6"))
    assert made.address == "Rosenstraße 6"
