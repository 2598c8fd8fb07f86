"""Compare plans and their order with brute force, on 2,000 floors of at most eight tables."""

from __future__ import annotations

import hashlib
import math
from itertools import combinations
from typing import Any

import pytest

from fourtop.model.plan import Plan
from fourtop.planner import Planner, PlanRequest
from tests.full_text import full_text
from tests.other_process import another_hash_seed, printed
from tests.property.planner_oracle import TERMS, Case, answers, case_of

FLOORS = 2_000
BATCH = 100


def asked(case: Case) -> tuple[PlanRequest, int]:
    return PlanRequest(case.party_size, must=case.must, wish=case.wish), case.floor.mask(case.free)


def planned(case: Case, **limits: Any) -> tuple[Plan, ...]:
    return Planner(case.floor, case.planning, **limits).plans(*asked(case))


def digest() -> str:
    lines = "\n".join(full_text(planned(case_of(seed))) for seed in range(FLOORS))
    return hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FLOORS, BATCH))
def test_plans_and_their_order_equal_brute_force(first: int) -> None:
    for seed in range(first, first + BATCH):
        case = case_of(seed)
        expected = answers(case)
        plans = planned(case)
        assert [plan.tables for plan in plans] == [answer.tables for answer in expected], seed
        for plan, answer in zip(plans, expected, strict=True):
            assert (plan.seats, plan.slack) == (answer.seats, answer.seats - case.party_size), seed
            assert tuple(term.name for term in plan.score.terms) == TERMS
            for term, cost in zip(plan.score.terms, answer.costs, strict=True):
                assert math.isclose(term.cost, cost, abs_tol=1e-9), (seed, term)
            assert math.isclose(plan.score.total, answer.order[0], abs_tol=1e-9), seed  # type: ignore[arg-type]  # a Fraction


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FLOORS, 4 * BATCH))
def test_the_bounded_search_gives_the_same_plans_in_the_same_order(first: int) -> None:
    for seed in range(first, first + 4 * BATCH):
        case = case_of(seed)
        ask, free = asked(case)
        plans = planned(case)
        searching = Planner(case.floor, case.planning, max_sets=0)
        assert searching.plans(ask, free) == plans, seed
        for limit in (1, 2, 3, 7):
            assert searching.plans(ask, free, limit) == plans[:limit], (seed, limit)


@pytest.mark.slow
def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    code = "from tests.property.test_planner_brute_force import digest; print(digest())"
    assert printed("-c", code, hash_seed=another_hash_seed()).strip() == digest()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 300, 100))
def test_judge_accepts_exactly_the_sets_that_plans_offers(first: int) -> None:
    for seed in range(first, first + 100):
        case = case_of(seed)
        ask, _ = asked(case)
        planner = Planner(case.floor, case.planning)
        names = [table.id for table in case.floor.tables]
        offered = {plan.tables: plan for plan in planner.plans(ask, (1 << len(names)) - 1)}
        for size in range(1, len(names) + 1):
            for tables in combinations(names, size):
                judged = planner.judge(ask, tables)
                assert (judged if isinstance(judged, Plan) else None) == offered.get(tables), (
                    seed,
                    tables,
                )


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 600, 200))
def test_every_question_agrees_with_the_list_of_plans(first: int) -> None:
    for seed in range(first, first + 200):
        case = case_of(seed)
        ask, free = asked(case)
        for planner in (
            Planner(case.floor, case.planning),
            Planner(case.floor, case.planning, max_sets=0),
        ):
            plans = planner.plans(ask, free)
            assert planner.best(ask, free) == (plans[0] if plans else None)
            assert planner.is_seatable(ask, free) == bool(plans)
            assert isinstance(planner.choose(ask, free), Plan) == bool(plans)
            left, seated = free, 0
            while plan := planner.best(ask, left):
                left &= ~case.floor.mask(plan.tables)
                seated += 1
            assert planner.count(ask, free, 100) == seated
            assert planner.count(ask, free, 1) == min(seated, 1)
