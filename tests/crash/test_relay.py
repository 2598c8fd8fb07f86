"""Relays that SIGKILL ends in the middle of a batch, while others run and events keep coming."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

import attrs
import pytest

from fourtop import ManualClock
from fourtop.ports import Changes, Decision, Scope
from fourtop.storage.sql import SqlStore
from fourtop.testing.contract.harness import Beside
from fourtop.testing.contract.job import about
from fourtop.testing.contract.samples import HERE, THERE, a_house
from tests.crash.relay import BATCH, LEASE, Kill, Place, Relay
from tests.database.furnished import postgresql_url, sqlite_url
from tests.load.crowd import PRELOADED

KILLS = 10
PLACES = tuple(Place)
BOOKINGS = 5
NEW_EVENTS = 12
OPENED = datetime(2026, 5, 1, 12, tzinfo=UTC)
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.001
SHORTEST_LINE = len('["here", "b0", "0-0"]\n')


@pytest.fixture(params=["sqlite", "postgresql", "pgbouncer"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_url(by_bouncer=request.param == "pgbouncer") as address:
        yield address


def started(relay: Relay) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=relay, daemon=True)
    process.start()
    return process


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


@attrs.define
class Night:
    """Rounds of two relays: one in a process that is killed, and one that lives."""

    url: str
    log: Path
    draw: random.Random
    hits: int = 0

    def store(self) -> SqlStore:
        return SqlStore(self.url, clock=ManualClock(OPENED))

    def tell(self, store: SqlStore, number: int) -> None:
        """Write events of a few bookings, a few in each transaction."""
        for restaurant_id in (HERE, THERE):
            for first in range(0, NEW_EVENTS, 3):
                keys = [f"{number}-{first + place}" for place in range(3)]
                events = [
                    about(key, f"b{self.draw.randrange(BOOKINGS)}", restaurant_id=restaurant_id)
                    for key in keys
                ]
                written = Decision(None, Changes(events=tuple(events)))
                store.transact(Scope(restaurant_id), lambda _, written=written: written)  # type: ignore[misc]  # Bound at once.

    def run(self, store: SqlStore, number: int) -> None:
        """Let two relays work while events come; kill one of them, and let the other end."""
        kill = Kill(self.draw.randint(1, BATCH), PLACES[number % len(PLACES)])
        # What the last round's victim had leased is free again.
        now = OPENED + number * LEASE
        self.tell(store, 2 * number)
        before = size(self.log)
        victim = started(Relay(self.url, now, self.log, kill))
        # The victim is at work before the other one has done it all.
        self._await_log(victim, before + 1)
        other = Beside(Relay(self.url, now, self.log))
        self.tell(store, 2 * number + 1)
        if kill.place is Place.ANYWHERE:
            self._await_log(victim, before + kill.at_event * SHORTEST_LINE)
            victim.kill()
        victim.join(PATIENCE_SECONDS)
        other.wait()
        assert victim.exitcode == -signal.SIGKILL or (
            victim.exitcode == 0 and kill.place is Place.ANYWHERE
        )
        self.hits += victim.exitcode != 0

    def _await_log(self, victim: BaseProcess, length: int) -> None:
        """Wait until so much is published, or the victim is dead."""
        deadline = monotonic() + PATIENCE_SECONDS
        while victim.is_alive() and size(self.log) < length:
            assert monotonic() < deadline, "a relay hangs"
            victim.join(POLL_SECONDS)

    def heard(self) -> dict[tuple[str, str], list[str]]:
        """Return what was published of each booking, in order."""
        found: dict[tuple[str, str], list[str]] = {}
        for line in self.log.read_text().splitlines():
            restaurant_id, booking_id, key = json.loads(line)
            found.setdefault((restaurant_id, booking_id), []).append(key)
        return found


@pytest.mark.slow
def test_a_relay_killed_in_mid_batch_loses_and_reorders_nothing(url: str, tmp_path: Path) -> None:
    night = Night(url, tmp_path / "published", random.Random(8))
    store = night.store()
    for restaurant_id in (HERE, THERE):
        store.add_restaurant(a_house(restaurant_id))
    for number in range(KILLS):
        night.run(store, number)
    Relay(url, OPENED + KILLS * LEASE, night.log)()
    assert night.hits >= KILLS - KILLS // len(PLACES), (
        "all but those that were shot at were killed at work"
    )
    heard = night.heard()
    for restaurant_id in (HERE, THERE):
        written = store.events(restaurant_id)
        assert len(written) == KILLS * 2 * NEW_EVENTS
        for booking in range(BOOKINGS):
            keys = [event.dedupe_key for event in written if event.booking_id == f"b{booking}"]
            places = [keys.index(key) for key in heard[restaurant_id, f"b{booking}"]]
            assert sorted(set(places)) == list(range(len(keys))), "an event was lost"
            assert places == sorted(places), (
                "an event was published after a later one of its booking"
            )
    repeated = sum(map(len, heard.values())) - 2 * KILLS * 2 * NEW_EVENTS
    assert repeated <= night.hits * 2 * BOOKINGS, (
        "more was published again than the last event of each booking"
    )
    store.close()
