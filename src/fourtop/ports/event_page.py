"""A page of the stored events of a restaurant, for consumers that follow them without a lease."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from fourtop.model.event import Event
from fourtop.model.window import MICROSECONDS_PER_MINUTE

# No job deletes an event that was written within the last day.
EVENTS_KEPT_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class StoredEvent:
    """An event with its place in the order of its restaurant.

    Args:
        event: The event.
        sequence: Its number, as ``Delivery.sequence``.
    """

    event: Event
    sequence: int


@attrs.frozen
class EventPage:
    """The next events of a restaurant after a place in their order.

    Args:
        events: The events, by sequence.
        position: The sequence to continue after: that of the last event of the page; of an empty
            page, the one that was asked for.
        has_gap: Whether an event between the two may have been deleted. A consumer then reads anew
            what it shows. False only if no event can be missing: the event that the consumer knows
            is stored, and younger than a day.
    """

    events: tuple[StoredEvent, ...]
    position: int
    has_gap: bool


def page_after(after: int, found: Sequence[StoredEvent], *, now_us: int, limit: int) -> EventPage:
    """Return the page of a store after a sequence.

    Args:
        after: The sequence that the consumer knows.
        found: The stored events from that sequence on, it included, by sequence: at least
            ``limit + 1`` of them, or all.
        now_us: The time of the restaurant.
        limit: How many events the page has at most.
    """
    is_kept = bool(found) and found[0].sequence == after
    events = tuple(found[1 : limit + 1] if is_kept else found[:limit])
    # Jobs delete by the time of delivery and not by sequence, so an event after a kept one may be
    # gone. But every event that is gone is older than a day, and so is each one before it.
    is_young = is_kept and now_us - found[0].event.at_us < EVENTS_KEPT_US
    return EventPage(events, events[-1].sequence if events else after, has_gap=not is_young)
