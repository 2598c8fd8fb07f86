"""The contract, kept by every store in SQL: each database and way to it, called and awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from fourtop.ports import Clock, Store
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from fourtop.testing import MakeStore, StoreContract, awaited
from tests.database.furnished import sqlite_url
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
    return awaited(lambda clock: AsyncSqlStore(url, clock=clock), AsyncSqlStore.close)


def on_an_engine_of_the_host(url: str) -> MakeStore:
    """psycopg prepares what it has seen five times; SQLite's driver begins transactions by itself."""
    return lambda clock: SqlStore(create_engine(url), clock=clock)


def on_an_awaited_engine_of_the_host(url: str) -> MakeStore:
    driven = url.replace("sqlite:", "sqlite+aiosqlite:")
    return awaited(lambda clock: AsyncSqlStore(create_async_engine(driven), clock=clock), AsyncSqlStore.close)


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
