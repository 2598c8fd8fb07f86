"""Find the best of many candidates by simulation, within a stated gap.

The method is a race in rungs. Each candidate plays the first evenings. In each rung the candidates
that are not yet decided play as many evenings again as they have played, and are compared with the
leader on their common evenings. A candidate is decided once the upper bound of its paired
difference from the leader is at most the gap. All candidates play the same evenings with the same
guests (common random numbers), so a difference has much less noise than its two sides.

Sources: doubling as in successive halving (Z. Karnin, T. Koren and O. Somekh, Almost Optimal
Exploration in Multi-Armed Bandits, ICML 2013), but a candidate leaves when that is proven, and not
by its rank; elimination up to a gap (E. Even-Dar, S. Mannor and Y. Mansour, Action Elimination and
Stopping Conditions, Journal of Machine Learning Research 7, 2006, 1079–1105); screening by paired
differences (B. L. Nelson, J. Swann, D. Goldsman and W. Song, Simple Procedures for Selecting the
Best Simulated System, Operations Research 49, 2001, 950–963).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from math import ceil, fsum, inf, isfinite, log2, sqrt
from typing import Any, Final, Generic, TypeVar

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.simulation.estimates import student_quantile
from fourtop.simulation.sweeps import Submitter, sweep
from fourtop.simulation.sweeps.workers import process_pool
from fourtop.simulation.table import TidyTable

C = TypeVar("C")
Evaluate = Callable[[C, range], Sequence[float]]

_MAX_EVENINGS: Final = 1_000_000
# Evenings of one candidate that travel together: few enough to share the work of few candidates.
_PIECE: Final = 128


@attrs.frozen
class SearchTerms:
    """When a search ends.

    Args:
        gap: How much better than the winner another candidate may be, in units of the score; above
            0. It takes about ``1 / gap²`` evenings.
        first: The evenings before the first comparison (2–1,000,000). Their differences should be
            near a normal distribution: use more for scores that are 0 in most evenings.
        limit: The evenings of a candidate at most; not below ``first``. If the search ends there,
            its ``gap`` is greater than this one.
        confidence: The probability that the statement about the gap is right, below 1.
        start: The number of the first evening.

    Raises:
        InvalidInput: If a value is out of its range.
    """

    gap: float = attrs.field(
        converter=validators.as_number, validator=validators.number(1e-12, 1e12)
    )
    first: int = attrs.field(
        default=32,
        converter=validators.as_integer,
        validator=validators.integer(2, _MAX_EVENINGS),
        kw_only=True,
    )
    limit: int = attrs.field(
        default=4096,
        converter=validators.as_integer,
        validator=validators.integer(2, _MAX_EVENINGS),
        kw_only=True,
    )
    confidence: float = attrs.field(
        default=0.95, validator=validators.number(0.5, 0.999_999), kw_only=True
    )
    start: int = attrs.field(
        default=1,
        converter=validators.as_integer,
        validator=validators.integer(0, 10**12),
        kw_only=True,
    )

    def __attrs_post_init__(self) -> None:
        if self.limit < self.first:
            raise InvalidInput("limit", f"must not be below first, {self.first}", str(self.limit))

    @property
    def rungs(self) -> int:
        """The greatest number of rungs."""
        return 1 + ceil(log2(self.limit / self.first))


@attrs.frozen(repr=False)
class Standing(Generic[C]):
    """A candidate at the end of a search.

    Args:
        candidate: The candidate.
        evenings: The evenings that it played.
        mean: Its mean score in them.
        difference: Its mean score minus that of the winner in the same evenings.
        bound: The difference is at most this, with the confidence of the search for all candidates
            at once. Below 0: the candidate is proven to be worse.
    """

    candidate: C
    evenings: int
    mean: float
    difference: float
    bound: float

    def __repr__(self) -> str:
        return brief(
            self, f"{self.candidate}", f"{self.difference:+,.4g}", f"at most {self.bound:+,.4g}"
        )


@attrs.frozen(repr=False)
class Search(Generic[C]):
    """The result of a search.

    Args:
        terms: The terms.
        standings: All candidates: the winner, then the others by their difference from it.
        evenings: The evenings that were simulated, all candidates together.
    """

    terms: SearchTerms
    standings: tuple[Standing[C], ...]
    evenings: int

    @property
    def best(self) -> C:
        """The winner."""
        return self.standings[0].candidate

    @property
    def gap(self) -> float:
        """No candidate is better than the winner by more than this, with the confidence."""
        return max(0.0, *(each.bound for each in self.standings))

    @property
    def is_within_gap(self) -> bool:
        """Whether the gap of the terms was reached before the limit of evenings."""
        return self.gap <= self.terms.gap

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        others = count_of(len(self.standings) - 1, "other candidate")
        return (
            f"The best is {self.best}: none of {others} is better by more than {self.gap:,.4g}"
            f" ({self.terms.confidence:.4g} confidence)."
        )

    def table(self) -> TidyTable:
        """Return a row per candidate: candidate, evenings, mean, difference, bound."""
        names = [field.name for field in attrs.fields(Standing)]
        columns = {name: [getattr(each, name) for each in self.standings] for name in names}
        return TidyTable(columns, self.sentence)

    def __repr__(self) -> str:
        candidates = count_of(len(self.standings), "candidate")
        return brief(self, f"best {self.best}", f"gap {self.gap:,.4g}", candidates)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def search(
    evaluate: Evaluate[C],
    candidates: Iterable[C],
    terms: SearchTerms,
    *,
    executor: Submitter | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Search[C]:
    """Find the candidate with the greatest mean score, within a gap.

    The result says: with the confidence of the terms, no candidate is better than the winner by
    more than ``gap``. The bounds are those of Student's t for paired differences. They are divided
    among all pairs of candidates and all rungs (Bonferroni), so the statement holds whichever
    candidate leads. It is as good as the assumption that a mean of ``first`` differences is nearly
    normal.

    The result does not depend on the executor. Equal leaders: the earlier candidate.

    Args:
        evaluate: Returns the scores of a candidate in a range of evenings, one per evening. It must
            be pure: the number of an evening decides its guests, the same for each candidate. For
            processes, a function that a module defines.
        candidates: The candidates, at least one.
        terms: The gap, and when to stop.
        executor: As of ``sweep``; ``None``: worker processes that end with the search.
        progress: Called in this thread after each rung, with the number of undecided candidates and
            of the evenings simulated so far.

    Raises:
        InvalidInput: If there is no candidate, or ``evaluate`` returns anything else than one
            finite number per evening.
        SweepFailed: If ``evaluate`` raised, or the executor failed.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> def score(tables, evenings):
    ...     return [min(tables, 3 + evening % 3) - tables / 4 for evening in evenings]
    >>> with ThreadPoolExecutor(1) as threads:
    ...     found = search(score, range(1, 8), SearchTerms(gap=0.5), executor=threads)
    >>> found.best, found.is_within_gap
    (5, True)
    """
    listed = validators.as_members("candidates", candidates, lambda each: each)
    if not listed:
        raise InvalidInput("candidates", "must have at least one member", "none")
    race = _Race(listed, terms)
    pool = process_pool(evaluate) if executor is None else nullcontext(executor)
    with pool as workers:
        while pieces := race.pieces():
            played = sweep(partial(_scores, evaluate), pieces, executor=workers)
            race.add(played.results)
            if progress is not None:
                progress(len(race.undecided), race.evenings)
    return Search(terms, race.standings(), race.evenings)


@attrs.frozen
class _Piece:
    """Evenings that a candidate plays next."""

    place: int
    candidate: Any
    evenings: range


def _scores(evaluate: Evaluate[Any], piece: _Piece) -> list[float]:
    """Return the scores of a piece.

    Raises:
        InvalidInput: If they are not one finite number per evening.
    """
    scores = list(evaluate(piece.candidate, piece.evenings))
    wanted = len(piece.evenings)
    if len(scores) != wanted or not all(isfinite(score) for score in scores):
        rule = f"must return {wanted} finite numbers for {wanted} evenings"
        raise InvalidInput("evaluate", rule, safe_repr(scores))
    return scores


class _Race:
    """The scores so far: of candidate i in the first ``len(scores[i])`` evenings."""

    def __init__(self, candidates: Sequence[Any], terms: SearchTerms) -> None:
        self._candidates = candidates
        self._terms = terms
        self._scores: list[list[float]] = [[] for _ in candidates]
        self._waiting: list[_Piece] = []
        self._leader = 0
        self._differences = [(0.0, inf)] * len(candidates)
        self.undecided = list(range(len(candidates)))

    @property
    def evenings(self) -> int:
        """The number of evenings that were simulated."""
        return sum(len(scores) for scores in self._scores)

    def pieces(self) -> list[_Piece]:
        """Return the evenings of the next rung; none: the search is over."""
        targets = {
            place: min(max(self._terms.first, 2 * len(self._scores[place])), self._terms.limit)
            for place in self.undecided
        }
        if targets:
            # The others are compared with the leader in all of their evenings.
            longest = max(targets.values())
            targets[self._leader] = max(longest, len(self._scores[self._leader]))
        self._waiting = [
            _Piece(place, self._candidates[place], evenings)
            for place, target in sorted(targets.items())
            for evenings in self._evenings(len(self._scores[place]), target)
        ]
        return self._waiting

    def _evenings(self, played: int, target: int) -> Iterator[range]:
        start = self._terms.start
        for first in range(played, target, _PIECE):
            yield range(start + first, start + min(first + _PIECE, target))

    def add(self, results: Iterable[list[float]]) -> None:
        """Add the scores of the pieces, choose the leader, and compare all with it."""
        for piece, scores in zip(self._waiting, results, strict=True):
            self._scores[piece.place] += scores
        longest = max(len(scores) for scores in self._scores)
        in_question = [i for i, scores in enumerate(self._scores) if len(scores) == longest]
        self._leader = max(in_question, key=lambda place: (self._mean(place), -place))
        self._differences = [self._difference(place) for place in range(len(self._scores))]
        self.undecided = [
            place for place, (_, bound) in enumerate(self._differences) if bound > self._terms.gap
        ]

    def _mean(self, place: int) -> float:
        return fsum(self._scores[place]) / len(self._scores[place])

    def _difference(self, place: int) -> tuple[float, float]:
        """Return the mean paired difference of a candidate from the leader, and its upper bound."""
        if place == self._leader:
            return 0.0, 0.0
        own = self._scores[place]
        pairs = zip(own, self._scores[self._leader], strict=False)
        differences = [score - of_leader for score, of_leader in pairs]
        count = len(differences)
        mean = fsum(differences) / count
        variance = fsum((each - mean) ** 2 for each in differences) / (count - 1)
        pairs_of_candidates = len(self._candidates) * (len(self._candidates) - 1)
        share = (1 - self._terms.confidence) / (pairs_of_candidates * self._terms.rungs)
        return mean, mean + student_quantile(1 - share, count - 1) * sqrt(variance / count)

    def standings(self) -> tuple[Standing[Any], ...]:
        """Return the candidates: the leader, then the others by difference and place."""
        order = sorted(
            range(len(self._candidates)),
            key=lambda place: (place != self._leader, -self._differences[place][0], place),
        )
        return tuple(
            Standing(
                self._candidates[place],
                len(self._scores[place]),
                self._mean(place),
                *self._differences[place],
            )
            for place in order
        )
