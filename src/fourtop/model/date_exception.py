"""Exceptions of service periods on single dates."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.service_period import (
    INTERVAL_MINUTES,
    ServicePeriod,
    as_date,
    as_optional_time,
    as_times,
    calendar_date,
    check_night,
    optional_time,
)


def _closed_starts(value: Iterable[time | str]) -> frozenset[time]:
    return as_times("closed_starts", value)


@attrs.frozen(repr=False)
class DateException:
    """A change of service periods on one date. It changes only what it names.

    The period keeps its key, so that its turn times, caps and other rules go on.

    Args:
        on: The date.
        period: Key of the service period; ``None``: each period of the date. Where both kinds
            exist, the exception of the period wins for what it names.
        closed: Whether the period does not run on the date.
        start: Another local start.
        end: Another local end. At or before the start: on the next day.
        last_start: Another last local start, inclusive.
        interval_minutes: Another interval of the start times on offer (1–180).
        closed_starts: Local start times that are not on offer on the date, besides those of the
            period.

    Raises:
        InvalidInput: If it names no change, or a change of a closed period.

    >>> DateException("2026-12-24", "dinner", end="20:00", last_start="18:30")
    <DateException 2026-12-24 dinner, until 20:00, last start 18:30>
    """

    on: date = attrs.field(converter=as_date, validator=calendar_date)
    period: str | None = attrs.field(
        default=None, validator=validators.optional(validators.identifier)
    )
    closed: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    start: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    end: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    last_start: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    interval_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(*INTERVAL_MINUTES)),
    )
    closed_starts: frozenset[time] = attrs.field(default=(), kw_only=True, converter=_closed_starts)

    def __attrs_post_init__(self) -> None:
        changes = bool(self.replaced or self.closed_starts)
        if not (changes or self.closed):
            raise InvalidInput(
                "on",
                "give closed, start, end, last_start, interval_minutes or closed_starts",
                f"{self.on}",
            )
        if changes and self.closed:
            raise InvalidInput("closed", "give closed or other changes, not both", f"{self.on}")
        if self.start is not None and self.end is not None:
            check_night("end", self.start, self.end)

    @property
    def scope(self) -> tuple[Any, ...]:
        """The date and the period; unique in a policy."""
        return (self.on, self.period)

    @property
    def moves_hours(self) -> bool:
        """Tell whether it changes the start or the end."""
        return self.start is not None or self.end is not None

    @property
    def replaced(self) -> dict[str, Any]:
        """The attributes of a period that it replaces, with their values."""
        names = ("start", "end", "last_start", "interval_minutes")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def __repr__(self) -> str:
        closed = some((f"{at:%H:%M}" for at in sorted(self.closed_starts)), most=3)
        return brief(
            self,
            f"{self.on} {'each period' if self.period is None else self.period}",
            "closed" if self.closed else "",
            "" if self.start is None else f"from {self.start:%H:%M}",
            "" if self.end is None else f"until {self.end:%H:%M}",
            "" if self.last_start is None else f"last start {self.last_start:%H:%M}",
            "" if self.interval_minutes is None else f"every {self.interval_minutes} min",
            f"no start at {closed}" if closed else "",
        )


def changed_period(
    period: ServicePeriod, exceptions: Iterable[DateException]
) -> ServicePeriod | None:
    """Return a period as it runs on a date with exceptions; ``None`` if it does not run.

    Args:
        period: The period.
        exceptions: Those of the date that apply to it, the more specific one last.

    Raises:
        InvalidInput: If the period would be invalid: its last start would lie outside its hours,
            or its end before its start.
    """
    changes: dict[str, Any] = {}
    closed_starts = period.closed_starts
    for each in exceptions:
        if each.closed:
            return None
        changes |= each.replaced
        closed_starts |= each.closed_starts
    if "last_start" in changes:
        changes["last_seating_minutes"] = None
    return attrs.evolve(period, closed_starts=closed_starts, **changes)
