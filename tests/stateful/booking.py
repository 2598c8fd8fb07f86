"""The model's bookings: taken, rescheduled, and the steps of their life."""

from __future__ import annotations

from typing import Any

from fourtop.errors import AlreadyExists, IllegalTransition, NotFound, StaleVersion
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful.admission import NOTHING, Own, admit, check_caps, check_guest, sit
from tests.stateful.ledger import AWAITING, Given, Guest, Ledger, Wrong
from tests.stateful.service import Sitting, moment, told

# From where each command may take a booking, and where to.
STEPS = {
    "cancel": (("pending", "pending_allocation", "confirmed", "priority_waitlist"), "cancelled"),
    "check_in": (("confirmed", "priority_waitlist"), "checked_in"),
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
        must=request.must,
        wish=request.wish,
        named=bool(request.tables) and not later,
        occasion=request.occasion,
        reference=request.reference,
        told=told(ledger.restaurant, request.start_us),
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
        check_guest(ledger, request, own)
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


def check_expected(guest: Guest, expected: int | None) -> None:
    if expected is not None and expected != guest.version:
        raise Wrong(StaleVersion, kind="booking", expected=expected, found=guest.version)


def touched(ledger: Ledger, guest: Guest) -> None:
    guest.version, guest.updated, guest.actor = guest.version + 1, ledger.now, ledger.actor


def asked_by(guest: Guest) -> dict[str, Any]:
    """Return what a booking asks for, by the attributes of a request."""
    return {
        "party_size": guest.party_size,
        "start_us": guest.sitting.start,
        "occasion": guest.occasion,
        "must": guest.must,
        "wish": guest.wish,
        "tables": guest.given.tables if guest.named and guest.given is not None else (),
        "reference": guest.reference,
        "past_reason": guest.past_reason,
    }


def as_request(asked: dict[str, Any]) -> BookingRequest:
    given = {name: value for name, value in asked.items() if name != "start_us"}
    return BookingRequest(start=moment(asked["start_us"]), **given)


def reschedule(
    ledger: Ledger, booking_id: str, change: dict[str, Any], expected: int | None
) -> Guest:
    guest = find(ledger, booking_id)
    check_expected(guest, expected)
    if guest.status not in (*AWAITING, "confirmed"):
        raise Wrong(
            IllegalTransition, booking_id=booking_id, status=guest.status, target="rescheduled"
        )
    before = asked_by(guest)
    after = {**before, **change}
    after["tables"] = tuple(sorted(after["tables"]))
    before["tables"] = tuple(sorted(before["tables"]))
    if after["start_us"] != before["start_us"] and "past_reason" not in change:
        after["past_reason"] = None
    differs = {name for name, value in after.items() if value != before[name]}
    if not differs:
        return guest
    if differs - {"reference", "past_reason"}:
        _reseat(ledger, guest, after)
    else:
        touched(ledger, guest)
        ledger.tell(EventType.BOOKING_RESCHEDULED, booking_id=booking_id)
    guest.reference, guest.past_reason = after["reference"], after["past_reason"]
    ledger.occupancy_version += 1
    return guest


def _reseat(ledger: Ledger, guest: Guest, asked: dict[str, Any]) -> None:
    """Give a booking the stay and the tables of another request; its holds end."""
    later = guest.given is None
    if asked["tables"] and later:
        raise Wrong(
            IllegalTransition,
            booking_id=guest.id,
            status=guest.status,
            target="given named tables",
        )
    request = as_request(asked)
    owner = ("booking", guest.id)
    holds = (("hold", keep.id) for keep in ledger.keeps_for(guest.id))
    # The party was promised its start, so that it may be past by now.
    is_promised = request.start_us == guest.sitting.start
    judged = as_request({**asked, "past_reason": "promised"}) if is_promised else request
    seated, tables = _judged(ledger, judged, Own((owner, *holds), guest.id), later=later)
    ledger.end_keeps_for(guest.id)
    if request.start_us != guest.sitting.start:
        guest.told = told(ledger.restaurant, request.start_us)
    guest.party_size, guest.sitting = request.party_size, seated
    guest.must, guest.wish, guest.occasion = request.must, request.wish, request.occasion
    guest.named = bool(request.tables)
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_RESCHEDULED, booking_id=guest.id)
    given = guest.given
    if given is None:
        return
    if (given.tables, given.start, given.end) != (tables, seated.block_start, seated.block_end):
        ledger.drop(owner)
        _give(ledger, guest, tables)


def step(ledger: Ledger, command: str, booking_id: str, expected: int | None) -> Guest:
    guest = find(ledger, booking_id)
    check_expected(guest, expected)
    sources, target = STEPS[command]
    if guest.status == target:
        return guest
    if guest.status not in sources or (command == "check_in" and guest.given is None):
        raise Wrong(IllegalTransition, booking_id=booking_id, status=guest.status, target=target)
    guest.status = target
    touched(ledger, guest)
    if command != "check_in":
        ledger.end_keeps_for(booking_id)
        ledger.free(("booking", booking_id))
        if guest.given is not None and guest.given.start < ledger.now:
            guest.given.end = min(guest.given.end, ledger.now)
    ledger.tell(EventType.BOOKING_STATUS, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest
