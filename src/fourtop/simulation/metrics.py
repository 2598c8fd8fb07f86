"""Metrics: the numbers of an evening, in the words of the trade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.simulation.evening import EveningResult

Numbers = tuple[Sequence[float], Sequence[float] | None]
"""One number an evening, and the wholes of a ratio."""


@attrs.frozen(repr=False)
class Metric:
    """A number of an evening, or a ratio of two that is taken over all evenings.

    Args:
        name: Its name in code and in columns.
        label: Its name for people.
        unit: Its unit.
        part: The number of an evening.
        whole: The number that ``part`` is divided by; ``None``: the metric is a mean per evening.
        scale: What the ratio is multiplied by: 100 for percent.
        less_is_better: Whether a house wants less of it, as with refusals and waits.
    """

    name: str
    label: str
    unit: str
    # Callables are not equal to their pickled copies.
    part: Callable[[EveningResult], float] = attrs.field(eq=False)
    whole: Callable[[EveningResult], float] | None = attrs.field(default=None, eq=False)
    scale: float = 1.0
    less_is_better: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the evenings of a week add up to a total, as covers do and waits do not."""
        return self.whole is None and self.unit != "minutes"

    def numbers(self, evenings: Sequence[EveningResult]) -> Numbers:
        """Return its number, and its whole if it has one, of each evening."""
        parts = [self.scale * self.part(each) for each in evenings]
        whole = self.whole
        return parts, None if whole is None else [whole(each) for each in evenings]

    def __repr__(self) -> str:
        return brief(self, self.name, self.unit)


def _of(name: str) -> Callable[[EveningResult], float]:
    # Unlike a lambda, it pickles.
    return attrgetter(name)


METRICS: Final = (
    Metric("covers", "covers seated", "covers", _of("covers")),
    Metric("parties", "parties seated", "parties", _of("parties")),
    Metric("requests", "parties that asked", "parties", _of("requests")),
    Metric("covers_requested", "covers asked for", "covers", _of("covers_requested")),
    Metric(
        "turned_away", "parties turned away", "parties", _of("turned_away"), less_is_better=True
    ),
    Metric(
        "covers_turned_away",
        "covers turned away",
        "covers",
        _of("covers_turned_away"),
        less_is_better=True,
    ),
    Metric(
        "turned_away_percent",
        "turned away, of those that asked",
        "%",
        _of("turned_away"),
        _of("requests"),
        100,
        less_is_better=True,
    ),
    Metric("refused", "refused", "parties", _of("refused"), less_is_better=True),
    Metric(
        "covers_refused", "covers refused", "covers", _of("covers_refused"), less_is_better=True
    ),
    Metric(
        "refused_percent",
        "refused, of those that asked",
        "%",
        _of("refused"),
        _of("requests"),
        100,
        less_is_better=True,
    ),
    Metric("gave_up", "gave up waiting", "parties", _of("gave_up"), less_is_better=True),
    Metric("released", "came after release", "parties", _of("released"), less_is_better=True),
    Metric(
        "alternatives_taken",
        "took another start",
        "parties",
        _of("alternatives_taken"),
        less_is_better=True,
    ),
    Metric("cancelled", "cancelled", "parties", _of("cancelled"), less_is_better=True),
    Metric("no_shows", "no-shows", "parties", _of("no_shows"), less_is_better=True),
    Metric(
        "seat_percent",
        "seat-hours used, of those on offer",
        "%",
        _of("seat_hours_used"),
        _of("seat_hours_offered"),
        100,
    ),
    Metric("revenue", "revenue", "", _of("revenue")),
    Metric(
        "revpash",
        "RevPASH",
        "per seat-hour",
        _of("revenue"),
        _of("seat_hours_offered"),
    ),
    Metric("waited", "waited and sat down", "parties", _of("waited"), less_is_better=True),
    Metric(
        "wait_minutes",
        "wait of a seated party",
        "minutes",
        _of("wait_minutes"),
        _of("parties"),
        less_is_better=True,
    ),
    Metric(
        "longest_wait_minutes",
        "longest wait",
        "minutes",
        _of("longest_wait_minutes"),
        less_is_better=True,
    ),
    Metric(
        "overstays", "stayed longer than planned", "parties", _of("overstays"), less_is_better=True
    ),
    Metric("at_risk", "bookings at risk", "parties", _of("at_risk"), less_is_better=True),
    Metric("late", "sat down late", "parties", _of("late"), less_is_better=True),
    Metric("moves", "moved to other tables", "moves", _of("moves"), less_is_better=True),
)
"""The metrics of a simulation, in the order of its table."""

_BY_NAME: Final = {metric.name: metric for metric in METRICS}


def get_metric(name: str) -> Metric:
    """Return the metric of a name.

    Raises:
        InvalidInput: If no metric has that name; the error lists the names.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise InvalidInput("metric", f"must be one of {', '.join(_BY_NAME)}", safe_repr(name))
    return found
