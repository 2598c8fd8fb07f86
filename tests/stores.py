"""The stores that keep every promise: tests of the engine run on each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from fourtop import Event, MemoryStore
from fourtop.ports import Clock, Store


class WatchedStore(Store, Protocol):
    """A store whose events can be read."""

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first."""
        ...


MakeStore = Callable[[Clock], WatchedStore]

STORES: Final[Mapping[str, MakeStore]] = {"memory": MemoryStore}
