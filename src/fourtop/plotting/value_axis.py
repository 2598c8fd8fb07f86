"""The axis of values: round ticks, and numbers with as many decimals as they need."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import Final, Self

import attrs

from fourtop.plotting.canvas import SMALL, Canvas

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_MINUS: Final = "−"


def decimals_for(value: float) -> int:
    """Return the decimals that a number needs, at most six.

    >>> decimals_for(0.25), decimals_for(-5), decimals_for(1000)
    (2, 0, 0)
    """
    return next((n for n in range(6) if abs(round(value, n) - value) <= abs(value) * 1e-6), 6)


def shown(value: float, decimals: int, *, is_signed: bool = False) -> str:
    """Return a number for people, with thousands apart and a real minus sign.

    >>> shown(-1234.5, 1), shown(2, 0, is_signed=True), shown(-0.001, 1)
    ('−1,234.5', '+2', '0.0')
    """
    rounded = round(value, decimals) or 0.0
    text = f"{abs(rounded):,.{decimals}f}"
    sign = _MINUS if rounded < 0 else "+" if is_signed and rounded > 0 else ""
    return sign + text


def significant(values: Iterable[float]) -> int:
    """Return the decimals that show the smallest of some positive sizes with two digits."""
    found = [abs(each) for each in values if each]
    if not found:
        return 0
    return min(max(1 - floor(log10(min(found))), 0), 6)


@attrs.frozen
class ValueAxis:
    """A linear axis between two round values.

    Args:
        low: The value at its beginning.
        high: The value at its end.
        step: The distance of its ticks.
        start: The pixel of its beginning.
        length: Its length in pixels; negative: towards smaller coordinates.
    """

    low: float
    high: float
    step: float
    start: float
    length: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, length: float, ticks: int = 6) -> Self:
        """Return the axis over some values, from a round value to a round value.

        Args:
            values: One value or more.
            start: The pixel of its beginning.
            length: Its length in pixels.
            ticks: About how many ticks it has.
        """
        found = list(values)
        low, high = min(found), max(found)
        if low == high:
            # One value stands in the middle of a stretch that is about as large as itself.
            reach = abs(low) / 2 or 1.0
            low, high = low - reach, high + reach
        step = _round_step((high - low) / ticks)
        return cls(
            floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step, start, length
        )

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + self.length * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the values of the ticks with their texts."""
        count = round((self.high - self.low) / self.step)
        decimals = decimals_for(self.step)
        values = [self.low + place * self.step for place in range(count + 1)]
        return [(value, shown(value, decimals)) for value in values]


def _round_step(raw: float) -> float:
    size: float = 10.0 ** floor(log10(raw))
    return next(step * size for step in _STEPS if step * size >= raw * (1 - 1e-9))


def draw_x_axis(canvas: Canvas, axis: ValueAxis, top: float, bottom: float, unit: str) -> float:
    """Draw vertical lines with the ticks below, and the unit in a line of its own.

    Returns the lower edge.
    """
    for value, text in axis.ticks():
        x = axis.at(value)
        canvas.line((x, top), (x, bottom), "rule")
        canvas.text(x, bottom + 16, text, SMALL.centred())
    right = axis.start + axis.length
    canvas.text(right, bottom + 34, SMALL.fitted(unit, right - 8), SMALL.ended())
    return bottom + 40
