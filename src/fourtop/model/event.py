"""Events: the changes that a restaurant publishes."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from fourtop.errors.display import brief
from fourtop.model.actor import Actor
from fourtop.model.direct_init import direct_init
from fourtop.model.window import brief_iso, from_micros


class EventType(StrEnum):
    """The kinds of events."""

    HOLD_CREATED = "capacity.hold.created"
    HOLD_EXTENDED = "capacity.hold.extended"
    HOLD_RELEASED = "capacity.hold.released"
    HOLD_REPLACED = "capacity.hold.replaced"
    HOLD_EXPIRED = "capacity.hold.expired"
    HOLD_CONFIRMED = "capacity.hold.confirmed"
    ASSIGNMENT_SYNC = "capacity.assignment.sync"
    BOOKING_CREATED = "capacity.booking.created"
    BOOKING_IMPORTED = "capacity.booking.imported"
    BOOKING_RESCHEDULED = "capacity.booking.rescheduled"
    BOOKING_STATUS = "capacity.booking.status"
    BOOKING_PROLONGED = "capacity.booking.prolonged"
    BOOKING_PINNED = "capacity.booking.pinned"
    WAITLIST_OFFERED = "capacity.waitlist.offered"
    SLOT_OPENED = "capacity.slot.opened"
    SLOT_CHANGED = "capacity.slot.changed"
    SLOT_CLOSED = "capacity.slot.closed"
    BLOCK_CREATED = "capacity.block.created"
    BLOCK_REMOVED = "capacity.block.removed"
    SHADOWS_WRITTEN = "capacity.shadows.written"
    SHADOWS_CLEARED = "capacity.shadows.cleared"
    FLOOR_CHANGED = "capacity.floor.changed"
    POLICY_CHANGED = "capacity.policy.changed"


@direct_init
@attrs.frozen(repr=False)
class Event:
    """One change, stored in the same transaction as the change itself.

    Args:
        type: The kind of event.
        dedupe_key: Unique in the restaurant; a consumer may drop an event with a known key.
        restaurant_id: The tenant.
        at_us: The time of the change, in microseconds.
        actor: The actor of the command.
        booking_id: The booking that it concerns, if any.
        hold_id: The hold that it concerns, if any.
        data: Ids, numbers, codes and instants; never names, addresses or free text.
    """

    type: EventType
    dedupe_key: str
    restaurant_id: str
    at_us: int
    actor: Actor
    booking_id: str | None = None
    hold_id: str | None = None
    data: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    @property
    def at(self) -> datetime:
        """The time of the change, in UTC."""
        return from_micros(self.at_us)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.type.value} at {brief_iso(self.at_us)}",
            "" if self.booking_id is None else f"booking {self.booking_id}",
            "" if self.hold_id is None else f"hold {self.hold_id}",
        )
