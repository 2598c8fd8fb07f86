"""The planner: choose tables for a party, and explain the choice."""

from fourtop.planner.evening import Evening, EveningMaker, EveningPart
from fourtop.planner.node_budget import MAX_SEARCH_NODES
from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.planner import MAX_COMPILED_SETS, MAX_RANKING_BYTES, Planner, PlanSearch

__all__ = [
    "MAX_COMPILED_SETS",
    "MAX_RANKING_BYTES",
    "MAX_SEARCH_NODES",
    "Evening",
    "EveningMaker",
    "EveningPart",
    "PlanRequest",
    "PlanSearch",
    "Planner",
]
