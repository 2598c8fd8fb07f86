"""Importing bookings that exist elsewhere: all of them or none, and all that is wrong is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    CapacityRule,
    Desk,
    EventType,
    ImportRejected,
    InvalidInput,
    ManualClock,
    Refused,
    ResourceType,
    ServicePeriod,
    Window,
    loads_rows_csv,
)
from fourtop.ports import Store
from fourtop.ports.outbox import subject_of
from tests.evening import (
    FRIDAY,
    MONTH,
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    rows_of,
    snapshot,
    window,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def row(id_: str, start: str, end: str | None, tables: str = "", **more: Any) -> BookingRow:
    return BookingRow(
        id_,
        more.pop("party_size", 4),
        at(start),
        end=None if end is None else at(end),
        tables=tables.split("+") if tables else (),
        **more,
    )


def problems(desk: Desk, *rows: BookingRow) -> tuple[str, ...]:
    with pytest.raises(ImportRejected) as caught:
        desk.import_bookings(rows)
    return tuple(str(problem) for problem in caught.value.problems)


# ---- what comes in -------------------------------------------------------------------------------


def test_bookings_come_in_with_their_windows_and_tables(desk: Desk) -> None:
    done = desk.import_bookings(
        [row("b1", "19:00", "20:10", "3"), row("b2", "19:00", "21:00", "2+1")]
    )
    assert (done.bookings, done.allocations, done.replayed) == (2, 4, False)
    first, second = desk.bookings(MONTH)
    assert (first.id, first.tables, first.stay.dining) == ("b1", ("3",), window("19:00", "20:10"))
    assert (first.status, first.version, first.actor, first.stay.period) == (
        BookingStatus.CONFIRMED,
        1,
        STAFF,
        "dinner",
    )
    assert second.assignment is not None
    assert second.assignment.merge_group_id is not None
    assert rows_of(desk, "b2") == [("1", "19:00", "21:00"), ("2", "19:00", "21:00")]
    groups = [
        each for each in desk.allocations(MONTH) if each.resource_type is ResourceType.MERGE_GROUP
    ]
    assert [each.resource_id for each in groups] == [second.assignment.merge_group_id]
    assert desk.audit().is_clean


def test_imported_bookings_live_on_like_others(desk: Desk) -> None:
    desk.import_bookings([row("b1", "19:00", "20:00", "3")])
    with pytest.raises(Refused):
        booked(desk, 4, tables=["3"])
    assert desk.reschedule("b1", change(4, "20:00")).start == at("20:00")
    desk.cancel("b1")
    assert desk.allocations(MONTH) == ()


def test_an_end_that_is_left_out_follows_from_the_policy(desk: Desk) -> None:
    desk.import_bookings([row("b1", "19:00", None, "3")])
    assert rows_of(desk, "b1") == [("3", "19:00", "20:30")]


def test_local_times_are_of_the_restaurant(store: Store) -> None:
    house = a_house()
    house = attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, timezone="Europe/London"))
    desk = open_desk(store, house)
    desk.import_bookings(
        loads_rows_csv("id,party_size,start,end,tables\nb1,4,2026-05-01T19:00,2026-05-01T20:00,3\n")
    )
    assert rows_of(desk, "b1") == [("3", "18:00", "19:00")]


def test_buffers_are_added_to_the_times_that_come(store: Store) -> None:
    dinner = ServicePeriod(
        "dinner", "17:00", "23:00", buffer_before_minutes=5, buffer_after_minutes=10
    )
    desk = open_desk(store, a_house(periods=[dinner]))
    desk.import_bookings(
        [row("b1", "19:00", "20:00", "3"), row("b2", "10:00", "11:00", "3", status="completed")]
    )
    assert rows_of(desk, "b1") == [("3", "18:55", "20:10")]
    assert rows_of(desk, "b2") == [("3", "10:00", "11:00")]
    assert desk.get_booking("b2").stay.period == "outside-service"
    assert desk.get_booking("b2").stay.service_date == FRIDAY


def test_sizes_hours_and_caps_are_not_judged(desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=1)])
    )
    desk.import_bookings(
        [row("b1", "19:00", "20:00", "1", party_size=9), row("b2", "03:00", "04:00", "1")]
    )
    assert [booking.id for booking in desk.bookings(MONTH)] == ["b2", "b1"]


@pytest.mark.parametrize(
    ("status", "tables", "start"),
    [
        ("pending", "", "19:00"),
        ("pending_allocation", "", "19:00"),
        ("confirmed", "3", "19:00"),
        ("checked_in", "3", "11:00"),
        ("completed", "3", "09:00"),
        ("completed", "", "09:00"),
        ("cancelled", "", "19:00"),
        ("no_show", "", "09:00"),
        ("priority_waitlist", "", "19:00"),
    ],
)
def test_a_booking_comes_in_with_its_status(
    desk: Desk, status: str, tables: str, start: str
) -> None:
    end = f"{int(start[:2]) + 2}:00"
    desk.import_bookings([row("b1", start, end, tables, status=status)])
    assert desk.get_booking("b1").status.value == status
    assert len(rows_of(desk, "b1")) == len(tables)
    assert desk.audit().is_clean


def test_a_booking_that_ends_now_may_come_in_as_completed(desk: Desk) -> None:
    desk.import_bookings([row("b1", "11:00", "12:00", "3", status="completed")])
    assert desk.get_booking("b1").status is BookingStatus.COMPLETED
    assert problems(desk, row("b2", "11:00", "12:01", "4", status="completed")) == (
        (
            "row 1: status: must not be completed before the stay has ended "
            "(got 2026-05-01T12:01+00:00)"
        ),
    )


def test_touching_rows_may_share_a_table(desk: Desk) -> None:
    done = desk.import_bookings(
        [row("b2", "20:00", "21:00", "3"), row("b1", "19:00", "20:00", "3")]
    )
    assert done.bookings == 2


def test_years_of_bookings_come_in_at_once(desk: Desk) -> None:
    start = at("19:00")
    days = [timedelta(days=40 * number) for number in range(-20, 20)]
    rows = [
        BookingRow(f"b{number}", 4, start + day, end=start + day + timedelta(hours=1), tables=["3"])
        for number, day in enumerate(days)
    ]
    assert desk.import_bookings(rows).allocations == 40
    assert desk.audit().allocations == 40


def test_a_long_stay_beside_short_ones_comes_in(desk: Desk) -> None:
    long = BookingRow("b0", 4, NOW - timedelta(days=15), end=NOW + timedelta(days=15), tables=["5"])
    assert desk.import_bookings([long, row("b1", "19:00", "20:00", "3")]).bookings == 2
    assert problems(desk, row("b2", "19:00", "20:00", "5")) == (
        (
            "row 1: table 5 is taken by booking b0 in "
            f"{Window(NOW - timedelta(days=15), NOW + timedelta(days=15)).brief()}"
        ),
    )


def test_an_import_sweeps_the_dead_where_it_goes(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    dead = held(desk, 4, tables=["3"])
    elsewhere = held(desk, 2, "17:00", tables=["1"])
    clock.move_to(dead.expires_at)
    desk.import_bookings([row("b1", "19:00", "20:00", "3")])
    swept = [
        event.hold_id
        for event in store.events(desk.restaurant_id)
        if event.type is EventType.HOLD_EXPIRED
    ]
    assert swept == [dead.id]
    assert desk.find_hold(elsewhere.id) is None


def test_an_import_under_a_key_is_made_once(desk: Desk) -> None:
    rows = [row("b1", "19:00", "20:00", "3")]
    desk.import_bookings(rows, key="k1")
    assert desk.import_bookings(rows, key="k1").replayed


def test_an_import_says_so_in_one_event_a_booking(store: Store, desk: Desk) -> None:
    desk.import_bookings([row("b1", "19:00", "20:00", "3"), row("b2", "19:00", "20:00", "4")])
    events = store.events(desk.restaurant_id)
    assert [(event.type, event.booking_id, event.actor) for event in events] == [
        (EventType.BOOKING_IMPORTED, "b1", STAFF),
        (EventType.BOOKING_IMPORTED, "b2", STAFF),
    ]
    assert dict(events[0].data) == {
        "status": "confirmed",
        "party_size": 4,
        "start": "2026-05-01T19:00:00+00:00",
        "tables": ["3"],
    }


def test_finding_20_no_event_of_an_imported_booking_overtakes_its_import(
    store: Store, desk: Desk
) -> None:
    desk.import_bookings([row("b1", "19:00", "20:00", "3"), row("b2", "19:00", "20:00", "4")])
    desk.cancel("b2")
    for booking_id in ("b1", "b2"):
        of_booking = [
            event for event in store.events(desk.restaurant_id) if event.booking_id == booking_id
        ]
        assert of_booking[0].type is EventType.BOOKING_IMPORTED
        assert len({subject_of(event) for event in of_booking}) == 1


def test_finding_33_a_refused_import_lists_all_bookings_on_a_table(desk: Desk) -> None:
    early = booked(desk, 4, "17:00", tables=["3"])
    late = booked(desk, 4, "19:00", tables=["3"])
    found = problems(desk, row("b1", "17:30", "20:00", "3"))
    evening = "2026-05-01T{}/{}Z".format
    assert found == (
        f"row 1: table 3 is taken by booking {early.id} in {evening('17:00', '18:30')}",
        f"row 1: table 3 is taken by booking {late.id} in {evening('19:00', '20:30')}",
    )


# ---- what is wrong -------------------------------------------------------------------------------


def test_all_overlaps_are_listed_and_nothing_is_imported(store: Store, desk: Desk) -> None:
    rival = booked(desk, 4, tables=["4"])
    before = snapshot(store, desk)
    found = problems(
        desk,
        row("b1", "19:00", "21:00", "3"),
        row("b2", "20:00", "22:00", "3+4"),
        row("b3", "19:30", "19:45", "3"),
        row("b4", "18:00", "19:00", "4"),
    )
    evening = "2026-05-01T{}/{}Z".format
    assert found == (
        f"row 2: table 4 is taken by booking {rival.id} in {evening('19:00', '20:30')}",
        f"row 2: table 3 is taken by row 1 in {evening('19:00', '21:00')}",
        f"row 3: table 3 is taken by row 1 in {evening('19:00', '21:00')}",
    )
    assert snapshot(store, desk) == before


def test_seated_parties_that_overlap_are_listed_once(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("20:00"))
    seated = {"status": BookingStatus.CHECKED_IN}
    first = row("b1", "18:00", "19:00", "3", **seated)
    (problem,) = problems(desk, first, row("b2", "18:30", "19:30", "3", **seated))
    assert problem.startswith("row 2: table 3 is taken by row 1 in ")


def test_rows_that_overlap_live_holds_and_blocks_are_listed(desk: Desk) -> None:
    hold = held(desk, 4, tables=["3"])
    block = desk.block(hold.stay.occupied, tables=["4"], reason="paint")
    found = problems(desk, row("b1", "19:00", "20:00", "3"), row("b2", "19:00", "20:00", "4"))
    assert [each.split(" in ")[0] for each in found] == [
        f"row 1: table 3 is taken by hold {hold.id}",
        f"row 2: table 4 is taken by block {block.id}",
    ]


def test_every_kind_of_problem_is_listed_with_its_row(store: Store, desk: Desk) -> None:
    booked(desk, 2, booking_id="known")
    before = snapshot(store, desk)
    wrong = [
        row("b1", "19:00", "20:00"),
        row("b2", "19:00", "20:00", "3", status="pending"),
        row("b3", "19:00", "20:00", "3", status="completed"),
        row("b4", "19:00", "20:00", "99"),
        row("b5", "20:00", "19:00", "3"),
        row("b6", "03:00", None, "3"),
        BookingRow("b7", 4, at("19:00"), end=at("19:00") + timedelta(days=32), tables=["3"]),
        row("known", "09:00", "10:00", "3", status="completed"),
        row("b9", "09:00", "10:00", "4", status="completed"),
        row("b9", "09:00", "10:00", "5", status="completed"),
    ]
    found = problems(desk, *wrong)
    assert found == (
        "row 1: tables: must be given for a confirmed booking",
        "row 2: tables: must be empty for a pending booking (got ('3',))",
        (
            "row 3: status: must not be completed before the stay has ended "
            "(got 2026-05-01T20:00+00:00)"
        ),
        "row 4: tables: must be numbers of tables on the floor (got '99')",
        "row 5: end: must lie after the start (got 2026-05-01T19:00+00:00)",
        (
            "row 6: end: must be given, for no service period is open at 2026-05-01T03:00+00:00 "
            "(got empty)"
        ),
        ("row 7: end: must lie at most 31 days after the start (got 2026-06-02T19:00+00:00)"),
        "row 8: the booking known exists already",
        "row 10: the booking b9 stands in row 9 already",
    )
    assert snapshot(store, desk) == before


def test_local_times_that_do_not_exist_are_listed(store: Store) -> None:
    house = a_house()
    house = attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, timezone="Europe/London"))
    desk = open_desk(store, house)
    found = problems(
        desk,
        BookingRow("b1", 4, "2027-03-28T01:30", end="2027-03-28T03:00", tables=["3"]),
        BookingRow("b2", 4, "2026-10-25T01:30", end="2026-10-25T03:00", tables=["3"]),
    )
    assert [each.split(";")[0] for each in found] == [
        "row 1: start: the local time does not exist",
        "row 2: start: the local time occurs twice",
    ]


@pytest.mark.parametrize("rows", [[], ["b1"], [None]])
def test_an_import_has_booking_rows(desk: Desk, rows: list[Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.import_bookings(rows)
    assert caught.value.field == "rows"
