"""The memory store: one lock and one state for each restaurant."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, suppress
from functools import partial
from heapq import nsmallest
from itertools import chain, count, islice, repeat
from operator import itemgetter, methodcaller
from threading import Lock, get_ident
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from fourtop.clock import SystemClock
from fourtop.errors import AlreadyExists, NotFound
from fourtop.errors.display import brief, count_of
from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.restaurant import Restaurant
from fourtop.model.window import Window
from fourtop.ports import (
    MAX_NEEDS,
    Backlog,
    Changes,
    Clock,
    DeadLetter,
    Decision,
    Delivery,
    EventPage,
    Need,
    Scope,
    View,
    is_behind,
    page_after,
    tell_time,
)
from fourtop.storage.memory.archive import rows_over
from fourtop.storage.memory.outbox import EventOutbox
from fourtop.storage.memory.state import RestaurantState

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K", int, str, tuple[str, str])

_ENTER: Final = methodcaller("__enter__")
_LEAVE: Final = methodcaller("__exit__", None, None, None)


class MemoryStore:
    """Keeps restaurants in memory. Thread-safe, and safe under signals such as Ctrl-C.

    An interrupt inside a call leaves the restaurant as before the call or as after it.

    Args:
        clock: Tells the time; by default the machine's. A restaurant's time never goes back, even
            if the clock does.

    >>> MemoryStore().restaurant_ids()
    ()
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = SystemClock() if clock is None else clock
        self._states: dict[str, RestaurantState] = {}
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
        """Add a restaurant with floor and policy at version 1 and no bookings.

        Compares the slug with those of all restaurants: O(restaurants).

        Raises:
            AlreadyExists: If a restaurant has that id or that slug; nothing is changed.
        """
        restaurant_id = house.restaurant.id
        with self._opening:
            if restaurant_id in self._states:
                raise AlreadyExists("restaurant", restaurant_id)
            self._check_slug(house.restaurant)
            self._latest_us[restaurant_id] = 0
            self._locks[restaurant_id] = self._new_lock()
            state = self._new_state(house)
            state.outbox.numbers = self._numbers
            # Last, because a call that finds the state finds everything.
            self._states[restaurant_id] = state

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            NotFound: If the restaurant does not exist.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        restaurant_id = scope.restaurant_id

        def remove(state: RestaurantState) -> None:
            self._on_view(state, scope, self._tell(restaurant_id), check)
            with self._opening:
                # The restaurant exists until this step. The other two entries may stay behind if an
                # interrupt comes here; a new restaurant of that id replaces them.
                del self._states[restaurant_id]
                self._locks.pop(restaurant_id, None)
                self._latest_us.pop(restaurant_id, None)

        self._inside(restaurant_id, remove)

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return tuple(sorted(self._states))

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the answer of ``ask`` on one consistent view.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        return self._inside(
            scope.restaurant_id,
            lambda state: self._on_view(state, scope, self._tell(scope.restaurant_id), ask),
        )

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Apply the changes of ``decide`` and return its result; or change nothing.

        Raises:
            NotFound: If the restaurant does not exist, or a change names a missing row.
            AllocationsOverlap: If live allocations would overlap.
            ForeignTenant: If a change is of another restaurant.
            AlreadyExists: If an id, key or de-duplication key is there already, or another
                restaurant has the new slug.
            StaleVersion: If a version is not the stored one plus one.
        """

        def write(state: RestaurantState) -> T:
            decision = self._on_view(state, scope, self._tell(scope.restaurant_id), decide)
            self._write(state, decision.changes)
            return decision.result

        return self._inside(scope.restaurant_id, write)

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        return self._inside(restaurant_id, lambda state: tuple(state.outbox))

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence. O(events after it).

        Raises:
            NotFound: If the restaurant does not exist.
        """

        def find(state: RestaurantState) -> EventPage:
            outbox = state.outbox
            if sequence is None:
                return EventPage((), outbox.newest, has_gap=False)
            now_us = self._tell(restaurant_id)
            return page_after(sequence, outbox.since(sequence), now_us=now_us, limit=limit)

        return self._inside(restaurant_id, find)

    def ping(self) -> None:
        """Return, since memory is always there."""

    def close(self) -> None:
        """Do nothing: a store in memory holds no connection and stays usable."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- maintenance, for jobs

    def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC)."""
        return self._clock.now_us()

    def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        Returns:
            By how many microseconds; 0 where the clock is at most five minutes behind.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        return self._inside(restaurant_id, lambda _: self._reset_clock(restaurant_id))

    def _reset_clock(self, restaurant_id: str) -> int:
        told_us, now_us = self._latest_us[restaurant_id], self._clock.now_us()
        if not is_behind(told_us, now_us):
            return 0
        self._latest_us[restaurant_id] = now_us
        return told_us - now_us

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (restaurant id, hold id) of the expired active holds, by expiry and ids."""
        found = self._inside_all(
            lambda states: _oldest(states, limit, lambda state: state.holds_expired(before_us))
        )
        return tuple((state.house.restaurant.id, hold_id) for state, hold_id in found)

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations that end at an instant or earlier into the archive, except holds'."""
        return self._clear(
            limit,
            lambda state: islice(rows_over(state.occupancy, before_us), limit),
            lambda state, row_id: state.archive_allocation(row_id),
        )

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, in order.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        return self._inside(restaurant_id, lambda state: state.archive.overlapping(window))

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results of an instant or earlier."""
        return self._clear(
            limit,
            lambda state: state.confirmations.results_over(before_us),
            lambda state, result_id: state.drop_result(result_id),
        )

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results of an instant or earlier, except those of kept successes."""
        return self._clear(
            limit,
            lambda state: state.confirmations.stored_results_over(before_us),
            lambda state, under: state.confirmations.drop_stored_result(under),
        )

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of ended holds without references."""
        return self._clear(
            limit,
            lambda state: state.holds_over(before_us),
            lambda state, hold_id: state.drop_hold(hold_id),
        )

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete events that were delivered or given up at an instant or earlier."""
        return self._clear(
            limit,
            lambda state: state.outbox.over(before_us),
            lambda state, sequence: state.drop_event(sequence),
        )

    # ---- the outbox

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; the first of each subject, or none."""

        def lease(states: list[RestaurantState]) -> tuple[Delivery, ...]:
            now_us = self.now_us()
            name = str(next(self._leases))
            found = _oldest(
                states, limit, lambda state: islice(state.outbox.claimable(now_us), limit)
            )
            return tuple(
                state.outbox.lease(sequence, name, now_us + lease_us) for state, sequence in found
            )

        return self._inside_all(lease)

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Record that these were published; return how many were still the caller's."""
        return sum(
            self._settle(each, lambda events, it: events.deliver(it, self.now_us()))
            for each in deliveries
        )

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Return these untried; return how many were still the caller's."""
        return sum(self._settle(each, lambda events, it: events.release(it)) for each in deliveries)

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; false if it was not the caller's any more."""
        return self._settle(delivery, lambda events, it: events.fail(it, self.now_us(), wait_us))

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the dead events, by the time of death, then by sequence."""
        found = self._inside_all(
            lambda states: [letter for state in states for letter in state.outbox.dead()]
        )
        return tuple(sorted(found, key=lambda each: (each.dead_us, each.sequence))[:limit])

    def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead."""

        def count_events(states: list[RestaurantState]) -> Backlog:
            waiting = [event for state in states for event in state.outbox.waiting()]
            dead = sum(1 for state in states for _ in state.outbox.dead())
            oldest_us = min((event.at_us for event in waiting), default=None)
            return Backlog(len(waiting), oldest_us, dead)

        return self._inside_all(count_events)

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again; return how many were still dead."""
        return sum(map(self._revive, letters))

    def _revive(self, letter: DeadLetter) -> bool:
        with suppress(NotFound):
            return self._inside(
                letter.event.restaurant_id,
                lambda state: state.run(partial(state.outbox.revive, letter)),
            )
        # The restaurant was removed with its events.
        return False

    def _settle(self, delivery: Delivery, settle: Callable[[EventOutbox, Delivery], bool]) -> bool:
        with suppress(NotFound):
            return self._inside(
                delivery.event.restaurant_id,
                lambda state: state.run(lambda: settle(state.outbox, delivery)),
            )
        # The restaurant was removed with its events.
        return False

    def _clear(
        self,
        limit: int,
        find: Callable[[RestaurantState], Iterable[tuple[int, K]]],
        drop: Callable[[RestaurantState, K], object],
    ) -> int:
        """Drop the oldest of the records that ``find`` yields in all restaurants."""

        def clear(states: list[RestaurantState]) -> int:
            found = _oldest(states, limit, find)
            for state, key in found:
                drop(state, key)
            return len(found)

        return self._inside_all(clear)

    # ---- parts that a store for tests may replace

    def _new_lock(self) -> AbstractContextManager[Any]:
        return Lock()

    def _new_state(self, house: House) -> RestaurantState:
        return RestaurantState(house)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return View(state, scope, now_us)

    # ---- the steps of a call, in order: lock, clock, read, write

    def _inside(self, restaurant_id: str, work: Callable[[RestaurantState], R]) -> R:
        """Run ``work`` alone in a restaurant, on records that are whole.

        CPython acts on a signal after a call returns, as a function begins and at the end of a
        loop's body. So the lock is entered and left by the ``with`` statement itself: a context
        manager written in Python could be interrupted before it releases the lock.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        lock = self._lock_of(restaurant_id)
        with lock:
            try:
                self._holders[restaurant_id] = get_ident()
                state = self._state_of(restaurant_id, lock)
                if state is None:
                    raise NotFound("restaurant", str(restaurant_id)[:64])
                return work(state)
            finally:
                self._holders.pop(restaurant_id, None)

    def _inside_all(self, work: Callable[[list[RestaurantState]], R]) -> R:
        """Run ``work`` alone in all restaurants.

        They are locked in the order of their ids. A command holds one lock only, so no two calls
        wait for each other.
        """
        named: dict[str, AbstractContextManager[Any]] = {}
        for restaurant_id in sorted(self._states):
            # A restaurant may be removed meanwhile, here and while this call waits for its lock.
            with suppress(NotFound):
                named[restaurant_id] = self._lock_of(restaurant_id)
        locks = list(named.values())
        held: list[tuple[object, AbstractContextManager[Any], str]] = []
        # Locks are taken in one call and released in one call, neither of which a signal divides;
        # ``held`` knows the locks that were taken before a signal ended the waiting.
        forgotten = map(self._holders.pop, map(itemgetter(2), held), repeat(None))
        released = map(_LEAVE, map(itemgetter(1), held))
        release: Callable[[], object] = partial(deque, chain(forgotten, released), 0)
        try:
            held.extend(zip(map(_ENTER, locks), locks, named, strict=False))
            self._holders.update(dict.fromkeys(named, get_ident()))
            found = (self._state_of(*each) for each in named.items())
            return work([state for state in found if state is not None])
        finally:
            release()

    def _lock_of(self, restaurant_id: str) -> AbstractContextManager[Any]:
        if restaurant_id not in self._states:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        assert self._holders.get(restaurant_id) != get_ident(), (
            "a decision or change must not ask its own restaurant"
        )
        lock = self._locks.get(restaurant_id)
        if lock is None:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        return lock

    def _state_of(
        self, restaurant_id: str, lock: AbstractContextManager[Any]
    ) -> RestaurantState | None:
        """Return a state under its lock; ``None`` if it was removed while the call waited."""
        if self._locks.get(restaurant_id) is not lock:
            return None
        state = self._states.get(restaurant_id)
        if state is not None and state.undo is not None:
            state.repair()
        return state

    def _tell(self, restaurant_id: str) -> int:
        told_us, now_us = self._latest_us[restaurant_id], self._clock.now_us()
        if now_us < told_us:
            now_us = tell_time(restaurant_id, told_us, now_us)
        self._latest_us[restaurant_id] = now_us
        return now_us

    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        for _ in range(MAX_NEEDS + 1):
            view = self._new_view(state, scope, now_us)
            try:
                answer = question(view)
            finally:
                view.close()
            if not isinstance(answer, Need):
                return answer
            scope |= answer.scope
        raise AssertionError("a decision asked for more than three times")

    def _write(self, state: RestaurantState, changes: Changes) -> None:
        policy = changes.policy
        if policy is None or policy.restaurant.slug == state.house.restaurant.slug:
            state.apply(changes)
            return
        # No restaurant is added and no other slug changes between the check and the write.
        with self._opening:
            state.check(changes)
            self._check_slug(policy.restaurant)
            state.apply(changes)

    def _check_slug(self, restaurant: Restaurant) -> None:
        """Refuse a slug that another restaurant has; the caller holds the lock for it."""
        for restaurant_id, state in self._states.items():
            if restaurant_id != restaurant.id and restaurant.slug in state.slugs:
                raise AlreadyExists("slug", restaurant.slug)


def _oldest(
    states: list[RestaurantState],
    limit: int,
    find: Callable[[RestaurantState], Iterable[tuple[int, K]]],
) -> list[tuple[RestaurantState, K]]:
    """Return the oldest records that ``find`` yields in some states, by age, restaurant and key."""
    assert limit >= 1, "a batch has at least one row"
    found = [
        (since_us, place, key)
        for place, state in enumerate(states)
        for since_us, key in nsmallest(limit, find(state))
    ]
    return [(states[place], key) for _, place, key in nsmallest(limit, found)]
