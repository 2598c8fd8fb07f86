"""A cursor of an asynchronous driver, awaited where SQLAlchemy's greenlet runs our code."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


def awaited(waiting: Awaitable[T]) -> T:
    """Wait for a call of a driver; the event loop goes on meanwhile."""
    from sqlalchemy.util import await_only  # noqa: PLC0415  # It needs greenlet, an extra.

    return await_only(waiting)


class AwaitedCursor:
    """A cursor with the methods that the stores use, without ``await``.

    Args:
        cursor: The cursor of psycopg or aiosqlite.
    """

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, text: str, values: Any = ()) -> None:
        """Execute a statement."""
        awaited(self._cursor.execute(text, values) if values else self._cursor.execute(text))

    def executemany(self, text: str, sets: Any) -> None:
        """Execute a statement once per parameter set."""
        awaited(self._cursor.executemany(text, sets))

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""
        return list(awaited(self._cursor.fetchall()))

    @property
    def description(self) -> Any:
        """What the columns of the last statement are; ``None``: it returns no rows."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """The number of rows that the last statement touched."""
        return int(self._cursor.rowcount)
