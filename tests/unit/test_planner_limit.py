"""Promises about the bound of a search: it counts nodes, and says what it has not proven."""

from __future__ import annotations

import random

import pytest

from fourtop.errors import Code, Proof, Refusal
from fourtop.model.floor import Floor, Join
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import Planning
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table
from fourtop.planner import MAX_SEARCH_NODES, Planner, PlanRequest
from tests.property.planner_oracle import answers, case_of

SIDE = 10
EVERYTHING = (1 << SIDE * SIDE) - 1
TIGHT = Planning(max_tables=8, slack_budget=0)


def hall(*losses: int, given: tuple[SetCapacity, ...] = ()) -> Floor:
    """A grid of ten by ten four-tops, its joins losing one of some numbers of seats at random."""
    draw = random.Random(1)
    places = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    pairs = [((r, c), (r, c + 1)) for r, c in places if c + 1 < SIDE]
    pairs += [((r, c), (r + 1, c)) for r, c in places if r + 1 < SIDE]
    return Floor(
        [Table(f"t{row}-{column}", f"{row}-{column}", 4, "hall") for row, column in places],
        zones=[Zone("hall", "Hall")],
        joins=[
            Join((f"t{one[0]}-{one[1]}", f"t{two[0]}-{two[1]}"), seat_loss=draw.choice(losses))
            for one, two in pairs
        ],
        set_capacities=given,
    )


@pytest.fixture(scope="module")
def uneven() -> Planner:
    return Planner(hall(0, 2), TIGHT)


@pytest.mark.parametrize(
    ("party_size", "code"),
    [
        (21, Code.SLACK_EXCEEDED),
        # The search for the cause meets its own bound.
        (23, Code.SEARCH_LIMIT_REACHED),
        (31, Code.SEARCH_LIMIT_REACHED),
    ],
)
def test_finding_26_a_sum_that_no_loss_can_reach_is_refused_in_few_nodes(
    uneven: Planner, party_size: int, code: Code
) -> None:
    search = uneven.search(PlanRequest(party_size), EVERYTHING, 1)
    assert (search.plans, search.is_proven) == ((), True)
    assert search.nodes <= 16 * SIDE * SIDE
    refusal = uneven.choose(PlanRequest(party_size), EVERYTHING)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.proof) == (code, Proof.NO_PLAN)


@pytest.mark.parametrize("party_size", [33, 100, 1_000])
def test_finding_26_a_party_above_the_largest_tables_is_refused_without_a_search(
    party_size: int,
) -> None:
    planner = Planner(hall(0, 2), TIGHT)
    assert planner.search(PlanRequest(party_size), EVERYTHING).nodes == 0
    assert not planner.is_seatable(PlanRequest(party_size), EVERYTHING)
    assert planner.count(PlanRequest(party_size), EVERYTHING, 5) == 0
    assert planner.best(PlanRequest(party_size), EVERYTHING) is None
    refusal = planner.choose(PlanRequest(party_size), EVERYTHING)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.proof) == (Code.PARTY_NEVER_FITS, Proof.NO_PLAN)
    # No set was compiled either.
    assert planner._candidates.cache_info().currsize == 0  # type: ignore[attr-defined]  # lru_cache


def test_finding_26_a_capacity_that_was_laid_down_counts_towards_the_largest_party() -> None:
    banquet = SetCapacity(("t0-0", "t0-1"), 60)
    planner = Planner(hall(0, 2, given=(banquet,)), TIGHT)
    plan = planner.choose(PlanRequest(60), EVERYTHING)
    assert isinstance(plan, Plan)
    assert plan.tables == ("t0-0", "t0-1")
    assert planner.search(PlanRequest(61), EVERYTHING).nodes == 0


@pytest.mark.slow
def test_finding_26_a_search_visits_no_more_nodes_than_it_may() -> None:
    planner = Planner(hall(0, 1, 2), TIGHT)
    assert planner.max_nodes == MAX_SEARCH_NODES
    search = planner.search(PlanRequest(32), EVERYTHING, 1)
    assert search.nodes == MAX_SEARCH_NODES
    assert (search.plans, search.is_proven) == ((), False)
    refusal = planner.choose(PlanRequest(32), EVERYTHING)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.proof) == (Code.SEARCH_LIMIT_REACHED, Proof.NOT_PROVEN)
    assert refusal.reasons[0].details == {"party_size": 32, "limit": MAX_SEARCH_NODES}
    assert not planner.is_seatable(PlanRequest(32), EVERYTHING)
    assert planner.count(PlanRequest(32), EVERYTHING, 3) == 0


def test_finding_26_a_plan_found_before_the_bound_is_given_without_the_claim() -> None:
    planner = Planner(hall(0, 2), TIGHT, max_nodes=1_000)
    search = planner.search(PlanRequest(22), EVERYTHING, 1)
    assert (search.nodes, search.is_proven, len(search.plans)) == (1_000, False, 1)
    assert planner.choose(PlanRequest(22), EVERYTHING) == search.plans[0]
    assert planner.is_seatable(PlanRequest(22), EVERYTHING)


def test_finding_26_counting_shares_one_bound_after_the_first_search() -> None:
    planner = Planner(hall(0, 2), TIGHT, max_nodes=2_000)
    counted = planner.count(PlanRequest(22), EVERYTHING, 16)
    assert 1 <= counted < Planner(hall(0, 2), TIGHT).count(PlanRequest(22), EVERYTHING, 16)


@pytest.mark.parametrize("max_nodes", [1, 5, 25])
def test_finding_26_at_any_bound_no_answer_of_a_small_floor_is_untrue(max_nodes: int) -> None:
    unproven = 0
    for seed in range(150):
        case = case_of(seed)
        request = PlanRequest(case.party_size, must=case.must, wish=case.wish)
        free = case.floor.mask(case.free)
        planner = Planner(case.floor, case.planning, max_sets=0, max_nodes=max_nodes)
        truth = [answer.tables for answer in answers(case)]
        search = planner.search(request, free)
        found = [plan.tables for plan in search.plans]
        assert search.nodes <= max_nodes
        assert found == ([each for each in truth if each in found] if found else [])
        assert found == truth or not search.is_proven
        unproven += not search.is_proven
        chosen = planner.choose(request, free)
        assert isinstance(chosen, Plan) == planner.is_seatable(request, free)
        assert planner.is_seatable(request, free) == (planner.count(request, free, 1) == 1)
        if isinstance(chosen, Refusal) and truth:
            assert chosen.proof is Proof.NOT_PROVEN
    assert unproven


def test_finding_26_a_fuller_house_is_no_reason_to_claim_more() -> None:
    # In the empty house the search finds a plan at once; with that plan's tables taken it stops at
    # the bound, so that "taken" is not proven.
    planner = Planner(hall(0, 2), TIGHT, max_nodes=1_000)
    wanted = planner.best(PlanRequest(22), EVERYTHING)
    assert wanted is not None
    scattered = planner.floor.mask(
        f"t{row}-{column}" for row in range(SIDE) for column in range(SIDE) if (row + column) % 2
    )
    apart = planner.choose(PlanRequest(22), scattered)
    assert isinstance(apart, Refusal)
    assert apart.code is Code.TABLES_TAKEN
    sparse = EVERYTHING & ~planner.floor.mask(wanted.tables)
    found = Planner(hall(0, 2), TIGHT, max_nodes=90).choose(PlanRequest(22), sparse)
    assert isinstance(found, Refusal)
    assert (found.code, found.proof) == (Code.SEARCH_LIMIT_REACHED, Proof.NOT_PROVEN)
