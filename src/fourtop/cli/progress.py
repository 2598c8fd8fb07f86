"""Progress: a bar on a terminal while evenings are played."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, TextIO

from fourtop.simulation.simulation import Progress

_WIDTH: Final = 30
_SECONDS: Final = 0.1
# Worker processes take a while to start, so the first evenings tell little.
_FIRST_SHARE: Final = 0.05


class ProgressBar:
    """Draw how many evenings are played, on one line that is drawn again.

    Args:
        stream: The terminal.
        clock: Tells the seconds that have passed since some moment.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._begun = clock()
        self._drawn = self._begun - _SECONDS
        self._length = 0

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar, at most ten times a second and at the end."""
        now = self._clock()
        if done < total and now - self._drawn < _SECONDS:
            return
        self._drawn = now
        text = bar_text(done, total, now - self._begun)
        self._stream.write(f"\r{text:<{self._length}}")
        self._stream.flush()
        self._length = len(text)

    def clear(self) -> None:
        """Remove the bar."""
        if self._length:
            self._stream.write(f"\r{'':<{self._length}}\r")
            self._stream.flush()


def bar_text(done: int, total: int, seconds: float) -> str:
    """Return the text of a bar.

    >>> bar_text(50, 200, 10)
    '[#######                       ]  25 %, 50 of 200 evenings, 30 s left'
    """
    share = done / total if total else 1.0
    bar = "#" * int(share * _WIDTH)
    left = ""
    if _FIRST_SHARE <= share < 1:
        rest = seconds / done * (total - done)
        left = f", {rest:.0f} s left" if rest < 100 else f", {rest / 60:.0f} min left"
    return f"[{bar:<{_WIDTH}}] {share:4.0%}, {done:,} of {total:,} evenings{left}".replace(
        "%", " %"
    )


@contextmanager
def shown_progress(stream: TextIO | None = None) -> Iterator[Progress | None]:
    """Show a bar on stderr if it is a terminal, and remove it at the end.

    Args:
        stream: Another stream.
    """
    target = sys.stderr if stream is None else stream
    if not target.isatty():
        yield None
        return
    bar = ProgressBar(target)
    try:
        yield bar
    finally:
        bar.clear()
