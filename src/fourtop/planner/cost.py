"""The score of a plan, term by term."""

from __future__ import annotations

import math

import attrs

from fourtop.model.plan import SCORE_DECIMALS, Score, Term
from fourtop.model.planning_rules import Weights
from fourtop.planner.candidate import Candidate

_MOST_AMPLIFIED = 3.0
_NAMES = ("overage", "table_count", "adjacency", "fragmentation", "scarcity", "wishes")

Key = tuple[float, int, int, int, int, int, int]


@attrs.frozen
class ScoreModel:
    """The cost of each term of the score by the rules of a house.

    Args:
        weights: Its weights.
        demand: Factor on the cost of seats over.

    >>> from fourtop.planner.candidate import Candidate
    >>> four_top = Candidate(1, 1, 4, 1, 4, 4, 4, 0, 1.0, False)
    >>> ScoreModel(Weights(), demand=3).score(four_top, party_size=3).total
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
        """Return the costs of the terms, in order. No cost falls when its amount grows."""
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

    def score(self, candidate: Candidate, *, party_size: int, unmet: int = 0) -> Score:
        """Return the score with its terms: the explanation of ``key``."""
        slack = candidate.seats - party_size
        amounts = (
            slack,
            candidate.size,
            candidate.depth,
            candidate.fragmentation,
            candidate.scarcity,
            unmet,
        )
        return Score(
            tuple(map(Term, _NAMES, amounts, self.costs(candidate, slack=slack, unmet=unmet)))
        )

    def key(self, candidate: Candidate, *, party_size: int, unmet: int) -> Key:
        """Return the sort key of a plan, lower first; table order decides between equal keys.

        Score, then unjoinable table, joinable table, combination, then slack, tables, capacities,
        fragmentation and depth.
        """
        slack = candidate.seats - party_size
        total = round(math.fsum(self.costs(candidate, slack=slack, unmet=unmet)), SCORE_DECIMALS)
        return (
            total,
            candidate.rank_class,
            slack,
            candidate.size,
            candidate.capacity,
            candidate.fragmentation,
            candidate.depth,
        )
