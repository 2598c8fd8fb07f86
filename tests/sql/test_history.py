"""The number of rows that a command reads does not depend on the length of the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event

from fourtop import BookingFilter, CapacityRule, Desk, Floor, ManualClock, Move, Window
from fourtop.storage.sql import SqlStore
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import FRIDAY, NOW, a_house, change, held, open_desk, party_size
from tests.sql.history import fill

SHORT, LONG = 10_000, 1_000_000
DAY: Final = Window(NOW, NOW + timedelta(days=1))
CAPPED: Final = (CapacityRule(max_covers=200),)
# Those that have a row for each party, hold, slot, command or event.
GROWING: Final = frozenset(
    {
        "allocations",
        "bookings",
        "booking_table_assignments",
        "booking_slots",
        "table_holds",
        "table_hold_members",
        "booking_confirmation_results",
        "command_results",
        "capacity_outbox",
    }
)


@attrs.frozen
class Reading:
    """Rows and index entries that were read, and rows of growing tables read by a scan."""

    rows: int
    scanned: int

    def __sub__(self, other: Reading) -> Reading:
        return Reading(self.rows - other.rows, self.scanned - other.scanned)


_READ: Final = """
SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
        WHERE schemaname = 'fourtop')
     + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'fourtop'),
       (SELECT sum(seq_tup_read) FROM pg_stat_user_tables
        WHERE schemaname = 'fourtop' AND relname = ANY(%s))
"""


class Counter:
    """Counts what one connection reads, by the server's own statistics."""

    def __init__(self, engine: Engine, owner: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._engine = engine
        self._owner = owner

    def reading_of(self, command: Callable[[], object]) -> Reading:
        before = self._read()
        command()
        return self._read() - before

    def _read(self) -> Reading:
        # The only connection of the pool, which otherwise tells the statistics about itself once in
        # a second.
        with self._engine.connect() as connection:
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        # What the owner has read to fill the tables shall not count for the first command.
        self._owner.execute("SELECT pg_stat_force_next_flush()")
        found = self._owner.execute(_READ, [sorted(GROWING)]).fetchone()
        assert found is not None
        return Reading(int(found[0]), int(found[1]))


def commands(desk: Desk) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the commands of an evening by name."""
    made: dict[str, Any] = {}

    def keep(name: str, call: Callable[[], Any]) -> Callable[[], object]:
        return lambda: made.setdefault(name, call())

    yield "quote", lambda: desk.quote(party_size(2))
    yield "availability", lambda: desk.availability(FRIDAY, [2, 4, 6])
    yield "hold", keep("hold", lambda: held(desk, 4, key="k1", session="s1"))
    yield "confirm", keep("confirmed", lambda: desk.confirm(made["hold"].id, key="k2"))
    yield "confirm again", lambda: desk.confirm(made["hold"].id, key="k2")
    yield "book", keep("booked", lambda: desk.book(party_size(2), key="k3"))
    yield (
        "reschedule",
        lambda: desk.reschedule(made["confirmed"].id, change(4, "20:00")),
    )
    yield "move", lambda: desk.move([Move(made["confirmed"].id, ["5"])])
    yield "cancel", lambda: desk.cancel(made["booked"].id)
    yield "block", keep("block", lambda: desk.block(DAY, tables=["2"], reason="paint"))
    yield "unblock", lambda: desk.unblock(made["block"].id)
    yield "bookings of a day", lambda: desk.bookings(DAY)
    open_or_over = BookingFilter(statuses=["pending", "confirmed", "cancelled"])
    yield "bookings by status", lambda: desk.list_bookings(open_or_over)
    some = BookingFilter(statuses=["completed", "no_show"])
    yield "bookings of the past by status", lambda: desk.list_bookings(some, limit=3)
    yield "open a slot", lambda: desk.open_slot(DAY.start + timedelta(hours=7), 10)
    yield "slots of a day", lambda: desk.slots(DAY)
    yield "table states", desk.table_states
    yield "hold over the dead", lambda: held(desk, 6)
    yield (
        "remove a table",
        lambda: desk.edit_floor(without_the_first),
    )


def without_the_first(floor: Floor) -> Floor:
    return attrs.evolve(floor, tables=floor.tables[1:], joins=())


def readings(rows: int) -> dict[str, Reading]:
    """Count what each command reads in a restaurant with a past of so many rows."""
    with ExitStack() as stack:
        name = stack.enter_context(postgresql_database())
        owner = stack.enter_context(cluster().connect(name))
        engine = create_engine(cluster().url(name, user=LOGIN), pool_size=1, max_overflow=0)
        stack.callback(engine.dispose)
        clock = ManualClock(NOW)
        desk = open_desk(SqlStore(engine, clock=clock), a_house(capacity_rules=CAPPED))
        fill(
            owner,
            "house",
            rows=rows,
            before_us=round((NOW - timedelta(days=1)).timestamp()) * 1_000_000,
        )
        counter = Counter(engine, owner)
        counter.reading_of(lambda: None)
        counts = {}
        for what, command in commands(desk):
            if "dead" in what:
                held(desk, 2)
                clock.advance(minutes=30)
            counts[what] = counter.reading_of(command)
        return counts


@pytest.mark.slow
def test_the_rows_that_a_command_reads_do_not_depend_on_history() -> None:
    after_little, after_much = readings(SHORT), readings(LONG)
    for what, reading in after_much.items():
        assert reading.scanned == 0, (
            f"{what} reads a table that grows from its beginning to its end"
        )
        # An index of another height or order may show a handful more.
        before = after_little[what].rows
        assert 3 <= before <= 250
        assert abs(reading.rows - before) <= max(0.1 * before, 5), what
    little, much = (
        sum(each.rows for each in counts.values()) for counts in (after_little, after_much)
    )
    assert abs(much - little) <= 0.1 * little
    assert len(after_much) == 19


@pytest.fixture
def said(tmp_path: Path) -> Iterator[tuple[Desk, ManualClock, list[str], sqlite3.Connection]]:
    """A restaurant in SQLite, its statements with their values, and a connection for EXPLAIN."""
    statements: list[str] = []
    clock = ManualClock(NOW)
    engine = create_engine(sqlite_url(tmp_path / "night.db"))
    event.listen(
        engine, "connect", lambda connection, _: connection.set_trace_callback(statements.append)
    )
    desk = open_desk(SqlStore(engine, clock=clock), a_house(capacity_rules=CAPPED))
    with closing(sqlite3.connect(tmp_path / "night.db")) as explaining:
        yield desk, clock, statements, explaining
    engine.dispose()


def scanned(explaining: sqlite3.Connection, statement: str) -> list[str]:
    """Return the growing tables that a statement reads from the beginning to the end."""
    steps = [str(row[-1]) for row in explaining.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [step for step in steps if step.startswith("SCAN ") and step.split()[1] in GROWING]


def test_sqlite_searches_what_grows_and_never_scans_it(
    said: tuple[Desk, ManualClock, list[str], sqlite3.Connection],
) -> None:
    desk, clock, statements, explaining = said
    explained = set()
    for what, command in commands(desk):
        if "dead" in what:
            held(desk, 2)
            clock.advance(minutes=30)
        statements.clear()
        command()
        # The trace shows the statements of triggers as comments.
        for statement in [
            each for each in statements if each.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))
        ]:
            assert scanned(explaining, statement) == [], what
            explained.add(statement)
    assert len(explained) > 50


def test_a_scan_would_be_seen(
    said: tuple[Desk, ManualClock, list[str], sqlite3.Connection],
) -> None:
    *_, explaining = said
    assert scanned(explaining, "SELECT count(*) FROM bookings WHERE party_size = 4") == [
        "SCAN bookings"
    ]
    assert (
        scanned(
            explaining,
            "SELECT party_size FROM bookings WHERE restaurant_id = 'house' AND id = 'b1'",
        )
        == []
    )
