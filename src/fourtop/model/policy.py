"""The policy of a house: when it serves, how long parties stay, how many it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, NotFound, safe_repr
from fourtop.model import validators
from fourtop.model.planning import Planning

MAX_TURN_MINUTES: Final = 600
MAX_BUFFER_MINUTES: Final = 120
HOLD_TTL_SECONDS: Final = (30, 600)
MAX_HOLD_LIFETIME_SECONDS: Final = 600

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Weekday(StrEnum):
    """A day of the week of the restaurant's own calendar."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> Weekday:
        """Return the weekday of a date."""
        return _WEEK[day.weekday()]


_WEEK: Final = tuple(Weekday)


def as_time(value: Any) -> time:
    """Turn ``"17:30"`` or a ``time`` into a local time of whole minutes.

    Raises:
        InvalidInput: If it is neither.
    """
    if isinstance(value, time) and value.tzinfo is None and value.second == value.microsecond == 0:
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidInput("time", "must be a local time such as 17:30", safe_repr(value))
    return time(int(found[1]), int(found[2]))


def as_date(value: Any) -> date:
    """Turn ``"2026-12-24"`` or a ``date`` into a date whose every time of day can be reckoned with.

    Raises:
        InvalidInput: If it is neither, or a datetime, or not in the years 1971 to 2198.
    """
    day = _parsed_date(value) if isinstance(value, str) else value
    if not isinstance(day, date) or isinstance(day, datetime) or not 1971 <= day.year <= 2198:
        raise InvalidInput(
            "date", "must be a date of the years 1971 to 2198, such as 2026-12-24", safe_repr(value)
        )
    return day


def _parsed_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) is not None else None
    except ValueError:
        return None


def _dates(field: str, value: Any) -> frozenset[date]:
    return frozenset(validators.as_members(field, value, as_date))


def as_weekday(value: Any) -> Weekday:
    """Turn ``"monday"`` or a ``Weekday`` into a weekday.

    Raises:
        InvalidInput: If it is neither.
    """
    return validators.as_enum(Weekday, "weekday", value)


@attrs.frozen
class TurnBand:
    """How long parties up to a size stay.

    Args:
        max_party: Largest party of the band; ``None``: any.
        minutes: The turn time, buffers not counted (1–600).
    """

    max_party: int | None = attrs.field(
        validator=validators.optional(validators.integer(1, validators.MAX_PARTY))
    )
    minutes: int = attrs.field(validator=validators.integer(1, MAX_TURN_MINUTES))


def as_bands(value: Any) -> tuple[TurnBand, ...]:
    """Turn bands, or pairs ``(max_party, minutes)``, into bands; parties beyond the last band use the last.

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


def turn_minutes(bands: tuple[TurnBand, ...], party_size: int) -> int:
    """Return the turn time of the first band that holds the party; beyond the last band, the last one's.

    >>> turn_minutes(as_bands([(2, 60), (4, 75)]), 12)
    75
    """
    fitting = (band for band in bands if band.max_party is None or party_size <= band.max_party)
    return next(fitting, bands[-1]).minutes


@attrs.frozen
class Occasion:
    """A reason to come with a turn time of its own, such as drinks or a Christmas party.

    Args:
        key: Its id; unique in the policy.
        turn_bands: Its turn times; pairs ``(max_party, minutes)`` will do. A fixed duration is one
            band ``(None, minutes)``.
    """

    key: str = attrs.field(validator=validators.identifier)
    turn_bands: tuple[TurnBand, ...] = attrs.field(converter=as_bands)

    def __attrs_post_init__(self) -> None:
        if not self.turn_bands:
            raise InvalidInput("turn_bands", "must not be empty for an occasion", self.key)


def _weekdays(value: Any) -> frozenset[Weekday]:
    return frozenset(validators.as_members("weekdays", value, as_weekday))


def _period_dates(value: Any) -> frozenset[date]:
    return _dates("dates", value)


def _occasion_keys(value: Any) -> tuple[str, ...]:
    return validators.as_members(
        "occasions", value, lambda key: validators.check_identifier("occasions", key)
    )


@attrs.frozen
class ServicePeriod:
    """A stretch of a day in which parties may sit down. An end at or before the start is past midnight.

    Args:
        key: Its id; unique in the policy.
        start: Local time, ``"17:00"``.
        end: Local time. Equal to the start: 24 hours.
        weekdays: On which days; empty: every day, unless ``dates`` are given.
        dates: On these dates only. A date that any period names has no other periods.
        occasions: Keys of the occasions on offer, the default one first; empty: none is asked for.
        turn_bands: Turn times where no occasion says otherwise; empty: the policy's.
        buffer_before_minutes: Kept free before a party sits down (0–120).
        buffer_after_minutes: Kept free after it leaves (0–120).
        last_start: The last local start, inclusive.
        last_seating_minutes: Or: the last start lies this long before the end; neither: the
            restaurant's.
        overrun_allowed: Whether a stay may run past the end; if not, it is clamped to it.
        min_dwell_minutes: A clamped stay shorter than this (and than its turn time) is refused.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> ServicePeriod("late", "22:00", "02:00").is_overnight
    True
    """

    key: str = attrs.field(validator=validators.identifier)
    start: time = attrs.field(converter=as_time)
    end: time = attrs.field(converter=as_time)
    weekdays: frozenset[Weekday] = attrs.field(default=(), kw_only=True, converter=_weekdays)
    dates: frozenset[date] = attrs.field(default=(), kw_only=True, converter=_period_dates)
    occasions: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_occasion_keys)
    turn_bands: tuple[TurnBand, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    buffer_before_minutes: int = attrs.field(
        default=0, kw_only=True, validator=validators.integer(0, MAX_BUFFER_MINUTES)
    )
    buffer_after_minutes: int = attrs.field(
        default=0, kw_only=True, validator=validators.integer(0, MAX_BUFFER_MINUTES)
    )
    last_start: time | None = attrs.field(
        default=None, kw_only=True, converter=attrs.converters.optional(as_time)
    )
    last_seating_minutes: int | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.integer(0, 600))
    )
    overrun_allowed: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    min_dwell_minutes: int = attrs.field(
        default=45, kw_only=True, validator=validators.integer(1, MAX_TURN_MINUTES)
    )

    def __attrs_post_init__(self) -> None:
        if self.weekdays and self.dates:
            raise InvalidInput("dates", "must be empty where weekdays are given", self.key)
        if self.last_start is not None and self.last_seating_minutes is not None:
            raise InvalidInput(
                "last_start", "must be empty where last_seating_minutes is given", self.key
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
        """Tell whether it is a weekly period of that day."""
        return not self.dates and (not self.weekdays or weekday in self.weekdays)

    @property
    def span_minutes(self) -> tuple[int, int]:
        """Its start and end in minutes after the midnight before it starts."""
        start = self.start.hour * 60 + self.start.minute
        end = self.end.hour * 60 + self.end.minute
        return (start, end + 24 * 60 if self.is_overnight else end)


@attrs.frozen
class CapacityRule:
    """The most covers or parties that a service period takes on a date. No rule, no cap.

    The most specific rule that applies wins as a whole: one for the date before one for the weekday
    before one for neither; among those, one for the period before one for all periods.

    Args:
        max_covers: Most people (0–100,000); ``None``: no cap.
        max_parties: Most bookings (0–100,000); ``None``: no cap.
        period: Key of a service period; ``None``: each period.
        weekday: On this day of the week.
        on: On this date.

    Raises:
        InvalidInput: If neither maximum is given, or both a weekday and a date are.
    """

    max_covers: int | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.integer(0, 100_000))
    )
    max_parties: int | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.integer(0, 100_000))
    )
    period: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    weekday: Weekday | None = attrs.field(
        default=None, kw_only=True, converter=attrs.converters.optional(as_weekday)
    )
    on: date | None = attrs.field(
        default=None, kw_only=True, converter=attrs.converters.optional(as_date)
    )

    def __attrs_post_init__(self) -> None:
        if self.max_covers is None and self.max_parties is None:
            raise InvalidInput("max_covers", "give max_covers, max_parties or both", "neither")
        if self.weekday is not None and self.on is not None:
            raise InvalidInput("weekday", "must be empty where a date is given", self.weekday.value)

    @property
    def scope(self) -> tuple[date | None, Weekday | None, str | None]:
        """What it applies to; unique in a policy."""
        return (self.on, self.weekday, self.period)

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """How specific it is; larger is more."""
        return (self.on is not None, self.weekday is not None, self.period is not None)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        return (
            self.period in (None, period)
            and self.on in (None, day)
            and (self.weekday is None or self.weekday is Weekday.of(day))
        )


@attrs.frozen
class HoldRules:
    """Limits on holds.

    Args:
        ttl_seconds: How long a hold lives unless told otherwise (30–600).
        rate_limit: Most holds created per booking in a rate window (1–100).
        rate_window_seconds: The rate window (5–600).
        max_live: Most live holds of the restaurant (1–100,000).
        max_live_per_session: Most live holds of one session (1–1,000).
    """

    ttl_seconds: int = attrs.field(
        default=180, kw_only=True, validator=validators.integer(*HOLD_TTL_SECONDS)
    )
    rate_limit: int = attrs.field(default=5, kw_only=True, validator=validators.integer(1, 100))
    rate_window_seconds: int = attrs.field(
        default=60, kw_only=True, validator=validators.integer(5, 600)
    )
    max_live: int = attrs.field(
        default=1_000, kw_only=True, validator=validators.integer(1, 100_000)
    )
    max_live_per_session: int = attrs.field(
        default=10, kw_only=True, validator=validators.integer(1, 1_000)
    )


def _periods(value: Any) -> tuple[ServicePeriod, ...]:
    periods = validators.as_instances("periods", value, ServicePeriod)
    return tuple(sorted(periods, key=lambda period: (period.start, period.key)))


def _occasions(value: Any) -> tuple[Occasion, ...]:
    return validators.as_instances("occasions", value, Occasion)


def _closures(value: Any) -> frozenset[date]:
    return _dates("closures", value)


def _capacity_rules(value: Any) -> tuple[CapacityRule, ...]:
    return validators.as_instances("capacity_rules", value, CapacityRule)


@attrs.frozen
class Policy:
    """All rules of a house, but for its floor.

    Args:
        periods: Service periods, in any order; kept by start, then key. Two of one day do not
            overlap.
        occasions: With turn times of their own.
        closures: Dates on which no service starts.
        turn_bands: Turn times where neither occasion nor period says otherwise; empty: the
            restaurant's default duration.
        capacity_rules: At most one for each scope.
        planning: How tables are chosen.
        holds: Limits on holds.
        past_grace_minutes: How far in the past a start may lie (0–60).

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    periods: tuple[ServicePeriod, ...] = attrs.field(converter=_periods)
    occasions: tuple[Occasion, ...] = attrs.field(default=(), kw_only=True, converter=_occasions)
    closures: frozenset[date] = attrs.field(default=(), kw_only=True, converter=_closures)
    turn_bands: tuple[TurnBand, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    capacity_rules: tuple[CapacityRule, ...] = attrs.field(
        default=(), kw_only=True, converter=_capacity_rules
    )
    planning: Planning = attrs.field(
        factory=Planning, kw_only=True, validator=validators.one_of(Planning)
    )
    holds: HoldRules = attrs.field(
        factory=HoldRules, kw_only=True, validator=validators.one_of(HoldRules)
    )
    past_grace_minutes: int = attrs.field(
        default=5, kw_only=True, validator=validators.integer(0, 60)
    )

    def __attrs_post_init__(self) -> None:
        _refuse_double(
            "periods", "must have different keys", (period.key for period in self.periods)
        )
        _refuse_double(
            "occasions", "must have different keys", (occasion.key for occasion in self.occasions)
        )
        _refuse_double(
            "capacity_rules",
            "must have different scopes",
            (each.scope for each in self.capacity_rules),
        )
        self._check_references()
        self._check_overlaps()

    def _check_references(self) -> None:
        occasions = {occasion.key for occasion in self.occasions}
        periods = {period.key for period in self.periods}
        for period in self.periods:
            for key in period.occasions:
                if key not in occasions:
                    raise InvalidInput(
                        "periods", "must offer occasions of this policy", safe_repr(key)
                    )
        for each in self.capacity_rules:
            if each.period is not None and each.period not in periods:
                raise InvalidInput(
                    "capacity_rules",
                    "must name service periods of this policy",
                    safe_repr(each.period),
                )

    def _check_overlaps(self) -> None:
        week = [_spans([period for period in self.periods if period.runs_on(day)]) for day in _WEEK]
        for day, spans in zip(_WEEK, week, strict=True):
            _refuse_overlap(day.value, spans)
        for index, day in enumerate(_WEEK):
            tomorrow = [
                ((start + 1440, end + 1440), key) for (start, end), key in week[(index + 1) % 7]
            ]
            _refuse_overlap(day.value, week[index] + tomorrow)
        for on in sorted({on for period in self.periods for on in period.dates}):
            _refuse_overlap(
                on.isoformat(), _spans([period for period in self.periods if on in period.dates])
            )

    def get_occasion(self, key: str) -> Occasion:
        """Return the occasion of that key.

        Raises:
            NotFound: If there is none.
        """
        found = next((occasion for occasion in self.occasions if occasion.key == key), None)
        if found is None:
            raise NotFound("occasion", str(key)[:64])
        return found

    def periods_on(self, day: date) -> tuple[ServicePeriod, ...]:
        """Return the periods that start on a date, by start: the dated ones if any names it, else the weekly."""
        if day in self.closures:
            return ()
        dated = tuple(period for period in self.periods if day in period.dates)
        weekday = Weekday.of(day)
        return dated or tuple(period for period in self.periods if period.runs_on(weekday))

    def find_capacity_rule(self, period: str, day: date) -> CapacityRule | None:
        """Return the most specific capacity rule for a period on a service date, if any applies."""
        fitting = [each for each in self.capacity_rules if each.applies(period, day)]
        return max(fitting, key=lambda each: each.specificity, default=None)


def _spans(periods: list[ServicePeriod]) -> list[tuple[tuple[int, int], str]]:
    return [(period.span_minutes, period.key) for period in periods]


def _refuse_overlap(day: str, spans: list[tuple[tuple[int, int], str]]) -> None:
    spans.sort()
    for (earlier, first), (later, second) in pairwise(spans):
        if later[0] < earlier[1]:
            raise InvalidInput("periods", f"must not overlap on {day}", f"{first} and {second}")


def _refuse_double(field: str, rule_text: str, values: Iterable[Any]) -> None:
    double = next((value for value, count in Counter(values).items() if count > 1), None)
    if double is not None:
        raise InvalidInput(field, rule_text, safe_repr(double))
