"""A database that several share, and what is left over in it for the jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import attrs
from sqlalchemy import make_url

from fourtop import (
    Event,
    HoldState,
    ManualClock,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_outbox,
    sweep_holds,
)
from fourtop.model.window import from_micros
from fourtop.ports import Changes, Decision, MaintainedStore, Scope
from fourtop.storage.sql import SqlStore
from fourtop.testing.contract.job import about, moved_there
from fourtop.testing.contract.samples import (
    HERE,
    NOON_US,
    THERE,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    of_booking,
    span,
)
from tests.database.session import cluster

# Far enough for everything that was over at noon to be put away.
DAY: Final = timedelta(days=1)
LATER: Final = from_micros(NOON_US) + 3 * DAY


@attrs.frozen
class Place:
    """A database, by its address: processes can be told of it."""

    url: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @contextmanager
    def opened(self, now: datetime = LATER) -> Iterator[SqlStore]:
        """Give a store of its own, at a time that stands still, and close it at the end."""
        store = SqlStore(self.url, clock=ManualClock(now))
        try:
            yield store
        finally:
            store.close()

    def table(self, name: str) -> str:
        return name if self.is_sqlite else f"fourtop.{name}"

    def count(self, table: str) -> int:
        """Count the rows of all restaurants in a table."""
        ((found,),) = self.query(f"SELECT count(*) FROM {self.table(table)}")  # noqa: S608  # A name of ours.
        return int(found)

    def query(self, text: str) -> list[Any]:
        """Ask as the owner of the database does, who sees everything."""
        name = make_url(self.url).database
        assert name is not None
        if not self.is_sqlite:
            return list(cluster().execute(text, database=name))
        connection = sqlite3.connect(name)
        try:
            return connection.execute(text).fetchall()
        finally:
            connection.close()


def write(store: MaintainedStore, restaurant_id: str, changes: Changes) -> None:
    """Write changes, whatever they are, in one transaction."""
    store.transact(Scope(restaurant_id), lambda _: Decision(None, changes))


def tell(store: MaintainedStore, *events: Event, restaurant_id: str = HERE) -> None:
    """Write events, in one transaction."""
    write(store, restaurant_id, Changes(events=events))


def furnish(store: SqlStore, rows: int) -> None:
    """Leave over so many rows of each kind in one restaurant, and a tenth of it in another."""
    for restaurant_id, number in ((HERE, rows - rows // 10), (THERE, rows // 10)):
        store.add_restaurant(a_house(restaurant_id))
        changes = _left_over(restaurant_id, number)
        write(store, restaurant_id, changes)


def _left_over(restaurant_id: str, number: int) -> Changes:
    """Return the counts: past rows, results, answers, ended holds, expired holds and events."""
    names = [f"n{each}" for each in range(number)]
    past = span(-600, -400)
    ended = [
        attrs.evolve(
            a_hold(f"e{name}", past), state=HoldState.RELEASED, restaurant_id=restaurant_id
        )
        for name in names
    ]
    expired = [
        attrs.evolve(a_hold(f"x{name}", past), restaurant_id=restaurant_id) for name in names
    ]
    assert all(hold.expires_at < LATER - DAY for hold in expired)
    rows = [
        a_row(name, of_booking(), window=span(place - 1_500, place - 1_499))
        for place, name in enumerate(names)
    ]
    return Changes(
        bookings=(attrs.evolve(a_booking(), restaurant_id=restaurant_id),),
        added=tuple(rows if restaurant_id == HERE else map(moved_there, rows)),
        confirmations=tuple(
            attrs.evolve(a_confirmation(name, name, confirmed=False), restaurant_id=restaurant_id)
            for name in names
        ),
        stored_results=tuple(
            attrs.evolve(an_answer(name), restaurant_id=restaurant_id) for name in names
        ),
        holds_added=(*ended, *expired),
        events=tuple(
            about(name, f"b{place % 50}", restaurant_id=restaurant_id)
            for place, name in enumerate(names)
        ),
    )


@attrs.frozen
class Job:
    """A job, and what it does to the rows of which tables.

    Args:
        run: Runs it, and says how many rows it has done.
        tables: Where the rows go from; where none go: where one for each comes to.
        now: When it is run.
    """

    run: Callable[[SqlStore], int]
    tables: tuple[str, ...]
    now: datetime = LATER

    def count(self, place: Place) -> int:
        return sum(place.count(table) for table in self.tables)


def _retain(store: SqlStore) -> int:
    done = prune_confirmations(store, days=1)
    return done.confirmations + done.stored_results + done.holds


JOBS: Final[Mapping[str, Job]] = MappingProxyType(
    {
        "sweep": Job(lambda store: sweep_holds(store).holds, ("capacity_outbox",)),
        "relay": Job(
            lambda store: relay_outbox(store, lambda _: None).published,
            ("capacity_outbox WHERE delivered_us IS NULL",),
        ),
        "prune": Job(lambda store: prune_allocations(store, days=1).allocations, ("allocations",)),
        "retain": Job(_retain, ("booking_confirmation_results", "command_results", "table_holds")),
        "events": Job(
            lambda store: prune_outbox(store, days=1).events, ("capacity_outbox",), LATER + 2 * DAY
        ),
    }
)
