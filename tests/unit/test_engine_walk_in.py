"""Tables and days for walk-ins: guests cannot book them, staff can."""

from __future__ import annotations

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Code,
    Desk,
    Engine,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    WalkInRule,
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
    open_desk,
    party_size,
    snapshot,
)

SUNDAY = FRIDAY.replace(day=3)
PERIODS = (
    ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60, overrun_allowed=True),
    ServicePeriod("dinner", "17:00", "23:00"),
)


@pytest.fixture
def guest(store: Store) -> Desk:
    """The desk at which guests book three tables."""
    floor = sketch_floor({"1": 2, "2": 4, "3": 4})
    return open_desk(store, a_house(floor, periods=PERIODS, channels=["online"]))


@pytest.fixture
def staff(store: Store, guest: Desk) -> Desk:
    """The desk of the staff at the same restaurant."""
    return Engine(store).desk(guest.restaurant_id, actor=STAFF)


def keep(desk: Desk, *rules: WalkInRule) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, walk_in_rules=rules))


def on_sunday(size: int, text: str = "19:00", channel: str | None = None) -> BookingRequest:
    return BookingRequest(size, at(text, SUNDAY), channel=channel)


def test_case_47_some_tables_are_never_online(store: Store, guest: Desk, staff: Desk) -> None:
    keep(staff, WalkInRule(tables=["1", "2"]))
    assert booked(guest, 2).tables == ("3",)
    before = snapshot(store, guest)
    for request in (party_size(2), party_size(2, tables=["1"]), party_size(2, channel="online")):
        quoted = guest.quote(request)
        assert isinstance(quoted, Refusal)
        assert quoted.code is Code.WALK_INS_ONLY
        for call in (guest.hold, guest.book):
            with pytest.raises(Refused) as caught:
                call(request)
            assert caught.value.refusal == quoted
    assert snapshot(store, guest) == before
    walked_in = guest.book(party_size(2, channel="walk_in"))
    assert {booked(staff, 2).tables, walked_in.tables} == {("1",), ("2",)}


def test_case_47_a_sunday_is_for_walk_ins_only(guest: Desk, staff: Desk) -> None:
    keep(staff, WalkInRule(weekdays=["sunday"]))
    quoted = guest.quote(on_sunday(2))
    assert isinstance(quoted, Refusal)
    assert str(quoted) == "all tables are for walk-ins only, for dinner on 2026-05-03"
    for tables in ("now", "later"):
        with pytest.raises(Refused):
            guest.book(on_sunday(2), tables=tables)
    shown = guest.availability(SUNDAY, 2)
    assert shown.slots
    codes = {slot.refusal.code for slot in shown.slots if slot.refusal is not None}
    assert codes == {Code.WALK_INS_ONLY}
    assert not shown.bookable()
    assert isinstance(staff.quote(on_sunday(2)), Quote)
    assert staff.availability(SUNDAY, 2).bookable()
    assert isinstance(guest.quote(on_sunday(2, channel="walk_in")), Quote)
    assert isinstance(guest.quote(party_size(2)), Quote)


def test_a_rule_may_name_a_period_or_dates(guest: Desk, staff: Desk) -> None:
    keep(staff, WalkInRule(period="lunch", dates=["2026-05-03"]))
    assert not guest.quote(on_sunday(2, "12:30"))
    assert guest.quote(on_sunday(2))
    assert guest.quote(party_size(2, "12:30"))


def test_rules_that_name_every_table_close_the_house_to_guests(guest: Desk, staff: Desk) -> None:
    keep(staff, WalkInRule(tables=["1", "2"]), WalkInRule(tables=["3"], weekdays=["friday"]))
    with pytest.raises(Refused) as caught:
        guest.book(party_size(2), tables="later")
    assert caught.value.code is Code.WALK_INS_ONLY
    assert guest.book(on_sunday(2)).tables == ("3",)


def test_walk_in_tables_are_refused_at_every_door(store: Store, guest: Desk, staff: Desk) -> None:
    booking = booked(guest, 4, "17:00", tables=["3"])
    hold = held(guest, 4, "19:00", tables=["3"])
    keep(staff, WalkInRule(tables=["1", "2"]))
    before = snapshot(store, guest)
    for call in (
        lambda: guest.replace_hold(hold.id, party_size(4, "19:00", tables=["2"])),
        lambda: guest.reschedule(booking.id, change(4, "19:00", tables=())),
        lambda: guest.book(party_size(4, "19:30")),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code is Code.WALK_INS_ONLY
    assert snapshot(store, guest) == before
    assert staff.reschedule(booking.id, change(4, "19:00", tables=())).tables == ("2",)


def test_spots_leave_out_the_tables_of_walk_ins(guest: Desk, staff: Desk) -> None:
    keep(staff, WalkInRule(tables=["1"]))
    spots = [desk.availability(FRIDAY, 2, at=at("19:00")).slots[0].spots for desk in (guest, staff)]
    assert spots == [2, 3]
