from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, permutations
from typing import Any

import attrs
import pytest

from fourtop.errors import InvalidInput
from fourtop.model.floor import Floor, Join
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import Planning, Weights
from fourtop.model.request import Preference
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table
from fourtop.planner import Planner, PlanRequest

REFERENCE = Weights.reference()

ZONES = [
    Zone("main", "Main"),
    Zone("patio", "Patio", area="outdoor"),
    Zone("lounge", "Lounge", area="bar"),
]


def table(number: str, capacity: int, **details: Any) -> Table:
    """A table whose id is its number."""
    return Table(number, number, capacity, details.pop("zone_id", "main"), **details)


def floor_of(tables: Iterable[Table], *joins: str, **details: Any) -> Floor:
    """Joins are written ``A-B`` or, with a seat loss, ``A-B:2``."""
    read = [
        (pair.split("-"), int(loss or 0))
        for pair, _, loss in (each.partition(":") for each in joins)
    ]
    return Floor(
        tables,
        zones=ZONES,
        joins=[Join(tuple(pair), seat_loss=loss) for pair, loss in read],
        **details,
    )


def complete(names: Sequence[str]) -> list[str]:
    return [f"{first}-{second}" for first, second in combinations(names, 2)]


def plans(
    floor: Floor, party_size: int, planning: Planning | None = None, **conditions: Any
) -> tuple[Plan, ...]:
    """All plans in an empty house."""
    planner = Planner(floor, planning or Planning())
    return planner.plans(PlanRequest(party_size, **conditions), (1 << len(floor.tables)) - 1)


def published(
    floor: Floor, party_size: int, planning: Planning | None = None, **conditions: Any
) -> tuple[Plan, ...]:
    """All plans in an empty house, by the weights of the reference system."""
    return plans(floor, party_size, planning or Planning(weights=REFERENCE), **conditions)


def sets(found: Iterable[Plan]) -> list[tuple[str, ...]]:
    return [plan.tables for plan in found]


def fixture() -> dict[str, Table]:
    return {
        "A6": table("A6", 6, min_party=2, max_party=6, mobility="fixed"),
        "M1": table("M1", 3, max_party=4),
        "M2": table("M2", 3, max_party=4),
        "P2": table("P2", 2, max_party=2, zone_id="patio", category="outdoor"),
        "P6": table(
            "P6", 6, min_party=3, max_party=6, zone_id="patio", mobility="fixed", category="outdoor"
        ),
        "H1": table("H1", 4, min_party=2, max_party=4, category="bar", seating="high_top"),
    }


def part(*names: str) -> Floor:
    """Some tables of the fixture, with the joins among them."""
    joins = [pair for pair in ("M1-M2", "P2-P6", "H1-M1") if set(pair.split("-")) <= set(names)]
    return floor_of([fixture()[name] for name in names], *joins)


# ---- the published cases of scoring


def test_selector_prefers_single() -> None:
    assert sets(
        published(part("A6", "M1", "M2"), 5, Planning(weights=REFERENCE, max_tables=1))
    ) == [("A6",)]
    assert sets(published(part("A6", "M1", "M2"), 5))[0] == ("A6",)


def test_selector_is_deterministic() -> None:
    tops = {sets(published(part(*order), 5))[0] for order in permutations(("M1", "M2", "H1"))}
    assert tops == {("M1", "M2")}


def test_selector_penalises_overage() -> None:
    first, second = published(floor_of([fixture()["H1"], fixture()["A6"]]), 4)
    assert (first.tables, first.slack, first.score.cost("overage")) == (("H1",), 0, 0)
    assert (second.tables, second.slack, second.score.cost("overage")) == (("A6",), 2, 10)


def test_selector_enumerates_combinations() -> None:
    pair = [table(name, 4, min_party=2, max_party=8) for name in ("C1", "C2")]
    best = published(floor_of(pair, "C1-C2"), 7)[0]
    assert (best.tables, best.seats, best.slack) == (("C1", "C2"), 8, 1)
    assert best.score.total == 41
    assert {term.name: (term.amount, term.cost) for term in best.score.terms} == {
        "overage": (1, 5),
        "table_count": (2, 4.5),
        "adjacency": (1, 1.5),
        "fragmentation": (4, 8),
        "scarcity": (1, 22),
        "wishes": (0, 0),
    }


def test_selector_prunes_what_cannot_seat_the_party() -> None:
    trio = floor_of([table(name, 4) for name in "ABC"], "A-C")
    assert published(trio, 9, Planning(weights=REFERENCE, max_tables=2)) == ()


def test_selector_allows_disconnected_tables_where_adjacency_is_not_required() -> None:
    floor = floor_of([table("A", 4), table("B", 4)])
    best = published(floor, 6, Planning(weights=REFERENCE, adjacency_required=False, max_tables=2))[
        0
    ]
    assert (best.tables, best.score.total) == (("A", "B"), 47.5)
    assert published(floor, 6) == ()


def test_selector_spares_scarce_tables() -> None:
    found = published(floor_of([table("R4", 4), table("C6A", 6), table("C6B", 6)]), 4)
    costs = {plan.tables: plan.score.cost("scarcity") for plan in found}
    assert costs["C6A",] < costs["R4",]
    assert found[0].tables == ("C6A",)


def test_selector_scales_slack_with_demand() -> None:
    floor = floor_of([table("A", 4)])
    calm, busy = (
        published(floor, 3, Planning(weights=REFERENCE, demand_multiplier=demand))[0].score
        for demand in (1, 3)
    )
    assert (calm.total, busy.total) == (27, 37)
    assert busy.cost("overage") == 3 * calm.cost("overage")


def test_selector_avoids_rare_merges() -> None:
    names = {"R4": 4, "C3A": 3, "C3B": 3, "C2A": 2, "C2B": 2}
    floor = floor_of([table(name, seats) for name, seats in names.items()], *complete(list(names)))
    scores = {frozenset(plan.tables): plan.score for plan in published(floor, 5)}
    rare, common = scores[frozenset({"R4", "C2A"})], scores[frozenset({"C3A", "C3B"})]
    assert rare.cost("table_count") > common.cost("table_count")
    assert rare.cost("adjacency") > common.cost("adjacency")
    assert rare.cost("scarcity") > common.cost("scarcity")


def test_selector_spares_scarce_tables_at_peak() -> None:
    crowd = [table(f"C6-{each}", 6) for each in range(20)]
    planning = Planning(weights=attrs.evolve(REFERENCE, scarcity=30), demand_multiplier=2)
    found = published(floor_of([table("R4", 4), *crowd]), 4, planning)
    assert found[0].tables == ("C6-0",)
    assert found[-1].tables == ("R4",)
    assert found[-1].score.cost("scarcity") == 30


def test_selector_amplifies_slack_with_demand() -> None:
    floor = floor_of([table(name, 4) for name in "ABCDE"])
    calm, busy = (
        published(floor, 2, Planning(weights=REFERENCE, demand_multiplier=demand))[0].score
        for demand in (1, 2)
    )
    assert busy.cost("overage") > calm.cost("overage")
    assert busy.total > calm.total


def test_selector_answers_on_a_dense_floor_of_singles() -> None:
    names = [f"D{place}" for place in range(36)]
    tables = [table(name, 4 if place % 4 else 6) for place, name in enumerate(names)]
    joins = {
        tuple(sorted((place, (place + step) % 36))) for place in range(36) for step in range(1, 6)
    }
    floor = floor_of(tables, *(f"{names[first]}-{names[second]}" for first, second in joins))
    assert published(floor, 10, Planning(weights=REFERENCE, max_tables=1)) == ()
    assert all(
        len(plan.tables) == 2
        for plan in published(floor, 10, Planning(weights=REFERENCE, max_tables=2))
    )


def test_selector_looks_only_at_free_tables() -> None:
    names = [f"S{place}" for place in range(10)]
    floor = floor_of([table(name, 6) for name in names], *complete(names))
    planner = Planner(floor, Planning(weights=REFERENCE))
    assert sets(planner.plans(PlanRequest(6), floor.mask(names[6:]))) == [
        (name,) for name in names[6:]
    ]


def test_a_chain_of_three_is_found() -> None:
    floor = floor_of([table(name, 3) for name in "ABC"], "A-B", "B-C")
    assert sets(plans(floor, 8)) == [("A", "B", "C")]


def test_a_chain_whose_order_is_not_its_places_is_found() -> None:
    floor = floor_of([table(name, 3) for name in "ABC"], "A-C", "C-B")
    assert sets(plans(floor, 8)) == [("A", "B", "C")]


def test_an_isolated_pair_is_found_with_up_to_three_tables() -> None:
    floor = floor_of([table(name, 4) for name in "ABC"], "A-B")
    assert sets(plans(floor, 6, Planning(max_tables=2))) == [("A", "B")]
    assert sets(plans(floor, 6, Planning(max_tables=3))) == [("A", "B")]


def test_a_table_without_joins_is_offered_alone_where_adjacency_is_required() -> None:
    assert sets(plans(floor_of([table("A", 4)]), 4)) == [("A",)]


def test_smaller_tables_are_not_hidden_by_one_that_is_too_large() -> None:
    floor = floor_of([table("A", 6), table("B", 3), table("C", 2)], *complete("ABC"))
    assert sets(plans(floor, 5, Planning(slack_budget=0))) == [("A",), ("B", "C")]


# ---- the cases from the field


def test_case_2_a_combination_is_only_a_name() -> None:
    floor = floor_of([table("A", 4), table("B", 4), table("C", 4)], "A-B", "B-C")
    found = sets(plans(floor, 4))
    assert {("A",), ("B",), ("C",), ("A", "B"), ("B", "C")} == set(found)
    planner = Planner(floor, Planning())
    pair = planner.best(PlanRequest(7), 0b111)
    assert pair is not None
    assert pair.tables == ("A", "B")
    left = 0b111 & ~floor.mask(pair.tables)
    assert sets(planner.plans(PlanRequest(4), left)) == [("C",)]


def test_case_2_among_equals_a_single_table_then_fewest_joins_then_fewest_seats() -> None:
    free = Weights(**{field.name: 0 for field in attrs.fields(Weights)})
    floor = floor_of(
        [table("A", 2), table("B", 4), table("C", 2), table("D", 6), table("E", 4)], "A-C", "B-A"
    )
    found = plans(floor, 4, Planning(weights=free))
    assert {plan.score.total for plan in found} == {0}
    # D has two seats over, and yet comes before the joinable B: it is in nobody's way.
    # A, B and C together leave none to be joined with another table.
    assert sets(found) == [("E",), ("D",), ("B",), ("A", "B", "C"), ("A", "C"), ("A", "B")]


def test_case_13_small_parties_leave_the_only_cluster_that_seats_seven() -> None:
    floor = floor_of([table(name, 4) for name in "ABCD"], "A-B")
    planner = Planner(floor, Planning())
    assert sets(planner.plans(PlanRequest(2), 0b1111))[:4] == [("C",), ("D",), ("A",), ("B",)]
    assert planner.best(PlanRequest(7), 0b0011) is not None


# ---- what a set may be


def test_a_set_stays_in_its_zone() -> None:
    floor = floor_of([table("A", 4), table("B", 4, zone_id="patio")], "A-B")
    assert plans(floor, 7) == ()
    assert plans(floor, 7, Planning(adjacency_required=False)) == ()


def test_a_fixed_table_is_never_joined() -> None:
    floor = floor_of([table("A", 4), table("B", 4, mobility="fixed")], "A-B")
    assert sets(plans(floor, 3)) == [("A",), ("B",)]
    assert plans(floor, 7) == ()


@pytest.mark.parametrize("closed", [{"out_of_service": True}, {"active": False}])
def test_a_table_that_is_not_offered_is_in_no_plan(closed: dict[str, bool]) -> None:
    floor = floor_of([table("A", 4), table("B", 4, **closed)], "A-B")
    assert sets(plans(floor, 4)) == [("A",)]
    assert plans(floor, 7) == ()


def test_a_table_out_of_service_makes_its_kind_no_less_scarce() -> None:
    floor = floor_of([table("A", 4), table("B", 4, out_of_service=True)])
    assert published(floor, 4)[0].score.cost("scarcity") == 22


def test_the_slack_budget_limits_sets_and_not_single_tables() -> None:
    floor = floor_of([table("A", 8), table("B", 4), table("C", 4)], "B-C")
    assert sets(plans(floor, 2, Planning(slack_budget=5))) == [("B",), ("C",), ("A",)]
    assert ("B", "C") in sets(plans(floor, 2, Planning(slack_budget=6)))
    assert ("B", "C") in sets(plans(floor, 2, Planning(slack_budget=None)))


def test_members_minima_bind_in_a_set_and_their_maxima_do_not() -> None:
    floor = floor_of([table("A", 4, max_party=2), table("B", 4, min_party=3)], "A-B")
    assert ("A", "B") in sets(plans(floor, 8))
    assert ("A", "B") not in sets(plans(floor, 2, Planning(slack_budget=None)))


def test_joining_costs_seats() -> None:
    floor = floor_of([table("A", 4), table("B", 4)], "A-B:2")
    assert [(plan.tables, plan.seats) for plan in plans(floor, 6)] == [(("A", "B"), 6)]
    assert plans(floor, 7) == ()


def test_in_a_ring_the_dearest_joint_is_not_made() -> None:
    floor = floor_of([table(name, 4) for name in "ABC"], "A-B:1", "B-C:2", "A-C:3")
    assert [(plan.tables, plan.seats) for plan in plans(floor, 9)] == [(("A", "B", "C"), 9)]
    assert plans(floor, 10) == ()


def test_a_capacity_set_by_hand_wins() -> None:
    given = [SetCapacity({"A", "B"}, 10, 2), SetCapacity({"B", "C"}, 5)]
    floor = floor_of(
        [table(name, 4, min_party=3) for name in "ABC"], "A-B", "B-C", set_capacities=given
    )
    pairs = Planning(max_tables=2, slack_budget=None)
    assert sets(plans(floor, 10, pairs)) == [("A", "B")]
    assert sets(plans(floor, 2, pairs)) == [("A", "B")]
    assert ("B", "C") in sets(plans(floor, 5, pairs))
    assert ("B", "C") not in sets(plans(floor, 6, pairs))


def test_adjacency_may_be_required_from_a_party_size_on() -> None:
    floor = floor_of([table(name, 4) for name in "AB"])
    planning = Planning(adjacency_min_party=7)
    assert sets(plans(floor, 6, planning)) == [("A", "B")]
    assert plans(floor, 7, planning) == ()


@pytest.mark.parametrize(
    ("mode", "expected"), [("connected", 6), ("pairwise", 3), ("neighbors", 5)]
)
def test_each_mode_joins_a_path_of_four_its_own_way(mode: str, expected: int) -> None:
    floor = floor_of([table(name, 2) for name in "ABCD"], "A-B", "B-C", "C-D")
    planning = Planning(adjacency_mode=mode, max_tables=4, slack_budget=None)
    assert sum(len(plan.tables) > 1 for plan in plans(floor, 1, planning)) == expected


# ---- conditions


def windows() -> Floor:
    return floor_of(
        [
            table("A", 4),
            table("B", 4, features={"window"}),
            table("C", 4, zone_id="patio", seating="booth"),
        ],
        "A-B",
    )


def test_a_must_is_a_filter() -> None:
    assert sets(plans(windows(), 4, must=Preference(features={"window"}))) == [("B",)]
    assert sets(plans(windows(), 4, must=Preference(zones={"patio"}))) == [("C",)]
    assert plans(windows(), 7, must=Preference(features={"window"})) == ()
    assert sets(plans(windows(), 7)) == [("A", "B")]


def test_a_wish_costs_for_each_table_and_kind_that_misses_it() -> None:
    found = plans(windows(), 4, wish=Preference(features={"window"}, areas={"outdoor"}))
    wishes = {plan.tables: plan.score.terms[-1] for plan in found}
    assert (wishes["A",].amount, wishes["A",].cost) == (2, 4)
    assert (wishes["B",].amount, wishes["C",].amount) == (1, 1)
    assert wishes["A", "B"].amount == 3
    assert sets(found)[0] in {("B",), ("C",)}


# ---- questions


def test_plans_can_be_limited() -> None:
    floor = windows()
    planner = Planner(floor, Planning())
    everything = planner.plans(PlanRequest(4), 0b111)
    assert planner.plans(PlanRequest(4), 0b111, 2) == everything[:2]
    assert planner.plans(PlanRequest(4), 0b111, 50) == everything
    assert planner.best(PlanRequest(4), 0b111) == everything[0]


@pytest.mark.parametrize("limit", [0, -1, True, 2.5, 10**9])
def test_a_limit_is_a_whole_number_of_at_least_one(limit: Any) -> None:
    planner = Planner(windows(), Planning())
    with pytest.raises(InvalidInput, match="limit: must be a whole number"):
        planner.plans(PlanRequest(4), 0b111, limit)
    with pytest.raises(InvalidInput, match="limit: must be a whole number"):
        planner.count(PlanRequest(4), 0b111, limit)


@pytest.mark.parametrize("party_size", [0, -1, 10**9, True, 2.5, float("nan"), None])
def test_a_party_is_a_whole_number_of_people(party_size: Any) -> None:
    with pytest.raises(InvalidInput, match="party_size: must be a whole number from 1 to 1000"):
        PlanRequest(party_size)


def test_conditions_are_preferences() -> None:
    with pytest.raises(InvalidInput, match="must: must be of type Preference"):
        PlanRequest(2, must="window")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(InvalidInput, match="wish: must be of type Preference"):
        PlanRequest(2, wish=None)  # type: ignore[arg-type]  # that is the point


def test_free_masks_may_hold_tables_that_are_not_offered() -> None:
    floor = floor_of([table("A", 4), table("B", 4, out_of_service=True)])
    assert Planner(floor, Planning()).best(PlanRequest(4), 0b10) is None
    assert not Planner(floor, Planning()).is_seatable(PlanRequest(4), 0b10)


def test_count_seats_one_party_after_another() -> None:
    floor = floor_of([table(name, 4) for name in "ABCD"], "A-B", "C-D")
    for planner in (Planner(floor, Planning()), Planner(floor, Planning(), max_sets=0)):
        assert planner.count(PlanRequest(7), 0b1111, 10) == 2
        assert planner.count(PlanRequest(4), 0b1111, 10) == 4
        assert planner.count(PlanRequest(4), 0b1111, 3) == 3
        assert planner.count(PlanRequest(7), 0b0111, 10) == 1
        assert planner.count(PlanRequest(9), 0b1111, 10) == 0


def test_a_count_is_the_same_however_often_it_is_asked_for() -> None:
    floor = floor_of([table(f"T{place}", 4) for place in range(150)])
    planner = Planner(floor, Planning())
    for _ in range(2):
        assert [planner.count(PlanRequest(4), 0b11 << place, 5) for place in range(150)] == [
            2
        ] * 149 + [1]
        assert planner.count(PlanRequest(4), (1 << 150) - 1, 1_000) == 150


def test_a_floor_without_tables_has_no_plans() -> None:
    planner = Planner(Floor([], zones=ZONES), Planning(adjacency_required=False))
    assert planner.best(PlanRequest(1), 0) is None
    assert planner.plans(PlanRequest(1), 0) == ()
    assert planner.count(PlanRequest(1), 0, 5) == 0


def test_a_plan_is_the_same_however_often_it_is_asked_for() -> None:
    floor = floor_of([table(f"T{place}", 4) for place in range(150)])
    planner = Planner(floor, Planning())
    first = [planner.best(PlanRequest(4), 1 << place) for place in range(150)]
    again = [planner.best(PlanRequest(4), 1 << place) for place in range(150)]
    assert first == again
    assert [plan and plan.tables for plan in first] == [(one.id,) for one in floor.tables]


def test_the_score_shown_is_the_score_ranked_by() -> None:
    floor = floor_of(
        [table(name, 2 + place % 3) for place, name in enumerate("ABCDEFGH")], *complete("ABCDEFGH")
    )
    totals = [
        plan.score.total
        for plan in plans(floor, 5, Planning(weights=Weights(overage=0.1, scarcity=0.7)))
    ]
    assert totals == sorted(totals)
    assert len(set(totals)) > 5


def test_evolving_a_planning_changes_the_answer() -> None:
    floor = floor_of([table("A", 4), table("B", 4)], "A-B")
    planning = Planning()
    assert len(plans(floor, 7, planning)) == 1
    assert plans(floor, 7, attrs.evolve(planning, max_tables=1)) == ()
