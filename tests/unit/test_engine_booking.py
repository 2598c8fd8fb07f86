"""Bookings: in one step, later, the steps of their life, and another time or size."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    Booking,
    BookingRequest,
    BookingRow,
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    Engine,
    EventType,
    HoldEnded,
    IllegalTransition,
    ManualClock,
    NotFound,
    Refused,
    ServicePeriod,
)
from fourtop.ports import Store
from tests.evening import (
    MONTH,
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    window,
)

S = BookingStatus


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


# ---- in one step ---------------------------------------------------------------------------------


def test_a_booking_in_one_step_is_confirmed_and_has_tables(desk: Desk) -> None:
    made = desk.book(party_size(4))
    booking = made
    assert (booking.status, booking.tables, booking.version) == (S.CONFIRMED, ("3",), 1)
    assert (booking.created_at, booking.updated_at, booking.start) == (NOW, NOW, at("19:00"))
    usage = made.receipt.usage
    assert usage is not None
    assert (usage.booked_covers, usage.booked_parties, made.replayed) == (4, 1, False)
    assert booking.assignment is not None
    assert booking.assignment.assigned_at == NOW
    assert desk.get_booking(booking.id) == booking


def test_a_booking_without_tables_counts_and_occupies_nothing(desk: Desk) -> None:
    made = desk.book(party_size(4), tables="later")
    assert (made.status, made.tables) == (S.PENDING_ALLOCATION, ())
    assert made.receipt.usage is not None
    assert made.receipt.usage.booked_covers == 4
    assert desk.allocations(MONTH) == ()


def test_a_booking_without_tables_is_taken_where_no_table_is_free(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4)
    assert desk.book(party_size(4), tables="later").status is S.PENDING_ALLOCATION


def test_a_booking_without_tables_keeps_to_the_rules_and_the_caps(desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_parties=1)])
    )
    desk.book(party_size(4), tables="later")
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4), tables="later")
    assert caught.value.code is Code.CAPACITY_EXCEEDED
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4, "15:00"), tables="later")
    assert caught.value.code is Code.OUTSIDE_SERVICE_HOURS


def test_an_id_is_given_to_one_booking(store: Store, desk: Desk) -> None:
    booked(desk, 4, booking_id="web:17")
    before = snapshot(store, desk)
    with pytest.raises(AlreadyExists):
        booked(desk, 2, booking_id="web:17")
    assert snapshot(store, desk) == before


def test_why_a_past_start_was_taken_is_recorded(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("19:30"))
    booking = desk.book(party_size(4, past_reason="walk-in"))
    assert booking.past_reason == "walk-in"
    assert rows_of(desk, booking.id) == [("3", "19:00", "20:30")]


def test_bookings_are_listed_by_start_and_found_by_id(desk: Desk) -> None:
    late, early = booked(desk, 4, "20:00"), booked(desk, 2, "18:00")
    assert desk.bookings(MONTH) == (early, late)
    assert desk.bookings(window("18:00", "20:00")) == (early,)
    assert desk.find_booking("nobody") is None
    with pytest.raises(NotFound):
        desk.get_booking("nobody")


def test_a_booking_sweeps_the_dead_where_it_goes(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    dead = [held(desk, 4), held(desk, 4, "20:00"), held(desk, 2)]
    clock.move_to(dead[0].expires_at)
    booked(desk, 4)
    swept = [
        event.hold_id
        for event in store.events(desk.restaurant_id)
        if event.type is EventType.HOLD_EXPIRED
    ]
    assert sorted(map(str, swept)) == sorted(hold.id for hold in dead)


def test_a_period_past_midnight_counts_where_it_began(store: Store) -> None:
    night = ServicePeriod("night", "20:00", "04:00", last_start="02:00")
    desk = open_desk(
        store,
        a_house(periods=[night], capacity_rules=[CapacityRule(max_covers=6, on="2026-05-01")]),
    )
    early = booked(desk, 4, "20:00")
    assert early.stay.service_date.isoformat() == "2026-05-01"
    with pytest.raises(Refused) as caught:
        desk.book(BookingRequest(4, at("01:00", at("12:00").date().replace(day=2))))
    assert caught.value.refusal.reasons[0].details["booked"] == 4


# ---- the steps of a life -------------------------------------------------------------------------

STEPS: dict[BookingStatus, Callable[[Desk, str], Booking]] = {
    S.CANCELLED: lambda desk, id_: desk.cancel(id_),
    S.CHECKED_IN: lambda desk, id_: desk.seat(id_),
    S.COMPLETED: lambda desk, id_: desk.complete(id_),
    S.NO_SHOW: lambda desk, id_: desk.no_show(id_),
}
LEGAL = {
    (S.PENDING, S.CANCELLED),
    (S.PENDING_ALLOCATION, S.CANCELLED),
    (S.CONFIRMED, S.CHECKED_IN),
    (S.CONFIRMED, S.CANCELLED),
    (S.CONFIRMED, S.NO_SHOW),
    (S.WAITLISTED, S.CANCELLED),
    (S.PRIORITY_WAITLIST, S.CANCELLED),
    (S.PRIORITY_WAITLIST, S.NO_SHOW),
    (S.CHECKED_IN, S.COMPLETED),
    (S.CHECKED_IN, S.NO_SHOW),
}


def imported(desk: Desk, status: BookingStatus) -> str:
    """A booking of any status; one that is over lies in the past."""
    if status is S.SHADOW:
        row = BookingRow("b1", 4, at("19:00"), end=at("20:30"), tables=["3"])
        desk.import_bookings([row], shadow=True)
        return "shadow:b1"
    start, end = ("09:00", "10:00") if status is S.COMPLETED else ("19:00", "20:30")
    if status is S.CHECKED_IN:
        start = "11:30"
    tables = ["3"] if status in (S.CONFIRMED, S.CHECKED_IN, S.COMPLETED) else []
    desk.import_bookings(
        [BookingRow("b1", 4, at(start), end=at(end), tables=tables, status=status)]
    )
    return "b1"


@pytest.mark.parametrize("target", STEPS, ids=str)
@pytest.mark.parametrize("status", S, ids=str)
def test_the_life_of_a_booking_has_these_steps_and_no_others(
    store: Store, desk: Desk, clock: ManualClock, status: BookingStatus, target: BookingStatus
) -> None:
    booking_id = imported(desk, status)
    clock.move_to(at("19:15"))
    before = snapshot(store, desk)
    if (status, target) in LEGAL:
        changed = STEPS[target](desk, booking_id)
        assert (changed.status, changed.version) == (target, 2)
        assert desk.get_booking(booking_id) == changed
        return
    if status is target:
        # The step was taken already: nothing is left to change.
        assert STEPS[target](desk, booking_id) == desk.get_booking(booking_id)
        assert snapshot(store, desk) == before
        return
    with pytest.raises(IllegalTransition) as caught:
        STEPS[target](desk, booking_id)
    assert (caught.value.status, caught.value.target) == (status.value, target.value)
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("step", STEPS.values())
def test_an_unknown_booking_takes_no_step(desk: Desk, step: Callable[[Desk, str], Booking]) -> None:
    with pytest.raises(NotFound):
        step(desk, "nobody")


def test_a_party_that_is_seated_keeps_its_tables(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:10"))
    after = desk.seat(booking.id)
    assert after.assignment == booking.assignment
    assert rows_of(desk, booking.id) == [("3", "19:00", "20:30")]


def test_a_step_under_a_key_is_taken_once(desk: Desk) -> None:
    booking = booked(desk, 4)
    first = desk.cancel(booking.id, key="k1")
    again = desk.cancel(booking.id, key="k1")
    assert (first.replayed, again.replayed) == (False, True)
    assert again == first


def test_who_took_the_last_step_is_recorded(store: Store, desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4)
    clock.move_to(at("19:00"))
    staff = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    assert staff.seat(booking.id).actor == STAFF
    assert store.events(desk.restaurant_id)[-1].actor == STAFF


def test_cancelling_ends_the_holds_that_were_made_for_a_booking(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booking = desk.book(party_size(4), tables="later")
    dead = held(desk, 4, booking_id=booking.id, ttl_seconds=30)
    alive = held(desk, 4, booking_id=booking.id)
    clock.move_to(dead.expires_at)
    desk.cancel(booking.id)
    assert desk.allocations(MONTH) == ()
    ends = {event.hold_id: event.type for event in store.events(desk.restaurant_id)[-3:-1]}
    assert ends == {dead.id: EventType.HOLD_EXPIRED, alive.id: EventType.HOLD_RELEASED}


def test_a_party_that_left_makes_room_in_the_caps_only_if_it_never_came(
    desk: Desk, clock: ManualClock
) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=4)])
    )
    first = booked(desk, 4)
    clock.move_to(at("19:00"))
    desk.seat(first.id)
    clock.move_to(at("19:30"))
    desk.complete(first.id)
    with pytest.raises(Refused) as caught:
        booked(desk, 4, "20:00")
    assert caught.value.code is Code.CAPACITY_EXCEEDED


# ---- another time, another party -----------------------------------------------------------------


def test_a_booking_takes_another_time_and_its_old_tables_are_free(desk: Desk) -> None:
    booking = booked(desk, 4)
    after = desk.reschedule(booking.id, change(4, "20:00"))
    assert (after.version, after.status, after.start) == (2, S.CONFIRMED, at("20:00"))
    assert rows_of(desk, booking.id) == [("3", "20:00", "21:30")]
    assert booked(desk, 4, "18:00", tables=["3"]).tables == ("3",)


def test_its_own_tables_are_not_in_the_way(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booking = booked(desk, 4)
    desk.reschedule(booking.id, change(3, "19:30"))
    assert rows_of(desk, booking.id) == [("1", "19:30", "21:00")]
    assert desk.audit().is_clean


def test_a_party_that_grows_gets_larger_tables_or_stays_as_it_was(store: Store, desk: Desk) -> None:
    booking = booked(desk, 2)
    assert desk.reschedule(booking.id, change(6)).tables == ("5",)
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.reschedule(booking.id, change(40))
    assert caught.value.code is Code.PARTY_NEVER_FITS
    assert snapshot(store, desk) == before


def test_a_booking_does_not_count_against_itself(desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(
            policy, capacity_rules=[CapacityRule(max_covers=6, max_parties=1)]
        )
    )
    booking = booked(desk, 4)
    assert desk.reschedule(booking.id, change(6)).party_size == 6
    with pytest.raises(Refused) as caught:
        desk.reschedule(booking.id, change(7))
    assert caught.value.refusal.reasons[0].details["booked"] == 0


def test_a_booking_without_tables_stays_without(desk: Desk) -> None:
    booking = desk.book(party_size(4), tables="later")
    after = desk.reschedule(booking.id, change(5, "20:00"))
    assert (after.status, after.party_size, after.tables) == (S.PENDING_ALLOCATION, 5, ())
    assert desk.allocations(MONTH) == ()


def test_holds_for_a_booking_end_when_it_takes_another_time(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booking = desk.book(party_size(4), tables="later")
    dead = held(desk, 4, booking_id=booking.id, ttl_seconds=30)
    alive = held(desk, 4, booking_id=booking.id)
    clock.move_to(dead.expires_at)
    desk.reschedule(booking.id, change(4, "20:00"))
    assert desk.find_hold(alive.id) is None
    with pytest.raises(HoldEnded):
        desk.confirm(alive.id)
    kinds = [event.type for event in store.events(desk.restaurant_id)[-3:]]
    assert kinds == [EventType.HOLD_EXPIRED, EventType.HOLD_RELEASED, EventType.BOOKING_RESCHEDULED]


def test_the_dead_are_swept_once_where_a_booking_goes(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4, "18:00")
    dead = held(desk, 4, "20:00", tables=["3"])
    clock.move_to(dead.expires_at)
    desk.reschedule(booking.id, change(4, "20:00", tables=["3"]))
    swept = [
        event.hold_id
        for event in store.events(desk.restaurant_id)
        if event.type is EventType.HOLD_EXPIRED
    ]
    assert swept == [dead.id]


@pytest.mark.parametrize(
    "status", [S.CHECKED_IN, S.COMPLETED, S.CANCELLED, S.NO_SHOW, S.PRIORITY_WAITLIST], ids=str
)
def test_a_booking_that_has_begun_or_ended_takes_no_other_time(
    desk: Desk, status: BookingStatus
) -> None:
    booking_id = imported(desk, status)
    with pytest.raises(IllegalTransition) as caught:
        desk.reschedule(booking_id, change(4, "20:00"))
    assert (caught.value.status, caught.value.target) == (status.value, "rescheduled")


def test_an_unknown_booking_takes_no_other_time(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.reschedule("nobody", change(4))


def test_a_change_under_a_key_is_made_once(desk: Desk) -> None:
    booking = booked(desk, 4)
    first = desk.reschedule(booking.id, change(4, "20:00"), key="k1")
    desk.reschedule(booking.id, change(4, "18:00"))
    again = desk.reschedule(booking.id, change(4, "20:00"), key="k1")
    assert (again, first.replayed, again.replayed) == (first, False, True)
    assert desk.get_booking(booking.id).start == at("18:00")
