"""A pytest fixture with a simulated evening.

Name this module in your ``conftest.py``: ``pytest_plugins = ["fourtop.testing.fixtures"]``. It
needs pytest, which the extra ``fourtop[testing]`` brings.
"""

from __future__ import annotations

import pytest

from fourtop.testing.evening import SimulatedEvening

__all__ = ["friday"]


@pytest.fixture
def friday() -> SimulatedEvening:
    """Give a busy Friday at the sample pub; each test has one of its own."""
    return SimulatedEvening()
