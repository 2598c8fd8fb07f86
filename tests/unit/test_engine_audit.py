"""Audit: it finds the records that break a rule, without trusting the indexes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    GUEST,
    Allocation,
    Assignment,
    Block,
    Booking,
    BookingRow,
    BookingStatus,
    Desk,
    Hold,
    HoldState,
    ManualClock,
    MemoryStore,
    OwnerKind,
    ResourceType,
    SharedTable,
    Window,
)
from fourtop.ports import Changes, Decision, Scope, View
from tests.evening import (
    MONTH,
    a_house,
    at,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    table_rows,
    window,
)


@pytest.fixture
def memory(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def desk(memory: MemoryStore) -> Desk:
    return open_desk(memory)


def plant(memory: MemoryStore, **changes: Any) -> None:
    """Write the changes of a lying decision; nothing overlaps, so the store accepts them."""

    def decide(_: View) -> Decision[None]:
        return Decision(None, Changes(**changes))

    memory.transact(Scope("house"), decide)


def slip_in(memory: MemoryStore, row: Allocation) -> None:
    """Add a row past the constraint, as a broken store might: a shadow that turns live."""
    plant(memory, added=(attrs.evolve(row, shadow=True),))
    for each in memory._states["house"].occupancy.overlapping(row.window):
        if each.id == row.id:
            object.__setattr__(each, "shadow", False)


def a_row(
    owner: Booking | Hold, *, id_: str = "wrong", table: str = "3", window_: Window | None = None
) -> Allocation:
    kind = OwnerKind.BOOKING if isinstance(owner, Booking) else OwnerKind.HOLD
    where = owner.stay.occupied if window_ is None else window_
    return Allocation(id_, "house", ResourceType.TABLE, table, where, kind, owner.id)


def test_an_empty_house_is_clean(desk: Desk) -> None:
    found = desk.audit()
    assert (found.restaurant_id, found.allocations, found.is_clean) == ("house", 0, True)


def test_every_row_is_read(desk: Desk) -> None:
    booked(desk, 8)
    hold = held(desk, 6)
    desk.block(hold.stay.occupied, tables=["1"], reason="paint")
    found = desk.audit()
    assert (found.allocations, found.is_clean) == (3 + 2 + 1, True)


def test_rows_of_many_months_are_read(desk: Desk) -> None:
    starts = [at("19:00") + timedelta(days=days) for days in (-400, -31, 0, 30, 31, 62, 700)]
    rows = [
        BookingRow(f"b{number}", 4, start, end=start + timedelta(hours=1), tables=["3"])
        for number, start in enumerate(starts)
    ]
    desk.import_bookings(rows)
    assert desk.audit().allocations == len(starts)
    assert desk.audit().is_clean


def test_it_finds_an_overlap(memory: MemoryStore, desk: Desk) -> None:
    booking = booked(desk, 4)
    (there,) = table_rows(desk)
    slip_in(memory, a_row(booking, window_=window("20:29", "21:00")))
    found = desk.audit()
    assert not found.is_clean
    assert [(pair.first.id, pair.second.id) for pair in found.overlaps] == [(there.id, "wrong")]


def test_it_finds_every_pair_that_overlaps(memory: MemoryStore, desk: Desk) -> None:
    booking = booked(desk, 4)
    for number, window_ in enumerate(
        [window("19:30", "19:40"), window("19:35", "22:00"), window("22:00", "23:00")]
    ):
        slip_in(memory, a_row(booking, id_=f"wrong{number}", window_=window_))
    (there,) = (row for row in table_rows(desk) if not row.id.startswith("wrong"))
    pairs = [(pair.first.id, pair.second.id) for pair in desk.audit().overlaps]
    assert pairs == [(there.id, "wrong0"), (there.id, "wrong1"), ("wrong0", "wrong1")]


def test_shadows_and_touching_rows_are_no_overlap(memory: MemoryStore, desk: Desk) -> None:
    booking = booked(desk, 4)
    plant(memory, added=(attrs.evolve(a_row(booking), shadow=True),))
    plant(memory, added=(a_row(booking, id_="touching", window_=window("20:30", "21:00")),))
    assert desk.audit().is_clean
    assert desk.audit().allocations == 3


@pytest.mark.parametrize(
    "state", [HoldState.RELEASED, HoldState.EXPIRED, HoldState.CONFIRMED, HoldState.REPLACED]
)
def test_it_finds_rows_of_a_hold_that_ended(
    memory: MemoryStore, desk: Desk, state: HoldState
) -> None:
    hold = held(desk, 4)
    plant(memory, holds_changed=(attrs.evolve(hold, state=state),))
    assert [row.resource_type for row in desk.audit().orphans] == [
        ResourceType.HOLD,
        ResourceType.TABLE,
    ]


def test_rows_of_a_dead_hold_that_was_not_swept_are_no_orphans(
    desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(held(desk, 4).expires_at)
    assert desk.audit().is_clean


def test_it_finds_a_shadow_of_a_hold(memory: MemoryStore, desk: Desk) -> None:
    hold = held(desk, 4)
    plant(memory, added=(attrs.evolve(a_row(hold), shadow=True),))
    assert [row.id for row in desk.audit().orphans] == ["wrong"]


@pytest.mark.parametrize(
    "status", [BookingStatus.CANCELLED, BookingStatus.NO_SHOW, BookingStatus.COMPLETED], ids=str
)
def test_it_finds_rows_ahead_of_a_booking_that_ended(
    memory: MemoryStore, desk: Desk, status: BookingStatus
) -> None:
    booking = booked(desk, 4)
    plant(memory, bookings=(attrs.evolve(booking, status=status, version=2),))
    assert [row.owner_id for row in desk.audit().orphans] == [booking.id]


def test_rows_behind_a_booking_that_ended_are_history(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:30"))
    desk.no_show(booking.id)
    assert desk.audit().is_clean


def test_it_finds_rows_without_an_owner(memory: MemoryStore, desk: Desk) -> None:
    booking = booked(desk, 4)
    hold = held(desk, 6)
    block = desk.block(hold.stay.occupied, tables=["1"], reason="paint")
    state = memory._states["house"]
    del state.bookings.by_id[booking.id], state.holds.by_id[hold.id]
    state.plain.write(Changes(records_removed=((Block, block.id),)))
    state.bookings._starts.clear()
    assert [row.owner_id for row in desk.audit().orphans] == [
        hold.id,
        block.id,
        booking.id,
        hold.id,
    ]


@pytest.mark.parametrize("status", [BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN], ids=str)
def test_it_finds_a_booking_that_has_no_tables(
    memory: MemoryStore, desk: Desk, status: BookingStatus
) -> None:
    without_tables = desk.book(party_size(4), tables="later")
    assignment = Assignment(
        ("3",), without_tables.stay.occupied, None, without_tables.created_us, GUEST
    )
    plant(
        memory,
        bookings=(attrs.evolve(without_tables, status=status, assignment=assignment, version=2),),
    )
    booked(desk, 4)
    assert desk.audit().without_tables == (without_tables.id,)


def test_it_finds_two_parties_at_one_table_and_no_fault_in_a_booking_at_risk(
    memory: MemoryStore, clock: ManualClock
) -> None:
    desk = open_desk(memory, a_house(one_table()))
    booked(desk, 4, "18:00", booking_id="a")
    due = booked(desk, 4, "19:30", booking_id="b")
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:40"))
    assert [each.booking.id for each in desk.at_risk()] == ["b"]
    assert desk.audit().is_clean
    plant(memory, bookings=(attrs.evolve(due, status=BookingStatus.CHECKED_IN, version=2),))
    found = desk.audit()
    assert (found.shared_tables, found.overlaps) == ((SharedTable("1", "a", "b"),), ())
    assert not found.is_clean
    assert "1 shared table" in repr(found)


def test_it_finds_a_party_that_overstays_without_its_table(
    memory: MemoryStore, clock: ManualClock
) -> None:
    desk = open_desk(memory, a_house(one_table()))
    booked(desk, 4, "18:00", booking_id="a")
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:40"))
    plant(memory, removed=desk.allocations(MONTH))
    assert desk.audit().without_tables == ("a",)


def test_it_finds_a_booking_without_tables_where_there_is_no_row_at_all(
    memory: MemoryStore, desk: Desk
) -> None:
    without_tables = desk.book(party_size(4), tables="later")
    plant(
        memory, bookings=(attrs.evolve(without_tables, status=BookingStatus.CONFIRMED, version=2),)
    )
    found = desk.audit()
    assert (found.allocations, found.without_tables, found.is_clean) == (
        0,
        (without_tables.id,),
        False,
    )


def test_a_booking_that_is_over_needs_no_tables(
    memory: MemoryStore, desk: Desk, clock: ManualClock
) -> None:
    without_tables = desk.book(party_size(4), tables="later")
    plant(
        memory, bookings=(attrs.evolve(without_tables, status=BookingStatus.CONFIRMED, version=2),)
    )
    booked(desk, 4)
    clock.move_to(at("20:30"))
    assert desk.audit().is_clean


def test_a_clean_house_stays_clean_through_an_evening(desk: Desk, clock: ManualClock) -> None:
    bookings = [booked(desk, 4) for _ in range(3)]
    clock.move_to(at("19:15"))
    desk.seat(bookings[0].id)
    desk.no_show(bookings[1].id)
    clock.move_to(at("20:00"))
    desk.complete(bookings[0].id)
    assert desk.audit().is_clean


def test_two_restaurants_are_audited_apart(memory: MemoryStore, desk: Desk) -> None:
    other = open_desk(memory, a_house(name="Other"))
    booking = booked(desk, 4)
    slip_in(memory, a_row(booking))
    assert not desk.audit().is_clean
    assert other.audit().is_clean


def test_a_house_that_has_lost_all_its_rows_is_not_clean(desk: Desk, memory: MemoryStore) -> None:
    without_tables = desk.book(party_size(4), tables="later")
    assignment = Assignment(
        ("3",), without_tables.stay.occupied, None, without_tables.created_us, GUEST
    )
    lost = attrs.evolve(
        without_tables, status=BookingStatus.CONFIRMED, assignment=assignment, version=2
    )
    plant(memory, bookings=(lost,))
    found = desk.audit()
    assert (found.allocations, found.without_tables) == (0, (without_tables.id,))
