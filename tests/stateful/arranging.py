"""The model's rearrangements: moves of bookings, blocks and their removal, and imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from fourtop.errors import (
    Code,
    IllegalTransition,
    ImportRejected,
    InvalidInput,
    InvalidWindow,
    NotFound,
)
from fourtop.formats.booking_row import BookingRow
from fourtop.model.event import EventType
from fourtop.model.override import Override
from fourtop.model.request import BookingRequest
from fourtop.model.window import Window
from tests.stateful.admission import check_promises, excluded, named_of, taken
from tests.stateful.booking import check_expected, check_pin, find, touched
from tests.stateful.choosing import NO_CONDITION
from tests.stateful.ledger import MINUTE, SEATED, Closed, Given, Guest, Ledger, Row, Wrong
from tests.stateful.limits import Own
from tests.stateful.promises import Claim
from tests.stateful.service import (
    Sitting,
    Unseated,
    instant_of,
    local_date,
    moment,
    opening_at,
    sitting,
    told,
)


@attrs.frozen
class Swap:
    """A booking, its new tables, and with which right and knowledge it gets them."""

    booking_id: str
    tables: tuple[str, ...]
    overrides: tuple[Override, ...] = ()
    expected: int | None = None


@attrs.frozen
class _Step:
    guest: Guest
    tables: tuple[str, ...]
    start: int
    end: int


def move(ledger: Ledger, moves: Sequence[Swap], *, asks_promises: bool = True) -> list[Guest]:
    if ledger.actor.role == "guest" and any(swap.overrides for swap in moves):
        raise Wrong(InvalidInput, field="overrides")
    guests = _guests(ledger, moves)
    targets = {swap.booking_id: swap.tables for swap in moves}
    found = [_step(ledger, guest, swap, targets) for guest, swap in zip(guests, moves, strict=True)]
    steps = [step for step in found if step is not None]
    owners = [("booking", step.guest.id) for step in steps]
    for step in steps:
        rivals = ledger.all_rivals(step.tables, step.start, step.end, owners)
        if rivals:
            raise taken(step.tables, rivals)
    for place, one in enumerate(steps):
        for other in steps[place + 1 :]:
            for table in one.tables:
                if table in other.tables and one.start < other.end and other.start < one.end:
                    row = Row("table", table, other.start, other.end, ("booking", other.guest.id))
                    raise taken([table], [row], is_new=True)
    claims = [Claim(frozenset(step.tables), (step.start, step.end)) for step in steps]
    size = sum(step.guest.party_size for step in steps)
    if asks_promises:
        check_promises(ledger, size, claims, Own(tuple(owners)))
    for step in steps:
        owner = ("booking", step.guest.id)
        ledger.free(owner)
        group = ledger.place(owner, step.tables, step.start, step.end)
        step.guest.given = Given(step.tables, step.start, step.end, group, ledger.now, ledger.actor)
        step.guest.last = None
        touched(ledger, step.guest)
        ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=step.guest.id)
        ledger.sweep(step.start, step.end)
    ledger.occupancy_version += bool(steps)
    return guests


def _guests(ledger: Ledger, moves: Sequence[Swap]) -> list[Guest]:
    """Return the bookings of the moves, each at the expected version and not pinned elsewhere."""
    guests = []
    for swap in moves:
        guests.append(find(ledger, swap.booking_id))
        check_expected(guests[-1], swap.expected)
    for guest, swap in zip(guests, moves, strict=True):
        check_pin(guest, swap.tables)
    return guests


def _step(
    ledger: Ledger, guest: Guest, swap: Swap, targets: Mapping[str, tuple[str, ...]]
) -> _Step | None:
    ahead = [
        row
        for row in ledger.rows_of(("booking", guest.id))
        if row.kind == "table" and row.end > ledger.now
    ]
    given = guest.given
    is_overdue = guest.status == "checked_in" and given is not None and given.end <= ledger.now
    if guest.status not in SEATED or not (ahead or is_overdue):
        raise Wrong(IllegalTransition, booking_id=guest.id, status=guest.status, target="moved")
    if guest.given is not None and set(swap.tables) == set(guest.given.tables):
        return None
    must = NO_CONDITION if swap.overrides else guest.must
    ask = (guest.party_size, must, NO_CONDITION)
    choice = named_of(ledger, ask, swap.tables, _kept(ledger, guest, targets))
    if is_overdue:
        return _Step(guest, choice.tables, ledger.now, ledger.leaves(guest))
    end = max(row.end for row in ahead)
    start = max(ledger.now, min(row.start for row in ahead if row.end == end))
    return _Step(guest, choice.tables, start, end)


def _kept(
    ledger: Ledger, guest: Guest, targets: Mapping[str, tuple[str, ...]]
) -> list[tuple[set[str], tuple[Code, dict[str, Any]]]]:
    """Return the tables that a rule keeps from a guest, with all others at their new tables."""
    if opening_at(ledger.restaurant, ledger.policy, guest.sitting.start) is None:
        return []
    before = {name: ledger.guests[name].given for name in targets}
    for name, tables in targets.items():
        other = ledger.guests[name]
        if name != guest.id and other.given is not None:
            other.given = attrs.evolve(other.given, tables=tables)
    try:
        own = Own((("booking", guest.id),), guest.id)
        request = BookingRequest(
            guest.party_size, moment(guest.sitting.start), channel=guest.channel
        )
        return excluded(ledger, guest.sitting, request, own)
    finally:
        for name, given in before.items():
            ledger.guests[name].given = given


# ---- blocks


def block(
    ledger: Ledger, new_id: str, window: Window, tables: tuple[str, ...], zone_id: str | None
) -> Closed:
    named = _blocked_tables(ledger, tables, zone_id)
    start, end = window.start_us, window.end_us
    if end <= ledger.now:
        raise Wrong(InvalidWindow, field="window")
    start = max(start, ledger.now)
    rivals = ledger.all_rivals(named, start, end)
    if rivals:
        raise taken(named, rivals)
    assert new_id not in ledger.blocks, "the id of a new block is new"
    closed = Closed(new_id, named, start, end)
    ledger.blocks[new_id] = closed
    ledger.sweep(start, end)
    ledger.place(("block", new_id), named, start, end)
    ledger.tell(EventType.BLOCK_CREATED)
    ledger.occupancy_version += 1
    return closed


def _blocked_tables(
    ledger: Ledger, tables: tuple[str, ...], zone_id: str | None
) -> tuple[str, ...]:
    if bool(tables) == (zone_id is not None):
        raise Wrong(InvalidInput, field="tables, zone_id")
    for table_id in tables:
        if all(table.id != table_id for table in ledger.floor.tables):
            raise Wrong(NotFound, kind="table", id=table_id)
    if zone_id is not None and all(zone.id != zone_id for zone in ledger.floor.zones):
        raise Wrong(NotFound, kind="zone", id=zone_id)
    named = tuple(
        table.id for table in ledger.floor.tables if table.id in tables or table.zone_id == zone_id
    )
    if not named:
        raise Wrong(InvalidInput, field="zone_id")
    return named


def unblock(ledger: Ledger, block_id: str) -> Closed:
    closed = ledger.blocks.get(block_id)
    if closed is None:
        raise Wrong(NotFound, kind="block", id=block_id)
    if closed.end <= ledger.now:
        return closed
    ledger.free(("block", block_id))
    if closed.start < ledger.now:
        closed.end = ledger.now
    else:
        del ledger.blocks[block_id]
    ledger.tell(EventType.BLOCK_REMOVED)
    ledger.occupancy_version += 1
    return closed


# ---- bookings that exist elsewhere


def take_over(ledger: Ledger, rows: Sequence[BookingRow]) -> tuple[int, int]:
    """Import bookings. Return how many there are, and how many allocations they own."""
    problems: Counter[int] = Counter()
    read = [(number, _read(ledger, row)) for number, row in enumerate(rows, 1)]
    problems.update(number for number, guest in read if guest is None)
    guests = [(number, guest) for number, guest in read if guest is not None]
    problems.update(_doubles(ledger, guests))
    problems.update(_overlaps(ledger, guests))
    if problems:
        raise Wrong(ImportRejected, rows=sorted(problems.elements()))
    before = len(ledger.rows)
    for _, guest in guests:
        ledger.guests[guest.id] = guest
        if guest.given is not None:
            given = guest.given
            given.group = ledger.place(("booking", guest.id), given.tables, given.start, given.end)
    imported = len(ledger.rows) - before
    for _, guest in guests:
        if guest.given is not None:
            ledger.sweep(guest.given.start, guest.given.end)
    for _, guest in guests:
        ledger.tell(EventType.BOOKING_IMPORTED, booking_id=guest.id)
    ledger.occupancy_version += 1
    return len(guests), imported


def _doubles(ledger: Ledger, guests: list[tuple[int, Guest]]) -> list[int]:
    seen: list[str] = []
    found = []
    for number, guest in guests:
        if guest.id in ledger.guests or guest.id in seen:
            found.append(number)
        seen.append(guest.id)
    return found


def _overlaps(ledger: Ledger, guests: list[tuple[int, Guest]]) -> list[int]:
    found: list[int] = []
    given = [(number, guest.given) for number, guest in guests if guest.given is not None]
    for place, (number, one) in enumerate(given):
        found.extend(number for _ in ledger.all_rivals(one.tables, one.start, one.end))
        for later, other in given[place + 1 :]:
            if one.start < other.end and other.start < one.end:
                found.extend(later for table in one.tables if table in other.tables)
    return found + _shared(ledger, guests)


def _shared(ledger: Ledger, guests: list[tuple[int, Guest]]) -> list[int]:
    """Find the parties that would sit at a table with another party, though no rows overlap."""
    found: list[int] = []
    seated = [(number, guest) for number, guest in guests if guest.status == "checked_in"]
    sitting = [guest for guest in ledger.guests.values() if guest.status == "checked_in"]
    for place, (number, guest) in enumerate(seated):
        given = guest.given
        assert given is not None
        for other in sitting:
            assert other.given is not None
            apart = ledger.leaves(other) <= given.start or given.end <= other.given.start
            if apart:
                found.extend(number for table in given.tables if table in other.given.tables)
        for later, other in seated[place + 1 :]:
            assert other.given is not None
            if other.given.end <= given.start or given.end <= other.given.start:
                found.extend(later for table in given.tables if table in other.given.tables)
    return found


def _read(ledger: Ledger, row: BookingRow) -> Guest | None:
    """Return the booking of a row; ``None`` if something is wrong with it."""
    seated = _sitting(ledger, row)
    numbers = {table.number: table.id for table in ledger.floor.tables}
    if seated is None or any(number not in numbers for number in row.tables):
        return None
    status = row.status.value
    needs, may_have = status in SEATED, status in (*SEATED, "completed")
    is_over = seated.block_end <= ledger.now
    if (
        (needs and not row.tables)
        or (row.tables and not may_have)
        or (status == "completed" and not is_over)
        or (status == "checked_in" and seated.block_start > ledger.now)
    ):
        return None
    named = {numbers[number] for number in row.tables}
    tables = tuple(table.id for table in ledger.floor.tables if table.id in named)
    given = (
        Given(tables, seated.block_start, seated.block_end, None, ledger.now, ledger.actor)
        if tables
        else None
    )
    return Guest(
        id=row.id,
        party_size=row.party_size,
        status=status,
        sitting=seated,
        given=given,
        version=1,
        created=ledger.now,
        updated=ledger.now,
        actor=ledger.actor,
        past_reason=None,
        must=NO_CONDITION,
        wish=NO_CONDITION,
        named=False,
        occasion=row.occasion,
        reference=row.reference,
        told=told(ledger.restaurant, seated.start),
        seated=seated.start if status in ("checked_in", "completed") else None,
        left=seated.end if status == "completed" else None,
    )


def _sitting(ledger: Ledger, row: BookingRow) -> Sitting | None:
    start = _instant(row.start)
    if row.end is None:
        try:
            return sitting(ledger.restaurant, ledger.policy, start, row.party_size, row.occasion)
        except Unseated:
            return None
    end = _instant(row.end)
    if end <= start:
        return None
    found = opening_at(ledger.restaurant, ledger.policy, start)
    before = 0 if found is None else found.period.buffer_before_minutes
    after = 0 if found is None else found.period.buffer_after_minutes
    return Sitting(
        period="outside-service" if found is None else found.period.key,
        service_date=local_date(ledger.restaurant, start) if found is None else found.date,
        occasion=row.occasion,
        start=start,
        end=end,
        block_start=start - before * MINUTE,
        block_end=end + after * MINUTE,
        turn_minutes=(end - start) // MINUTE,
    )


def _instant(value: str | datetime) -> int:
    return instant_of(datetime.fromisoformat(value) if isinstance(value, str) else value)
