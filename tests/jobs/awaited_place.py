"""The jobs on async stores: the same leftovers, on a store that is awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fourtop import (
    AsyncSqlStore,
    Event,
    ManualClock,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    async_relay_outbox,
    async_sweep_holds,
)
from fourtop.ports import AsyncMaintainedStore
from tests.jobs.place import LATER, Place

AsyncJob = Callable[[AsyncMaintainedStore], Awaitable[int]]


@asynccontextmanager
async def opened(place: Place, now: datetime = LATER) -> AsyncIterator[AsyncSqlStore]:
    """Give an async store of its own, at a time that stands still."""
    async with AsyncSqlStore(place.url, clock=ManualClock(now)) as store:
        yield store


async def _sweep(store: AsyncMaintainedStore) -> int:
    return (await async_sweep_holds(store)).holds


async def _relay(store: AsyncMaintainedStore) -> int:
    async def publish(_event: Event) -> None:
        pass

    return (await async_relay_outbox(store, publish)).published


async def _prune(store: AsyncMaintainedStore) -> int:
    return (await async_prune_allocations(store, days=1)).allocations


async def _retain(store: AsyncMaintainedStore) -> int:
    done = await async_prune_confirmations(store, days=1)
    return done.confirmations + done.stored_results + done.holds


async def _events(store: AsyncMaintainedStore) -> int:
    return (await async_prune_outbox(store, days=1)).events


# By the names of ``tests.jobs.place.JOBS``.
ASYNC_JOBS: Final[Mapping[str, AsyncJob]] = MappingProxyType(
    {"sweep": _sweep, "relay": _relay, "prune": _prune, "retain": _retain, "events": _events}
)
