"""Allocations: make the rows of holds, bookings and blocks, and free them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy
from typing import Final

import attrs

from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Booking
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold, HoldState
from fourtop.model.receipt import Receipt
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, View


@attrs.frozen
class Placing:
    """The allocations of one owner, and the id of their merge group."""

    rows: tuple[Allocation, ...] = ()
    merge_group_id: str | None = None


NO_PLACING: Final = Placing()


def allocate(
    invocation: Invocation,
    owner: tuple[OwnerKind, str],
    tables: tuple[str, ...],
    window: Window,
    part: str = "",
) -> Placing:
    """Make an owner's allocations: one per table, one for a merge group, one for a hold's handle.

    Args:
        invocation: Their ids derive from its id.
        owner: Kind and id.
        tables: Table ids, in table order.
        window: The window that the tables are occupied.
        part: Prefix of the row ids, for a command that allocates for several owners.
    """
    kind, owner_id = owner
    tenant, first = invocation.restaurant_id, f"{invocation.id}.{part}"
    rows = [
        Allocation(f"{first}{number}", tenant, ResourceType.TABLE, table, window, kind, owner_id)
        for number, table in enumerate(tables, 1)
    ]
    merge_group_id = None
    if len(tables) > 1 and kind is not OwnerKind.BLOCK:
        id_ = merge_group_id = f"{first}group"
        resource = ResourceType.MERGE_GROUP
        rows.append(Allocation(id_, tenant, resource, id_, window, kind, owner_id))
    if kind is OwnerKind.HOLD:
        id_, resource = f"{first}hold", ResourceType.HOLD
        rows.append(Allocation(id_, tenant, resource, owner_id, window, kind, owner_id))
    return Placing(tuple(rows), merge_group_id)


def release_from(rows: Iterable[Allocation], now_us: int) -> Changes:
    """Return the changes that free rows from now on: the past stays, the future goes."""
    removed = tuple(row for row in rows if row.window.start_us >= now_us)
    replaced = tuple(
        (row, attrs.evolve(row, window=Window.of_micros(row.window.start_us, now_us)))
        for row in rows
        if row.window.start_us < now_us < row.window.end_us
    )
    return Changes(removed=removed, replaced=replaced)


def in_state(hold: Hold, state: HoldState) -> Hold:
    """Return a hold in another state. Faster than ``attrs.evolve``: a state needs no check."""
    changed = copy(hold)
    object.__setattr__(changed, "state", state)
    return changed


def with_receipt(booking: Booking, receipt: Receipt) -> Booking:
    """Return a booking with its receipt, as a command does. Faster than ``attrs.evolve``."""
    returned = copy(booking)
    object.__setattr__(returned, "receipt", receipt)
    return returned


def start_hold(
    invocation: Invocation, view: View, hold: Hold, kept: Collection[str] = ()
) -> Changes:
    """Return the changes that put a new hold and its rows in place.

    Args:
        invocation: For the ids and events.
        view: The holds that have expired.
        hold: The new hold.
        kept: Ids of expired holds that the command ends itself.
    """
    occupied = hold.stay.occupied
    placing = allocate(invocation, (OwnerKind.HOLD, hold.id), hold.tables, occupied)
    expired = expire_holds(invocation, view, occupied, kept=kept)
    event = hold_event(invocation, EventType.HOLD_CREATED, hold, view.now_us)
    changes = Changes(added=placing.rows, holds_added=(hold,), events=(event,))
    return changes if expired is NO_CHANGES else expired + changes


def end_hold(hold: Hold, state: HoldState, rows: tuple[Allocation, ...], event: Event) -> Changes:
    """Return the changes that end a hold and remove its rows."""
    return Changes(removed=rows, holds_changed=(in_state(hold, state),), events=(event,))


def expire_holds(
    invocation: Invocation, view: View, *windows: Window, kept: Collection[str] = ()
) -> Changes:
    """Return the changes that end the expired holds of some windows and remove their rows.

    Args:
        invocation: For the events.
        view: The holds.
        windows: The windows that the command is about to allocate.
        kept: Ids of holds that the command ends itself.
    """
    changes = NO_CHANGES
    found = {hold.id: hold for window in windows for hold in view.dead_holds(window)}
    for hold in found.values():
        if hold.id in kept:
            continue
        event = hold_event(invocation, EventType.HOLD_EXPIRED, hold, view.now_us)
        changes += end_hold(hold, HoldState.EXPIRED, view.rows_of(hold), event)
    return changes


def released_for(
    invocation: Invocation, view: View, booking_id: str, *, kept: str | None = None
) -> Changes:
    """Return the changes that end the holds of a booking that needs them no longer.

    Args:
        invocation: For the events.
        view: The holds.
        booking_id: The booking.
        kept: The id of a hold that the command ends itself.
    """
    changes = NO_CHANGES
    for hold in view.active_holds_for(booking_id):
        if hold.id == kept:
            continue
        is_alive = hold.is_alive(view.now_us)
        state = HoldState.RELEASED if is_alive else HoldState.EXPIRED
        kind = EventType.HOLD_RELEASED if is_alive else EventType.HOLD_EXPIRED
        event = hold_event(invocation, kind, hold, view.now_us)
        changes += end_hold(hold, state, view.rows_of(hold), event)
    return changes
