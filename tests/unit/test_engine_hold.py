"""Holding: make, extend, release, replace; limits, and what a hold remembers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    EventType,
    HoldEnded,
    HoldExpired,
    HoldLimit,
    HoldMismatch,
    HoldRateLimit,
    HoldRules,
    HoldState,
    IllegalTransition,
    ManualClock,
    NotFound,
    Preference,
    Refused,
    ServicePeriod,
    Weekday,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    NOW,
    a_house,
    at,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    snapshot,
    window,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


# ---- make ----------------------------------------------------------------------------------------


def test_a_hold_lives_three_minutes_unless_told_otherwise(desk: Desk) -> None:
    assert held(desk, 2).expires_at - NOW == timedelta(seconds=180)
    assert held(desk, 2, ttl_seconds=30).expires_at - NOW == timedelta(seconds=30)
    desk.edit_policy(lambda policy: attrs.evolve(policy, holds=HoldRules(ttl_seconds=600)))
    assert held(desk, 2).expires_at - NOW == timedelta(seconds=600)


def test_a_hold_is_alive_until_its_last_microsecond(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 2)
    clock.move_to(hold.expires_at - timedelta(microseconds=1))
    assert desk.find_hold(hold.id) == hold
    clock.move_to(hold.expires_at)
    assert desk.find_hold(hold.id) is None


def test_a_hold_has_its_handle_for_its_block_window(desk: Desk) -> None:
    hold = held(desk, 2)
    rows = {row.resource_type.value: row for row in desk.allocations(MONTH)}
    assert rows["hold"].resource_id == hold.id
    assert {row.window for row in rows.values()} == {hold.stay.occupied}


def test_a_hold_remembers_what_was_asked(desk: Desk) -> None:
    wishes: dict[str, Any] = {
        "must": Preference(seatings={"standard"}),
        "wish": Preference(features={"window"}),
    }
    request = BookingRequest(2, at("11:45"), past_reason="walk-in", tables=["1"], **wishes)
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, periods=[ServicePeriod("day", "11:00", "23:00")])
    )
    table = attrs.evolve(desk.house().floor.get_table("5"), features={"window"})
    desk.edit_floor(lambda floor: floor.with_table(table))
    hold = desk.hold(request, session="s1")
    assert (hold.must, hold.wish, hold.names_tables) == (request.must, request.wish, True)
    assert (hold.past_reason, hold.session, hold.booking_id) == ("walk-in", "s1", None)


def test_a_start_may_lie_five_minutes_back_and_not_a_microsecond_more(
    desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(at("18:05"))
    assert held(desk, 2, "18:00").tables
    clock.advance(seconds=1)
    with pytest.raises(Refused) as caught:
        held(desk, 2, "18:00")
    assert caught.value.code is Code.BOOKING_IN_PAST
    assert desk.hold(party_size(2, "18:00", past_reason="walk-in")).past_reason == "walk-in"


def test_a_refused_hold_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    with pytest.raises(Refused):
        held(desk, 40)
    assert snapshot(store, desk) == before


# ---- for a booking -------------------------------------------------------------------------------


def test_a_hold_for_a_pending_booking_of_the_same_party_and_start(desk: Desk) -> None:
    booking = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=booking.id)
    assert hold.booking_id == booking.id
    assert desk.confirm(hold.id).id == booking.id


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (party_size(3), ("party_size",)),
        (party_size(4, "19:15"), ("start",)),
        (party_size(3, "19:15"), ("party_size", "start")),
    ],
)
def test_a_hold_for_a_booking_of_another_party_or_start_is_refused(
    desk: Desk, other: BookingRequest, differs: tuple[str, ...]
) -> None:
    booking = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=booking.id)
    attempts: list[Callable[[], object]] = [
        lambda: desk.hold(other, booking_id=booking.id),
        lambda: desk.replace_hold(hold.id, other),
    ]
    for attempt in attempts:
        with pytest.raises(HoldMismatch) as caught:
            attempt()
        assert (caught.value.booking_id, caught.value.differs) == (booking.id, differs)


def test_a_hold_for_a_booking_that_has_tables_is_refused(desk: Desk) -> None:
    booking = booked(desk, 4)
    with pytest.raises(IllegalTransition):
        held(desk, 4, booking_id=booking.id)


def test_a_hold_for_an_unknown_booking_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        held(desk, 4, booking_id="nobody")


# ---- limits --------------------------------------------------------------------------------------


def test_five_holds_a_minute_for_one_booking(desk: Desk, clock: ManualClock) -> None:
    booking = desk.book(party_size(2), tables="later")
    for _ in range(5):
        desk.release_hold(held(desk, 2, booking_id=booking.id).id)
        clock.advance(seconds=2)
    with pytest.raises(HoldRateLimit) as caught:
        held(desk, 2, booking_id=booking.id)
    assert (
        caught.value.maximum,
        caught.value.window_seconds,
        caught.value.retry_after_seconds,
    ) == (5, 60, 50)
    clock.advance(seconds=49.5)
    with pytest.raises(HoldRateLimit) as caught:
        held(desk, 2, booking_id=booking.id)
    assert caught.value.retry_after_seconds == 1
    clock.advance(seconds=caught.value.retry_after_seconds)
    assert held(desk, 2, booking_id=booking.id).booking_id == booking.id


def test_replays_do_not_count_towards_the_rate(desk: Desk) -> None:
    booking = desk.book(party_size(2), tables="later")
    for _ in range(10):
        desk.hold(party_size(2), booking_id=booking.id, key="k1")
    assert len(desk.bookings(MONTH)) == 1


def test_a_replaced_hold_counts_towards_the_rate(desk: Desk) -> None:
    booking = desk.book(party_size(2), tables="later")
    hold = held(desk, 2, booking_id=booking.id)
    for _ in range(4):
        hold = desk.replace_hold(hold.id, party_size(2))
    with pytest.raises(HoldRateLimit):
        desk.replace_hold(hold.id, party_size(2))
    assert desk.find_hold(hold.id) == hold


def test_a_session_has_a_limit_on_live_holds_of_its_own(desk: Desk, clock: ManualClock) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, holds=HoldRules(max_live_per_session=2)))
    first = held(desk, 2, session="s1")
    clock.advance(seconds=10)
    second = held(desk, 2, session="s1")
    with pytest.raises(HoldLimit) as caught:
        held(desk, 2, session="s1")
    assert (caught.value.limit, caught.value.maximum, caught.value.http_status) == (
        "live_per_session",
        2,
        429,
    )
    assert held(desk, 2, session="s2").session == "s2"
    desk.release_hold(second.id)
    held(desk, 2, session="s1")
    clock.move_to(first.expires_at)
    assert held(desk, 2, session="s1").session == "s1"


def test_a_replaced_hold_makes_room_for_its_successor(desk: Desk) -> None:
    limits = HoldRules(max_live_per_session=1, max_live=1)
    desk.edit_policy(lambda policy: attrs.evolve(policy, holds=limits))
    hold = held(desk, 2, session="s1")
    assert desk.replace_hold(hold.id, party_size(4)).session == "s1"
    with pytest.raises(HoldLimit) as caught:
        held(desk, 2)
    assert caught.value.limit == "live_per_restaurant"


# ---- extend, release -----------------------------------------------------------------------------


def test_extending_adds_to_the_expiry(desk: Desk) -> None:
    hold = held(desk, 2)
    assert desk.extend_hold(hold.id, seconds=60).expires_at - hold.expires_at == timedelta(
        seconds=60
    )
    assert desk.find_hold(hold.id) != hold


def test_finding_38_a_hold_may_live_exactly_six_hundred_seconds(desk: Desk) -> None:
    hold = held(desk, 4, ttl_seconds=180)
    extended = desk.extend_hold(hold.id, seconds=420)
    assert extended.expires_at - NOW == timedelta(seconds=600)
    with pytest.raises(HoldLimit) as caught:
        desk.extend_hold(hold.id, seconds=1)
    assert caught.value.maximum == 600
    assert desk.find_hold(hold.id) == extended


def test_finding_38_six_hundred_seconds_count_from_the_making_of_the_hold(
    desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 4, ttl_seconds=180)
    clock.advance(seconds=100)
    with pytest.raises(HoldLimit):
        desk.extend_hold(hold.id, seconds=421)
    assert desk.extend_hold(hold.id, seconds=420).expires_at - NOW == timedelta(seconds=600)


def test_extending_under_a_key_extends_once(desk: Desk) -> None:
    hold = held(desk, 2)
    first = desk.extend_hold(hold.id, seconds=60, key="k1")
    again = desk.extend_hold(hold.id, seconds=60, key="k1")
    assert again.replayed
    assert again == first == desk.find_hold(hold.id)


def test_a_released_hold_gives_its_tables_back_and_stays_released(desk: Desk) -> None:
    hold = held(desk, 4)
    assert desk.release_hold(hold.id).state is HoldState.RELEASED
    assert desk.allocations(MONTH) == ()
    for attempt in (
        lambda: desk.release_hold(hold.id),
        lambda: desk.extend_hold(hold.id, seconds=1),
        lambda: desk.replace_hold(hold.id, party_size(4)),
        lambda: desk.confirm(hold.id),
    ):
        with pytest.raises(HoldEnded) as caught:
            attempt()
        assert caught.value.state == "released"


def test_an_unknown_hold_is_not_found(desk: Desk) -> None:
    for attempt in (
        lambda: desk.release_hold("nobody"),
        lambda: desk.extend_hold("nobody", seconds=1),
        lambda: desk.replace_hold("nobody", party_size(4)),
        lambda: desk.confirm("nobody"),
    ):
        with pytest.raises(NotFound) as caught:
            attempt()
        assert (caught.value.kind, caught.value.id) == ("hold", "nobody")
    assert desk.find_hold("nobody") is None
    assert desk.confirmations("nobody") == ()


def test_an_expired_hold_is_expired_whether_it_was_swept_or_not(
    desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 6)
    clock.move_to(hold.expires_at)
    with pytest.raises(HoldExpired):
        desk.release_hold(hold.id)
    booked(desk, 6)
    with pytest.raises(HoldExpired) as caught:
        desk.release_hold(hold.id)
    assert caught.value.expired_at == hold.expires_at.isoformat()


# ---- replace -------------------------------------------------------------------------------------


def test_the_replaced_hold_is_not_in_the_way_of_its_successor(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    first = held(desk, 4)
    second = desk.replace_hold(first.id, party_size(4, "19:30"))
    assert second.stay.occupied == window("19:30", "21:00")
    assert desk.find_hold(first.id) is None
    assert [row.owner_id for row in desk.allocations(MONTH)] == [second.id, second.id]
    with pytest.raises(HoldEnded) as caught:
        desk.confirm(first.id)
    assert caught.value.state == "replaced"


def test_a_replacement_that_is_refused_leaves_the_old_hold(store: Store, desk: Desk) -> None:
    hold = held(desk, 4)
    before = snapshot(store, desk)
    with pytest.raises(Refused):
        desk.replace_hold(hold.id, party_size(40))
    assert snapshot(store, desk) == before
    assert desk.find_hold(hold.id) == hold


def test_a_replacement_keeps_booking_and_session(desk: Desk) -> None:
    booking = desk.book(party_size(2), tables="later")
    hold = held(desk, 2, booking_id=booking.id, session="s1")
    after = desk.replace_hold(hold.id, party_size(2, tables=["5"]), ttl_seconds=300)
    assert (after.booking_id, after.session, after.tables) == (booking.id, "s1", ("5",))
    assert after.expires_at - NOW == timedelta(seconds=300)


def test_a_replacement_counts_once_towards_the_caps(desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=4)])
    )
    hold = held(desk, 4)
    assert desk.replace_hold(hold.id, party_size(4, "20:00")).party_size == 4
    with pytest.raises(Refused):
        held(desk, 1)


def test_a_replacement_under_a_key_is_replayed(desk: Desk) -> None:
    hold = held(desk, 4)
    first = desk.replace_hold(hold.id, party_size(2), key="k1")
    again = desk.replace_hold(hold.id, party_size(2), key="k1")
    assert (again, first.replayed, again.replayed) == (first, False, True)


def test_a_replacement_sweeps_the_dead_that_stand_where_it_goes(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    dead = held(desk, 6, ttl_seconds=30)
    hold = held(desk, 4)
    clock.move_to(dead.expires_at)
    after = desk.replace_hold(hold.id, party_size(6))
    assert after.tables == dead.tables
    swept = [
        event.hold_id
        for event in store.events(desk.restaurant_id)
        if event.type is EventType.HOLD_EXPIRED
    ]
    assert swept == [dead.id]


def test_a_service_on_another_weekday_is_no_service_today(desk: Desk) -> None:
    saturday = ServicePeriod("dinner", "17:00", "23:00", weekdays=[Weekday.SATURDAY])
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[saturday]))
    with pytest.raises(Refused) as caught:
        held(desk, 2)
    assert caught.value.refusal.reasons[0].details == {"date": FRIDAY.isoformat()}
