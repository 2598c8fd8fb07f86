"""Steps of status: the booking after a step, and its rows with another end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from fourtop.engine.allocations import allocate
from fourtop.engine.invocation import Invocation
from fourtop.engine.rivals import find_rivals
from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, View


def after_step(
    invocation: Invocation, view: View, booking: Booking, target: BookingStatus, **facts: Any
) -> Booking:
    """Return a booking after a step of status.

    Args:
        invocation: Its actor is the actor of the step.
        view: For the time.
        booking: The booking before the step. ``undo`` returns to its status and its window.
        target: The new status.
        **facts: Other fields that the step changes.
    """
    window = None if booking.assignment is None else booking.assignment.window
    return attrs.evolve(
        booking,
        status=target,
        last_step=Step(booking.status, window, view.now_us),
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
        **facts,
    )


def own(booking_id: str) -> tuple[Owner, ...]:
    """Return a booking as the owner of allocations."""
    return (Owner(OwnerKind.BOOKING, booking_id),)


def current_rows(view: View, booking: Booking) -> tuple[Allocation, ...]:
    """Return the rows of the tables that a booking has now; the tables it left have ended."""
    given = booking.assignment
    rows = view.allocations_of(OwnerKind.BOOKING, booking.id)
    return tuple(
        row for row in rows if given is not None and row.window == given.window and not row.shadow
    )


def with_window(rows: Iterable[Allocation], window: Window) -> Changes:
    """Return the changes that give rows another window; rows that have it already stay."""
    replaced = tuple(
        (row, attrs.evolve(row, window=window)) for row in rows if row.window != window
    )
    return Changes(replaced=replaced) if replaced else NO_CHANGES


def lengthened(
    invocation: Invocation, view: View, booking: Booking, end_us: int
) -> tuple[Assignment, Changes]:
    """Return the assignment of a seated party that keeps its tables until a later time.

    Its rows get the later end. If another row took a table after they had ended, although the party
    sat there, they stay as they are, and the party gets rows from now on.

    Args:
        invocation: The ids of new rows derive from its id.
        view: Covers the time from the end of the rows on.
        booking: The booking; no other row is in the way from now on.
        end_us: The new end, in microseconds: after that of its rows, and not before now.
    """
    given = booking.assignment
    assert given is not None, "a seated party has tables"
    more = Window.of_micros(given.window.end_us, end_us)
    if not find_rivals(view, given.tables, more, own(booking.id)):
        window = Window.of_micros(given.window.start_us, end_us)
        return in_window(given, window), with_window(current_rows(view, booking), window)
    if end_us <= view.now_us:
        return given, NO_CHANGES
    window = Window.of_micros(view.now_us, end_us)
    placing = allocate(invocation, (OwnerKind.BOOKING, booking.id), given.tables, window)
    assignment = attrs.evolve(given, window=window, merge_group_id=placing.merge_group_id)
    return assignment, Changes(added=placing.rows)


def in_window(assignment: Assignment, window: Window) -> Assignment:
    """Return an assignment for another time."""
    return attrs.evolve(assignment, window=window)
