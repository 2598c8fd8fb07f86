"""The day plan against brute force: the optimum is exact, the bound holds, the search is valid."""

from __future__ import annotations

from random import Random

import pytest

from fourtop.planner.day_optimum import bound_day, optimum_of_day
from fourtop.planner.day_problem import DayAssignment, DayProblem
from fourtop.planner.day_search import assign_day
from tests.property.day_oracle import best_by_brute_force, draw_day, flaws

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


def test_the_same_numbers_give_the_same_assignment() -> None:
    problem = draw_day(Random(5)).reduced()
    assert searched(problem, 1) == searched(problem, 1)
