"""Measure what a sweep over two processes costs beside two loops that know nothing of each other.

Run ``python -m benchmarks --only sweep`` or ``python -m benchmarks.sweep`` at the project's root.

The yardstick is two processes that each play half of the cases in a plain loop, at the same time.
The sweep plays the same cases with two worker processes; its time includes their start and the way
of every case and result. Both are measured by the clock on the wall, in turns, because processes
share the machine: other programs disturb both sides.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks.bar import HEADING, Bar, Note
from fourtop.simulation import Submitter, SweepOptions, sweep
from fourtop.simulation.table_allocation import DEFAULT_MIX, TableAllocation

CASES: Final = 80_000
QUICK_CASES: Final = 6_000
ROUNDS: Final = 5
TWO: Final = 2
PROBLEM: Final = TableAllocation(3)


def revenue(evening: int) -> int:
    """Play one evening of a third of a millisecond."""
    return PROBLEM.serve(DEFAULT_MIX, PROBLEM.arrivals(evening, seed=1)).revenue


def busy_loop(first: int, cases: int, result: Connection) -> None:
    """Wait for the start, play the cases in a loop, and send the seconds."""
    result.recv()
    begun = perf_counter()
    for evening in range(first, cases, TWO):
        revenue(evening)
    result.send(perf_counter() - begun)


def seconds_of_loops(cases: int) -> float:
    """Return the time that two loops need for the cases, without their start.

    It is the time of both at their mean speed: one that has finished leaves the machine to the
    other.
    """
    context = multiprocessing.get_context("spawn")
    ends = [context.Pipe() for _ in range(TWO)]
    loops = [
        context.Process(target=busy_loop, args=(first, cases, theirs))
        for first, (_, theirs) in enumerate(ends)
    ]
    for loop in loops:
        loop.start()
    for ours, _ in ends:
        ours.send("go")
    seconds = [ours.recv() for ours, _ in ends]
    for loop in loops:
        loop.join()
    return cases / sum(cases / TWO / each for each in seconds)


def seconds_of_sweep(cases: int, executor: Submitter | None = None) -> float:
    """Return the time of a sweep over the cases."""
    begun = perf_counter()
    sweep(revenue, range(cases), executor=executor, options=SweepOptions(processes=TWO))
    return perf_counter() - begun


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure a sweep with and without the start of its processes."""
    cases = QUICK_CASES if is_quick else CASES
    loops, cold, warm = [], [], []
    with ProcessPoolExecutor(TWO, mp_context=multiprocessing.get_context("spawn")) as pool:
        seconds_of_sweep(64, pool)
        for _ in range(ROUNDS):
            loops.append(seconds_of_loops(cases))
            cold.append(seconds_of_sweep(cases))
            warm.append(seconds_of_sweep(cases, pool))
    yield Bar(
        "two busy loops / a sweep on 2 processes, with their start", loops, cold, 0, at_least=0.85
    )
    yield Bar(
        "two busy loops / a sweep on 2 processes that run already", loops, warm, 0, at_least=0.9
    )
    yield Note(
        f"  {cases:,} cases of {1e6 * TWO * median(loops) / cases:,.0f} us each; two loops:"
        f" {median(loops):.1f} s, a sweep: {median(cold):.1f} s"
    )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
