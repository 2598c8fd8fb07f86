"""A relay that keeps running in a process of its own, to be killed. It is small, to start soon."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Final

import attrs

from fourtop import (
    AsyncSqlStore,
    Event,
    RelayOptions,
    SqlStore,
    async_relay_forever,
    relay_forever,
)
from fourtop.cli.stop_signals import StopSignals

OPTIONS: Final = RelayOptions(batch=20, lease_seconds=6, idle_seconds=0.02)


@attrs.frozen
class LastingRelay:
    """A relay, to be run by a process until SIGTERM.

    Args:
        url: The database.
        log: Where it publishes to: all relays to one file, a line for each event, on the disk
            before it goes on.
        is_awaited: Whether the store is an async one.
    """

    url: str
    log: Path
    is_awaited: bool

    def __call__(self) -> None:
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

        def publish(event: Event) -> None:
            line = [event.restaurant_id, event.booking_id, event.dedupe_key]
            os.write(file, json.dumps(line).encode() + b"\n")
            os.fsync(file)

        if self.is_awaited:
            asyncio.run(self._run_awaited(publish))
            return
        with StopSignals.caught() as stop, SqlStore(self.url) as store:
            relay_forever(store, publish, OPTIONS, stop=stop)

    async def _run_awaited(self, publish: object) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

        async def later(event: Event) -> None:
            await asyncio.sleep(0)
            assert callable(publish)
            publish(event)

        async with AsyncSqlStore(self.url) as store:
            await async_relay_forever(store, later, OPTIONS, stop=stop)
