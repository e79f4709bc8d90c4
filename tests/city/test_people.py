"""Who may invite whom, give which role, and switch whom off; what follows at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from city import account_queries, accounts, passwords
from city.db import city_scope, db, transaction
from city.messages import Conflict, Forbidden
from city.models import Account, AuditEntry, City, Organisation, OrganisationKind, Role
from routing.message import BadInput
from tests import build
from tests.city.door import HASH, PASSWORD, is_in, sign_in
from tests.mailbox import mails, path_in

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KIM = {"email": "kim@example.org", "name": "Kim Kurier"}


@pytest.fixture
def admin(town):
    return build.account(Role.ADMIN, language="de")


@pytest.fixture
def manager(town):
    return build.account(Role.MANAGER, language="de")


def roles_of(person) -> set[Role]:
    return set(build.fresh(Account, person.id).roles)


def change(person, *roles, by, organisation=None, seen=None):
    with transaction():
        now = account_queries.person(person.id).roles
        organisation_id = organisation.id if organisation else None
        accounts.change_roles(person.id, roles, organisation_id, seen=now if seen is None else seen, by_id=by.id)


def test_an_invited_courier_chooses_a_password_and_signs_in(app, manager):
    """
    Form, mail in German, link, password, login; the page shows who has come.
    """
    desk = build.browser_of(app, manager)
    page = desk.post("/people/invite", data={**KIM, "roles": "courier"}, follow_redirects=True).text
    assert "Kim Kurier bekommt eine E-Mail." in page
    assert "eingeladen, noch nicht da" in page
    (mail,) = mails("kim@example.org")
    assert mail.subject == "Sie sind eingeladen – Zwischenraum Lüneburg"
    assert "Rolle: Kurier:in." in mail.text

    phone = app.test_client()
    phone.post(path_in(mail), data={"password": PASSWORD})
    assert sign_in(phone, email="kim@example.org").status_code == 302
    assert is_in(phone)
    assert "eingeladen, noch nicht da" not in desk.get("/people?search=kim").text


def test_an_owner_is_invited_with_an_organisation(app, manager):
    """
    A new one is made as an owner; a courier service is none.
    """
    desk = build.browser_of(app, manager)
    service = build.organisation(kind=OrganisationKind.COURIER_SERVICE, name="Radkurier")
    asked = {**KIM, "roles": "owner"}
    assert "Zu einer Eigentümer:in gehört eine Organisation" in desk.post("/people/invite", data=asked).text
    wrong = {**asked, "organisation_id": str(service.id)}
    assert "Zu einer Eigentümer:in gehört eine Organisation" in desk.post("/people/invite", data=wrong).text
    assert mails() == []

    desk.post("/people/invite", data={**asked, "new_organisation": "Erben Brandt"})
    db.session.rollback()
    made = db.session.scalars(select(Organisation).where(Organisation.name == "Erben Brandt")).one()
    assert made.kind == OrganisationKind.OWNER
    assert account_queries.by_email("kim@example.org").organisation_id == made.id


def test_who_has_an_account_gets_the_role_and_no_link(app, manager):
    """
    No second account, no new password; old sessions end because the rights have changed.
    """
    kim = build.account(Role.APPLICANT, email="kim@example.org", name="Kim", password_hash=HASH, language="de")
    browser = build.browser_of(app, kim)
    with transaction():
        accounts.invite("KIM@example.org", "Someone else", [Role.COURIER], by_id=manager.id)

    assert roles_of(kim) == {Role.APPLICANT, Role.COURIER}
    assert build.fresh(Account, kim.id).name == "Kim"
    assert not is_in(browser)
    (mail,) = mails("kim@example.org")
    assert "Kurier:in" in mail.text and "/link/" not in mail.text
    with pytest.raises(Conflict, match="already has an account with these roles"), transaction():
        accounts.invite("kim@example.org", "Kim", [Role.COURIER], by_id=manager.id)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_only_the_administration_gives_or_takes_power(app, manager, admin, role):
    """
    A manager can neither invite nor make nor unmake an administrator or manager, by form or by forged form.
    """
    other, mate = build.account(role), build.account(Role.COURIER)
    desk = build.browser_of(app, manager)
    assert f'value="{role}"' not in desk.get("/people/invite").text
    desk.post("/people/invite", data={**KIM, "roles": role})
    assert account_queries.by_email("kim@example.org") is None

    desk.post(f"/people/{mate.id}", data={"roles": ["courier", role], "seen": "courier"})
    assert roles_of(mate) == {Role.COURIER}
    desk.post(f"/people/{other.id}", data={"roles": ["courier"], "seen": role})  # what is not offered stays
    assert roles_of(other) == {role, Role.COURIER}
    for deed in ("disable", "sign-out", "enable", "invite-again"):
        assert desk.post(f"/people/{other.id}/{deed}").status_code == 403
    with pytest.raises(Forbidden), transaction():
        accounts.invite("kim@example.org", "Kim", [role], by_id=manager.id)
    with pytest.raises(Forbidden):
        change(other, by=manager)

    change(other, Role.COURIER, by=admin)
    assert roles_of(other) == {Role.COURIER}


def test_nobody_takes_the_administration_from_oneself(app, admin):
    """
    Nor switches the own account off.
    """
    build.account(Role.ADMIN)
    desk = build.browser_of(app, admin)
    page = desk.post(f"/people/{admin.id}", data={"roles": "manager", "seen": "admin"}).text

    assert "Die Administration können Sie sich nicht selbst entziehen." in page
    assert desk.post(f"/people/{admin.id}/disable").status_code == 409
    assert roles_of(admin) == {Role.ADMIN}


def test_the_last_administration_stays(app, admin):
    """
    Of two administrators who take it from each other at the same moment, one is too late; invited ones do not count.
    """
    other = build.account(Role.ADMIN)
    build.account(Role.ADMIN, confirmed_at=None, invited_at=NOW)
    start = threading.Barrier(2)
    refused = []

    def take(by: int, person: int, city: int) -> None:
        with app.app_context(), city_scope(city):
            start.wait()
            try:
                with transaction():
                    accounts.change_roles(person, [], None, seen=[Role.ADMIN], by_id=by)
            except (Conflict, Forbidden) as refusal:
                refused.append(str(refusal.message))

    pairs = [(admin.id, other.id), (other.id, admin.id)]
    threads = [threading.Thread(target=take, args=(*pair, admin.city_id)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["Your account may not change other people's accounts."]
    assert len([one for one in (admin, other) if Role.ADMIN in roles_of(one)]) == 1


def test_a_changed_role_counts_at_once(app, admin):
    """
    The person's sessions end with the change, and so do the rights.
    """
    person = build.account(Role.MANAGER, Role.COURIER)
    browser = build.browser_of(app, person)
    assert browser.get("/people").status_code == 200
    change(person, Role.COURIER, by=admin)

    assert not is_in(browser)
    assert build.browser_of(app, person).get("/people").status_code == 403


def test_changing_ones_own_roles_keeps_this_browser(app, admin):
    """
    Whoever gives himself a further role stays signed in here and nowhere else.
    """
    here, elsewhere = build.browser_of(app, admin), build.browser_of(app, admin)
    here.post(f"/people/{admin.id}", data={"roles": ["admin", "dispatcher"], "seen": "admin"})

    assert roles_of(admin) == {Role.ADMIN, Role.DISPATCHER}
    assert is_in(here) and not is_in(elsewhere)


def test_two_desks_do_not_undo_each_other(app, admin, manager):
    """
    A page that was open for long cannot bring back a role that was taken meanwhile; it says so and shows what is.
    """
    person = build.account(Role.COURIER, Role.DISPATCHER)
    change(person, Role.COURIER, by=admin)
    stale = {"roles": ["courier", "dispatcher", "operator"], "seen": "courier dispatcher"}
    page = build.browser_of(app, manager).post(f"/people/{person.id}", data=stale).text

    assert "Jemand hat die Rollen dieser Person inzwischen geändert." in page
    assert 'name="seen" type="hidden" value="courier"' in page
    assert roles_of(person) == {Role.COURIER}


def test_switching_off_ends_everything_and_on_brings_it_back(app, manager):
    """
    Sessions end at once; the password and the roles are still there afterwards.
    """
    person = build.account(Role.COURIER, email="anna@example.org", password_hash=HASH)
    browser, desk = build.browser_of(app, person), build.browser_of(app, manager)
    page = desk.post(f"/people/{person.id}/disable", follow_redirects=True).text
    assert "abgeschaltet" in page
    assert not is_in(browser)
    assert sign_in(app.test_client()).status_code == 200

    desk.post(f"/people/{person.id}/enable")
    again = app.test_client()
    sign_in(again)
    assert is_in(again) and not is_in(browser)


def test_signing_out_everywhere_by_the_desk(app, manager):
    """
    For a phone that was lost.
    """
    person = build.account(Role.COURIER)
    phone = build.browser_of(app, person)
    build.browser_of(app, manager).post(f"/people/{person.id}/sign-out")

    assert not is_in(phone)


def test_an_invitation_is_sent_again(app, manager):
    """
    With a new link, the old one dead; not to somebody who has come already.
    """
    desk = build.browser_of(app, manager)
    desk.post("/people/invite", data={**KIM, "roles": "courier"})
    kim = account_queries.by_email("kim@example.org")
    desk.post(f"/people/{kim.id}/invite-again")
    first, second = mails("kim@example.org")
    stranger = app.test_client()
    assert stranger.get(path_in(first)).status_code == 410
    stranger.post(path_in(second), data={"password": PASSWORD})

    assert desk.post(f"/people/{kim.id}/invite-again").status_code == 409


def test_people_of_another_town_are_not_there(app, admin):
    """
    Their numbers are unknown, their organisations too; nothing changes.
    """
    other = build.keep(City(slug="other", name="Andernort", host="andernort.test"))
    with transaction():
        db.session.merge(build.fresh(City, admin.city_id)).host = "lueneburg.test"
    with city_scope(other.id):
        stranger = build.account(Role.COURIER, name="Fremd")
        shop = build.organisation(released_at=None)
        build.account(Role.RETAILER, organisation=shop)
    desk = build.browser_of(app, admin)
    home = {"base_url": "http://lueneburg.test"}
    with desk.session_transaction(**home) as cookie, desk.session_transaction() as old:
        cookie.update(old)

    assert "Fremd" not in desk.get("/people", **home).text
    assert desk.get(f"/people/{stranger.id}", **home).status_code == 404
    assert desk.post(f"/people/{stranger.id}/disable", **home).status_code == 404
    assert desk.post(f"/retailers/{shop.id}/release", **home).status_code == 404
    sent = desk.post("/people/invite", data={**KIM, "roles": "owner", "organisation_id": str(shop.id)}, **home)
    assert sent.status_code == 200 and account_queries.by_email("kim@example.org") is None


PAGES = [
    ("GET", "/people"),
    ("GET", "/people/invite"),
    ("POST", "/people/invite"),
    ("GET", "/people/1"),
    ("POST", "/people/1"),
    ("POST", "/people/1/disable"),
    ("POST", "/people/1/enable"),
    ("POST", "/people/1/invite-again"),
    ("POST", "/people/1/sign-out"),
    ("GET", "/retailers"),
    ("POST", "/retailers/1/release"),
    ("GET", "/retailers/1/refuse"),
    ("POST", "/retailers/1/refuse"),
]


@pytest.mark.parametrize("role", [*Role, None])
def test_which_role_sees_which_page(app, town, role):
    """
    Administration and city-centre management; everybody else is told no, strangers are asked to sign in.
    """
    build.account(Role.COURIER, confirmed_at=None, invited_at=NOW)
    shop = build.organisation(released_at=None)
    build.account(Role.RETAILER, organisation=shop)
    browser = build.browser_of(app, build.account(role)) if role else app.test_client()
    answers = {browser.open(path, method=method).status_code for method, path in PAGES}
    locations = {browser.open(path, method=method).location for method, path in PAGES}

    if role in (Role.ADMIN, Role.MANAGER):
        assert not answers & {401, 403, 500}
    elif role is None:
        assert answers == {302} and all(place.startswith("/login") for place in locations)
    else:
        assert answers == {403}


def test_the_matrix_above_lists_every_page(app):
    """
    A new page of this room has to be entered there.
    """
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("people.")]
    methods = {(method, rule.rule) for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    listed = {(method, path.replace("/1", "/<int:n>")) for method, path in PAGES}

    assert {(method, rule.replace("account_id", "n").replace("organisation_id", "n")) for method, rule in methods} == (
        listed
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"Anna Albers", "Bert Brandt"}),
        ("ANNA", {"Anna Albers"}),
        ("brandt-verwaltung", {"Bert Brandt"}),
        ("erben", {"Bert Brandt"}),
        ("%", set()),
        ("_", set()),
        ("' OR 1=1 --", set()),
        ("\0", {"Anna Albers", "Bert Brandt"}),
    ],
)
def test_people_are_found_by_name_address_and_organisation(app, admin, search, found):
    """
    Signs of the database's own are plain letters here.
    """
    build.account(name="Anna Albers", email="a@example.org")
    owner = build.organisation(kind=OrganisationKind.OWNER, name="Erbengemeinschaft")
    build.account(Role.OWNER, name="Bert Brandt", email="brandt-verwaltung@example.org", organisation=owner)
    page = build.browser_of(app, admin).get("/people", query_string={"search": search}).text

    assert {name for name in ("Anna Albers", "Bert Brandt") if name in page} == found


@pytest.mark.parametrize("page", ["0", "-1", "2", "999999999999", "x", ""])
def test_any_page_number_is_answered(app, admin, page):
    """
    Nonsense in the address is no fault of the server.
    """
    assert build.browser_of(app, admin).get("/people", query_string={"page": page, "role": page}).status_code == 200


def test_every_deed_is_written_down_without_personal_values(app, admin):
    """
    Numbers, roles and states; no name, no address.
    """
    with transaction():
        kim = accounts.invite("kim@example.org", "Kim Kurier", [Role.COURIER], by_id=admin.id)
    change(kim, Role.COURIER, Role.DISPATCHER, by=admin)
    with transaction():
        accounts.disable(kim.id, by_id=admin.id)
        accounts.enable(kim.id, by_id=admin.id)
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))

    assert [entry.action for entry in entries] == ["invited", "roles changed", "disabled", "enabled"]
    assert entries[1].details["added"] == "dispatcher"
    assert not any("im" in str(entry.details).lower() for entry in entries)


def test_the_first_administrator_comes_from_the_command_line(app, town):
    """
    Without a mail server the link is printed, no mail is written; it leads to a password, and the role is there.
    """
    with transaction():
        link = accounts.make_admin("Chef@Stadt.example", "Chris Chef")
    assert mails() == []
    app.test_client().post(link.removeprefix("http://city.test"), data={"password": PASSWORD})
    browser = app.test_client()
    sign_in(browser, email="chef@stadt.example")

    assert browser.get("/people").status_code == 200
    with transaction():
        assert accounts.make_admin("chef@stadt.example", "Chris Chef").startswith("http://city.test/link/")
    assert passwords.is_right(PASSWORD, account_queries.by_email("chef@stadt.example").password_hash)
    with pytest.raises(BadInput, match="“chef” is not an e-mail address"), transaction():
        accounts.make_admin("chef", "Chris Chef")
