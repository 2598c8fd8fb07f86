"""The API on a house for one evening, on sync and async engines, in memory and in databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    CountedIds,
    Engine,
    House,
    ManualClock,
    MemoryStore,
)
from fourtop.http_api import ApiOptions
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import NOW, a_house
from tests.http_api.client import UNLIMITED, Client, client_of

MakeClient = Callable[..., AbstractContextManager[Client]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(params=["sync", "async"])
def make_client(request: pytest.FixtureRequest, clock: ManualClock) -> MakeClient:
    """Return what gives a client on a store in memory."""

    @contextmanager
    def make(house: House | None = None, options: ApiOptions = UNLIMITED) -> Iterator[Client]:
        wanted = a_house() if house is None else house
        if request.param == "sync":
            engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
            engine.add_restaurant(wanted)
            with client_of(engine, options) as client:
                yield client
            return
        awaited = AsyncEngine(AsyncMemoryStore(clock), ids=CountedIds("n"))
        with client_of(awaited, options) as client:
            client.run(awaited.add_restaurant(wanted))
            yield client

    return make


@pytest.fixture
def api(make_client: MakeClient) -> Iterator[Client]:
    """Give a client of the small house."""
    with make_client() as client:
        yield client


@pytest.fixture(params=["sqlite-sync", "sqlite-async", "postgresql-sync", "postgresql-async"])
def sql_api(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Iterator[Client]:
    """Give a client of the small house in a database."""
    database, _, kind = request.param.partition("-")
    with ExitStack() as stack:
        url = (
            sqlite_url(tmp_path / "night.db")
            if database == "sqlite"
            else stack.enter_context(postgresql_url())
        )
        yield stack.enter_context(_client_in(url, clock, is_async=kind == "async"))


@contextmanager
def _client_in(url: str, clock: ManualClock, *, is_async: bool) -> Iterator[Client]:
    if not is_async:
        store = SqlStore(url, clock=clock)
        engine = Engine(store, ids=CountedIds("n"))
        engine.add_restaurant(a_house())
        with client_of(engine) as client:
            yield client
        store.close()
        return
    awaited_store = AsyncSqlStore(url, clock=clock)
    awaited = AsyncEngine(awaited_store, ids=CountedIds("n"))
    with client_of(awaited) as client:
        client.run(awaited.add_restaurant(a_house()))
        yield client
        client.run(awaited_store.close())
