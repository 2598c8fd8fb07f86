"""Plans of candidates, each with the score that explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from fourtop.model.floor import bits
from fourtop.model.plan import Plan, Score
from fourtop.planner.candidate import Candidate
from fourtop.planner.cost import ScoreModel
from fourtop.planner.evening import EveningCosts


class PlanMaker(NamedTuple):
    """Makes the plans of one request. A named tuple: each choice makes one.

    Args:
        ids: Converts a mask of tables to their ids.
        score_model: The cost of each term.
        party_size: How many people.
        unmet: For each table how many wishes it does not meet; ``None``: the party has none.
        evening: The costs of the evening; ``None``: the static order.
    """

    ids: Callable[[int], tuple[str, ...]]
    score_model: ScoreModel
    party_size: int
    unmet: Sequence[int] | None
    evening: EveningCosts | None = None

    def in_evening(self, evening: EveningCosts) -> PlanMaker:
        """Return the maker of the same plans, each with the costs of an evening."""
        ids, score_model, party_size, unmet, _ = self
        return PlanMaker(ids, score_model, party_size, unmet, evening)

    def plan(self, candidate: Candidate) -> Plan:
        """Return the plan of a candidate."""
        return self.plans((candidate,))[0]

    def plans(self, candidates: Iterable[Candidate]) -> tuple[Plan, ...]:
        """Return the plans of some candidates, in their order."""
        ids, score_model, party_size, unmet, evening = self
        terms, plans = score_model.terms, []
        for candidate in candidates:
            mask = candidate.mask
            missing = 0 if unmet is None else sum(unmet[bit] for bit in bits(mask))
            explain = partial(terms, candidate, party_size, missing, evening)
            seats = candidate.seats
            plans.append(Plan(ids(mask), seats, seats - party_size, Score.deferred(explain)))
        return tuple(plans)
