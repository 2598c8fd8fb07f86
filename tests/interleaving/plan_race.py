"""A duel of a day plan and a booking: one of the two gets the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourtop import Booking, Desk, Refused
from fourtop.testing.interleavings import Interleaving, Scheduler
from tests.evening import FRIDAY, party_size
from tests.interleaving.race import Calls, Duel, Scene, owners, two_tables


def _with_plan(desk: Desk) -> dict[str, Any]:
    desk.book(party_size(4), booking_id="bob", tables="later")
    return {"plan": desk.plan_day(FRIDAY, node_budget=10)}


def _commit_and_book(scene: Scene, _: Scheduler) -> Calls:
    plan = scene.plan
    assert plan is not None
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


PLAN_DUELS: Final[Mapping[str, Duel]] = {
    "plan x book": Duel(two_tables(), _commit_and_book, _planned_or_booked, _with_plan, runs=8),
}
