"""Check a database before a store's first transaction, and for ``fourtop doctor``."""

from __future__ import annotations

from collections.abc import MutableMapping
from copy import copy
from threading import Lock
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from fourtop.errors import StoreMisconfigured
from fourtop.storage.sql.checks.findings import Finding, Severity
from fourtop.storage.sql.checks.rules import Inspector, clock_findings
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.connection.tenant import StoreOptions
from fourtop.storage.sql.connection.transaction import LOG, TransactionRunner
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.dialects import DIALECTS
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from fourtop.storage.sql.tables.security import APP_ROLE

# Databases that passed are not checked again in this process: by engine, then schema and role.
_Key: TypeAlias = tuple[str | None, ...]
_CHECKED: Final[MutableMapping[Engine, set[_Key]]] = WeakKeyDictionary()
CHECKING: Final = Lock()


def inspect_store(
    source: str | Engine, *, schema: str = DEFAULT_SCHEMA, role: str | None = APP_ROLE
) -> tuple[Finding, ...]:
    """Check a database for a store and change nothing; refusals come first.

    ``SqlStore.inspect`` does the same and also judges the clock that the store was given.

    Args:
        source: A URL, or an engine of the host.
        schema: The schema of the tables on PostgreSQL.
        role: The role that the transactions of the store take on PostgreSQL.

    Raises:
        InvalidInput: The source is not a URL or engine of a supported database.
        StoreUnavailable: The database cannot be reached; try again.
        StoreMisconfigured: The database cannot be checked; the text says why.
    """
    engine, database = as_engine(source)
    try:
        dialect = DIALECTS[database](schema)
        options = StoreOptions(role=role)
        return Inspector(dialect, options, TransactionRunner(engine)).inspect()
    finally:
        if not isinstance(source, Engine):
            engine.dispose()


class StartCheck:
    """Checks a database before a store's first transaction, once per process and engine.

    Thread-safe.

    Args:
        dialect: The dialect of the database.
        options: The options of the store.
        transactions: The store's.
    """

    def __init__(
        self, dialect: Dialect, options: StoreOptions, transactions: TransactionRunner
    ) -> None:
        self._engine = transactions.engine
        self._key: _Key = (dialect.tables.metadata.schema, options.role)

        # A runner of its own, so that the store's metrics count the work of the store only. It
        # waits as the store does, which an async store sets later, hence no bound method.
        def wait(seconds: float) -> None:
            transactions.wait(seconds)

        own = TransactionRunner(transactions.engine, wait)
        self.inspector: Inspector = Inspector(dialect, options, own)
        self._clock_findings = tuple(clock_findings(dialect, options))
        self._is_known_by: tuple[_Key, ...] = (self._key,)

    def within(self, transactions: TransactionRunner) -> StartCheck:
        """Return the check by the connections of a host, whose login may be another one.

        It passes if the check by the store's own connections has passed.
        """
        other = copy(self)
        other._key = (*self._key, "host")  # noqa: SLF001  # A copy of this object.
        other._is_known_by = (self._key, other._key)  # noqa: SLF001  # As above.
        # The store's own check logs the warnings about its clock, once.
        other._clock_findings = ()  # noqa: SLF001  # As above.
        other.inspector = self.inspector.within(transactions)
        return other

    def __call__(self) -> None:
        """Refuse a database on which the store cannot keep its promises, and log warnings.

        Raises:
            StoreMisconfigured: It lists every problem; repair the database. The next call checks
                again.
            StoreUnavailable: The database cannot be reached; try again.
        """
        with CHECKING:
            passed = _CHECKED.get(self._engine, set())
            is_known = not passed.isdisjoint(self._is_known_by)
        findings = self._clock_findings if is_known else self.inspector.inspect()
        refusals = tuple(str(each) for each in findings if each.severity is Severity.REFUSE)
        if refusals:
            raise StoreMisconfigured(refusals)
        for each in findings:
            if each.severity is Severity.WARN:
                LOG.warning("%s", each)
        # Two calls at once may both check: a lock held during a statement would stop an event loop.
        with CHECKING:
            _CHECKED.setdefault(self._engine, set()).add(self._key)
