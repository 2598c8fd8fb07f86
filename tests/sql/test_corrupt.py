"""An audit of a database without its constraints lists every fault and does not stop at one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from fourtop import Allocation, Desk, ManualClock
from fourtop.storage.sql import SqlStore
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import NOW, booked, open_desk, table_rows

OVERLAPPING = """
INSERT INTO {schema}allocations
    (restaurant_id, id, resource_type, resource_id, start_us, end_us, booking_id, shadow)
SELECT restaurant_id, 'wrong', resource_type, resource_id, start_us + 1, end_us + 1, booking_id,
    shadow
FROM {schema}allocations WHERE resource_type = 'table'
"""


@attrs.frozen
class Corrupt:
    """A restaurant with one booking, and a second row over that of its table."""

    desk: Desk
    true_row: Allocation


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Corrupt]:
    store = SqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW))
    desk = open_desk(store)
    booked(desk, 4)
    (row,) = table_rows(desk)
    with closing(sqlite3.connect(tmp_path / "night.db", isolation_level=None)) as owner:
        owner.execute("DROP TRIGGER allocations_no_overlap_insert")
        owner.execute(OVERLAPPING.format(schema=""))
    yield Corrupt(desk, row)
    store.close()


@pytest.fixture
def postgresql() -> Iterator[Corrupt]:
    with postgresql_database() as name:
        store = SqlStore(cluster().url(name, user=LOGIN), clock=ManualClock(NOW))
        desk = open_desk(store)
        booked(desk, 4)
        (row,) = table_rows(desk)
        cluster().execute(
            "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap", database=name
        )
        cluster().execute(OVERLAPPING.format(schema="fourtop."), database=name)
        yield Corrupt(desk, row)
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def corrupt(request: pytest.FixtureRequest) -> Corrupt:
    found: Corrupt = request.getfixturevalue(request.param)
    return found


def test_an_audit_lists_what_overlaps(corrupt: Corrupt) -> None:
    audit = corrupt.desk.audit()
    assert audit.allocations == 2
    assert [(pair.first, pair.second.id) for pair in audit.overlaps] == [
        (corrupt.true_row, "wrong")
    ]
    assert audit.orphans == ()


def test_rows_are_shown_though_they_overlap(corrupt: Corrupt) -> None:
    window = corrupt.true_row.window
    assert [row.id for row in corrupt.desk.allocations(window)] == [corrupt.true_row.id, "wrong"]
