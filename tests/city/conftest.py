"""People whom several tests of this room know."""

from __future__ import annotations

import pytest

from city.models import Role
from tests import build
from tests.city.door import HASH


@pytest.fixture
def anna(town):
    """A courier with a password."""
    return build.account(Role.COURIER, email="anna@example.org", name="Anna", password_hash=HASH)
