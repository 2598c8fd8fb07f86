"""Bookings: their life cycle, and the tables that they were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from fourtop.model.actor import Actor
from fourtop.model.calendar import Stay
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.window import Window, from_micros


class BookingStatus(StrEnum):
    """Where a booking is in its life."""

    PENDING = "pending"
    PENDING_ALLOCATION = "pending_allocation"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    PRIORITY_WAITLIST = "priority_waitlist"

    @property
    def occupies(self) -> bool:
        """Tell whether a booking of this status owns allocations for the rest of its window.

        The one predicate for it. A pending booking's tables are its hold's; one that ended keeps
        what it used, up to the moment it ended.
        """
        return self in _OCCUPYING

    @property
    def counts_covers(self) -> bool:
        """Tell whether its party counts towards the covers and parties of its service."""
        return self not in _UNCOUNTED

    def may_become(self, target: BookingStatus) -> bool:
        """Tell whether the life cycle has a step from here to ``target``."""
        return target in _STEPS[self]


_S = BookingStatus
_OCCUPYING: Final = frozenset({_S.CONFIRMED, _S.CHECKED_IN})
_UNCOUNTED: Final = frozenset({_S.CANCELLED, _S.NO_SHOW, _S.PRIORITY_WAITLIST})
_STEPS: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    _S.PENDING: frozenset({_S.PENDING_ALLOCATION, _S.CONFIRMED, _S.CANCELLED}),
    _S.PENDING_ALLOCATION: frozenset({_S.CONFIRMED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.CHECKED_IN, _S.CANCELLED, _S.NO_SHOW}),
    _S.PRIORITY_WAITLIST: frozenset({_S.CHECKED_IN, _S.CANCELLED, _S.NO_SHOW}),
    _S.CHECKED_IN: frozenset({_S.COMPLETED, _S.NO_SHOW}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.NO_SHOW: frozenset({_S.CONFIRMED}),
}


@attrs.frozen
class Assignment:
    """The tables that a booking was given.

    Args:
        tables: Table ids, in table order.
        window: When they are, or were, taken for it. It ends earlier than the booking's block
            window once the party has left or cancelled.
        merge_group_id: The id of its merge group, if it has two tables or more.
        assigned_us: When they were given, in microseconds.
        assigned_by: Who gave them.
    """

    tables: tuple[str, ...]
    window: Window
    merge_group_id: str | None
    assigned_us: int
    assigned_by: Actor

    @property
    def assigned_at(self) -> datetime:
        """When they were given, in UTC."""
        return from_micros(self.assigned_us)


@attrs.frozen
class Booking:
    """A party that is coming, came or did not come.

    What it occupies is written in the allocations that it owns, never computed from this.

    Args:
        id: Of the booking; unique in the restaurant.
        restaurant_id: The tenant.
        party_size: How many people.
        status: Where it is in its life.
        stay: Its service, dining and block window.
        assignment: Its tables; kept when it ends. ``None`` while it has none.
        version: Counts its changes, from 1.
        created_us: When it was made, in microseconds.
        updated_us: When it was last changed, in microseconds.
        actor: Who changed it last.
        past_reason: The host's code for why a start in the past was taken, if it was.
        receipt: What the command that returned it says besides; neither stored nor compared.
    """

    id: str
    restaurant_id: str
    party_size: int
    status: BookingStatus
    stay: Stay
    assignment: Assignment | None
    version: int
    created_us: int
    updated_us: int
    actor: Actor
    past_reason: str | None = None
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    @property
    def tables(self) -> tuple[str, ...]:
        """Its table ids, in table order; empty while it has none."""
        return () if self.assignment is None else self.assignment.tables

    @property
    def start(self) -> datetime:
        """When the party sits down, in UTC."""
        return self.stay.dining.start

    @property
    def created_at(self) -> datetime:
        """When it was made, in UTC."""
        return from_micros(self.created_us)

    @property
    def updated_at(self) -> datetime:
        """When it was last changed, in UTC."""
        return from_micros(self.updated_us)
