"""Connections of a host, of every kind that ``within`` takes, with one interface for the tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

import aiosqlite
import attrs
import psycopg
import pytest
from sqlalchemy import Engine as Connections
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from fourtop import (
    AsyncSqlStore,
    Booking,
    Code,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    SqlStore,
    TransactionConflict,
    TransactionUnusable,
)
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import AsyncStore, Clock, Decision, EventPage, Need, Scope, Store, View
from fourtop.testing import SyncBridge
from tests.evening import NOW, a_house

T = TypeVar("T")
Rows = list[tuple[Any, ...]]


class Host(Protocol):
    """A host's connection."""

    @property
    def connection(self) -> Any:
        """The value that ``within`` takes."""
        ...

    def within(self) -> Store:
        """Return the store inside of the transaction of the connection."""
        ...

    def execute(self, sql: str) -> Rows:
        """Execute a statement of the host."""
        ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


@attrs.frozen
class Place:
    """An empty database with the tables of fourtop, and a table ``orders`` of the host."""

    url: str
    owner: Callable[[str], object]
    """Executes a statement as the owner of the database."""

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def file(self) -> str:
        return make_url(self.url).database or ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of psycopg."""
        url = make_url(self.url)
        return {"user": url.username, "dbname": url.database, **url.query}


# ---- sync ----------------------------------------------------------------------------------------


def sqlite_connection(place: Place, **how: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(place.file, **how)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class DriverHost:
    """A connection of psycopg or sqlite3."""

    def __init__(self, place: Place, store: SqlStore, **how: Any) -> None:
        self._store = store
        self.connection: Any = (
            sqlite_connection(place, **how)
            if place.is_sqlite
            else psycopg.connect(**place.arguments, **how)
        )

    def within(self) -> Store:
        return self._store.within(self.connection)

    def execute(self, sql: str) -> Rows:
        cursor = self.connection.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def close(self) -> None:
        self.connection.close()


def add_order(host: Host, booking: Booking) -> None:
    """Add a row of the host that refers to a booking."""
    columns = "INSERT INTO orders (id, restaurant_id, booking_id)"
    host.execute(f"{columns} VALUES ('o1', '{booking.restaurant_id}', '{booking.id}')")


class ConnectionHost:
    """A connection of SQLAlchemy, of the store's own engine or of another one."""

    def __init__(
        self, place: Place, store: SqlStore, connections: Connections | None = None
    ) -> None:
        del place
        self._store = store
        self.connection = (connections or store.engine).connect()

    def within(self) -> Store:
        return self._store.within(self.connection)

    def execute(self, sql: str) -> Rows:
        found = self.connection.exec_driver_sql(sql)
        return [tuple(row) for row in found] if found.returns_rows else []

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def close(self) -> None:
        self.connection.close()


class SessionHost:
    """A session of SQLAlchemy."""

    def __init__(self, place: Place, store: SqlStore) -> None:
        del place
        self._store = store
        self.connection = Session(store.engine)

    def within(self) -> Store:
        return self._store.within(self.connection)

    def execute(self, sql: str) -> Rows:
        found: Any = self.connection.execute(text(sql))
        return [tuple(row) for row in found] if found.returns_rows else []

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def close(self) -> None:
        self.connection.close()


# ---- async, on the loop of a bridge --------------------------------------------------------------


class Awaited:
    """A store on the loop of a bridge, called synchronously."""

    def __init__(self, bridge: SyncBridge, store: AsyncStore) -> None:
        self._bridge = bridge
        self._store = store

    def add_restaurant(self, house: House) -> None:
        self._bridge.run(self._store.add_restaurant(house))

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        self._bridge.run(self._store.remove_restaurant(scope, check))

    def restaurant_ids(self) -> tuple[str, ...]:
        return self._bridge.run(self._store.restaurant_ids())

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        return self._bridge.run(self._store.read(scope, ask))

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        return self._bridge.run(self._store.transact(scope, decide))

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        return self._bridge.run(self._store.events(restaurant_id))

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return self._bridge.run(self._store.events_after(restaurant_id, sequence, limit))


class AsyncHost:
    """An awaited connection, called synchronously."""

    def __init__(self, bridge: SyncBridge, connection: Any) -> None:
        self._bridge = bridge
        self.connection = connection

    def within(self) -> Store:
        store: Any = self._bridge.store
        return Awaited(self._bridge, store.within(self.connection))

    def execute(self, sql: str) -> Rows:
        return self.run(self._executed(sql))

    async def _executed(self, sql: str) -> Rows:
        if isinstance(self.connection, AsyncConnection):
            result: Any = await self.connection.exec_driver_sql(sql)
            return [tuple(row) for row in result] if result.returns_rows else []
        if isinstance(self.connection, AsyncSession):
            result = await self.connection.execute(text(sql))
            return [tuple(row) for row in result] if result.returns_rows else []
        cursor = await self.connection.execute(sql)
        return list(await cursor.fetchall()) if cursor.description else []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._bridge.run(work)

    def commit(self) -> None:
        self.run(self.connection.commit())

    def rollback(self) -> None:
        self.run(self.connection.rollback())

    def close(self) -> None:
        self.run(self.connection.close())


async def _driver_connection(place: Place, store: AsyncSqlStore) -> Any:
    del store
    if not place.is_sqlite:
        return await psycopg.AsyncConnection.connect(**place.arguments)
    connection = await aiosqlite.connect(place.file)
    await connection.execute("PRAGMA foreign_keys = ON")
    return connection


async def _connection(place: Place, store: AsyncSqlStore) -> AsyncConnection:
    del place
    return await store.engine.connect()


async def _session(place: Place, store: AsyncSqlStore) -> AsyncSession:
    del place
    return AsyncSession(store.engine)


_SYNC: Final[Mapping[str, Callable[[Place, SqlStore], Host]]] = {
    "driver": DriverHost,
    "connection": ConnectionHost,
    "session": SessionHost,
}
_ASYNC: Final[Mapping[str, Callable[[Place, AsyncSqlStore], Coroutine[Any, Any, Any]]]] = {
    "awaited driver": _driver_connection,
    "awaited connection": _connection,
    "awaited session": _session,
}
KINDS: Final = (*_SYNC, *_ASYNC)


@attrs.frozen
class Service:
    """A service with a store of fourtop and a database of its own, which are the same one.

    Args:
        place: The database.
        store: The store; the sync face of an async one for the awaited kinds.
        sql_store: A sync store on the same database.
        kind: The kind of the host's connections.
    """

    place: Place
    store: Store
    sql_store: SqlStore
    kind: str
    engine: Engine = attrs.field(init=False)

    @engine.default
    def _engine(self) -> Engine:
        return Engine(self.store, ids=CountedIds("n"))

    @contextmanager
    def host(self) -> Iterator[Host]:
        """Give a connection of the host; it is rolled back and closed at the end."""
        made = self.connect()
        try:
            yield made
        finally:
            made.rollback()
            made.close()

    def connect(self) -> Host:
        if self.kind in _SYNC:
            assert isinstance(self.store, SqlStore)
            return _SYNC[self.kind](self.place, self.store)
        bridge = self.store
        assert isinstance(bridge, SyncBridge)
        assert isinstance(bridge.store, AsyncSqlStore)
        return AsyncHost(bridge, bridge.run(_ASYNC[self.kind](self.place, bridge.store)))

    def inside(self, host: Host, restaurant_id: str = "house") -> Desk:
        """Return a desk inside of the transaction of a host."""
        return self.engine.on_store(host.within()).desk(restaurant_id)

    def desk(self, restaurant_id: str = "house") -> Desk:
        """Return a desk with transactions of its own."""
        return self.engine.desk(restaurant_id)

    def orders(self) -> Rows:
        """Return the committed rows of the host."""
        with self.sql_store.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT id FROM orders ORDER BY id")
            return [tuple(row) for row in found]


@contextmanager
def serving(place: Place, kind: str, clock: Clock | None = None) -> Iterator[Service]:
    """Give a service on a database; its stores are closed at the end."""
    clock = ManualClock(NOW) if clock is None else clock
    with SqlStore(place.url, clock=clock) as sql_store:
        if kind in _SYNC:
            yield Service(place, sql_store, sql_store, kind)
            return
        made = AsyncSqlStore(place.url, clock=clock)
        with SyncBridge(made, on_close=made.close) as bridge:
            yield Service(place, bridge, sql_store, kind)


@contextmanager
def opened(place: Place, kind: str = "driver") -> Iterator[Service]:
    """Give a service with a restaurant."""
    with serving(place, kind) as service:
        service.engine.add_restaurant(a_house())
        yield service


def unusable(call: Callable[[], object]) -> str:
    """Make a call that cannot join the transaction; return the problem that it names."""
    with pytest.raises(TransactionUnusable) as found:
        call()
    assert found.value.code is Code.TRANSACTION_UNUSABLE
    assert not found.value.is_retryable
    return found.value.problem


def conflict(call: Callable[[], object]) -> str:
    """Make a call that conflicts with another transaction; return the code of the database."""
    with pytest.raises(TransactionConflict) as found:
        call()
    assert found.value.code is Code.TRANSACTION_CONFLICT
    assert found.value.is_retryable
    return found.value.database_code
