"""The memory store: one lock and one shelf for each restaurant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from heapq import nsmallest
from itertools import count, islice
from threading import Lock, get_ident
from types import TracebackType
from typing import Any, Self, TypeVar

from fourtop.clock import SystemClock
from fourtop.errors import AlreadyExists, NotFound
from fourtop.errors.display import brief, count_of
from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import (
    MAX_NEEDS,
    Changes,
    Clock,
    DeadLetter,
    Decision,
    Delivery,
    Need,
    Scope,
    View,
)
from fourtop.storage.memory.archive import rows_over
from fourtop.storage.memory.outbox import EventQueue
from fourtop.storage.memory.state import Shelf

T = TypeVar("T")
K = TypeVar("K", int, str, tuple[str, str])


class MemoryStore:
    """Keeps restaurants in memory, for as long as it lives. Safe for threads.

    Args:
        clock: Tells the time; by default the machine's. A restaurant's time never goes back, even
            if the clock does.

    >>> MemoryStore().restaurant_ids()
    ()
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = SystemClock() if clock is None else clock
        self._shelves: dict[str, Shelf] = {}
        self._locks: dict[str, AbstractContextManager[Any]] = {}
        self._latest_us: dict[str, int] = {}
        self._holders: dict[str, int] = {}
        self._numbers = count(1)
        self._leases = count(1)
        self._opening = Lock()

    def __repr__(self) -> str:
        return brief(self, count_of(len(self.restaurant_ids()), "restaurant"))

    # ---- the port

    def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place, with floor and policy at version 1 and nothing taken.

        Raises:
            AlreadyExists: If there is a restaurant of that id.
        """
        restaurant_id = house.restaurant.id
        with self._opening:
            if restaurant_id in self._shelves:
                raise AlreadyExists("restaurant", restaurant_id)
            self._latest_us[restaurant_id] = 0
            shelf = self._new_shelf(house)
            shelf.events.numbers = self._numbers
            self._shelves[restaurant_id] = shelf
            # Last, because a call that finds the lock finds everything.
            self._locks[restaurant_id] = self._new_lock()

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            NotFound: If the restaurant does not exist.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        restaurant_id = scope.restaurant_id
        with self._locked(restaurant_id) as shelf:
            self._on_view(shelf, scope, self._tell(restaurant_id), check)
            # First, so that a call that waits for this lock finds that it is no longer the
            # restaurant's.
            del self._locks[restaurant_id]
            del self._latest_us[restaurant_id]
            # Last, because until then the id cannot be added again.
            del self._shelves[restaurant_id]

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

    def ping(self) -> None:
        """Return, since memory is always there."""

    def close(self) -> None:
        """Do nothing: a store in memory holds no connection and can be used on."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- maintenance: what jobs ask for

    def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC)."""
        return self._clock.now_us()

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return which active holds have expired, by expiry, restaurant and id: restaurant id and hold id."""
        with self._all_locked() as shelves:
            found = _oldest(shelves, limit, lambda shelf: shelf.holds_expired(before_us))
        return tuple((shelf.house.restaurant.id, hold_id) for shelf, hold_id in found)

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations that end at an instant or earlier into the archive, but for those of holds."""
        return self._clear(
            limit,
            lambda shelf: islice(rows_over(shelf.occupancy, before_us), limit),
            lambda shelf, row_id: shelf.archive.take(shelf.occupancy, row_id),
        )

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, in order.

        Raises:
            NotFound: If there is no such restaurant.
        """
        with self._locked(restaurant_id) as shelf:
            return shelf.archive.overlapping(window)

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results of an instant or earlier."""
        return self._clear(
            limit,
            lambda shelf: shelf.evidence.results_over(before_us),
            lambda shelf, result_id: shelf.evidence.drop_result(result_id),
        )

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored answers of an instant or earlier, but for those of confirmation results that are kept."""
        return self._clear(
            limit,
            lambda shelf: shelf.evidence.stored_results_over(before_us),
            lambda shelf, under: shelf.evidence.drop_stored_result(under),
        )

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of holds that have ended and that nothing refers to."""
        return self._clear(
            limit,
            lambda shelf: shelf.holds_over(before_us),
            lambda shelf, hold_id: shelf.drop_hold(hold_id),
        )

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete events that were delivered or given up at an instant or earlier."""
        return self._clear(
            limit,
            lambda shelf: shelf.events.over(before_us),
            lambda shelf, sequence: shelf.events.drop(sequence),
        )

    # ---- the outbox

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; of one subject the first ones or none."""
        with self._all_locked() as shelves:
            now_us = self.now_us()
            lease = str(next(self._leases))
            found = _oldest(
                shelves, limit, lambda shelf: islice(shelf.events.claimable(now_us), limit)
            )
            return tuple(
                shelf.events.lease(sequence, lease, now_us + lease_us) for shelf, sequence in found
            )

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Write down that these were published; return how many of them were still the caller's."""
        return sum(
            self._settle(each, lambda events, it: events.deliver(it, self.now_us()))
            for each in deliveries
        )

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Give these back untried; return how many of them were still the caller's."""
        return sum(self._settle(each, lambda events, it: events.release(it)) for each in deliveries)

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; tell whether the delivery was still the caller's."""
        return self._settle(delivery, lambda events, it: events.fail(it, self.now_us(), wait_us))

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, first those that died first, then by place."""
        with self._all_locked() as shelves:
            found = [letter for shelf in shelves for letter in shelf.events.dead()]
        return tuple(sorted(found, key=lambda each: (each.dead_us, each.sequence))[:limit])

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again; return how many were still dead."""
        revived = 0
        for letter in letters:
            with suppress(NotFound), self._locked(letter.event.restaurant_id) as shelf:
                revived += shelf.events.revive(letter)
        return revived

    def _settle(self, delivery: Delivery, settle: Callable[[EventQueue, Delivery], bool]) -> bool:
        with suppress(NotFound), self._locked(delivery.event.restaurant_id) as shelf:
            return settle(shelf.events, delivery)
        # The restaurant was removed with its events.
        return False

    def _clear(
        self,
        limit: int,
        find: Callable[[Shelf], Iterable[tuple[int, K]]],
        drop: Callable[[Shelf, K], object],
    ) -> int:
        """Drop the oldest of what is found in all restaurants."""
        with self._all_locked() as shelves:
            found = _oldest(shelves, limit, find)
            for shelf, key in found:
                drop(shelf, key)
        return len(found)

    @contextmanager
    def _all_locked(self) -> Iterator[list[Shelf]]:
        """Lock all restaurants in the order of their ids.

        A command holds one lock only, so no two calls can wait for each other.
        """
        with ExitStack() as locks:
            shelves = []
            for restaurant_id in sorted(self._locks):
                # A restaurant may be removed while this call waits for its lock.
                with suppress(NotFound):
                    shelves.append(locks.enter_context(self._locked(restaurant_id)))
            yield shelves

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
        assert self._holders.get(restaurant_id) != me, (
            "a decision or change must not ask its own restaurant"
        )
        with lock:
            if self._locks.get(restaurant_id) is not lock:
                # The restaurant was removed while this call waited.
                raise NotFound("restaurant", str(restaurant_id)[:64])
            self._holders[restaurant_id] = me
            try:
                yield self._shelves[restaurant_id]
            finally:
                del self._holders[restaurant_id]

    def _tell(self, restaurant_id: str) -> int:
        latest_us = max(self._latest_us[restaurant_id], self._clock.now_us())
        self._latest_us[restaurant_id] = latest_us
        return latest_us

    def _on_view(
        self, shelf: Shelf, scope: Scope, now_us: int, question: Callable[[View], T | Need]
    ) -> T:
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


def _oldest(
    shelves: list[Shelf], limit: int, find: Callable[[Shelf], Iterable[tuple[int, K]]]
) -> list[tuple[Shelf, K]]:
    """Return the oldest of what is found on some shelves: by age, restaurant and key."""
    assert limit >= 1, "a batch has at least one row"
    found = [
        (since_us, place, key)
        for place, shelf in enumerate(shelves)
        for since_us, key in nsmallest(limit, find(shelf))
    ]
    return [(shelves[place], key) for _, place, key in nsmallest(limit, found)]
