"""Plans: a set of tables for a party, and the score that explains why."""

from __future__ import annotations

import math
from typing import Final

import attrs

SCORE_DECIMALS: Final = 6


@attrs.frozen
class Term:
    """One term of a score: its name, the measured amount, and what that costs."""

    name: str
    amount: float
    cost: float


@attrs.frozen
class Score:
    """What a plan costs; lower is better. The terms explain the total.

    >>> Score((Term("overage", 1, 5.0), Term("table_count", 1, 3.0))).total
    8.0
    """

    terms: tuple[Term, ...]

    @property
    def total(self) -> float:
        """The sum of the costs, rounded to six decimals, so that equal plans compare equal."""
        return round(math.fsum(term.cost for term in self.terms), SCORE_DECIMALS)

    def cost(self, name: str) -> float:
        """Return the cost of the term of that name; 0 where the score has none."""
        return math.fsum(term.cost for term in self.terms if term.name == name)


@attrs.frozen
class Plan:
    """A set of tables for a party.

    Args:
        tables: Table ids, in table order.
        seats: What the set seats, the loss of joining taken off.
        slack: Seats over.
        score: What the choice costs.
    """

    tables: tuple[str, ...]
    seats: int
    slack: int
    score: Score
