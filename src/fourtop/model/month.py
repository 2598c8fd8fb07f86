"""Months: which days can be booked, and why the others cannot."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum

import attrs

from fourtop.errors import Refusal
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions


class DayState(StrEnum):
    """What a day offers a party.

    ``CLOSED``: no start time is on offer. ``FULL``: none of those on offer can be booked.
    """

    BOOKABLE = "bookable"
    FULL = "full"
    CLOSED = "closed"


@attrs.frozen(repr=False)
class BookableDay:
    """The start times of a day for one party.

    Args:
        on: The date, in the restaurant's calendar.
        offered: The number of start times on offer.
        starts: Those that can be booked, in UTC, in order.
        refusal: Why the day is closed or full: if it is full, the refusal of the first start on
            offer that has not passed, or of the first one. ``None``: it can be booked.
        timezone: Of the restaurant, for the times that a person sees.
    """

    on: date
    offered: int
    starts: tuple[datetime, ...]
    refusal: Refusal | None = None
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def state(self) -> DayState:
        """What the day offers the party."""
        if self.starts:
            return DayState.BOOKABLE
        return DayState.FULL if self.offered else DayState.CLOSED

    @property
    def is_bookable(self) -> bool:
        """Tell whether a start of the day can be booked."""
        return bool(self.starts)

    def summary(self) -> str:
        """Return what the day offers as text."""
        if self.refusal is not None:
            reason = str(self.refusal.reasons[0])
            return f"full: {reason}" if self.offered else reason
        zone = zone_info(self.timezone)
        first, last = (at.astimezone(zone) for at in (self.starts[0], self.starts[-1]))
        return f"{count_of(len(self.starts), 'start')} from {first:%H:%M} to {last:%H:%M}"

    def __repr__(self) -> str:
        return brief(self, f"{self.on} {self.summary()}")


@attrs.frozen(repr=False)
class Month:
    """The days of a month for one party, all at one version.

    Args:
        party_size: The party size.
        days: Every day of the month, in order.
        versions: Of the floor, policy and occupancy that it read.
    """

    party_size: int
    days: tuple[BookableDay, ...]
    versions: Versions

    def bookable(self) -> tuple[BookableDay, ...]:
        """Return the days that can be booked."""
        return tuple(day for day in self.days if day.is_bookable)

    def __iter__(self) -> Iterator[BookableDay]:
        return iter(self.days)

    def __repr__(self) -> str:
        bookable = f"{len(self.bookable())} of {count_of(len(self.days), 'day')} bookable"
        return brief(self, f"{self.days[0].on:%Y-%m} party of {self.party_size}", bookable)

    def _repr_html_(self) -> str:
        rows = [(day.on, day.state.value, day.summary()) for day in self.days]
        caption = f"{self.days[0].on:%B %Y} for a party of {self.party_size}"
        return html_table(caption, ("date", "state", "starts or reason"), rows)
