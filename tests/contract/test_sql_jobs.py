"""The contracts of maintenance and outbox, kept by the SQL stores on each database and way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from fourtop.ports import Clock
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from fourtop.testing import (
    MaintenanceContract,
    MakeMaintained,
    OutboxContract,
    SyncBridge,
    as_sync,
)
from tests.database.furnished import sqlite_url
from tests.sql.emptied import emptied_database

Closed = SqlStore | SyncBridge

WAYS: Final[Mapping[str, Callable[[ExitStack, Path], str]]] = {
    "sqlite": lambda _, folder: sqlite_url(folder / "night.db"),
    "postgresql": lambda stack, _: stack.enter_context(emptied_database()).url(),
    "bouncer": lambda stack, _: stack.enter_context(emptied_database()).url(by_bouncer=True),
}


def called(url: str) -> Callable[[Clock], SqlStore]:
    return lambda clock: SqlStore(url, clock=clock)


def waited_for(url: str) -> Callable[[Clock], SyncBridge]:
    return as_sync(lambda clock: AsyncSqlStore(url, clock=clock), AsyncSqlStore.close)


@pytest.fixture(params=[called, waited_for])
def way(request: pytest.FixtureRequest) -> Callable[[str], Callable[[Clock], Closed]]:
    found: Callable[[str], Callable[[Clock], Closed]] = request.param
    return found


@pytest.fixture(params=list(WAYS))
def made(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    way: Callable[[str], Callable[[Clock], Closed]],
) -> Iterator[MakeMaintained]:
    with ExitStack() as stack:
        make = way(WAYS[request.param](stack, tmp_path))

        def closed_at_the_end(clock: Clock) -> Closed:
            store = make(clock)
            stack.callback(store.close)
            return store

        yield closed_at_the_end


class TestMaintenance(MaintenanceContract):
    @pytest.fixture
    def make_store(self, made: MakeMaintained) -> MakeMaintained:
        return made


class TestOutbox(OutboxContract):
    @pytest.fixture
    def make_store(self, made: MakeMaintained) -> MakeMaintained:
        return made
