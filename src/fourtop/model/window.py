"""Windows of time: half-open, in UTC, exact to the microsecond."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Self

import attrs

from fourtop.errors import InvalidWindow, NaiveDatetime, NonexistentTime, safe_repr

MICROSECONDS_PER_SECOND: Final = 1_000_000
MICROSECONDS_PER_MINUTE: Final = 60_000_000
MAX_WINDOW_DAYS: Final = 31
MAX_WINDOW_US: Final = MAX_WINDOW_DAYS * 24 * 60 * MICROSECONDS_PER_MINUTE

_CACHED_TEXTS: Final = 4_096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Milliseconds of the year 2199 are less.
_LEAST_STORED_US: Final = 10**13
LATEST_US: Final = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def to_micros(value: object, field: str = "instant") -> int:
    """Convert an aware datetime to whole microseconds since 1970 (UTC).

    Raises:
        NaiveDatetime: If it has no time zone.
        NonexistentTime: If the clocks of its zone skip it.
        InvalidWindow: If it is not a datetime, or outside the years 1970 to 2199.
    """
    if not isinstance(value, datetime):
        raise InvalidWindow(field, "must be a datetime with a time zone", safe_repr(value))
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise NaiveDatetime(field, "must have a time zone", value.isoformat())
        valid = next_valid(value)
        if valid is not None:
            raise NonexistentTime(field, "must exist", value.isoformat(), valid.isoformat())
    micros = (value - _EPOCH) // _MICROSECOND
    if not 0 <= micros < LATEST_US:
        raise InvalidWindow(field, "must lie in the years 1970 to 2199", value.isoformat())
    return micros


def as_micros(value: object, field: str, *, unbounded_us: int | None = None) -> int:
    """Convert the argument of a constructor that stores an instant as microseconds.

    ``attrs.evolve`` and ``copy.replace`` give a constructor the value that it has stored, so that
    stored microseconds pass. Seconds and milliseconds since 1970 are too small to be taken for
    them.

    Args:
        value: An aware datetime, or stored microseconds.
        field: The name of the argument, for the error.
        unbounded_us: The microseconds that are stored for no bound, if any.

    Raises:
        NaiveDatetime: If it has no time zone.
        NonexistentTime: If the clocks of its zone skip it.
        InvalidWindow: If it is neither, or outside the years 1970 to 2199.
    """
    # Neither a truth value nor a number of another kind is stored.
    if type(value) is int and (value == unbounded_us or _LEAST_STORED_US <= value < LATEST_US):
        return value
    return to_micros(value, field)


def next_valid(value: datetime) -> datetime | None:
    """Return the first valid local time after one that its zone skips; ``None`` if it exists.

    The transition is found by bisection on whole seconds between the two readings of the skipped
    time.
    """
    try:
        there = value.astimezone(UTC)
        back = there.astimezone(value.tzinfo)
    except OverflowError:
        return None
    if back.replace(tzinfo=None) == value.replace(tzinfo=None):
        return None
    readings = [value.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    low, high = min(readings), max(readings)
    before = low.astimezone(value.tzinfo).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(value.tzinfo).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0).astimezone(value.tzinfo)


def from_micros(micros: int) -> datetime:
    """Convert microseconds since 1970 to a datetime in UTC."""
    # Days, seconds, microseconds: the keyword takes half as long again.
    return _EPOCH + timedelta(0, 0, micros)


@lru_cache(maxsize=_CACHED_TEXTS)
def iso(micros: int) -> str:
    """Format microseconds since 1970 as ISO 8601 in UTC, for errors and events.

    Cached, because the bounds of a few windows recur: one party is in the way of many.
    """
    return from_micros(micros).isoformat()


def brief_iso(micros: int, zone: tzinfo = UTC) -> str:
    """Format an instant for people: ISO 8601 in a zone, to the minute or, if needed, the second.

    >>> brief_iso(0)
    '1970-01-01T00:00Z'
    """
    local = from_micros(micros).astimezone(zone)
    exact = local.second == local.microsecond == 0
    return local.isoformat(timespec="minutes" if exact else "seconds").replace("+00:00", "Z")


def _bound(value: datetime) -> int:
    return as_micros(value, "window")


@attrs.frozen(order=True, repr=False)
class Window:
    """A stretch of time ``[start, end)``: it includes its start and excludes its end.

    Two parties may therefore use one table back to back. Stored as whole microseconds since 1970,
    so that comparisons are cheap; ``start`` and ``end`` return datetimes in UTC. Ordered by start,
    then end.

    Args:
        start: First instant inside. Any time zone.
        end: First instant outside. Any time zone.

    Raises:
        NaiveDatetime: If a bound has no time zone.
        InvalidWindow: If ``end <= start``, if it is longer than 31 days, or not within 1970–2199.

    >>> from datetime import datetime, UTC
    >>> early = Window(datetime(2026, 5, 1, 18, tzinfo=UTC), datetime(2026, 5, 1, 20, tzinfo=UTC))
    >>> late = Window(early.end, datetime(2026, 5, 1, 22, tzinfo=UTC))
    >>> early.overlaps(late), early.minutes
    (False, 120)
    """

    start_us: int = attrs.field(alias="start", converter=_bound)
    end_us: int = attrs.field(alias="end", converter=_bound)

    def __attrs_post_init__(self) -> None:
        _check_bounds(self.start_us, self.end_us)

    @classmethod
    def of_micros(cls, start_us: int, end_us: int) -> Self:
        """Make a window from two counts of microseconds since 1970 (UTC).

        Raises:
            InvalidWindow: As the constructor.
        """
        _check_bounds(start_us, end_us)
        window = object.__new__(cls)
        object.__setattr__(window, "start_us", start_us)
        object.__setattr__(window, "end_us", end_us)
        return window

    @property
    def start(self) -> datetime:
        """The first instant inside, in UTC."""
        return from_micros(self.start_us)

    @property
    def end(self) -> datetime:
        """The first instant outside, in UTC."""
        return from_micros(self.end_us)

    @property
    def minutes(self) -> int:
        """The length in whole minutes, rounded down."""
        return (self.end_us - self.start_us) // MICROSECONDS_PER_MINUTE

    def overlaps(self, other: Self) -> bool:
        """Tell whether an instant lies in both. Windows that touch do not overlap."""
        return self.start_us < other.end_us and other.start_us < self.end_us

    def contains(self, other: Self) -> bool:
        """Tell whether every instant of ``other`` lies in this window."""
        return self.start_us <= other.start_us and other.end_us <= self.end_us

    def brief(self, zone: tzinfo = UTC) -> str:
        """Format the window for people; the end repeats the date only where it differs.

        >>> Window.of_micros(0, 5_400_000_000).brief()
        '1970-01-01T00:00/01:30Z'
        """
        start, end = brief_iso(self.start_us, zone), brief_iso(self.end_us, zone)
        day, _, end_time = end.partition("T")
        start_day, start_time = start[:10], start[10:16]
        is_exact = not any(us % MICROSECONDS_PER_MINUTE for us in (self.start_us, self.end_us))
        if not is_exact or start_day != day or start[16:] != end[16:]:
            return f"{start}/{end}"
        return f"{start_day}{start_time}/{end_time}"

    def __repr__(self) -> str:
        return f"Window({self})"

    def __str__(self) -> str:
        return f"{iso(self.start_us)}/{iso(self.end_us)}"


def _check_bounds(start_us: int, end_us: int) -> None:
    if end_us <= start_us:
        raise InvalidWindow("window", "must end after it starts", f"{iso(start_us)}/{iso(end_us)}")
    if end_us - start_us > MAX_WINDOW_US:
        raise InvalidWindow(
            "window",
            f"must be at most {MAX_WINDOW_DAYS} days long",
            f"{iso(start_us)}/{iso(end_us)}",
        )
