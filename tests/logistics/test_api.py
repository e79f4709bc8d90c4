"""The interface for shops' own software: keys, scopes, repeats, refusals in two languages, everything a page can do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from city import clock
from city.access import hash_token
from city.db import db, transaction
from city.models import Account
from logistics import capacity
from logistics.api import door
from logistics.models import ApiToken, Shipment
from tests import build
from tests.logistics import rows

TOKEN = "zr_test"
SIZES = {"size": "s"}


def key_for(person: Account, *, scopes: tuple[str, ...] = ("shipments:read", "shipments:write"), token=TOKEN) -> str:
    """A key that acts for this person."""
    build.keep(
        ApiToken(
            organisation_id=person.organisation_id, account_id=person.id, name="Kasse", token_hash=hash_token(token),
            scopes=list(scopes), made_at=clock.now(),
        )
    )  # fmt: skip
    return token


class Program:
    """A shop's software."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def __call__(self, method: str, path: str, *, key: str | None = None, language: str = "en", **sent: Any) -> Any:
        """Send one request."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": language}
        if key:
            headers["Idempotency-Key"] = key
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **sent)


@pytest.fixture
def shop(app, hub) -> Program:
    return Program(app.test_client(), key_for(rows.retailer()))


def booking(hub, **changes: Any) -> dict[str, Any]:
    """A booking as programs write it."""
    return {
        "hub": hub.id,
        "day": rows.working_day().isoformat(),
        "window": {"opens": "09:00", "closes": "11:00"},
        "recipient": {"name": "A. Ahorn", "street": "Rosenstraße", "housenumber": "6"},
        "parcels": 2,
        "weight_kg": 3.5,
        "volume_l": 20,
        **changes,
    }


def bookings_made() -> int:
    """How many shipments there are, whatever became of them."""
    db.session.rollback()
    return len(list(db.session.scalars(select(Shipment.id))))


def test_a_program_books_reads_changes_labels_and_cancels(shop, hub):
    """
    Everything that a retailer's page can do to a shipment.
    """
    assert [one["name"] for one in shop("GET", "/hubs").json["hubs"]] == ["Hub Markt"]
    days = shop("GET", f"/hubs/{hub.id}/days?days=7").json["days"]
    assert {"opens": "09:00", "closes": "11:00", "free": True} in days[-1]["windows"]
    assert all(one["bring_until"] < f"{one['day']}T09:00" for one in days)  # the bikes leave at nine
    assert shop("POST", "/quotes", json=booking(hub)).json == {"fits": True, "price_cents": 570, "hold_minutes": 10}
    assert bookings_made() == 0, "a quote keeps nothing"

    made = shop("POST", "/shipments", json=booking(hub, reference="R-1"))
    reference = made.json["reference"]
    assert (made.status_code, made.json["status"], made.json["own_reference"]) == (201, "booked", "R-1")
    assert [leg["kind"] for leg in made.json["legs"]] == ["hand_in", "store", "deliver"]
    assert made.json["tracking_url"].startswith("http://city.test/paket/")

    later = booking(hub, parcels=1, window={"opens": "11:00", "closes": "13:00"})
    changed = shop("POST", f"/shipments/{reference}/change", json=later).json
    assert (changed["reference"], changed["window"]["opens"], changed["revision"]) == (reference, "11:00", 2)
    assert shop("GET", f"/shipments/{reference}/labels.pdf").data.startswith(b"%PDF")
    assert shop("POST", f"/shipments/{reference}/cancel").json["status"] == "cancelled"
    assert shop("GET", f"/shipments/{reference}").json["status"] == "cancelled"
    assert capacity.wrong_counters() == []


def test_a_hold_is_confirmed_and_only_then_booked(shop, hub):
    held = shop("POST", "/shipments?hold=true", json=booking(hub)).json
    assert held["status"] == "held" and held["held_until"]

    confirmed = shop("POST", f"/shipments/{held['reference']}/confirm").json

    assert (confirmed["status"], confirmed["held_until"]) == ("booked", None)
    assert shop("POST", f"/shipments/{held['reference']}/confirm").status_code == 200, "twice changes nothing"


def test_the_same_key_and_body_is_answered_alike_and_books_once(shop, hub):
    first = shop("POST", "/shipments", key="a-1", json=booking(hub))
    again = shop("POST", "/shipments", key="a-1", json=booking(hub))

    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"
    assert bookings_made() == 1


def test_the_same_key_with_another_body_is_refused(shop, hub):
    shop("POST", "/shipments", key="a-1", json=booking(hub))
    other = shop("POST", "/shipments", key="a-1", json=booking(hub, parcels=3))

    assert other.status_code == 422
    assert "“a-1” was used for another request" in other.json["detail"]
    assert bookings_made() == 1


def test_a_key_whose_first_request_is_not_answered_yet_has_to_wait(shop, hub):
    mine = rows.db.session.scalars(select(ApiToken)).one().organisation_id
    with door._first(mine, "a-1"):
        waiting = shop("POST", "/shipments", key="a-1", json=booking(hub))

    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    assert shop("POST", "/shipments", key="a-1", json=booking(hub)).status_code == 201


def test_a_refused_request_keeps_no_key(shop, hub):
    """
    What was refused was not done, so the corrected request may carry the same key.
    """
    assert shop("POST", "/shipments", key="a-1", json=booking(hub, weight_kg=300)).status_code == 409
    assert shop("POST", "/shipments", key="a-1", json=booking(hub)).status_code == 201


def test_another_shops_shipment_is_not_found_in_any_way(app, shop, hub):
    reference = shop("POST", "/shipments", json=booking(hub)).json["reference"]
    rival = Program(app.test_client(), key_for(rows.retailer(), token="zr_rival"))

    assert rival("GET", f"/shipments/{reference}").status_code == 404
    for deed in ("cancel", "confirm"):
        assert rival("POST", f"/shipments/{reference}/{deed}").status_code == 404
    assert rival("POST", f"/shipments/{reference}/change", json=booking(hub)).status_code == 404
    assert rival("GET", f"/shipments/{reference}/labels.pdf").status_code == 404
    assert rival("GET", "/shipments").json == {"shipments": [], "next_cursor": None}


BAD = [
    ({"weight_kg": 0}, "“weight_kg” is 0; it must be at least 0.001."),
    ({"weight_kg": -1}, "“weight_kg” is -1; it must be at least 0.001."),
    ({"weight_kg": 10**9}, "“weight_kg” is 1000000000; it may be at most 1000"),
    ({"weight_kg": 300}, "300 kg are too heavy: the largest bike of Hub Markt carries 100 kg."),
    ({"window": {"opens": "22:00", "closes": "02:00"}}, "The window ends at 02:00, but begins at 22:00."),
    ({"window": {"opens": "25:00", "closes": "26:00"}}, "“window.opens” is “25:00”; a time of day is written"),
    ({"day": "2020-01-02"}, "2 January 2020 has passed."),
    ({"day": "2026-02-30"}, "“day” is “2026-02-30”; a day is written like 2026-11-23."),
    ({"recipient": {"name": "A", "street": "Nirgendweg", "housenumber": "1"}}, "The map has no street called “Nir"),
    ({"recipient": {"name": "A", "street": "S", "lat": 48.14, "lon": 11.58}}, "outside the map"),
    ({"dangerous_goods": True}, "Dangerous goods (ADR) are not taken"),
    ({"dimensions_cm": {"length": 200, "width": 80, "height": 80}}, "does not fit into the largest bike"),
    ({"volume_l": None}, "How large is it? Please give the volume, a size class"),
    ({"kind": "locker", "size": "s", "parcels": 1}, "Hub Markt has no lockers."),
    ({"kind": "inbound", "dock_from": "08:00"}, "Hub Markt has no dock"),
    ({"kind": "theft"}, "“kind” is “theft”; possible are"),
    ({"wieght": 3}, "There is no field “wieght”."),
    ({"hub": 999}, "There is no such hub."),
]


def test_bad_input_is_refused_with_a_sentence(shop, hub):
    """
    A sentence each, nothing booked.
    """
    for changes, sentence in BAD:
        answer = shop("POST", "/shipments", json={**booking(hub), **changes})

        assert 400 <= answer.status_code < 500 and answer.content_type == "application/problem+json", changes
        assert sentence in answer.json["detail"], changes
    assert bookings_made() == 0


def test_refusals_speak_german_and_english(shop, hub):
    german = shop("POST", "/shipments", json=booking(hub, weight_kg=0), language="de")

    assert german.json["detail"] == "„weight_kg“ ist 0; es muss mindestens 0.001 sein."
    assert german.json["errors"] == [{"field": "weight_kg", "detail": german.json["detail"]}]
    assert german.headers["Content-Language"] == "de"


def test_what_is_no_booking_is_never_a_fault_of_ours(shop):
    for body in (b"", b"{", b"[1]", b"\xff", b'{"hub": NaN}', b"[" * 100_000, b"null"):
        answer = shop("POST", "/shipments", data=body, content_type="application/json")

        assert answer.status_code == 422, body[:20]


def test_without_a_key_nothing_and_with_a_reading_key_no_deeds(app, hub):
    stranger = Program(app.test_client(), "zr_wrong")
    assert stranger("GET", "/hubs").status_code == 401
    assert app.test_client().get("/api/v1/hubs").headers["WWW-Authenticate"].startswith("Bearer")
    reader = Program(app.test_client(), key_for(rows.retailer(), scopes=("shipments:read",)))
    assert reader("GET", "/shipments").status_code == 200
    refused = reader("POST", "/shipments", json=booking(hub))
    assert (refused.status_code, "shipments:write" in refused.json["detail"]) == (403, True)


def test_a_revoked_key_and_a_disabled_person_are_shut_out(app, hub):
    person = rows.retailer()
    shop = Program(app.test_client(), key_for(person))
    with transaction():
        db.session.scalars(select(Account).where(Account.id == person.id)).one().disabled_at = clock.now()
    assert shop("GET", "/hubs").status_code == 401
    with transaction():
        db.session.scalars(select(Account).where(Account.id == person.id)).one().disabled_at = None
        db.session.scalars(select(ApiToken)).one().revoked_at = clock.now()
    assert shop("GET", "/hubs").status_code == 401


def test_a_key_has_its_limit(shop, monkeypatch):
    monkeypatch.setattr(door, "PER_MINUTE", 3)
    answers = [shop("GET", "/hubs") for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["RateLimit"] for one in answers] == [f'"token";r={left};t=60' for left in (2, 1, 0, 0)]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_limit_of_a_key_holds_for_all_who_serve_together(shop, monkeypatch):
    """
    Eight at once, on PostgreSQL each on a connection of its own as other processes have: two may pass, not more.
    """
    monkeypatch.setattr(door, "PER_MINUTE", 2)
    with ThreadPoolExecutor(8) as pool:
        statuses = [one.status_code for one in pool.map(lambda _: shop("GET", "/hubs"), range(8))]

    assert statuses.count(200) == 2 and statuses.count(429) == 6


def test_pages_of_shipments_lead_on_and_show_each_once(shop, hub):
    made = [shop("POST", "/shipments", json=booking(hub, parcels=1)).json["reference"] for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = shop("GET", f"/shipments?limit=2&cursor={cursor}").json
        seen += [one["reference"] for one in page["shipments"]]
        cursor = page["next_cursor"]

    assert seen == made[::-1]
    assert shop("GET", "/shipments?cursor=nonsense").status_code == 404
    assert shop("GET", "/shipments?limit=0").status_code == 422


def test_a_batch_books_all_or_none_and_names_what_does_not_go(shop, hub):
    good, heavy = booking(hub, parcels=1), booking(hub, weight_kg=300)

    refused = shop("POST", "/shipments/batch", json={"bookings": [good, heavy, good]})
    assert refused.status_code == 422
    assert refused.json["detail"].startswith("1 of 3 rows cannot be booked, so none was booked.")
    assert [one["field"] for one in refused.json["errors"]] == ["bookings.1"]
    assert bookings_made() == 0

    assert len(shop("POST", "/shipments/batch", json={"bookings": [good, good]}).json["references"]) == 2


def test_templates_and_standing_orders(shop, hub, planner):
    kept = shop("POST", "/templates", json={"name": "Brot", "booking": booking(hub)})
    assert (kept.status_code, shop("GET", "/templates").json["templates"][0]["name"]) == (201, "Brot")
    order = {"name": "Mo und Do", "rule": "FREQ=WEEKLY;BYDAY=MO,TH", "booking": booking(hub)}
    made = shop("POST", "/standing-orders", json=order)
    assert made.status_code == 201, made.json
    number = made.json["id"]
    assert shop("POST", f"/standing-orders/{number}/pause").json["paused"] is True
    assert shop("POST", f"/standing-orders/{number}/resume").json["paused"] is False
    assert shop("POST", f"/standing-orders/{number}/end").json == {"done": True}
    wrong = shop("POST", "/standing-orders", json={**order, "rule": "FREQ=SECONDLY"})
    assert "“FREQ=SECONDLY” is not a rule." in wrong.json["detail"]
    assert shop("POST", f"/templates/{kept.json['id']}/delete").json == {"done": True}


def test_the_description_is_openapi_3_1_and_names_every_operation(app, town):
    found = app.test_client().get("/api/v1/openapi.json").json

    assert found["openapi"] == "3.1.0"
    described = {(path, method.upper()) for path, methods in found["paths"].items() for method in methods}
    routes = {
        (
            str(rule).removeprefix("/api/v1").replace("<reference>", "{reference}").replace("<int:number>", "{id}"),
            method,
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.openapi", "api.nothing_here")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == routes
    assert app.test_client().get("/api/v1/nowhere").content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/hubs/2779982118017758324559183872/days", 404), ("PUT", "/shipments", 405), ("GET", "/a%00b", 404)],
)
def test_what_the_web_server_refuses_is_a_problem_too(shop, method, path, status):
    refused = shop(method, path)

    assert (refused.status_code, refused.content_type) == (status, "application/problem+json")
    assert refused.json["detail"]
