"""A server that is killed under the load of four clients, and comes back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing.connection import wait
from time import monotonic

import attrs
import pytest

from tests.crash.client import Acknowledged, Address, Client, Intent, Lost, Message
from tests.crash.witness import Witness, witness
from tests.database.cluster import Cluster
from tests.database.furnished import LOGIN, furnish

# Kills in the middle of a confirmation that waits for us, and kills at any moment of the others.
STUCK = 10
KILLS = 20
CLIENTS = 4
MOST_BEFORE = 12
PATIENCE_SECONDS = 60
DATABASE = "night"
# Only a confirmation writes there; it waits with the restaurant locked, and in the middle of its
# transaction.
BAR = b"LOCK TABLE fourtop.booking_confirmation_results IN SHARE ROW EXCLUSIVE MODE"
WAITING = b"SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server of its own, as durable as in production."""
    with Cluster(fsync=True) as cluster:
        furnish(cluster, DATABASE)
        yield cluster


@attrs.define
class Load:
    """Clients at work, and what they say."""

    clients: list[Client]
    seen: Witness
    _confirmed: set[Client] = attrs.field(factory=set, init=False)

    def messages(self) -> Iterator[Message]:
        """Hear what they say, one after the other, while the server is there."""
        while True:
            ready = wait([client.line for client in self.clients], PATIENCE_SECONDS)
            assert ready, "a client says something"
            for client in self.clients:
                if client.line in ready:
                    message = self._hear(client)
                    assert not isinstance(message, Lost), "the server is there"
                    yield message

    def _hear(self, client: Client) -> Message:
        message: Message = client.line.recv()
        self.seen.hear(message)
        if isinstance(message, Acknowledged):
            self._confirmed.add(client)
        return message

    def lose(self) -> list[Lost]:
        """Hear each of them out until it has lost the server, which is gone."""
        return [self._hear_loss(client) for client in self.clients]

    def _hear_loss(self, client: Client) -> Lost:
        while True:
            assert client.line.poll(PATIENCE_SECONDS), "a client says something"
            message = self._hear(client)
            if isinstance(message, Lost):
                return message

    def find(self, losses: list[Lost]) -> None:
        """Look at the losses before any retry; then tell the clients that the server is back."""
        for lost in losses:
            self.seen.look_after_loss(lost)
        self.seen.toll.hits += any(lost.key is not None for lost in losses)
        for client in self.clients:
            client.line.send("it is back")

    def run_until_an_intent(self, draw: random.Random) -> None:
        """Let each client confirm once or more, then a few times; return when one is about to."""
        self._confirmed.clear()
        more = draw.randrange(MOST_BEFORE)
        for message in self.messages():
            if len(self._confirmed) < len(self.clients):
                continue
            more -= 1
            if more < 0 and isinstance(message, Intent):
                return


def kill_in_mid_confirmation(server: Cluster) -> None:
    """Hold up whoever confirms next, in the middle of its transaction, and kill the server then."""
    with closing(server.connect(DATABASE)) as bar:
        bar.execute("BEGIN")
        bar.execute(BAR)
        deadline = monotonic() + PATIENCE_SECONDS
        while bar.execute(WAITING).fetchone() == (0,):
            assert monotonic() < deadline, "nobody confirms"
        server.kill()


@pytest.mark.slow
def test_a_server_killed_under_load_loses_and_tears_nothing(server: Cluster) -> None:
    draw = random.Random(1)
    first = (datetime.now(UTC) + timedelta(days=1)).date()
    url = server.url(DATABASE, user=LOGIN)
    with witness(url, server.url(DATABASE)) as seen:
        load = Load(
            [Client(Address(url), first, number, CLIENTS) for number in range(CLIENTS)], seen
        )
        try:
            for number in range(KILLS):
                load.run_until_an_intent(draw)
                if number < STUCK:
                    kill_in_mid_confirmation(server)
                else:
                    server.kill()
                losses = load.lose()
                server.start()
                load.find(losses)
            load.run_until_an_intent(draw)
        finally:
            said = [client.kill() for client in load.clients]
        for message in chain.from_iterable(said):
            seen.hear(message)
        seen.settle()
        seen.check_everything()
    assert seen.toll.hits >= STUCK, f"each of these fell into a confirmation: {seen.toll}"
    assert seen.toll.before >= STUCK, f"and before it was done: {seen.toll}"
    assert seen.acknowledged > KILLS * CLIENTS, "more were acknowledged than retried"
