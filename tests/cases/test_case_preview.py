"""Case 9 from the field: a rule change strands bookings; they are listed before, with ways out."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from fourtop import (
    Booking,
    CapacityRule,
    Code,
    DateException,
    Desk,
    Floor,
    House,
    InUse,
    Policy,
    Refused,
    Restaurant,
    ServicePeriod,
    WayOutKind,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    snapshot,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def dinner_until(end: str, last_start: str) -> Policy:
    dinner = ServicePeriod("dinner", "17:00", end, last_start=last_start)
    return attrs.evolve(a_house().policy, periods=[dinner])


def closed(policy: Policy) -> Policy:
    return attrs.evolve(policy, exceptions=[DateException(FRIDAY, closed=True)])


def without_five(floor: Floor) -> Floor:
    return floor.without_table("5")


def times_and_tables(booking: Booking) -> tuple[str, tuple[str, ...]]:
    return f"{booking.start:%H:%M}", booking.tables


def test_case_09_narrower_hours_strand_the_late_party_and_move_it_forward(
    store: Store, desk: Desk
) -> None:
    booked(desk, 2, "18:00", booking_id="early")
    booked(desk, 4, "20:30", booking_id="late")
    before = snapshot(store, desk)
    narrower = dinner_until("21:30", "19:30")
    preview = desk.preview(policy=lambda _: narrower)
    (stranded,) = preview.bookings
    assert stranded.booking.id == "late"
    assert [each.code for each in stranded.refusal.reasons] == [Code.LAST_SEATING_PASSED]
    assert stranded.way_out is not None
    assert (stranded.way_out.kind, stranded.way_out.start) == (WayOutKind.START, at("19:30"))
    assert stranded.way_out.minutes_moved == -60
    assert snapshot(store, desk) == before
    desk.edit_policy(lambda _: narrower, repair=preview.repair)
    assert times_and_tables(desk.get_booking("late")) == ("19:30", stranded.way_out.tables)
    rows = [(table_id, "19:30", "21:00") for table_id in stranded.way_out.tables]
    assert rows_of(desk, "late") == rows
    assert times_and_tables(desk.get_booking("early"))[0] == "18:00"
    assert desk.house().policy == narrower
    assert desk.preview(policy=lambda _: narrower).is_clean
    assert desk.audit().is_clean


def test_case_09_a_removed_table_is_freed_and_removed_in_one_step(desk: Desk) -> None:
    booked(desk, 6, booking_id="six")
    preview = desk.preview(floor=without_five)
    assert preview.in_the_way == (
        "the table '5' is in use by booking six until 2026-05-01T20:30:00+00:00",
    )
    (stranded,) = preview.bookings
    assert stranded.refusal.code is Code.TABLE_REMOVED
    assert stranded.way_out is not None
    assert (stranded.way_out.kind, stranded.way_out.tables) == (WayOutKind.TABLES, ("3", "4"))
    with pytest.raises(InUse):
        desk.edit_floor(without_five)
    desk.edit_floor(without_five, repair=preview.repair)
    assert desk.get_booking("six").tables == ("3", "4")
    assert desk.house().floor.find_table("5") is None
    assert desk.audit().is_clean


def test_case_09_a_closed_day_strands_every_booking_and_hold_without_a_way_out(desk: Desk) -> None:
    booked(desk, 2, booking_id="a")
    booked(desk, 4, "19:30", booking_id="b")
    desk.book(party_size(2, "20:00"), booking_id="c", tables="later")
    hold = held(desk, 2, "20:15")
    preview = desk.preview(policy=closed)
    assert [each.booking.id for each in preview.bookings] == ["a", "b", "c"]
    assert [each.hold.id for each in preview.holds] == [hold.id]
    found = [(each.refusal.code, each.way_out) for each in preview.bookings]
    found += [(each.refusal.code, each.way_out) for each in preview.holds]
    assert set(found) == {(Code.CLOSED, None)}
    assert (preview.repair.repairs, preview.repair.left) == ((), ("a", "b", "c"))
    desk.edit_policy(closed, repair=preview.repair)
    assert desk.get_booking("a").tables == ("1",)
    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.refusal == preview.holds[0].refusal


def test_case_09_a_lower_cap_strands_no_booking_but_is_named_with_the_holds(desk: Desk) -> None:
    booked(desk, 6, booking_id="six")
    hold = held(desk, 4)

    def capped(policy: Policy) -> Policy:
        return attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=5)])

    preview = desk.preview(policy=capped)
    assert preview.bookings == ()
    (stranded,) = preview.holds
    assert (stranded.hold.id, stranded.refusal.code) == (hold.id, Code.CAPACITY_EXCEEDED)
    (usage,) = preview.over_cap
    assert (usage.period, usage.booked_covers, usage.max_covers) == ("dinner", 10, 5)


def in_berlin(restaurant: Restaurant) -> Restaurant:
    return attrs.evolve(restaurant, timezone="Europe/Berlin")


def test_case_09_another_time_zone_strands_every_party_and_keeps_its_local_time(
    desk: Desk,
) -> None:
    booked(desk, 2, "20:00", booking_id="a")
    preview = desk.preview(restaurant=in_berlin)
    (stranded,) = preview.bookings
    assert stranded.refusal.code is Code.LOCAL_TIME_CHANGED
    assert stranded.way_out is not None
    assert stranded.way_out.start == at("20:00") - timedelta(hours=2)
    with pytest.raises(InUse):
        desk.edit_restaurant(in_berlin)
    desk.edit_restaurant(in_berlin, repair=preview.repair)
    assert desk.get_booking("a").local_start == "2026-05-01T20:00+02:00"
    assert desk.audit().is_clean


def test_case_09_the_whole_house_can_be_previewed_and_repaired(desk: Desk) -> None:
    booked(desk, 6, "20:30", booking_id="six")
    present = desk.house()
    house = House(present.restaurant, without_five(present.floor), dinner_until("21:30", "19:30"))
    preview = desk.preview(house)
    codes = [each.code for each in preview.bookings[0].refusal.reasons]
    assert codes == [Code.TABLE_REMOVED, Code.LAST_SEATING_PASSED]
    desk.replace_house(house, expected=preview.versions, repair=preview.repair)
    assert times_and_tables(desk.get_booking("six")) == ("19:30", ("3", "4"))
    assert desk.house() == house
