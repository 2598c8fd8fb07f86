"""The day plan against brute force: the optimum is exact, the bound holds, the search is valid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Final

import attrs
import pytest

from fourtop import (
    Booking,
    CapacityRule,
    Desk,
    IllegalTransition,
    ManualClock,
    MemoryStore,
    OwnerKind,
    Refused,
    ResourceType,
    sketch_floor,
)
from fourtop.model.distances import Aisle, KeptApart
from fourtop.planner.day_optimum import bound_day, optimum_of_day
from fourtop.planner.day_problem import DayAssignment, DayProblem
from fourtop.planner.day_search import assign_day
from tests.evening import FRIDAY, NOW, STAFF, a_house, open_desk, party_size, window
from tests.property.day_oracle import best_by_brute_force, draw_day, flaws

EVENING: Final = window("12:00", "23:59")
_ROW: Final = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4, "5": 6}, joins=["1-2-3", "3-4"])
FLOORS: Final = (
    _ROW,
    sketch_floor(dict.fromkeys("123456", 2), joins=["1-2-3-4-5-6"]),
    attrs.evolve(_ROW, kept_apart=[KeptApart(("1", "2"))]),
    attrs.evolve(_ROW, aisles=[Aisle(joined={"1", "2"}, closes={"3", "5"})]),
)
QUICK = range(12)
ALL = range(12, 312)


def searched(problem: DayProblem, seed: int, nodes: int = 400) -> DayAssignment:
    return assign_day(problem, nodes, Random(seed).random)


def check(seed: int) -> None:
    problem = draw_day(Random(seed))
    value, moves = best_by_brute_force(problem)
    reduced = problem.reduced()
    assert best_by_brute_force(reduced) == (value, moves), "the reduction changes the optimum"
    found = searched(reduced, seed)
    assert list(flaws(reduced, found.chosen)) == []
    assert reduced.value(found.chosen) <= value
    # The search takes what stays into account, too.
    raw = searched(problem, seed)
    assert list(flaws(problem, raw.chosen)) == []
    assert problem.value(raw.chosen) <= value
    assert bound_day(reduced) >= value
    optimum = optimum_of_day(reduced, found)
    assert list(flaws(reduced, optimum.assignment.chosen)) == []
    chosen = optimum.assignment.chosen
    assert (reduced.value(chosen), reduced.moves(chosen)) == (value, moves)
    assert optimum.is_proven
    assert optimum.bound == value


@pytest.mark.parametrize("seed", QUICK)
def test_the_optimum_of_a_few_days_equals_brute_force(seed: int) -> None:
    check(seed)


@pytest.mark.slow
def test_the_optimum_of_300_small_days_equals_brute_force() -> None:
    for seed in ALL:
        check(seed)


def test_the_search_finds_most_optima_of_small_days() -> None:
    missed = []
    for seed in QUICK:
        problem = draw_day(Random(seed)).reduced()
        value, _ = best_by_brute_force(problem)
        if problem.value(searched(problem, seed, 4_000).chosen) < value:
            missed.append(seed)
    assert len(missed) <= 1


def test_a_solver_that_may_visit_no_node_keeps_the_start_and_a_bound() -> None:
    for seed in QUICK:
        problem = draw_day(Random(seed)).reduced()
        start = searched(problem, seed, 5)
        found = optimum_of_day(problem, start, node_limit=0)
        assert list(flaws(problem, found.assignment.chosen)) == []
        value, _ = best_by_brute_force(problem)
        assert problem.value(start.chosen) <= problem.value(found.assignment.chosen) <= value
        assert found.bound >= value


def test_the_same_numbers_give_the_same_assignment() -> None:
    problem = draw_day(Random(5)).reduced()
    assert searched(problem, 1) == searched(problem, 1)


# ---- plans of the engine


def an_evening(seed: int) -> Desk:
    """Return a house with bookings that have tables, bookings that wait, pins, a hold, a block."""
    draw = Random(seed)
    floor = draw.choice(FLOORS)
    rules = [CapacityRule(max_covers=12, zone="main")] if draw.random() < 0.3 else []
    desk = open_desk(
        MemoryStore(ManualClock(NOW)), a_house(floor, capacity_rules=rules), actor=STAFF
    )
    for number in range(14):
        text = draw.choice(("17:30", "18:00", "18:45", "19:00", "19:20", "20:00"))
        request = party_size(draw.choice((1, 2, 2, 2, 3, 4, 4, 6)), text)
        try:
            if number == 4:
                desk.hold(request)
            elif number == 9:
                desk.block(
                    window("19:00", "19:40"), tables=[draw.choice(floor.tables).id], reason="x"
                )
            else:
                waits = draw.random() < 0.5
                desk.book(request, booking_id=f"b{number}", tables="later" if waits else "now")
        except Refused:
            continue
        if draw.random() < 0.2 and desk.find_booking(f"b{number}") is not None:
            with suppress(IllegalTransition):
                desk.pin(f"b{number}")
    return desk


def faults_of(desk: Desk) -> Iterator[str]:
    """Yield two parties at one table or too close, and parties at too few seats, by minutes."""
    seats = {table.id: table.capacity for table in desk.house().floor.tables}
    had: dict[tuple[str, int], str] = {}
    parties: dict[tuple[str, int], str] = {}
    given: dict[str, int] = {}
    for row in desk.allocations(EVENING):
        if row.resource_type is not ResourceType.TABLE:
            continue
        given[row.owner_id] = given.get(row.owner_id, 0) + seats[row.resource_id]
        for minute in range(row.window.start_us // 60_000_000, row.window.end_us // 60_000_000):
            other = had.setdefault((row.resource_id, minute), row.owner_id)
            if other != row.owner_id:
                yield f"{other} and {row.owner_id} at {row.resource_id}"
            # A block is no party.
            if row.owner_kind is not OwnerKind.BLOCK:
                parties[row.resource_id, minute] = row.owner_id
    yield from too_close(desk, parties)
    for booking in desk.bookings(EVENING):
        if given.get(booking.id, booking.party_size) < booking.party_size:
            yield f"{booking.id} has {given[booking.id]} seats for {booking.party_size}"


def too_close(desk: Desk, parties: dict[tuple[str, int], str]) -> Iterator[str]:
    for pair in desk.house().floor.kept_apart:
        one, two = pair.tables
        for (table, minute), owner in parties.items():
            if table == one and parties.get((two, minute), owner) != owner:
                yield f"{owner} and {parties[two, minute]} too close in minute {minute}"


def check_evening(seed: int) -> int:
    desk = an_evening(seed)
    before = {each.id: each for each in desk.bookings(EVENING)}
    plan = desk.plan_day(FRIDAY, node_budget=300, seed=seed, optimum=seed % 3 == 0)
    assert plan.bound is not None
    assert plan.value_before <= plan.value <= plan.bound
    desk.commit_day_plan(plan)
    after = {each.id: each for each in desk.bookings(EVENING)}
    for name, booking in before.items():
        if booking.is_pinned:
            assert after[name].tables == booking.tables
        if booking.tables:
            assert after[name].tables, "a booking that has tables keeps some"
        assert after[name].stay.dining == booking.stay.dining
    assert list(faults_of(desk)) == []
    assert desk.audit().is_clean
    assert sum(each.party_size for each in after.values() if _is_of_the_plan(each)) == plan.value
    return len(plan.moves)


def _is_of_the_plan(booking: Booking) -> bool:
    return bool(booking.tables) and not booking.is_pinned


def test_the_plan_of_a_few_evenings_can_be_committed() -> None:
    assert sum(map(check_evening, range(4))) > 0


@pytest.mark.slow
def test_the_plan_of_150_evenings_can_be_committed() -> None:
    assert sum(map(check_evening, range(4, 154))) > 300
