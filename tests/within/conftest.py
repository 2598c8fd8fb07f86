"""Databases that a host shares with fourtop."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.database.furnished import LOGIN, sqlite_url
from tests.database.session import cluster
from tests.sql.emptied import EmptiedDatabase
from tests.within.host import KINDS, Place, Service, serving

# It refers to a booking of ours, as a host's table may.
ORDERS = """
CREATE TABLE orders (
    id text PRIMARY KEY,
    restaurant_id text,
    booking_id text,
    FOREIGN KEY (restaurant_id, booking_id) REFERENCES {schema}bookings (restaurant_id, id)
)"""


@pytest.fixture(scope="session")
def shared() -> Iterator[EmptiedDatabase]:
    """A database for one test at a time, with the host's table."""
    database = EmptiedDatabase()

    def execute(sql: str) -> None:
        cluster().execute(sql, database=database.name)

    execute(ORDERS.format(schema="fourtop."))
    execute(f"GRANT ALL ON orders TO {LOGIN}")
    yield database
    database.close()


def sqlite_place(folder: Path) -> Place:
    url = sqlite_url(folder / "night.db")

    def execute(sql: str) -> None:
        with closing(sqlite3.connect(folder / "night.db", isolation_level=None)) as connection:
            connection.execute(sql)

    execute(ORDERS.format(schema=""))
    return Place(url, execute)


def postgresql_place(shared: EmptiedDatabase) -> Place:
    def execute(sql: str) -> None:
        cluster().execute(sql, database=shared.name)

    execute("TRUNCATE orders")
    shared.empty()
    return Place(shared.url(), execute)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return sqlite_place(tmp_path)
    return postgresql_place(request.getfixturevalue("shared"))


@pytest.fixture(params=KINDS)
def service(request: pytest.FixtureRequest, place: Place) -> Iterator[Service]:
    """A service with each kind of connection, on each database."""
    with serving(place, request.param) as made:
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    return sqlite_place(tmp_path)


@pytest.fixture
def postgresql(shared: EmptiedDatabase) -> Place:
    return postgresql_place(shared)
