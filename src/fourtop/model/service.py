"""A service: a period on one date, with the starts on offer."""

from datetime import date
from typing import Self

import attrs

from fourtop.errors.display import brief
from fourtop.model.service_period import ServicePeriod
from fourtop.model.window import Window


@attrs.frozen(repr=False)
class Service:
    """A service period on one date.

    Args:
        period: The period.
        date: The date that it starts on, in the restaurant's calendar.
        window: From its start to its end.
        last_start_us: The last permitted start, in microseconds.
        starts_us: The start times on offer, in microseconds.
    """

    period: ServicePeriod
    date: date
    window: Window
    last_start_us: int
    starts_us: frozenset[int] = attrs.field(default=frozenset(), eq=False, kw_only=True)

    def is_same(self, other: Self | None) -> bool:
        """Tell whether the other is this period on this date too."""
        return other is not None and (self.date, self.period.key) == (other.date, other.period.key)

    def __repr__(self) -> str:
        return brief(self, f"{self.period.key} on {self.date}", self.window.brief())
