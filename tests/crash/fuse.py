"""A fuse: it ends its own process by SIGKILL, at a known statement of a confirmation."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs
import psycopg
from sqlalchemy import Engine, create_engine

COMMIT: Final = "COMMIT"


@attrs.define
class Fuse:
    """Burns in one confirmation of its process.

    Args:
        spared: How many confirmations come to their end before.
        statement: Before which statement it burns: 0 is the one that begins the transaction, and at
            the latest it is the one that commits. ``None``: when that one has come back, and before
            anybody is told.
    """

    spared: int
    statement: int | None
    _is_lit: bool = attrs.field(default=False, init=False)
    _count: int = attrs.field(default=0, init=False)

    def light(self) -> None:
        """Say that a confirmation begins now."""
        self._is_lit = self.spared == 0
        self.spared -= 1

    @contextmanager
    def around(self, statement: object) -> Iterator[None]:
        """Let a statement be executed, unless this is where the process ends."""
        is_commit = statement == COMMIT
        if (
            self._is_lit
            and self.statement is not None
            and (self._count == self.statement or is_commit)
        ):
            _die()
        self._count += self._is_lit
        yield
        if self._is_lit and is_commit:
            _die()

    def engine(self, url: str) -> Engine:
        """Return an engine whose cursors pass by here with all that they execute."""
        if url.startswith("sqlite"):
            return create_engine(url, connect_args={"factory": _sqlite_connections(self)})
        return create_engine(url, connect_args={"cursor_factory": _psycopg_cursors(self)})


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sqlite_connections(fuse: Fuse) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, values: Any = (), /) -> Any:
            with fuse.around(sql):
                return super().execute(sql, values)

        def executemany(self, sql: str, values: Any, /) -> Any:
            with fuse.around(sql):
                return super().executemany(sql, values)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

    return Connection


def _psycopg_cursors(fuse: Fuse) -> type[psycopg.Cursor[Any]]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *more: Any, **how: Any) -> Any:
            with fuse.around(query):
                return super().execute(query, *more, **how)

        def executemany(self, query: Any, *more: Any, **how: Any) -> Any:
            with fuse.around(query):
                return super().executemany(query, *more, **how)

    return Cursor
