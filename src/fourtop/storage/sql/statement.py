"""A compiled SQL statement, the mode of a transaction, and the cursor that executes statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

import attrs

NO_PARAMETERS: Final[Mapping[str, Any]] = {}


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
class TransactionMode:
    """How a transaction begins.

    Args:
        command: The command that begins it.
        is_read_only: Whether it writes nothing, so that a lost reply to its COMMIT does not matter.
    """

    command: str
    is_read_only: bool


class Cursor(Protocol):
    """Executes statements inside one transaction."""

    def rows(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /
    ) -> list[Any]:
        """Execute a statement and return its rows."""
        ...

    def touched(self, statement: Statement, /, *parameters: Mapping[str, Any]) -> int:
        """Execute a statement once per parameter set and return the number of rows it touched."""
        ...
