"""A relay that dies in the middle of a batch, by its own hand or by another's. It needs little, to be started soon."""

from __future__ import annotations

import json
import os
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from fourtop import Event, ManualClock, Pace, relay_outbox
from fourtop.storage.sql import SqlStore

BATCH: Final = 10
LEASE: Final = timedelta(seconds=2)


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
