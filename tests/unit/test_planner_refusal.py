from __future__ import annotations

from typing import Any

import pytest

from fourtop.errors import Code, InvalidInput, NotFound, Proof, Refusal
from fourtop.model.floor import Floor, Join
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import Planning
from fourtop.model.request import Preference
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table
from fourtop.planner import Planner, PlanRequest


def table(number: str, capacity: int, **details: Any) -> Table:
    return Table(number, number, capacity, details.pop("zone_id", "main"), **details)


def floor() -> Floor:
    return Floor(
        [
            table("A", 4),
            table("B", 4),
            table("C", 2, features={"window"}),
            table("D", 6, min_party=3, max_party=5, mobility="fixed"),
            table("E", 4, zone_id="patio", seating="booth"),
            table("F", 4, out_of_service=True),
        ],
        zones=[Zone("main", "Main"), Zone("patio", "Patio", area="outdoor")],
        joins=[Join(tuple(pair)) for pair in ("AB", "BC", "AE", "AD", "AF")],
    )


def planner(**rules: Any) -> Planner:
    return Planner(floor(), Planning(**rules))


def refused(answer: Plan | Refusal) -> Refusal:
    assert isinstance(answer, Refusal)
    return answer


def facts(answer: Plan | Refusal) -> list[tuple[Code, dict[str, Any]]]:
    return [(reason.code, dict(reason.details)) for reason in refused(answer).reasons]


ALL = 0b111111


def test_choose_gives_the_best_plan() -> None:
    assert planner().choose(PlanRequest(7), ALL) == planner().best(PlanRequest(7), ALL)


def test_choose_says_that_a_party_never_fits() -> None:
    refusal = refused(planner().choose(PlanRequest(40), ALL))
    assert refusal.proof is Proof.NO_PLAN
    assert facts(refusal) == [(Code.PARTY_NEVER_FITS, {"party_size": 40})]
    assert str(refusal) == "no table or combination on this floor seats a party of 40"


def test_a_party_that_never_fits_is_told_so_whatever_else_it_wants() -> None:
    asked = PlanRequest(40, must=Preference(features={"window"}))
    assert refused(planner().choose(asked, ALL)).code is Code.PARTY_NEVER_FITS


def test_choose_names_the_condition_that_is_enough_to_drop() -> None:
    asked = PlanRequest(4, must=Preference(features={"window"}, zones={"main"}))
    refusal = refused(planner().choose(asked, ALL))
    assert refusal.proof is Proof.NO_PLAN
    assert facts(refusal) == [
        (
            Code.NO_TABLES_MATCH,
            {"party_size": 4, "conditions": ["features"], "wanted": {"features": ["window"]}},
        )
    ]
    assert str(refusal) == (
        "tables that seat 4 exist, but none meets the conditions features window"
    )


def test_choose_names_all_conditions_where_none_is_enough_to_drop() -> None:
    asked = PlanRequest(4, must=Preference(features={"window"}, seatings={"sofa"}))
    assert facts(planner().choose(asked, ALL)) == [
        (
            Code.NO_TABLES_MATCH,
            {
                "party_size": 4,
                "conditions": ["features", "seatings"],
                "wanted": {"features": ["window"], "seatings": ["sofa"]},
            },
        )
    ]


def test_choose_names_the_busy_tables_of_the_best_plan() -> None:
    everything_but_b = ALL & ~0b10
    refusal = refused(planner().choose(PlanRequest(7), everything_but_b))
    assert refusal.proof is Proof.NO_FREE_PLAN
    assert facts(refusal) == [(Code.TABLES_TAKEN, {"party_size": 7, "tables": ["B"]})]
    assert facts(planner().choose(PlanRequest(7), 0)) == [
        (Code.TABLES_TAKEN, {"party_size": 7, "tables": ["A", "B"]})
    ]


def test_choose_looks_for_taken_tables_among_those_that_meet_the_conditions() -> None:
    asked = PlanRequest(2, must=Preference(features={"window"}))
    assert facts(planner().choose(asked, ALL & ~0b100)) == [
        (Code.TABLES_TAKEN, {"party_size": 2, "tables": ["C"]})
    ]


def test_judge_gives_the_plan_of_the_named_tables_in_any_order() -> None:
    judged = planner().judge(PlanRequest(7), ["B", "A", "B"])
    assert isinstance(judged, Plan)
    assert judged.tables == ("A", "B")
    assert judged in planner().plans(PlanRequest(7), ALL)
    assert planner().judge(PlanRequest(2), ["C"]) == planner().best(PlanRequest(2), 0b100)


@pytest.mark.parametrize(
    ("party_size", "tables", "expected"),
    [
        (2, "D", (Code.PARTY_BELOW_MINIMUM, {"party_size": 2, "minimum": 3, "tables": ["D"]})),
        (6, "D", (Code.PARTY_ABOVE_MAXIMUM, {"party_size": 6, "maximum": 5, "tables": ["D"]})),
        (
            9,
            "AB",
            (Code.PARTY_ABOVE_MAXIMUM, {"party_size": 9, "maximum": 8, "tables": ["A", "B"]}),
        ),
        (3, "AB", (Code.SLACK_EXCEEDED, {"slack": 5, "budget": 4, "tables": ["A", "B"]})),
        (4, "F", (Code.TABLE_OUT_OF_SERVICE, {"tables": ["F"]})),
        (8, "AD", (Code.TABLE_NOT_MOVABLE, {"tables": ["D"]})),
        (8, "AE", (Code.ZONE_MISMATCH, {"tables": ["A", "E"]})),
        (6, "AC", (Code.ADJACENCY_MISMATCH, {"mode": "connected", "tables": ["A", "C"]})),
    ],
)
def test_judge_names_the_rule(
    party_size: int, tables: str, expected: tuple[Code, dict[str, Any]]
) -> None:
    judged = planner().judge(PlanRequest(party_size), list(tables))
    assert refused(judged).proof is Proof.NAMED_TABLES
    assert facts(judged) == [expected]


def test_judge_counts_the_tables() -> None:
    assert facts(planner(max_tables=2).judge(PlanRequest(9), list("ABC"))) == [
        (Code.TOO_MANY_TABLES, {"count": 3, "maximum": 2})
    ]


def test_judge_names_the_conditions_that_the_tables_miss() -> None:
    asked = PlanRequest(6, must=Preference(features={"window"}, zones={"main"}))
    assert facts(planner().judge(asked, ["B", "C"])) == [
        (
            Code.NO_TABLES_MATCH,
            {"party_size": 6, "conditions": ["features"], "wanted": {"features": ["window"]}},
        )
    ]


def test_judge_lists_every_rule_that_is_broken() -> None:
    asked = PlanRequest(1, must=Preference(seatings={"booth"}))
    refusal = refused(planner(max_tables=2).judge(asked, list("CDEF")))
    assert [reason.code for reason in refusal.reasons] == [
        Code.PARTY_BELOW_MINIMUM,
        Code.SLACK_EXCEEDED,
        Code.TABLE_OUT_OF_SERVICE,
        Code.NO_TABLES_MATCH,
        Code.TOO_MANY_TABLES,
        Code.TABLE_NOT_MOVABLE,
        Code.ZONE_MISMATCH,
        Code.ADJACENCY_MISMATCH,
    ]
    assert all(str(reason) for reason in refusal.reasons)


def test_judge_needs_no_joins_where_the_house_does_not() -> None:
    assert isinstance(planner(adjacency_required=False).judge(PlanRequest(6), ["A", "C"]), Plan)


def test_judge_wants_tables_that_exist() -> None:
    with pytest.raises(NotFound, match="there is no table 'Z'"):
        planner().judge(PlanRequest(2), ["A", "Z"])
    with pytest.raises(InvalidInput, match="tables: must name at least one table"):
        planner().judge(PlanRequest(2), [])
