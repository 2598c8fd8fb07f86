"""A host that books inside of its own transactions, and dies between its row and its commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from multiprocessing.connection import Connection
from typing import Any, Final
from unittest.mock import patch

import attrs
import psycopg
from sqlalchemy import make_url

from fourtop import BookingRequest, Engine, SqlStore
from fourtop.storage.sql.connection.driver import DriverCursor, Outcome, Ran, Step
from fourtop.storage.sql.connection.host.transaction import HostTransaction, HostTransactions
from fourtop.storage.sql.statement import Statement
from tests.crash.client import PARTY, start_of
from tests.crash.fuse import die
from tests.crash.killed_process import KilledProcess

_INSERT: Final = "INSERT INTO orders (id) VALUES ('{}') ON CONFLICT DO NOTHING"
_UPDATE: Final = "UPDATE orders SET restaurant_id = 'house', booking_id = '{}' WHERE id = '{}'"


@attrs.frozen
class Begun:
    """The host begins the transaction of an order."""

    number: int


@attrs.frozen
class Committed:
    """The commit of an order has come back."""

    number: int


Message = Begun | Committed


def name_of(number: int) -> str:
    """Return the id of an order: also the id of its booking, and the key of the command."""
    return f"order-{number}"


@attrs.define
class Fuse:
    """Ends its process by SIGKILL.

    Args:
        spared: How many transactions come to their end before.
        step: Before which statement of the transaction it burns, at the latest before the commit;
            ``None``: after the commit, and before anybody is told.
    """

    spared: int
    step: int | None
    _count: int = attrs.field(default=0, init=False)

    def begin(self) -> None:
        self._count = 0

    def burn(self) -> None:
        """Come to the next statement of the host or of fourtop."""
        if self.spared == 0 and self._count == self.step:
            die()
        self._count += 1

    def burn_before_commit(self) -> None:
        if self.spared == 0 and self.step is not None:
            die()

    def end(self) -> None:
        if self.spared == 0:
            die()
        self.spared -= 1


def connect(url: str) -> Any:
    """Open a connection of the host, with its driver."""
    parsed = make_url(url)
    if url.startswith("sqlite"):
        connection = sqlite3.connect(parsed.database or "")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
    return psycopg.connect(user=parsed.username, dbname=parsed.database, **parsed.query)  # type: ignore[arg-type]  # The query names a host and a port.


def serve_on_and_on(
    line: Connection, url: str, first: date, numbers: Iterator[int], fuse: Fuse | None
) -> None:
    """Take orders: a row of the host and its booking, in one transaction each."""
    fuse = Fuse(-1, None) if fuse is None else fuse
    with _burning(fuse), SqlStore(url) as store, closing(connect(url)) as connection:
        engine = Engine(store)
        for number in numbers:
            line.send(Begun(number))
            fuse.begin()
            take_order(engine, connection, first, number, fuse)
            line.send(Committed(number))


def take_order(
    engine: Engine, connection: Any, first: date, number: int, fuse: Fuse | None = None
) -> None:
    """Take one order; the same order again changes nothing."""
    fuse = Fuse(-1, None) if fuse is None else fuse
    name = name_of(number)
    fuse.burn()
    connection.execute(_INSERT.format(name))
    desk = engine.within(connection).desk("house")
    request = BookingRequest(PARTY, start_of(number, first))
    booking = desk.book(request, booking_id=name, key=name)
    fuse.burn()
    connection.execute(_UPDATE.format(booking.id, name))
    fuse.burn_before_commit()
    connection.commit()
    fuse.end()


class _burning:  # noqa: N801  # Used as a function.
    """Let a fuse see every statement that fourtop sends inside of the host's transaction."""

    def __init__(self, fuse: Fuse) -> None:
        opened = HostTransactions._open

        def watched(self: HostTransactions, *arguments: Any) -> HostTransaction:
            found = opened(self, *arguments)
            found._cursor = BurningCursor(found._cursor, fuse)
            return found

        self._patch = patch.object(HostTransactions, "_open", watched)

    def __enter__(self) -> None:
        self._patch.start()

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


@attrs.define
class BurningCursor:
    """A cursor in a host's transaction that comes to a fuse before each statement.

    Args:
        true: The cursor.
        fuse: The fuse.
    """

    _true: DriverCursor
    _fuse: Fuse
    is_manual: bool = False
    is_aborted: bool = False

    @property
    def cursor(self) -> Any:
        """Several sets of parameters come next, for one statement."""
        self._fuse.burn()
        return self._true.cursor

    def bind(self, statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        return self._true.bind(statement, parameters)

    def forget_statements(self) -> bool:
        return self._true.forget_statements()

    def run(self, steps: Sequence[Step]) -> Ran:
        outcomes: list[Outcome] = []
        for step in steps:
            self._fuse.burn()
            ran = self._true.run((step,))
            outcomes += ran.outcomes
            if ran.error is not None:
                return Ran(outcomes, ran.error)
        return Ran(outcomes)


class HostClient(KilledProcess[Message]):
    """A process of the host.

    Args:
        url: Of the database that it shares with fourtop.
        first: The date on which the first parties come.
        numbers: Of its orders.
        fuse: Where it dies by itself; ``None``: nowhere.
    """

    def __init__(
        self, url: str, first: date, numbers: Iterator[int], fuse: Fuse | None = None
    ) -> None:
        super().__init__(serve_on_and_on, url, first, numbers, fuse)
