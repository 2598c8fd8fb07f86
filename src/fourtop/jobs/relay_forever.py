"""Keep a relay running: publish events as they come, outlast an outage, and end cleanly."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol

from fourtop.errors import OutcomeUnknown, StoreUnavailable
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import rounds
from fourtop.jobs.relay import (
    AsyncPublish,
    Publish,
    Relay,
    Relayed,
    RelayOptions,
    check_async_publish,
    check_publish,
    wait_us,
)
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import AsyncOutbox, Outbox

_LOG: Final = logging.getLogger("fourtop.jobs")


class Stop(Protocol):
    """Tells a relay when to end. ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether the relay shall end."""
        ...

    def wait(self, timeout: float) -> object:
        """Wait for at most some seconds, or until the relay shall end."""
        ...


class AsyncStop(Protocol):
    """Tells a relay on an event loop when to end. ``asyncio.Event`` is one."""

    def is_set(self) -> bool:
        """Whether the relay shall end."""
        ...

    async def wait(self) -> object:
        """Wait until the relay shall end."""
        ...


def relay_forever(
    outbox: Outbox, publish: Publish, options: RelayOptions | None = None, *, stop: Stop
) -> Relayed:
    """Publish events as they come, until ``stop`` is set; then end cleanly.

    It does what ``relay_outbox`` does, looks again after ``idle_seconds`` where no event may be
    published, and outlasts an outage: while the store cannot be reached it tries again after 250 ms
    to 30 s. At the end it finishes the event in hand, records the published ones and returns the
    others to the outbox, so that another relay has them at once.

    Args:
        outbox: The store.
        publish: As for ``relay_outbox``.
        options: Batch size, lease, limits and the pause between two looks.
        stop: Tells when to end, as ``threading.Event`` does. A signal handler must not set a
            ``threading.Event`` on which its own thread may wait.

    Returns:
        The events that were handled in all.

    Raises:
        InvalidInput: If ``publish`` is not a plain function, or the store is asynchronous.
        StoreMisconfigured: If the store refuses to work; repair it as the text says.
        BaseException: An exception of ``publish`` that ends the program; the leases expire.
    """
    face = awaited(outbox, "claim")
    relay = Relay(face, check_publish(publish), RelayOptions() if options is None else options)

    async def pause(seconds: float) -> None:
        stop.wait(seconds)

    return at_once(_run(relay, stop.is_set, pause))


async def async_relay_forever(
    outbox: AsyncOutbox,
    publish: AsyncPublish,
    options: RelayOptions | None = None,
    *,
    stop: AsyncStop,
) -> Relayed:
    """Publish the events of an asynchronous store as they come, as ``relay_forever`` does.

    Set ``stop`` and await the task to end it cleanly. A cancelled relay is like a killed one:
    nothing is lost, and the events that it had leased are free when the lease ends.

    Args:
        outbox: The store.
        publish: As for ``async_relay_outbox``.
        options: As for ``relay_forever``.
        stop: Tells when to end, as ``asyncio.Event`` does.

    Raises:
        InvalidInput: If ``publish`` is not a function, or the store is synchronous.
        StoreMisconfigured: As ``relay_forever``.
    """
    # Slow to import, and a host that runs a loop has it already.
    from asyncio import wait_for  # noqa: PLC0415  # As above.

    face = check_awaited(outbox, "claim")
    given = check_async_publish(publish)
    relay = Relay(face, given, RelayOptions() if options is None else options)

    async def pause(seconds: float) -> None:
        waiting = stop.wait()
        try:
            await wait_for(waiting, seconds)
        except TimeoutError:
            return

    return await _run(relay, stop.is_set, pause)


async def _run(
    relay: Relay, is_stopped: Callable[[], bool], pause: Callable[[float], Awaitable[None]]
) -> Relayed:
    relay.is_stopped = is_stopped
    failures = 0
    for _ in rounds(relay.options.max_batches):
        if is_stopped():
            break
        try:
            seconds = 0.0 if await relay.relay_batch() else relay.options.idle_seconds
            failures = 0
        except (StoreUnavailable, OutcomeUnknown) as error:
            rest_us = wait_us(failures, random.random())  # noqa: S311  # Jitter.
            seconds = rest_us / MICROSECONDS_PER_SECOND
            failures += 1
            _LOG.warning("the relay tries again in %.1f s: %s", seconds, error.code.value)
        if seconds:
            await pause(seconds)
    with suppress(StoreUnavailable, OutcomeUnknown):
        await relay.record()
    relay.log_total()
    return relay.total
