"""Swap: two bookings change tables, in one step."""

from __future__ import annotations

from collections.abc import Iterable

from fourtop.engine.commands.move import Move, move_bookings
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import IllegalTransition, InvalidInput
from fourtop.errors.display import hidden
from fourtop.model import validators
from fourtop.model.booking import Booking
from fourtop.model.override import Override, as_overrides, check_may_override
from fourtop.ports import Decision, Need, Scope, View


def command(
    caller: Caller, first: str, second: str, overrides: Iterable[Override], *, key: str | None
) -> Command[tuple[Booking, ...]]:
    """Build the command.

    Raises:
        InvalidInput: If both are one booking, or a guest overrides a rule.
        InvalidIdentifier: If an id or the key is malformed.
    """
    given = as_overrides(overrides)
    check_may_override(caller.actor, given)
    arguments = {"first": first, "second": second, "overrides": given}
    invocation = caller.invocation("swap", key, arguments)
    booking_ids = (
        validators.check_identifier("first", first),
        validators.check_identifier("second", second),
    )
    if first == second:
        raise InvalidInput("second", "must be another booking", hidden(second))
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset(booking_ids)),
        lambda view, compiled: swap_tables(invocation, view, compiled, booking_ids, given),
    )


def swap_tables(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking_ids: tuple[str, str],
    overrides: tuple[Override, ...],
) -> Decision[tuple[Booking, ...]] | Need:
    """Decide that each of two bookings gets the tables of the other, for its own time."""
    bookings = [get_booking(view, booking_id) for booking_id in booking_ids]
    for booking in bookings:
        if booking.assignment is None:
            raise IllegalTransition(booking.id, booking.status.value, "moved")
    one, other = bookings
    moves = (
        Move(one.id, other.tables, overrides=overrides),
        Move(other.id, one.tables, overrides=overrides),
    )
    return move_bookings(invocation, view, compiled, moves)
