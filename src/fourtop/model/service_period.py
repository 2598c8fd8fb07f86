"""Service periods: weekdays, dates, turn times and occasions."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final, Self, SupportsIndex, cast

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators

MAX_TURN_MINUTES: Final = 600
MAX_BUFFER_MINUTES: Final = 120
INTERVAL_MINUTES: Final = (1, 180)
# The years whose dates can be calculated in every time zone.
YEARS: Final = (1971, 2198)

_NOON: Final = time(12)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Weekday(StrEnum):
    """A day of the week in the restaurant's calendar."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the weekday of a date."""
        return list(cls)[day.weekday()]


WEEK: Final = tuple(Weekday)

# Times before it belong to the evening before.
NIGHT_ENDS: Final = time(5)


def of_the_night(at: time) -> tuple[bool, time]:
    """Return the place of a local time in its night; the hours after midnight come last."""
    return at < NIGHT_ENDS, at


def check_time(field: str, value: object) -> time:
    """Return a local time of whole minutes, given as ``"17:30"`` or a ``time``.

    Raises:
        InvalidInput: If it is neither.
    """
    at = _parsed_time(value) if isinstance(value, str) else value
    if not isinstance(at, time) or at.tzinfo is not None or at.second or at.microsecond:
        raise InvalidInput(field, "must be a local time such as 17:30", safe_repr(value))
    return at


def _parsed_time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    return None if found is None else time(int(found[1]), int(found[2]))


def as_time(value: time | str) -> time:
    """Convert a field with a local time; ``local_time`` refuses other values."""
    parsed = _parsed_time(value) if isinstance(value, str) else None
    return cast("time", value) if parsed is None else parsed


def as_optional_time(value: time | str | None) -> time | None:
    """Convert a field with a local time or ``None``; see ``as_time``."""
    return None if value is None else as_time(value)


def as_times(field: str, value: Iterable[time | str]) -> frozenset[time]:
    """Convert a collection of local times to a set; see ``check_time``."""
    return frozenset(validators.as_members(field, value, lambda each: check_time(field, each)))


def local_time(_instance: object, attribute: validators.Named, value: Any) -> None:
    """Validate a local time."""
    check_time(attribute.name, value)


optional_time: Final = validators.optional(local_time)


def check_night(field: str, start: time, end: time) -> None:
    """Check that hours which end at or before their start run past midnight in earnest.

    They last a whole day, or end by noon of the next day. Others are mistaken: a dinner from 17:00
    to 16:00 has its times exchanged.

    Raises:
        InvalidInput: If they do not.
    """
    if end < start and end > _NOON:
        raise InvalidInput(
            field, f"must be after {start:%H:%M}, or noon of the next day at most", f"{end:%H:%M}"
        )


def check_date(field: str, value: object) -> date:
    """Return a date in the years of ``YEARS``, given as ``"2026-12-24"`` or a ``date``.

    Raises:
        InvalidInput: If it is neither, or a datetime, or not in these years.
    """
    day = _parsed_date(value) if isinstance(value, str) else value
    first, last = YEARS
    if not isinstance(day, date) or isinstance(day, datetime) or not first <= day.year <= last:
        rule = f"must be a date of the years {first} to {last}, such as 2026-12-24"
        raise InvalidInput(field, rule, safe_repr(value))
    return day


def _parsed_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) is not None else None
    except ValueError:
        return None


def as_date(value: date | str) -> date:
    """Convert a field with a date; ``calendar_date`` refuses other values."""
    parsed = _parsed_date(value) if isinstance(value, str) else None
    return cast("date", value) if parsed is None else parsed


def as_optional_date(value: date | str | None) -> date | None:
    """Convert a field with a date or ``None``; see ``as_date``."""
    return None if value is None else as_date(value)


def as_dates(field: str, value: Iterable[date | str]) -> frozenset[date]:
    """Convert a collection of dates to a set; see ``check_date``."""
    return frozenset(validators.as_members(field, value, lambda each: check_date(field, each)))


def calendar_date(_instance: object, attribute: validators.Named, value: Any) -> None:
    """Validate a date."""
    check_date(attribute.name, value)


optional_date: Final = validators.optional(calendar_date)


def as_weekday(value: Weekday | str, field: str = "weekday") -> Weekday:
    """Convert ``"monday"`` or a ``Weekday`` to a weekday.

    Raises:
        InvalidInput: If it is neither.
    """
    return validators.as_enum(Weekday, field, value)


def as_optional_weekday(value: Weekday | str | None) -> Weekday | None:
    """Convert a weekday that may be ``None``; see ``as_weekday``."""
    return None if value is None else as_weekday(value)


@attrs.frozen(repr=False)
class TurnBand:
    """The turn time of parties up to a size.

    Args:
        max_party: Largest party of the band; ``None``: any.
        minutes: The turn time, buffers not counted (1–600).
    """

    max_party: int | None = attrs.field(
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, validators.MAX_PARTY)),
    )
    minutes: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, MAX_TURN_MINUTES)
    )

    def __repr__(self) -> str:
        return brief(self, _band_text(self))


Bands = Iterable[TurnBand | Sequence[SupportsIndex | None]]


def as_bands(value: Bands) -> tuple[TurnBand, ...]:
    """Convert turn bands, or pairs ``(max_party, minutes)``, to bands.

    Raises:
        InvalidInput: If the sizes do not increase, or ``None`` is not last.
    """
    bands = validators.as_members("turn_bands", value, _band)
    sizes = [
        validators.MAX_PARTY + 1 if band.max_party is None else band.max_party for band in bands
    ]
    if sizes != sorted(set(sizes)):
        raise InvalidInput("turn_bands", "must have increasing sizes", safe_repr(sizes))
    return bands


def _band(value: Any) -> TurnBand:
    if isinstance(value, TurnBand):
        return value
    if isinstance(value, str) or not isinstance(value, Iterable) or len(pair := tuple(value)) != 2:
        raise InvalidInput(
            "turn_bands", "must be pairs of a party size and minutes", safe_repr(value)
        )
    return TurnBand(*pair)


@attrs.frozen(repr=False)
class Occasion:
    """A kind of visit with its own turn times, such as drinks or a Christmas party.

    Args:
        key: Its id; unique in the policy.
        turn_bands: Its turn times, or pairs ``(max_party, minutes)``. A fixed duration is one band
            ``(None, minutes)``.
    """

    key: str = attrs.field(validator=validators.identifier)
    turn_bands: tuple[TurnBand, ...] = attrs.field(converter=as_bands)

    def __attrs_post_init__(self) -> None:
        if not self.turn_bands:
            raise InvalidInput("turn_bands", "must not be empty for an occasion", self.key)

    def __repr__(self) -> str:
        return brief(self, self.key, *map(_band_text, self.turn_bands))


def _band_text(band: TurnBand) -> str:
    size = "any size" if band.max_party is None else f"up to {band.max_party}"
    return f"{size} {band.minutes} min"


def as_weekdays(value: Iterable[Weekday | str]) -> frozenset[Weekday]:
    """Convert a collection of weekdays to a set; see ``as_weekday``."""
    return frozenset(
        validators.as_members("weekdays", value, lambda each: as_weekday(each, "weekdays"))
    )


def _closed_starts(value: Iterable[time | str]) -> frozenset[time]:
    return as_times("closed_starts", value)


def _period_dates(value: Iterable[date | str]) -> frozenset[date]:
    return as_dates("dates", value)


def _occasion_keys(value: Iterable[str]) -> tuple[str, ...]:
    return validators.as_members(
        "occasions", value, lambda key: validators.check_identifier("occasions", key)
    )


@attrs.frozen(repr=False)
class ServicePeriod:
    """A part of the day in which parties may sit down.

    An end at or before the start lies on the next day: at noon at the latest, or 24 hours later.

    Args:
        key: Its id; unique in the policy.
        start: Local time, ``"17:00"``.
        end: Local time. Equal to the start: 24 hours.
        weekdays: The days of the week; empty: every day, unless ``dates`` are given.
        dates: These dates only. A date that any period names has no other periods.
        occasions: Keys of the occasions on offer, the default first; empty: no occasion.
        turn_bands: Turn times of stays without an occasion; empty: the policy's.
        buffer_before_minutes: Kept free before a party sits down (0–120).
        buffer_after_minutes: Kept free after it leaves (0–120).
        last_start: The last local start, inclusive.
        last_seating_minutes: Alternatively, the time from the last start to the end; neither: the
            restaurant's value.
        overrun_allowed: Whether a stay may run past the end; if not, it is clamped to the end.
        min_dwell_minutes: A clamped stay shorter than this (and than its turn time) is refused.
        interval_minutes: Raster of the start times on offer (1–180); ``None``: the restaurant's.
        closed_starts: Local start times that are not on offer to guests.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> ServicePeriod("late", "22:00", "02:00").is_overnight
    True
    """

    key: str = attrs.field(validator=validators.identifier)
    start: time = attrs.field(converter=as_time, validator=local_time)
    end: time = attrs.field(converter=as_time, validator=local_time)
    weekdays: frozenset[Weekday] = attrs.field(default=(), kw_only=True, converter=as_weekdays)
    dates: frozenset[date] = attrs.field(default=(), kw_only=True, converter=_period_dates)
    occasions: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_occasion_keys)
    turn_bands: tuple[TurnBand, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    buffer_before_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, MAX_BUFFER_MINUTES),
    )
    buffer_after_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, MAX_BUFFER_MINUTES),
    )
    last_start: time | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_time, validator=optional_time
    )
    last_seating_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, 600)),
    )
    overrun_allowed: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    min_dwell_minutes: int = attrs.field(
        default=45,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MAX_TURN_MINUTES),
    )
    interval_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(*INTERVAL_MINUTES)),
    )
    closed_starts: frozenset[time] = attrs.field(default=(), kw_only=True, converter=_closed_starts)

    def __attrs_post_init__(self) -> None:
        check_night("end", self.start, self.end)
        if self.weekdays and self.dates:
            raise InvalidInput("dates", "give weekdays or dates, not both", self.key)
        if self.last_start is not None and self.last_seating_minutes is not None:
            raise InvalidInput(
                "last_start", "give last_start or last_seating_minutes, not both", self.key
            )
        if self.last_start is not None and not self._reaches(self.last_start):
            raise InvalidInput(
                "last_start", "must lie within the period", f"{self.last_start:%H:%M}"
            )

    def _reaches(self, at: time) -> bool:
        if self.is_overnight:
            return at >= self.start or at <= self.end
        return self.start <= at <= self.end

    @property
    def is_overnight(self) -> bool:
        """Tell whether it ends on the day after it starts."""
        return self.end <= self.start

    def runs_on(self, weekday: Weekday) -> bool:
        """Tell whether it is a weekly period of that weekday."""
        return not self.dates and (not self.weekdays or weekday in self.weekdays)

    @property
    def span_minutes(self) -> tuple[int, int]:
        """Its start and end in minutes after the midnight before it starts."""
        start = self.start.hour * 60 + self.start.minute
        end = self.end.hour * 60 + self.end.minute
        return (start, end + 24 * 60 if self.is_overnight else end)

    def __repr__(self) -> str:
        days = some(day.value for day in WEEK if day in self.weekdays)
        return brief(
            self,
            f"{self.key} {self.start:%H:%M} to {self.end:%H:%M}",
            some((f"{day}" for day in sorted(self.dates)), most=2) or days or "every day",
        )
