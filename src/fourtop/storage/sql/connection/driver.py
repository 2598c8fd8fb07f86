"""The interface to a database driver, for the rest of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Protocol

import attrs
from sqlalchemy import URL, Engine

from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.tables.columns import Database


class Fault(Enum):
    """The meaning of an error of a driver for a transaction."""

    TRANSIENT = auto()
    """Another transaction conflicted: the same transaction may succeed when it is retried."""
    CONSTRAINT = auto()
    """A constraint refused a row."""
    LOST = auto()
    """The connection is gone, and with it the reply to the last command."""
    LOGIN = auto()
    """The server rejects the login: a wrong password, an unknown login or an unknown database."""
    MISCONFIGURED = auto()
    """Something that must exist is missing, or the role may not use it."""
    ROW_COUNT = auto()
    """A statement touched another number of rows than the decision expected."""
    OTHER = auto()
    """Any other error, such as a full disk."""


@attrs.frozen
class Step:
    """A text to execute, with its parameters as the cursor takes them.

    Args:
        text: The text.
        values: The parameters; ``None``: it is a command that begins or ends the transaction.
    """

    text: str
    values: Any = None


@attrs.frozen
class Outcome:
    """The outcome of a step.

    Args:
        rows: The rows that it returned.
        touched: The number of rows that it touched.
    """

    rows: list[Any]
    touched: int


@attrs.frozen
class Ran:
    """The outcomes of steps that were executed in order, up to the first that failed.

    Args:
        outcomes: Those of the steps that succeeded.
        error: The error of the step after them; ``None``: all have succeeded.
        is_answered: Whether the error is the answer to that step, so that no step after it was
            executed. If not, the connection was lost and nobody knows.
        is_sent: Whether the last step was sent.
    """

    outcomes: list[Outcome]
    error: Exception | None = None
    is_answered: bool = True
    is_sent: bool = True


class DriverCursor(Protocol):
    """A cursor of a driver for one transaction.

    Args:
        is_manual: Whether it sends only the given steps, in each mode of the connection.
    """

    is_manual: bool

    @property
    def cursor(self) -> Any:
        """The cursor of the driver itself, which a host's listeners receive."""
        ...

    def bind(self, statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the text and the parameters as this cursor takes them."""
        ...

    def run(self, steps: Sequence[Step]) -> Ran:
        """Execute steps in order, in one round trip if the driver can; stop at the first error."""
        ...

    @property
    def is_aborted(self) -> bool:
        """Whether the database has aborted the transaction, so that COMMIT would roll back."""
        ...

    def forget_statements(self) -> bool:
        """Forget the prepared statements of the connection, which the server has lost.

        Return whether an earlier transaction had any.
        """
        ...


def run_one_by_one(cursor: Any, steps: Sequence[Step], command: Callable[[str], object]) -> Ran:
    """Execute steps on a cursor of a driver, with a round trip for each.

    Args:
        cursor: The cursor.
        steps: The steps.
        command: Executes a step that begins or ends the transaction.
    """
    outcomes: list[Outcome] = []
    try:
        for step in steps:
            if step.values is None:
                command(step.text)
                outcomes.append(Outcome([], 0))
                continue
            cursor.execute(step.text, step.values)
            rows = [] if cursor.description is None else cursor.fetchall()
            outcomes.append(Outcome(rows, cursor.rowcount))
    except Exception as error:  # noqa: BLE001  # The caller raises it.
        return Ran(outcomes, error)
    return Ran(outcomes)


class Driver(Protocol):
    """The differences between the drivers of the two databases."""

    database: Database
    driver_name: str
    """The name of our driver in a URL of SQLAlchemy."""
    async_driver_name: str
    """The same for an asynchronous engine."""
    manual_commit: tuple[str, Any]
    """An attribute of a driver's connection, and the value with which it begins no transactions.

    Only a cursor of the driver itself needs it: see ``DriverCursor.is_manual``.
    """

    def check(self, engine: Engine) -> None:
        """Refuse an engine that no store can work on.

        Raises:
            InvalidInput: The engine uses another driver, or an unsuitable database; give another.
        """
        ...

    def arguments(self, url: URL) -> tuple[URL, dict[str, Any]]:
        """Return a URL without our own options, and the keyword arguments of ``create_engine``.

        Raises:
            InvalidInput: An option has a value that it cannot have; correct the URL.
        """
        ...

    def listen(self, engine: Engine, url: URL | None) -> None:
        """Register what must happen when the engine connects.

        Args:
            engine: The engine.
            url: The URL that we made the engine of; ``None``: the host made it.
        """
        ...

    def set_up(self, pooled: Any, lock_timeout_seconds: float) -> None:
        """Set up a pooled connection that a host may have opened before the store existed.

        Args:
            pooled: The connection.
            lock_timeout_seconds: How long a statement on it waits for a lock, if the database has
                no such setting for a transaction.
        """
        ...

    def open_cursor(self, pooled: Any) -> DriverCursor:
        """Open a cursor on a pooled connection."""
        ...

    def owns(self, error: BaseException) -> bool:
        """Whether an error is one of this driver's."""
        ...

    def fault_of(self, error: BaseException) -> Fault:
        """Classify an error of this driver by its code."""
        ...

    def is_slug_taken(self, error: BaseException) -> bool:
        """Whether the unique index on the slugs of restaurants has refused a row."""
        ...

    def advice(self, error: BaseException) -> str | None:
        """Return the cause and the cure of an error; ``None``: the code says all that is known."""
        ...
