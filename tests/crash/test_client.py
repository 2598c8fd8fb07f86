"""Clients that are killed in the middle of a confirmation, by SIGKILL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import monotonic

import attrs
import pytest

from tests.crash.client import Address, Client, Intent, Message
from tests.crash.fuse import Fuse
from tests.crash.killed_process import SLOWEST_SECONDS
from tests.crash.witness import Witness, witness
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import bouncer, cluster

# Ended by their own hand before each statement of a confirmation in turn (SQLite's has most), and
# after its commit.
FUSES = (*range(14), None, None)
# Killed by us at any moment; how many of them fall into a confirmation is the machine's affair.
SHOTS = 12
KILLS = len(FUSES) + SHOTS
MOST_BEFORE = 3
# Many shots fall where they matter most: around the commit, at the end of a confirmation.
AIMS = ((0.0, 1.0), (0.8, 1.2))


ONE_BY_ONE = "postgresql, one by one"
PLACES = (
    "sqlite",
    "postgresql",
    ONE_BY_ONE,
    "postgresql, awaited",
    "pgbouncer",
    "pgbouncer, awaited",
)


@attrs.frozen
class Place:
    """A database: its address for clients and for the judge, and the same as its owner sees it."""

    client: Address
    service: str
    owner: str


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "night.db")
        yield Place(Address(url), url, url)
        return
    with postgresql_database() as name:
        server = bouncer() if request.param.startswith("pgbouncer") else cluster()
        client = Address(server.url(name, user=LOGIN), request.param.endswith("awaited"))
        yield Place(client, cluster().url(name, user=LOGIN), cluster().url(name))


@attrs.define
class Killer:
    """Kills clients after a share of a confirmation's usual time, counted from its intent."""

    draw: random.Random
    took: list[float] = attrs.field(factory=lambda: [0.002])

    def follow_and_kill(self, client: Client, seen: Witness) -> None:
        """Let a client confirm a few times, then kill it while it does."""
        try:
            self._follow(client, seen)
        finally:
            said = client.kill()
        for message in said:
            seen.hear(message)

    def _follow(self, client: Client, seen: Witness) -> None:
        aim = self.draw.choice(AIMS)
        # The first confirmation of a process takes longer than others: it is spared, and does not
        # count.
        spared = first = self.draw.randint(1, MOST_BEFORE)
        while True:
            assert client.line.poll(SLOWEST_SECONDS), "a client says something"
            message: Message = client.line.recv()
            seen.hear(message)
            if not isinstance(message, Intent):
                continue
            begun = monotonic()
            patience = (
                self.draw.uniform(*aim) * median(self.took) if spared <= 0 else SLOWEST_SECONDS
            )
            if not client.line.poll(patience):
                return
            if spared < first:
                self.took.append(monotonic() - begun)
            spared -= 1


@pytest.fixture
def is_pipelined(request: pytest.FixtureRequest) -> bool:
    return bool(request.node.callspec.params["place"] != ONE_BY_ONE)


@pytest.mark.slow
def test_a_client_killed_in_mid_confirm_loses_and_tears_nothing(
    place: Place, *, is_pipelined: bool
) -> None:
    first = (datetime.now(UTC) + timedelta(days=1)).date()
    numbers = iter(range(KILLS))
    draw = random.Random(1)
    killer = Killer(draw)
    with witness(place.service, place.owner) as seen:
        for statement in FUSES:
            fuse = Fuse(draw.randint(1, MOST_BEFORE), statement, is_pipelined)
            client = Client(place.client, first, next(numbers), KILLS, fuse)
            client.await_death()
            for message in client.kill():
                seen.hear(message)
            (intent,) = seen.open
            assert seen.look(intent.key) is (statement is None)
            seen.settle()
        for number in numbers:
            client = Client(place.client, first, number, KILLS)
            killer.follow_and_kill(client, seen)
            seen.settle()
        seen.check_everything()
    assert seen.acknowledged > KILLS, "more were acknowledged than retried"
