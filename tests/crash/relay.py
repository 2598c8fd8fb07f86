"""A relay that dies in the middle of a batch, by itself or killed. It is small, to start soon."""

from __future__ import annotations

import json
import os
import signal
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs

from fourtop import Event, ManualClock, RelayOptions, relay_outbox
from fourtop.storage.sql import SqlStore

BATCH: Final = 10
LEASE: Final = timedelta(seconds=2)


class Place(Enum):
    """Where in its work a relay dies, counted from one of its events."""

    BEFORE_IT_PUBLISHES = "before the event is in the log"
    AFTER_IT_HAS_PUBLISHED = "after the event is in the log"
    BEFORE_THE_NEXT_COMMIT = "when the event is written down as done, and not committed"
    AFTER_THE_NEXT_COMMIT = "when that is committed, before anything else"
    ANYWHERE = "by somebody else, about when the log has so many lines; it may be over by then"


@attrs.frozen
class Kill:
    """The event at which a relay kills itself, so that it dies at the same place everywhere."""

    at_event: int
    place: Place


@attrs.frozen
class Relay:
    """A relay, to be run by a process.

    Args:
        url: The database.
        now: Its time, which stands still.
        log: Where it publishes to: all relays to one file, a line for each event, on the disk
            before it goes on.
        kill: Where it dies; ``None``: not at all.
    """

    url: str
    now: datetime
    log: Path
    kill: Kill | None = None

    def __call__(self) -> None:
        store = SqlStore(self.url, clock=ManualClock(self.now))
        sessions: Any = store._transactions
        commit = sessions._commit
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        count = 0

        def publish(event: Event) -> None:
            nonlocal count
            count += 1
            self._die_at(Place.BEFORE_IT_PUBLISHES, count)
            line = [event.restaurant_id, event.booking_id, event.dedupe_key]
            os.write(file, json.dumps(line).encode() + b"\n")
            os.fsync(file)
            self._die_at(Place.AFTER_IT_HAS_PUBLISHED, count)

        def watched_commit(*arguments: object, **how: object) -> None:
            self._die_at(Place.BEFORE_THE_NEXT_COMMIT, count)
            commit(*arguments, **how)
            self._die_at(Place.AFTER_THE_NEXT_COMMIT, count)

        sessions._commit = watched_commit
        # Its watch stands still, too: a slow disk ends no batch before its time.
        pace = RelayOptions(batch=BATCH, lease_seconds=round(LEASE.total_seconds()))
        relay_outbox(store, publish, pace, elapsed=lambda: 0.0)
        store.close()

    def _die_at(self, place: Place, count: int) -> None:
        if self.kill is not None and self.kill.place is place and count >= self.kill.at_event:
            os.kill(os.getpid(), signal.SIGKILL)
