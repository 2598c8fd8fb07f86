"""Book: check a party, choose its tables and confirm the booking, in one step."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import NO_PLACING, Placing, allocate, expire_holds, with_receipt
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Command,
    check_request,
    optional_id,
)
from fourtop.engine.events import assignment_event, created_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.permits import unneeded
from fourtop.engine.recourse import command_with_moves
from fourtop.engine.reseat import check_moves, make_room, scope_with, with_moves
from fourtop.errors import AlreadyExists, InvalidInput, Refusal, safe_repr
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.event import Event
from fourtop.model.receipt import Receipt
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, View


@attrs.frozen
class Terms:
    """The terms of a booking.

    Args:
        booking_id: Its id.
        tables_later: Whether it waits for tables.
        is_seated: Whether the party sits down at once. An undo leaves it confirmed.
        reseating: The moves that make room for it, if any.
    """

    booking_id: str
    tables_later: bool
    is_seated: bool = False
    reseating: Reseating | None = None


@attrs.frozen
class BookCall:
    """The arguments of a call besides the request and the key.

    Args:
        booking_id: The id of the booking; ``None``: a new id.
        tables: ``"now"`` or ``"later"``.
        moves: Most bookings that may move to make room, or the moves of a quote; ``None``: none.
    """

    booking_id: str | None = None
    tables: str = "now"
    moves: int | Reseating | None = 0


def command(
    caller: Caller, request: BookingRequest, call: BookCall, *, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type, ``tables`` is neither now nor later, or a
            party without tables asks for moves.
        InvalidIdentifier: If an id or the key is malformed.
    """
    tables, booking_id = call.tables, call.booking_id
    check_request(caller, request)
    if tables not in ("now", "later"):
        raise InvalidInput("tables", 'must be "now" or "later"', safe_repr(tables))
    checked_id = optional_id("booking_id", booking_id)
    moves = check_moves(caller, call.moves, request)
    if moves != 0 and tables == "later":
        raise InvalidInput("moves", "must be 0 for a party that gets no tables", safe_repr(moves))
    arguments = {"request": request, "booking_id": checked_id, "tables": tables}
    invocation = caller.invocation("book", key, with_moves(arguments, moves))
    terms = Terms(booking_id or invocation.id, tables_later=tables == "later")

    def decided(reseating: Reseating | None) -> Command[Booking]:
        agreed = terms if reseating is None else attrs.evolve(terms, reseating=reseating)
        return Command(
            invocation,
            scope_with(caller.scope(checked_id), reseating),
            lambda view, compiled: make_booking(invocation, view, compiled, request, agreed),
            prefetch=partial(expected_windows, request, counts=True),
            is_fixed=reseating is not None,
        )

    return command_with_moves(
        request,
        moves,
        decided,
        lambda view, compiled: (Admission(view, compiled, caller.actor), request),
    )


def make_booking(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    request: BookingRequest,
    terms: Terms,
) -> Decision[Booking] | Need:
    """Decide a new booking, with tables or without."""
    booking_id = terms.booking_id
    # The store refuses a drawn id that exists already.
    if booking_id in view.scope.bookings and view.find_booking(booking_id) is not None:
        raise AlreadyExists("booking", booking_id)
    room = make_room(invocation, view, compiled, terms.reseating, request)
    if isinstance(room, Need):
        return room
    admission = Admission(room.view, compiled, invocation.actor)
    asked = room.asked(request)
    seating = admission.admit(asked, with_tables=not terms.tables_later, counts=True)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise room.refused(seating)
    placing = NO_PLACING if seating.chosen is None else place(invocation, booking_id, seating)
    assignment = assignment_of(invocation, view, seating, placing)
    booking = Booking(
        booking_id,
        invocation.restaurant_id,
        request.party_size,
        _status(terms),
        seating.stay,
        assignment,
        version=1,
        created_us=view.now_us,
        updated_us=view.now_us,
        actor=invocation.actor,
        past_reason=request.past_reason,
        must=request.must,
        wish=request.wish,
        names_tables=bool(request.tables and placing.rows),
        occasion=request.occasion,
        channel=request.channel,
        minutes=request.minutes,
        reference=request.reference,
        local_start=compiled.calendar.local_text(request.start_us),
        seated_us=view.now_us if terms.is_seated else None,
        last_step=_first_step(view, terms, assignment),
        overrides=seating.overrides,
        would_refuse=seating.would_refuse,
    )
    usage = admission.usage(seating.service, seating.stay, more=request.party_size)
    receipt = Receipt(
        usage=usage,
        plan=seating.chosen,
        relaxed=seating.relaxed,
        unneeded=unneeded(request.overrides, seating.overrides) if request.overrides else (),
        moves=room.moves,
    )
    made = with_receipt(booking, receipt)
    expired = NO_CHANGES
    if placing.rows:
        expired = expire_holds(invocation, view, seating.stay.occupied, kept=room.expired)
    if room.moves:
        expired = room.changes + expired
    changes = Changes(
        added=placing.rows,
        bookings=(booking,),
        events=(created_event(invocation, made), *assigned(invocation, booking)),
    )
    return Decision(made, changes if expired is NO_CHANGES else expired + changes)


def _status(terms: Terms) -> BookingStatus:
    if terms.tables_later:
        return BookingStatus.PENDING_ALLOCATION
    return BookingStatus.CHECKED_IN if terms.is_seated else BookingStatus.CONFIRMED


def _first_step(view: View, terms: Terms, assignment: Assignment | None) -> Step | None:
    """Return the state to which an undo returns; only a party that sits has taken a step."""
    if not terms.is_seated or assignment is None:
        return None
    return Step(BookingStatus.CONFIRMED, assignment.window, view.now_us)


def place(invocation: Invocation, booking_id: str, seating: Seating) -> Placing:
    """Return the allocations of a booking at its seating."""
    owner = (OwnerKind.BOOKING, booking_id)
    return allocate(invocation, owner, seating.plan.tables, seating.stay.occupied)


def assignment_of(
    invocation: Invocation, view: View, seating: Seating, placing: Placing
) -> Assignment | None:
    """Return the assignment of a booking at its seating; ``None`` if it has no tables."""
    if seating.chosen is None:
        return None
    return Assignment(
        seating.chosen.tables,
        seating.stay.occupied,
        placing.merge_group_id,
        view.now_us,
        invocation.actor,
    )


def assigned(invocation: Invocation, booking: Booking) -> tuple[Event, ...]:
    """Return the event of a booking's assignment, if it has one."""
    return () if booking.assignment is None else (assignment_event(invocation, booking),)
