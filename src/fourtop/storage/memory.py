"""The memory store: one lock and one shelf for each restaurant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock, get_ident
from typing import Any, TypeVar

from fourtop.clock import SystemClock
from fourtop.errors import AlreadyExists, NotFound
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import MAX_NEEDS, Changes, Clock, Decision, Need, Scope, View
from fourtop.storage.shelf import Shelf

T = TypeVar("T")


class MemoryStore:
    """Keeps restaurants in memory, for as long as it lives. Safe for threads.

    Args:
        clock: Tells the time; by default the machine's. A restaurant's time never goes back, even if the
            clock does.

    >>> MemoryStore().restaurant_ids()
    ()
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = SystemClock() if clock is None else clock
        self._shelves: dict[str, Shelf] = {}
        self._locks: dict[str, AbstractContextManager[Any]] = {}
        self._latest_us: dict[str, int] = {}
        self._holders: dict[str, int] = {}
        self._opening = Lock()

    # ---- the port

    def open(self, house: House) -> None:
        """Put a new restaurant in place, with floor and policy at version 1 and nothing taken.

        Raises:
            AlreadyExists: If there is a restaurant of that id.
        """
        restaurant_id = house.restaurant.id
        with self._opening:
            if restaurant_id in self._shelves:
                raise AlreadyExists("restaurant", restaurant_id)
            self._latest_us[restaurant_id] = 0
            self._shelves[restaurant_id] = self._new_shelf(house)
            # Last, because a call that finds the lock finds everything.
            self._locks[restaurant_id] = self._new_lock()

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return tuple(sorted(self._shelves))

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view.

        Raises:
            NotFound: If there is no such restaurant.
        """
        with self._locked(scope.restaurant_id) as shelf:
            now_us = self._tell(scope.restaurant_id)
            return self._on_view(shelf, scope, now_us, ask)

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Raises:
            NotFound: If there is no such restaurant, or a change names what is not there.
            AllocationsOverlap: If live allocations would overlap.
            ForeignTenant: If a change is of another restaurant.
            AlreadyExists: If an id, key or de-duplication key is there already.
            StaleVersion: If a version is not the stored one plus one.
        """
        with self._locked(scope.restaurant_id) as shelf:
            now_us = self._tell(scope.restaurant_id)
            decision = self._on_view(shelf, scope, now_us, decide)
            self._write(shelf, decision.changes)
            return decision.result

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first.

        Raises:
            NotFound: If there is no such restaurant.
        """
        with self._locked(restaurant_id) as shelf:
            return tuple(shelf.events)

    # ---- what it is made of; a store for tests may be made of other things

    def _new_lock(self) -> AbstractContextManager[Any]:
        return Lock()

    def _new_shelf(self, house: House) -> Shelf:
        return Shelf(house)

    def _new_view(self, shelf: Shelf, scope: Scope, now_us: int) -> View:
        return View(shelf, scope, now_us)

    # ---- the steps of a call, in order: lock, clock, read, write

    @contextmanager
    def _locked(self, restaurant_id: str) -> Iterator[Shelf]:
        lock = self._locks.get(restaurant_id)
        if lock is None:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        me = get_ident()
        assert self._holders.get(restaurant_id) != me, "a decision or change must not ask its own restaurant"
        with lock:
            self._holders[restaurant_id] = me
            try:
                yield self._shelves[restaurant_id]
            finally:
                del self._holders[restaurant_id]

    def _tell(self, restaurant_id: str) -> int:
        latest_us = max(self._latest_us[restaurant_id], self._clock.now_us())
        self._latest_us[restaurant_id] = latest_us
        return latest_us

    def _on_view(self, shelf: Shelf, scope: Scope, now_us: int, question: Callable[[View], T | Need]) -> T:
        for _ in range(MAX_NEEDS + 1):
            view = self._new_view(shelf, scope, now_us)
            try:
                answer = question(view)
            finally:
                view.close()
            if not isinstance(answer, Need):
                return answer
            scope |= answer.scope
        raise AssertionError("a decision asked for more than three times")

    def _write(self, shelf: Shelf, changes: Changes) -> None:
        shelf.apply(changes)
