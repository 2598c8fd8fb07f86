"""Compare the plans of an evening with brute force, on 2,000 floors and evenings."""

from __future__ import annotations

import hashlib
import math
from functools import partial
from itertools import product
from typing import Any

import pytest

from fourtop.model.plan import Plan
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.evening_rankings import MIN_SUMMED
from tests.full_text import full_text
from tests.other_process import another_hash_seed, printed
from tests.property.evening_oracle import (
    EVENING_TERMS,
    EveningCase,
    evening_answers,
    evening_case_of,
    planner_evening,
)

FLOORS = 2_000
BATCH = 100


def asked(case: EveningCase) -> tuple[PlanRequest, int]:
    party = case.case
    ask = PlanRequest(party.party_size, must=party.must, wish=party.wish)
    return ask, party.floor.mask(party.free)


def planned(case: EveningCase, limit: int | None = None, **limits: Any) -> tuple[Plan, ...]:
    planner = Planner(case.case.floor, case.case.planning, **limits)
    return planner.plans(*asked(case), limit, evening=partial(planner_evening, case))


def digest() -> str:
    lines = "\n".join(full_text(planned(evening_case_of(seed))) for seed in range(FLOORS))
    return hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FLOORS, BATCH))
def test_the_order_equals_brute_force_with_all_terms(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(first, first + BATCH):
        case = evening_case_of(seed)
        expected = evening_answers(case)
        plans = planned(case)
        assert [plan.tables for plan in plans] == [answer.tables for answer in expected], seed
        for plan, answer in zip(plans, expected, strict=True):
            assert tuple(term.name for term in plan.score.terms) == EVENING_TERMS
            for term, cost in zip(plan.score.terms, answer.costs, strict=True):
                assert math.isclose(term.cost, cost, abs_tol=1e-6), (seed, term)
            assert math.isclose(plan.score.total, answer.order[0], abs_tol=1e-6), seed  # type: ignore[arg-type]  # a Fraction
        planner, (ask, free) = Planner(case.case.floor, case.case.planning), asked(case)
        for limit, least in product((1, 2, 5), (0, MIN_SUMMED)):
            # A few candidates are walked through; here, blocks of them are summed as well.
            monkeypatch.setattr("fourtop.planner.evening_rankings.MIN_SUMMED", least)
            assert planned(case, limit) == plans[:limit], (seed, limit, least)
        best = planner.best(ask, free, evening=partial(planner_evening, case))
        assert best == (plans[0] if plans else None)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FLOORS, 4 * BATCH))
def test_the_bounded_search_of_an_evening_gives_the_same_plans(first: int) -> None:
    for seed in range(first, first + 4 * BATCH):
        case = evening_case_of(seed)
        plans = planned(case)
        for limit in (None, 1, 2, 3, 7):
            assert planned(case, limit, max_sets=0) == plans[:limit], (seed, limit)


@pytest.mark.slow
def test_an_evening_is_ranked_alike_whatever_the_hash_seed() -> None:
    code = "from tests.property.test_evening_brute_force import digest; print(digest())"
    assert printed("-c", code, hash_seed=another_hash_seed()).strip() == digest()
