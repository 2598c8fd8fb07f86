"""The model's bookings: taken, rescheduled, and the steps of their life."""

from __future__ import annotations

from fourtop.errors import AlreadyExists, IllegalTransition, NotFound
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful.admission import NOTHING, Own, admit, check_caps, sit
from tests.stateful.ledger import AWAITING, Given, Guest, Ledger, Wrong
from tests.stateful.service import Sitting

# From where each command may take a booking, and where to.
STEPS = {
    "cancel": (("pending", "pending_allocation", "confirmed", "priority_waitlist"), "cancelled"),
    "seat": (("confirmed", "priority_waitlist"), "checked_in"),
    "complete": (("checked_in",), "completed"),
    "no_show": (("confirmed", "checked_in", "priority_waitlist"), "no_show"),
}


def book(
    ledger: Ledger, new_id: str, request: BookingRequest, booking_id: str | None, *, later: bool
) -> Guest:
    named = booking_id or new_id
    if named in ledger.guests:
        raise Wrong(AlreadyExists, kind="booking", id=named)
    seated, tables = _judged(ledger, request, NOTHING, later=later)
    guest = Guest(
        id=named,
        party_size=request.party_size,
        status="pending_allocation" if later else "confirmed",
        sitting=seated,
        given=None,
        version=1,
        created=ledger.now,
        updated=ledger.now,
        actor=ledger.actor,
        past_reason=request.past_reason,
    )
    ledger.guests[named] = guest
    ledger.tell(EventType.BOOKING_CREATED, booking_id=named)
    if not later:
        _give(ledger, guest, tables)
    ledger.occupancy_version += 1
    return guest


def _judged(
    ledger: Ledger, request: BookingRequest, own: Own, *, later: bool
) -> tuple[Sitting, tuple[str, ...]]:
    if later:
        seated = sit(ledger, request)
        check_caps(ledger, seated, request.party_size, own)
        return seated, ()
    seated, choice = admit(ledger, request, own)
    return seated, choice.tables


def _give(ledger: Ledger, guest: Guest, tables: tuple[str, ...]) -> None:
    start, end = guest.sitting.block_start, guest.sitting.block_end
    ledger.sweep(start, end)
    group = ledger.place(("booking", guest.id), tables, start, end)
    guest.given = Given(tables, start, end, group, ledger.now, ledger.actor)
    ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=guest.id)


def find(ledger: Ledger, booking_id: str) -> Guest:
    guest = ledger.guests.get(booking_id)
    if guest is None:
        raise Wrong(NotFound, kind="booking", id=booking_id)
    return guest


def touched(ledger: Ledger, guest: Guest) -> None:
    guest.version, guest.updated, guest.actor = guest.version + 1, ledger.now, ledger.actor


def reschedule(ledger: Ledger, booking_id: str, request: BookingRequest) -> Guest:
    guest = find(ledger, booking_id)
    if guest.status not in (*AWAITING, "confirmed"):
        raise Wrong(
            IllegalTransition, booking_id=booking_id, status=guest.status, target="rescheduled"
        )
    owners = (
        ("booking", booking_id),
        *(("hold", keep.id) for keep in ledger.keeps_for(booking_id)),
    )
    later = guest.given is None
    seated, tables = _judged(ledger, request, Own(owners, booking_id), later=later)
    ledger.end_keeps_for(booking_id)
    guest.party_size, guest.sitting, guest.past_reason = (
        request.party_size,
        seated,
        request.past_reason,
    )
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_RESCHEDULED, booking_id=booking_id)
    if not later:
        ledger.drop(("booking", booking_id))
        _give(ledger, guest, tables)
    ledger.occupancy_version += 1
    return guest


def step(ledger: Ledger, command: str, booking_id: str) -> Guest:
    guest = find(ledger, booking_id)
    sources, target = STEPS[command]
    if guest.status not in sources or (command == "seat" and guest.given is None):
        raise Wrong(IllegalTransition, booking_id=booking_id, status=guest.status, target=target)
    guest.status = target
    touched(ledger, guest)
    if command != "seat":
        ledger.end_keeps_for(booking_id)
        ledger.free(("booking", booking_id))
        if guest.given is not None and guest.given.start < ledger.now:
            guest.given.end = min(guest.given.end, ledger.now)
    ledger.tell(EventType.BOOKING_STATUS, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest
