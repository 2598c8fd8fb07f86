"""Compare a million allocations in a database with ten thousand, and measure their size.

Run ``python -m benchmarks.growth_sql`` at the project's root.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import attrs
import psycopg

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import FIRST_NIGHT, database, fact, opened, pub, server, url
from fourtop import BookingRequest, Desk, Engine, Window
from tests.database.furnished import sqlite_url

FEW: Final = 10_000
MANY: Final = 1_000_000
BIG: Final = "big"
OTHERS: Final = 99
TABLES: Final = 100
# Each night, eighty of the tables are taken in each of three sittings.
A_NIGHT: Final = 240
CALLS: Final = 10
WARM_UP: Final = 3
STAY_US: Final = 90 * 60 * 1_000_000
MIDNIGHT_US: Final = int(FIRST_NIGHT.replace(hour=0).timestamp()) * 1_000_000
_HOUR_US: Final = 3_600_000_000
_DAY_US: Final = 24 * _HOUR_US

# Half of all rows are the big restaurant's, night after night; the others share the rest.
ROWS: Final = """WITH {series}, placed AS (
    SELECT i, '{big}' AS house, i AS n FROM numbers
    UNION ALL SELECT i + {half}, 'other-' || (i % {others}), i / {others} FROM numbers
), rows AS (
    SELECT house, '01a21401-0216-711d-b42c-' || (100000000000 + i) AS id,
        cast(n % 80 AS text) AS spot, n / {a_night} AS night,
        {midnight} + (n / {a_night}) * {day} + (12 + n % {a_night} / 80 * 2) * {hour}
            + n % 3 * ({hour} / 4) AS start
    FROM placed
) """
INSERTS: Final = (
    """INSERT INTO {schema}bookings (restaurant_id, id, party_size, status, period, service_date,
    dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped,
    assigned_start_us, assigned_end_us, assigned_us, assigned_by_id, assigned_by_role,
    version, created_us, updated_us, actor_id, actor_role)
{rows}SELECT house, id, 2, 'confirmed', 'dinner', {date},
    start, start + {stay}, start, start + {stay}, 90, false,
    start, start + {stay}, {midnight}, 'guest', 'guest',
    1, {midnight}, {midnight}, 'guest', 'guest' FROM rows""",
    """INSERT INTO {schema}booking_table_assignments (restaurant_id, booking_id, position, table_id)
{rows}SELECT house, id, 0, spot FROM rows""",
    """INSERT INTO {schema}allocations
    (restaurant_id, id, resource_type, resource_id, start_us, end_us, booking_id, shadow)
{rows}SELECT house, id || '.1', 'table', spot, start, start + {stay}, id, false FROM rows""",
)
PROBE: Final = """INSERT INTO {schema}allocations
(restaurant_id, id, resource_type, resource_id, start_us, end_us, booking_id, shadow)
SELECT restaurant_id, 'probe', 'table', '5', {start}, {start} + {stay}, booking_id, false
FROM {schema}allocations
WHERE restaurant_id = '{big}' AND start_us = {taken} AND resource_id = '5'"""
IN_THE_WAY: Final = {
    "postgresql": """SELECT count(*) FROM fourtop.allocations
WHERE restaurant_id = '{big}' AND resource_type = 'table' AND NOT shadow
AND "window" && tstzrange(
    to_timestamp({start} / 1000000), to_timestamp(({start} + {stay}) / 1000000)
)""",
    "sqlite": """SELECT count(*) FROM allocations
WHERE restaurant_id = '{big}' AND resource_type = 'table' AND NOT shadow
AND start_us > {start} - 21600000000 AND start_us < {start} + {stay} AND end_us > {start}""",
}
_SERIES: Final = {
    "postgresql": """numbers AS (
    SELECT cast(i AS bigint) AS i FROM generate_series(0, {half} - 1) AS i
)""",
    "sqlite": """RECURSIVE numbers(i) AS (
    VALUES (0) UNION ALL SELECT i + 1 FROM numbers WHERE i < {half} - 1
)""",
}
_DATES: Final = {
    "postgresql": "cast(date '{first}' + cast(night AS integer) AS text)",
    "sqlite": "date('{first}', night || ' days')",
}


def filled(kind: str, count: int) -> tuple[str, ...]:
    """Return the statements that put so many bookings with one table each in place."""
    facts: dict[str, Any] = {
        "big": BIG,
        "half": count // 2,
        "others": OTHERS,
        "a_night": A_NIGHT,
        "midnight": MIDNIGHT_US,
        "day": _DAY_US,
        "hour": _HOUR_US,
        "stay": STAY_US,
        "schema": "fourtop." if kind == "postgresql" else "",
    }
    series = _SERIES[kind].format(**facts)
    facts["rows"] = ROWS.format(series=series, **facts)
    facts["date"] = _DATES[kind].format(first=FIRST_NIGHT.date())
    return tuple(each.format(**facts) for each in INSERTS)


@attrs.frozen
class Place:
    """A database with so many allocations.

    Args:
        engine: Of ours.
        raw: A connection of the driver's own, which commits by itself.
        kind: Which database it is.
        count: How many allocations are in it.
        weight: The bytes on disk of an allocation, with its share of the indexes.
    """

    engine: Engine
    raw: Any
    kind: str
    count: int
    weight: float


@contextmanager
def on_postgresql(count: int) -> Iterator[Place]:
    """Give a database on PostgreSQL."""
    with database() as name, opened(url(name)) as engine, closing(server().connect(name)) as raw:
        _open_houses(engine)
        # The rows are right; to look each of them up in another table would take longer than to
        # write them.
        raw.execute("SET session_replication_role = replica")
        for each in filled("postgresql", count):
            raw.execute(each)
        raw.execute("RESET session_replication_role")
        raw.execute("VACUUM ANALYZE")
        raw.execute("CHECKPOINT")
        ((size,),) = raw.execute("SELECT pg_total_relation_size('fourtop.allocations')").fetchall()
        yield Place(engine, raw, "postgresql", count, size / count)


@contextmanager
def on_sqlite(count: int) -> Iterator[Place]:
    """Give a database on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "night.db"
        with opened(sqlite_url(path)) as engine:
            _open_houses(engine)
            with closing(sqlite3.connect(path, isolation_level=None)) as raw:
                raw.execute("PRAGMA synchronous = OFF")
                before = 0
                for each in filled("sqlite", count):
                    before = _pages(raw)
                    raw.execute(each)
                grown = _pages(raw) - before
                raw.execute("ANALYZE")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("PRAGMA synchronous = FULL")
                raw.execute("PRAGMA foreign_keys = ON")
                yield Place(engine, raw, "sqlite", count, grown / count)


def _pages(raw: sqlite3.Connection) -> int:
    (count,) = raw.execute("PRAGMA page_count").fetchone()
    (size,) = raw.execute("PRAGMA page_size").fetchone()
    return int(count * size)


def _open_houses(engine: Engine) -> None:
    for name in (BIG, *(f"other-{number}" for number in range(OTHERS))):
        engine.add_restaurant(pub(name, tables=TABLES))


class Trial:
    """The operations on one place, on one night in the middle of its years.

    Args:
        place: The place.
    """

    def __init__(self, place: Place) -> None:
        self.seconds: dict[str, list[float]] = {}
        self._place = place
        night = place.count // 2 // A_NIGHT // 2
        self._desk: Desk = place.engine.desk(BIG)
        self._day: date = (FIRST_NIGHT + timedelta(days=night)).date()
        self._noon = FIRST_NIGHT + timedelta(days=night)
        noon_us = MIDNIGHT_US + night * _DAY_US + 12 * _HOUR_US
        # The table's first stay of that night begins a little after noon, or at it.
        taken_us = noon_us + (night * A_NIGHT + 5) % 3 * (_HOUR_US // 4)
        facts = {
            "big": BIG,
            "stay": STAY_US,
            "taken": taken_us,
            "schema": "fourtop." if place.kind == "postgresql" else "",
        }
        self._accepted = PROBE.format(start=noon_us - 4 * _HOUR_US, **facts)
        self._refused = PROBE.format(start=noon_us + _HOUR_US // 4, **facts)
        self._in_the_way = IN_THE_WAY[place.kind].format(start=noon_us, **facts)
        self._window = Window(self._noon, self._noon + timedelta(minutes=90))

    def turn(self) -> None:
        """Do everything once, so many times."""
        desk = self._desk
        self._time(
            "conflicts of one table, as SQL", lambda: self._found(" AND resource_id = '5'", 1)
        )
        self._time("conflicts of a window, as operators ask", lambda: self._found("", A_NIGHT // 3))
        self._time(
            "conflicts of a window, as the store asks", lambda: desk.allocations(self._window)
        )
        self._time(
            "row accepted by the constraint", lambda: self._probed(self._accepted, is_free=True)
        )
        self._time(
            "row refused by the constraint", lambda: self._probed(self._refused, is_free=False)
        )
        self._time("quote", lambda: desk.quote(BookingRequest(2, self._noon)))
        self._time(
            "hold and release",
            lambda: desk.release_hold(desk.hold(BookingRequest(2, self._noon)).id),
        )
        self._time(
            "availability of an evening",
            lambda: desk.availability(self._day, (1, 2, 3, 4)),
            calls=5,
        )

    def _found(self, more: str, expected: int) -> None:
        ((count,),) = self._place.raw.execute(self._in_the_way + more).fetchall()
        assert count == expected, "of the first sitting"

    def _probed(self, statement: str, *, is_free: bool) -> None:
        raw = self._place.raw
        raw.execute("BEGIN")
        accepted = False
        with suppress(psycopg.errors.ExclusionViolation, sqlite3.IntegrityError):
            assert raw.execute(statement).rowcount == 1
            accepted = True
        raw.execute("ROLLBACK")
        assert accepted == is_free

    def _time(self, name: str, task: Callable[[], object], *, calls: int = CALLS) -> None:
        # The median of a turn: a single call that meets a slow disk says nothing about the number
        # of rows.
        self.seconds.setdefault(name, []).append(median(_taken(task) for _ in range(calls)))


def _taken(task: Callable[[], object]) -> float:
    begun = perf_counter()
    task()
    return perf_counter() - begun


def grown(
    name: str, make: Callable[[int], AbstractContextManager[Place]], *, many: int, rounds: int
) -> Iterator[Bar | Note]:
    """Compare each operation among many rows with the same among few, in turns."""
    begun = perf_counter()
    with make(FEW) as small, make(many) as large:
        written = f"written in {perf_counter() - begun:.0f} s"
        yield Note(f"  {name}: {many:,} allocations of {OTHERS + 1} restaurants {written}")
        few, more = Trial(small), Trial(large)
        for number in range(WARM_UP + rounds):
            for each in (few, more) if number % 2 == 0 else (more, few):
                each.turn()
        for what, seconds in few.seconds.items():
            title = f"{name}, {what}: {many:,} / {FEW:,}"
            yield Bar(title, more.seconds[what][WARM_UP:], seconds[WARM_UP:], at_most=2)
        yield fact(
            f"{name}: bytes on disk of an allocation with its indexes, {many:,} of them",
            large.weight,
        )


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare on both databases."""
    many, rounds = (MANY // 10, 5) if is_quick else (MANY, 25)
    yield from grown("SQLite", on_sqlite, many=many, rounds=rounds)
    yield from grown("PostgreSQL", on_postgresql, many=many, rounds=rounds)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
