"""Owners and their consents: what leaves the house, what never does, and the pictures and walks of the city."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from city import clock
from city.db import db, transaction
from city.messages import Conflict
from city.models import OrganisationKind, Role
from leerstand import owner_queries, queries
from leerstand.kinds import (
    Channel,
    ConsentScope,
    ContactRole,
    OwnerKind,
    SpellKind,
    VacancyReason,
    VacancyStage,
    Visibility,
    Willingness,
)
from leerstand.lifecycle import UnitState, state_on
from leerstand.models import Consent, Match, MatchPlan, OwnerContact, OwnerFile, Unit, UnitPhoto
from leerstand.public_queries import PublicFilter, public_vacancies
from leerstand.publishing import cell_of
from leerstand.services import owners, stock
from tests import build

TODAY = clock.today()
DAY = timedelta(days=1)


@pytest.fixture
def desk(sign_in):
    return sign_in(Role.MANAGER)


# --- what owners allow ---


def everything_public(app) -> str:
    """All that a stranger can read of the free shops."""
    browser = app.test_client()
    paths = ["/frei?lang=en", "/frei/karte.json", "/frei/daten.csv", "/frei/daten.geojson"]
    for number in (1, 2, 3):
        paths += [f"/frei/{number}?lang=en", f"/frei/{number}/karte.json", f"/frei/{number}/bild.jpg"]
    return "\n".join(
        answer.text
        for answer in map(browser.get, paths)
        if answer.status_code == 200 and answer.mimetype != "image/jpeg"
    )


def secret_town() -> dict[str, object]:
    """An empty shop about which much is known."""
    firm = build.organisation(kind=OrganisationKind.OWNER, name="Erbengemeinschaft Geheim", phone="0171 23")
    unit = build.unit(
        vacant_since=None, owner_id=firm.id, name="Alter Schriftzug", street="Salzstraße", housenumber="99",
        lat=53.24671, lon=10.41157, area_m2=6173, frontage_m=71.3, rent_cents_m2=2_345, visibility=Visibility.PUBLIC,
        flurstueck="12/345",
    )  # fmt: skip
    build.spell(unit, SpellKind.REGULAR, starts=date(2019, 1, 1), ends=date(2026, 1, 1), tenant="Frau Insolvent")
    build.spell(unit, SpellKind.VACANCY, starts=date(2026, 1, 1), reason=VacancyReason.INSOLVENCY)
    return {"unit": unit, "owner": firm}


PLACE = ("Salzstraße", "Alter Schriftzug", "53.24671", "10.41157", "53,24671")
ROOM = ("6173", "6,173", "71.3", "71,3")
RENT = ("23.45", "23,45", "2345")
NEVER = ("Geheim", "0171", "Insolvent", "insolvency", "12/345", "2019", "heirs")


@pytest.mark.parametrize(
    ("scopes", "visibility", "shown", "hidden"),
    [
        ((), Visibility.PUBLIC, (), (*PLACE, *ROOM, *RENT)),
        ((ConsentScope.ROOM,), Visibility.PUBLIC, ("6173",), (*PLACE, *RENT)),
        ((ConsentScope.PLACE,), Visibility.PUBLIC, ("Salzstraße 99", "Alter Schriftzug"), (*ROOM, *RENT)),
        ((ConsentScope.RENT,), Visibility.PUBLIC, ("23.45",), (*PLACE, *ROOM)),
        (tuple(ConsentScope), Visibility.COARSE, (), (*PLACE, *ROOM, *RENT)),
        (tuple(ConsentScope), Visibility.INTERNAL, (), (*PLACE, *ROOM, *RENT)),
    ],
    ids=["nothing", "room", "place", "rent", "city shows less", "city shows nothing"],
)
def test_the_public_reads_what_was_released_and_nothing_else(app, town, scopes, visibility, shown, hidden):
    """
    On every page, map and file; owner, reason, tenant and parcel never, whatever was released.
    """
    unit = secret_town()["unit"]
    if scopes:
        build.consent(unit, *scopes)
    with transaction():
        build.keep(unit).visibility = visibility

    text = everything_public(app)

    assert [word for word in shown if word not in text] == []
    assert [word for word in (*hidden, *NEVER) if word in text] == []


def test_a_withdrawn_consent_is_gone_from_everything_at_once(app, town, desk):
    """
    One click of the city, and no page, map, file or picture shows it; the coarse place stays, and always the same one.
    """
    known = secret_town()
    unit, owner = known["unit"], known["owner"]
    build.consent(unit)
    add_photo(desk, unit, front="1")
    before = everything_public(app)
    assert "Salzstraße 99" in before and app.test_client().get(f"/frei/{unit.id}/bild.jpg").status_code == 200

    db.session.rollback()
    for consent in db.session.scalars(select(Consent)).all():
        desk.post(f"/eigentum/{owner.id}/einwilligung/{consent.id}/widerrufen")

    after = everything_public(app)
    assert [word for word in (*PLACE, *ROOM, *RENT) if word in after] == []
    assert app.test_client().get(f"/frei/{unit.id}/bild.jpg").status_code == 404
    cells = [app.test_client().get("/frei/karte.json").json["cells"] for _ in range(3)]
    assert (
        cells[0]
        == cells[1]
        == cells[2]
        == [{"box": [list(corner) for corner in cell_of(53.24671, 10.41157)], "count": 1}]
    )


def test_a_consent_is_the_owners_who_gave_it(app, town):
    """
    Sold, and the new owner has not been asked: nothing but the rough place. One for all shops covers a further shop.
    """
    known = secret_town()
    unit = known["unit"]
    build.consent(unit, unit_id=None)
    assert public_vacancies(PublicFilter(), TODAY)[0].exact
    new = build.organisation(kind=OrganisationKind.OWNER)

    with transaction():
        build.keep(unit).owner_id = new.id

    assert not public_vacancies(PublicFilter(), TODAY)[0].exact


@pytest.mark.parametrize("stage", [VacancyStage.RESERVED, VacancyStage.UNMARKETABLE])
def test_a_shop_that_is_held_back_is_not_offered(town, stage):
    """
    Reserved, or not fit to be let: neither public nor matched.
    """
    unit = build.unit(vacant_since=None)
    build.spell(unit, SpellKind.VACANCY, starts=TODAY - 50 * DAY, stage=stage)
    build.consent(unit)

    assert public_vacancies(PublicFilter(), TODAY) == []


def test_a_consent_shows_a_shop_that_was_shown_roughly_and_none_that_was_hidden(desk, town):
    """
    One deed is enough; without the tick the city goes on showing less than it may.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER)
    rough, hidden = (build.unit(owner_id=firm.id, visibility=kind) for kind in (Visibility.COARSE, Visibility.INTERNAL))
    data = {"unit_id": "0", "scopes": ["place", "room"], "given_on": TODAY.isoformat(), "channel": "letter"}

    desk.post(f"/eigentum/{firm.id}/einwilligung", data={**data, "proof": "Akte 5"})
    assert [shop.address for shop in public_vacancies(PublicFilter(), TODAY)] == [""]
    assert "The city shows less than is allowed" in desk.get(f"/laeden/{rough.id}").text

    desk.post(f"/eigentum/{firm.id}/einwilligung", data={**data, "proof": "Akte 5", "shown": "y"})
    db.session.rollback()
    assert [shop.address for shop in public_vacancies(PublicFilter(), TODAY)] == [rough.address]
    assert build.fresh(Unit, hidden.id).visibility == Visibility.INTERNAL


def test_a_consent_of_tomorrow_or_of_somebody_else_is_refused(desk, town):
    """
    The sentence names the day; a shop of another owner is not offered.
    """
    firm, other = (build.organisation(kind=OrganisationKind.OWNER) for _ in range(2))
    unit = build.unit(owner_id=other.id)
    tomorrow = (TODAY + DAY).isoformat()
    data = {"unit_id": "0", "scopes": ["place"], "given_on": tomorrow, "channel": "letter", "proof": "Akte 5"}

    assert "is still to come." in desk.post(f"/eigentum/{firm.id}/einwilligung", data=data).text
    data |= {"unit_id": str(unit.id), "given_on": TODAY.isoformat()}
    assert "is not offered under" in desk.post(f"/eigentum/{firm.id}/einwilligung", data=data).text
    with pytest.raises(Conflict), transaction():
        owners.give_consent(
            firm.id, [ConsentScope.PLACE], unit_id=unit.id, given_on=TODAY, channel=Channel.MAIL, proof="x"
        )


def test_the_next_step_with_an_owner_waits_under_today(desk, town):
    """
    From a conversation to the list of the day, until somebody has done it.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER, name="Stiftung Beispiel")
    talk = {"unit_id": "0", "happened_on": TODAY.isoformat(), "channel": "phone", "text": "Will überlegen.",
            "next_step": "Noch einmal anrufen", "due_on": (TODAY - DAY).isoformat()}  # fmt: skip
    desk.post(f"/eigentum/{firm.id}/gespraech", data=talk)

    page = desk.get("/heute").text
    assert "Noch einmal anrufen" in page and "overdue since" in page and "Stiftung Beispiel" in page
    desk.post("/eigentum/gespraech/1/erledigt", data={"next": "/heute"})
    assert "Noch einmal anrufen" not in desk.get("/heute").text


def test_one_contact_is_asked_first(desk, town):
    """
    The first one from the start; another one takes its place.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER)
    for office in ("Hausverwaltung", "Maklerei"):
        data = {"role": "management", "office": office, "channel": "mail", "first": "1" if office == "Maklerei" else ""}
        desk.post(f"/eigentum/{firm.id}/kontakt", data={key: value for key, value in data.items() if value})

    assert [(c.office, c.first) for c in owner_queries.contacts_of(firm.id)] == [
        ("Maklerei", True),
        ("Hausverwaltung", False),
    ]


# --- the walk round, and pictures ---


def add_photo(browser, unit, front: str = "", data: bytes | None = None, name: str = "foto.jpg"):
    if data is None:
        exif = Image.Exif()
        exif[0x010F] = "Kamera von Kim"
        written = io.BytesIO()
        Image.new("RGB", (600, 400), "green").save(written, "JPEG", exif=exif)
        data = written.getvalue()
    form = {
        "photo": (io.BytesIO(data), name),
        "caption": "Schaufenster",
        **({"front_without_people": "1"} if front else {}),
    }
    return browser.post(f"/laeden/{unit.id}/bild", data=form)


def test_a_picture_is_kept_without_its_camera_and_can_be_deleted(desk, town):
    """
    Drawn anew; a TIFF that is called .jpg is refused at its field.
    """
    unit = build.unit()
    tiff = io.BytesIO()
    Image.new("RGB", (60, 40)).save(tiff, "TIFF")
    assert "is a TIFF file" in add_photo(desk, unit, data=tiff.getvalue()).text

    assert add_photo(desk, unit).status_code == 302
    db.session.rollback()
    photo = db.session.scalars(select(UnitPhoto)).one()
    sent = desk.get(f"/laeden/{unit.id}/bild/{photo.id}.jpg")
    assert sent.mimetype == "image/jpeg" and b"Kim" not in sent.data
    desk.post(f"/laeden/{unit.id}/bild/{photo.id}/loeschen")
    assert desk.get(f"/laeden/{unit.id}/bild/{photo.id}.jpg").status_code == 404


def test_a_walk_leads_along_the_street_and_back(desk, town):
    """
    Odd numbers outward, even ones back; one tap confirms and leads on; what has changed is written down.
    """
    axis = build.street_axis(name="Grapengießerstraße")
    made = {}
    for number in ("1", "2", "3", "4"):
        unit = build.unit(vacant_since=None, axis_id=axis.id, housenumber=number, position_m=int(number) * 10,
                          side=stock.side_of(number), street=axis.name)  # fmt: skip
        build.spell(unit, SpellKind.REGULAR, starts=TODAY - 99 * DAY, tenant=f"Laden {number}")
        made[number] = unit.id

    at = desk.get(f"/rundgang/{axis.id}").location
    order = []
    for answer in ("so", "leer", "so", "so"):
        order.append(int(at.rsplit("/", 1)[1]))
        assert desk.get(at).status_code == 200
        at = desk.post(at, data={"gesehen": answer}).location

    assert order == [made[number] for number in ("1", "3", "4", "2")]
    assert at == "/rundgang"
    db.session.rollback()
    assert state_on(queries.unit(made["3"]).spells, TODAY) == UnitState.RECORDED
    assert {queries.unit(unit_id).last_verified_on for unit_id in made.values()} == {TODAY}
    assert "all checked" in desk.get("/rundgang").text


def test_a_filter_can_be_saved_and_is_ones_own(desk, sign_in, town):
    """
    Name, question, and away again; another person has other views.
    """
    desk.post("/laeden/ansichten", data={"name": "Leer im Kern", "question": "status=vacancy&ring=core&page=3"})

    page = desk.get("/laeden").text
    assert "Leer im Kern" in page and "status=vacancy&amp;ring=core" in page and "page=3" not in page
    other = sign_in(Role.MANAGER)
    assert "Leer im Kern" not in other.get("/laeden").text
    assert other.post("/laeden/ansichten/1/loeschen").status_code == 404
    desk.post("/laeden/ansichten/1/loeschen")
    assert "Leer im Kern" not in desk.get("/laeden").text


def test_only_those_whom_the_form_lets_in_are_asked_to_look_for_a_room(app, town, sign_in):
    unit = build.unit(visibility=Visibility.PUBLIC)
    build.consent(unit)
    people = ((app.test_client(), True), (sign_in(Role.APPLICANT), True), (sign_in(Role.OWNER), False))

    for path in ("/frei", f"/frei/{unit.id}"):
        assert [("/meine-gesuche/neu" in browser.get(path).text) for browser, _asked in people] == [
            asked for _browser, asked in people
        ]


def test_owners_are_found_by_what_they_want_and_by_who_has_not_been_told(desk, town):
    """
    Willingness, kind and missing information are filters; whoever was never asked counts as open.
    """
    asked = build.organisation(kind=OrganisationKind.OWNER, name="Hat Nein gesagt")
    build.organisation(kind=OrganisationKind.OWNER, name="Nie gefragt")
    build.keep(OwnerFile(owner_id=asked.id, kind=OwnerKind.FUND, willing_interim=Willingness.NO, informed_on=TODAY))

    def names(**wanted):
        return [row.name for row in owner_queries.owner_list(**wanted)]

    assert names(willing=Willingness.NO) == ["Hat Nein gesagt"] == names(kind=OwnerKind.FUND)
    assert names(willing=Willingness.OPEN) == ["Nie gefragt"] == names(uninformed=True)
    assert "Nie gefragt" not in desk.get("/eigentum?willing=no").text
    assert "No owner matches" in desk.get("/eigentum?willing=no&uninformed=1").text
    assert desk.get("/eigentum?willing=perhaps&kind=x").status_code == 200


def test_whoever_sends_a_proposal_reads_where_it_goes_and_what_the_owner_wants(desk, town):
    """
    An owner without an account gets it at the first contact; a no and the least terms stand on the page.
    """
    firm = build.organisation(kind=OrganisationKind.OWNER)
    build.keep(OwnerFile(owner_id=firm.id, willing_interim=Willingness.NO, terms="Nur bis Ostern"))
    whom = {"role": ContactRole.MANAGEMENT, "office": "Büro", "email": "b@x.example", "first": True}
    build.keep(OwnerContact(owner_id=firm.id, **whom))
    unit, wish = build.unit(owner_id=firm.id), build.use_request()
    pair = Match(unit_id=unit.id, request_id=wish.id, starts=TODAY, ends=TODAY + 90 * DAY, score=1, criteria=[])
    counts = dict.fromkeys(("settings_version", "units", "requests", "pairs", "score", "bound", "seed"), 1)
    empty = {"weights": {}, "versions": {}, "gap": 0.0, "seconds": 0.0}
    build.keep(MatchPlan(created_at=clock.now(), matches=[pair], **counts, **empty))

    page = desk.get(f"/plan/vorschlag/{pair.id}").text

    assert all(words in page for words in ("b@x.example", "Nur bis Ostern", "out of the question"))
    assert "b@x.example" in desk.get(f"/eigentum/{firm.id}").text.split("with a link to the answer:")[1]
