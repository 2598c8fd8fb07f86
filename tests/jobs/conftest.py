"""The databases that the jobs are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.furnished import postgresql_url, sqlite_url
from tests.jobs.place import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        yield Place(sqlite_url(tmp_path / "night.db"))
        return
    with postgresql_url() as url:
        yield Place(url)
