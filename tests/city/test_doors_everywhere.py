"""Every door of the house: who gets in, which forms need a token, and what senseless addresses are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from city.access import Anyone
from city.models import Role
from tests import build

READING = {"GET", "HEAD", "OPTIONS"}
SAMPLES = {
    "day": "2026-11-23",
    "kind": "applicant",
    "tag": "de",
    "token": "x",
    "version": "0",
    "reference": "X",
    "deed": "x",
    "what": "x",
}
TOO_LONG = 10**25  # no database knows so large a number


def doors(app: Flask, *, number: int = 1, **samples: str) -> Iterator[tuple[Rule, str, str]]:
    """Each route with each of its methods and an address: (rule, method, path)."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static":
                continue
            values = {name: {**SAMPLES, **samples}.get(name, number) for name in rule.arguments}
            built = rule.build(values)
            assert built is not None, f"give a sample for the variables of {rule.rule}"
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield rule, method, built[1]


def roles_of(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "roles", None)


def test_a_stranger_is_asked_to_sign_in_everywhere_but_on_public_pages(app, town):
    """
    Reading or sending: every page that is not public leads to the sign-in, whatever stands in its address.
    """
    browser, open_doors = app.test_client(), []

    for rule, method, path in doors(app):
        answer = browser.open(path, method=method)
        asked = answer.status_code == 302 and answer.location.startswith("/login")
        if roles_of(app, rule) is not Anyone and not asked and answer.status_code not in (401, 403):
            open_doors.append((method, path, answer.status_code))

    assert open_doors == []


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_in_where_it_is_named_and_nowhere_else(app, town, role):
    """
    Each page and each deed: 403 where the role is not among those of the view, and no fault where it is.
    """
    browser, wrong = build.browser_of(app, build.account(role)), []
    rules = sorted(doors(app), key=lambda door: door[0].endpoint == "accounts.logout")  # signing out comes last

    for rule, method, path in rules:
        if (method, rule.endpoint) == ("POST", "accounts.sign_out_elsewhere"):
            continue
        allowed = roles_of(app, rule)
        refused = allowed is not Anyone and bool(allowed) and role not in allowed
        status = browser.open(path, method=method).status_code
        if refused != (status == 403) or status == 500:
            wrong.append((method, path, status, "refused" if refused else "allowed"))

    assert wrong == []


def test_no_form_works_without_its_token(app, town):
    """
    Whatever changes something answers 400 to a page of somebody else, also for who may do everything.
    """
    app.config["WTF_CSRF_ENABLED"] = True
    everyone = build.browser_of(app, build.account(*Role))
    open_doors = []

    for browser in (app.test_client(), everyone):
        for _rule, method, path in doors(app):
            if method in READING or _rule.endpoint.startswith("api."):  # programs send a token that no page can
                continue
            answer = browser.open(path, method=method, data={"name": "x"}, query_string={"lang": "en"})
            if answer.status_code != 400 or "This page was open for too long." not in answer.text:
                open_doors.append((method, path, answer.status_code))

    assert open_doors == []
    assert any(method == "POST" for _rule, method, _path in doors(app))


def test_reading_changes_nothing_because_it_is_never_a_deed(app):
    """
    A view that a form is sent to and that shows nothing itself does not answer to GET.
    """
    deeds = [rule for rule in app.url_map.iter_rules() if rule.methods - READING and "GET" not in rule.methods]

    assert len(deeds) > 10
    assert all(rule.methods - {"OPTIONS"} == {"POST"} for rule in deeds)


@pytest.mark.parametrize(
    "samples",
    [{"number": 0}, {"number": TOO_LONG}, {"day": "2026-02-30"}, {"day": "9999-12-31"}, {"day": "0001-01-01"}],
    ids=str,
)
def test_senseless_addresses_are_answered_not_fallen_over(app, town, samples):
    """
    Numbers beyond every table and days beyond every calendar: a page that says so, never a fault of ours.
    """
    concerned = set(samples) - {"number"} or {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    concerned -= SAMPLES.keys() - samples.keys()
    shop = build.organisation()
    browser, faults, asked = build.browser_of(app, build.account(*Role, organisation_id=shop.id)), [], 0

    for rule, method, path in doors(app, **samples):
        if not rule.arguments & concerned:
            continue
        asked += 1
        status = browser.open(path, method=method).status_code
        if status == 500:
            faults.append((method, path))

    assert faults == []
    assert asked > 8


@pytest.mark.parametrize(
    "path",
    [
        f"/laeden?axis_id={TOO_LONG}",
        "/laeden?axis_id=x&status=x&ring=x",
        "/laeden?word=a%00b",
        "/laeden?word=" + "x" * 5_000,
        "/laeden/karte.json?axis_id=-1",
        f"/plan?m={TOO_LONG}",
        "/gesuche?stand=x%00",
        f"/people?page={TOO_LONG}",
        "/frei?groesse=x%00",
        "/hubs/1?day=x",
        "/sendungen/a%00b",
        "/link/a%00b",
        "/dispo/a%00b",
        "/buchen?show=x",
        "/karte/rahmen?data=//evil.test/x",
        "/login?next=//evil.test/x",
        "/jobs/1?x=%FF",
    ],
)
def test_senseless_questions_are_answered_not_fallen_over(app, town, path):
    """
    What nobody types but everybody may send.
    """
    shop = build.organisation()
    browser = build.browser_of(app, build.account(*Role, organisation_id=shop.id))

    assert browser.get(path).status_code in (200, 302, 400, 404, 410)
