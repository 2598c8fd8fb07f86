"""The house of ``fourtop serve``: the sample pub, in the middle of an evening."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Final

import attrs

from fourtop import Actor, ClockBehind, Engine, ManualClock, SystemClock, sample
from fourtop.cli.database import Database
from fourtop.cli.demo import store_in
from fourtop.cli.migration import is_made, migrate
from fourtop.cli.running_clock import RunningClock
from fourtop.model.restaurant import zone_info
from fourtop.model.window import from_micros, to_micros
from fourtop.ports import Clock
from fourtop.simulation.demo.evening import play_until

PUB: Final = sample.pub().restaurant
STAFF: Final = Actor("host", "staff")

_LONG_AGO: Final = datetime(1971, 1, 1, tzinfo=UTC)
# Most parties of the first sitting are at table, and those of the second are to come.
_BEGINS: Final = time(19, 20)


@attrs.frozen(eq=False)
class DemoHouse:
    """The engine of the pub, and its clock.

    Args:
        engine: The engine.
        clock: The time of the pub, which is not that of the machine.
    """

    engine: Engine
    clock: Clock


@contextmanager
def opened_pub(database: Database, seed: int, on: date | None) -> Iterator[DemoHouse]:
    """Open the pub of a database. An empty database gets an evening first.

    Args:
        database: The database; a missing schema is created.
        seed: Seed of the guests of a new evening.
        on: Its date; ``None``: today.

    Raises:
        InvalidInput: If the date or the URL is invalid.
        WrongInput: If the directory of the file does not exist.
        StoreMisconfigured: If the schema is wrong and the login may not change it.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_place()
    if not is_made(database):
        migrate(database)
    clock = RunningClock(_standing_us(database) or _played_us(database, seed, on))
    with database.opened(clock) as store:
        yield DemoHouse(Engine(store), clock)


def _standing_us(database: Database) -> int | None:
    """Return the latest time of a pub that was served before; ``None``: it is new.

    Its evening goes on from there.
    """
    # A clock that is behind is told the latest time.
    with database.opened(ManualClock(_LONG_AGO)) as store:
        if PUB.id not in store.restaurant_ids():
            return None
        try:
            Engine(store).desk(PUB.id, actor=STAFF).versions()
        except ClockBehind as behind:
            return to_micros(datetime.fromisoformat(behind.told), "told")
    return SystemClock().now_us()


def _played_us(database: Database, seed: int, on: date | None) -> int:
    """Play the evening up to its middle, and return that time."""
    zone = zone_info(PUB.timezone)
    today = from_micros(SystemClock().now_us()).astimezone(zone).date()
    begins = datetime.combine(on or today, _BEGINS, zone)
    begins_us = to_micros(begins, "on")
    with store_in(database) as make_store:
        play_until(make_store, sample.pub(), sample.pub_demand(), seed=seed, until_us=begins_us)
    return begins_us
