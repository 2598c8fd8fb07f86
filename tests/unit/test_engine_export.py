"""Case 30: the way out, as rows that come in again without loss, and as a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    Desk,
    House,
    ImportRejected,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Occasion,
    Override,
    Preference,
    ResourceType,
    ServicePeriod,
    WalkIn,
    Window,
    dump_rows,
    dumps_icalendar,
    load_rows,
)
from fourtop.model.booking import Booking
from fourtop.ports import Store
from tests.evening import FRIDAY, MONTH, STAFF, a_house, at, booked, held, open_desk, party_size
from tests.stores import opened
from tests.unit.test_engine_import import row

S = BookingStatus
# A new booking has these from its import; a row carries all others.
DRAWN: Final = {
    "restaurant_id",
    "version",
    "updated_us",
    "actor",
    "last_step",
    "assignment",
    "receipt",
}


def buffered() -> House:
    """A house with buffers, an occasion and a zone whose clocks are not UTC."""
    dinner = ServicePeriod(
        "dinner",
        "17:00",
        "23:00",
        buffer_before_minutes=5,
        buffer_after_minutes=10,
        occasions=["meal", "drinks"],
    )
    occasions = [Occasion("meal", [(None, 90)]), Occasion("drinks", [(None, 60)])]
    house = a_house(periods=[dinner], occasions=occasions)
    restaurant = attrs.evolve(house.restaurant, timezone="Europe/Berlin")
    tables = [
        attrs.evolve(each, features={"window"}) if each.id == "4" else each
        for each in house.floor.tables
    ]
    floor = attrs.evolve(house.floor, tables=tables)
    return attrs.evolve(house, restaurant=restaurant, floor=floor)


def live_through_an_evening(desk: Desk, clock: ManualClock) -> None:
    """Leave bookings of every status: some as they were booked, others with a history."""
    meal = {"occasion": "drinks", "channel": "walk_in", "reference": "R-7"}
    desk.book(party_size(4, "16:00", tables=["3"], **meal), booking_id="seated")
    desk.book(party_size(2, "15:30", tables=["1"], minutes=45), booking_id="early-leaver")
    desk.book(party_size(2, "17:00", tables=["2"]), booking_id="no-show")
    wish = Preference(features={"window"})
    desk.book(party_size(4, "17:00", wish=wish), booking_id="confirmed")
    desk.book(party_size(8, "19:00", tables=["3", "4"]), booking_id="joined")
    desk.book(party_size(6, "19:00"), booking_id="gone")
    desk.cancel("gone")
    desk.book(party_size(6, "17:00"), booking_id="late-cancel")
    desk.book(party_size(2, "19:00"), booking_id="later", tables="later")
    desk.import_bookings([row("pending", "19:00", "20:30", status="pending")])
    desk.import_bookings(
        [
            row("waiting", "19:00", "20:30", status="waitlisted"),
            row(
                "waiting-long",
                "19:00",
                "20:30",
                status="waitlisted",
                waits_from=at("18:00"),
                waits_to=at("19:00"),
                waits_until=at("18:30"),
                offers=2,
            ),
            row(
                "pinned",
                "15:00",
                "15:20",
                "5",
                is_pinned=True,
                would_refuse=["PACING_EXCEEDED"],
                overrides=[Override("SLACK_EXCEEDED", "The owner's table")],
            ),
        ]
    )
    clock.move_to(at("15:25"))
    desk.seat("early-leaver")
    clock.move_to(at("15:50"))
    desk.seat("seated")
    clock.move_to(at("16:05"))
    desk.complete("early-leaver")
    clock.move_to(at("16:25"))
    desk.walk_in(WalkIn(2, tables=["1"]), booking_id="walked-in")
    clock.move_to(at("17:30"))
    desk.no_show("no-show")
    desk.cancel("late-cancel")
    desk.import_bookings([row("trial", "19:00", "20:00", "5")], shadow=True)


def facts(booking: Booking) -> dict[str, Any]:
    given = attrs.asdict(booking, recurse=False)
    window = None if booking.assignment is None else booking.assignment.window
    kept = {name: value for name, value in given.items() if name not in DRAWN}
    return {**kept, "tables": booking.tables, "window": window}


def taken(desk: Desk) -> list[tuple[str, str, Window]]:
    """The time for which each booking has or had each table."""
    return sorted(
        (each.owner_id, each.resource_id, each.window)
        for each in desk.allocations(MONTH)
        if each.resource_type is ResourceType.TABLE and not each.shadow
    )


@contextmanager
def source(store_name: str, clock: ManualClock) -> Iterator[Store]:
    """The store that the rows come from: a database if they go into the other one."""
    with opened("sqlite" if store_name == "postgresql" else "memory", clock) as store:
        yield store


@pytest.mark.parametrize("name", ["rows.csv", "rows.json"])
def test_finding_37_and_case_30_a_night_goes_from_store_to_store_without_loss(
    store: Store, store_name: str, clock: ManualClock, name: str, tmp_path: Path
) -> None:
    with source(store_name, clock) as first:
        before = open_desk(first, buffered(), actor=STAFF)
        live_through_an_evening(before, clock)
        rows = before.export_rows(MONTH)
        dump_rows(rows, tmp_path / name)
        old = {each.id: each for each in before.bookings(MONTH) if each.status is not S.SHADOW}
        old_taken = taken(before)
    assert {each.status for each in old.values()} == {*S} - {S.SHADOW, S.PRIORITY_WAITLIST}

    after = open_desk(store, buffered(), actor=STAFF)
    report = after.import_bookings(load_rows(tmp_path / name))

    assert report.bookings == len(old)
    new = {each.id: each for each in after.bookings(MONTH)}
    for booking_id, booking in old.items():
        assert facts(new[booking_id]) == facts(booking)
    assert taken(after) == old_taken
    assert after.export_rows(MONTH) == rows
    assert after.audit().is_clean


def test_every_field_of_a_booking_is_in_a_row_or_drawn_by_the_import() -> None:
    """A new field of a booking needs a column of rows, or its place in ``DRAWN`` with a reason."""
    in_rows = {"tables", "stay", "waiting"} | {
        f"{name}_us" if name in ("created", "seated", "left") else name
        for name in (field.name for field in attrs.fields(BookingRow))
    }
    assert {field.name for field in attrs.fields(Booking)} - in_rows == DRAWN


def test_rows_are_of_several_windows_once_and_in_order(store: Store) -> None:
    desk = open_desk(store)
    booked(desk, 2, "20:00", booking_id="b2")
    booked(desk, 2, "19:00", booking_id="b1")
    later = Window(at("19:30"), at("19:30") + timedelta(days=31))
    assert [each.id for each in desk.export_rows(later, MONTH)] == ["b1", "b2"]
    assert [each.id for each in desk.export_rows(later)] == ["b2"]
    assert desk.export_rows(later)[0].start == "2026-05-01T20:00+00:00"


def test_rows_need_a_window(store: Store) -> None:
    desk = open_desk(store)
    with pytest.raises(InvalidInput, match=r"^windows: must be one window or more"):
        desk.export_rows()
    with pytest.raises(InvalidInput, match=r"^windows"):
        desk.export_rows(FRIDAY)  # type: ignore[arg-type]  # The wrong value.


def test_case_44_history_at_a_table_that_was_sold_goes_with_the_rows(
    store: Store, clock: ManualClock
) -> None:
    house = a_house()
    desk = open_desk(store, house, actor=STAFF)
    clock.move_to(at("20:00"))
    desk.import_bookings(
        [
            row("b1", "17:00", "18:00", "5", status="completed"),
            row("b2", "17:00", "18:00", "3", status="completed"),
        ]
    )
    kept = [each for each in house.floor.tables if each.id != "5"]
    desk.edit_floor(lambda floor: attrs.evolve(floor, tables=kept))
    rows = desk.export_rows(MONTH)
    assert rows[0].tables == ("removed:5",)

    other = open_desk(MemoryStore(clock), attrs.evolve(house, floor=desk.house().floor))
    other.import_bookings(rows)

    # The booking still names its table; only tables of the floor have allocations.
    assert other.get_booking("b1").tables == ("5",)
    assert taken(other) == [("b2", "3", Window(at("17:00"), at("18:00")))]
    assert other.export_rows(MONTH) == rows
    # A table that is gone takes no party any more.
    with pytest.raises(ImportRejected, match="tables: must be numbers of tables on the floor"):
        other.import_bookings([row("b3", "21:00", "22:00", "removed:5")])


# ---- iCalendar


def test_a_day_is_a_calendar(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, buffered(), actor=STAFF)
    live_through_an_evening(desk, clock)
    desk.import_bookings([row("next-day", "22:30", "23:30", "5")])

    text = desk.export_icalendar(FRIDAY)

    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 14
    assert all(len(line.encode()) <= 75 for line in lines)
    start = lines.index("UID:joined@house") - 1
    assert lines[start : lines.index("END:VEVENT", start) + 1] == [
        "BEGIN:VEVENT",
        "UID:joined@house",
        "DTSTAMP:20260501T120000Z",
        "SEQUENCE:1",
        "DTSTART:20260501T190000Z",
        "DTEND:20260501T203000Z",
        "SUMMARY:Party of 8\\, tables 3\\, 4",
        "DESCRIPTION:confirmed\\, dinner\\, booking joined",
        "STATUS:CONFIRMED",
        "CATEGORIES:confirmed",
        "LOCATION:3\\, 4",
        "END:VEVENT",
    ]
    assert "UID:next-day@house" not in lines
    tomorrow = desk.export_icalendar(date(2026, 5, 2))
    assert tomorrow.count("BEGIN:VEVENT") == 1
    assert "UID:next-day@house\r\n" in tomorrow


def test_texts_are_escaped_and_long_lines_folded(store: Store) -> None:
    house = a_house()
    tables = [
        attrs.evolve(house.floor.tables[0], number="Ä" * 20 + ";,\\" + "é" * 20),
        *house.floor.tables[1:],
    ]
    house = attrs.evolve(house, floor=attrs.evolve(house.floor, tables=tables))
    desk = open_desk(store, house)
    booking = booked(desk, 2, tables=["1"])
    text = dumps_icalendar([booking], house)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert f"SUMMARY:Party of 2\\, table {'Ä' * 20}\\;\\,\\\\{'é' * 20}\r\n" in unfolded


def test_bookings_without_tables_are_tentative(store: Store) -> None:
    desk = open_desk(store)
    waiting = booked(desk, 2, booking_id="b1")
    later = desk.book(party_size(2), booking_id="b2", tables="later")
    text = dumps_icalendar([waiting, later, desk.cancel("b1")], desk.house())
    statuses = [line for line in text.split("\r\n") if line.startswith("STATUS:")]
    assert statuses == ["STATUS:CONFIRMED", "STATUS:TENTATIVE", "STATUS:CANCELLED"]
    assert "SUMMARY:Party of 2\\, no tables\r\n" in text


@pytest.mark.parametrize("on", ["soon", None, datetime(2026, 5, 1, tzinfo=UTC)])
def test_a_calendar_is_of_a_date(store: Store, on: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^on: must be a date"):
        open_desk(store).export_icalendar(on)


def test_a_hold_is_no_booking_and_no_row(store: Store) -> None:
    desk = open_desk(store)
    held(desk, 2)
    assert desk.export_rows(MONTH) == ()
