"""The awaited face of an engine: an async engine unchanged, a sync engine in threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.concurrency import run_in_threadpool

from fourtop.engine import AsyncDesk, AsyncEngine, Desk, Engine
from fourtop.errors import InvalidInput
from fourtop.http_api.event_feed import ReadPage
from fourtop.model.actor import Actor
from fourtop.ports import EventPage


class _ThreadedDesk:
    """The awaited face of a sync desk: each method runs in a thread of the server's pool."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._desk, name)

        async def call(*arguments: Any, **options: Any) -> Any:
            return await run_in_threadpool(method, *arguments, **options)

        return call


def check_engine(engine: object) -> Engine | AsyncEngine:
    """Return an engine, sync or async.

    Raises:
        InvalidInput: If it is neither.
    """
    if not isinstance(engine, Engine | AsyncEngine):
        raise InvalidInput("engine", "must be an Engine or an AsyncEngine", type(engine).__name__)
    return engine


def awaited_desk(engine: Engine | AsyncEngine, restaurant_id: str, actor: Actor) -> AsyncDesk:
    """Return a desk with awaited commands and reads.

    Raises:
        InvalidIdentifier: If the id is not an identifier.
    """
    if isinstance(engine, AsyncEngine):
        return engine.desk(restaurant_id, actor=actor)
    return cast("AsyncDesk", _ThreadedDesk(engine.desk(restaurant_id, actor=actor)))


def awaited_events(engine: Engine | AsyncEngine) -> ReadPage:
    """Return the awaited read of a page of events."""
    if isinstance(engine, AsyncEngine):
        return engine.store.events_after
    store = engine.store

    async def read(restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return await run_in_threadpool(store.events_after, restaurant_id, sequence, limit)

    return read
