from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migration.place import BOTH, Place, empty


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each of the two databases in turn, with nothing of ours in it."""
    with empty(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Place]:
    """An empty database of PostgreSQL."""
    with empty("postgresql", tmp_path) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Place]:
    """An empty database of SQLite."""
    with empty("sqlite", tmp_path) as found:
        yield found
