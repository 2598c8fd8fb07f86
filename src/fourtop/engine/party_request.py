"""The request to the planner of a party."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fourtop.model.request import ANY_TABLE, Preference
from fourtop.planner import PlanRequest

# Parties ask for few different things; the values are checked once.
_of_size: Final = lru_cache(maxsize=1_024)(PlanRequest)
_of_terms: Final = lru_cache(maxsize=1_024)(PlanRequest)


def plan_request(
    party_size: int,
    *,
    must: Preference = ANY_TABLE,
    wish: Preference = ANY_TABLE,
    demand: float | None = None,
) -> PlanRequest:
    """Return a request to the planner, as ``PlanRequest`` does. Equal ones are the same object."""
    # Nearly every party takes any table: its size is found quicker than its conditions.
    if must is ANY_TABLE and wish is ANY_TABLE and demand is None:
        return _of_size(party_size)
    return _of_terms(party_size, must=must, wish=wish, demand=demand)
