"""Plans: a set of tables for a party, and the score that explains the choice."""

import math
from collections.abc import Callable
from typing import Any, Final, Self

import attrs

from fourtop.errors.display import brief, count_of, some
from fourtop.model.direct_init import direct_init

SCORE_DECIMALS: Final = 6


@attrs.frozen(repr=False)
class Term:
    """One term of a score: its name, the measured amount, and its cost."""

    name: str
    amount: float
    cost: float

    def __repr__(self) -> str:
        return brief(self, f"{self.name} {rounded(self.amount)} costs {rounded(self.cost)}")


@attrs.frozen(repr=False)
class Score:
    """The cost of a plan; lower is better. The terms explain the total.

    >>> Score((Term("overage", 1, 5.0), Term("table_count", 1, 3.0))).total
    8.0
    """

    terms: tuple[Term, ...]
    _make: Callable[[], tuple[Term, ...]] | None = attrs.field(default=None, init=False, eq=False)

    @classmethod
    def deferred(cls, make: Callable[[], tuple[Term, ...]]) -> Self:
        """Return the score with terms that are made when they are first read.

        Nearly every plan is used for its tables only.
        """
        score = object.__new__(cls)
        object.__setattr__(score, "_make", make)
        return score

    def __getattr__(self, name: str) -> Any:
        # Python asks here for an attribute that is not set.
        if name != "terms":
            raise AttributeError(name)
        make = self._make
        assert make is not None, "the terms of a score are given or made"
        terms = make()
        object.__setattr__(self, "terms", terms)
        object.__setattr__(self, "_make", None)
        return terms

    @property
    def total(self) -> float:
        """The sum of the costs, rounded to six decimals, so that equal plans compare equal."""
        return round(math.fsum(term.cost for term in self.terms), SCORE_DECIMALS)

    def cost(self, name: str) -> float:
        """Return the cost of the term of that name; 0 where the score has none."""
        return math.fsum(term.cost for term in self.terms if term.name == name)

    def __repr__(self) -> str:
        costs = [f"{term.name} {rounded(term.cost)}" for term in self.terms if term.cost]
        parts = f" = {some(costs, most=9, separator=' + ')}" if costs else ""
        return brief(self, f"{rounded(self.total)}{parts}")


@direct_init
@attrs.frozen(repr=False)
class Plan:
    """A set of tables for a party.

    Args:
        tables: Table ids, in table order.
        seats: The seats of the set, less the loss of joining.
        slack: The seats left over.
        score: The cost of the choice.
    """

    tables: tuple[str, ...]
    seats: int
    slack: int
    score: Score

    def __repr__(self) -> str:
        return brief(
            self,
            f"tables {some(self.tables, separator='+')}",
            count_of(self.seats, "seat"),
            f"{self.slack} left over",
            f"score {rounded(self.score.total)}",
        )

    def _repr_svg_(self) -> str:
        from fourtop.plotting import score_chart  # noqa: PLC0415  # Only a notebook needs it.

        return score_chart((self,)).svg


def rounded(number: float) -> str:
    """Format an amount or cost for people, to at most three decimals.

    >>> rounded(3.5999999999999996), rounded(40)
    ('3.6', '40')
    """
    return f"{round(number, 3):g}" if abs(number) < 1_000 else f"{number:,.0f}"
