"""Relays that are killed in the middle of a batch, by SIGKILL, while others go on and events keep coming."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

import attrs
import pytest

from fourtop import Event, ManualClock, Pace, relay_outbox
from fourtop.ports import Changes, Decision, Scope
from fourtop.storage.sql import SqlStore
from fourtop.testing.contract.job import about
from fourtop.testing.contract.row import HERE, THERE, a_house
from tests.database.furnished import postgresql_url, sqlite_url
from tests.load.crowd import PRELOADED

KILLS = 9
BOOKINGS = 5
BATCH = 10
NEW_EVENTS = 12
LEASE = timedelta(seconds=2)
OPENED = datetime(2026, 5, 1, 12, tzinfo=UTC)
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.001


@pytest.fixture(params=["sqlite", "postgresql", "pgbouncer"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_url(by_bouncer=request.param == "pgbouncer") as address:
        yield address


@attrs.frozen
class Kill:
    """Where a relay dies: at so many events of its own, before or after one is written to the log.

    Or somewhere between the two: by somebody else, once the log has so many lines.
    """

    at_event: int
    is_before: bool = False
    is_from_outside: bool = False


@attrs.frozen
class Relay:
    """A relay, to be run by a process.

    Args:
        url: The database.
        now: Its time, which stands still.
        log: Where it publishes to: all relays to one file, a line for each event, on the disk before it goes on.
        kill: Where it dies; ``None``: not at all.
    """

    url: str
    now: datetime
    log: Path
    kill: Kill | None = None

    def __call__(self) -> None:
        store = SqlStore(self.url, clock=ManualClock(self.now))
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        count = 0

        def publish(event: Event) -> None:
            nonlocal count
            count += 1
            is_last = self.kill is not None and not self.kill.is_from_outside and count == self.kill.at_event
            if is_last and self.kill is not None and self.kill.is_before:
                os.kill(os.getpid(), signal.SIGKILL)
            line = [event.restaurant_id, event.booking_id, event.dedupe_key]
            os.write(file, json.dumps(line).encode() + b"\n")
            os.fsync(file)
            if is_last:
                os.kill(os.getpid(), signal.SIGKILL)

        relay_outbox(store, publish, Pace(batch=BATCH, lease_seconds=round(LEASE.total_seconds())))
        store.close()


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
    """Rounds of relays, of which each time one is killed."""

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
                events = [about(key, f"b{self.draw.randrange(BOOKINGS)}", restaurant_id=restaurant_id) for key in keys]
                written = Decision(None, Changes(events=tuple(events)))
                store.transact(Scope(restaurant_id), lambda _, written=written: written)  # type: ignore[misc]  # Bound at once.

    def run(self, store: SqlStore, number: int) -> None:
        """Let two relays work while events come; kill one of them, and let the other end."""
        kill = Kill(
            self.draw.randint(1, BATCH), is_before=self.draw.random() < 0.5, is_from_outside=self.draw.random() < 0.5
        )
        # What the last round's victim had leased is free again.
        now = OPENED + number * LEASE
        self.tell(store, 2 * number)
        until = size(self.log) + kill.at_event * 30
        victim, other = (started(Relay(self.url, now, self.log, each)) for each in (kill, None))
        self.tell(store, 2 * number + 1)
        deadline = monotonic() + PATIENCE_SECONDS
        while kill.is_from_outside and victim.is_alive() and size(self.log) < until:
            assert monotonic() < deadline, "a relay hangs"
            victim.join(POLL_SECONDS)
        if kill.is_from_outside:
            victim.kill()
        for process in (victim, other):
            process.join(PATIENCE_SECONDS)
        assert other.exitcode == 0
        assert victim.exitcode in (0, -signal.SIGKILL)
        self.hits += victim.exitcode != 0

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
        store.open(a_house(restaurant_id))
    for number in range(KILLS):
        night.run(store, number)
    Relay(url, OPENED + KILLS * LEASE, night.log)()
    assert night.hits > KILLS // 2, "too few relays were killed at work"
    heard = night.heard()
    for restaurant_id in (HERE, THERE):
        written = store.events(restaurant_id)
        assert len(written) == KILLS * 2 * NEW_EVENTS
        for booking in range(BOOKINGS):
            keys = [event.dedupe_key for event in written if event.booking_id == f"b{booking}"]
            places = [keys.index(key) for key in heard[restaurant_id, f"b{booking}"]]
            assert sorted(set(places)) == list(range(len(keys))), "an event was lost"
            assert places == sorted(places), "an event was published after a later one of its booking"
    repeated = sum(map(len, heard.values())) - 2 * KILLS * 2 * NEW_EVENTS
    assert repeated <= night.hits * 2 * BOOKINGS, "more was published again than the last event of each booking"
    store.close()
