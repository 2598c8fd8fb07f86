"""Two restaurants in one database, each with rows in every table, and who may try what there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs
import psycopg
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Json
from sqlalchemy import JSON

from fourtop import (
    Aisle,
    BookingWindow,
    CapacityRule,
    ChannelShare,
    CountedIds,
    DateException,
    DemandProfile,
    Engine,
    KeptApart,
    ManualClock,
    Occasion,
    PacingRule,
    ServicePeriod,
    SetCapacity,
    SqlStore,
    WalkInRule,
    Weekday,
    ZoneRule,
)
from fourtop.storage.sql.tables.catalog import catalog
from tests.database.session import cluster
from tests.evening import NOW, a_house, at, booked, five_tables, held, party_size, window

OURS: Final = "ann"
THEIRS: Final = "ben"
# Has no rows yet, so that whatever is inserted for it stands in the way of none.
NEW: Final = "cat"
TABLES: Final = catalog("postgresql").names

# One row of every table of rules; they change nothing in the evening of the tests.
RULES: Final[dict[str, Any]] = {
    "booking_windows": [BookingWindow(horizon_days=3_660)],
    "exceptions": [DateException("2030-12-24", closed=True)],
    "pacing_rules": [PacingRule(60, max_covers=99)],
    "channel_shares": [ChannelShare("walk_in", 1, on="2030-12-24")],
    "zone_rules": [ZoneRule("main", weekdays=Weekday)],
    "walk_in_rules": [WalkInRule(tables=["1"], dates=["2030-12-24"])],
    "demand_profiles": [DemandProfile("eve", 1.2, start="12:00", weekdays=["thursday"])],
}

Connection = psycopg.Connection[tuple[Any, ...]]


def settle(url: str) -> None:
    """Open two restaurants, and let each have at least one row of every kind."""
    store = SqlStore(url, clock=ManualClock(NOW))
    for name in (OURS, THEIRS):
        house = a_house(
            attrs.evolve(
                five_tables(),
                set_capacities=[SetCapacity(("1", "2"), 4)],
                kept_apart=[KeptApart(("4", "5"))],
                aisles=[Aisle(joined=["1", "2"], closes=["3"])],
            ),
            name=name,
            periods=[ServicePeriod("dinner", "17:00", "23:00", occasions=["supper"])],
            occasions=[Occasion("supper", [(None, 90)])],
            capacity_rules=(CapacityRule(max_covers=99),),
            **RULES,
        )
        desk = Engine(store, ids=CountedIds(name)).add_restaurant(house)
        booked(desk, 4)
        hold = held(desk, 2, tables=("1",))
        desk.confirm(hold.id, booking_id=f"{name}.b", key=f"{name}.k")
        held(desk, 2, "20:30", tables=("2",))
        desk.block(window("17:00", "18:00"), tables=["5"], reason="a leg is loose")
        desk.join_waitlist(party_size(2), booking_id=f"{name}.w")
        desk.open_slot(at("19:00"), 4, slot_id=f"{name}.s")
    store.close()


def archive(database: str) -> None:
    """Put a row of each restaurant into the archive, where otherwise only time would."""
    names = ", ".join(
        name
        for name, is_counted in written("allocations_archive")
        if name != "archived_us" and not is_counted
    )
    cluster().execute(
        f"INSERT INTO fourtop.allocations_archive ({names}, archived_us)"  # noqa: S608  # Names of our own columns.
        f" SELECT {names}, 1 FROM fourtop.allocations"
        " WHERE resource_type = 'table' AND booking_id IS NOT NULL",
        database=database,
    )


def written(table: str) -> list[tuple[str, bool]]:
    """The columns of a table that are written, and whether the database counts each up."""
    columns = catalog("postgresql")[table].columns
    return [(each.name, each.identity is not None) for each in columns if each.computed is None]


def tenant_column(table: str) -> str:
    return "id" if table == "restaurants" else "restaurant_id"


def counts(connection: Connection, table: str) -> dict[str, int]:
    """Count the rows of a table by restaurant, as far as they are seen."""
    query = SQL("SELECT {1}, count(*) FROM fourtop.{0} GROUP BY {1}")
    return dict(
        connection.execute(
            query.format(Identifier(table), Identifier(tenant_column(table)))
        ).fetchall()
    )


def a_row(connection: Connection, table: str, *, of: str, whose: str = OURS) -> dict[str, Any]:
    """A row of a restaurant, by the columns that are written, as one of another, or of the same."""
    names = [name for name, is_counted in written(table) if not is_counted]
    key = tenant_column(table)
    query = SQL("SELECT {} FROM fourtop.{} WHERE {} = %s LIMIT 1").format(
        SQL(", ").join(map(Identifier, names)), Identifier(table), Identifier(key)
    )
    (row,) = connection.execute(query, (whose,)).fetchall()
    columns = catalog("postgresql")[table].columns
    documents = {each.name for each in columns if isinstance(each.type, JSON)}
    values = (
        Json(value) if name in documents and value is not None else value
        for name, value in zip(names, row, strict=True)
    )
    # A slug is unique among all restaurants.
    own = {"slug": of} if table == "restaurants" else {}
    return {**dict(zip(names, values, strict=True)), key: of, **own}


def insertion(table: str, row: dict[str, Any]) -> Composed:
    """The statement that inserts a row."""
    return SQL("INSERT INTO fourtop.{} ({}) VALUES ({})").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, row)),
        SQL(", ").join(SQL("%({})s").format(SQL(name)) for name in row),
    )


@contextmanager
def acting(
    database: str,
    *,
    role: str | None,
    tenant: str | None,
    login: str = "postgres",
    is_loose: bool = False,
) -> Iterator[Connection]:
    """Give a transaction in a role, for a restaurant; it is taken back in the end.

    Args:
        database: Where.
        role: Which role it takes; ``None``: the login's own.
        tenant: Which restaurant it names; ``None``: none at all.
        login: Who connects.
        is_loose: Whether foreign keys keep silent, so that rights and policies speak alone; for a
            superuser only.
    """
    connection = cluster().connect(database, user=login)
    try:
        connection.execute("BEGIN")
        if is_loose:
            connection.execute("SET LOCAL session_replication_role = replica")
        if tenant is not None:
            connection.execute("SELECT set_config('fourtop.restaurant_id', %s, true)", (tenant,))
        if role is not None:
            connection.execute("SELECT set_config('role', %s, true)", (role,))
        yield connection
    finally:
        connection.close()
