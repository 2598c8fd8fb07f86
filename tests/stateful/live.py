"""The model's dining room: walk-ins, longer stays, other sizes, and steps that are taken back."""

from __future__ import annotations

import attrs

from fourtop.errors import (
    AlreadyExists,
    Code,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NothingToUndo,
    Proof,
)
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful import limits
from tests.stateful.admission import (
    admit,
    check_counts,
    check_promises,
    described,
    refused,
    service_of,
    would_refuse,
)
from tests.stateful.booking import find, occupied, rows_now, touched
from tests.stateful.ledger import MINUTE, SEATED, UNCOUNTED, Given, Guest, Last, Ledger, Wrong
from tests.stateful.limits import NOTHING, Own
from tests.stateful.promises import Claim
from tests.stateful.service import moment, opening_at, told

DAY = 24 * 60 * MINUTE
LONGEST_STAY = 600
# The steps that can be taken back lead to these.
UNDONE = ("checked_in", "completed", "no_show", "cancelled")
SIZEABLE = ("pending", "pending_allocation", "confirmed", "checked_in")


def walk_in(ledger: Ledger, new_id: str, request: BookingRequest, booking_id: str | None) -> Guest:
    """Seat a party that is at the door now."""
    named = booking_id or new_id
    if named in ledger.guests:
        raise Wrong(AlreadyExists, kind="booking", id=named)
    seated, choice = admit(ledger, request, NOTHING)
    codes = would_refuse(ledger, seated, request, NOTHING)
    start, end = seated.block_start, seated.block_end
    ledger.sweep(start, end)
    group = ledger.place(("booking", named), choice.tables, start, end)
    guest = Guest(
        id=named,
        party_size=request.party_size,
        status="checked_in",
        sitting=seated,
        given=Given(choice.tables, start, end, group, ledger.now, ledger.actor),
        version=1,
        created=ledger.now,
        updated=ledger.now,
        actor=ledger.actor,
        past_reason=None,
        must=request.must,
        wish=request.wish,
        named=bool(request.tables),
        occasion=request.occasion,
        reference=None,
        told=told(ledger.restaurant, ledger.now),
        channel=request.channel,
        seated=ledger.now,
        last=Last("confirmed", (start, end)),
        would_refuse=codes,
    )
    ledger.guests[named] = guest
    ledger.tell(EventType.BOOKING_CREATED, booking_id=named)
    ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=named)
    ledger.occupancy_version += 1
    return guest


# ---- a longer stay


def prolong(ledger: Ledger, booking_id: str, minutes: int | None, until: int | None) -> Guest:
    """Let a party stay longer: by minutes, or until an instant."""
    if (minutes is None) == (until is None):
        raise Wrong(InvalidInput, field="until, minutes")
    if minutes is not None and not 1 <= minutes <= LONGEST_STAY:
        raise Wrong(InvalidInput, field="minutes")
    guest = find(ledger, booking_id)
    given, sitting = guest.given, guest.sitting
    if guest.status != "checked_in" or given is None:
        raise Wrong(
            IllegalTransition, booking_id=booking_id, status=guest.status, target="prolonged"
        )
    base = max(sitting.end, ledger.now)
    end = until if minutes is None else base + minutes * MINUTE
    assert end is not None, "one of the two is given"
    if end == sitting.end:
        return guest
    if end < sitting.end or end <= ledger.now or end > ledger.now + DAY:
        raise Wrong(InvalidInput, field="until")
    buffer = sitting.block_end - sitting.end
    _lengthen(ledger, guest, end + buffer, base + buffer)
    guest.sitting = attrs.evolve(sitting, end=end, block_end=end + buffer)
    guest.last = None
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_PROLONGED, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest


def _lengthen(ledger: Ledger, guest: Guest, end: int, base: int) -> None:
    """Let the rows of a party end later, or say for how many minutes they might."""
    given = guest.given
    assert given is not None
    if end <= given.end:
        return
    own = (("booking", guest.id),)
    since = max(given.end, ledger.now)
    rivals = ledger.rivals(given.tables, since, end, own)
    if rivals:
        facts = {
            "tables": list(given.tables),
            "in_the_way": [described(row) for row in rivals],
            "minutes": max((min(row.start for row in rivals) - base) // MINUTE, 0),
        }
        raise refused(Proof.NAMED_TABLES, (Code.NEEDED_NEXT, facts))
    passed = ledger.rivals(given.tables, given.end, since, own) if given.end < since else []
    rows = rows_now(ledger, guest)
    ledger.sweep(given.end, end)
    if passed:
        # Another row took the table since: the party gets rows from now on.
        given.group = ledger.place(own[0], given.tables, ledger.now, end)
        given.start = ledger.now
    else:
        for row in rows:
            row.end = end
    given.end = end
    ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=guest.id)


# ---- a step taken back


def undo(ledger: Ledger, booking_id: str) -> Guest:
    """Take back the last step of a booking."""
    guest = find(ledger, booking_id)
    last = guest.last
    if last is None or guest.status not in UNDONE:
        raise Wrong(NothingToUndo, booking_id=booking_id, status=guest.status)
    if guest.status in UNCOUNTED and last.status not in UNCOUNTED:
        _count(ledger, guest, guest.party_size)
    has_changed = False
    if last.status in SEATED and last.window is not None and guest.given is not None:
        _check_free(ledger, guest, last)
        _check_promises(ledger, guest, last)
        has_changed = _return(ledger, guest, *last.window)
    guest.status, guest.left, guest.last = last.status, None, None
    if last.status != "checked_in":
        guest.seated = None
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_STATUS, booking_id=booking_id)
    if has_changed:
        ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest


def _count(ledger: Ledger, guest: Guest, party_size: int) -> None:
    """Refuse a guest that would count for more than its service takes."""
    if opening_at(ledger.restaurant, ledger.policy, guest.sitting.start) is None:
        return
    own = Own((("booking", guest.id),), guest.id)
    request = BookingRequest(party_size, moment(guest.sitting.start))
    check_counts(ledger, guest.sitting, request, own)
    if guest.given is not None:
        full = limits.full_zones(ledger, service_of(ledger, guest.sitting), party_size, own)
        sits_in = set(guest.given.tables)
        reasons = [reason for zone, reason in full if zone & sits_in]
        if reasons:
            raise refused(Proof.RULE, *reasons)


def _check_free(ledger: Ledger, guest: Guest, last: Last) -> None:
    """Refuse a step back to tables that another party has by now, or sits at."""
    given, own = guest.given, (("booking", guest.id),)
    assert given is not None
    assert last.window is not None
    rivals = ledger.rivals(given.tables, *last.window, own)
    if not rivals and last.status == "checked_in":
        now = ledger.rivals(given.tables, ledger.now, ledger.now + 1, own)
        rivals = [row for row in now if ledger.is_sitting(row.owner)]
    if rivals:
        raise occupied(ledger, guest, rivals)


def _check_promises(ledger: Ledger, guest: Guest, last: Last) -> None:
    """Refuse a party that is expected again at tables that promised parties need by now."""
    if guest.status in SEATED or last.status == "checked_in":
        return
    assert guest.given is not None
    assert last.window is not None
    tables = frozenset(guest.given.tables)
    if tables <= {table.id for table in ledger.floor.tables}:
        own = Own((("booking", guest.id),), guest.id)
        check_promises(ledger, guest.party_size, [Claim(tables, last.window)], own)


def _return(ledger: Ledger, guest: Guest, start: int, end: int) -> bool:
    """Give a party its tables again as they were, and tell whether that changed a row."""
    given, rows = guest.given, rows_now(ledger, guest)
    assert given is not None
    before = [
        row for row in ledger.rows_of(("booking", guest.id)) if (row.start, row.end) == (start, end)
    ]
    count = len(ledger.rows)
    ledger.sweep(start, end)
    has_changed = len(ledger.rows) < count
    if before:
        # The step may have added rows of its own.
        gone = [row for row in rows if row not in before]
        ledger.rows = [row for row in ledger.rows if row not in gone]
        given.group = next((row for row in before if row.kind == "merge_group"), None)
        has_changed = has_changed or bool(gone)
    elif rows:
        _check_known(ledger, given)
        for row in rows:
            row.start, row.end = start, end
        has_changed = True
    else:
        _check_known(ledger, given)
        given.group = ledger.place(("booking", guest.id), given.tables, start, end)
        has_changed = True
    given.start, given.end = start, end
    return has_changed


def _check_known(ledger: Ledger, given: Given) -> None:
    """Refuse to give a party rows at a table that the house has no longer."""
    known = {table.id for table in ledger.floor.tables}
    gone = [each for each in given.tables if each not in known]
    if gone:
        raise Wrong(NotFound, kind="table", id=gone[0])


# ---- another size


def resize(ledger: Ledger, booking_id: str, party_size: int) -> Guest:
    """Give a party another size; it keeps its time and its tables."""
    guest = find(ledger, booking_id)
    if guest.status not in SIZEABLE:
        raise Wrong(IllegalTransition, booking_id=booking_id, status=guest.status, target="resized")
    if guest.party_size == party_size:
        return guest
    grows = party_size > guest.party_size
    if grows:
        _count(ledger, guest, party_size)
    keeps = guest.named or guest.status == "checked_in"
    if guest.given is not None and (grows or not keeps):
        broken = ledger.chooser().broken_rules(party_size, guest.must, guest.given.tables)
        if broken:
            raise refused(Proof.NAMED_TABLES, *((code, {}) for code in broken))
    guest.party_size = party_size
    touched(ledger, guest)
    ledger.tell(EventType.BOOKING_RESCHEDULED, booking_id=booking_id)
    ledger.occupancy_version += 1
    return guest


# ---- who comes next

Risk = tuple[str, str, tuple[str, ...], int]


def at_risk(ledger: Ledger) -> list[Risk]:
    """Return each booking whose table a party may still have: both, the tables, the minutes."""
    found: list[tuple[int, Risk]] = []
    for party in ledger.guests.values():
        if party.status != "checked_in" or party.given is None:
            continue
        leaves = ledger.leaves(party)
        for guest in ledger.guests.values():
            rows = [
                row
                for row in ledger.rows_of(("booking", guest.id))
                if row.kind == "table"
                and row.resource in party.given.tables
                and row.start < leaves
                and row.end > ledger.now
            ]
            if guest.status == "confirmed" and rows and leaves > party.given.end:
                tables = tuple(sorted(str(row.resource) for row in rows))
                short = -(-(leaves - rows[0].start) // MINUTE)
                found.append((guest.sitting.start, (guest.id, party.id, tables, short)))
    return [risk for _, risk in sorted(found)]
