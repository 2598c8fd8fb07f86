"""What holds on floors with more sets than anybody should compile, and what the planner keeps."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from itertools import combinations

import attrs
import pytest

from fourtop.model.floor import Floor, Join
from fourtop.model.planning_rules import AdjacencyMode, Planning, Weights
from fourtop.model.request import Preference
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table
from fourtop.planner import MAX_COMPILED_SETS, MAX_RANKING_BYTES, Planner, PlanRequest
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.knapsack import Item, KnapsackBounds
from tests.property.planner_oracle import case_of, floor_of

MIB = 2**20
CAPACITIES = (2, 2, 2, 4, 4, 6)


def hall(
    size: int, *, density: float = 0.0, loss: Callable[[random.Random], int] = lambda _: 0
) -> Floor:
    """A zone of movable tables, some of them joined at random."""
    draw = random.Random(size)
    tables = [
        Table(
            f"t{place}",
            str(place),
            CAPACITIES[place % 6],
            "hall",
            features={"window"} if place % 3 else (),
        )
        for place in range(size)
    ]
    pairs = [pair for pair in combinations(range(size), 2) if draw.random() < density]
    joins = [Join((f"t{first}", f"t{second}"), seat_loss=loss(draw)) for first, second in pairs]
    return Floor(tables, zones=[Zone("hall", "Hall")], joins=joins)


def is_compiled(planner: Planner, party_size: int) -> bool:
    return planner._compiled(party_size).combinations is not None


EXPLODING = [
    pytest.param(
        hall(40),
        Planning(adjacency_required=False, max_tables=8),
        id="any tables, 100 million sets",
    ),
    pytest.param(hall(40, density=0.3), Planning(max_tables=8), id="dense joins"),
    pytest.param(
        hall(40, density=0.3), Planning(adjacency_mode="neighbors", max_tables=8), id="dense hubs"
    ),
    pytest.param(
        hall(40, density=0.9), Planning(adjacency_mode="pairwise", max_tables=8), id="dense cliques"
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("floor", "planning"), EXPLODING)
def test_an_exploding_floor_stays_within_the_memory_bound(floor: Floor, planning: Planning) -> None:
    everything = (1 << len(floor.tables)) - 1
    tracemalloc.start()
    try:
        planner = Planner(floor, planning)
        for party_size in (2, 7, 12, 20, 26):
            best = planner.best(PlanRequest(party_size), everything)
            assert best is not None
            assert planner.plans(PlanRequest(party_size), everything, 3)[0] == best
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not is_compiled(planner, 7)
    assert peak < 8 * MIB


@pytest.mark.slow
def test_a_floor_just_below_the_cap_stays_within_the_memory_bound() -> None:
    # 50 tables, any three of them: 20,825 sets are too many, 48 tables with 18,424 are not.
    floor = hall(48)
    planner = Planner(floor, Planning(adjacency_required=False, slack_budget=None))
    everything = (1 << 48) - 1
    tracemalloc.start()
    try:
        for party_size in (4, 7, 10):
            for wish in (Preference(), Preference(features={"window"})):
                planner.best(PlanRequest(party_size, wish=wish), everything)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert is_compiled(planner, 7)
    assert sum(ranking.size_bytes for ranking in planner._rankings.values()) <= MAX_RANKING_BYTES
    assert peak < 32 * MIB
    larger = Planner(hall(50), Planning(adjacency_required=False))
    assert not is_compiled(larger, 7)
    assert MAX_COMPILED_SETS == 20_000


@pytest.mark.slow
@pytest.mark.parametrize("mode", [*AdjacencyMode, None])
@pytest.mark.parametrize(
    "weights", [Weights(), Weights(table_count=0, fragmentation=0, scarcity=0, adjacency=0)]
)
def test_both_ways_answer_alike_on_a_middling_floor(
    mode: AdjacencyMode | None, weights: Weights
) -> None:
    floor = hall(15, density=0.4, loss=lambda draw: draw.choice((0, 0, 1, 2)))
    planning = Planning(
        adjacency_mode=mode or "connected",
        adjacency_required=mode is not None,
        max_tables=5,
        weights=weights,
    )
    compiling, searching = Planner(floor, planning), Planner(floor, planning, max_sets=0)
    draw = random.Random(5)
    for party_size in (1, 4, 7, 10, 13, 17, 21, 40):
        ask = PlanRequest(
            party_size, wish=Preference(features={"window"}) if party_size % 2 else Preference()
        )
        for _ in range(3):
            free = draw.getrandbits(15)
            plans = compiling.plans(ask, free)
            assert searching.plans(ask, free) == plans
            assert searching.plans(ask, free, 4) == plans[:4]
            assert searching.best(ask, free) == (plans[0] if plans else None)
            assert searching.is_seatable(ask, free) == bool(plans)
            assert searching.count(ask, free, 9) == compiling.count(ask, free, 9)
    assert is_compiled(compiling, 7)
    assert not is_compiled(searching, 7)


def test_equal_tables_are_not_searched_through() -> None:
    floor = Floor(
        [Table(f"t{place}", str(place), 4, "hall") for place in range(60)],
        zones=[Zone("hall", "Hall")],
    )
    planner = Planner(floor, Planning(adjacency_required=False, max_tables=8, slack_budget=3))
    found = planner.plans(PlanRequest(32), (1 << 60) - 1, 3)
    assert [plan.tables[-1] for plan in found] == ["t7", "t8", "t9"]
    assert planner.best(PlanRequest(33), (1 << 60) - 1) is None


def test_a_hall_of_hundreds_of_tables_is_searched_by_few_levels() -> None:
    floor = hall(300)
    planner = Planner(floor, Planning(adjacency_required=False, max_tables=4))
    assert planner.best(PlanRequest(24), (1 << 300) - 1) is not None
    pieces = [Item(table.capacity, 0.1, 1.0) for table in floor.tables]
    completion = KnapsackBounds.of((1 << 300) - 1, pieces, picks=3, ceiling=30)
    assert len(completion.levels) <= 64
    assert completion.level(1 << 299).cheapest[1][6] == 1.0


def test_the_cap_counts_sets_of_two_and_more() -> None:
    floor = hall(6)
    planning = Planning(adjacency_required=False, max_tables=2)
    assert is_compiled(Planner(floor, planning, max_sets=15), 4)
    assert not is_compiled(Planner(floor, planning, max_sets=14), 4)


def test_rankings_that_were_used_least_recently_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    planner = Planner(hall(8), Planning(adjacency_required=False, max_tables=2))
    sizes = []
    for party_size in (1, 2, 3, 4, 5):
        planner.best(PlanRequest(party_size), 0xFF)
        sizes.append(next(reversed(planner._rankings.values())).size_bytes)
    monkeypatch.setattr("fourtop.planner.planner.MAX_RANKING_BYTES", 3 * max(sizes))
    planner = attrs.evolve(planner)
    for party_size in (1, 2, 3, 1, 4, 1, 5):
        planner.best(PlanRequest(party_size), 0xFF)
    kept = [party_size for party_size, *_ in planner._rankings]
    assert kept[-2:] == [1, 5]
    assert 2 not in kept


def test_conditions_are_kept_for_a_while_only() -> None:
    floor = hall(2)
    planner = Planner(floor, Planning())
    for each in range(300):
        assert planner.best(PlanRequest(2, must=Preference(features={f"f{each}"})), 0b11) is None
        assert (
            planner.best(PlanRequest(2, wish=Preference(features={f"f{each}"})), 0b11) is not None
        )
    assert planner._meeting.cache_info().currsize <= 256  # type: ignore[attr-defined]  # lru_cache
    assert planner._unmet_by.cache_info().currsize <= 256  # type: ignore[attr-defined]  # the same


@pytest.mark.slow
def test_the_layout_measures_what_the_floor_says() -> None:
    for seed in range(300):
        floor = floor_of(random.Random(seed))
        layout = CompiledFloor.of(floor)
        for size in (2, 3, 4):
            for tables in combinations((table.id for table in floor.tables), size):
                measured = layout.combination(floor.mask(tables))
                assert (measured.seats, measured.smallest) == (
                    floor.seats(tables),
                    floor.smallest_party(tables),
                )


def test_the_random_floors_have_all_that_matters() -> None:
    cases = [case_of(seed) for seed in range(200)]
    assert {case.planning.max_tables for case in cases} == {1, 2, 3, 4}
    assert {case.planning.mode_for(case.party_size) for case in cases} == {None, *AdjacencyMode}
    assert any(join.seat_loss for case in cases for join in case.floor.joins)
    assert any(case.floor.set_capacities for case in cases)
    assert any(case.must.kinds for case in cases)
    assert any(case.wish.kinds for case in cases)
    planned = [
        plan
        for case in cases
        for plan in Planner(case.floor, case.planning).plans(
            PlanRequest(case.party_size), case.floor.mask(case.free)
        )
    ]
    assert sum(len(plan.tables) > 2 for plan in planned) > 50


def test_the_search_agrees_on_a_few_small_floors() -> None:
    for seed in range(60):
        case = case_of(seed)
        ask = PlanRequest(case.party_size, must=case.must, wish=case.wish)
        free = case.floor.mask(case.free)
        plans = Planner(case.floor, case.planning).plans(ask, free)
        searching = Planner(case.floor, case.planning, max_sets=0)
        assert searching.plans(ask, free) == plans
        assert searching.plans(ask, free, 2) == plans[:2]
        assert searching.is_seatable(ask, free) == bool(plans)


def test_the_search_goes_on_while_a_tie_may_be_won_by_place() -> None:
    # Equal tables: table order alone decides, and growing around a hub does not meet the sets in
    # table order.
    floor = Floor(
        [Table(f"t{place}", str(place), 4, "hall") for place in range(5)],
        zones=[Zone("hall", "Hall")],
        joins=[
            Join((f"t{first}", f"t{second}"))
            for first, second in ((0, 3), (0, 4), (1, 2), (1, 4), (2, 4), (3, 4))
        ],
    )
    for mode in AdjacencyMode:
        planning = Planning(adjacency_mode=mode, slack_budget=None, max_tables=4)
        compiling, searching = Planner(floor, planning), Planner(floor, planning, max_sets=0)
        for party_size in (7, 11, 15):
            expected = compiling.plans(PlanRequest(party_size), 0b11111)
            for limit in range(1, len(expected) + 1):
                assert searching.plans(PlanRequest(party_size), 0b11111, limit) == expected[:limit]


def test_a_join_across_zones_is_no_joint_of_any_plan() -> None:
    floor = Floor(
        [Table("a", "1", 4, "hall"), Table("b", "2", 4, "hall"), Table("c", "3", 4, "bar")],
        zones=[Zone("hall", "Hall"), Zone("bar", "Bar")],
        joins=[Join(("a", "b"), seat_loss=1), Join(("b", "c"), seat_loss=3)],
    )
    assert CompiledFloor.of(floor).zone_losses == {0b100: (0,), 0b011: (1,)}
    for planner in (Planner(floor, Planning()), Planner(floor, Planning(), max_sets=0)):
        assert [plan.tables for plan in planner.plans(PlanRequest(6), 0b111)] == [("a", "b")]
        assert planner.best(PlanRequest(8), 0b111) is None
