"""Walk in: a party at the door gets a table and sits down, in one step."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.commands.book import Terms, make_booking
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_id
from fourtop.engine.recourse import command_with_moves
from fourtop.engine.relaxation import check_may_relax
from fourtop.engine.reseat import MAX_RESEATED, scope_with, with_moves
from fourtop.model import validators
from fourtop.model.booking import Booking
from fourtop.model.override import check_may_override
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating
from fourtop.model.walk_in import WalkIn
from fourtop.ports import View


def command(
    caller: Caller, party: WalkIn, booking_id: str | None, *, moves: int = 0, key: str | None
) -> Command[Booking]:
    """Build the command. It begins at the time of the store, which only the decision knows.

    The moves are searched for a start at the time of the search, and checked again at the time of
    the decision, some moments later. So those of a quote would not do.

    Args:
        caller: The caller.
        party: The party.
        booking_id: The id of the new booking; ``None``: a new id.
        moves: Most bookings that may move to make room.
        key: The idempotency key, if any.

    Raises:
        InvalidInput: If the walk-in is of the wrong type, a guest lifts or overrides a rule, or the
            number of moves is out of range.
        InvalidIdentifier: If an id or the key is malformed.
    """
    validators.check_instance("party", party, WalkIn)
    check_may_relax(caller.actor, party.relax)
    check_may_override(caller.actor, party.overrides)
    checked_id = optional_id("booking_id", booking_id)
    allowed = validators.check_integer("moves", moves, 0, MAX_RESEATED)
    arguments = with_moves({"party": party, "booking_id": checked_id}, allowed)
    invocation = caller.invocation("walk_in", key, arguments)
    terms = Terms(booking_id or invocation.id, tables_later=False, is_seated=True)

    def decided(reseating: Reseating | None) -> Command[Booking]:
        agreed = attrs.evolve(terms, reseating=reseating)
        return Command(
            invocation,
            scope_with(caller.scope(checked_id), reseating),
            lambda view, compiled: make_booking(
                invocation, view, compiled, party.request_at(view.now_us), agreed
            ),
            is_fixed=reseating is not None,
        )

    def prepare(view: View, compiled: CompiledHouse) -> tuple[Admission, BookingRequest]:
        return Admission(view, compiled, caller.actor), party.request_at(view.now_us)

    return command_with_moves(None, allowed, decided, prepare)
