"""Waiting: when a party on the waitlist would come, and how long it waits."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, count_of
from fourtop.model.window import MICROSECONDS_PER_MINUTE, as_micros, brief_iso, from_micros

# The party decides on one evening.
_MOST_FLEXIBLE_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE


def _earliest(value: datetime | None) -> int | None:
    return None if value is None else as_micros(value, "earliest")


def _latest(value: datetime | None) -> int | None:
    return None if value is None else as_micros(value, "latest")


def _until(value: datetime | None) -> int | None:
    return None if value is None else as_micros(value, "until")


@attrs.frozen(repr=False)
class WaitlistTerms:
    """The starts that a party on the waitlist takes, and how long it waits. All are aware.

    Args:
        earliest: The earliest start; ``None``: the start of the request.
        latest: The latest start, at most 24 hours after the earliest; ``None``: the start of the
            request.
        until: When the party stops waiting; ``None``: at its latest start. Not later than that.

    Raises:
        NaiveDatetime: If a time has no time zone.
        InvalidWindow: If a time is not a datetime, or outside the years 1970 to 2199.
    """

    earliest_us: int | None = attrs.field(default=None, alias="earliest", converter=_earliest)
    latest_us: int | None = attrs.field(default=None, alias="latest", converter=_latest)
    until_us: int | None = attrs.field(default=None, alias="until", converter=_until, kw_only=True)

    def waiting_from(self, start_us: int) -> Waiting:
        """Return the times of a party that would like to sit down at a start.

        Raises:
            InvalidInput: If the times are out of order or too far apart.
        """
        earliest_us = start_us if self.earliest_us is None else self.earliest_us
        latest_us = start_us if self.latest_us is None else self.latest_us
        until_us = latest_us if self.until_us is None else self.until_us
        if earliest_us > start_us:
            raise InvalidInput("earliest", "must not be after the start", brief_iso(earliest_us))
        if latest_us < start_us:
            raise InvalidInput("latest", "must not be before the start", brief_iso(latest_us))
        if latest_us - earliest_us > _MOST_FLEXIBLE_US:
            rule = "must be at most 24 hours after the earliest start"
            raise InvalidInput("latest", rule, brief_iso(latest_us))
        if until_us > latest_us:
            raise InvalidInput("until", "must not be after the latest start", brief_iso(until_us))
        return Waiting(earliest_us, latest_us, until_us)

    def __repr__(self) -> str:
        named = (("from", self.earliest_us), ("to", self.latest_us), ("until", self.until_us))
        return brief(self, *(f"{name} {brief_iso(at)}" for name, at in named if at is not None))


WAIT_FOR_START: Final = WaitlistTerms()


@attrs.frozen(repr=False)
class Waiting:
    """When a party on the waitlist would sit down, and what it was offered.

    Args:
        earliest_us: The earliest start that it takes, in microseconds.
        latest_us: The latest start that it takes, in microseconds.
        until_us: When it stops waiting, in microseconds.
        offers: How many offers it was made.
    """

    earliest_us: int
    latest_us: int
    until_us: int
    offers: int = 0

    @property
    def earliest(self) -> datetime:
        """The earliest start that it takes, in UTC."""
        return from_micros(self.earliest_us)

    @property
    def latest(self) -> datetime:
        """The latest start that it takes, in UTC."""
        return from_micros(self.latest_us)

    @property
    def until(self) -> datetime:
        """When it stops waiting, in UTC."""
        return from_micros(self.until_us)

    def takes(self, start_us: int) -> bool:
        """Tell whether it takes a start, given in microseconds."""
        return self.earliest_us <= start_us <= self.latest_us

    def has_ended(self, now_us: int) -> bool:
        """Tell whether the party has stopped waiting. It still waits at ``until`` itself."""
        return now_us > self.until_us

    def __repr__(self) -> str:
        starts = f"{brief_iso(self.earliest_us)} to {brief_iso(self.latest_us)}"
        return brief(
            self, starts, f"until {brief_iso(self.until_us)}", count_of(self.offers, "offer")
        )
