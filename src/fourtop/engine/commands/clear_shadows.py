"""Clear shadows: delete shadow bookings with their allocations."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import shadow_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import IllegalTransition, InvalidInput
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import BookingStatus
from fourtop.model.event import EventType
from fourtop.model.results import ClearReport
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, Need, Scope, View


def command(
    caller: Caller, window: Window | None, booking_ids: Collection[str], *, key: str | None
) -> Command[ClearReport]:
    """Build the command.

    Raises:
        InvalidInput: If not exactly one of window and ids is given, or one is of another type.
        InvalidIdentifier: If an id or the key is malformed.
    """
    named = validators.check_identifiers("booking_ids", booking_ids)
    if (window is None) == (not named):
        given = "both" if named else "neither"
        raise InvalidInput("window, booking_ids", "give exactly one of them", given)
    windows = () if window is None else (validators.check_instance("window", window, Window),)
    invocation = caller.invocation("clear_shadows", key, {"window": window, "booking_ids": named})
    return Command(
        invocation,
        Scope(caller.restaurant_id, sittings=windows, bookings=frozenset(named)),
        lambda view, _: clear_shadows(invocation, view, window, named),
    )


def clear_shadows(
    invocation: Invocation, view: View, window: Window | None, named: Collection[str]
) -> Decision[ClearReport] | Need:
    """Decide which shadow bookings go: the named ones, or those that start in a window."""
    ids = named if window is None else _starting(view, window)
    if not frozenset(ids) <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, bookings=frozenset(ids)))
    for booking_id in ids:
        booking = get_booking(view, booking_id)
        if booking.status is not BookingStatus.SHADOW:
            raise IllegalTransition(booking_id, booking.status.value, "cleared")
    rows = tuple(
        row for booking_id in ids for row in view.allocations_of(OwnerKind.BOOKING, booking_id)
    )
    report = ClearReport(len(ids), len(rows))
    if not ids:
        return Decision(report)
    counts = (report.bookings, report.allocations)
    event = shadow_event(invocation, EventType.SHADOWS_CLEARED, counts, view.now_us)
    changes = Changes(removed=rows, bookings_removed=tuple(ids), events=(event,))
    return Decision(report, changes)


def _starting(view: View, window: Window) -> tuple[str, ...]:
    return tuple(
        booking.id
        for booking in view.bookings_starting(window)
        if booking.status is BookingStatus.SHADOW
    )
