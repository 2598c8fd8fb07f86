"""Check named tables by the rules by which the planner chooses."""

from __future__ import annotations

from collections.abc import Iterator

from fourtop.errors import Code, Reason
from fourtop.model.floor import bits
from fourtop.model.planning_rules import AdjacencyMode, Planning
from fourtop.planner.candidate import Candidate
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.plan_request import PlanRequest


def reasons_against(
    compiled_floor: CompiledFloor, planning: Planning, request: PlanRequest, mask: int
) -> tuple[Reason, ...]:
    """Return every rule that a set of tables breaks for a party, in a fixed order.

    The set is a plan if it breaks no rule.
    """
    if mask.bit_count() == 1:
        bit = mask.bit_length() - 1
        return (
            *_of_seats(compiled_floor, planning, request, compiled_floor.single(bit)),
            *_of_state(compiled_floor, request, mask),
        )
    return (
        *_of_seats(compiled_floor, planning, request, compiled_floor.combination(mask)),
        *_of_state(compiled_floor, request, mask),
        *_of_joining(compiled_floor, planning, request, mask),
    )


def _of_seats(
    compiled_floor: CompiledFloor, planning: Planning, request: PlanRequest, candidate: Candidate
) -> Iterator[Reason]:
    party_size = request.party_size
    tables = list(compiled_floor.floor.ids(candidate.mask))
    if party_size < candidate.smallest:
        details = {"party_size": party_size, "minimum": candidate.smallest, "tables": tables}
        yield Reason(Code.PARTY_BELOW_MINIMUM, details)
    if party_size > candidate.largest:
        yield Reason(
            Code.PARTY_ABOVE_MAXIMUM,
            {"party_size": party_size, "maximum": candidate.largest, "tables": tables},
        )
    slack = candidate.seats - party_size
    budget = planning.slack_budget
    if candidate.size > 1 and budget is not None and slack > budget:
        yield Reason(Code.SLACK_EXCEEDED, {"slack": slack, "budget": budget, "tables": tables})


def _of_state(compiled_floor: CompiledFloor, request: PlanRequest, mask: int) -> Iterator[Reason]:
    closed = [compiled_floor.floor.tables[bit] for bit in bits(mask & ~compiled_floor.offered)]
    withdrawn = [table.id for table in closed if table.out_of_service]
    if withdrawn:
        yield Reason(Code.TABLE_OUT_OF_SERVICE, {"tables": withdrawn})
    inactive = [table.id for table in closed if not table.active]
    if inactive:
        yield Reason(Code.TABLE_INACTIVE, {"tables": inactive})
    unmet = compiled_floor.unmet_kinds(request.must)
    kinds = sorted({kind for bit in bits(mask) for kind in unmet[bit]})
    if kinds:
        details = {
            "party_size": request.party_size,
            "conditions": kinds,
            "wanted": request.must.values_of(kinds),
        }
        yield Reason(Code.NO_TABLES_MATCH, details)


def _of_joining(
    compiled_floor: CompiledFloor, planning: Planning, request: PlanRequest, mask: int
) -> Iterator[Reason]:
    floor = compiled_floor.floor
    tables = list(floor.ids(mask))
    if len(tables) > planning.max_tables:
        yield Reason(Code.TOO_MANY_TABLES, {"count": len(tables), "maximum": planning.max_tables})
    fixed = [floor.tables[bit].id for bit in bits(mask) if not floor.tables[bit].is_movable]
    if fixed:
        yield Reason(Code.TABLE_NOT_MOVABLE, {"tables": fixed})
    if all(mask & ~zone for zone in compiled_floor.zones):
        yield Reason(Code.ZONE_MISMATCH, {"tables": tables})
    mode = planning.mode_for(request.party_size)
    if not compiled_floor.graph.holds(mask, mode):
        is_joined = compiled_floor.graph.holds(mask, AdjacencyMode.CONNECTED)
        code = Code.ADJACENCY_MODE_MISMATCH if is_joined else Code.ADJACENCY_MISMATCH
        yield Reason(code, {"mode": str(mode), "tables": tables})
