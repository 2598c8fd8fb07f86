"""Cases from the field about how holds and bookings end: 10 and 15."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fourtop import (
    BookingStatus,
    Code,
    Desk,
    EventType,
    HoldExpired,
    HoldLimit,
    ManualClock,
    Refused,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    table_rows,
)

TICK = timedelta(microseconds=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with one table."""
    return open_desk(store, a_house(one_table()), actor=STAFF)


# ---- 10: a hold extended for ever; an expired hold shown as free but still refused ---------------


def test_case_10_a_hold_is_not_extended_for_ever(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4)
    for _ in range(7):
        hold = desk.extend_hold(hold.id, seconds=60)
        clock.advance(seconds=60)
    assert hold.expires_at == hold.created_at + timedelta(seconds=600)
    with pytest.raises(HoldLimit) as caught:
        desk.extend_hold(hold.id, seconds=1)
    assert (caught.value.limit, caught.value.maximum) == ("lifetime_seconds", 600)
    assert desk.find_hold(hold.id) == hold


def test_case_10_a_hold_may_be_extended_to_its_last_second(desk: Desk) -> None:
    hold = held(desk, 4)
    assert desk.extend_hold(hold.id, seconds=420).expires_at == hold.created_at + timedelta(
        seconds=600
    )


def test_case_10_a_dead_hold_is_not_extended(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    with pytest.raises(HoldExpired):
        desk.extend_hold(hold.id, seconds=60)
    clock.move_to(hold.created_at)
    with pytest.raises(HoldExpired):
        desk.extend_hold(hold.id, seconds=60)


def test_case_10_an_expired_hold_is_shown_free_and_can_be_booked(
    desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 4)
    clock.move_to(hold.expires_at - TICK)
    assert not desk.availability(FRIDAY, 4, at=at("19:00")).slots[0].is_bookable
    clock.move_to(hold.expires_at)
    assert desk.availability(FRIDAY, 4, at=at("19:00")).slots[0].is_bookable
    booking = booked(desk, 4)
    assert [row.owner_id for row in table_rows(desk)] == [booking.id]


@pytest.mark.parametrize(
    "text", ["18:00", "19:00", "20:15"], ids=["straddling its start", "equal", "its end"]
)
def test_case_10_an_expired_hold_is_in_the_way_of_no_hold_either(
    desk: Desk, clock: ManualClock, text: str
) -> None:
    clock.move_to(held(desk, 4).expires_at)
    hold = held(desk, 4, text)
    assert [row.owner_id for row in table_rows(desk)] == [hold.id]
    assert desk.audit().is_clean


def test_case_10_an_expired_hold_is_in_the_way_of_no_block(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    block = desk.block(hold.stay.occupied, tables=["1"], reason="paint")
    assert [row.owner_id for row in table_rows(desk)] == [block.id]


def test_case_10_an_expired_hold_is_swept_once_and_said_so_once(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    booking = booked(desk, 4)
    desk.cancel(booking.id)
    booked(desk, 4)
    expiries = [
        event for event in store.events(desk.restaurant_id) if event.type is EventType.HOLD_EXPIRED
    ]
    assert [event.hold_id for event in expiries] == [hold.id]


# ---- 15: no-shows kept tables blocked; leaving early must free the table from now on -------------


def test_case_15_a_no_show_frees_its_table_from_now_on(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:20"))
    with pytest.raises(Refused):
        desk.hold(party_size(4, "19:30"))
    gone = desk.no_show(booking.id)
    assert gone.status is BookingStatus.NO_SHOW
    assert rows_of(desk, booking.id) == [("1", "19:00", "19:20")]
    assert held(desk, 4, "19:20").tables == ("1",)


def test_case_15_an_early_leaver_frees_its_table_from_now_on_and_history_stays(
    desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:05"))
    desk.seat(booking.id)
    clock.move_to(at("19:50"))
    left = desk.complete(booking.id)
    assert left.assignment is not None
    assert left.tables == ("1",)
    assert f"{left.assignment.window.end:%H:%M}" == "19:50"
    assert rows_of(desk, booking.id) == [("1", "19:00", "19:50")]
    follower = booked(desk, 4, "19:50")
    assert rows_of(desk, follower.id) == [("1", "19:50", "21:20")]
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4, "19:49", tables=["1"]))
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    assert desk.audit().is_clean


def test_case_15_a_cancelled_booking_that_has_not_begun_leaves_nothing_behind(desk: Desk) -> None:
    booking = booked(desk, 4)
    gone = desk.cancel(booking.id)
    assert (gone.status, gone.tables) == (BookingStatus.CANCELLED, ("1",))
    assert desk.allocations(MONTH) == ()
    assert booked(desk, 4).tables == ("1",)


def test_case_15_a_party_that_goes_in_its_very_first_instant_leaves_nothing_behind(
    desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:00"))
    desk.complete(desk.seat(booking.id).id)
    assert desk.allocations(MONTH) == ()
    assert booked(desk, 4).tables == ("1",)


def test_case_15_a_party_that_overstayed_keeps_its_whole_history(
    desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:00"))
    desk.seat(booking.id)
    clock.move_to(at("22:00"))
    desk.complete(booking.id)
    assert rows_of(desk, booking.id) == [("1", "19:00", "22:00")]


def test_case_15_leaving_in_the_first_microsecond_keeps_that_microsecond(
    desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:00") + TICK)
    desk.complete(desk.seat(booking.id).id)
    (row,) = table_rows(desk, of=booking.id)
    assert row.window.end - row.window.start == TICK
    assert held(desk, 4, "19:30").tables == ("1",)
