"""No answer, error, constraint, key or wait tells a restaurant what another restaurant has.

Each statement is tried with an id that the other restaurant has and with one that nobody has, while
the other one holds locks on all of its rows. What comes of it must be the same, and at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest

from fourtop import CountedIds, Engine, ManualClock, NotFound, SqlStore
from tests.database.session import cluster
from tests.evening import NOW, booked
from tests.isolation.ward import (
    OURS,
    TABLES,
    THEIRS,
    Connection,
    a_row,
    acting,
    insertion,
    tenant_column,
)

NOBODYS: Final = "nobodys"
# A statement of ours must not wait at all. Nothing that does not wait takes so long, even on a busy
# machine.
PATIENCE: Final = "SET LOCAL lock_timeout = '1ms'"


@pytest.fixture
def locked(database: str) -> Iterator[Connection]:
    """A transaction of the other restaurant that locks all of its rows and has taken new keys."""
    with acting(database, role="fourtop_app", tenant=THEIRS) as connection:
        connection.execute("RESET role")
        for table in TABLES:
            lock = f"SELECT FROM fourtop.{table} WHERE {tenant_column(table)} = %s FOR UPDATE"
            connection.execute(lock.encode(), (THEIRS,))
        connection.execute("SET LOCAL ROLE fourtop_app")
        yield connection


@pytest.fixture
def known(database: str) -> dict[str, dict[str, Any]]:
    """A row of the other restaurant from each table, with an id that ours does not have."""
    connection = cluster().connect(database)
    try:
        return {table: a_row(connection, table, of=THEIRS, whose=THEIRS) for table in TABLES}
    finally:
        connection.close()


def outcome(connection: Connection, query: Any, row: Any = None) -> tuple[str, str]:
    """Return the outcome of a statement: its tag, or the whole error without the ids."""
    connection.execute("SAVEPOINT before")
    try:
        return "done", str(connection.execute(query, row).statusmessage)
    except psycopg.errors.LockNotAvailable:
        raise
    except psycopg.Error as error:
        return str(error.sqlstate), re.sub(r"\b(nobodys|ben[.\w]*)", "ID", str(error))
    finally:
        connection.execute("ROLLBACK TO SAVEPOINT before")


def elsewhere(row: dict[str, Any]) -> dict[str, Any]:
    """The place of a row in a list, where it has one, as a place that no row has."""
    return {"position": 77} if isinstance(row.get("position"), int) else {}


@pytest.fixture
def ours(database: str, locked: Connection) -> Iterator[Connection]:
    assert not locked.closed
    with acting(database, role="fourtop_app", tenant=OURS) as connection:
        connection.execute(PATIENCE)
        yield connection


@pytest.mark.usefixtures("locked")
def test_the_rows_are_locked(database: str) -> None:
    with acting(database, role="fourtop_app", tenant=THEIRS) as connection:
        connection.execute(PATIENCE)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute(
                "UPDATE fourtop.bookings SET party_size = 1 WHERE restaurant_id = %s", (THEIRS,)
            )


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table not in {"restaurants", "allocations_archive"}]
)
def test_a_row_is_not_written_for_another_restaurant_whether_it_is_there_or_not(
    ours: Connection, known: dict[str, dict[str, Any]], table: str
) -> None:
    there = known[table]
    free = {
        name: NOBODYS if name in {"id", "key"} or name.endswith("_key") else value
        for name, value in there.items()
    }
    free |= elsewhere(there)
    assert outcome(ours, insertion(table, there), there) == outcome(
        ours, insertion(table, free), free
    )
    assert outcome(ours, insertion(table, there), there)[0] == "42501"


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE fourtop.bookings SET party_size = 1 WHERE restaurant_id = 'ben' AND id = %s",
        "UPDATE fourtop.bookings SET party_size = 1 WHERE id = %s",
        "UPDATE fourtop.table_holds SET party_size = 1 WHERE restaurant_id = 'ben' AND id = %s",
        "UPDATE fourtop.bookings SET restaurant_id = 'ben', id = %s",
        "DELETE FROM fourtop.allocations WHERE restaurant_id = 'ben' AND booking_id = %s",
        "DELETE FROM fourtop.table_blocks WHERE restaurant_id = 'ben' AND id = %s",
        "SELECT FROM fourtop.bookings WHERE restaurant_id = 'ben' AND id = %s FOR UPDATE",
        "SELECT FROM fourtop.bookings WHERE id = %s FOR KEY SHARE",
        "INSERT INTO fourtop.booking_table_assignments VALUES ('ann', %s, 0, '1')",
        "INSERT INTO fourtop.booking_table_assignments VALUES ('ben', %s, 9, '1')",
        (
            "INSERT INTO fourtop.booking_table_assignments VALUES ('ben', %s, 0, '1')"
            " ON CONFLICT DO NOTHING"
        ),
        "INSERT INTO fourtop.table_hold_members VALUES ('ann', %s, 0, '1')",
        (
            "INSERT INTO fourtop.allocations"
            " VALUES ('ann', 'new', 'table', '1', 1, 2, DEFAULT, NULL, %s, NULL, false)"
        ),
        "UPDATE fourtop.allocations SET booking_id = %s WHERE booking_id IS NOT NULL",
        "UPDATE fourtop.restaurants SET id = %s",
    ],
)
@pytest.mark.parametrize("theirs", ["ben.b", "ben1", "ben2"])
def test_what_is_theirs_is_as_what_is_nobodys(ours: Connection, query: str, theirs: str) -> None:
    assert outcome(ours, query.encode(), (theirs,)) == outcome(ours, query.encode(), (NOBODYS,))


@pytest.mark.parametrize(
    "table",
    [
        table
        for table in TABLES
        if not table.startswith("restaurant") and table != "allocations_archive"
    ],
)
def test_a_key_that_they_are_taking_is_free_for_us_at_once(
    database: str, known: dict[str, dict[str, Any]], table: str
) -> None:
    row = {
        name: NOBODYS
        if name in {"id", "name", "number"} or name.endswith(("_key", "_id"))
        else value
        for name, value in known[table].items()
    }
    row |= elsewhere(row)
    if table in {"table_adjacencies", "table_distances"}:
        row |= {"second_table_id": f"{NOBODYS}-too"}
    if table == "allocations":
        row |= {"resource_type": "table", "booking_id": None, "block_id": None, "shadow": False}
    theirs, mine = ({**row, "restaurant_id": whose} for whose in (THEIRS, OURS))
    with (
        acting(database, role="fourtop_app", tenant=THEIRS, is_loose=True) as rival,
        acting(database, role="fourtop_app", tenant=OURS, is_loose=True) as connection,
    ):
        assert outcome(rival, insertion(table, theirs), theirs) == ("done", "INSERT 0 1")
        rival.execute(insertion(table, theirs), theirs)
        connection.execute(PATIENCE)
        assert outcome(connection, insertion(table, mine), mine) == ("done", "INSERT 0 1")


def test_a_slug_that_is_taken_does_not_tell_by_whom(database: str) -> None:
    with acting(database, role="fourtop_app", tenant=OURS) as connection:
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            connection.execute("UPDATE fourtop.restaurants SET slug = 'ben' WHERE id = 'ann'")
        assert caught.value.diag.constraint_name == "restaurants_slug"
        # For a role that row-level security binds, the server leaves the row out.
        assert caught.value.diag.message_detail is None
        assert THEIRS not in str(caught.value)


@pytest.mark.usefixtures("locked")
def test_a_restaurant_is_served_while_every_row_of_another_is_locked(database: str) -> None:
    store = SqlStore(
        cluster().url(database, user="service"), clock=ManualClock(NOW), lock_timeout_seconds=0.001
    )
    desk = Engine(store, ids=CountedIds("late")).desk(OURS)
    assert booked(desk, 2, "21:00").tables
    assert store.metrics.retried == {}
    assert desk.find_booking("ben.b") is None
    with pytest.raises(NotFound) as theirs:
        desk.cancel("ben.b")
    with pytest.raises(NotFound) as nobodys:
        desk.cancel(NOBODYS)
    assert str(theirs.value).replace("ben.b", NOBODYS) == str(nobodys.value)
    store.close()
