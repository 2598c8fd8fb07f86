"""One database of PostgreSQL for many tests, emptied in between.

To make a database takes fifty times as long as to delete the few rows that a test leaves;
``TRUNCATE`` takes as long as to make one.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from typing import Final

from sqlalchemy import create_engine

from fourtop.storage.sql.tables.catalog import catalog
from tests.database.furnished import LOGIN, postgresql_database
from tests.database.session import bouncer, cluster

# Deleted rows stay in the indexes until a VACUUM.
EMPTIED_BEFORE_VACUUM: Final = 200


class EmptiedDatabase:
    """A database with the tables, for one test at a time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.name = self._stack.enter_context(postgresql_database())
        self._owner = self._stack.enter_context(cluster().connect(self.name))
        # A wait here means that a test has left a transaction open.
        self._owner.execute("SET lock_timeout = '60s'")
        tables = catalog("postgresql")
        deletes = (f"DELETE FROM {tables.metadata.schema}.{name}" for name in tables.names)  # noqa: S608  # Our own tables.
        self._delete = "; ".join(["SET session_replication_role = replica", *deletes]).encode()
        self._numbers = count(1)
        self.engine = create_engine(self.url(), connect_args={"prepare_threshold": None})
        self._stack.callback(self.engine.dispose)

    def url(self, *, by_bouncer: bool = False) -> str:
        """Return the address for the login of a service."""
        server = bouncer() if by_bouncer else cluster()
        return server.url(self.name, user=LOGIN)

    def empty(self) -> None:
        """Delete every row."""
        self._owner.execute(self._delete)
        if next(self._numbers) % EMPTIED_BEFORE_VACUUM == 0:
            self._owner.execute("VACUUM")

    def close(self) -> None:
        """Close the connections and drop the database."""
        self._stack.close()


@cache
def _shared() -> EmptiedDatabase:
    database = EmptiedDatabase()
    atexit.register(database.close)
    return database


@contextmanager
def emptied_database() -> Iterator[EmptiedDatabase]:
    """Give the database that the tests of a run share, empty."""
    database = _shared()
    database.empty()
    yield database
