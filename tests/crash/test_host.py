"""A host that is killed between its row and its commit loses both or keeps both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic

import attrs
import pytest

from fourtop import Engine, NotFound, SqlStore
from tests.crash.client import large_house
from tests.crash.host_client import (
    Begun,
    Committed,
    Fuse,
    HostClient,
    Message,
    connect,
    name_of,
    take_order,
)
from tests.crash.killed_process import SLOWEST_SECONDS
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.within.conftest import ORDERS

# Before each statement of a transaction in turn (SQLite's has most), and after its commit.
STEPS = (*range(26), None, None)
# Killed by us at any moment of a transaction.
SHOTS = 12
KILLS = 40
MOST_BEFORE = 2


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the tables of fourtop and one of the host."""
    if request.param == "sqlite":
        found = sqlite_url(tmp_path / "night.db")
        with closing(connect(found)) as connection:
            connection.execute(ORDERS.format(schema=""))
            connection.commit()
        yield found
        return
    with postgresql_database() as name:
        cluster().execute(ORDERS.format(schema="fourtop."), database=name)
        cluster().execute(f"GRANT ALL ON orders TO {LOGIN}", database=name)
        yield cluster().url(name, user=LOGIN)


@attrs.define
class Judge:
    """Knows what the clients said, and looks at the database after each kill."""

    url: str
    first: date
    store: SqlStore
    begun: set[int] = attrs.field(factory=set)
    committed: set[int] = attrs.field(factory=set)
    kills: int = 0
    kept: int = 0
    lost: int = 0

    def hear(self, message: Message) -> None:
        if isinstance(message, Begun):
            self.begun.add(message.number)
        else:
            self.committed.add(message.number)

    def look(self) -> None:
        """Compare the rows of the host with the bookings, and settle the open order."""
        self.kills += 1
        engine = Engine(self.store)
        desk = engine.desk("house")
        with closing(connect(self.url)) as connection:
            rows = connection.execute("SELECT id, booking_id FROM orders").fetchall()
            assert all(id_ == booking_id for id_, booking_id in rows), "a row is torn"
            orders = {id_ for id_, _ in rows}
            assert {name_of(each) for each in self.committed} <= orders
            for number in sorted(self.begun - self.committed):
                name = name_of(number)
                if name in orders:
                    assert desk.get_booking(name).id == name
                    self.kept += 1
                else:
                    with pytest.raises(NotFound):
                        desk.get_booking(name)
                    self.lost += 1
                # Once more, as a service would: now both are there, once.
                take_order(engine, connection, self.first, number)
                self.committed.add(number)
            connection.rollback()
        names = {name_of(each) for each in self.committed}
        assert {each.booking_id for each in self.store.events("house")} >= names
        assert desk.audit().is_clean

    def shoot(self, client: HostClient, draw: random.Random, took: list[float]) -> None:
        """Let a client commit once, then kill it in the middle of a transaction."""
        begun = monotonic()
        while True:
            assert client.line.poll(SLOWEST_SECONDS), "a client says something"
            message: Message = client.line.recv()
            self.hear(message)
            if isinstance(message, Committed):
                took.append(monotonic() - begun)
                continue
            begun = monotonic()
            if took and client.line.poll(draw.uniform(0.0, 1.2) * median(took)):
                continue
            if took:
                return


@pytest.mark.slow
def test_a_host_killed_before_its_commit_keeps_both_or_loses_both(url: str) -> None:
    first = (datetime.now(UTC) + timedelta(days=1)).date()
    draw = random.Random(1)
    with SqlStore(url) as store:
        Engine(store).add_restaurant(large_house())
        judge = Judge(url, first, store)
        numbers = count()
        for step in STEPS:
            before = judge.kept
            client = HostClient(
                url, first, _next(numbers), Fuse(draw.randint(0, MOST_BEFORE), step)
            )
            client.await_death()
            for message in client.kill():
                judge.hear(message)
            judge.look()
            assert (judge.kept > before) is (step is None)
        took: list[float] = []
        for _ in range(SHOTS):
            client = HostClient(url, first, _next(numbers))
            try:
                judge.shoot(client, draw, took)
            finally:
                said = client.kill()
            for message in said:
                judge.hear(message)
            judge.look()
        assert judge.kills == KILLS
        assert judge.kept + judge.lost >= len(STEPS)
        assert judge.lost > 0
        bookings = {each.booking_id for each in store.events("house")}
        assert {name_of(each) for each in judge.committed} == bookings - {None}


def _next(numbers: count[int]) -> Iterator[int]:
    """Give numbers to one client, and leave the later ones to the next."""
    first = next(numbers) * 1_000
    return iter(range(first, first + 1_000))
