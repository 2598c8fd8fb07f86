"""Plans of candidates, each with the score that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from fourtop.model.floor import Floor, bits
from fourtop.model.plan import Plan, Score
from fourtop.planner.candidate import Candidate
from fourtop.planner.cost import ScoreModel
from fourtop.planner.evening import EveningCosts


class PlanMaker(NamedTuple):
    """Makes the plans of one request. A named tuple: each choice makes one.

    Args:
        floor: The floor.
        score_model: The cost of each term.
        party_size: How many people.
        unmet: For each table how many wishes it does not meet; ``None``: the party has none.
        evening: The costs of the evening; ``None``: the static order.
    """

    floor: Floor
    score_model: ScoreModel
    party_size: int
    unmet: Sequence[int] | None
    evening: EveningCosts | None = None

    def plan(self, candidate: Candidate) -> Plan:
        """Return the plan of a candidate."""
        unmet, mask = self.unmet, candidate.mask
        missing = 0 if unmet is None else sum(unmet[bit] for bit in bits(mask))
        explain = partial(self.score_model.terms, candidate, self.party_size, missing, self.evening)
        slack = candidate.seats - self.party_size
        return Plan(self.floor.ids(mask), candidate.seats, slack, Score.deferred(explain))
