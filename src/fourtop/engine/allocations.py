"""Rows of allocations: made for holds, bookings and blocks, and freed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold, HoldState
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, View


@attrs.frozen
class Placing:
    """The rows of one owner for a set of tables, and the id of their merge group."""

    rows: tuple[Allocation, ...]
    merge_group_id: str | None


def allocate(
    call: Invocation,
    owner: tuple[OwnerKind, str],
    tables: tuple[str, ...],
    window: Window,
    part: str = "",
) -> Placing:
    """Make the rows of an owner: one for each table; a merge group's if there are several; a hold's handle.

    Args:
        call: Their ids derive from it.
        owner: Kind and id.
        tables: Table ids, in table order.
        window: The block window.
        part: Tells apart the rows of several owners in one call.
    """
    kind, owner_id = owner

    def row(ordinal: str, resource_type: ResourceType, resource_id: str) -> Allocation:
        row_id = call.row_id(f"{part}{ordinal}")
        return Allocation(
            row_id, call.restaurant_id, resource_type, resource_id, window, kind, owner_id
        )

    rows = [
        row(str(number), ResourceType.TABLE, table_id) for number, table_id in enumerate(tables, 1)
    ]
    merge_group_id = None
    if len(tables) > 1 and kind is not OwnerKind.BLOCK:
        merge_group_id = call.row_id(f"{part}group")
        rows.append(row("group", ResourceType.MERGE_GROUP, merge_group_id))
    if kind is OwnerKind.HOLD:
        rows.append(row("hold", ResourceType.HOLD, owner_id))
    return Placing(tuple(rows), merge_group_id)


def release_from(rows: Iterable[Allocation], now_us: int) -> Changes:
    """Return the changes that free rows from now on: what was used stays, what lies ahead goes."""
    removed = tuple(row for row in rows if row.window.start_us >= now_us)
    replaced = tuple(
        (row, attrs.evolve(row, window=Window.of_micros(row.window.start_us, now_us)))
        for row in rows
        if row.window.start_us < now_us < row.window.end_us
    )
    return Changes(removed=removed, replaced=replaced)


def end_hold(hold: Hold, state: HoldState, rows: tuple[Allocation, ...], event: Event) -> Changes:
    """Return the changes that end a hold and take away its rows."""
    return Changes(removed=rows, holds_changed=(attrs.evolve(hold, state=state),), events=(event,))


def expire_holds(
    call: Invocation, view: View, *windows: Window, kept: Collection[str] = ()
) -> Changes:
    """Return the changes that sweep the dead holds in some windows, so that their rows are in nobody's way.

    Args:
        call: For the events.
        view: Where they are found.
        windows: The block windows that are about to be taken.
        kept: Ids of holds that the command ends by itself.
    """
    dead = {
        hold.id: hold
        for window in windows
        for hold in view.dead_holds(window)
        if hold.id not in kept
    }
    changes = NO_CHANGES
    for hold in dead.values():
        event = hold_event(call, EventType.HOLD_EXPIRED, hold, view.now_us)
        changes += end_hold(hold, HoldState.EXPIRED, view.rows_of(hold), event)
    return changes


def released_for(
    call: Invocation, view: View, booking_id: str, *, kept: str | None = None
) -> Changes:
    """Return the changes that end the holds of a booking which wants no tables any more, or has others.

    Args:
        call: For the events.
        view: Where they are found.
        booking_id: The booking.
        kept: The id of a hold that the command ends by itself.
    """
    changes = NO_CHANGES
    for hold in view.active_holds_for(booking_id):
        if hold.id == kept:
            continue
        is_alive = hold.is_alive(view.now_us)
        state = HoldState.RELEASED if is_alive else HoldState.EXPIRED
        kind = EventType.HOLD_RELEASED if is_alive else EventType.HOLD_EXPIRED
        rows = view.rows_of(hold)
        changes += end_hold(hold, state, rows, hold_event(call, kind, hold, view.now_us))
    return changes
