"""Run transactions of jobs, which concern all restaurants: take the role, then the outbox lock."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import Final, TypeVar

from sqlalchemy import select

from fourtop.errors import StoreMisconfigured, StoreUnavailable
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.errors import code_of
from fourtop.storage.sql.connection.tenant import StoreOptions, clock_of
from fourtop.storage.sql.connection.transaction import ConstraintViolation, TransactionRunner
from fourtop.storage.sql.statement import SessionSettings, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.tables.security import JOBS_ROLE

T = TypeVar("T")

# The login may not take the role, or the role does not exist.
_ROLE_REFUSED: Final = frozenset({"42501", "22023", "42704"})


class OutboxLock(Enum):
    """How a transaction locks the outbox: the function of PostgreSQL that takes the lock."""

    EXCLUSIVE = "pg_advisory_xact_lock"
    SHARED = "pg_advisory_xact_lock_shared"


class JobTransactions:
    """Runs transactions of jobs. Thread-safe.

    On PostgreSQL each takes the role of the jobs. Its policies show the rows of all restaurants.
    The role ends with the transaction, so that nothing stays in the session.

    Args:
        dialect: The dialect of the database.
        options: The options of the store. A role of ``None`` is the login's own for jobs, too.
        transactions: Runs the transactions.
    """

    def __init__(
        self, dialect: Dialect, options: StoreOptions, transactions: TransactionRunner
    ) -> None:
        self._dialect = dialect
        self._options = options
        self._transactions = transactions
        self._clock = clock_of(dialect, options)
        self._settings = {lock: self._settings_statement(lock) for lock in (None, *OutboxLock)}
        self._time = (
            None
            if dialect.server_clock is None
            else dialect.compile(
                select(dialect.server_clock),
                "read_clock",
                "Read the clock of the database. A statement of its own, because it must run after"
                " any wait for a lock.",
            )
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        found = (*self._settings.values(), self._time)
        return tuple(each for each in found if each is not None)

    def read(self, work: Callable[[Connection], T], name: str) -> T:
        """Run work that changes nothing in one transaction.

        Raises:
            FourtopError: As ``TransactionRunner.run`` lists them.
        """
        return self._transactions.run(
            self._dialect.read_mode, lambda connection: self._enter(connection, None, work), name
        )

    def write(
        self, work: Callable[[Connection], T], name: str, lock: OutboxLock | None = None
    ) -> T:
        """Run work in one transaction, with a lock on the outbox if it needs one.

        Raises:
            StoreUnavailable: Nothing was changed; run the job again later.
            OutcomeUnknown: The reply to the commit was lost; run the job again.
        """
        try:
            return self._transactions.run(
                self._dialect.write_mode,
                lambda connection: self._enter(connection, lock, work),
                name,
            )
        except ConstraintViolation as violation:
            # Another transaction has referenced the row since we selected it.
            raise StoreUnavailable(
                f"another transaction uses a row that the job would delete; run it again"
                f" ({code_of(violation.cause)})"
            ) from violation

    def now_us(self, connection: Connection) -> int:
        """Return the time, read after any wait for a lock."""
        if self._clock is not None:
            return self._clock.now_us()
        assert self._time is not None, "a database without a clock has another"
        ((now_us,),) = connection.rows(self._time)
        return int(now_us)

    def _enter(
        self, connection: Connection, lock: OutboxLock | None, work: Callable[[Connection], T]
    ) -> T:
        settings = self._settings[lock]
        if settings is not None:
            try:
                connection.rows(settings)
            except Exception as error:
                self._explain(error)
                raise
        return work(connection)

    def _explain(self, error: Exception) -> None:
        """Say which login to use if this one may not take the role of the jobs."""
        if self._options.role is None or code_of(error) not in _ROLE_REFUSED:
            return
        login = self._transactions.engine.url.username
        who = "this login" if login is None else f"the login {login}"
        problem = (
            f"{who} may not run jobs, because it is not a member of {JOBS_ROLE}: run jobs with a"
            f" login that is, or: GRANT {JOBS_ROLE} TO that login ({code_of(error)})"
        )
        raise StoreMisconfigured((problem,)) from error

    def _settings_statement(self, lock: OutboxLock | None) -> Statement | None:
        key = _key_of(self._dialect.tables.metadata.schema)
        settings = SessionSettings(
            lock_timeout_seconds=self._options.lock_timeout_seconds,
            role=None if self._options.role is None else JOBS_ROLE,
            advisory_lock=None if lock is None else (lock.value, key),
        )
        suffix = "" if lock is None else f"_{lock.name.lower()}"
        taken = "" if lock is None else f", and take the {lock.name.lower()} lock on the outbox"
        return self._dialect.session_settings(
            settings, f"enter_job{suffix}", f"Set the lock timeout and the role of the jobs{taken}."
        )


def _key_of(schema: str | None) -> int:
    """Return the key of the outbox among the advisory locks: the same in every process."""
    return int.from_bytes(sha256(f"{schema}.capacity_outbox".encode()).digest()[:8], signed=True)
