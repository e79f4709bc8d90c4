"""Whatever a program sends, no operation fails: its answer is one that the description promises."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from logistics.api import door
from logistics.api.operations import PREFIX, Operation
from logistics.api.views import operations
from tests.logistics import rows
from tests.logistics.test_api import TOKEN, booking, key_for
from tests.rounds import LONG

EXAMPLES = 1_000 if LONG else 3  # of each operation
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
ASKED = [[one] for one in operations.all] if LONG else [operations.all]  # reading the description takes a moment
ANYTHING_GOES = list(HealthCheck)


@pytest.fixture
def hub(street_map, monkeypatch):
    monkeypatch.setattr(door, "PER_MINUTE", 10**9)
    return rows.hub(name="Hub Markt")


@pytest.mark.parametrize("asked", ASKED, ids=lambda some: "+".join(one.name for one in some)[:20])
def test_no_request_ends_in_a_fault(app, hub, asked):
    """
    Bodies of any sort, and bookings that are right but for some fields; the answer is as described, and never a 5xx.
    """
    key_for(rows.retailer())
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    there = what_there_is(app.test_client(), booking(hub))
    for operation in asked:
        ask_for(schema, operation, booking(hub), there)


def what_there_is(client: Any, right: dict[str, Any]) -> dict[str, list[Any]]:
    """Bookings, one of them only held, templates and standing orders of this shop: what an address may name."""
    headers = {"Authorization": f"Bearer {TOKEN}"}

    def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(f"{PREFIX}{path}", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    paths = ("/shipments", "/shipments", "/shipments?hold=true")
    kept = {"name": "Montag", "booking": right}
    return {
        "reference": [made(path, right)["reference"] for path in paths],
        "templates": [made("/templates", kept)["id"]],
        "standing-orders": [made("/standing-orders", {**kept, "rule": "FREQ=WEEKLY;BYDAY=MO"})["id"] for _ in range(2)],
        "hubs": [right["hub"]],
    }


def ask_for(schema: Any, operation: Operation, right: dict[str, Any], there: dict[str, list[Any]]) -> None:
    """Many requests for one operation, half of them for what there is."""
    made_up = schema[operation.path][operation.method]
    modes = GenerationMode if operation.body or operation.parameters else [GenerationMode.POSITIVE]
    cases = st.one_of([made_up.as_strategy(generation_mode=mode) for mode in modes])

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=ANYTHING_GOES,
              phases=[Phase.generate, *([Phase.shrink] if LONG else [])])  # fmt: skip
    @given(case=cases, data=st.data())
    def ask(case: Any, data: Any) -> None:
        if operation.body is not None and data.draw(st.booleans()):
            case.body = _nearly_right(operation.name, case.body, right, data)
        for name in case.path_parameters or ():
            if data.draw(st.booleans()):
                kind = name if name in there else operation.path.split("/")[1]
                case.path_parameters[name] = data.draw(st.sampled_from(there[kind]))
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    ask()


def _nearly_right(name: str, body: Any, right: dict[str, Any], data: Any) -> Any:
    """A booking that is right, some of its fields replaced by whatever was made up."""
    made_up = body if isinstance(body, dict) else {}
    inner = made_up.get("booking", made_up)
    fields = sorted(inner) if isinstance(inner, dict) else []
    kept = data.draw(st.sets(st.sampled_from(fields), max_size=2)) if fields else set()
    nearly = {**right, **{key: inner[key] for key in kept}}
    if name == "book_all":
        return {"bookings": [nearly, right]}
    return {**made_up, "booking": nearly} if "booking" in made_up else nearly
