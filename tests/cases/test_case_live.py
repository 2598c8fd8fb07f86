"""Cases from the field about the live service: 18 to 21, and findings 1, 2 and 13."""

from __future__ import annotations

from datetime import datetime

import attrs
import pytest

from fourtop import (
    Actor,
    BookingStatus,
    Code,
    Desk,
    Floor,
    ManualClock,
    Move,
    Refusal,
    Refused,
    TableState,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
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


def a_desk(
    store: Store, floor: Floor | None = None, *, after: int = 0, actor: Actor = STAFF
) -> Desk:
    """The desk of staff in a house with one table, and a buffer for cleaning in minutes."""
    house = a_house(one_table() if floor is None else floor)
    periods = tuple(attrs.evolve(each, buffer_after_minutes=after) for each in house.policy.periods)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=periods))
    return open_desk(store, house, actor=actor)


@pytest.fixture
def desk(store: Store) -> Desk:
    return a_desk(store)


def two_turns(desk: Desk) -> None:
    """Book one table from 18:00 and from 19:30, 90 minutes each."""
    booked(desk, 4, "18:00", booking_id="a")
    booked(desk, 4, "19:30", booking_id="b")


def seated_at(desk: Desk, clock: ManualClock, text: str, booking_id: str) -> None:
    clock.move_to(at(text))
    desk.seat(booking_id)


def refused(call: object) -> Refusal:
    assert callable(call)
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.refusal


# ---- finding 1: two seated parties at one table --------------------------------------------------


def test_finding_01_a_seated_party_is_in_the_way_of_the_next(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    two_turns(desk)
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:35"))
    before = snapshot(store, desk)
    refusal = refused(lambda: desk.seat("b"))
    assert refusal.code is Code.TABLE_OCCUPIED
    (rival,) = refusal.reasons[0].details["in_the_way"]
    assert (rival["owner_id"], rival["table_id"]) == ("a", "1")
    assert datetime.fromisoformat(rival["end"]) == at("19:50")
    assert refusal.reasons[0].details["alternative"] == []
    assert "occupied by a until" in str(refusal)
    assert snapshot(store, desk) == before
    assert desk.audit().is_clean


def test_finding_01_the_party_that_comes_second_is_refused_in_either_order(
    desk: Desk, clock: ManualClock
) -> None:
    two_turns(desk)
    # "a" comes five minutes after its end, so it can no longer be seated.
    seated_at(desk, clock, "19:35", "b")
    assert refused(lambda: desk.seat("a")).code is Code.TOO_LATE_TO_SEAT


def test_finding_01_a_refused_party_hears_of_the_best_other_table(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store, sketch_floor({"1": 4, "2": 2, "3": 4}))
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:35"))
    assert refused(lambda: desk.seat("b")).reasons[0].details["alternative"] == ["3"]
    desk.move([Move("b", ["3"])])
    assert desk.seat("b").tables == ("3",)
    assert desk.audit().is_clean


def test_finding_01_an_overstay_keeps_its_table(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "18:00", booking_id="a")
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:31"))
    assert desk.table_states() == {"1": TableState.OVERDUE}
    for text in ("19:31", "19:45"):
        assert not desk.quote(party_size(4, text))


@pytest.mark.parametrize("text", ["19:31", "19:45", "19:46"])
def test_finding_01_every_door_knows_that_an_overdue_party_sits_there(
    desk: Desk, clock: ManualClock, text: str
) -> None:
    """At 19:31 a party is expected to stay until 19:46, fifteen minutes more."""
    booked(desk, 4, "18:00", booking_id="a")
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:31"))
    is_free = text == "19:46"
    (slot,) = desk.availability(FRIDAY, 4, at=at(text)).slots
    assert slot.is_bookable is is_free
    assert bool(desk.quote(party_size(4, text))) is is_free
    assert bool(desk.quote(party_size(4, text, tables=["1"]))) is is_free
    doors = (
        lambda: desk.hold(party_size(4, text)),
        lambda: desk.hold(party_size(4, text, tables=["1"])),
        lambda: desk.book(party_size(4, text)),
        lambda: desk.book(party_size(4, text, tables=["1"])),
        lambda: desk.block(window(text, "22:00"), tables=["1"], reason="paint"),
    )
    if is_free:
        assert desk.hold(party_size(4, text)).tables == ("1",)
        return
    for door in doors:
        reason = refused(door).reasons[0]
        (rival,) = reason.details["in_the_way"]
        assert rival["owner_id"] == "a"
        assert datetime.fromisoformat(rival["end"]) == at("19:46")


def test_finding_01_the_occupancy_follows_the_clock(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "18:00", booking_id="a")
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("20:30"))
    assert not desk.quote(party_size(4, "20:44"))
    assert desk.quote(party_size(4, "20:45"))
    clock.move_to(at("20:40"))
    assert not desk.quote(party_size(4, "20:45"))
    desk.complete("a")
    assert desk.quote(party_size(4, "20:40"))


def test_finding_01_a_reschedule_and_a_move_meet_an_overdue_party(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store, sketch_floor({"1": 4, "2": 4}))
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    booked(desk, 4, "19:45", booking_id="b", tables=["2"])
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:35"))
    assert refused(lambda: desk.move([Move("b", ["1"])])).reasons[0].details["in_the_way"]
    assert desk.reschedule("b", change(4, "19:40")).tables == ("2",)


def test_finding_01_an_overdue_party_may_be_moved_itself(store: Store, clock: ManualClock) -> None:
    desk = a_desk(store, sketch_floor({"1": 4, "2": 4}))
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:40"))
    desk.move([Move("a", ["2"])])
    assert rows_of(desk, "a") == [("1", "18:00", "19:30"), ("2", "19:40", "19:55")]
    assert desk.quote(party_size(4, "19:40", tables=["1"]))
    assert not desk.quote(party_size(4, "19:40", tables=["2"]))
    assert desk.audit().is_clean


def test_finding_01_a_party_that_comes_early_takes_its_table_from_then_on(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 4, "19:00", booking_id="a")
    seated_at(desk, clock, "18:30", "a")
    assert desk.table_states() == {"1": TableState.OCCUPIED}
    assert rows_of(desk, "a") == [("1", "18:30", "20:30")]
    assert not desk.quote(party_size(2, "18:30"))
    assert desk.audit().is_clean


# ---- 18: early arrival ---------------------------------------------------------------------------


def test_case_18_an_early_party_is_refused_where_another_still_sits(
    desk: Desk, clock: ManualClock
) -> None:
    two_turns(desk)
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:10"))
    reason = refused(lambda: desk.seat("b")).reasons[0]
    assert (reason.code, reason.details["in_the_way"][0]["owner_id"]) == (Code.TABLE_OCCUPIED, "a")
    desk.complete("a")
    assert desk.seat("b").status is S.CHECKED_IN
    assert rows_of(desk, "b") == [("1", "19:10", "21:00")]


def test_case_18_an_early_party_is_refused_where_a_hold_comes_first(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 4, "20:30", booking_id="b")
    clock.move_to(at("18:59"))
    hold = held(desk, 4, "19:00")
    assert refused(lambda: desk.seat("b")).code is Code.HOLD_CONFLICT
    clock.move_to(hold.expires_at)
    desk.seat("b")
    assert rows_of(desk, "b") == [("1", "19:02", "22:00")]


# ---- 19: overstay --------------------------------------------------------------------------------


def test_case_19_the_next_booking_keeps_its_rows(desk: Desk, clock: ManualClock) -> None:
    two_turns(desk)
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:40"))
    assert rows_of(desk, "b") == [("1", "19:30", "21:00")]
    desk.complete("a")
    assert rows_of(desk, "a") == [("1", "18:00", "19:30")]
    assert desk.seat("b").tables == ("1",)


# ---- 20: mis-click -------------------------------------------------------------------------------


def test_case_20_a_party_is_not_seated_a_day_early(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "19:00", booking_id="a")
    clock.move_to(at("16:59"))
    assert refused(lambda: desk.seat("a")).code is Code.TOO_EARLY_TO_SEAT
    seated_at(desk, clock, "17:00", "a")


def test_finding_02_a_party_is_not_seated_after_its_time(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "19:00", booking_id="a")
    clock.move_to(at("20:30"))
    assert refused(lambda: desk.seat("a")).code is Code.TOO_LATE_TO_SEAT
    assert desk.get_booking("a").status is S.CONFIRMED


def test_case_20_a_party_is_no_no_show_before_its_time(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "19:00", booking_id="a")
    for text in ("12:00", "19:00", "19:14"):
        clock.move_to(at(text))
        assert refused(lambda: desk.no_show("a")).code is Code.TOO_EARLY_FOR_NO_SHOW
    clock.move_to(at("19:15"))
    assert desk.no_show("a").status is S.NO_SHOW


# ---- 21: early leaver ----------------------------------------------------------------------------


def test_case_21_the_buffer_for_cleaning_stays_after_an_early_leaver(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store, after=15)
    booked(desk, 4, "18:00", booking_id="a")
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:00"))
    desk.complete("a")
    assert rows_of(desk, "a") == [("1", "18:00", "19:15")]
    assert desk.table_states() == {"1": TableState.CLEANING}
    assert not desk.quote(party_size(4, "19:14"))
    assert desk.quote(party_size(4, "19:15"))
    assert desk.audit().is_clean


@pytest.mark.parametrize(("next_at", "end"), [(None, "20:05"), ("20:00", "20:00")])
def test_finding_13_a_late_leaver_keeps_its_table_until_it_is_clean(
    store: Store, clock: ManualClock, next_at: str | None, end: str
) -> None:
    desk = a_desk(store, after=15)
    booked(desk, 4, "18:00", booking_id="a")
    if next_at is not None:
        booked(desk, 4, next_at, booking_id="b")
    seated_at(desk, clock, "18:00", "a")
    clock.move_to(at("19:50"))
    desk.complete("a")
    assert rows_of(desk, "a") == [("1", "18:00", end)]
    assert desk.audit().is_clean
