"""The contracts of maintenance and outbox, kept by the SQL stores on each database and way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from fourtop.ports import Clock
from fourtop.storage.sql import SqlStore
from fourtop.testing import MaintenanceContract, MakeMaintained, OutboxContract
from tests.database.furnished import sqlite_url
from tests.sql.emptied import emptied_database

WAYS: Final[Mapping[str, Callable[[ExitStack, Path], str]]] = {
    "sqlite": lambda _, folder: sqlite_url(folder / "night.db"),
    "postgresql": lambda stack, _: stack.enter_context(emptied_database()).url(),
    "bouncer": lambda stack, _: stack.enter_context(emptied_database()).url(by_bouncer=True),
}


@pytest.fixture(params=list(WAYS))
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeMaintained]:
    with ExitStack() as stack:
        url = WAYS[request.param](stack, tmp_path)

        def closed_at_the_end(clock: Clock) -> SqlStore:
            store = SqlStore(url, clock=clock)
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
