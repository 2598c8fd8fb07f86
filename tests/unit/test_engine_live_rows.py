"""The live service where the rows of a party are not those of its stay."""

from __future__ import annotations

from fourtop import (
    BookingRow,
    BookingStatus,
    CapacityRule,
    Code,
    EventType,
    ManualClock,
    Move,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import at, booked, rows_of, window
from tests.live import refused, seated, staff_at

S = BookingStatus


def test_the_other_tables_for_a_party_at_an_occupied_one_keep_the_caps(
    store: Store, clock: ManualClock
) -> None:
    floor = sketch_floor({"1": 4, "2": {"capacity": 4, "zone": "bar"}, "3": 6})
    cap = CapacityRule(max_covers=2, zone="bar")
    desk = staff_at(store, floor, capacity_rules=[cap, CapacityRule(max_covers=40)])
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:40"))
    refusal = refused(lambda: desk.seat("b"))
    assert refusal.code is Code.TABLE_OCCUPIED
    assert refusal.reasons[0].details["alternative"] == ["3"]


def test_a_stay_within_the_rows_of_new_tables_changes_no_row(
    store: Store, clock: ManualClock
) -> None:
    """An overdue party got its new table for as long as it is expected to stay."""
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}), after=10)
    seated(desk, clock)
    clock.move_to(at("19:45"))
    desk.move([Move("a", ["2"])])
    rows = rows_of(desk, "a")
    assert rows == [("1", "18:00", "19:40"), ("2", "19:45", "20:10")]
    moved = desk.get_booking("a")
    longer = desk.prolong("a", minutes=10)
    assert longer.stay.dining == window("18:00", "19:55")
    assert (longer.assignment, rows_of(desk, "a")) == (moved.assignment, rows)
    told = [event.type for event in store.events(desk.restaurant_id)]
    assert told[-1] is EventType.BOOKING_PROLONGED
    assert desk.audit().is_clean


def test_a_party_that_left_is_not_at_risk_though_its_table_is_being_cleaned(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, after=10)
    seated(desk, clock)
    clock.move_to(at("18:40"))
    desk.complete("a")
    clock.move_to(at("18:45"))
    sitting = BookingRow("i", 2, at("17:00"), end=at("17:30"), tables=["1"], status=S.CHECKED_IN)
    desk.import_bookings([sitting])
    assert rows_of(desk, "a") == [("1", "18:00", "18:50")]
    assert rows_of(desk, "i") == [("1", "17:00", "17:40")]
    assert desk.at_risk() == ()
