"""Promises about plans that move several parties: all of a plan is written, or nothing."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import attrs

from fourtop.errors import AllocationsOverlap, StaleVersion
from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import View
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    HERE,
    NOON_US,
    STAFF,
    a_booking,
    a_row,
    an_answer,
    an_event,
    of_booking,
    span,
)

_TABLES: Final = ("t1", "t2", "t3")
_EVENING: Final = span(300, 900)
# Three parties one after the other at each table, and one that waits for its table.
_SITTINGS: Final = (span(360, 480), span(500, 600), span(620, 700))
_LONGER: Final = span(360, 500)
_LAST: Final = span(720, 840)

_Plan = dict[str, Any]


def _party(booking_id: str, dining: Window, table_id: str | None) -> Booking:
    """Return a party at a table; ``None``: it waits for one."""
    booking = attrs.evolve(a_booking(booking_id, dining), is_pinned=False, names_tables=False)
    if table_id is None:
        return attrs.evolve(
            booking, status=BookingStatus.PENDING_ALLOCATION, assignment=None, waiting=None
        )
    given = Assignment((table_id,), booking.stay.occupied, None, NOON_US, STAFF)
    return attrs.evolve(booking, assignment=given)


def _row(booking: Booking, part: str) -> Allocation:
    """Return the row of a party; its id has a part that tells the rows of one party apart."""
    given = booking.assignment
    assert given is not None, "the party has a table"
    return a_row(f"{part}-{booking.id}", of_booking(booking.id), given.tables[0], given.window)


def _at(booking: Booking, table_id: str) -> Booking:
    """Return the next version of a party, at another table."""
    given = Assignment((table_id,), booking.stay.occupied, None, NOON_US, STAFF)
    return attrs.evolve(
        booking,
        assignment=given,
        status=BookingStatus.CONFIRMED,
        version=booking.version + 1,
        updated_us=NOON_US,
    )


def _with_moves(trial: Trial) -> tuple[tuple[Booking, Booking], _Plan]:
    """Seat two parties, and return them with the changes that move both for a newcomer.

    The first one goes to the free table, the second one to the table of the first, and the newcomer
    to the table of the second, for longer than that one stayed.
    """
    dining = _SITTINGS[0]
    first, second = _party("b1", dining, "t2"), _party("b2", dining, "t3")
    rows = (_row(first, "old"), _row(second, "old"))
    trial.write(bookings=(first, second), added=rows)
    moved = (_at(first, "t1"), _at(second, "t2"))
    newcomer = _party("b3", _LONGER, "t3")
    plan: _Plan = {
        "removed": rows,
        "added": (*(_row(each, "new") for each in moved), _row(newcomer, "new")),
        "bookings": (*moved, newcomer),
        "stored_results": (an_answer("k1", "book"),),
        "events": tuple(an_event(f"e{number}") for number in range(4)),
    }
    return (first, second), plan


def _day(trial: Trial) -> tuple[list[Booking], _Plan]:
    """Write a day of twelve parties, and return them with the changes of a plan for all.

    Nine have tables and change them in rings. Three wait, and get their first ones.
    """
    seated = [
        _party(f"s{number}{place}", dining, table)
        for number, dining in enumerate(_SITTINGS)
        for place, table in enumerate(_TABLES)
    ]
    waiting = [_party(f"w{place}", _LAST, None) for place in range(len(_TABLES))]
    rows = tuple(_row(each, "old") for each in seated)
    trial.write(bookings=(*seated, *waiting), added=rows)
    targets = _TABLES[1:] + _TABLES[:1]
    given = [_at(each, targets[place % 3]) for place, each in enumerate((*seated, *waiting))]
    plan: _Plan = {
        "removed": rows,
        "added": tuple(_row(each, "new") for each in given),
        "bookings": tuple(given),
        "stored_results": (an_answer("k1", "commit_day_plan"),),
        "events": tuple(an_event(f"e{number}") for number in range(len(given))),
    }
    return [*seated, *waiting], plan


def _rows_of(bookings: tuple[Booking, ...], view: View) -> list[Allocation]:
    found = (view.allocations_of(OwnerKind.BOOKING, each.id) for each in bookings)
    return [row for rows in found for row in rows]


def _look(view: View) -> dict[str, object]:
    return {
        "rows": set(view.allocations(_EVENING)),
        "promised": view.promised(_EVENING),
        "busy": view.busy_mask(span(730, 731)),
    }


def _check_written(trial: Trial, plan: _Plan, *, since: int) -> None:
    """Assert that all of a plan is in place, and counts as one change."""
    bookings: tuple[Booking, ...] = plan["bookings"]
    ids = frozenset(each.id for each in bookings)
    found = trial.ask(lambda view: [view.find_booking(each.id) for each in bookings], bookings=ids)
    assert found == [*bookings]
    rows = trial.ask(partial(_rows_of, bookings), bookings=ids)
    assert sorted(rows, key=lambda row: row.id) == sorted(plan["added"], key=lambda row: row.id)
    assert trial.store.events(HERE)[-len(plan["events"]) :] == plan["events"]
    stored = {(each.command, each.key): each for each in plan["stored_results"]}
    said = trial.ask(
        lambda view: {key: view.find_stored_result(*key) for key in stored},
        stored_results=frozenset(stored),
    )
    assert said == stored
    assert trial.ask(lambda view: view.versions.occupancy) == since + 1


class PlanPromises:
    """What holds of plans that move several parties."""

    def test_a_newcomer_comes_with_the_moves_that_make_room(self, trial: Trial) -> None:
        """Two parties move on and a third one is added at the last table, as one change."""
        _, plan = _with_moves(trial)
        since = trial.ask(lambda view: view.versions.occupancy)
        trial.write(**plan)
        _check_written(trial, plan, since=since)
        found = trial.ask(_look, windows=(_EVENING,))
        assert found["rows"] == {*plan["added"]}

    def test_a_newcomer_who_finds_no_room_moves_no_one(self, trial: Trial) -> None:
        """If a rival has the free table, or the next one is due at the last table, all stay."""
        _, plan = _with_moves(trial)
        since = trial.ask(lambda view: view.versions.occupancy)
        for dining, table in ((_SITTINGS[0], "t1"), (_SITTINGS[1], "t3")):
            rival = _party(f"at-{table}", dining, table)
            row = _row(rival, "rival")
            trial.write(bookings=(rival,), added=(row,))
            error = trial.refuse(AllocationsOverlap, **plan)
            assert (error.resource_id, error.owner_id) == (table, rival.id)
            gone = attrs.evolve(rival, version=2, status=BookingStatus.CANCELLED, assignment=None)
            trial.write(bookings=(gone,), removed=(row,))
            since += 2
        trial.write(**plan)
        _check_written(trial, plan, since=since)

    def test_moves_of_a_changed_booking_seat_no_newcomer(self, trial: Trial) -> None:
        """If a party to move has changed, the newcomer and the other party stay away, too."""
        (_, second), plan = _with_moves(trial)
        trial.write(bookings=(attrs.evolve(second, version=2, is_pinned=True),))
        error = trial.refuse(StaleVersion, **plan)
        assert (error.kind, error.expected, error.found) == ("booking", 1, 2)

    def test_a_day_plan_moves_and_seats_all_its_parties(self, trial: Trial) -> None:
        """Nine parties change tables and three get their first ones, as one change."""
        bookings, plan = _day(trial)
        before = trial.ask(_look, windows=(_EVENING,))
        assert before["promised"] == tuple(bookings[9:])
        since = trial.ask(lambda view: view.versions.occupancy)
        trial.write(**plan)
        _check_written(trial, plan, since=since)
        found = trial.ask(_look, windows=(_EVENING,))
        assert found == {"rows": {*plan["added"]}, "promised": (), "busy": 0b111}

    def test_a_day_plan_with_one_changed_booking_moves_no_one(self, trial: Trial) -> None:
        """Whichever of its bookings has changed, no party of the plan moves or is seated."""
        bookings, plan = _day(trial)
        for booking in (bookings[0], bookings[4], bookings[-1]):
            trial.write(bookings=(attrs.evolve(booking, version=2, reference="another"),))
            error = trial.refuse(StaleVersion, **plan)
            assert (error.kind, error.found) == ("booking", 2)
            changed = {each.id: each for each in plan["bookings"]}
            changed[booking.id] = attrs.evolve(changed[booking.id], version=3)
            plan["bookings"] = tuple(changed.values())
        since = trial.ask(lambda view: view.versions.occupancy)
        trial.write(**plan)
        _check_written(trial, plan, since=since)

    def test_a_day_plan_with_one_taken_table_moves_no_one(self, trial: Trial) -> None:
        """If a rival has one of the tables, no party of the plan moves or is seated."""
        _, plan = _day(trial)
        rival = _party("b9", _LAST, "t2")
        trial.write(bookings=(rival,), added=(_row(rival, "rival"),))
        error = trial.refuse(AllocationsOverlap, **plan)
        assert (error.resource_id, error.owner_id) == ("t2", "b9")
