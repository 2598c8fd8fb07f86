"""The outbox: publish the events of a store at least once, in order."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import attrs

from fourtop.model.event import Event


def subject_of(event: Event) -> str:
    """Return the subject of an event: the id of its booking, hold or restaurant, in this order.

    Events of one restaurant and subject are published in the order of writing. If subjects of two
    kinds share an id, each waits for the other.
    """
    return event.booking_id or event.hold_id or event.restaurant_id


@attrs.frozen
class Delivery:
    """A claimed event, to publish while the lease lasts.

    Args:
        event: The event.
        sequence: Its number: rises within a restaurant in the order of writing, and identifies the
            event there.
        attempts: How often publishing has failed so far.
        lease: The name of the claim; each claim has another. Once another claim has taken the
            event, this delivery no longer counts.
    """

    event: Event
    sequence: int
    attempts: int
    lease: str

    @property
    def lane(self) -> tuple[str, str]:
        """The restaurant and the subject, within which the order is kept."""
        return self.event.restaurant_id, subject_of(self.event)


@attrs.frozen
class DeadLetter:
    """An event that was given up.

    Args:
        event: The event.
        sequence: Its number in the restaurant.
        attempts: How often publishing has failed.
        dead_us: When it was given up, in microseconds.
    """

    event: Event
    sequence: int
    attempts: int
    dead_us: int


@attrs.frozen
class Backlog:
    """How much of an outbox waits.

    Args:
        waiting: Events that are neither delivered nor dead; leased and resting ones included.
        oldest_us: When the oldest of them was written, in microseconds; ``None``: none waits.
        dead: Events that were given up.
    """

    waiting: int
    oldest_us: int | None
    dead: int


class Outbox(Protocol):
    """Lease the events of all restaurants, and record their delivery.

    ``fourtop.testing.OutboxContract`` is this contract as a suite.

    An event is *waiting* from the transaction that wrote it until it is delivered or dead. A
    waiting event may be *leased* until an instant, at which it is free again, or *resting* from a
    failure until an instant. Times are those of the store's clock.

    Each method is one transaction, and several callers may run at once. A delivery is *still the
    caller's* while the event is waiting and its stored lease is that of the delivery: a lease that
    ran out counts until another claim takes the event. Methods ignore other deliveries.
    """

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, by sequence, oldest first.

        An event is claimed if it is neither leased nor resting, and no earlier waiting event of its
        restaurant and subject is left out because it is leased, resting, or beyond the limit. So a
        claim holds the first events of a subject, in order, or none of them, and two claims never
        hold the same event while the lease lasts. While other claims run, a claim may hold fewer
        events than are free; otherwise it holds at least one if any is free.

        Args:
            limit: How many at most; 1 or more.
            lease_us: For how long, in microseconds.

        Raises:
            StoreUnavailable: If the store cannot be reached; leased events are free when the lease
                ends.
        """
        ...

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Record that these were published; return how many of them were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; those will be given out again.
        """
        ...

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Return these to the outbox untried; return how many were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; they are free when the lease ends.
        """
        ...

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease.

        Args:
            delivery: The delivery that failed.
            wait_us: How long the event rests from now on, in microseconds; ``None``: it is given
                up. A dead event does not keep later ones waiting.

        Returns:
            Whether the delivery was still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was counted.
        """
        ...

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the dead events of all restaurants, by the time of death, then by sequence.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again, with no attempt counted; return how many were still dead.

        They keep their sequence, so they precede the waiting events; events delivered meanwhile
        have overtaken them.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...


class AsyncOutbox(Protocol):
    """The methods of ``Outbox``, awaited, with its promises.

    ``fourtop.testing.as_sync`` lets an asynchronous store run through ``OutboxContract``.
    """

    async def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, as ``Outbox.claim``.

        Raises:
            StoreUnavailable: If the store cannot be reached; leased events are free when the lease
                ends.
        """
        ...

    async def done(self, deliveries: Collection[Delivery]) -> int:
        """Record that these were published; return how many of them were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; those will be given out again.
        """
        ...

    async def release(self, deliveries: Collection[Delivery]) -> int:
        """Return these to the outbox untried; return how many were still the caller's.

        Raises:
            StoreUnavailable: If the store cannot be reached; they are free when the lease ends.
        """
        ...

    async def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease, as ``Outbox.fail``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was counted.
        """
        ...

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the dead events of all restaurants, by the time of death, then by sequence.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    async def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    async def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again, with no attempt counted; return how many were still dead.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...
