"""The flows that an operator checks by hand, in plain SQL: what databases do without our code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fourtop import BookingRequest, Desk, HoldExpired, ManualClock
from fourtop.storage.sql import SqlStore
from tests.database.furnished import sqlite_url
from tests.database.session import cluster
from tests.evening import NOW, a_house, at, booked, held, one_table, open_desk, table_rows
from tests.sql.emptied import EmptiedDatabase, emptied_database

Owner = psycopg.Connection[tuple[Any, ...]]

NO_OVERLAP = "allocations_no_overlap"
MINUTE_US = 60_000_000
# A row like that of a booking, on the same table, some minutes later.
ANOTHER = """
INSERT INTO {schema}allocations
    (restaurant_id, id, resource_type, resource_id, start_us, end_us, booking_id, shadow)
SELECT restaurant_id, 'another', resource_type, resource_id, start_us + {shift_us},
    end_us + {shift_us}, booking_id, shadow
FROM {schema}allocations
WHERE booking_id IS NOT NULL AND resource_type = 'table' ORDER BY id LIMIT 1
"""
ON_TABLE = "SELECT count(*) FROM {schema}allocations WHERE resource_id = '1' AND NOT shadow"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as given:
        yield given


@pytest.fixture
def store(database: EmptiedDatabase, clock: ManualClock) -> SqlStore:
    return SqlStore(database.engine, clock=clock)


@pytest.fixture
def owner(database: EmptiedDatabase) -> Iterator[Owner]:
    """A superuser, whom row level security does not bind."""
    with cluster().connect(database.name) as connection:
        yield connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.db"


@pytest.fixture
def file_store(path: Path, clock: ManualClock) -> Iterator[SqlStore]:
    store = SqlStore(sqlite_url(path), clock=clock)
    yield store
    store.close()


@pytest.fixture
def file(path: Path, file_store: SqlStore) -> Iterator[sqlite3.Connection]:
    """A connection as ``sqlite3`` makes it, with none of our settings."""
    del file_store
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


# ---- 1: single assignment ------------------------------------------------------------------------


def test_flow_1_single_assignment_in_postgresql(store: SqlStore, owner: Owner) -> None:
    desk = open_desk(store, a_house(one_table()))
    booking = desk.confirm(held(desk, 4).id)
    assert owner.execute(
        "SELECT booking_id, confirmed FROM fourtop.booking_confirmation_results"
    ).fetchall() == [(booking.id, True)]
    assert owner.execute(
        'SELECT resource_id, booking_id, hold_id, lower("window"), upper("window")'
        " FROM fourtop.allocations"
    ).fetchall() == [("1", booking.id, None, at("19:00"), at("20:30"))]


def test_flow_1_single_assignment_in_sqlite(file_store: SqlStore, file: sqlite3.Connection) -> None:
    desk = open_desk(file_store, a_house(one_table()))
    booking = desk.confirm(held(desk, 4).id)
    assert file.execute(
        "SELECT booking_id, confirmed FROM booking_confirmation_results"
    ).fetchall() == [(booking.id, 1)]
    assert file.execute("SELECT resource_id, booking_id, hold_id FROM allocations").fetchall() == [
        ("1", booking.id, None)
    ]


# ---- 2: overlapping windows, one restaurant ------------------------------------------------------


@pytest.mark.parametrize("minutes", [-89, -1, 0, 1, 89])
def test_flow_2_postgresql_refuses_what_overlaps(
    store: SqlStore, owner: Owner, minutes: int
) -> None:
    booked(open_desk(store, a_house(one_table())), 4)
    with pytest.raises(psycopg.errors.ExclusionViolation) as caught:
        owner.execute(ANOTHER.format(schema="fourtop.", shift_us=minutes * MINUTE_US).encode())
    assert caught.value.diag.constraint_name == NO_OVERLAP
    assert owner.execute(ON_TABLE.format(schema="fourtop.").encode()).fetchall() == [(1,)]


@pytest.mark.parametrize("minutes", [-90, 90])
def test_flow_2_postgresql_takes_what_touches(store: SqlStore, owner: Owner, minutes: int) -> None:
    booked(open_desk(store, a_house(one_table())), 4)
    owner.execute(ANOTHER.format(schema="fourtop.", shift_us=minutes * MINUTE_US).encode())
    assert owner.execute(ON_TABLE.format(schema="fourtop.").encode()).fetchall() == [(2,)]


@pytest.mark.parametrize("minutes", [-89, -1, 0, 1, 89])
def test_flow_2_sqlite_refuses_what_overlaps(
    file_store: SqlStore, file: sqlite3.Connection, minutes: int
) -> None:
    booked(open_desk(file_store, a_house(one_table())), 4)
    with pytest.raises(sqlite3.IntegrityError, match=f"^{NO_OVERLAP}$"):
        file.execute(ANOTHER.format(schema="", shift_us=minutes * MINUTE_US))
    assert file.execute(ON_TABLE.format(schema="")).fetchall() == [(1,)]


@pytest.mark.parametrize("minutes", [-90, 90])
def test_flow_2_sqlite_takes_what_touches_and_refuses_to_move_it_over(
    file_store: SqlStore, file: sqlite3.Connection, minutes: int
) -> None:
    booked(open_desk(file_store, a_house(one_table())), 4)
    file.execute(ANOTHER.format(schema="", shift_us=minutes * MINUTE_US))
    away_us = 1 if minutes > 0 else -1
    move = (
        "UPDATE allocations SET start_us = start_us + ?, end_us = end_us + ? WHERE id = 'another'"
    )
    file.execute(move, (away_us, away_us))
    with pytest.raises(sqlite3.IntegrityError, match=f"^{NO_OVERLAP}$"):
        file.execute(move, (-2 * away_us, -2 * away_us))
    assert file.execute(ON_TABLE.format(schema="")).fetchall() == [(2,)]


# ---- 3: two restaurants --------------------------------------------------------------------------


def two_restaurants(store: SqlStore) -> tuple[Desk, Desk]:
    here, there = (open_desk(store, a_house(one_table(), name=name)) for name in ("Here", "There"))
    booked(here, 4, booking_id="b1")
    booked(there, 4, booking_id="b1")
    return here, there


def test_flow_3_two_restaurants_in_postgresql(
    store: SqlStore, owner: Owner, database: EmptiedDatabase
) -> None:
    two_restaurants(store)
    same = """SELECT restaurant_id, resource_id, "window"
        FROM fourtop.allocations ORDER BY restaurant_id"""
    (here, there) = owner.execute(same.encode()).fetchall()
    assert (here[0], there[0], here[1:]) == ("here", "there", there[1:])
    with cluster().connect(database.name, user="service") as service, service.transaction():
        service.execute("SET LOCAL ROLE fourtop_app")
        service.execute("SELECT set_config('fourtop.restaurant_id', 'here', true)")
        assert service.execute("SELECT restaurant_id, id FROM fourtop.bookings").fetchall() == [
            ("here", "b1")
        ]


def test_flow_3_two_restaurants_in_sqlite(file_store: SqlStore, file: sqlite3.Connection) -> None:
    two_restaurants(file_store)
    found = """SELECT restaurant_id, resource_id, start_us, end_us
        FROM allocations ORDER BY restaurant_id"""
    (here, there) = file.execute(found).fetchall()
    assert (here[0], there[0], here[1:]) == ("here", "there", there[1:])


# ---- 4: batch ------------------------------------------------------------------------------------

MOVE = """UPDATE fourtop.allocations SET resource_id = %s
    WHERE booking_id = %s AND resource_type = 'table'"""


def swap(owner: Owner, moves: list[tuple[str, str]]) -> None:
    with owner.transaction():
        owner.execute("SET CONSTRAINTS fourtop.allocations_no_overlap DEFERRED")
        for table_id, booking_id in moves:
            owner.execute(MOVE, [table_id, booking_id])


@pytest.fixture
def seated(store: SqlStore) -> Desk:
    """Three parties at tables 3, 4 and 5 at one time."""
    desk = open_desk(store)
    for number, table_id in enumerate("345", start=1):
        booked(desk, 4, booking_id=f"b{number}", tables=[table_id])
    return desk


def tables(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT booking_id, resource_id FROM fourtop.allocations ORDER BY booking_id"
    ).fetchall()


@pytest.mark.usefixtures("seated")
def test_flow_4_batch_two_swap_and_a_chain_moves_on_by_hand(owner: Owner) -> None:
    swap(owner, [("4", "b1"), ("3", "b2")])
    assert tables(owner) == [("b1", "4"), ("b2", "3"), ("b3", "5")]
    swap(owner, [("5", "b1"), ("1", "b3"), ("4", "b2")])
    assert tables(owner) == [("b1", "5"), ("b2", "4"), ("b3", "1")]


@pytest.mark.usefixtures("seated")
def test_flow_4_batch_that_still_overlaps_at_its_end_changes_nothing_by_hand(owner: Owner) -> None:
    before = tables(owner)
    with pytest.raises(psycopg.errors.ExclusionViolation) as caught:
        swap(owner, [("4", "b1"), ("5", "b2")])
    assert caught.value.diag.constraint_name == NO_OVERLAP
    assert tables(owner) == before


@pytest.mark.usefixtures("seated")
def test_flow_4_batch_needs_the_constraint_to_be_deferred_where_moves_are_statements(
    owner: Owner,
) -> None:
    with pytest.raises(psycopg.errors.ExclusionViolation), owner.transaction():
        owner.execute(MOVE, ["4", "b1"])
    # In one statement it is judged at the statement's end.
    owner.execute(
        "UPDATE fourtop.allocations"
        " SET resource_id = CASE resource_id WHEN '3' THEN '4' ELSE '3' END"
        " WHERE resource_id IN ('3', '4')"
    )
    assert tables(owner) == [("b1", "4"), ("b2", "3"), ("b3", "5")]


# ---- 5: confirmation cache -----------------------------------------------------------------------


def test_flow_5_the_row_of_a_confirmation_in_postgresql(
    database: EmptiedDatabase, owner: Owner
) -> None:
    # The database's own clock: the row's time is recent for whoever asks the database.
    desk = open_desk(SqlStore(database.engine), a_house(one_table()))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    start = tomorrow.replace(hour=19, minute=0, second=0, microsecond=0)
    hold = desk.hold(BookingRequest(4, start))
    booking = desk.confirm(hold.id, key="k1")
    assert desk.confirm(hold.id, key="k1").replayed
    assert desk.confirm(hold.id).replayed
    found = owner.execute(
        "SELECT id, booking_id, hold_id, idempotency_key,"
        " checked_at > now() - interval '1 minute' AND checked_at <= clock_timestamp()"
        " FROM fourtop.booking_confirmation_results WHERE confirmed"
    ).fetchall()
    ((result_id, *facts),) = found
    assert facts == [booking.id, hold.id, "k1", True]
    tables = owner.execute(
        "SELECT table_id, capacity FROM fourtop.booking_confirmation_tables WHERE result_id = %s",
        (result_id,),
    ).fetchall()
    assert tables == [("1", 4)]


def test_flow_5_a_failed_confirm_leaves_evidence_with_the_conflict_in_postgresql(
    store: SqlStore, owner: Owner, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    rival = booked(desk, 4)
    with pytest.raises(HoldExpired):
        desk.confirm(hold.id, key="k1")
    ((code, rivals, checked_at),) = owner.execute(
        "SELECT code, rivals, checked_at"
        " FROM fourtop.booking_confirmation_results WHERE NOT confirmed"
    ).fetchall()
    (row,) = table_rows(desk)
    assert (code, checked_at) == ("HOLD_EXPIRED", hold.expires_at)
    assert [(each["allocation_id"], each["table_id"], each["owner_id"]) for each in rivals] == [
        (row.id, "1", rival.id)
    ]


def test_flow_5_the_row_of_a_confirmation_in_sqlite(
    file_store: SqlStore, file: sqlite3.Connection, clock: ManualClock
) -> None:
    desk = open_desk(file_store, a_house(one_table()))
    hold = held(desk, 4)
    clock.advance(seconds=30)
    booking = desk.confirm(hold.id, key="k1")
    found = file.execute(
        "SELECT id, booking_id, hold_id, idempotency_key, checked_us"
        " FROM booking_confirmation_results WHERE confirmed"
    ).fetchall()
    ((result_id, *facts),) = found
    assert facts == [booking.id, hold.id, "k1", round(clock.now.timestamp() * 1_000_000)]
    tables = file.execute(
        "SELECT table_id, capacity FROM booking_confirmation_tables WHERE result_id = ?",
        (result_id,),
    ).fetchall()
    assert tables == [("1", 4)]
