"""The model's bookings: taken, rescheduled, and the steps of their life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fourtop.errors import (
    AlreadyExists,
    Code,
    IllegalTransition,
    NotFound,
    Proof,
    StaleVersion,
)
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful.admission import (
    admit,
    check_caps,
    check_guest,
    described,
    refused,
    sit,
    would_refuse,
)
from tests.stateful.ledger import (
    AWAITING,
    MINUTE,
    SEATED,
    UNSEATED,
    Given,
    Guest,
    Last,
    Ledger,
    Row,
    Wrong,
)
from tests.stateful.limits import NOTHING, Own
from tests.stateful.service import Sitting, moment, told

# From where each command may take a booking, and where to.
STEPS = {
    "cancel": ((*UNSEATED, "confirmed", "priority_waitlist"), "cancelled"),
    "leave_waitlist": (("waitlisted",), "cancelled"),
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
        would_refuse=would_refuse(ledger, seated, request, NOTHING, later=later),
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
        channel=request.channel,
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
    ledger: Ledger, request: BookingRequest, own: Own, *, later: bool, is_held: bool = False
) -> tuple[Sitting, tuple[str, ...]]:
    if later:
        seated = sit(ledger, request)
        if not is_held:
            check_guest(ledger, request, own)
        check_caps(ledger, seated, request, own)
        return seated, ()
    seated, choice = admit(ledger, request, own, is_held=is_held)
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


def check_pin(guest: Guest, tables: Sequence[str]) -> None:
    """Refuse other tables for a guest that staff have pinned to its own."""
    own = () if guest.given is None else guest.given.tables
    if guest.pinned and set(tables) != set(own):
        facts = {"booking_id": guest.id, "tables": list(own)}
        raise refused(Proof.RULE, (Code.BOOKING_PINNED, facts))


def pin(ledger: Ledger, booking_id: str, expected: int | None, *, pinned: bool) -> Guest:
    guest = find(ledger, booking_id)
    check_expected(guest, expected)
    if guest.pinned is pinned:
        return guest
    if pinned and guest.status not in SEATED:
        raise Wrong(IllegalTransition, booking_id=booking_id, status=guest.status, target="pinned")
    guest.pinned = pinned
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_PINNED, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest


def touched(ledger: Ledger, guest: Guest) -> None:
    guest.version, guest.updated, guest.actor = guest.version + 1, ledger.now, ledger.actor
    guest.would_refuse = None


def asked_by(guest: Guest) -> dict[str, Any]:
    """Return what a booking asks for, by the attributes of a request."""
    return {
        "party_size": guest.party_size,
        "start_us": guest.sitting.start,
        "occasion": guest.occasion,
        "must": guest.must,
        "wish": guest.wish,
        "tables": guest.given.tables
        if (guest.named or guest.pinned) and guest.given is not None
        else (),
        "reference": guest.reference,
        "channel": guest.channel,
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
    check_pin(guest, after["tables"])
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
    seated, tables = _judged(
        ledger, judged, Own((owner, *holds), guest.id), later=later, is_held=is_promised
    )
    ledger.end_keeps_for(guest.id)
    if request.start_us != guest.sitting.start:
        guest.told = told(ledger.restaurant, request.start_us)
    guest.party_size, guest.sitting = request.party_size, seated
    guest.must, guest.wish, guest.occasion = request.must, request.wish, request.occasion
    guest.named = bool(request.tables) and (guest.named or not guest.pinned)
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
    if guest.status not in sources or (command == "seat" and guest.given is None):
        raise Wrong(IllegalTransition, booking_id=booking_id, status=guest.status, target=target)
    is_early = False
    given = guest.given
    last = Last(guest.status, None if given is None else (given.start, given.end))
    if command == "seat":
        is_early = _sit_down(ledger, guest)
        guest.seated = ledger.now
    elif command == "complete":
        _leave(ledger, guest)
        guest.left = ledger.now
    else:
        if command == "no_show":
            _check_absent(ledger, guest)
        ledger.end_keeps_for(booking_id)
        ledger.free(("booking", booking_id))
        if guest.given is not None and guest.given.start < ledger.now:
            guest.given.end = min(guest.given.end, ledger.now)
    guest.status, guest.last = target, last
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_STATUS, booking_id=booking_id)
    if is_early:
        ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest


def _check_absent(ledger: Ledger, guest: Guest) -> None:
    minutes = ledger.policy.seating.no_show_after_minutes
    if ledger.now < guest.sitting.start + minutes * MINUTE:
        raise refused(Proof.RULE, (Code.TOO_EARLY_FOR_NO_SHOW, {}))


def rows_now(ledger: Ledger, guest: Guest) -> list[Row]:
    """Return the rows of the tables that a party has now."""
    given = guest.given
    assert given is not None
    rows = ledger.rows_of(("booking", guest.id))
    return [row for row in rows if (row.start, row.end) == (given.start, given.end)]


def _sit_down(ledger: Ledger, guest: Guest) -> bool:
    """Seat a party, and tell whether it took its tables earlier than they were given to it."""
    given, rules = guest.given, ledger.policy.seating
    assert given is not None
    if ledger.now < guest.sitting.start - rules.early_minutes * MINUTE:
        raise refused(Proof.RULE, (Code.TOO_EARLY_TO_SEAT, {}))
    late = rules.late_minutes
    is_late = late is not None and ledger.now > guest.sitting.start + late * MINUTE
    if is_late or ledger.now >= guest.sitting.end:
        raise refused(Proof.RULE, (Code.TOO_LATE_TO_SEAT, {}))
    own = (("booking", guest.id),)
    rivals = ledger.rivals(given.tables, ledger.now, given.end, own)
    if rivals:
        raise occupied(ledger, guest, rivals)
    if ledger.now >= given.start:
        return False
    ledger.sweep(ledger.now, given.end)
    for row in rows_now(ledger, guest):
        row.start = ledger.now
    given.start = ledger.now
    return True


def occupied(ledger: Ledger, guest: Guest, rivals: list[Row]) -> Wrong:
    given = guest.given
    assert given is not None
    owners = {row.owner[1] for row in rivals if row.owner[0] == "booking"}
    sitting = {each.id for each in ledger.guests.values() if each.status == "checked_in"}
    code = Code.HOLD_CONFLICT if any(row.owner[0] == "hold" for row in rivals) else None
    if owners & sitting:
        code = Code.TABLE_OCCUPIED
    facts = {
        "tables": list(given.tables),
        "in_the_way": [described(row) for row in rivals],
    }
    return refused(Proof.NAMED_TABLES, (code or Code.ALLOCATIONS_OVERLAP, facts))


def _leave(ledger: Ledger, guest: Guest) -> None:
    """End the rows of a party when its tables are clean, or at the next row of one of them."""
    given = guest.given
    assert given is not None
    clean = ledger.now + guest.sitting.block_end - guest.sitting.end
    clean = min(clean, given.start + 31 * 24 * 60 * MINUTE)
    rows = rows_now(ledger, guest)
    if clean > given.end:
        own = (("booking", guest.id),)
        since = max(given.end, ledger.now)
        rivals = ledger.rivals(given.tables, since, clean, own) if since < clean else []
        passed = ledger.rivals(given.tables, given.end, since, own) if given.end < since else []
        ledger.sweep(given.end, clean)
        clean = max(since, min((row.start for row in rivals), default=clean))
        if passed:
            # Another row took the table since: what remains is a row from now on.
            ledger.end_keeps_for(guest.id)
            if clean > ledger.now:
                group = ledger.place(own[0], given.tables, ledger.now, clean)
                given.start, given.end, given.group = ledger.now, clean, group
            return
    ledger.end_keeps_for(guest.id)
    if clean > given.start:
        for row in rows:
            row.end = clean
        given.end = clean
    else:
        ledger.rows = [row for row in ledger.rows if row not in rows]
