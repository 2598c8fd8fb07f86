"""A removed restaurant leaves no row in any table; another one keeps all of its own."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import func, select

from fourtop import Desk, Engine, ManualClock, NotFound, SqlStore
from fourtop.model.window import to_micros
from fourtop.storage.sql.tables.catalog import Catalog, catalog
from tests.database.furnished import LOGIN, postgresql_database
from tests.database.session import cluster
from tests.evening import a_house, at, booked, held, open_desk, window
from tests.stores import opened


def fill(desk: Desk) -> None:
    desk.confirm(held(desk, 4).id, key="k1")
    held(desk, 2)
    desk.block(window("18:00", "20:00"), tables=["5"], reason="paint")
    booked(desk, 2, "17:00")


def rows(database: Database, tables: Catalog) -> Counter[tuple[str, str]]:
    """Count the rows of each table, by table and restaurant."""
    found: Counter[tuple[str, str]] = Counter()
    with database.connect() as connection:
        for name in tables.names:
            table = tables[name]
            tenant = table.c.id if name == "restaurants" else table.c.restaurant_id
            for id_, count in connection.execute(select(tenant, func.count()).group_by(tenant)):
                found[name, id_] = count
    return found


def check(store: SqlStore, database: Database, tables: Catalog) -> None:
    engine = Engine(store)
    gone = open_desk(store, a_house(name="Gone"))
    kept = open_desk(store, a_house(name="Kept"))
    for desk in (gone, kept):
        fill(desk)
    assert store.archive_allocations(to_micros(at("19:00")), 2) == 2
    before = rows(database, tables)
    with_rows = {name for name, id_ in before if id_ == "gone"}
    assert {"bookings", "allocations", "command_results", "capacity_outbox"} <= with_rows
    engine.remove_restaurant("gone", force=True)
    assert rows(database, tables) == Counter(
        {(name, id_): count for (name, id_), count in before.items() if id_ == "kept"}
    )


def test_a_removed_restaurant_leaves_no_row_on_sqlite(clock: ManualClock) -> None:
    with opened("sqlite", clock) as store:
        assert isinstance(store, SqlStore)
        check(store, store.engine, catalog("sqlite", None))


def test_a_removed_restaurant_leaves_no_row_on_postgresql(clock: ManualClock) -> None:
    """In the role of the decisions, which has the rights on the rows of its restaurant only."""
    with (
        postgresql_database() as name,
        SqlStore(cluster().url(name, user=LOGIN), clock=clock) as store,
        SqlStore(cluster().url(name)) as superuser,
    ):
        check(store, superuser.engine, catalog("postgresql"))


def test_another_process_finds_that_the_restaurant_is_gone(clock: ManualClock) -> None:
    with opened("sqlite", clock) as store:
        assert isinstance(store, SqlStore)
        desk = open_desk(store)
        with SqlStore(str(store.engine.url), clock=clock) as other:
            seen = Engine(other).desk(desk.restaurant_id)
            assert seen.house() == desk.house()
            Engine(store).remove_restaurant(desk.restaurant_id)
            with pytest.raises(NotFound) as caught:
                seen.house()
            assert caught.value.kind == "restaurant"
