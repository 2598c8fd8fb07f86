"""A server with durable commits, databases in it that begin alike, and their restaurants."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, Final, TypeVar

import attrs

from benchmarks.bar import Bar
from fourtop import (
    BookingRequest,
    CapacityRule,
    Desk,
    Engine,
    Floor,
    House,
    Quote,
    sketch_floor,
    sketch_house,
)
from fourtop.storage.sql import SqlStore
from tests.database.cluster import Cluster
from tests.database.furnished import LOGIN, furnish
from tests.load.crowd import Crowd

T = TypeVar("T")

CLIENTS: Final = 8
FIRST_NIGHT: Final = datetime(2030, 5, 2, 12, tzinfo=UTC)
PARTIES_A_NIGHT: Final = 60

# Enough memory for a million rows, and no checkpoint in the middle of a short measurement.
_SETTINGS: Final = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "1h"}
_NUMBERS: Final = count(1)


@cache
def server() -> Cluster:
    """Return the server of this run. It ends with the process."""
    started = Cluster(fsync=True, settings=_SETTINGS)
    started.start()
    furnish(started, "empty")
    return started


@cache
def crowd() -> Crowd:
    """Return the client processes of this run. They end with it."""
    return Crowd(1, 2, CLIENTS)


def url(database: str) -> str:
    """Return the address of a database for the login of a service."""
    return server().url(database, user=LOGIN)


def unprepared(address: str) -> str:
    """Return an address without prepared statements, as behind a pooler; a direct one has them."""
    return f"{address}&prepare_threshold=none"


@contextmanager
def database(template: str = "empty") -> Iterator[str]:
    """Give the name of a copy of a database; it is dropped in the end."""
    name = f"copy_{next(_NUMBERS)}"
    server().create_database(name, template=template)
    try:
        yield name
    finally:
        server().drop_database(name)


@contextmanager
def opened(address: Any, **how: Any) -> Iterator[Engine]:
    """Give an engine on its own store. The warnings of the start-up check are known and hidden."""
    logging.getLogger("fourtop").setLevel(logging.ERROR)
    store = SqlStore(address, **how)
    try:
        yield Engine(store)
    finally:
        store.close()


@contextmanager
def furnished_with(houses: Iterable[House]) -> Iterator[str]:
    """Give the name of a database that has some houses in it, to be copied."""
    with database() as name:
        with opened(url(name)) as engine:
            for house in houses:
                engine.add_restaurant(house)
        yield name


def pub(name: str, *, tables: int = 40, is_capped: bool = True) -> House:
    """Return a house open all day: tables of 2, 4 and 6 seats joined in pairs, capped or not."""
    floor = sketch_floor(
        {str(number): 2 + 2 * (number % 3) for number in range(tables)},
        joins=[f"{number}-{number + 1}" for number in range(0, tables - 1, 2)],
    )
    make = capped if is_capped else sketch_house
    return make(name, floor, timezone="Europe/London", periods={"dinner": "10:00-23:00"})


def capped(name: str, floor: Floor, **policy: Any) -> House:
    """Return a house with a capacity rule, as every house has one; the rule never refuses here."""
    house = sketch_house(name, floor, **policy)
    return attrs.evolve(
        house, policy=attrs.evolve(house.policy, capacity_rules=[CapacityRule(max_covers=10_000)])
    )


def parties(number: int, *, skipped_nights: int = 0) -> list[BookingRequest]:
    """Return parties of two that all find a table: 60 a night, 15 minutes apart from noon on."""
    requests = []
    for place in range(number):
        night, party_size = divmod(place, PARTIES_A_NIGHT)
        start = FIRST_NIGHT + timedelta(days=skipped_nights + night, minutes=15 * (party_size % 20))
        requests.append(BookingRequest(2, start))
    return requests


def warm(desk: Desk, *, pairs: int = 12) -> None:
    """Do what happens only once: connect, load the house, compile statements and rankings."""
    for request in parties(pairs):
        assert isinstance(desk.quote(request), Quote)
        desk.confirm(desk.hold(request).id)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that a share of all values does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def fact(
    name: str, value: float, *, at_least: float | None = None, at_most: float | None = None
) -> Bar:
    """Make a line of a single figure, without a second side."""
    return Bar(name, [value], [1.0], calls=0, at_least=at_least, at_most=at_most)


def in_rounds(sides: dict[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run each side once a round, in turns; return the results of each side, round by round."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for number in range(rounds):
        # Whoever goes first in one round goes last in the next: neither has the server to himself
        # more often.
        for name in sides if number % 2 == 0 else reversed(sides):
            found[name].append(sides[name]())
    return found
