"""The store's own database, as the connections of a host are compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy

from fourtop.storage.sql.connection.driver import Driver
from fourtop.storage.sql.connection.engine import driver_of
from fourtop.storage.sql.connection.host.database import HostDatabase
from fourtop.storage.sql.connection.host.postgres import PostgresHost
from fourtop.storage.sql.connection.host.sqlite import SqliteHost
from fourtop.storage.sql.connection.transaction import StoreMetrics, TransactionRunner
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.tables.columns import Database

HOSTS: Final[Mapping[Database, type[PostgresHost | SqliteHost]]] = {
    "postgresql": PostgresHost,
    "sqlite": SqliteHost,
}


class Home:
    """The database of a store. Thread-safe.

    Args:
        dialect: The dialect of the database.
        transactions: The store's own.
    """

    def __init__(self, dialect: Dialect, transactions: TransactionRunner) -> None:
        self.database: HostDatabase = HOSTS[dialect.database](dialect)
        self.driver: Driver = driver_of(dialect.database)
        self._read_mode = dialect.read_mode
        self._transactions = transactions
        self._identity: str | None = None

    @property
    def engine(self) -> sqlalchemy.Engine:
        """The engine of the store."""
        return self._transactions.engine

    @property
    def metrics(self) -> StoreMetrics:
        """The metrics of the store."""
        return self._transactions.metrics

    def has(self, identity: str) -> bool:
        """Whether a connection with this identity leads to the store's database.

        A restarted server has another identity, so after a difference the store asks its own again.

        Raises:
            StoreUnavailable: The store cannot reach its database.
        """
        if self._identity != identity:
            self._identity = self._transactions.run(
                self._read_mode, self.database.identify, "identify"
            )
        return self._identity == identity
