"""Compiled SQL statements, calls of them, and the cursor that executes calls in a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

NO_PARAMETERS: Final[Mapping[str, Any]] = {}
# PostgreSQL quotes it in the error of a write that touched another number of rows than expected.
ROW_COUNT_MARK: Final = "fourtop.row_count_mismatch"


@attrs.frozen
class Statement:
    """A named SQL statement, compiled once and executed often.

    Compiling a statement with SQLAlchemy takes as long as executing it, so each is compiled once.
    The files ``docs/evidence/statements-*.sql`` list the text of every statement by name.

    Args:
        name: What the statement is called in the evidence files and in a host's listeners.
        text: The SQL with named parameters, in the style of the driver.
        comment: What the statement does, in one or two sentences.
        constants: The parameter values that the statement brings itself.
        parameters: The names of the parameters that the caller gives.
    """

    name: str
    text: str
    comment: str = ""
    constants: Mapping[str, Any] = attrs.field(factory=dict)
    parameters: tuple[str, ...] = ()


@attrs.frozen
class Call:
    """A statement with the parameters of one execution.

    Args:
        statement: The statement.
        parameters: Its parameters; others are ignored.
    """

    statement: Statement
    parameters: Mapping[str, Any] = NO_PARAMETERS


@attrs.frozen
class TransactionMode:
    """How a transaction begins.

    Args:
        command: The command that begins it.
        is_read_only: Whether it writes nothing, so that a lost reply to its COMMIT does not matter.
    """

    command: str
    is_read_only: bool


@attrs.frozen(kw_only=True)
class SessionSettings:
    """The settings of a transaction on a database that has sessions and roles.

    Args:
        lock_timeout_seconds: How long the transaction waits for a lock.
        role: The role that it takes; ``None``: it keeps the role of the login.
        sets_tenant: Whether it sets the restaurant for row-level security.
        advisory_lock: The function that takes an advisory lock, and the key; ``None``: no lock.
    """

    lock_timeout_seconds: float
    role: str | None = None
    sets_tenant: bool = False
    advisory_lock: tuple[str, int] | None = None


class Cursor(Protocol):
    """Executes statements inside one transaction, in the order in which it is given them."""

    def later(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /) -> None:
        """Execute a statement together with the next one, or with the commit.

        An error of it is raised there, so that it costs no round trip of its own.
        """
        ...

    def rows(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /
    ) -> list[Any]:
        """Execute a statement and return its rows."""
        ...

    def fetch(self, calls: Sequence[Call], *, is_last: bool = False) -> list[list[Any]]:
        """Execute statements in one round trip, if the driver can; return the rows of each.

        Args:
            calls: The statements.
            is_last: Whether the transaction, which only reads, ends with them.
        """
        ...

    def touched(self, statement: Statement, /, *parameters: Mapping[str, Any]) -> int:
        """Execute a statement once per parameter set and return the number of rows it touched."""
        ...
