from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import nan
from random import Random
from statistics import fmean
from typing import Any

import pytest

from fourtop import InvalidInput, SweepFailed
from fourtop.simulation import SearchTerms, search

SIGMA = 10


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def noisy(means: list[float], seed: int = 1) -> Callable[[int, range], list[float]]:
    """Scores around known means; half of the noise of an evening is common to all candidates."""

    def evaluate(candidate: int, evenings: range) -> list[float]:
        return [
            means[candidate]
            + Random(f"{seed}/{n}").gauss(0, SIGMA)
            + Random(f"{seed}/{n}/{candidate}").gauss(0, SIGMA / 2)
            for n in evenings
        ]

    return evaluate


@pytest.mark.parametrize("seed", range(5))
def test_the_winner_is_within_the_gap_of_the_best(threads: ThreadPoolExecutor, seed: int) -> None:
    means = [100 - each / 2 for each in range(20)]
    Random(seed).shuffle(means)
    found = search(noisy(means, seed), range(20), SearchTerms(2), executor=threads)
    assert max(means) - means[found.best] <= found.gap <= 2
    assert found.is_within_gap
    for standing in found.standings:
        assert means[standing.candidate] - means[found.best] <= standing.bound


def test_worse_candidates_play_fewer_evenings(threads: ThreadPoolExecutor) -> None:
    means = [100.0, 99.5, 80.0, 60.0]
    found = search(noisy(means), range(4), SearchTerms(1), executor=threads)
    evenings = {each.candidate: each.evenings for each in found.standings}
    assert found.best == 0
    assert evenings[3] == evenings[2] == 32 < evenings[1] <= evenings[0]
    assert found.evenings == sum(evenings.values())


def test_standings_agree_with_scores_that_are_played_again(threads: ThreadPoolExecutor) -> None:
    evaluate = noisy([100.0, 99.0, 97.0])
    terms = SearchTerms(0.5, start=70)
    found = search(evaluate, range(3), terms, executor=threads)
    first, *others = found.standings
    assert (first.difference, first.bound) == (0, 0)
    for each in others:
        evenings = range(70, 70 + each.evenings)
        own, best = (evaluate(one, evenings) for one in (each.candidate, found.best))
        assert each.mean == pytest.approx(fmean(own))
        assert each.difference == pytest.approx(fmean(own) - fmean(best))
        assert each.difference < each.bound
    assert [each.difference for each in others] == sorted(
        (each.difference for each in others), reverse=True
    )


def test_a_search_that_reaches_its_limit_states_the_gap_that_is_left(
    threads: ThreadPoolExecutor,
) -> None:
    terms = SearchTerms(0.01, first=8, limit=50)
    found = search(noisy([100.0, 100.0, 50.0]), range(3), terms, executor=threads)
    assert not found.is_within_gap
    assert found.gap > 0.01
    assert {each.candidate: each.evenings for each in found.standings} == {0: 50, 1: 50, 2: 8}
    assert f"better by more than {found.gap:,.4g}" in found.sentence


def test_a_leader_that_falls_back_is_compared_again(threads: ThreadPoolExecutor) -> None:
    # In the first evenings candidate 1 leads, and 2 is decided against it. Candidate 0 is uneven
    # there, so it stays in question, and leads later. Against it, 2 is in question again.
    def evaluate(candidate: int, evenings: range) -> list[float]:
        if candidate == 0:
            return [3.0 if n > 16 else 5.0 * (-1) ** n for n in evenings]
        return [1.0 if candidate == 1 else 0.5] * len(evenings)

    found = search(evaluate, range(3), SearchTerms(0.1, first=16), executor=threads)
    assert found.best == 0
    assert found.is_within_gap
    assert all(each.evenings > 16 for each in found.standings)


def test_equal_candidates_are_decided_at_once(threads: ThreadPoolExecutor) -> None:
    found = search(noisy([5.0] * 1), [0, 0, 0], SearchTerms(1), executor=threads)
    assert (found.best, found.gap, found.evenings) == (0, 0, 3 * 32)
    alone = search(noisy([5.0]), [0], SearchTerms(1), executor=threads)
    assert (alone.best, alone.gap, alone.is_within_gap) == (0, 0, True)


def test_progress_tells_the_undecided_candidates(threads: ThreadPoolExecutor) -> None:
    seen: list[tuple[int, int]] = []
    found = search(
        noisy([100.0, 99.5, 50.0]),
        range(3),
        SearchTerms(1),
        executor=threads,
        progress=lambda *at: seen.append(at),
    )
    assert seen[0] == (1, 96)
    assert seen[-1] == (0, found.evenings)


def test_a_search_shows_its_standings(threads: ThreadPoolExecutor) -> None:
    found = search(noisy([1.0, 300.0]), [0, 1], SearchTerms(1), executor=threads)
    assert repr(found) == "<Search best 1, gap 0, 2 candidates>"
    table = found.table()
    assert [*table.columns] == ["candidate", "evenings", "mean", "difference", "bound"]
    assert table["candidate"] == (1, 0)
    assert "<th>difference</th>" in found._repr_html_()
    assert repr(found.standings[1]).startswith("<Standing 0, -29")


@pytest.mark.parametrize("scores", [[1.0], [nan] * 32, [1.0] * 33])
def test_scores_that_are_not_one_finite_number_an_evening_are_refused(
    threads: ThreadPoolExecutor, scores: list[float]
) -> None:
    with pytest.raises(SweepFailed) as caught:
        search(lambda _candidate, _evenings: scores, [1], SearchTerms(1), executor=threads)
    cause = caught.value.__cause__
    assert isinstance(cause, InvalidInput)
    assert cause.rule == "must return 32 finite numbers for 32 evenings"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"gap": 0}, "gap"),
        ({"gap": nan}, "gap"),
        ({"gap": 1, "first": 1}, "first"),
        ({"gap": 1, "first": 64, "limit": 32}, "limit"),
        ({"gap": 1, "confidence": 1}, "confidence"),
        ({"gap": 1, "start": -1}, "start"),
    ],
)
def test_wrong_terms_are_named(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SearchTerms(**arguments)
    assert caught.value.field == field


def test_a_search_needs_a_candidate(threads: ThreadPoolExecutor) -> None:
    with pytest.raises(InvalidInput, match="candidates: must have at least one member"):
        search(noisy([]), [], SearchTerms(1), executor=threads)
