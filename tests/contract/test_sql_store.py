"""The contract, kept by every store in SQL: each database and way to it, called and awaited."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from fourtop.ports import Clock, Store
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from fourtop.testing import MakeStore, StoreContract, as_sync, broken_promises
from tests.contract.broken_sql import BROKEN, POSTGRESQL, SQLITE, Kind, Unchecked
from tests.contract.chance import give_every_chance
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.sql.emptied import EmptiedDatabase, emptied_database


class Address:
    """Where an empty database is, for one test.

    Args:
        stack: What ends with the test.
        folder: A place for files.
    """

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder

    def sqlite(self) -> str:
        return sqlite_url(self._folder / "night.db")

    def postgresql(self) -> str:
        return self._emptied().url()

    def bouncer(self) -> str:
        return self._emptied().url(by_bouncer=True)

    def _emptied(self) -> EmptiedDatabase:
        return self._stack.enter_context(emptied_database())


def called(url: str) -> MakeStore:
    return lambda clock: SqlStore(url, clock=clock)


def waited_for(url: str) -> MakeStore:
    return as_sync(lambda clock: AsyncSqlStore(url, clock=clock), AsyncSqlStore.close)


def on_an_engine_of_the_host(url: str) -> MakeStore:
    """psycopg prepares a statement at its fifth use; SQLite's driver begins transactions itself."""
    return lambda clock: SqlStore(create_engine(url), clock=clock)


def on_an_awaited_engine_of_the_host(url: str) -> MakeStore:
    driven = url.replace("sqlite:", "sqlite+aiosqlite:")
    return as_sync(
        lambda clock: AsyncSqlStore(create_async_engine(driven), clock=clock), AsyncSqlStore.close
    )


WAYS: Final[Mapping[str, tuple[Callable[[Address], str], Callable[[str], MakeStore]]]] = {
    "sqlite": (Address.sqlite, called),
    "sqlite, awaited": (Address.sqlite, waited_for),
    "sqlite, host's engine": (Address.sqlite, on_an_engine_of_the_host),
    "sqlite, host's awaited engine": (Address.sqlite, on_an_awaited_engine_of_the_host),
    "postgresql": (Address.postgresql, called),
    "postgresql, awaited": (Address.postgresql, waited_for),
    "postgresql, host's engine": (Address.postgresql, on_an_engine_of_the_host),
    "postgresql, host's awaited engine": (Address.postgresql, on_an_awaited_engine_of_the_host),
    "bouncer": (Address.bouncer, called),
    "bouncer, awaited": (Address.bouncer, waited_for),
}


class TestSqlStores(StoreContract):
    @pytest.fixture(params=list(WAYS))
    def make_store(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
        address, way = WAYS[request.param]
        with ExitStack() as stack:
            make = way(address(Address(stack, tmp_path)))

            def closed_at_the_end(clock: Clock) -> Store:
                store = make(clock)
                stack.callback(store.close)  # type: ignore[attr-defined]  # Each has it, beside the port.
                return store

            yield closed_at_the_end


# ---- the suite finds what is broken --------------------------------------------------------------


def broken_by(store: Callable[[Clock], SqlStore], promise: str) -> list[str]:
    """Try one promise on a store, and close the store."""
    made: list[SqlStore] = []

    def make(clock: Clock) -> Store:
        made.append(store(clock))
        return made[-1]

    try:
        return list(broken_promises(make, [promise]))
    finally:
        for each in made:
            each.close()


@pytest.mark.parametrize("name", POSTGRESQL)
def test_a_database_of_postgresql_that_lacks_something_is_found(name: str) -> None:
    statements, promise = POSTGRESQL[name]
    with postgresql_database() as database:
        for statement in statements:
            cluster().execute(statement, database=database)
        url = cluster().url(database, user=LOGIN)
        assert broken_by(lambda clock: Unchecked(url, clock), promise) == [promise]


@pytest.mark.parametrize("name", SQLITE)
def test_a_database_of_sqlite_that_lacks_something_is_found(name: str, tmp_path: Path) -> None:
    change, promise = SQLITE[name]
    url = sqlite_url(tmp_path / "night.db")
    with closing(sqlite3.connect(tmp_path / "night.db", isolation_level=None)) as connection:
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'allocations_no_overlap_insert'"
        ).fetchone()
        for statement in change(trigger):
            connection.execute(statement)
    assert broken_by(lambda clock: Unchecked(url, clock), promise) == [promise]


@pytest.mark.parametrize(
    ("kind", "name", "promise"), BROKEN, ids=lambda each: getattr(each, "__name__", None)
)
def test_a_store_that_uses_its_database_wrongly_is_found(
    kind: Kind, name: str, promise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_every_chance(monkeypatch)
    with ExitStack() as stack:
        address = Address(stack, tmp_path)
        url = address.sqlite() if name == "sqlite" else address.postgresql()
        assert broken_by(lambda clock: kind(url, clock), promise) == [promise]


@pytest.mark.slow
def test_what_is_broken_on_purpose_is_whole_without_it(tmp_path: Path) -> None:
    used = {*(each[-1] for each in POSTGRESQL.values()), *(each[-1] for each in SQLITE.values())}
    used |= {promise for _, _, promise in BROKEN}
    for promise in sorted(used):
        with ExitStack() as stack:
            url = Address(stack, tmp_path).postgresql()
            assert broken_by(lambda clock, url=url: SqlStore(url, clock=clock), promise) == []  # type: ignore[misc]  # Bound for this turn.
