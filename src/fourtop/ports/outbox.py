"""The outbox: the events of a store on their way out, at least once, in order."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import attrs

from fourtop.model.event import Event


def subject_of(event: Event) -> str:
    """Return whose turn an event has to wait for: the booking's id, else the hold's, else the restaurant's.

    Events of one restaurant and subject go out in the order in which they were written. That two
    kinds of subject might share an id does no harm: then one waits for the other, too.
    """
    return event.booking_id or event.hold_id or event.restaurant_id


@attrs.frozen
class Delivery:
    """An event that was claimed, to be published while the lease lasts.

    Args:
        event: The event.
        sequence: Its place: rises within a restaurant in the order of writing, and identifies the
            event there.
        attempts: How often publishing has failed so far.
        lease: Says whose it is; each claim has another. A delivery whose lease was taken over
            counts no more.
    """

    event: Event
    sequence: int
    attempts: int
    lease: str

    @property
    def lane(self) -> tuple[str, str]:
        """The restaurant and the subject: what keeps the order."""
        return self.event.restaurant_id, subject_of(self.event)


@attrs.frozen
class DeadLetter:
    """An event that was given up.

    Args:
        event: The event.
        sequence: Its place in the restaurant.
        attempts: How often publishing has failed.
        dead_us: When it was given up, in microseconds.
    """

    event: Event
    sequence: int
    attempts: int
    dead_us: int


class Outbox(Protocol):
    """Gives out the events of all restaurants. ``fourtop.testing.OutboxContract`` is this contract as a suite.

    An event is *waiting*, from the transaction that wrote it on, until it is delivered or dead. A
    waiting one may be *leased* (until an instant: at it, it is free again) or *resting* (from a
    failure until an instant). Times are those of the store's clock.

    Each method is one transaction, and safe to be called by several at once. Whatever names
    deliveries counts those whose lease is still the stored one and which are still waiting, and
    leaves the others alone: a lease that ran out counts for as long as nobody else has claimed the
    event.
    """

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, by sequence, oldest first.

        An event is given if it is neither leased nor resting, and no earlier waiting event of its
        restaurant and subject is left out, be it leased, resting, or beyond the limit. So of one
        subject a claim gives the first events, in order, or none; and two claims never give the
        same event while the lease lasts. A claim may give fewer than there are where others are
        claiming, and gives some if there are any and nobody is.

        Args:
            limit: How many at most; 1 or more.
            lease_us: For how long, in microseconds.

        Raises:
            StoreUnavailable: If the store cannot be reached; what was leased is free when the lease
                is over.
        """
        ...

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Write down that these were published; return how many of them were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; those will be given out again.
        """
        ...

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Give these back untried, to be claimed by whoever is next; return how many were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; they are free when the lease is over.
        """
        ...

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; tell whether the delivery was still the caller's.

        Args:
            delivery: What could not be published.
            wait_us: How long it rests from now on, in microseconds; ``None``: it is given up. A
                dead event keeps no other one waiting.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was counted.
        """
        ...

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, of all restaurants, first those that died first, then by place.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again, with no attempt counted; return how many were still dead.

        They keep their sequence, so they go before what is waiting; what was delivered meanwhile
        has overtaken them.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...
