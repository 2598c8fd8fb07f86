"""A client that is killed or loses its server; it prints its intents and the acknowledgements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from multiprocessing.connection import Connection
from typing import Final, TypeVar

import attrs

from fourtop import (
    BookingRequest,
    Engine,
    FourtopError,
    House,
    OutcomeUnknown,
    StoreUnavailable,
    sketch_floor,
)
from fourtop.ports import Store
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from fourtop.testing import SyncBridge
from tests.crash.fuse import Fuse
from tests.crash.killed_process import KilledProcess
from tests.evening import a_house

T = TypeVar("T")

TABLES: Final = 40
TIMES: Final = ("17:00", "18:30", "20:00")
PARTY: Final = 4
LIVE_SECONDS: Final = 600
# From its start to a few confirmations, on the busiest of machines.


@attrs.frozen
class Intent:
    """It is about to confirm a hold."""

    key: str
    hold_id: str
    tables: tuple[str, ...]


@attrs.frozen
class Acknowledged:
    """The confirmation under a key was acknowledged."""

    key: str
    booking_id: str


@attrs.frozen
class Lost:
    """The server was lost during a confirmation (without a key: a hold); wait for a word."""

    key: str | None
    error: FourtopError


Message = Intent | Acknowledged | Lost


def large_house() -> House:
    """Return a house where thousands of parties find a table."""
    return a_house(sketch_floor({str(number): PARTY for number in range(1, TABLES + 1)}))


def start_of(number: int, first: date) -> datetime:
    """Return when a party comes: as many at one time as there are tables, from a date on."""
    evening, place = divmod(number, TABLES * len(TIMES))
    day = first + timedelta(days=evening)
    return datetime.combine(day, time.fromisoformat(TIMES[place % len(TIMES)]), UTC)


@attrs.frozen
class Address:
    """The address of a database, and how a client uses it.

    Args:
        url: The address.
        is_awaited: Whether the client's store is an async one; not on SQLite.
    """

    url: str
    is_awaited: bool = False

    def store(self, fuse: Fuse | None) -> Store:
        """Return a store of a client."""
        source = self.url if fuse is None else fuse.source(self.url)
        if not self.is_awaited:
            return SqlStore(source)
        assert isinstance(source, str), "a fuse watches the pipelines of async stores"
        return SyncBridge(AsyncSqlStore(source))


def confirm_on_and_on(
    line: Connection, address: Address, first: date, numbers: Iterator[int], fuse: Fuse | None
) -> None:
    """Hold and confirm for each party in turn; print a line before and after each confirmation."""
    desk = Engine(address.store(fuse)).desk("house")
    for number in numbers:
        request = BookingRequest(PARTY, start_of(number, first))

        def hold(
            request: BookingRequest = request, key: str = f"hold-{number}"
        ) -> tuple[str, tuple[str, ...]]:
            made = desk.hold(request, ttl_seconds=LIVE_SECONDS, key=key)
            return made.id, made.tables

        hold_id, tables = _with_one_retry(line, None, hold)
        key = f"confirm-{number}"

        def confirm(hold_id: str = hold_id, key: str = key) -> str:
            return desk.confirm(hold_id, key=key).id

        line.send(Intent(key, hold_id, tables))
        if fuse is not None:
            fuse.light()
        line.send(Acknowledged(key, _with_one_retry(line, key, confirm)))


def _with_one_retry(line: Connection, key: str | None, command: Callable[[], T]) -> T:
    """Give a command; if the server is lost, wait for the word that it is back, and retry."""
    try:
        return command()
    except (StoreUnavailable, OutcomeUnknown) as error:
        line.send(Lost(key, error))
    line.recv()
    return command()


class Client(KilledProcess[Message]):
    """A process that holds and confirms.

    Args:
        address: Of the database.
        first: The date on which the first parties come.
        number: Of its first party.
        step: How far its parties' numbers are from each other.
        fuse: Where it dies by itself; ``None``: nowhere.
    """

    def __init__(
        self, address: Address, first: date, number: int, step: int = 1, fuse: Fuse | None = None
    ) -> None:
        super().__init__(confirm_on_and_on, address, first, count(number, step), fuse)
