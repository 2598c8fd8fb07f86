"""Figures with their bars: the ratio of two things measured in turns, and its target."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import thread_time

import attrs

ROUNDS = 41
TURN_SECONDS = 0.004
HEADING = f"{'compared':<74}{'median':>9}  {'[min..max]':<20}{'bar':>9}  {'':<7}{'us':>9}"

Task = Callable[[], object]


@attrs.frozen
class Bar:
    """A line of the table: the ratio of two sides in the same rounds, and the bar of its median.

    Args:
        name: The two sides, and the conditions.
        upper: Seconds, or another amount, of one side in each round.
        lower: The same of the other side.
        calls: How many calls a measured side holds. The last column is one call of the cheaper
            side, in microseconds; 0: it says nothing.
        at_least: The bar from below.
        at_most: The bar from above.
    """

    name: str
    upper: Sequence[float]
    lower: Sequence[float]
    calls: int = 1
    at_least: float | None = attrs.field(default=None, kw_only=True)
    at_most: float | None = attrs.field(default=None, kw_only=True)

    @property
    def ratios(self) -> list[float]:
        """The quotients, round by round."""
        return [one / two for one, two in zip(self.upper, self.lower, strict=True)]

    @property
    def is_held(self) -> bool:
        """Tell whether the median keeps the bar."""
        middle = median(self.ratios)
        is_enough = self.at_least is None or middle >= self.at_least
        return is_enough and (self.at_most is None or middle <= self.at_most)

    def __str__(self) -> str:
        bar = "" if self.at_least is None else f">= {self.at_least:,g}"
        bar += "" if self.at_most is None else f"<= {self.at_most:,g}"
        mark = "" if not bar else "HELD" if self.is_held else "MISSED"
        spread = f"[{shown(min(self.ratios))}..{shown(max(self.ratios))}]"
        micros = (
            f"{min(median(self.upper), median(self.lower)) / self.calls * 1e6:.2f}"
            if self.calls
            else ""
        )
        figure = f"{shown(median(self.ratios)):>9}  {spread:<20}"
        return f"{self.name:<74}{figure}{bar:>9}  {mark:<7}{micros:>9}"


@attrs.frozen
class Note:
    """A line that says something instead of a figure, or about one."""

    text: str

    @property
    def is_held(self) -> bool:
        """Promise nothing."""
        return True

    def __str__(self) -> str:
        return self.text


def shown(value: float) -> str:
    """Write a number with three digits that count.

    >>> shown(0.1234), shown(12.34), shown(12345.6)
    ('0.123', '12.3', '12,346')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def race(*tasks: Task, rounds: int = ROUNDS) -> list[list[float]]:
    """Time the tasks in turns, round by round; return the seconds of each task in each round.

    It is the time of this thread on the processor, so that what else runs on the machine disturbs
    as little as may be. A task is repeated until its turn lasts a few milliseconds, so that quick
    ones and slow ones suffer alike from the caches that the one before has emptied.
    """
    times: list[list[float]] = [[] for _ in tasks]
    repeats = []
    for task in tasks:
        # Twice: the first two questions of a day are not like the others.
        task()
        task()
        repeats.append(1 + int(TURN_SECONDS / max(taken(task), 1e-9)))
    for _ in range(rounds):
        gc.collect(1)
        for task, count, seconds in zip(tasks, repeats, times, strict=True):
            seconds.append(taken(task, count))
    return times


def taken(task: Task, count: int = 1) -> float:
    """Return how long a task takes, on average over ``count`` times, in seconds of this thread."""
    begun = thread_time()
    for _ in range(count):
        task()
    return (thread_time() - begun) / count
