"""A fuse: it ends its own process by SIGKILL, at a known statement of a confirmation."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
import psycopg
from sqlalchemy import Engine, create_engine

from fourtop.storage.sql.connection.driver import Ran, Step
from fourtop.storage.sql.connection.pipeline import PipelineCursor

COMMIT: Final = "COMMIT"


@attrs.define
class Fuse:
    """Burns in one confirmation of its process.

    Args:
        spared: How many confirmations come to their end before.
        statement: Before which statement it burns: 0 is the one that begins the transaction, and at
            the latest it is the one that commits. ``None``: when that one has come back, and before
            anybody is told.
        is_pipelined: Whether PostgreSQL gets statements together, as usual, or one by one.
    """

    spared: int
    statement: int | None
    is_pipelined: bool = True
    _is_lit: bool = attrs.field(default=False, init=False)
    _count: int = attrs.field(default=0, init=False)

    def light(self) -> None:
        """Say that a confirmation begins now."""
        self._is_lit = self.spared == 0
        self.spared -= 1

    def burns_at(self, statement: object) -> bool:
        """Tell whether the process ends before a statement; if not, count it."""
        is_here = self._count == self.statement or statement == COMMIT
        self._count += self._is_lit
        return self._is_lit and self.statement is not None and is_here

    def burn_after(self, statement: object) -> None:
        """End the process if that statement has committed."""
        if self._is_lit and statement == COMMIT:
            die()

    @contextmanager
    def around(self, statement: object) -> Iterator[None]:
        """Let a statement be executed, unless this is where the process ends."""
        if self.burns_at(statement):
            die()
        yield
        self.burn_after(statement)

    def engine(self, url: str) -> Engine:
        """Return an engine whose statements all pass by here; the process has no other one."""
        if url.startswith("sqlite"):
            return create_engine(url, connect_args={"factory": _sqlite_connections(self)})
        if self.is_pipelined:
            _watch_pipelines(self)
            return create_engine(url)
        return create_engine(url, connect_args={"cursor_factory": _psycopg_cursors(self)})


def die() -> None:
    """End this process as ``kill -9`` does."""
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


def _watch_pipelines(fuse: Fuse) -> None:
    """Let all pipelines of this process pass by a fuse."""
    send, run = PipelineCursor._send, PipelineCursor.run

    def watched_send(self: PipelineCursor, steps: Sequence[Step], sent: list[Any]) -> None:
        for number, step in enumerate(steps):
            if fuse.burns_at(step.text):
                # The server gets and executes all that comes before.
                if number:
                    send(self, steps[:number], sent)
                while self._pgconn.flush():
                    pass
                die()
        send(self, steps, sent)

    def watched_run(self: PipelineCursor, steps: Sequence[Step]) -> Ran:
        ran = run(self, steps)
        fuse.burn_after(steps[-1].text)
        return ran

    PipelineCursor._send = watched_send  # type: ignore[method-assign]  # For this process.
    PipelineCursor.run = watched_run  # type: ignore[method-assign]  # As above.


def _psycopg_cursors(fuse: Fuse) -> type[psycopg.Cursor[Any]]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *more: Any, **how: Any) -> Any:
            with fuse.around(query):
                return super().execute(query, *more, **how)

        def executemany(self, query: Any, *more: Any, **how: Any) -> Any:
            with fuse.around(query):
                return super().executemany(query, *more, **how)

    return Cursor
