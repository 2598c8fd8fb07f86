"""The axis of time: local hours, also on days on which the clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from fourtop.errors import InvalidInput, safe_repr

MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LEAST_TICK: Final = 44.0


def day_text(on: date) -> str:
    """Return a date for people, whatever the locale.

    >>> day_text(date(2026, 5, 1))
    'Friday 1 May 2026'
    """
    return f"{_DAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name.

    Raises:
        InvalidInput: If it is unknown.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, TypeError, KeyError):
        raise InvalidInput("timezone", "must be an IANA name", safe_repr(name)) from None


@attrs.frozen
class TimeAxis:
    """Whole local hours from left to right.

    Args:
        start_us: The instant at the left end, in microseconds since 1970.
        end_us: The instant at the right end.
        left: Where the axis begins, in pixels.
        width: Its length in pixels.
        zone: The zone of its hours.
    """

    start_us: int
    end_us: int
    left: float
    width: float
    zone: tzinfo

    def x(self, instant_us: int) -> float:
        """Return the place of an instant; one outside is at the nearer end."""
        inside = min(max(instant_us, self.start_us), self.end_us)
        return self.left + self.width * (inside - self.start_us) / (self.end_us - self.start_us)

    def clock(self, instant_us: int) -> str:
        """Return the local time of day."""
        return f"{local(instant_us, self.zone):%H:%M}"

    def ticks(self) -> Iterator[tuple[int, str]]:
        """Yield whole hours and their text; fewer of them where the space is small."""
        hours = (self.end_us - self.start_us) / HOUR_US
        step = next(
            each for each in (1, 2, 3, 6, 12, 24, 10**6) if each * self.width / hours >= _LEAST_TICK
        )
        instant_us, count = self.start_us, 0
        while instant_us <= self.end_us:
            if count % step == 0:
                yield instant_us, self.clock(instant_us)
            instant_us, count = instant_us + HOUR_US, count + 1


def local(instant_us: int, zone: tzinfo) -> datetime:
    """Return an instant as local time."""
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(zone)


def hour_before(instant_us: int, zone: tzinfo) -> int:
    """Return the last whole local hour that is not after an instant."""
    moment = local(instant_us, zone)
    since = (moment.minute * 60 + moment.second) * 1_000_000 + moment.microsecond
    return instant_us - since


def hour_after(instant_us: int, zone: tzinfo) -> int:
    """Return the first whole local hour that is not before an instant."""
    found = hour_before(instant_us, zone)
    return found if found == instant_us else found + HOUR_US


def noon_us(on: date, zone: tzinfo) -> int:
    """Return the noon of a date, in microseconds since 1970."""
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=zone)
    return (moment - _EPOCH) // timedelta(microseconds=1)
