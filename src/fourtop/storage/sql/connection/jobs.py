"""The gate of the jobs: how a transaction enters that is about all restaurants. Role, turn, clock: in this order."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal_column, select

from fourtop.clock import SystemClock
from fourtop.errors import StoreUnavailable
from fourtop.ports import Clock
from fourtop.storage.sql.connection.errors import code_of
from fourtop.storage.sql.connection.tenant import DATABASE_CLOCK, Terms, set_locally
from fourtop.storage.sql.connection.transaction import Clash, Line, Sessions
from fourtop.storage.sql.statements.dialect import Idiom, Statement
from fourtop.storage.sql.tables.security import JOBS_ROLE

T = TypeVar("T")


class Turn(Enum):
    """How a transaction is at the outbox while others are: the name of the lock that it takes, until its end."""

    ALONE = "pg_advisory_xact_lock"
    BESIDE = "pg_advisory_xact_lock_shared"


class JobGate:
    """Runs transactions of jobs. Safe for threads.

    On PostgreSQL each takes the role of the jobs, whose policies show it the rows of all
    restaurants; for as long as it lasts, so that nothing is left in the session.

    Args:
        idiom: The database's.
        terms: On what terms. A role of ``None`` is the login's own for the jobs, too.
        sessions: Where transactions are run.
    """

    def __init__(self, idiom: Idiom, terms: Terms, sessions: Sessions) -> None:
        is_postgresql = idiom.is_postgresql
        self._idiom = idiom
        self._terms = terms
        self._sessions = sessions
        self._clock: Clock | None = (
            terms.clock if is_postgresql or terms.clock is not None else SystemClock()
        )
        self._begin_writing = (
            "BEGIN ISOLATION LEVEL READ COMMITTED" if is_postgresql else "BEGIN IMMEDIATE"
        )
        self._begin_reading = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_postgresql else "BEGIN"
        )
        turns = (None, *Turn) if is_postgresql else ()
        self._settings: dict[Turn | None, Statement] = {turn: self._setting(turn) for turn in turns}
        self._time = idiom.compiled(select(DATABASE_CLOCK)) if is_postgresql else None

    def read(self, work: Callable[[Line], T], name: str) -> T:
        """Do some work that changes nothing, in one transaction.

        Raises:
            FourtopError: As ``Sessions.run`` lists them.
        """
        return self._sessions.run(
            self._begin_reading, lambda line: self._entered(line, None, work), name
        )

    def write(self, work: Callable[[Line], T], name: str, turn: Turn | None = None) -> T:
        """Do some work in one transaction, in its turn at the outbox if it wants one.

        Raises:
            StoreUnavailable: If it cannot be done now; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost. The job may be run again in either
                case.
        """
        try:
            return self._sessions.run(
                self._begin_writing, lambda line: self._entered(line, turn, work), name
            )
        except Clash as clash:
            # What was nobody's when it was found, somebody refers to now.
            raise StoreUnavailable(f"others were in the way ({code_of(clash.cause)})") from clash

    def now_us(self, line: Line) -> int:
        """Tell the time: a statement of its own, so that it is told after whatever was waited for."""
        if self._clock is not None:
            return self._clock.now_us()
        assert self._time is not None, "only a database with a clock has no other"
        ((now_us,),) = line.rows(self._time)
        return int(now_us)

    def _entered(self, line: Line, turn: Turn | None, work: Callable[[Line], T]) -> T:
        # SQLite lets one transaction write at a time, and has no roles.
        if self._settings:
            line.rows(self._settings[turn])
        return work(line)

    def _setting(self, turn: Turn | None) -> Statement:
        milliseconds = round(self._terms.lock_timeout_seconds * 1000)
        settings: list[ColumnElement[Any]] = [
            set_locally("lock_timeout", literal_column(f"'{milliseconds}ms'"))
        ]
        if self._terms.role is not None:
            settings.append(set_locally("role", bindparam("role", JOBS_ROLE, type_=Text())))
        if turn is not None:
            # As text, since no driver reads the nothing that it answers.
            key: ColumnElement[int] = literal_column(
                str(_key_of(self._idiom.tables.metadata.schema))
            )
            settings.append(cast(getattr(func, turn.value)(key), Text))
        return self._idiom.compiled(select(*settings))


def _key_of(schema: str | None) -> int:
    """Return the key of the outbox among the locks that have no table: the same in every process."""
    return int.from_bytes(sha256(f"{schema}.capacity_outbox".encode()).digest()[:8], signed=True)
