"""The reference's cases of selecting tables (§9.3) that count its search; ours counts nothing.

It counted what it skipped, and its own test did not notice that a valid pair was among it. A
complete choice has no such counters; the sets themselves are the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import attrs
import pytest

from fourtop import (
    AdjacencyMode,
    Code,
    Floor,
    Planning,
    Refusal,
    Weights,
    Zone,
    sketch_floor,
)
from fourtop.adjacency import JoinGraph, Label
from fourtop.model.floor import Join
from fourtop.model.table import Table
from fourtop.planner import Planner, PlanRequest


def floor_of(capacities: Mapping[str, int], joins: Sequence[tuple[str, str]]) -> Floor:
    tables = [Table(name, name, seats, "main") for name, seats in capacities.items()]
    return Floor(tables, zones=[Zone("main", "Main")], joins=[Join(pair) for pair in joins])


def plans(
    floor: Floor, party_size: int, planning: Planning, free: Sequence[str] | None = None
) -> list[tuple[str, ...]]:
    """Return the sets of a party, the best first; the weights of the reference give the same."""
    mask = floor.mask([table.id for table in floor.tables] if free is None else free)
    found, of_reference = (
        [plan.tables for plan in Planner(floor, each).plans(PlanRequest(party_size), mask)]
        for each in (planning, attrs.evolve(planning, weights=Weights.reference()))
    )
    assert sorted(found) == sorted(of_reference)
    return found


def test_selector_upper_bound_a_party_above_all_seats_never_fits() -> None:
    names = ["a1", "a2", "a3"]
    floor = floor_of(dict.fromkeys(names, 6), list(combinations(names, 2)))
    assert plans(floor, 20, Planning()) == []
    refused = Planner(floor, Planning()).choose(PlanRequest(20), 0b111)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.proof.value) == (Code.PARTY_NEVER_FITS, "no_plan")
    assert plans(floor, 18, Planning()) == [("a1", "a2", "a3")]


def test_selector_frontier_does_not_lose_the_pair_that_is_joined() -> None:
    floor = floor_of(dict.fromkeys(["t1", "t2", "t3"], 4), [("t1", "t2")])
    assert plans(floor, 6, Planning()) == [("t1", "t2")]
    for mode in AdjacencyMode:
        assert plans(floor, 6, Planning(adjacency_mode=mode)) == [("t1", "t2")]


def test_selector_prunes_the_pair_that_is_not_enough_and_the_three_that_are_too_many() -> None:
    floor = floor_of(dict.fromkeys("ABC", 4), [("A", "C")])
    refused = Planner(floor, Planning(max_tables=2)).choose(PlanRequest(9), 0b111)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.PARTY_NEVER_FITS
    assert plans(floor, 8, Planning(max_tables=2)) == [("A", "C")]


def test_selector_disconnected_tables_are_labelled_so() -> None:
    floor = floor_of({"A": 4, "B": 4}, [])
    (best,) = plans(floor, 6, Planning(max_tables=2, adjacency_required=False))
    shape = JoinGraph.of(floor).shape(best)
    assert (best, shape.label) == (("A", "B"), Label.DISCONNECTED)


@pytest.mark.parametrize("largest", [2, 3, 8])
def test_selector_enumerates_combinations_up_to_as_many_tables_as_there_are(largest: int) -> None:
    floor = floor_of({"C1": 4, "C2": 4}, [("C1", "C2")])
    assert plans(floor, 7, Planning(max_tables=largest)) == [("C1", "C2")]


def test_selector_time_pruning_leaves_the_sets_of_free_tables_and_all_of_them() -> None:
    names = [f"s{place}" for place in range(10)]
    floor = floor_of(dict.fromkeys(names, 6), list(combinations(names, 2)))
    planning = Planning(slack_budget=None, max_tables=2)
    everything, left = plans(floor, 6, planning), plans(floor, 6, planning, names[6:])
    assert (len(everything), len(left)) == (10 + 45, 4 + 6)
    assert left == [tables for tables in everything if set(tables) <= set(names[6:])]


def test_selector_layout_offers_each_set_that_seats_five_and_no_other() -> None:
    floor = sketch_floor(
        {
            "A6": {
                "capacity": 6,
                "min_party": 2,
                "max_party": 6,
                "mobility": "fixed",
                "zone": "main",
            },
            "M1": {"capacity": 3, "max_party": 4, "zone": "main"},
            "M2": {"capacity": 3, "max_party": 4, "zone": "main"},
            "P2": {"capacity": 2, "max_party": 2, "zone": "patio"},
            "P6": {
                "capacity": 6,
                "min_party": 3,
                "max_party": 6,
                "mobility": "fixed",
                "zone": "patio",
            },
            "H1": {
                "capacity": 4,
                "min_party": 2,
                "max_party": 4,
                "seating": "high_top",
                "zone": "main",
            },
        },
        joins=["M1-M2", "P2-P6", "H1-M1"],
    )
    # All three of main that hang together would leave five seats over.
    assert set(plans(floor, 5, Planning())) == {("a6",), ("p6",), ("m1", "m2"), ("h1", "m1")}
