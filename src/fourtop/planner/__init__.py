"""The planner: which tables a party gets, and why."""

from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.planner import MAX_COMPILED_SETS, MAX_RANKING_BYTES, Planner

__all__ = ["MAX_COMPILED_SETS", "MAX_RANKING_BYTES", "PlanRequest", "Planner"]
