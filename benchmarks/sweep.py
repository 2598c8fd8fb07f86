"""Measure what a sweep over two processes costs beside two loops that know nothing of each other.

Run ``python -m benchmarks --only sweep`` or ``python -m benchmarks.sweep`` at the project's root.

The yardstick is two processes that each play half of the cases in a plain loop, at the same time.
The sweep plays the same cases with two worker processes; its time includes their start and the way
of every case and result. Both are measured by the clock on the wall, in turns, and other programs
disturb both sides. The last line compares the time on the processor instead, which they disturb
less: that of the loops alone, and that of the sweep with its workers and their start.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop.simulation import Submitter, SweepOptions, sweep
from fourtop.simulation.table_allocation import DEFAULT_MIX, TableAllocation

CASES: Final = 40_000
QUICK_CASES: Final = 6_000
ROUNDS: Final = 3
TWO: Final = 2
PROBLEM: Final = TableAllocation(3)


def revenue(evening: int) -> int:
    """Play one evening of a third of a millisecond."""
    return PROBLEM.serve(DEFAULT_MIX, PROBLEM.arrivals(evening, seed=1)).revenue


def busy_loop(first: int, cases: int, result: Connection) -> None:
    """Wait for the start, play the cases in a loop, and send how long it took."""
    result.recv()
    begun, worked = perf_counter(), process_time()
    for evening in range(first, cases, TWO):
        revenue(evening)
    result.send((perf_counter() - begun, process_time() - worked))


@attrs.frozen
class Taken:
    """Seconds on the wall, and on all processors."""

    wall: float
    processors: float


def loops_over(cases: int) -> Taken:
    """Measure two loops over the cases, without their start.

    On the wall it is the time of both at their mean speed: one that has finished leaves the machine
    to the other.
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
    found = [ours.recv() for ours, _ in ends]
    for loop in loops:
        loop.join()
    wall = cases / sum(cases / TWO / seconds for seconds, _ in found)
    return Taken(wall, sum(processor for _, processor in found))


def sweep_over(cases: int, executor: Submitter | None = None) -> Taken:
    """Measure a sweep over the cases. On the processors, only workers that end with it count."""
    begun, worked = perf_counter(), _processors()
    sweep(revenue, range(cases), executor=executor, options=SweepOptions(processes=TWO))
    return Taken(perf_counter() - begun, _processors() - worked)


def _processors() -> float:
    """Return the time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure a sweep with and without the start of its processes."""
    cases = QUICK_CASES if is_quick else CASES
    loops: list[Taken] = []
    cold: list[Taken] = []
    warm: list[Taken] = []
    with ProcessPoolExecutor(TWO, mp_context=multiprocessing.get_context("spawn")) as pool:
        sweep_over(64, pool)
        for _ in range(ROUNDS):
            loops.append(loops_over(cases))
            cold.append(sweep_over(cases))
            warm.append(sweep_over(cases, pool))
    on_the_wall = [each.wall for each in loops]
    yield Bar(
        "two busy loops / a sweep on 2 processes, with their start",
        on_the_wall,
        [each.wall for each in cold],
        0,
        at_least=0.85,
    )
    yield Bar(
        "two busy loops / a sweep on 2 processes that run already",
        on_the_wall,
        [each.wall for each in warm],
        0,
        at_least=0.9,
    )
    yield Bar(
        "the same with their start, in time on the processors",
        [each.processors for each in loops],
        [each.processors for each in cold],
        0,
        at_least=0.85,
    )
    micros = 1e6 * median(each.processors for each in loops) / cases
    yield Note(f"  {cases:,} cases of {micros:,.0f} us on a processor")


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
