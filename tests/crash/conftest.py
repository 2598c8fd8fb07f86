"""The databases in which commands are killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the tables of fourtop."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_database() as name:
        yield cluster().url(name, user=LOGIN)
