"""One's own account: what it shows, a new password, other browsers; and all pages of this room in a real browser."""

from __future__ import annotations

import pytest

from city.db import transaction
from city.models import Account, OrganisationKind, Role
from tests import build
from tests.browser import PHONE_FIRST, Visit, axe_violations, chromium, serving
from tests.city.door import HASH, PASSWORD, is_in, sign_in
from tests.mailbox import mails

NEW = "Birke Ruder Zimtstern"


def test_the_page_shows_what_the_city_knows(app, town):
    """
    Name, address, roles in words, organisation; nothing of anybody else.
    """
    build.account(Role.COURIER, name="Otto Other")
    hub = build.organisation(kind=OrganisationKind.HUB_OPERATOR, name="Stadtlogistik")
    anna = build.account(
        Role.OPERATOR, Role.COURIER, name="Anna", email="anna@example.org", organisation=hub, language="de"
    )
    page = build.browser_of(app, anna).get("/account").text

    assert all(word in page for word in ("Anna", "anna@example.org", "Hub-Betrieb, Kurier:in", "Stadtlogistik"))
    assert "Otto" not in page


def test_changing_the_password_signs_out_everywhere_else(app, anna):
    """
    This browser stays, the others end, a mail tells the owner.
    """
    here, elsewhere = build.browser_of(app, anna), build.browser_of(app, anna)
    answer = here.post("/account/password", data={"current": PASSWORD, "password": NEW})
    assert answer.location == "/account"

    assert is_in(here) and not is_in(elsewhere)
    assert sign_in(app.test_client(), NEW).status_code == 302
    assert "password was changed" in mails("anna@example.org")[0].subject


def test_a_stolen_session_cannot_guess_the_password(app, anna):
    """
    The current password is asked for, and wrong tries count as at the sign-in.
    """
    browser = build.browser_of(app, anna)
    for number in range(5):
        page = browser.post("/account/password", data={"current": f"guess {number}", "password": NEW})
        assert "This is not your current password." in page.text
    assert browser.post("/account/password", data={"current": PASSWORD, "password": NEW}).status_code == 429
    assert sign_in(app.test_client()).status_code == 429
    assert build.fresh(Account, anna.id).password_hash == HASH


def test_a_weak_new_password_is_refused_at_its_field(app, anna):
    """
    The sentence stands at the field; neither password is written back into the page.
    """
    page = (
        build.browser_of(app, anna)
        .post("/account/password", data={"current": PASSWORD, "password": "anna@example.org"})
        .text
    )

    assert "This password is easy to guess" in page
    assert PASSWORD not in page and 'value="anna@example.org"' in page  # the hidden user name for password managers
    assert page.count("anna@example.org") == 2


def test_signing_out_everywhere_else(app, anna):
    """
    The list says which browser is this one.
    """
    here, elsewhere = build.browser_of(app, anna), build.browser_of(app, anna)
    assert here.get("/account").text.count("Another browser") == 1
    here.post("/account/sign-out-elsewhere")

    assert is_in(here) and not is_in(elsewhere)
    assert "Another browser" not in here.get("/account").text


def test_the_language_is_kept_with_the_account(app, anna):
    """
    A new browser speaks the language that was chosen in the old one.
    """
    browser = build.browser_of(app, anna)
    assert browser.post("/language/de", data={"next": "/account"}).location == "/account"

    fresh = app.test_client()
    sign_in(fresh)
    assert "<h1>Mein Konto</h1>" in fresh.get("/account").text


def test_pages_about_accounts_are_never_kept_by_caches(app, anna):
    """
    The next person at this computer does not see them with the back button.
    """
    for path in ("/account", "/login", "/account/password"):
        answer = build.browser_of(app, anna).get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_strangers_are_asked_to_sign_in(app, town, path):
    """
    There is no account to show.
    """
    assert app.test_client().get(path).location == f"/login?next={path}"
    assert app.test_client().post(path).status_code in (302, 405)


@pytest.mark.browser
@pytest.mark.parametrize("size", PHONE_FIRST)
def test_every_page_of_this_room_is_usable_and_speaks_german(app, town, size):
    """
    Chromium, both widths: nothing to the side, nothing for axe to complain of, nothing from elsewhere, no English.
    """
    anna = build.account(Role.ADMIN, name="Anna Albers", email="anna@example.org", password_hash=HASH, language="de")
    shop = build.organisation(released_at=None, street="Am Sande", housenumber="7")
    build.account(Role.RETAILER, name="Rita Retail", organisation=shop, language="de")
    with transaction():
        from city import accounts

        kim = accounts.invite("kim@example.org", "Kim Kurier", [Role.COURIER], by_id=anna.id)
    link = mails("kim@example.org")[0].text.split("http://city.test")[1].split()[0]
    public = [
        "/login?next=/account",
        "/sign-up",
        "/sign-up/applicant",
        "/sign-up/retailer",
        "/reset",
        "/mail-sent",
        link,
    ]
    inside = ["/account", "/account/password", "/people", "/people/invite", f"/people/{kim.id}", "/retailers"]
    with serving(app) as home, chromium() as browser:
        visit = Visit(browser, size=size)
        seen = [look(visit, home, path) for path in public]
        visit.page.goto(f"{home}/login")
        visit.page.fill("input[name=email]", "anna@example.org")
        visit.page.fill("input[name=password]", PASSWORD)
        visit.page.click("main button[type=submit]")
        seen += [look(visit, home, path) for path in [*inside, f"/retailers/{shop.id}/refuse"]]
        visit.page.goto(f"{home}{link}")
        visit.page.fill("input[name=password]", "Kran Pinsel")
        assert "Noch zu kurz." in visit.page.inner_text("main")
        visit.page.fill("input[name=password]", "Kurier Kurier Kim")
        assert "Lang genug, aber leicht zu erraten." in visit.page.inner_text("main")
        visit.page.fill("input[name=password]", PASSWORD)
        assert "gut." in visit.page.inner_text("main").lower()
        visit.page.check("text=Passwort zeigen")
        assert visit.page.get_attribute("input[name=password]", "type") == "text"
        assert visit.problems == []
        assert visit.foreign(home) == []

    assert seen == [[]] * len(seen)


def look(visit: Visit, home: str, path: str) -> list[str]:
    """What is wrong with one page."""
    visit.page.goto(home + path)
    wrong = axe_violations(visit.page)
    if visit.sideways():
        wrong.append(f"{path} can be scrolled sideways by {visit.sideways()} px")
    english = [word for word in (" the ", " your ", " and ") if word in visit.page.inner_text("main").lower()]
    return wrong + [f"{path} says {word}" for word in english]
