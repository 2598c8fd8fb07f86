"""The time of a restaurant, from the clock and the latest time told."""

from __future__ import annotations

from typing import Final

from fourtop.errors import ClockBehind
from fourtop.model.window import MICROSECONDS_PER_MINUTE, iso

MAX_STEP_BACK_US: Final = 5 * MICROSECONDS_PER_MINUTE


def tell_time(restaurant_id: str, told_us: int, now_us: int) -> int:
    """Return the time of a restaurant: the clock's, and never one before a time that was told.

    A clock that was set back by up to five minutes lets the restaurant's time stand still. A clock
    that is further behind shows that it, or the clock that told the time before, is wrong.

    Args:
        restaurant_id: The restaurant.
        told_us: The latest time told, in microseconds; 0: no time was told.
        now_us: The time of the clock.

    Raises:
        ClockBehind: If the clock is more than five minutes behind. Correct the clock, or call
            ``reset_clock``.

    >>> tell_time("pub", 1_000_000, 2_000_000), tell_time("pub", 2_000_000, 1_000_000)
    (2000000, 2000000)
    """
    if now_us >= told_us:
        return now_us
    if is_behind(told_us, now_us):
        raise ClockBehind(restaurant_id, iso(told_us), iso(now_us))
    return told_us


def is_behind(told_us: int, now_us: int) -> bool:
    """Tell whether a clock is further behind a time that was told than a correction explains."""
    return told_us - now_us > MAX_STEP_BACK_US
