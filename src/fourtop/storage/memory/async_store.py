"""The memory store, awaited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from threading import get_ident
from types import TracebackType
from typing import Final, Self, TypeVar

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import (
    Backlog,
    Clock,
    DeadLetter,
    Decision,
    Delivery,
    EventPage,
    Need,
    Scope,
    View,
)
from fourtop.storage.memory.store import MemoryStore

T = TypeVar("T")

_PAUSE_SECONDS: Final = 0.001


class AsyncMemoryStore:
    """Keeps restaurants in memory and is awaited: a ``MemoryStore`` for ``AsyncEngine``.

    A call runs on the event loop itself, without a thread. Between reading and writing it awaits
    nothing, so a cancelled call has either happened or not begun. The loop is blocked while the
    decision runs: microseconds to a few milliseconds.

    Threads and loops may share a memory store if all their decisions are that short. While another
    thread is inside the restaurant the call waits and the loop goes on. If that thread enters
    between the look and the call, the loop waits for one decision.

    Args:
        clock: Tells the time; by default the machine's. A restaurant's time never goes back, even
            if the clock does.
        store: An existing memory store; it keeps its clock.

    Raises:
        InvalidInput: If a clock and a store are given.

    >>> import asyncio
    >>> asyncio.run(AsyncMemoryStore().restaurant_ids())
    ()
    """

    def __init__(self, clock: Clock | None = None, *, store: MemoryStore | None = None) -> None:
        if clock is not None and store is not None:
            raise InvalidInput(
                "clock", "must not be given with a store, which has its own", safe_repr(clock)
            )
        self._store = MemoryStore(clock) if store is None else store

    def __repr__(self) -> str:
        return brief(self, f"over {self._store!r}")

    async def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place, with floor and policy at version 1 and nothing taken.

        Raises:
            AlreadyExists: If a restaurant has that id or that slug.
        """
        self._store.add_restaurant(house)

    async def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            NotFound: If the restaurant does not exist.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        await self._wait_for_others(scope.restaurant_id)
        self._store.remove_restaurant(scope, check)

    async def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self._store.restaurant_ids()

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        await self._wait_for_others(scope.restaurant_id)
        return self._store.read(scope, ask)

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Raises:
            FourtopError: As ``MemoryStore.transact``.
        """
        await self._wait_for_others(scope.restaurant_id)
        return self._store.transact(scope, decide)

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        await self._wait_for_others(restaurant_id)
        return self._store.events(restaurant_id)

    async def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        await self._wait_for_others(restaurant_id)
        return self._store.events_after(restaurant_id, sequence, limit)

    async def ping(self) -> None:
        """Return, since memory is always there."""

    async def close(self) -> None:
        """Do nothing: a store in memory holds no connection and stays usable."""

    # ---- maintenance and outbox, for jobs

    async def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC)."""
        return self._store.now_us()

    async def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, as ``MemoryStore.reset_clock``.

        Returns:
            By how many microseconds; 0 where the clock is at most five minutes behind.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        await self._wait_for_others(restaurant_id)
        return self._store.reset_clock(restaurant_id)

    async def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (restaurant id, hold id) of the expired active holds, by expiry and ids."""
        await self._wait_for_all()
        return self._store.expired_holds(before_us, limit)

    async def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations that end at an instant or earlier into the archive, except holds'."""
        await self._wait_for_all()
        return self._store.archive_allocations(before_us, limit)

    async def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, in order.

        Raises:
            NotFound: If the restaurant does not exist.
        """
        await self._wait_for_others(restaurant_id)
        return self._store.archived(restaurant_id, window)

    async def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results of an instant or earlier."""
        await self._wait_for_all()
        return self._store.delete_confirmations(before_us, limit)

    async def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results of an instant or earlier, except those of kept successes."""
        await self._wait_for_all()
        return self._store.delete_stored_results(before_us, limit)

    async def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of ended holds without references."""
        await self._wait_for_all()
        return self._store.delete_holds(before_us, limit)

    async def delete_events(self, before_us: int, limit: int) -> int:
        """Delete events that were delivered or given up at an instant or earlier."""
        await self._wait_for_all()
        return self._store.delete_events(before_us, limit)

    async def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; the first of each subject, or none."""
        await self._wait_for_all()
        return self._store.claim(limit, lease_us)

    async def done(self, deliveries: Collection[Delivery]) -> int:
        """Record that these were published; return how many were still the caller's."""
        await self._wait_for_each(each.event.restaurant_id for each in deliveries)
        return self._store.done(deliveries)

    async def release(self, deliveries: Collection[Delivery]) -> int:
        """Return these untried; return how many were still the caller's."""
        await self._wait_for_each(each.event.restaurant_id for each in deliveries)
        return self._store.release(deliveries)

    async def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; false if it was not the caller's any more."""
        await self._wait_for_others(delivery.event.restaurant_id)
        return self._store.fail(delivery, wait_us)

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the dead events, by the time of death, then by sequence."""
        await self._wait_for_all()
        return self._store.dead_letters(limit)

    async def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead."""
        await self._wait_for_all()
        return self._store.backlog()

    async def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again; return how many were still dead."""
        await self._wait_for_each(each.event.restaurant_id for each in letters)
        return self._store.revive(letters)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _wait_for_others(self, restaurant_id: str) -> None:
        holders = self._store._holders  # noqa: SLF001  # Two faces of one store.
        # This thread itself passes: it asks from inside a decision, which the store refuses.
        while holders.get(restaurant_id) not in (None, get_ident()):
            from asyncio import sleep  # noqa: PLC0415  # Slow to import, and hardly ever needed.

            await sleep(_PAUSE_SECONDS)

    async def _wait_for_all(self) -> None:
        await self._wait_for_each(self._store.restaurant_ids())

    async def _wait_for_each(self, restaurant_ids: Iterable[str]) -> None:
        for restaurant_id in restaurant_ids:
            await self._wait_for_others(restaurant_id)
