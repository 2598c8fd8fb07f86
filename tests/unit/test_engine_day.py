"""The day in one call: tables by time, bookings without tables, local times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    BookingRow,
    BookingStatus,
    Day,
    DayTable,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    Move,
    OwnerKind,
    ServicePeriod,
    sketch_house,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, booked, five_tables, held, open_desk, window

TOMORROW = timedelta(days=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def shown(day: Day) -> dict[str, list[tuple[str, str]]]:
    """What each table has: the id and the local times."""
    return {
        table.number: [(entry.id, entry.clock(day.on)) for entry in table.entries]
        for table in day.tables
        if table.entries
    }


def table_of(day: Day, number: str) -> DayTable:
    found = day.find_table(number)
    assert found is not None
    return found


def test_a_day_shows_bookings_holds_and_blocks_by_table_and_time(desk: Desk) -> None:
    booked(desk, 4, "20:30", tables=["1", "2"], booking_id="late")
    booked(desk, 2, "18:00", tables=["1"], booking_id="early")
    hold = held(desk, 6, tables=["5"])
    block = desk.block(window("17:00", "18:00"), tables=("3",), reason="a leak")
    day = desk.day(FRIDAY)
    assert shown(day) == {
        "1": [("early", "18:00-19:30"), ("late", "20:30-22:00")],
        "2": [("late", "20:30-22:00")],
        "3": [(block.id, "17:00-18:00")],
        "5": [(hold.id, "19:00-20:30")],
    }
    assert [entry.id for entry in day] == [block.id, "early", hold.id, "late"]
    late = table_of(day, "2").entries[0]
    assert (late.kind, late.status, late.party_size) == (OwnerKind.BOOKING, "confirmed", 4)
    assert (late.tables, late.numbers) == (("1", "2"), ("1", "2"))
    assert (late.start, late.end) == (at("20:30"), at("22:00"))
    kept = table_of(day, "5").entries[0]
    assert (kept.kind, kept.status, kept.party_size) == (OwnerKind.HOLD, None, 6)
    assert kept.expires_us == hold.expires_us
    leak = table_of(day, "3").entries[0]
    assert (leak.kind, leak.party_size, leak.reason) == (OwnerKind.BLOCK, None, "a leak")
    assert (day.versions, day.now_us) == (desk.versions(), hold.created_us)
    (usage,) = day.usage
    assert (usage.booked_covers, usage.booked_parties) == (12, 3)
    assert day.find_table("99") is None


def test_bookings_without_tables_wait_or_have_ended(desk: Desk) -> None:
    booked(desk, 2, booking_id="gone")
    desk.cancel("gone")
    booked(desk, 4, "20:00", booking_id="later", tables=())
    desk.book(BookingRequest(4, at("19:00")), booking_id="waits", tables="later")
    desk.book(BookingRequest(3, at("18:00")), booking_id="first", tables="later")
    day = desk.day(FRIDAY)
    assert [(entry.id, entry.status) for entry in day.unassigned] == [
        ("first", BookingStatus.PENDING_ALLOCATION),
        ("waits", BookingStatus.PENDING_ALLOCATION),
    ]
    assert [(entry.id, entry.status) for entry in day.ended] == [("gone", BookingStatus.CANCELLED)]
    assert day.unassigned[0].tables == ()


def test_a_booking_whose_hold_keeps_its_tables_waits_no_more(
    desk: Desk, clock: ManualClock
) -> None:
    desk.book(BookingRequest(4, at("19:00")), booking_id="waits", tables="later")
    hold = held(desk, 4, booking_id="waits")
    day = desk.day(FRIDAY)
    assert day.unassigned == ()
    assert shown(day) == {"3": [(hold.id, "19:00-20:30")]}
    assert day.entries[0].booking_id == "waits"
    clock.advance(minutes=30)
    day = desk.day(FRIDAY)
    assert shown(day) == {}
    assert [entry.id for entry in day.unassigned] == ["waits"]


def test_a_day_ends_with_its_last_service(store: Store) -> None:
    night = ServicePeriod("night", "20:00", "04:00", last_seating_minutes=90)
    desk = open_desk(store, a_house(name="Late", periods=[night]), actor=STAFF)
    small = at("01:00") + TOMORROW
    desk.book(BookingRequest(2, small, tables=["1"]), booking_id="small-hours")
    desk.book(BookingRequest(2, small + TOMORROW, tables=["1"]), booking_id="next")
    desk.book(BookingRequest(2, small, tables=()), booking_id="waits", tables="later")
    friday, saturday = desk.day(FRIDAY), desk.day(FRIDAY + TOMORROW)
    assert shown(friday) == {"1": [("small-hours", "2026-05-02 01:00-2026-05-02 02:30")]}
    # Its table is taken on the calendar day, too.
    assert [entry.id for entry in saturday] == ["small-hours", "next"]
    assert [entry.id for entry in friday.unassigned] == ["waits"]
    assert saturday.unassigned == ()


def test_a_booking_outside_all_services_is_of_its_calendar_day(desk: Desk) -> None:
    desk.book(BookingRequest(4, at("19:00")), booking_id="waits", tables="later")
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, periods=[ServicePeriod("lunch", "12:00", "15:00")])
    )
    assert [entry.id for entry in desk.day(FRIDAY).unassigned] == ["waits"]


def test_times_are_local_and_have_their_offset(store: Store) -> None:
    house = sketch_house(
        "Berlin",
        five_tables(),
        timezone="Europe/Berlin",
        periods={"dinner": "17:00-23:00"},
        turn_minutes=90,
    )
    desk = open_desk(store, house, actor=STAFF)
    booked(desk, 2, "17:00", tables=["1"], booking_id="b1")
    (entry,) = desk.day(FRIDAY)
    assert entry.local_start == "2026-05-01T19:00+02:00"
    assert entry.local_end == "2026-05-01T20:30+02:00"
    assert entry.clock(FRIDAY) == "19:00-20:30"
    assert repr(entry) == "<DayEntry confirmed b1, 2026-05-01T19:00/20:30, party of 2, at 1>"


def test_a_seated_party_that_stays_too_long_keeps_its_table(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 2, "18:00", tables=["1"], booking_id="b1")
    clock.move_to(at("18:00"))
    desk.seat("b1")
    clock.move_to(at("19:40"))
    ends = table_of(desk.day(FRIDAY), "1").entries[0].end
    assert ends > at("19:40")
    assert ends == desk.day(FRIDAY).entries[0].end


def test_an_entry_says_when_a_party_that_may_stay_longer_was_due(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 2, "18:00", tables=["1"], booking_id="b1")
    booked(desk, 2, "18:00", tables=["2"], booking_id="b2")
    clock.move_to(at("18:00"))
    desk.seat("b1")
    assert [entry.due_us for entry in desk.day(FRIDAY)] == [None, None]
    clock.move_to(at("19:40"))
    assert [(entry.id, entry.due_us) for entry in desk.day(FRIDAY)] == [
        ("b1", window("18:00", "19:30").end_us),
        ("b2", None),
    ]


def test_a_table_has_the_name_of_its_zone_and_its_seats(desk: Desk) -> None:
    assert [(each.zone_name, each.seats) for each in desk.day(FRIDAY).tables] == [
        ("Main", table.capacity) for table in desk.house().floor.tables
    ]


def test_a_party_that_moved_is_shown_at_its_old_and_its_new_table(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 2, "18:00", tables=["1"], booking_id="b1")
    clock.move_to(at("18:00"))
    desk.seat("b1")
    clock.move_to(at("18:30"))
    desk.move([Move("b1", ("2",))])
    assert shown(desk.day(FRIDAY)) == {
        "1": [("b1", "18:00-18:30")],
        "2": [("b1", "18:30-19:30")],
    }


def test_shadows_are_left_out_and_tables_that_are_gone_come_last(
    desk: Desk, clock: ManualClock
) -> None:
    row = BookingRow("r1", 2, at("17:00"), end=at("18:00"), tables=("1",))
    desk.import_bookings([row], shadow=True)
    day = desk.day(FRIDAY)
    assert day.entries == ()
    (shadow,) = day.shadows
    assert (shadow.id, shadow.tables) == ("shadow:r1", ("1",))
    assert shadow.status is BookingStatus.SHADOW
    assert (shadow.start, shadow.end) == (at("17:00"), at("18:00"))
    booked(desk, 2, "18:00", tables=["1"], booking_id="b1")
    clock.move_to(at("18:00"))
    desk.seat("b1")
    clock.move_to(at("18:30"))
    desk.complete("b1")
    clock.move_to(at("23:00"))
    desk.edit_floor(lambda floor: floor.without_table("1"))
    day = desk.day(FRIDAY)
    assert [table.number for table in day.tables] == ["2", "3", "4", "5", "1"]
    assert (day.tables[-1].zone, day.tables[0].zone) == (None, "main")
    assert (day.tables[-1].zone_name, day.tables[-1].seats) == (None, None)
    assert shown(day) == {"1": [("b1", "18:00-18:30")]}


def test_a_day_without_a_service_is_empty_and_still_shows_what_is_taken(desk: Desk) -> None:
    day_long = desk.block(window("13:00", "23:59"), tables=("3",), reason="paint")
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=["2026-05-01"]))
    day = desk.day(FRIDAY)
    assert day.usage == ()
    assert shown(day) == {"3": [(day_long.id, "13:00-23:59")]}


def test_a_day_is_shown_as_text_html_and_json(desk: Desk) -> None:
    booked(desk, 2, "18:00", tables=["1"], booking_id="b1")
    desk.block(window("17:00", "18:00"), tables=("3",), reason="a <leak>")
    desk.book(BookingRequest(4, at("19:00")), booking_id="waits", tables="later")
    day = desk.day(FRIDAY)
    assert repr(day) == "<Day 2026-05-01, 2 entries, 5 tables, 1 booking without a table>"
    assert repr(day.tables[0]) == "<DayTable table 1, 18:00>"
    assert repr(day.tables[1]) == "<DayTable table 2, free all day>"
    assert "at no table" in repr(day.unassigned[0])
    html = day._repr_html_()
    assert "18:00-19:30 confirmed, party of 2" in html
    assert "block: a &lt;leak&gt;" in html
    assert "(waits)" in html
    data = to_data(day)
    assert data["tables"][0]["entries"][0]["local_start"] == "2026-05-01T18:00+00:00"
    assert data["unassigned"][0]["id"] == "waits"
    assert data["on"] == "2026-05-01"


def test_a_wrong_date_is_refused(desk: Desk) -> None:
    wrong: Any
    for wrong in ("1 May", "9999-12-31", "1969-12-31"):
        with pytest.raises(InvalidInput):
            desk.day(wrong)


def test_a_process_that_knows_nothing_of_the_house_shows_the_same(store: Store, desk: Desk) -> None:
    booked(desk, 2, "18:30")
    other = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    assert other.day(FRIDAY) == desk.day(FRIDAY)
