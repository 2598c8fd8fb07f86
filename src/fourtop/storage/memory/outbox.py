"""The events of one restaurant, with the state of their delivery."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count

import attrs

from fourtop.model.event import Event
from fourtop.ports import DeadLetter, Delivery, StoredEvent, subject_of


@attrs.define
class _Entry:
    """An event with its state: waiting while ``settled_us`` is ``None``, else delivered or dead."""

    event: Event
    sequence: int
    attempts: int = 0
    next_us: int = 0
    lease: str | None = None
    leased_until_us: int = 0
    settled_us: int | None = None
    is_dead: bool = False

    def is_free(self, now_us: int) -> bool:
        is_leased = self.lease is not None and now_us < self.leased_until_us
        return not is_leased and now_us >= self.next_us

    def end_lease(self) -> None:
        self.lease = None
        self.leased_until_us = 0


class EventOutbox:
    """The events of one restaurant, in the order of writing. Not thread-safe.

    Args:
        numbers: Gives each event its sequence; rising.
    """

    def __init__(self, numbers: Iterator[int] | None = None) -> None:
        self.numbers: Iterator[int] = count(1) if numbers is None else numbers
        self.keys: set[str] = set()
        self._entries: dict[int, _Entry] = {}
        self._waiting: dict[int, _Entry] = {}

    def __iter__(self) -> Iterator[Event]:
        """Iterate over all kept events, delivered or not, in the order of writing."""
        return (entry.event for entry in self._entries.values())

    def since(self, sequence: int) -> list[StoredEvent]:
        """Return all kept events from a sequence on, it included. O(their number)."""
        found: list[StoredEvent] = []
        for entry in reversed(self._entries.values()):
            if entry.sequence < sequence:
                break
            found.append(StoredEvent(entry.event, entry.sequence))
        found.reverse()
        return found

    @property
    def newest(self) -> int:
        """The sequence of the newest kept event; 0: there is none."""
        return next(reversed(self._entries), 0)

    def extend(self, events: Iterable[Event]) -> None:
        """Add new events at the end; their keys are new."""
        for event in events:
            entry = _Entry(event, next(self.numbers))
            self._entries[entry.sequence] = self._waiting[entry.sequence] = entry
            self.keys.add(event.dedupe_key)

    def retract(self, events: Collection[Event]) -> None:
        """Forget the events that were added last, as far as they were added.

        ``index`` must follow.
        """
        keys = {event.dedupe_key for event in events}
        for sequence in reversed(list(self._entries)):
            if self._entries[sequence].event.dedupe_key not in keys:
                break
            del self._entries[sequence]
        self.keys -= keys

    def index(self) -> None:
        """Make the list of waiting events anew."""
        self._waiting = {
            number: each for number, each in self._entries.items() if each.settled_us is None
        }

    # ---- delivery

    def claimable(self, now_us: int) -> Iterator[tuple[int, int]]:
        """Yield (sequence, sequence) of claimable events: the first of each subject, or none."""
        held: set[str] = set()
        for entry in self._waiting.values():
            subject = subject_of(entry.event)
            if subject in held:
                continue
            if entry.is_free(now_us):
                yield entry.sequence, entry.sequence
            else:
                held.add(subject)

    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        """Lease a waiting event; an earlier lease ends."""
        entry = self._waiting[sequence]
        entry.lease, entry.leased_until_us = lease, until_us
        return Delivery(entry.event, sequence, entry.attempts, lease)

    def _find(self, delivery: Delivery) -> _Entry | None:
        entry = self._waiting.get(delivery.sequence)
        return None if entry is None or entry.lease != delivery.lease else entry

    def deliver(self, delivery: Delivery, now_us: int) -> bool:
        """Settle a delivery under its lease; false if the lease is not the stored one."""
        entry = self._find(delivery)
        if entry is not None:
            self._settle(entry, now_us)
        return entry is not None

    def release(self, delivery: Delivery) -> bool:
        """End the lease of a delivery; false if the lease is not the stored one."""
        entry = self._find(delivery)
        if entry is not None:
            entry.end_lease()
        return entry is not None

    def fail(self, delivery: Delivery, now_us: int, wait_us: int | None) -> bool:
        """Let a delivery rest for a while, or die; false if its lease is not the stored one."""
        entry = self._find(delivery)
        if entry is None:
            return False
        next_us = entry.next_us if wait_us is None else now_us + wait_us
        is_dead = wait_us is None
        attempts, settled_us = entry.attempts + 1, now_us if is_dead else None
        # One statement without a call, which no signal can divide.
        entry.attempts, entry.next_us, entry.is_dead = attempts, next_us, is_dead
        entry.lease, entry.leased_until_us, entry.settled_us = None, 0, settled_us
        if is_dead:
            del self._waiting[entry.sequence]
        return True

    def _settle(self, entry: _Entry, now_us: int) -> None:
        entry.lease, entry.leased_until_us, entry.settled_us = None, 0, now_us
        del self._waiting[entry.sequence]

    def dead(self) -> Iterator[DeadLetter]:
        """Yield the dead events, by sequence."""
        for entry in self._entries.values():
            if entry.is_dead and entry.settled_us is not None:
                yield DeadLetter(entry.event, entry.sequence, entry.attempts, entry.settled_us)

    def waiting(self) -> list[Event]:
        """Return the events that are neither delivered nor dead, in the order of writing."""
        return [entry.event for entry in self._waiting.values()]

    def revive(self, letter: DeadLetter) -> bool:
        """Let a dead event wait again, in its old order; tell whether it was dead."""
        entry = self._entries.get(letter.sequence)
        if entry is None or not entry.is_dead:
            return False
        entry.attempts, entry.next_us, entry.settled_us, entry.is_dead = 0, 0, None, False
        self.index()
        return True

    # ---- gone

    def over(self, before_us: int) -> Iterator[tuple[int, int]]:
        """Yield (time, sequence) of the events settled at an instant or earlier."""
        for entry in self._entries.values():
            if entry.settled_us is not None and entry.settled_us <= before_us:
                yield entry.settled_us, entry.sequence

    def drop(self, sequence: int) -> None:
        """Forget a settled event and its key."""
        # The key first: an interrupt may come between. An event without its key is dropped next
        # time; a key without its event would stay taken.
        self.keys.discard(self._entries[sequence].event.dedupe_key)
        del self._entries[sequence]
