"""A long run of relays under kills: ``python -m tests.crash.relay_campaign --seed 1``, at the root.

Three relays keep running on one database, two of them on async stores, while events are written.
Every second or so one of them is killed, or told to end, and another takes its place; on PostgreSQL
the server is killed, too. At the end every event must have been published, and no event of a
booking after a later one. It prints what is kept as evidence in ``docs/evidence``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import attrs

from fourtop import AlreadyExists, Event, OutcomeUnknown, SqlStore, StoreUnavailable
from fourtop.ports import Changes, Decision, Scope
from fourtop.testing.contract.job import about
from fourtop.testing.contract.samples import HERE, THERE, a_house
from tests.crash.lasting_relay import LastingRelay
from tests.database.cluster import Cluster
from tests.database.furnished import LOGIN, furnish, sqlite_url
from tests.load.crowd import PRELOADED

RELAYS: Final = 3
BOOKINGS: Final = 40
BACKLOG: Final = 400
# Of ten relays that end, so many are told to; the others are killed.
TOLD_OF_TEN: Final = 2
DRAIN_SECONDS: Final = 120.0

Lane = tuple[str, str]


@attrs.define
class Campaign:
    """Relays on one database, their deaths, and what they published.

    Args:
        url: The database.
        log: The file that all relays publish to.
        draw: Chooses events and victims.
        server: Killed now and then; ``None``: SQLite has none.
        server_kill_seconds: The mean time between two kills of the server.
    """

    url: str
    log: Path
    draw: random.Random
    server: Cluster | None = None
    server_kill_seconds: float = 45.0
    tally: Counter[str] = attrs.field(factory=Counter)
    written: dict[Lane, list[str]] = attrs.field(factory=dict)
    _relays: list[BaseProcess] = attrs.field(factory=list)
    _number: int = 0

    def run(self, seconds: float) -> None:
        """Write and kill for so long, let the relays end their work, and judge the log.

        Raises:
            AssertionError: If an event was lost, or published after a later one of its booking.
        """
        with SqlStore(self.url) as store:
            for restaurant_id in (HERE, THERE):
                store.add_restaurant(a_house(restaurant_id))
            self._relays = [self._started() for _ in range(RELAYS)]
            try:
                self._rage(store, seconds)
                self._drain()
            finally:
                for each in self._relays:
                    each.kill()
                    each.join()
        self.judge()

    def _rage(self, store: SqlStore, seconds: float) -> None:
        end = time.monotonic() + seconds
        next_kill, next_server = (
            0.0,
            time.monotonic() + self.server_kill_seconds * self.draw.random(),
        )
        while (now := time.monotonic()) < end:
            if self.server is not None and now >= next_server:
                self.server.kill()
                self.server.start()
                self.tally["server killed"] += 1
                next_server = now + self.server_kill_seconds * self.draw.uniform(0.5, 1.5)
            if now >= next_kill:
                self._replace_one()
                next_kill = now + self.draw.uniform(0.5, 2.5)
            if self.tally["written"] - self._lines() < BACKLOG:
                self._write(store)
            else:
                time.sleep(0.01)

    def _replace_one(self) -> None:
        place = self.draw.randrange(RELAYS)
        victim = self._relays[place]
        if not victim.is_alive():
            raise AssertionError(f"a relay has ended by itself, with {victim.exitcode}")
        if self.draw.randrange(10) < TOLD_OF_TEN:
            victim.terminate()
            self.tally["told to end"] += 1
        else:
            victim.kill()
            self.tally["killed"] += 1
        victim.join()
        if victim.exitcode == -signal.SIGTERM:
            self.tally["told before they caught signals"] += 1
        elif victim.exitcode not in (0, -signal.SIGKILL):
            raise AssertionError(f"a relay has ended with {victim.exitcode}")
        self._relays[place] = self._started()

    def _started(self) -> BaseProcess:
        self._number += 1
        relay = LastingRelay(self.url, self.log, is_awaited=self._number % 3 != 0)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*PRELOADED, "tests.crash.lasting_relay", "fourtop.cli"])
        process = context.Process(target=relay, daemon=True)
        process.start()
        return process

    def _write(self, store: SqlStore) -> None:
        restaurant_id = self.draw.choice((HERE, THERE))
        events = []
        for _ in range(self.draw.randint(1, 4)):
            self.tally["written"] += 1
            key = f"{self.tally['written']:07}"
            booking = f"b{self.draw.randrange(BOOKINGS)}"
            events.append(about(key, booking, restaurant_id=restaurant_id))
        self._store_surely(store, restaurant_id, tuple(events))
        for event in events:
            lane = self.written.setdefault((restaurant_id, str(event.booking_id)), [])
            lane.append(event.dedupe_key)

    def _store_surely(self, store: SqlStore, restaurant_id: str, events: tuple[Event, ...]) -> None:
        """Write events; a lost reply is settled by writing them again."""
        while True:
            try:
                store.transact(
                    Scope(restaurant_id), lambda _: Decision(None, Changes(events=events))
                )
            except (StoreUnavailable, OutcomeUnknown) as error:
                self.tally[f"writes that met {error.code.value}"] += 1
            except AlreadyExists:
                return
            else:
                return

    def _drain(self) -> None:
        """Let the relays that live publish what waits; a lease of a killed one must end first."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while set(self._keys()) < {key for keys in self.written.values() for key in keys}:
            assert time.monotonic() < deadline, "events are not published in two minutes"
            time.sleep(0.2)

    def _lines(self) -> int:
        # Lines have one length but for the booking's number.
        return 0 if not self.log.exists() else self.log.stat().st_size // 28

    def _keys(self) -> list[str]:
        return [key for keys in self.heard().values() for key in keys]

    def heard(self) -> dict[Lane, list[str]]:
        """Return what was published of each booking, in order."""
        found: dict[Lane, list[str]] = {}
        if self.log.exists():
            for line in self.log.read_text().splitlines():
                restaurant_id, booking_id, key = json.loads(line)
                found.setdefault((restaurant_id, booking_id), []).append(key)
        return found

    def judge(self) -> None:
        """Compare what was published with what was written."""
        heard = self.heard()
        assert heard.keys() == self.written.keys(), "a booking has no event, or one that is not its"
        for lane, keys in self.written.items():
            places = {key: place for place, key in enumerate(keys)}
            found = [places[key] for key in heard[lane]]
            assert sorted(set(found)) == list(range(len(keys))), f"an event of {lane} was lost"
            assert found == sorted(found), f"an event of {lane} came after a later one"
        self.tally["published twice"] = sum(map(len, heard.values())) - self.tally["written"]


@contextmanager
def places(names: list[str], folder: Path) -> Iterator[dict[str, tuple[str, Cluster | None]]]:
    """Give an empty database of each name: its URL, and the server that may be killed."""
    found: dict[str, tuple[str, Cluster | None]] = {}
    if "sqlite" in names:
        found["SQLite"] = sqlite_url(folder / "night.db"), None
    if "postgresql" not in names:
        yield found
        return
    with Cluster(fsync=True) as server:
        furnish(server, "night")
        found["PostgreSQL"] = server.url("night", user=LOGIN), server
        yield found


def report(minutes: float, seed: int, names: list[str]) -> Iterator[str]:
    """Run a campaign on each database; yield the lines of the report."""
    yield f"python -m tests.crash.relay_campaign --minutes {minutes:g} --seed {seed}"
    yield f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    with tempfile.TemporaryDirectory() as name, places(names, Path(name)) as found:
        versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
        for _, each in found.values():
            if each is not None:
                ((version,),) = each.execute("SHOW server_version")
                versions.append(f"PostgreSQL {version}")
        yield f"versions  {', '.join(versions)}"
        yield f"relays    {RELAYS} at a time, two of three on async stores"
        for database, (url, server) in found.items():
            log = Path(name, f"{database}.log")
            campaign = Campaign(url, log, random.Random(seed), server)
            campaign.run(minutes * 60)
            yield ""
            yield f"{database}, {minutes:g} minutes"
            for what, count in sorted(campaign.tally.items()):
                yield f"{count:>9} {what}"
            yield "        0 lost, 0 after a later event of their booking"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--databases", default="sqlite,postgresql")
    found = parser.parse_args()
    for line in report(found.minutes, found.seed, found.databases.split(",")):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
