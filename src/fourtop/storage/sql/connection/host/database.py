"""The interface to a host's connection, one class per database."""

from __future__ import annotations

from typing import Any, Final, Protocol

import attrs

from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import DriverCursor
from fourtop.storage.sql.statement import Statement

READ_ONLY: Final = "it is read-only; begin one that may write"


@attrs.frozen
class Entered:
    """The facts of a host's transaction, read before our statements run in it.

    Args:
        identity: Names the database that the connection leads to.
        is_snapshot: Whether all statements of the transaction see one state of the database.
        is_read_only: Whether the transaction may not write.
        has_committed_houses: Whether the transaction has changed no house, as far as we can tell.
            Each house that it sees is then a committed one.
        settings: The parameters that restore the settings of the host.
    """

    identity: str
    is_snapshot: bool
    is_read_only: bool
    has_committed_houses: bool = False
    settings: dict[str, Any] = attrs.field(factory=dict)


class HostDatabase(Protocol):
    """The differences between the databases inside a transaction of the host."""

    statements: tuple[Statement, ...]
    checks_at_commit: bool
    """Whether some constraints of our tables are checked at the commit."""

    def is_driver_connection(self, source: object, *, is_async: bool) -> bool:
        """Whether a value is a connection of the database's driver."""
        ...

    def open_cursor(self, connection: Any, *, is_async: bool) -> DriverCursor:
        """Open a cursor that returns rows as tuples, whatever the host has chosen for its own.

        Args:
            connection: The driver's connection.
            is_async: Whether its methods are awaited.
        """
        ...

    def check(self, connection: Any) -> None:
        """Refuse a connection without a transaction that our statements can join.

        Raises:
            TransactionUnusable: The text says what the host has to do.
        """
        ...

    def is_lost(self, connection: Any) -> bool:
        """Whether the driver has found that its connection is of no use any more."""
        ...

    def begin(self, cursor: Connection, connection: Any, *, is_read_only: bool) -> bool:
        """Begin the transaction where the driver would begin it for a statement of the host.

        Return whether it was begun here; then it holds nothing of the host's yet.
        """
        ...

    def identify(self, cursor: Connection) -> str:
        """Return a text that names the database: the same on every connection to it."""
        ...

    def enter(self, cursor: Connection, *, is_read_only: bool) -> Entered:
        """Read the facts of the transaction. The savepoint is set; a command takes its lock.

        Raises:
            TransactionUnusable: A setting of the connection rules out our statements.
        """
        ...

    def leave(self, cursor: Connection, entered: Entered, *, changes_house: bool) -> None:
        """Restore the settings of the host; mark the transaction if it has changed a house."""
        ...
