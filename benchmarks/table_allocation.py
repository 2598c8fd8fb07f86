"""Measure the published table allocation problem: its figures, its speed, and its best mix.

Run ``python -m benchmarks --only table-allocation`` or ``python -m benchmarks.table_allocation`` at
the project's root.

The published code lets a table be free again too early (see ``TableAllocation``), so each figure is
measured on both clocks. A figure is held to 2.2 half-widths of its interval of 95 %: with 4,000
evenings on either side, chance alone goes beyond that once in 400 figures. The seed is a new one in
each run.

The search is over every mix of 80 seats. There are 632. Of them 524 have at most 19 tables for two,
and as many have at most 9 tables for four, or at most 4 for eight; the statement about the gap
holds for each of these sets too, because its winner is in all of them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from secrets import randbelow
from statistics import fmean
from typing import Any, Final

import simpy

from benchmarks.bar import HEADING, Bar, Note, race
from fourtop.simulation import Estimate, Search, SearchTerms, search
from fourtop.simulation.estimates import difference_of, mean_of
from fourtop.simulation.studies import mixes_of_seats
from fourtop.simulation.table_allocation import (
    DEFAULT_MIX,
    Arrival,
    Mix,
    TableAllocation,
    as_mix,
)

EVENINGS: Final = 4_000
QUICK_EVENINGS: Final = 400
RACED: Final = 20
# Revenue and half-width by hours and clock, from 4,000 replications of others.
PUBLISHED: Final = {
    (3, True): (3055.9, 12.9),
    (3, False): (2857.4, 10.9),
    (5, True): (5083.6, 16.9),
    (5, False): (4659.0, 13.9),
}
# A share of the revenue of the default mix.
GAP: Final = 0.005


# ---- the same model in SimPy ---------------------------------------------------------------------


class SimpyEvening:
    """An evening in SimPy, as its tutorial writes models: a process for each party."""

    def __init__(self, mix: Mix) -> None:
        self.environment = simpy.Environment()
        self.free = list(mix)
        self.covers = 0

    def source(self, arrivals: Sequence[Arrival]) -> Generator[Any, Any, None]:
        """Let the parties come; give each the smallest free table that fits."""
        for arrival in arrivals:
            yield self.environment.timeout(arrival.minute - self.environment.now)
            for kind in range((arrival.party_size - 1) // 2, len(self.free)):
                if self.free[kind]:
                    self.free[kind] -= 1
                    self.covers += arrival.party_size
                    self.environment.process(self.party(kind, arrival.stay))
                    break

    def party(self, kind: int, stay: float) -> Generator[Any, Any, None]:
        """Stay, then leave the table."""
        yield self.environment.timeout(stay)
        self.free[kind] += 1


def simpy_revenue(mix: Mix, arrivals: Sequence[Arrival]) -> int:
    """Return the revenue of an evening in SimPy."""
    evening = SimpyEvening(mix)
    evening.environment.process(evening.source(arrivals))
    evening.environment.run()
    return 15 * evening.covers


def speed() -> Iterator[Bar]:
    """Race the event loop against SimPy over the same evenings."""
    problem = TableAllocation(5)
    evenings = [problem.arrivals(evening, seed=1) for evening in range(RACED)]
    assert [problem.serve(DEFAULT_MIX, each).revenue for each in evenings] == [
        simpy_revenue(DEFAULT_MIX, each) for each in evenings
    ], "both are one model"
    ours, theirs = race(
        lambda: [problem.serve(DEFAULT_MIX, each) for each in evenings],
        lambda: [simpy_revenue(DEFAULT_MIX, each) for each in evenings],
    )
    yield Bar("SimPy / event loop: an evening of 5 h", theirs, ours, RACED, at_least=2)


# ---- the published figures -----------------------------------------------------------------------


def figures(evenings: int, seed: int) -> Iterator[Bar | Note]:
    """Compare the four figures with the published ones, in half-widths."""
    for (hours, is_published), (revenue, half_width) in PUBLISHED.items():
        problem = TableAllocation(hours, has_published_clock=is_published)
        served = [
            problem.serve(DEFAULT_MIX, problem.arrivals(evening, seed=seed))
            for evening in range(1, evenings + 1)
        ]
        found = mean_of([float(each.revenue) for each in served])
        rate = mean_of([each.service_rate for each in served])
        clock = "as published" if is_published else "corrected clock"
        away = abs(found.mean - revenue) / half_width
        yield Bar(
            f"distance / half-width: revenue of {hours} h, {clock}", [away], [1], 0, at_most=2.2
        )
        yield Note(
            f"  {found.text} (table: {revenue:,} ± {half_width}); service rate {rate.text};"
            f" {evenings:,} evenings, seed {seed}"
        )


# ---- the best mix --------------------------------------------------------------------------------


def best_mix(problem: TableAllocation, seed: int) -> Search[Mix]:
    """Search all mixes of 80 seats, within half a percent of the default mix's revenue."""
    base = fmean(problem.revenues(DEFAULT_MIX, range(1, 201), seed=seed))
    revenues = partial(problem.revenues, seed=seed)
    return search(revenues, sorted(map(as_mix, mixes_of_seats(80))), SearchTerms(GAP * base))


def gain(problem: TableAllocation, mix: Mix, evenings: range, seed: int) -> tuple[Estimate, float]:
    """Return how much more a mix earns than the default one in fresh evenings, and in percent."""
    base = problem.revenues(DEFAULT_MIX, evenings, seed=seed)
    found = difference_of((base, None), (problem.revenues(mix, evenings, seed=seed), None))
    return found, 100 * found.mean / fmean(base)


def mixes(evenings: int, seed: int) -> Iterator[Bar | Note]:
    """Find the best mix, test it on fresh evenings, and at twice the demand."""
    usual, twice = TableAllocation(3), TableAllocation(3, demand=2)
    found = best_mix(usual, seed)
    fresh = range(1, evenings + 1)
    base, best = (usual.revenues(mix, fresh, seed=seed + 1) for mix in (DEFAULT_MIX, found.best))
    yield Bar(
        f"revenue of {found.best} / {DEFAULT_MIX}, 3 h, fresh evenings",
        [fmean(best)],
        [fmean(base)],
        0,
        at_least=1.05,
    )
    yield Note(f"  {found.sentence} {found.evenings:,} evenings for {len(found.standings)} mixes")
    yield said("at the usual demand", usual, found.best, fresh, seed + 1)
    yield said("at twice the demand", twice, found.best, fresh, seed + 1)
    there = best_mix(twice, seed)
    yield Note(f"  at twice the demand: {there.sentence}")
    yield said("at twice the demand", twice, there.best, fresh, seed + 1)


def said(when: str, problem: TableAllocation, mix: Mix, evenings: range, seed: int) -> Note:
    """Say how a mix compares with the default one."""
    difference, percent = gain(problem, mix, evenings, seed)
    return Note(
        f"  {when}, {mix} earns {difference.signed_text} ({percent:+.1f} %) an evening against"
        f" {DEFAULT_MIX}"
    )


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure all of it."""
    evenings, seed = (QUICK_EVENINGS if is_quick else EVENINGS), randbelow(1_000_000)
    yield from speed()
    if is_quick:
        yield Note("the figures need 4,000 evenings: not measured")
    else:
        yield from figures(evenings, seed)
    yield from mixes(evenings, seed)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
