"""Refusals: the reason why a planner finds no plan among some free tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.plan import Plan
from fourtop.model.request import ANY_TABLE
from fourtop.planner.plan_request import PlanRequest

if TYPE_CHECKING:
    from fourtop.planner.planner import Planner


def refusal_of(planner: Planner, request: PlanRequest, free: int, *, is_proven: bool) -> Refusal:
    """Return the refusal of a request for which a search found no free plan; see ``choose``.

    Args:
        planner: The rules.
        request: The party.
        free: The free tables.
        is_proven: Whether the search came to its end.
    """
    party_size, plan = request.party_size, None
    if is_proven:
        plan, is_proven = _best(planner, request)
        if plan is not None:
            return _taken(planner, request, plan, free)
    if is_proven and request.must.kinds:
        plan, is_proven = _best(planner, PlanRequest(party_size))
    if plan is not None:
        kinds = _binding(planner, request)
        wanted_values = request.must.values_of(kinds)
        details = {"party_size": party_size, "conditions": kinds, "wanted": wanted_values}
        condition = Reason(Code.NO_TABLES_MATCH, details)
        causes = planner.causes.reasons_alone(party_size, request.must)
        return Refusal((condition, *causes), Proof.NO_PLAN)
    if is_proven:
        return planner.causes.refusal_of(party_size, ANY_TABLE)
    reason = Reason(
        Code.SEARCH_LIMIT_REACHED, {"party_size": party_size, "limit": planner.max_nodes}
    )
    return Refusal((reason,), Proof.NOT_PROVEN)


def _best(planner: Planner, request: PlanRequest) -> tuple[Plan | None, bool]:
    """Return the best plan in an empty house, and whether the answer is proven."""
    found = planner.search(request, planner.compiled_floor.offered, 1)
    return next(iter(found.plans), None), found.is_proven


def _taken(planner: Planner, request: PlanRequest, wanted: Plan, free: int) -> Refusal:
    positions = planner.floor.positions
    taken = [table_id for table_id in wanted.tables if not free >> positions[table_id] & 1]
    details = {"party_size": request.party_size, "tables": taken}
    return Refusal((Reason(Code.TABLES_TAKEN, details),), Proof.NO_FREE_PLAN)


def _binding(planner: Planner, request: PlanRequest) -> list[str]:
    """Return the kinds of conditions of which each is enough to drop; all, if none is."""
    everything = planner.compiled_floor.offered
    alone = [
        kind
        for kind in request.must.kinds
        if planner.is_seatable(
            PlanRequest(request.party_size, must=attrs.evolve(request.must, **{kind: ()})),
            everything,
        )
    ]
    return sorted(alone or request.must.kinds)
