"""What all tests of tours share: kernels that are compiled."""

from __future__ import annotations

import pytest

from routing.tours.warm import is_warm, warm
from tests.once import once
from tests.rounds import LONG


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory):
    """While a kernel is not compiled the routing library plans in its place; then these tests would be about that."""
    wanted = ("full", "counts", "light") if LONG else ("full", "counts")  # only what takes long uses the light one
    if not all(map(is_warm, wanted)):
        once(tmp_path_factory, "kernels", lambda folder: warm(light=LONG))
