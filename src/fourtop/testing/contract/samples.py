"""Samples: valid records of every kind, to be varied with ``attrs.evolve``."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import attrs

from fourtop.errors import Code
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.floor import Floor, Join
from fourtop.model.hold import Fingerprint, Hold, HoldState
from fourtop.model.house import House
from fourtop.model.override import Override
from fourtop.model.policy import Policy
from fourtop.model.request import Preference
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.service_period import ServicePeriod
from fourtop.model.stay import Stay
from fourtop.model.table import Table
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import StoredResult

HERE: Final = "here"
THERE: Final = "there"
NOON_US: Final = 1_777_636_800_000_000  # 2026-05-01T12:00:00Z, when every trial begins
MINUTE_US: Final = MICROSECONDS_PER_MINUTE
DAY_MINUTES: Final = 24 * 60
STAFF: Final = Actor("u17", "staff")
AN_OVERRIDE: Final = (Override("TOO_MANY_TABLES", "The choir's dinner, \u00e9."),)


def span(start: float, end: float) -> Window:
    """Return a window by minutes after noon; negative ones are before it."""
    return Window.of_micros(NOON_US + round(start * MINUTE_US), NOON_US + round(end * MINUTE_US))


EVENING: Final = span(360, 480)
MONTHS: Final = (span(-31 * DAY_MINUTES, 0), span(0, 31 * DAY_MINUTES))


def a_house(restaurant_id: str) -> House:
    """Return a house of three tables, of which the second and third can be joined.

    Its slug is not the one that follows from the id, and differs from that of every other id.
    """
    tables = [
        Table(f"t{number}", str(number), seats, "main")
        for number, seats in ((1, 2), (2, 4), (3, 4))
    ]
    floor = Floor(tables, zones=[Zone("main", "Main")], joins=[Join(("t2", "t3"))])
    policy = Policy([ServicePeriod("dinner", "17:00", "23:00")])
    slug = f"house-{restaurant_id.lower()}"
    return House(Restaurant(restaurant_id, "A House", timezone="UTC", slug=slug), floor, policy)


def a_row(row_id: str, owner: Owner, table_id: str = "t1", window: Window = EVENING) -> Allocation:
    """Return a live row of a table."""
    return Allocation(row_id, HERE, ResourceType.TABLE, table_id, window, owner.kind, owner.id)


def of_booking(booking_id: str = "b1") -> Owner:
    """Return a booking as an owner."""
    return Owner(OwnerKind.BOOKING, booking_id)


def of_hold(hold_id: str = "h1") -> Owner:
    """Return a hold as an owner."""
    return Owner(OwnerKind.HOLD, hold_id)


def of_block(block_id: str = "k1") -> Owner:
    """Return a block as an owner."""
    return Owner(OwnerKind.BLOCK, block_id)


def a_stay(dining: Window = EVENING) -> Stay:
    """Return a stay with buffers of five minutes before and ten minutes after."""
    block = Window.of_micros(dining.start_us - 5 * MINUTE_US, dining.end_us + 10 * MINUTE_US)
    return Stay(
        "dinner", date(2026, 5, 1), "supper", dining, block, dining.minutes, is_clamped=True
    )


def a_booking(booking_id: str = "b1", dining: Window = EVENING) -> Booking:
    """Return a confirmed booking at version 1, with no field left at its default."""
    stay = a_stay(dining)
    assignment = Assignment(("t2", "t3"), stay.occupied, "g1", NOON_US - 7, STAFF)
    return Booking(
        id=booking_id,
        restaurant_id=HERE,
        party_size=3,
        status=BookingStatus.CONFIRMED,
        stay=stay,
        assignment=assignment,
        version=1,
        created_us=NOON_US - 9,
        updated_us=NOON_US - 7,
        actor=STAFF,
        past_reason="walk-in",
        must=Preference(zones=("main",), seatings=("booth",), areas=("indoor",)),
        wish=Preference(features=("window",)),
        names_tables=True,
        occasion="supper",
        channel="phone",
        minutes=95,
        reference="host-7",
        local_start="2026-05-01T20:00+02:00",
        seated_us=NOON_US - 6,
        left_us=NOON_US - 5,
        last_step=Step(BookingStatus.CHECKED_IN, EVENING, NOON_US - 4),
        is_pinned=True,
        overrides=AN_OVERRIDE,
        would_refuse=(Code.PACING_EXCEEDED, Code.CAPACITY_EXCEEDED),
        waiting=Waiting(NOON_US - 3, NOON_US - 2, NOON_US - 1, offers=2),
    )


def a_hold(hold_id: str = "h1", dining: Window = EVENING) -> Hold:
    """Return an active hold of three minutes, made at noon, with no field at its default."""
    return Hold(
        id=hold_id,
        restaurant_id=HERE,
        party_size=4,
        stay=a_stay(dining),
        tables=("t1",),
        state=HoldState.ACTIVE,
        created_us=NOON_US,
        expires_us=NOON_US + 3 * MINUTE_US,
        fingerprint=Fingerprint('{"turn_minutes":90}'),
        actor=STAFF,
        booking_id="b9",
        session="s1",
        past_reason="walk-in",
        must=Preference(zones=("main",), seatings=("booth",), areas=("indoor",)),
        wish=Preference(features=("window",)),
        names_tables=True,
        occasion="supper",
        channel="phone",
        minutes=95,
        reference="host-7",
        life_start_us=NOON_US - 60,
        overrides=AN_OVERRIDE,
        would_refuse=(Code.CHANNEL_SHARE_HELD_BACK,),
    )


def a_hold_at(hold_id: str, start: float = 360, **other: Any) -> Hold:
    """Return an active hold of two hours that starts some minutes after noon."""
    return attrs.evolve(a_hold(hold_id, span(start, start + 120)), **other)


def a_block(block_id: str = "k1", window: Window = EVENING) -> Block:
    """Return a block of the first table."""
    return Block(block_id, HERE, ("t1",), window, "The ceiling drips.", STAFF)


def plain_records(record_id: str = "k1") -> tuple[Any, ...]:
    """Return a record of each plain kind, in the order of ``PLAIN_KINDS``, all with one id."""
    return (a_block(record_id), BookingSlot(record_id, HERE, NOON_US + 8, 6, 2, version=3))


def changed_records(record_id: str = "k1") -> tuple[Any, ...]:
    """Return other facts of the records of ``plain_records``, each kind in the same place."""
    changed = BookingSlot(record_id, HERE, NOON_US + 9, 9, 9, version=4)
    return (a_block(record_id, span(0, 90)), changed)


def a_confirmation(
    result_id: str, hold_id: str = "h1", *, confirmed: bool = True
) -> ConfirmationResult:
    """Return the evidence of a confirmation."""
    return ConfirmationResult(
        id=result_id,
        restaurant_id=HERE,
        hold_id=hold_id,
        booking_id="b1",
        key=f"confirm-{hold_id}",
        confirmed=confirmed,
        checked_us=NOON_US,
        tables=(TableSnapshot("t1", 2), TableSnapshot("t9", None)),
        rivals=(Rival("a7", "t1", EVENING, "booking", "b7"),),
        code=None if confirmed else "HOLD_EXPIRED",
        details={} if confirmed else {"hold_id": hold_id, "list": [1, 2]},
        actor=STAFF,
        window=EVENING,
    )


# A store knows no class of the engine and reads no result, so the type is one that fourtop never
# writes. The spaces, the order of the keys and the digits come back as they are.
RESULT_TEXT: Final = '{"type": "novel",  "data": {"b": 1.50, "a": "\u00e9 \\u00e9 \\" \'"}}'


def an_answer(key: str, command: str = "hold") -> StoredResult:
    """Return the stored result of a command."""
    return StoredResult(HERE, command, key, "5f2b", RESULT_TEXT, NOON_US + 1)


def an_event(dedupe_key: str) -> Event:
    """Return an event with no field left at its default."""
    data = {"tables": ["t1"], "window": str(EVENING)}
    return Event(
        EventType.HOLD_CREATED,
        dedupe_key,
        HERE,
        NOON_US,
        STAFF,
        booking_id="b1",
        hold_id="h1",
        data=data,
    )


def every_record() -> dict[str, tuple[Any, ...]]:
    """Return records of every kind, by the attribute of ``Changes`` that writes them.

    They may all be written at once. Between them, every attribute that has a default differs from
    it, so that a store which forgets an attribute returns something else than was written.
    """
    shadow = attrs.evolve(a_row("a2", of_booking(), "t3"), shadow=True)
    return {
        "added": (a_row("a1", of_hold()), shadow),
        "bookings": (a_booking(),),
        "holds_added": (a_hold(),),
        "records_added": plain_records(),
        "confirmations": (a_confirmation("r1"), a_confirmation("r2", confirmed=False)),
        "stored_results": (an_answer("k1"),),
        "events": (an_event("e1"),),
    }
