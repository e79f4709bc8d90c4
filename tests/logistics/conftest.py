"""What tests of logistics share."""

from __future__ import annotations

import pytest

from city import jobs
from logistics import services


@pytest.fixture(autouse=True)
def planner() -> None:
    """Somebody does the jobs; here nobody fetches them."""
    jobs.register(services.PLAN_DAY, lambda run: dict)
