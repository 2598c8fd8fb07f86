"""A trial of a store's jobs: the same store, and rows of various ages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.event import Event, EventType
from fourtop.ports import Clock, Delivery, MaintainedStore
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import HERE, NOON_US, STAFF, THERE

MakeMaintained = Callable[[Clock], MaintainedStore]

LEASE_US: Final = 30_000_000
ALL: Final = 1_000
# A batch smaller than the number of rows, so that rows are left for others.
FEW: Final = 3
THREADS: Final = 4


class JobTrial(Trial):
    """A trial of a store that jobs can run on.

    Args:
        make_store: Makes an empty store that tells the time by the clock it is given.
    """

    store: MaintainedStore

    def __init__(self, make_store: MakeMaintained) -> None:
        super().__init__(make_store)

    def tell(self, *events: Event, restaurant_id: str = HERE) -> None:
        """Write events, in one transaction."""
        self.write(restaurant_id, events=events)

    def claim(self, limit: int = ALL) -> tuple[Delivery, ...]:
        """Claim events for thirty seconds."""
        return self.store.claim(limit, LEASE_US)

    def claimed(self, limit: int = ALL) -> list[str]:
        """Claim events, and return their keys."""
        return keys_of(self.claim(limit))

    def told(self, restaurant_id: str = HERE) -> list[str]:
        """Return the keys of all events that are kept."""
        return [event.dedupe_key for event in self.store.events(restaurant_id)]

    def at_once(self, call: Callable[[], object]) -> None:
        """Make the call in several threads at once, and wait for all."""
        for each in [self.beside(call) for _ in range(THREADS)]:
            each.wait()


def about(
    key: str, booking_id: str | None = None, hold_id: str | None = None, restaurant_id: str = HERE
) -> Event:
    """Return an event about a booking, a hold, both, or the restaurant."""
    return Event(
        EventType.BOOKING_STATUS,
        key,
        restaurant_id,
        NOON_US,
        STAFF,
        booking_id,
        hold_id,
        {"version": 1},
    )


def keys_of(deliveries: tuple[Delivery, ...]) -> list[str]:
    """Return the keys of the events of deliveries, in order."""
    return [delivery.event.dedupe_key for delivery in deliveries]


def moved_there(row: Allocation) -> Allocation:
    """Return the same row of the other restaurant."""
    return attrs.evolve(row, restaurant_id=THERE)
