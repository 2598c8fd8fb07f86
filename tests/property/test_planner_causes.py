"""The causes of a refusal are those that brute force finds by lifting each rule in turn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs
import pytest

from fourtop.errors import Code, Refusal
from fourtop.model.request import ANY_TABLE
from fourtop.model.set_capacity import SetCapacity
from fourtop.planner import Planner, PlanRequest
from tests.property.planner_oracle import Case, case_of, possible

CASES = 1_500
# How the oracle lifts each rule: the changes of every table, and those of the rules of planning.
LIFTED: dict[Code, tuple[dict[str, Any], dict[str, Any]]] = {
    Code.TABLE_OUT_OF_SERVICE: ({"out_of_service": False}, {}),
    Code.TABLE_INACTIVE: ({"active": True}, {}),
    Code.PARTY_BELOW_MINIMUM: ({"min_party": 1}, {}),
    Code.PARTY_ABOVE_MAXIMUM: ({"max_party": None}, {}),
    Code.TABLE_NOT_MOVABLE: ({"mobility": "movable"}, {}),
    Code.ADJACENCY_MODE_MISMATCH: ({}, {"adjacency_mode": "connected"}),
    Code.ADJACENCY_MISMATCH: ({}, {"adjacency_required": False}),
    Code.ZONE_MISMATCH: ({"zone_id": "main"}, {}),
    Code.TOO_MANY_TABLES: ({}, {"max_tables": 8}),
    Code.SLACK_EXCEEDED: ({}, {"slack_budget": None}),
}
OF_THE_ROOM = {Code.TABLE_NOT_MOVABLE, Code.ADJACENCY_MISMATCH, Code.ZONE_MISMATCH}


def is_seated(case: Case, rules: Collection[Code]) -> bool:
    tables: dict[str, Any] = {}
    planning: dict[str, Any] = {}
    for rule in rules:
        tables |= LIFTED[rule][0]
        planning |= LIFTED[rule][1]
    given = case.floor.set_capacities
    if Code.PARTY_BELOW_MINIMUM in rules:
        given = tuple(SetCapacity(each.tables, each.capacity) for each in given)
    floor = attrs.evolve(
        case.floor,
        tables=[attrs.evolve(table, **tables) for table in case.floor.tables],
        set_capacities=given,
    )
    lifted = attrs.evolve(case, floor=floor, planning=attrs.evolve(case.planning, **planning))
    return any(True for _ in possible(lifted))


def causes(case: Case) -> list[Code]:
    alone = [rule for rule in LIFTED if is_seated(case, [rule])]
    if Code.ADJACENCY_MODE_MISMATCH in alone and Code.ADJACENCY_MISMATCH in alone:
        alone.remove(Code.ADJACENCY_MISMATCH)
    if alone:
        return alone
    lifted = [rule for rule in LIFTED if rule not in OF_THE_ROOM]
    if not is_seated(case, lifted):
        return [Code.PARTY_NEVER_FITS]
    for rule in tuple(lifted):
        fewer = [each for each in lifted if each is not rule]
        if is_seated(case, fewer):
            lifted = fewer
    return lifted


@pytest.mark.slow
def test_finding_05_the_causes_are_those_that_brute_force_finds() -> None:
    met: dict[Code, int] = {}
    several = 0
    for seed in range(CASES):
        case = attrs.evolve(case_of(seed), must=ANY_TABLE)
        if is_seated(case, ()):
            continue
        everything = (1 << len(case.floor.tables)) - 1
        refusal = Planner(case.floor, case.planning).choose(
            PlanRequest(case.party_size), everything
        )
        assert isinstance(refusal, Refusal)
        codes = [reason.code for reason in refusal.reasons]
        assert codes == causes(case), f"seed {seed}"
        several += len(codes) > 1
        for code in codes:
            met[code] = met.get(code, 0) + 1
    assert set(met) == {*LIFTED, Code.PARTY_NEVER_FITS}
    assert several > 50
