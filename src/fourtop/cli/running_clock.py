"""A clock that runs from any moment on: the time of a demo house."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from fourtop.errors.display import brief
from fourtop.model.window import brief_iso

_NANOSECONDS: Final = 1_000


class RunningClock:
    """Stands at a moment when it is made, and runs from then on.

    Args:
        start_us: The moment, in microseconds since 1970.
        elapsed_ns: Tells the nanoseconds that have passed since some moment.

    >>> clock = RunningClock(5_000_000, elapsed_ns=iter([0, 250_000_000]).__next__)
    >>> clock.now_us()
    5250000
    """

    __slots__ = ("_begun_ns", "_elapsed_ns", "_start_us")

    def __init__(self, start_us: int, *, elapsed_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._start_us = start_us
        self._elapsed_ns = elapsed_ns
        self._begun_ns = elapsed_ns()

    def __repr__(self) -> str:
        return brief(self, f"from {brief_iso(self._start_us)}")

    def now_us(self) -> int:
        """Return the time in microseconds since 1970 (UTC)."""
        return self._start_us + (self._elapsed_ns() - self._begun_ns) // _NANOSECONDS
