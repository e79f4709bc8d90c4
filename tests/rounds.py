"""How often a test repeats what chance decides: ``run.py test --long`` does it ten times as often."""

from __future__ import annotations

import os

from hypothesis import settings

LONG = os.environ.get("TEST_LONG") == "1"
TIMES = 10


def rounds(short: int) -> int:
    """So many in the short suite, ten times as many in the long one."""
    return short * TIMES if LONG else short


def load_profiles() -> None:
    """Let hypothesis look ten times as far in the long suite; never fail for slowness on shared machines."""
    usual = settings.get_profile("default")
    settings.register_profile("short", parent=usual, deadline=None)
    settings.register_profile("long", parent=usual, deadline=None, max_examples=usual.max_examples * TIMES)
    settings.load_profile("long" if LONG else "short")
