"""Demand profiles: when seats left over cost more, or less, than usual."""

from datetime import date, time, timedelta
from typing import Final

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.service_period import (
    WEEK,
    Weekday,
    as_optional_time,
    as_weekdays,
    check_night,
    optional_time,
)

MAX_PRIORITY: Final = 1_000
MULTIPLIER: Final = (0.1, 10)

_DAY_MINUTES: Final = 24 * 60
_ONE_DAY: Final = timedelta(days=1)


@attrs.frozen(repr=False)
class DemandProfile:
    """A stretch of a week in which seats left over cost more, or less, than usual.

    Of the profiles that apply, one counts: that of the highest priority; among equals the shortest,
    then the one that starts earliest, then the first by name.

    An end at or before the start lies on the next day, by noon at the latest. The part after
    midnight belongs to the weekday on which the profile starts.

    Args:
        name: Its id; unique in the policy.
        multiplier: Takes the place of the house's demand multiplier (0.1–10).
        start: Local time, ``"17:30"``, inclusive; ``None``: the start of the day.
        end: Local time, exclusive; ``None``: the end of the day.
        weekdays: The days of the week; empty: every day.
        period: Key of a service period; ``None``: each period.
        priority: Higher priorities come first (0–1,000).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> peak = DemandProfile("peak", 1.35, start="18:00", end="22:30", weekdays=["friday"])
    >>> peak.applies("dinner", date(2025, 1, 3), 19 * 60)
    True
    """

    name: str = attrs.field(validator=validators.identifier)
    multiplier: float = attrs.field(
        converter=validators.as_number, validator=validators.number(*MULTIPLIER)
    )
    start: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    end: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    weekdays: frozenset[Weekday] = attrs.field(default=(), kw_only=True, converter=as_weekdays)
    period: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    priority: int = attrs.field(
        default=1,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, MAX_PRIORITY),
    )

    def __attrs_post_init__(self) -> None:
        if self.start is None or self.end is None:
            return
        if self.start == self.end:
            raise InvalidInput(
                "end", "must differ from start; give neither for a whole day", f"{self.end:%H:%M}"
            )
        check_night("end", self.start, self.end)

    @property
    def scope(self) -> str:
        """The name; unique in a policy."""
        return self.name

    @property
    def span_minutes(self) -> tuple[int, int]:
        """Its start and end in minutes after the midnight before it starts."""
        start = 0 if self.start is None else self.start.hour * 60 + self.start.minute
        end = _DAY_MINUTES if self.end is None else self.end.hour * 60 + self.end.minute
        return (start, end if end > start else end + _DAY_MINUTES)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Its rank among the profiles that apply; the smallest wins."""
        start, end = self.span_minutes
        return (-self.priority, end - start, start, self.name)

    def applies(self, period: str, day: date, minute: int) -> bool:
        """Tell whether it applies to a service period at a local time.

        Args:
            period: Key of the period.
            day: The local date.
            minute: Minutes after the midnight of that date, from 0 to 1,439.
        """
        if self.period not in (None, period):
            return False
        start, end = self.span_minutes
        if start <= minute < end and self._runs_on(day):
            return True
        return minute + _DAY_MINUTES < end and self._runs_on(day - _ONE_DAY)

    def _runs_on(self, day: date) -> bool:
        return not self.weekdays or Weekday.of(day) in self.weekdays

    def __repr__(self) -> str:
        start = "00:00" if self.start is None else f"{self.start:%H:%M}"
        end = "24:00" if self.end is None else f"{self.end:%H:%M}"
        return brief(
            self,
            f"{self.name} times {self.multiplier:g}, {start} to {end}",
            some(day.value for day in WEEK if day in self.weekdays),
            self.period or "",
            f"priority {self.priority}",
        )
