"""Finding 37, cases 28 and 30: problems with numbers and local times, skipped rows, and history."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    Code,
    Desk,
    ImportRejected,
    ImportReport,
    InvalidInput,
    KeyReused,
    ManualClock,
    Preference,
    RowProblem,
    ServicePeriod,
    Window,
    loads_rows_csv,
)
from fourtop.ports import Store
from tests.evening import MONTH, STAFF, a_house, at, booked, held, open_desk, rows_of, snapshot
from tests.unit.test_engine_import import row

S = BookingStatus


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def refused(desk: Desk, *rows: BookingRow) -> tuple[RowProblem, ...]:
    with pytest.raises(ImportRejected) as caught:
        desk.import_bookings(rows)
    return caught.value.problems


# ---- problems as data ----------------------------------------------------------------------------


def in_london(store: Store) -> Desk:
    """A house whose tables have numbers that are not their ids, on summer time."""
    house = a_house()
    tables = [attrs.evolve(each, number=f"Low {each.id}") for each in house.floor.tables]
    return open_desk(
        store,
        attrs.evolve(
            house,
            restaurant=attrs.evolve(house.restaurant, timezone="Europe/London"),
            floor=attrs.evolve(house.floor, tables=tables),
        ),
        actor=STAFF,
    )


def test_finding_37_and_case_28_problems_have_lines_numbers_and_local_times(store: Store) -> None:
    desk = in_london(store)
    rows = loads_rows_csv(
        "id;party_size;date;time;until;tables\n"
        "b1;4;15/05/2026;19:00;20:30;Low 3\n"
        "\n"
        "b2;4;15/05/2026;20:00;21:30;Low 3\n"
        "b3;4;15/05/2026;20:00;21:30;Low 9\n"
        "b1;4;15/05/2026;17:00;18:00;Low 4\n"
    )
    overlap, unknown, double = refused(desk, *rows)
    assert overlap == RowProblem(
        2,
        Code.ALLOCATIONS_OVERLAP,
        "table Low 3 is taken by line 2 in 2026-05-15T19:00/20:30+01:00",
        line=4,
        column="tables",
        table="Low 3",
        local_time="2026-05-15T19:00/20:30+01:00",
        rival="line 2",
    )
    assert str(overlap).startswith("line 4: table Low 3 is taken by line 2")
    assert (unknown.line, unknown.table, unknown.value) == (5, "Low 9", "'Low 9'")
    assert unknown.local_time == "2026-05-15T20:00+01:00"
    assert (double.line, double.code, double.rival) == (6, Code.ALREADY_EXISTS, "line 2")


def test_problems_with_the_store_name_the_record_in_the_way(desk: Desk) -> None:
    party = booked(desk, 4, "19:00", tables=["3"])
    (problem,) = refused(desk, row("b1", "20:00", "21:00", "3"))
    assert (problem.rival, problem.local_time) == (
        f"booking {party.id}",
        "2026-05-01T19:00/20:30Z",
    )


def test_a_time_that_does_not_exist_has_the_code_of_its_error(store: Store) -> None:
    (problem,) = refused(
        in_london(store), BookingRow("b1", 4, "2027-03-28T01:30", end="2027-03-28T03:00")
    )
    assert (problem.code, problem.column, problem.local_time) == (
        Code.NONEXISTENT_TIME,
        "start",
        None,
    )


# ---- skip ----------------------------------------------------------------------------------------


def test_finding_37_rows_with_problems_can_be_left_out(store: Store, desk: Desk) -> None:
    booked(desk, 2, booking_id="known")
    rows = [
        row("b1", "19:00", "21:00", "3"),
        row("b2", "20:00", "22:00", "3"),
        # Row 2 is left out, so that this one may come in.
        row("b3", "21:00", "22:00", "3"),
        row("b3", "21:00", "22:00", "4"),
        row("b4", "19:00", "20:00", "99"),
        row("known", "17:00", "18:00", "5"),
        row("b5", "19:00", "20:00", "4"),
    ]
    checked = desk.check_import(rows, on_conflict="skip")
    before = snapshot(store, desk)
    assert snapshot(store, desk) == before

    report = desk.import_bookings(rows, on_conflict="skip", key="k1")

    assert report == checked
    assert (report.bookings, report.allocations, report.skipped) == (3, 3, 4)
    assert [each.row for each in report.problems] == [2, 4, 5, 6]
    assert repr(report) == "<ImportReport 3 bookings, 3 allocations, 4 rows left out>"
    assert {each.id for each in desk.bookings(MONTH)} == {"b1", "b3", "b5", "known"}
    assert desk.audit().is_clean
    again = desk.import_bookings(rows, on_conflict="skip", key="k1")
    assert again == attrs.evolve(report, replayed=True)
    with pytest.raises(KeyReused):
        desk.import_bookings(rows, key="k1")


def test_an_import_of_wrong_rows_only_imports_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    wrong = [row("b1", "19:00", "20:00", "99")]
    for shadow in (False, True):
        report = desk.import_bookings(wrong, on_conflict="skip", shadow=shadow)
        assert (report.bookings, report.skipped) == (0, 1)
    assert snapshot(store, desk) == before


def test_shadows_can_be_left_out_too(desk: Desk) -> None:
    rows = [row("b1", "19:00", "20:00", "3"), row("b1", "19:00", "20:00", "3")]
    report = desk.import_bookings(rows, on_conflict="skip", shadow=True)
    assert (report.bookings, report.skipped) == (1, 1)


def test_a_check_says_what_the_import_would_say(store: Store, desk: Desk) -> None:
    hold = held(desk, 4, tables=["3"])
    before = snapshot(store, desk)
    assert desk.check_import([row("b1", "17:00", "18:00", "3")]) == ImportReport(1, 1)
    with pytest.raises(ImportRejected) as caught:
        desk.check_import([row("b1", "19:00", "20:00", "3")])
    assert caught.value.problems[0].rival == f"hold {hold.id}"
    assert desk.check_import([row("b1", "19:00", "20:00", "3")], shadow=True).bookings == 1
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("on_conflict", ["replace", None, True])
def test_a_conflict_is_refused_or_skipped(desk: Desk, on_conflict: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^on_conflict: must be refuse or skip"):
        desk.import_bookings([row("b1", "19:00", "20:00", "3")], on_conflict=on_conflict)


def test_parties_that_sit_together_are_left_out_one_by_one(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("20:00"))
    seated = {"status": S.CHECKED_IN}
    rows = [row("b1", "18:00", "19:00", "3", **seated), row("b2", "19:00", "20:00", "3", **seated)]
    report = desk.import_bookings(rows, on_conflict="skip")
    (problem,) = report.problems
    assert (problem.row, problem.code, problem.rival) == (2, Code.TABLE_OCCUPIED, "row 1")
    assert desk.audit().is_clean


# ---- history -------------------------------------------------------------------------------------


def test_case_30_an_early_leaver_had_its_tables_until_the_buffer_ended(
    store: Store, clock: ManualClock
) -> None:
    dinner = ServicePeriod("dinner", "17:00", "23:00", buffer_after_minutes=15)
    desk = open_desk(store, a_house(periods=[dinner]), actor=STAFF)
    clock.move_to(at("23:30"))
    desk.import_bookings(
        [
            row("early", "17:00", "19:00", "3", status="completed", left=at("18:00")),
            row("next", "18:15", "19:30", "3", status="completed", seated=at("18:20")),
            row("late", "17:00", "18:00", "4", status="completed", left=at("18:40")),
            row("first", "19:00", "20:00", "5", status="completed", seated=at("18:30")),
        ]
    )
    assert rows_of(desk, "early") == [("3", "17:00", "18:15")]
    assert rows_of(desk, "next") == [("3", "18:15", "19:45")]
    assert rows_of(desk, "late") == [("4", "17:00", "18:40")]
    assert rows_of(desk, "first") == [("5", "18:30", "20:15")]
    early = desk.get_booking("early")
    assert (early.left_at, early.seated_at) == (at("18:00"), at("17:00"))
    assert early.assignment is not None
    assert early.assignment.window == Window(at("17:00"), at("18:15"))
    assert desk.get_booking("next").seated_at == at("18:20")
    assert desk.audit().is_clean


def test_a_party_that_left_before_its_time_had_no_table(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("23:30"))
    gone = row("b1", "19:00", "21:00", "3", status="completed", left=at("19:00"))
    assert desk.import_bookings([gone]) == ImportReport(1, 0)
    assert desk.get_booking("b1").tables == ("3",)


def test_finding_37_and_case_30_cancelled_rows_and_no_shows_keep_their_tables_on_record(
    desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(at("22:00"))
    desk.import_bookings(
        [
            row("c1", "19:00", "21:00", "3+4", status="cancelled"),
            row("c2", "19:00", "21:00", "3", status="cancelled", ended=at("18:00")),
            row("c3", "19:00", "21:00", "4", status="cancelled", ended=at("19:30")),
            row("n1", "19:00", "21:00", "3", status="no_show", ended=at("19:20")),
            row("n2", "19:30", "21:00", "5", status="no_show"),
            row("n3", "20:00", "21:00", "2", status="no_show", ended=at("21:30")),
            # They take no table from each other, nor from this party.
            row("b1", "19:30", "21:00", "3", status="completed"),
        ]
    )
    assert desk.get_booking("c1").tables == ("3", "4")
    taken = {each: rows_of(desk, each) for each in ("c1", "c2", "c3", "n1", "n2", "n3")}
    assert taken == {
        "c1": [],
        "c2": [],
        "c3": [("4", "19:00", "19:30")],
        "n1": [("3", "19:00", "19:20")],
        "n2": [],
        "n3": [("2", "20:00", "21:00")],
    }
    assert desk.audit().is_clean


def test_the_end_of_an_imported_booking_can_be_undone(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("19:30"))
    desk.import_bookings(
        [
            row("n1", "19:00", "21:00", "3", status="no_show", ended=at("19:20")),
            row(
                "n2", "19:00", "21:00", "4", status="no_show", seated=at("19:00"), ended=at("19:10")
            ),
            row("c1", "20:00", "21:00", "", status="cancelled", ended=at("18:00")),
        ]
    )
    assert desk.undo("n1").status is S.CONFIRMED
    assert rows_of(desk, "n1") == [("3", "19:00", "21:00")]
    assert desk.undo("n2").status is S.CHECKED_IN
    assert desk.undo("c1").status is S.PENDING_ALLOCATION
    assert desk.audit().is_clean


def test_a_length_in_place_of_an_end(desk: Desk) -> None:
    desk.import_bookings([row("b1", "19:00", None, "3", minutes=45)])
    assert rows_of(desk, "b1") == [("3", "19:00", "19:45")]
    assert desk.get_booking("b1").minutes == 45


def test_a_row_keeps_what_the_booking_was_promised(desk: Desk) -> None:
    step_free = Preference(features={"step-free"})
    desk.import_bookings(
        [
            row(
                "b1",
                "19:00",
                "20:00",
                "3",
                must=step_free,
                wish=step_free,
                names_tables=True,
                past_reason="phone",
                created=at("09:00"),
                local_start="2026-05-01T21:00+02:00",
            )
        ]
    )
    booking = desk.get_booking("b1")
    assert (booking.must, booking.wish, booking.names_tables) == (step_free, step_free, True)
    assert (booking.past_reason, booking.created_at) == ("phone", at("09:00"))
    assert booking.local_start == "2026-05-01T21:00+02:00"


def test_finding_20_an_import_of_an_old_booking_is_an_event_of_today(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    desk.import_bookings([row("b1", "19:00", "20:00", "3", created=at("09:00"))])
    assert [event.at for event in store.events(desk.restaurant_id)] == [clock.now]


def test_a_row_may_have_half_of_its_windows(desk: Desk) -> None:
    desk.import_bookings(
        [
            row("b1", "19:00", "20:00", "3", occupied_start=at("18:45"), is_clamped=True),
            row("b2", "19:00", "20:00", "4", occupied_end=at("20:15"), tables_start=at("18:50")),
        ]
    )
    assert rows_of(desk, "b1") == [("3", "18:45", "20:00")]
    assert rows_of(desk, "b2") == [("4", "18:50", "20:15")]
    assert desk.get_booking("b1").stay.is_clamped


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"left": "11:00"}, "left: must be empty for a confirmed booking (got "),
        ({"seated": "11:00"}, "seated: must be empty for a confirmed booking (got "),
        ({"ended": "11:00"}, "ended: must be empty for a confirmed booking (got "),
        ({"created": "12:01"}, "created: must lie in the past (got 2026-05-01T12:01+00:00)"),
        (
            {"status": "completed", "left": "12:01"},
            "left: must lie in the past (got 2026-05-01T12:01+00:00)",
        ),
        (
            {"status": "completed", "left": "09:00", "seated": "09:30"},
            "left: must not lie before the party sat down (got 2026-05-01T09:00+00:00)",
        ),
        (
            {"occupied_end": "10:30"},
            "occupied_end: must not lie inside the stay (got 2026-05-01T10:30+00:00)",
        ),
        (
            {"occupied_end": "09:00"},
            "occupied_end: must lie after the start (got 2026-05-01T09:00+00:00)",
        ),
        (
            {"tables_end": "09:00"},
            "tables_end: must lie after the start (got 2026-05-01T09:00+00:00)",
        ),
    ],
    ids=str,
)
def test_a_history_that_cannot_be_is_a_problem(
    store: Store, desk: Desk, change: dict[str, Any], text: str
) -> None:
    before = snapshot(store, desk)
    times = {name: value if name == "status" else at(value) for name, value in change.items()}
    (problem,) = refused(desk, row("b1", "10:00", "11:00", "3", **times))
    assert problem.text.startswith(text)
    assert snapshot(store, desk) == before
