"""Values at their limits, on their way into the databases and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourtop import Actor, Allocation, ManualClock, OwnerKind, ResourceType, Window
from fourtop.model.window import MAX_WINDOW_US
from fourtop.ports import Changes, Decision, Scope, Store
from fourtop.storage.sql import SqlStore
from fourtop.storage.sql.tables.catalog import catalog
from tests.database.session import cluster
from tests.evening import NOW, a_house, booked, held, open_desk, party_size, window
from tests.sql.emptied import EmptiedDatabase, emptied_database

FIRST_US: Final = 0
LAST_US: Final = (
    round(datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()) * 1_000_000 + 999_999
)
LONGEST: Final = "a" + "Z9_.:-" * 10 + "zzz"
WORDS: Final = "Tür klemmt — 暖房 🍷 \\ ' \" %s %(a)s :b {c} $1 NULL"

MICROSECONDS: Final = st.integers(FIRST_US, LAST_US - MAX_WINDOW_US)
LENGTHS: Final = st.integers(1, MAX_WINDOW_US)


def test_ids_of_64_characters_are_kept(store: Store) -> None:
    assert len(LONGEST) == 64
    ends = LONGEST[:-1] + "x", LONGEST[:-1] + "y"
    desk = open_desk(store, a_house(name="House"), actor=Actor(LONGEST, "staff"))
    hold = held(desk, 2, key=LONGEST, session=LONGEST)
    booking = desk.confirm(hold.id, booking_id=ends[0], key=LONGEST)
    other = booked(desk, 4, booking_id=ends[1], key=LONGEST)
    assert desk.get_booking(ends[0]) == booking
    assert desk.get_booking(ends[1]) == other
    assert desk.confirm(hold.id, booking_id=ends[0], key=LONGEST).replayed
    assert booking.actor.id == LONGEST
    assert desk.audit().is_clean


def test_ids_are_compared_bytewise(store: Store) -> None:
    desk = open_desk(store)
    ids = ["a", "B", "b", "A", "a-", "a.", "a_", "a:", "a0", "0"]
    for number, id_ in enumerate(ids):
        start = NOW.replace(hour=17) + timedelta(minutes=90 * (number // 5), days=number % 5)
        desk.book(attrs.evolve(party_size(2), start=start), booking_id=id_)
    week = Window(NOW, NOW + timedelta(days=7))
    found = [(booking.start, booking.id) for booking in desk.bookings(week)]
    assert found == sorted(found)
    assert len(found) == len(ids)


def test_words_of_people_are_kept_as_they_are(store: Store) -> None:
    desk = open_desk(store, a_house(name=WORDS))
    block = desk.block(window("17:00", "18:00"), tables=["1"], reason=WORDS)
    assert block.reason == WORDS
    assert desk.unblock(block.id) == block
    assert desk.house().restaurant.name == WORDS


@pytest.mark.parametrize("start_us", [FIRST_US, FIRST_US + 1, LAST_US - 2, LAST_US - 1])
def test_rows_at_both_ends_of_time_keep_their_microseconds(store: Store, start_us: int) -> None:
    desk = open_desk(store)
    booking = booked(desk, 4)
    span = Window.of_micros(start_us, start_us + 1)
    row = Allocation("edge", "house", ResourceType.TABLE, "1", span, OwnerKind.BOOKING, booking.id)
    store.transact(Scope("house"), lambda _: Decision(None, Changes(added=(row,))))
    assert desk.allocations(span) == (row,)
    touching = Window.of_micros(start_us + 1, start_us + 2)
    assert desk.allocations(touching) == ()


# ---- PostgreSQL's own types beside the microseconds


@pytest.fixture(scope="module")
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as given_:
        yield given_


@pytest.fixture(scope="module")
def owner(database: EmptiedDatabase) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A superuser, in a transaction that comes to nothing, with a table generated as ours are."""
    with cluster().connect(database.name) as connection:
        yield connection


def generated(table: str, column: str) -> str:
    """Return the expression from which the schema generates a column."""
    computed = catalog("postgresql")[table].c[column].computed
    assert computed is not None
    return str(computed.sqltext)


@pytest.mark.slow
@given(start_us=MICROSECONDS, length_us=LENGTHS)
def test_the_window_is_the_microseconds_exactly(
    owner: psycopg.Connection[tuple[Any, ...]], start_us: int, length_us: int
) -> None:
    expression = generated("allocations", "window")
    row = "(SELECT %s::bigint AS start_us, %s::bigint AS end_us) AS row"
    made = f'SELECT {expression} AS "window" FROM {row}'  # noqa: S608  # The schema's own words.
    bounds = ", ".join(
        f'(extract(epoch FROM {end}("window")) * 1000000)::bigint' for end in ("lower", "upper")
    )
    asked = f'SELECT {bounds}, lower_inc("window"), upper_inc("window") FROM ({made}) AS made'  # noqa: S608  # As above.
    found = owner.execute(asked.encode(), [start_us, start_us + length_us]).fetchone()
    assert found == (start_us, start_us + length_us, True, False)


@pytest.mark.parametrize("us", [FIRST_US, 1, 1_777_636_800_000_001, LAST_US])
@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        ("bookings", "starts_at", "dining_start_us"),
        ("table_holds", "expires_at", "expires_us"),
        ("booking_confirmation_results", "checked_at", "checked_us"),
    ],
)
def test_a_moment_is_the_microseconds_exactly(
    owner: psycopg.Connection[tuple[Any, ...]], table: str, column: str, source: str, us: int
) -> None:
    expression = generated(table, column)
    asked = f"SELECT {expression} FROM (SELECT %s::bigint AS {source}) AS row"  # noqa: S608  # The schema's own words.
    found = owner.execute(asked.encode(), [us]).fetchone()
    assert found == (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us),)


def test_the_window_of_a_row_is_what_the_schema_generates(database: EmptiedDatabase) -> None:
    database.empty()
    desk = open_desk(SqlStore(database.engine, clock=ManualClock(NOW)))
    booking = booked(desk, 4)
    found = cluster().execute(
        'SELECT lower("window"), upper("window") FROM fourtop.allocations', database=database.name
    )
    assert found == [(booking.stay.occupied.start, booking.stay.occupied.end)]
