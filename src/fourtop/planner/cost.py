"""The score of a plan, term by term."""

from __future__ import annotations

import math

import attrs

from fourtop.model.plan import SCORE_DECIMALS, Term
from fourtop.model.planning_rules import Weights
from fourtop.planner.candidate import Candidate
from fourtop.planner.evening import EveningCosts

_MOST_AMPLIFIED = 3.0
_NAMES = ("overage", "table_count", "adjacency", "fragmentation", "scarcity", "wishes")

Key = tuple[float, int, int, int, int, int, int, int]


@attrs.frozen
class ScoreModel:
    """The cost of each term of the score by the rules of a house.

    The terms of the party and its tables cost the same for each minute of the stay, whatever the
    evening. Their order is the *static order*. The terms of the evening are added to it; none of
    them is negative, so that a plan never costs less than in the static order.

    Args:
        weights: Its weights.
        demand: Factor on the cost of seats over.

    >>> from fourtop.model.plan import Score
    >>> from fourtop.planner.candidate import Candidate
    >>> four_top = Candidate(1, 1, 4, 1, 4, 4, 4, 0, 1.0, 0)
    >>> Score(ScoreModel(Weights.reference(), demand=3).terms(four_top, 3)).total
    37.0
    """

    weights: Weights
    demand: float = attrs.field(kw_only=True)

    def amplification(self, size: int, scarcity: float) -> float:
        """Return the factor, 1 to 3, by which scarce tables make joining dearer."""
        if size == 1 or self.weights.scarcity <= 0:
            return 1.0
        return min(_MOST_AMPLIFIED, 1 + scarcity / size)

    def costs(self, candidate: Candidate, *, slack: int, unmet: int) -> tuple[float, ...]:
        """Return the costs of the static terms for each minute of the stay, in order.

        No cost falls when its amount grows.
        """
        weights = self.weights
        size = candidate.size
        amplified = self.amplification(size, candidate.scarcity)
        return (
            slack * weights.overage * self.demand,
            (size - 1) * weights.table_count * amplified,
            candidate.depth * weights.adjacency * amplified,
            candidate.fragmentation * weights.fragmentation,
            candidate.scarcity * weights.scarcity,
            unmet * weights.wish,
        )

    def for_each_minute(self, candidate: Candidate, *, party_size: int, unmet: int) -> float:
        """Return the cost of a plan for each minute of the stay, without the evening."""
        return math.fsum(self.costs(candidate, slack=candidate.seats - party_size, unmet=unmet))

    def terms(
        self,
        candidate: Candidate,
        party_size: int,
        unmet: int = 0,
        evening: EveningCosts | None = None,
    ) -> tuple[Term, ...]:
        """Return the terms of the score: the explanation of ``key``.

        Args:
            candidate: The tables.
            party_size: How many people.
            unmet: How many wishes the tables do not meet.
            evening: The costs of the evening; ``None``: the static terms, for one minute.
        """
        slack = candidate.seats - party_size
        amounts = (
            slack,
            candidate.size,
            candidate.depth,
            candidate.fragmentation,
            candidate.scarcity,
            unmet,
        )
        costs = self.costs(candidate, slack=slack, unmet=unmet)
        if evening is None:
            return tuple(map(Term, _NAMES, amounts, costs))
        minutes = evening.minutes(candidate.mask)
        static = (minutes * cost for cost in costs)
        return (*map(Term, _NAMES, amounts, static), *evening.terms(candidate.mask))

    def key(
        self,
        candidate: Candidate,
        *,
        party_size: int,
        unmet: int,
        evening: EveningCosts | None = None,
    ) -> Key:
        """Return the sort key of a plan, lower first; table order decides between equal keys.

        The score, then ``Candidate.order_of_equals``.
        """
        total = self.for_each_minute(candidate, party_size=party_size, unmet=unmet)
        if evening is not None:
            total = evening.total(candidate.mask, total)
        return (round(total, SCORE_DECIMALS), *candidate.order_of_equals)
