"""The static order of plans: by score, then by the order of equals, or a fixed order instead."""

from __future__ import annotations

from collections.abc import Sequence

from fourtop.model.floor import bits
from fourtop.model.plan import SCORE_DECIMALS
from fourtop.planner.candidate import Candidate
from fourtop.planner.cost import ScoreModel
from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.table_order import TableOrder


def in_static_order(
    candidates: Sequence[Candidate],
    request: PlanRequest,
    score_model: ScoreModel,
    unmet: Sequence[int],
    order: TableOrder | None,
) -> tuple[list[Candidate], list[float]]:
    """Return candidates, the best first, and what each costs for each minute of the stay.

    O(n log n) for n candidates.

    Args:
        candidates: Single tables in table order, then combinations in table order.
        request: The party.
        score_model: The cost of each term at the demand of the request.
        unmet: How many kinds of the wish each table does not meet, by its bit.
        order: A fixed order; ``None``: the score decides.
    """
    keyed = []
    for candidate in candidates:
        missing = sum(unmet[bit] for bit in bits(candidate.mask)) if request.wish.kinds else 0
        cost = score_model.for_each_minute(candidate, party_size=request.party_size, unmet=missing)
        key = (round(cost, SCORE_DECIMALS), *candidate.order_of_equals)
        keyed.append((key, cost, candidate))
    # Both parts are in table order and the sort is stable, so table order decides ties.
    keyed.sort(key=lambda each: each[0])
    if order is not None:
        in_order = order.key
        keyed.sort(key=lambda each: in_order(each[2]))
    return [candidate for _, _, candidate in keyed], [cost for _, cost, _ in keyed]
