"""Rules on parts of the floor: hours and season of a zone, and tables for walk-ins."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.service_period import (
    WEEK,
    TurnBand,
    Weekday,
    as_bands,
    as_dates,
    as_optional_time,
    as_weekdays,
    check_night,
    optional_time,
)

_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _season(value: Sequence[str] | None) -> tuple[str, str] | None:
    if value is None:
        return None
    days = validators.as_members("season", value, _day_of_a_year)
    if len(days) != 2:
        raise InvalidInput("season", "must be a first and a last day", safe_repr(value))
    return (days[0], days[1])


def _day_of_a_year(value: object) -> str:
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) > _LONGEST_MONTHS[int(found[1]) - 1]:
        raise InvalidInput("season", "must be days of a year such as 05-01", safe_repr(value))
    return found[0]


def _table_ids(value: Iterable[str]) -> tuple[str, ...]:
    return validators.check_identifiers("tables", value)


def _dates(value: Iterable[date | str]) -> frozenset[date]:
    return as_dates("dates", value)


@attrs.frozen(repr=False)
class ZoneRule:
    """The hours, the season and the turn times of a zone. They bind guests and staff.

    Nothing of it changes the service periods; it only limits which tables a party gets, and how
    long it stays there. Caps of a zone are capacity rules.

    Args:
        zone: Id of a zone of the house; one rule a zone.
        closed: Whether no party gets a table of it.
        start: Local time from which parties may sit in it. Given together with the end.
        end: Local time at which they leave it. At or before the start: on the next day.
        last_start: The last local start in it, in place of the period's, earlier or later.
        weekdays: It is open on these days of the week only; empty: every day.
        season: The first and the last day of each year on which it is open, ``("05-01", "09-30")``.
            The season may span New Year.
        turn_bands: Turn times in it, of stays without an occasion; empty: those of the period.

    Raises:
        InvalidInput: If the rule has no effect, or naming the field and the rule.

    >>> ZoneRule("terrace", start="12:00", end="21:00", season=("05-01", "09-30"))
    <ZoneRule terrace 12:00 to 21:00, 05-01 to 09-30>
    """

    zone: str = attrs.field(validator=validators.identifier)
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
    weekdays: frozenset[Weekday] = attrs.field(default=(), kw_only=True, converter=as_weekdays)
    season: tuple[str, str] | None = attrs.field(default=None, kw_only=True, converter=_season)
    turn_bands: tuple[TurnBand, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)

    def __attrs_post_init__(self) -> None:
        if (self.start is None) is not (self.end is None):
            raise InvalidInput("end", "give start and end, or neither", self.zone)
        if self.start is not None and self.end is not None:
            check_night("end", self.start, self.end)
        terms = (self.start, self.last_start, self.season)
        if all(each is None for each in terms) and not (
            self.closed or self.weekdays or self.turn_bands
        ):
            raise InvalidInput(
                "zone",
                "give closed, start and end, last_start, weekdays, season or turn_bands",
                self.zone,
            )

    @property
    def scope(self) -> str:
        """The zone; unique in a policy."""
        return self.zone

    def is_open(self, day: date) -> bool:
        """Tell whether parties may sit in the zone on a service date, whatever the time."""
        if self.closed or (self.weekdays and Weekday.of(day) not in self.weekdays):
            return False
        if self.season is None:
            return True
        first, last = self.season
        here = f"{day:%m-%d}"
        return first <= here <= last if first <= last else here >= first or here <= last

    def __repr__(self) -> str:
        hours = "" if self.start is None else f"{self.start:%H:%M} to {self.end:%H:%M}"
        return brief(
            self,
            " ".join(each for each in (self.zone, "closed" if self.closed else hours) if each),
            "" if self.last_start is None else f"last start {self.last_start:%H:%M}",
            some(day.value for day in WEEK if day in self.weekdays),
            "" if self.season is None else " to ".join(self.season),
            "turn times of its own" if self.turn_bands else "",
        )


@attrs.frozen(repr=False)
class WalkInRule:
    """Tables that guests cannot book, because they are for walk-ins. Staff are not bound by it.

    Args:
        tables: Ids of tables of the house; empty: all tables.
        weekdays: On these days of the week; empty: every day, unless ``dates`` are given.
        dates: On these service dates only.
        period: Key of a service period; ``None``: each period.

    Raises:
        InvalidInput: If it names nothing, or both weekdays and dates.

    >>> WalkInRule(weekdays=["sunday"], period="lunch")
    <WalkInRule all tables, sunday, lunch>
    """

    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_table_ids)
    weekdays: frozenset[Weekday] = attrs.field(default=(), kw_only=True, converter=as_weekdays)
    dates: frozenset[date] = attrs.field(default=(), kw_only=True, converter=_dates)
    period: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )

    def __attrs_post_init__(self) -> None:
        if not (self.tables or self.weekdays or self.dates) and self.period is None:
            raise InvalidInput("tables", "give tables, weekdays, dates or a period", "nothing")
        if self.weekdays and self.dates:
            raise InvalidInput("dates", "give weekdays or dates, not both", "both")

    @property
    def scope(self) -> tuple[Any, ...]:
        """All that it names; unique in a policy."""
        return (self.tables, self.weekdays, self.dates, self.period)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        if self.period not in (None, period):
            return False
        if self.dates:
            return day in self.dates
        return not self.weekdays or Weekday.of(day) in self.weekdays

    def __repr__(self) -> str:
        return brief(
            self,
            some(self.tables, separator="+") or "all tables",
            some(day.value for day in WEEK if day in self.weekdays),
            some((f"{day}" for day in sorted(self.dates)), most=2),
            self.period or "",
        )
