"""The jobs as periodic tasks of procrastinate, a task queue inside PostgreSQL.

::

    export FOURTOP_STORE=postgresql://bookings_jobs@db/bookings
    export QUEUE=postgresql://bookings_queue@db/bookings
    python procrastinate_jobs.py

It needs ``fourtop[async,postgres]`` and procrastinate. Any number of workers may run: procrastinate
gives each task to one of them, and overlapping runs of a job are harmless anyway.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from procrastinate import App, PsycopgConnector

from fourtop import (
    AsyncSqlStore,
    Event,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    async_relay_outbox,
    async_sweep_holds,
)

STORE = os.environ["FOURTOP_STORE"]
QUEUE = os.environ.get("QUEUE", STORE)

app = App(connector=PsycopgConnector(conninfo=QUEUE.replace("postgresql+psycopg:", "postgresql:")))
store = AsyncSqlStore(STORE)


# A queueing lock keeps one waiting run of each job, however long the workers were down.
@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fourtop-sweep")
async def sweep(timestamp: int) -> int:  # noqa: ARG001  # procrastinate gives it.
    """End expired holds, every minute."""
    return (await async_sweep_holds(store)).holds


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fourtop-relay")
async def relay(timestamp: int) -> int:  # noqa: ARG001  # procrastinate gives it.
    """Turn waiting events into tasks, every minute."""
    return (await async_relay_outbox(store, defer)).published


@app.periodic(cron="17 4 * * *")
@app.task(queueing_lock="fourtop-clear")
async def clear(timestamp: int) -> None:  # noqa: ARG001  # As above.
    """Archive and delete old rows, at night."""
    await async_prune_allocations(store)
    await async_prune_confirmations(store)
    await async_prune_outbox(store)


async def defer(event: Event) -> None:
    """Put an event into the queue. The lock keeps the tasks of one booking in order."""
    lane = event.booking_id or event.hold_id or event.restaurant_id
    await deliver.configure(lock=f"{event.restaurant_id}/{lane}").defer_async(
        kind=event.type.value, restaurant_id=event.restaurant_id, key=event.dedupe_key
    )


@app.task
async def deliver(kind: str, restaurant_id: str, key: str) -> None:
    """Tell the rest of the service. A repeated key is a repeated event."""
    print(kind, restaurant_id, key)


async def main(**options: Any) -> None:
    """Work on the queue until SIGTERM, or with ``wait=False`` until it is empty."""
    async with app.open_async(), store:
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        await app.run_worker_async(**options)


if __name__ == "__main__":
    asyncio.run(main())
