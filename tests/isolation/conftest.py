from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database.furnished import postgresql_database
from tests.database.session import cluster
from tests.isolation.ward import archive, settle


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Two restaurants with rows in every table, for the tests of a module."""
    with postgresql_database() as name:
        settle(cluster().url(name, user="service"))
        archive(name)
        yield name
