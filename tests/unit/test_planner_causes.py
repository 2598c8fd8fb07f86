"""Finding 5: eleven causes had one code. Each has its own, and all that bind are named."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import (
    AdjacencyMode,
    Code,
    Floor,
    Planning,
    Preference,
    Proof,
    Refusal,
    Table,
    Zone,
    sketch_floor,
)
from fourtop.planner import Planner, PlanRequest

TWO_FOURS = {"1": 4, "2": 4}
CAUSES: dict[str, tuple[dict[str, Any], list[str], dict[str, Any], int, Code, list[str] | None]] = {
    "out of service": (
        {"1": {"capacity": 4, "out_of_service": True}, "2": 2},
        [],
        {},
        4,
        Code.TABLE_OUT_OF_SERVICE,
        ["1"],
    ),
    "inactive": (
        {"1": {"capacity": 4, "active": False}, "2": 2},
        [],
        {},
        4,
        Code.TABLE_INACTIVE,
        ["1"],
    ),
    "below the minimum": (
        {"1": {"capacity": 4, "min_party": 3}},
        [],
        {},
        2,
        Code.PARTY_BELOW_MINIMUM,
        ["1"],
    ),
    "above the maximum": (
        {"1": {"capacity": 6, "max_party": 4}},
        [],
        {},
        5,
        Code.PARTY_ABOVE_MAXIMUM,
        ["1"],
    ),
    "fixed": (
        {"1": {"capacity": 4, "mobility": "fixed"}, "2": 4},
        ["1-2"],
        {},
        8,
        Code.TABLE_NOT_MOVABLE,
        ["1"],
    ),
    "not joined": (TWO_FOURS, [], {}, 8, Code.ADJACENCY_MISMATCH, ["1", "2"]),
    "mode": (
        {"1": 4, "2": 4, "3": 4},
        ["1-2", "2-3"],
        {"adjacency_mode": AdjacencyMode.PAIRWISE},
        12,
        Code.ADJACENCY_MODE_MISMATCH,
        ["1", "2", "3"],
    ),
    "other zone": ({"1": 4, "2": (4, "Bar")}, ["1-2"], {}, 8, Code.ZONE_MISMATCH, ["1", "2"]),
    "too many tables": (TWO_FOURS, ["1-2"], {"max_tables": 1}, 8, Code.TOO_MANY_TABLES, None),
    "slack": (TWO_FOURS, ["1-2"], {"slack_budget": 1}, 6, Code.SLACK_EXCEEDED, ["1", "2"]),
    "truly too large": (TWO_FOURS, ["1-2"], {}, 9, Code.PARTY_NEVER_FITS, None),
}


def refused(floor: Floor, planning: Planning, request: PlanRequest) -> Refusal:
    answer = Planner(floor, planning).choose(request, (1 << len(floor.tables)) - 1)
    assert isinstance(answer, Refusal)
    return answer


@pytest.mark.parametrize("name", CAUSES)
def test_finding_05_each_cause_has_a_code_of_its_own(name: str) -> None:
    tables, joins, rules, party_size, code, named = CAUSES[name]
    floor = sketch_floor(tables, joins=joins)
    refusal = refused(floor, Planning(**rules), PlanRequest(party_size))
    assert [reason.code for reason in refusal.reasons] == [code]
    assert refusal.proof is Proof.NO_PLAN
    assert refusal.reasons[0].details.get("tables") == named
    assert str(refusal)


def test_finding_05_no_two_causes_share_a_code() -> None:
    codes = [code for *_, code, _ in CAUSES.values()]
    assert len(set(codes)) == len(codes) == 11


def test_finding_05_every_rule_that_is_enough_to_lift_is_named() -> None:
    floor = sketch_floor({"1": {"capacity": 6, "out_of_service": True}, "2": 4, "3": 4})
    refusal = refused(floor, Planning(), PlanRequest(6))
    assert [reason.code for reason in refusal.reasons] == [
        Code.TABLE_OUT_OF_SERVICE,
        Code.ADJACENCY_MISMATCH,
    ]


def test_finding_05_rules_that_bind_together_are_all_named() -> None:
    floor = sketch_floor({"1": {"capacity": 4, "out_of_service": True, "min_party": 3}, "2": 1})
    refusal = refused(floor, Planning(), PlanRequest(2))
    assert [reason.code for reason in refusal.reasons] == [
        Code.TABLE_OUT_OF_SERVICE,
        Code.PARTY_BELOW_MINIMUM,
    ]


def test_finding_05_a_floor_without_tables_seats_no_party() -> None:
    floor = Floor([], zones=[])
    assert refused(floor, Planning(), PlanRequest(2)).code is Code.PARTY_NEVER_FITS


def test_the_condition_comes_before_the_table_that_would_meet_it() -> None:
    tables = [
        Table("1", "1", 4, "main", features={"step-free"}, out_of_service=True),
        Table("2", "2", 4, "main"),
    ]
    floor = Floor(tables, zones=[Zone("main", "Main")])
    request = PlanRequest(4, must=Preference(features={"step-free"}))
    codes = [reason.code for reason in refused(floor, Planning(), request).reasons]
    assert codes == [Code.NO_TABLES_MATCH, Code.TABLE_OUT_OF_SERVICE]


def test_the_causes_of_a_party_are_kept() -> None:
    floor = sketch_floor(TWO_FOURS)
    planner = Planner(floor, Planning())
    first = planner.choose(PlanRequest(8), 0b11)
    assert planner.choose(PlanRequest(8), 0b01) is first
