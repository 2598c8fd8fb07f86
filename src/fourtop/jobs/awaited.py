"""Write a job once, as a coroutine: an async store is awaited, and a sync store returns at once."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast

from fourtop.engine.dispatch.executor import at_once
from fourtop.errors import InvalidInput
from fourtop.ports import AsyncMaintainedStore

__all__ = ["at_once", "awaited", "check_awaited"]


class _Awaited:
    """The awaited face of a sync store: each method runs to its end when it is awaited."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._store, name)

        async def call(*arguments: Any, **options: Any) -> Any:
            return method(*arguments, **options)

        return call


def awaited(store: object, method: str) -> AsyncMaintainedStore:
    """Return the awaited face of a sync store.

    Args:
        store: The store.
        method: A method that the job calls, by which an async store is recognised.

    Raises:
        InvalidInput: If the store is asynchronous. Await the job whose name begins with ``async_``.
    """
    if inspect.iscoroutinefunction(getattr(store, method, None)):
        raise InvalidInput(
            "store",
            "must be synchronous; for an asynchronous store, await the job async_…",
            type(store).__name__,
        )
    return cast("AsyncMaintainedStore", _Awaited(store))


def check_awaited(store: object, method: str) -> AsyncMaintainedStore:
    """Return an async store.

    Args:
        store: The store.
        method: A method that the job calls, by which a sync store is recognised.

    Raises:
        InvalidInput: If the store is synchronous. Call the job whose name lacks ``async_``.
    """
    if not inspect.iscoroutinefunction(getattr(store, method, None)):
        raise InvalidInput(
            "store",
            "must be asynchronous; for a synchronous store, call the job without async_",
            type(store).__name__,
        )
    return cast("AsyncMaintainedStore", store)
