"""The bookable days of a month, and the first free day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    GUEST,
    BookableDay,
    BookingRequest,
    BookingWindow,
    CapacityRule,
    Code,
    DayState,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    NotFound,
    Preference,
    ServicePeriod,
    UnknownName,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    one_table,
    open_desk,
    party_size,
    window,
)

DAY = timedelta(days=1)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
DINNER = ServicePeriod("dinner", "17:00", "23:00", weekdays=WEEK)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(one_table(), periods=[DINNER]), actor=STAFF)


def fill(desk: Desk, day: date) -> None:
    """Take the only table for the whole evening of a day."""
    for text in ("17:00", "18:30", "20:00"):
        desk.book(BookingRequest(2, at(text, day)))


def test_a_month_has_every_day_bookable_full_or_closed(desk: Desk) -> None:
    fill(desk, FRIDAY)
    month = desk.month(2026, 5, 4)
    days = {day.on.day: day for day in month}
    assert len(days) == 31
    assert days[1].state is DayState.FULL
    assert days[1].refusal is not None
    assert days[1].refusal.code is Code.TABLES_TAKEN
    assert (days[1].starts, days[1].offered) == ((), 17)
    assert days[2].state is DayState.CLOSED
    assert days[2].refusal is not None
    assert (days[2].refusal.code, days[2].offered) == (Code.CLOSED, 0)
    assert (days[4].state, days[4].refusal) == (DayState.BOOKABLE, None)
    assert days[4].starts[0] == at("17:00", date(2026, 5, 4))
    assert [day.on.day for day in month.bookable()][:4] == [4, 5, 6, 7]
    assert (month.party_size, month.versions) == (4, desk.versions())


def test_a_month_shows_what_availability_shows(desk: Desk) -> None:
    booked(desk, 2, "18:30")
    (friday, *_) = desk.month(2026, 5, 2).days
    slots = desk.availability(FRIDAY, 2).bookable()
    assert friday.starts == tuple(slot.start for slot in slots)


def test_a_month_asks_with_conditions_and_without_a_booking(desk: Desk) -> None:
    fill(desk, FRIDAY)
    with pytest.raises(UnknownName):
        desk.month(2026, 5, 2, must=Preference(features=["window"]))
    with pytest.raises(NotFound):
        desk.month(2026, 5, 2, exclude="nowhere")
    first = desk.list_bookings().bookings[0]
    friday = desk.month(2026, 5, 2, exclude=first.id).days[0]
    assert friday.starts == (at("17:00"),)
    short = desk.month(2026, 5, 2, exclude=first.id, minutes=60).days[0]
    assert short.starts == (at("17:00"), at("17:15"), at("17:30"))


def test_the_reason_of_a_full_day_is_not_that_its_first_hour_has_passed(
    desk: Desk, clock: ManualClock
) -> None:
    fill(desk, FRIDAY)
    clock.move_to(at("18:00"))
    day = desk.month(2026, 5, 2).days[0]
    assert day.refusal is not None
    assert day.refusal.code is Code.TABLES_TAKEN
    clock.move_to(at("23:30"))
    day = desk.month(2026, 5, 2).days[0]
    assert day.refusal is not None
    assert day.refusal.code is Code.BOOKING_IN_PAST


def test_caps_and_notice_bind_a_month(store: Store) -> None:
    house = a_house(
        capacity_rules=[CapacityRule(max_covers=2, on=FRIDAY)],
        booking_windows=[BookingWindow(horizon_days=10)],
    )
    guest = open_desk(store, house, actor=GUEST)
    days = guest.month(2026, 5, 4).days
    codes = [None if day.refusal is None else day.refusal.code for day in days]
    assert codes[0] is Code.CAPACITY_EXCEEDED
    assert codes[1:10] == [None] * 9
    assert set(codes[12:]) == {Code.BEYOND_HORIZON}


def test_a_booking_that_keeps_its_number_under_a_lower_cap_is_shown_everywhere(
    store: Store,
) -> None:
    desk = open_desk(store, a_house(capacity_rules=[CapacityRule(max_covers=10)]), actor=STAFF)
    booked(desk, 4)
    own = booked(desk, 6)
    lower = [CapacityRule(max_covers=4)]
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=lower))
    (slot,) = desk.availability(FRIDAY, 6, at=at("19:00"), exclude=own.id).slots
    assert (slot.is_bookable, slot.spots) == (True, 1)
    assert at("19:00") in desk.month(2026, 5, 6, exclude=own.id).days[0].starts
    assert not desk.availability(FRIDAY, 7, at=at("19:00"), exclude=own.id).bookable()


def test_a_month_is_shown_as_text_html_and_json(desk: Desk) -> None:
    fill(desk, FRIDAY)
    month = desk.month(2026, 5, 2)
    assert repr(month) == "<Month 2026-05 party of 2, 20 of 31 days bookable>"
    assert repr(month.days[1]) == ("<BookableDay 2026-05-02 closed on 2026-05-02>")
    assert repr(month.days[3]) == "<BookableDay 2026-05-04 17 starts from 17:00 to 21:00>"
    assert "May 2026 for a party of 2" in month._repr_html_()
    assert to_data(month)["days"][3]["on"] == "2026-05-04"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((1969, 5, 2), "year"), ((2026, 13, 2), "month"), ((2026, 5, 0), "party_size")],
)
def test_a_wrong_month_is_refused(desk: Desk, arguments: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.month(*arguments)
    assert caught.value.field == field


# ---- the first free day


def first(desk: Desk, request: BookingRequest, **how: Any) -> BookableDay:
    found = desk.first_free_day(request, **how)
    assert found is not None
    return found


def test_the_first_free_day_is_the_first_with_a_bookable_start(desk: Desk) -> None:
    assert first(desk, party_size(2)).on == FRIDAY
    fill(desk, FRIDAY)
    found = first(desk, party_size(2))
    assert (found.on, found.starts[0]) == (date(2026, 5, 4), at("17:00", date(2026, 5, 4)))
    assert desk.first_free_day(party_size(2), days=3) is None
    last = desk.list_bookings().bookings[-1]
    assert first(desk, party_size(2), exclude=last.id).on == FRIDAY


@pytest.mark.parametrize("gap", [6, 7, 34, 35, 91])
def test_a_free_day_is_found_however_far_it_is(store: Store, gap: int) -> None:
    desk = open_desk(store, a_house(closures=[FRIDAY + DAY * each for each in range(gap)]))
    assert first(desk, party_size(2), days=92).on == FRIDAY + DAY * gap
    assert desk.first_free_day(party_size(2), days=gap) is None


def test_a_search_for_named_tables_is_for_these(store: Store) -> None:
    desk = open_desk(store, actor=STAFF)
    for text in ("17:00", "18:30", "20:00"):
        booked(desk, 2, text, tables=["1"])
    desk.block(window("21:30", "23:00"), tables=("1",), reason="a wedding")
    assert first(desk, party_size(2)).on == FRIDAY
    assert first(desk, party_size(2, tables=["1"])).on == FRIDAY + DAY
    with pytest.raises(NotFound):
        desk.first_free_day(party_size(2, tables=["99"]))


def test_rules_that_staff_lift_are_lifted(store: Store) -> None:
    house = a_house(capacity_rules=[CapacityRule(max_covers=2, on=FRIDAY)])
    staff = open_desk(store, house, actor=STAFF)
    assert first(staff, party_size(4)).on == FRIDAY + DAY
    assert first(staff, party_size(4, relax=["capacity"])).on == FRIDAY
    guest = open_desk(store, attrs.evolve(house, restaurant=a_house(name="Other").restaurant))
    with pytest.raises(InvalidInput) as caught:
        guest.first_free_day(party_size(4, relax=["capacity"]))
    assert caught.value.field == "relax"
    with pytest.raises(UnknownName):
        guest.first_free_day(party_size(4, channel="pigeon"))


def test_a_search_begins_with_the_service_of_its_start(store: Store) -> None:
    night = ServicePeriod("night", "20:00", "04:00", last_seating_minutes=90)
    desk = open_desk(store, a_house(name="Late", periods=[night]))
    small_hours = BookingRequest(2, at("01:00") + DAY)
    assert first(desk, small_hours).on == FRIDAY


def test_a_wrong_search_is_refused(desk: Desk) -> None:
    wrong: Any = "a table"
    how: Any
    for request, how in ((wrong, {}), (party_size(2), {"days": 93}), (party_size(2), {"days": 0})):
        with pytest.raises(InvalidInput):
            desk.first_free_day(request, **how)


def test_a_process_that_knows_nothing_of_the_house_shows_the_same(store: Store, desk: Desk) -> None:
    booked(desk, 2, "18:30")
    other = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    assert other.month(2026, 5, 2) == desk.month(2026, 5, 2)
