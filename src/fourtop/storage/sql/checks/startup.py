"""The check at the start: what a store finds before its first work, and what ``fourtop doctor`` reports."""

from __future__ import annotations

from collections.abc import MutableMapping
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from fourtop.errors import StoreMisconfigured
from fourtop.storage.sql.checks.finding import Finding, Severity
from fourtop.storage.sql.checks.rules import Inspector, clock_findings
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.connection.tenant import Terms
from fourtop.storage.sql.connection.transaction import LOG, Sessions
from fourtop.storage.sql.statements.dialect import Idiom
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from fourtop.storage.sql.tables.security import APP_ROLE

# What was found good is not looked at again in this process: by engine, then by schema and role.
_CHECKED: Final[MutableMapping[Engine, set[tuple[str | None, str | None]]]] = WeakKeyDictionary()
_CHECKING: Final = Lock()


def inspect_store(
    source: str | Engine, *, schema: str = DEFAULT_SCHEMA, role: str | None = APP_ROLE
) -> tuple[Finding, ...]:
    """Return what is not as it has to be for a store on a database, first what a store would refuse to work with.

    Nothing is changed. A store has the same as its method, and knows of a clock that was given to
    it besides.

    Args:
        source: A URL, or an engine of the host's.
        schema: The schema of the tables on PostgreSQL.
        role: The role that the store's transactions take on PostgreSQL.

    Raises:
        InvalidInput: If the source is none.
        StoreUnavailable: If the database cannot be reached.
        StoreMisconfigured: If it does not let itself be asked.
    """
    engine, database = as_engine(source)
    try:
        return Inspector(Idiom(database, schema), Terms(role=role), Sessions(engine)).inspect()
    finally:
        if not isinstance(source, Engine):
            engine.dispose()


class StartCheck:
    """Looks at a database before a store's first work on it, once a process and engine. Safe for threads.

    Args:
        idiom: The database's.
        terms: On what terms the store works.
        sessions: The store's.
    """

    def __init__(self, idiom: Idiom, terms: Terms, sessions: Sessions) -> None:
        self._engine = sessions.engine
        self._key = (idiom.tables.metadata.schema, terms.role)
        # Of its own, so that the store's tally counts the store's work.
        own = Sessions(sessions.engine, lambda seconds: sessions.wait(seconds))  # noqa: PLW0108  # How an awaited store waits is set later.
        self.inspector = Inspector(idiom, terms, own)
        self._of_clock = tuple(clock_findings(idiom, terms))

    def __call__(self) -> None:
        """Refuse a database that is not as it has to be; log what is not as it should be.

        Raises:
            StoreMisconfigured: With everything that is in the way. It is looked at again at the
                next call.
            StoreUnavailable: If it cannot be reached.
        """
        with _CHECKING:
            is_known = self._key in _CHECKED.get(self._engine, ())
        findings = self._of_clock if is_known else self.inspector.inspect()
        refusals = tuple(str(each) for each in findings if each.severity is Severity.REFUSE)
        if refusals:
            raise StoreMisconfigured(refusals)
        for each in findings:
            LOG.warning("%s", each)
        # Two that come at once both look: a lock over a question to the database would stop an
        # event loop.
        with _CHECKING:
            _CHECKED.setdefault(self._engine, set()).add(self._key)
