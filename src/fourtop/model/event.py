"""Events: what changed, for whoever listens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from fourtop.model.actor import Actor
from fourtop.model.window import from_micros


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
    BLOCK_CREATED = "capacity.block.created"
    BLOCK_REMOVED = "capacity.block.removed"
    FLOOR_CHANGED = "capacity.floor.changed"
    POLICY_CHANGED = "capacity.policy.changed"


@attrs.frozen
class Event:
    """One change, written in the same transaction as the change itself.

    Args:
        type: What kind.
        dedupe_key: Unique in the restaurant; a consumer that has seen it may drop the event.
        restaurant_id: The tenant.
        at_us: When, in microseconds.
        actor: Who.
        booking_id: The booking, if it is about one.
        hold_id: The hold, if it is about one.
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
        """When, in UTC."""
        return from_micros(self.at_us)
