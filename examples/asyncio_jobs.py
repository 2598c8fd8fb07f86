"""The jobs beside an asynchronous service, on its own event loop and without another process.

``running_jobs`` is what the lifespan of the service enters. It needs ``fourtop[async]`` for a store
in a database; here the restaurants are in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    BookingRequest,
    Event,
    FourtopError,
    ManualClock,
    RelayOptions,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    async_relay_forever,
    async_sweep_holds,
    sample,
)

LOG = logging.getLogger("bookings.jobs")
MINUTE, DAY = 60, 24 * 60 * 60
Stores = AsyncMemoryStore | AsyncSqlStore


async def every(seconds: float, job: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Run a job now and then; one that fails is run again at its next turn."""
    while not stop.is_set():
        try:
            await job()
        except FourtopError as error:
            LOG.warning("a job failed and runs again in %.0f s: %s", seconds, error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)


@asynccontextmanager
async def running_jobs(
    store: Stores, publish: Callable[[Event], Awaitable[None]]
) -> AsyncIterator[None]:
    """Run the jobs for the length of a block; at its end they finish their work in hand."""
    stop = asyncio.Event()

    async def clear() -> None:
        await async_prune_allocations(store)
        await async_prune_confirmations(store)
        await async_prune_outbox(store)

    async with asyncio.TaskGroup() as tasks:
        relay = async_relay_forever(store, publish, RelayOptions(idle_seconds=0.05), stop=stop)
        tasks.create_task(relay)
        tasks.create_task(every(MINUTE, lambda: async_sweep_holds(store), stop))
        tasks.create_task(every(DAY, clear, stop))
        yield
        stop.set()


async def main() -> None:
    """Make a hold that is confirmed and one that is forgotten, and show what is published."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    store = AsyncMemoryStore(clock)
    desk = await AsyncEngine(store).add_restaurant(sample.pub())
    evening = datetime(2026, 5, 1, 18, tzinfo=UTC)
    hold = await desk.hold(BookingRequest(4, evening))
    await desk.confirm(hold.id, booking_id="b1")
    await desk.hold(BookingRequest(2, evening))
    clock.advance(minutes=5)
    swept = asyncio.Event()

    async def publish(event: Event) -> None:
        # A service sends it to its queue here, and returns when it is safe there.
        await asyncio.sleep(0)
        print(event.type.value)
        if event.type.value == "capacity.hold.expired":
            swept.set()

    async with running_jobs(store, publish):
        await swept.wait()
    print("ended cleanly")


if __name__ == "__main__":
    asyncio.run(main())
