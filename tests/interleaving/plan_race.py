"""Duels of a day plan: a rival takes a table, commits it too, or pins or seats a party of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourtop import Booking, BookingStatus, DayPlan, Desk, Move, Refused, StaleVersion, sketch_floor
from fourtop.testing.interleavings import Interleaving, Scheduler
from tests.evening import FRIDAY, a_house, booked, party_size
from tests.interleaving.race import Calls, Duel, Scene, at_six, owners, two_tables, won_and_lost

BEFORE: Final = [("2", "two")]
AFTER: Final = [("1", "two"), ("2", "bob")]


def _plan_of(scene: Scene) -> DayPlan:
    assert scene.plan is not None
    return scene.plan


# ---- a booking takes the only table of the plan


def _with_plan(desk: Desk) -> dict[str, Any]:
    desk.book(party_size(4), booking_id="bob", tables="later")
    return {"plan": desk.plan_day(FRIDAY, node_budget=10)}


def _commit_and_book(scene: Scene, _: Scheduler) -> Calls:
    plan = _plan_of(scene)
    (move,) = plan.moves
    return {
        "commit": lambda: scene.desk.commit_day_plan(plan),
        "book": lambda: scene.desk.book(party_size(4, tables=move.tables), booking_id="ann"),
    }


def _planned_or_booked(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    commit, book = run.answers["commit"], run.answers["book"]
    if isinstance(commit, tuple):
        assert isinstance(book, Refused)
        assert owners(desk) == [("1", "bob")]
    else:
        assert isinstance(commit, Refused)
        assert isinstance(book, Booking)
        assert owners(desk) == [("1", "ann")]
        (bob,) = desk.commit_day_plan(desk.plan_day(FRIDAY, node_budget=10))
        assert bob.tables == ("2",), "the plan is found again"


# ---- a plan that moves a party of two for a party of four that waits


def _with_a_move(desk: Desk) -> dict[str, Any]:
    booked(desk, 2, booking_id="two")
    desk.move([Move("two", ["2"])])
    desk.book(party_size(4), booking_id="bob", tables="later")
    plan = desk.plan_day(FRIDAY, node_budget=20)
    assert [each.booking_id for each in plan.moves] == ["bob", "two"]
    return {"plan": plan}


def _commit_twice(scene: Scene, _: Scheduler) -> Calls:
    plan = _plan_of(scene)
    return {name: lambda: scene.desk.commit_day_plan(plan) for name in ("a", "b")}


def _committed_once(run: Interleaving[Scene]) -> None:
    won, lost = won_and_lost(run, tuple)
    assert isinstance(lost, StaleVersion)
    assert [each.version for each in won] == [2, 3]
    assert owners(run.scene.desk) == AFTER


def _commit_and_pin(scene: Scene, _: Scheduler) -> Calls:
    plan = _plan_of(scene)
    return {
        "commit": lambda: scene.desk.commit_day_plan(plan),
        "rival": lambda: scene.desk.pin("two"),
    }


def _commit_and_seat(scene: Scene, _: Scheduler) -> Calls:
    plan = _plan_of(scene)
    return {
        "commit": lambda: scene.desk.commit_day_plan(plan),
        "rival": lambda: scene.desk.seat("two"),
    }


def _moved_before_or_never(run: Interleaving[Scene]) -> None:
    """The party is pinned or sits at the table that it has at that moment, and stays there."""
    desk, commit = run.scene.desk, run.answers["commit"]
    two = run.answers["rival"]
    assert isinstance(two, Booking)
    assert two.is_pinned or two.status is BookingStatus.CHECKED_IN
    assert desk.get_booking("two") == two
    if isinstance(commit, tuple):
        assert two.tables == ("1",)
        assert [owner for owner in owners(desk) if owner[1] == "bob"] == AFTER[1:]
    else:
        assert isinstance(commit, StaleVersion)
        assert two.tables == ("2",)
        assert desk.get_booking("bob").tables == ()
        again = desk.plan_day(FRIDAY, node_budget=20)
        assert again.moves == (), "the party stays, and no table is left"


def _commit_and_make_room(scene: Scene, _: Scheduler) -> Calls:
    plan = _plan_of(scene)
    return {
        "commit": lambda: scene.desk.commit_day_plan(plan),
        # Another party of two at the same time needs the table to which the plan moves the first.
        "room": lambda: scene.desk.book(party_size(2, tables=["1"]), booking_id="ann"),
    }


def _planned_or_full(run: Interleaving[Scene]) -> None:
    desk, commit = run.scene.desk, run.answers["commit"]
    room = run.answers["room"]
    if isinstance(commit, tuple):
        assert isinstance(room, Refused)
        assert owners(desk) == AFTER
    else:
        # The party that waits keeps the newcomer from the last table that could be made free.
        assert isinstance(commit, Refused)
        assert isinstance(room, Booking)
        assert owners(desk) == [("1", "ann"), *BEFORE]
        assert desk.get_booking("bob").tables == ()


TWO_AND_FOUR: Final = a_house(sketch_floor({"1": 2, "2": 4}))
PLAN_DUELS: Final[Mapping[str, Duel]] = {
    "plan x book": Duel(two_tables(), _commit_and_book, _planned_or_booked, _with_plan, runs=8),
    "plan x plan": Duel(TWO_AND_FOUR, _commit_twice, _committed_once, _with_a_move, runs=8),
    "plan x pin": Duel(TWO_AND_FOUR, _commit_and_pin, _moved_before_or_never, _with_a_move, runs=8),
    "plan x seat": Duel(
        TWO_AND_FOUR,
        _commit_and_seat,
        _moved_before_or_never,
        _with_a_move,
        then=at_six,
        runs=8,
    ),
    "plan x a booking at a table of a move": Duel(
        TWO_AND_FOUR, _commit_and_make_room, _planned_or_full, _with_a_move, runs=8
    ),
}
