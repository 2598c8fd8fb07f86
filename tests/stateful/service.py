"""The model's own reckoning of time: the service of an instant, and the length of a stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs

from fourtop.errors import Code
from fourtop.model.date_exception import DateException
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.model.service_period import ServicePeriod, TurnBand

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000
DAY = timedelta(days=1)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Unseated(Exception):
    """A rule of the house forbids it."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@attrs.frozen
class Sitting:
    """How long a party has its tables; instants in microseconds."""

    period: str
    service_date: date
    occasion: str | None
    start: int
    end: int
    block_start: int
    block_end: int
    turn_minutes: int
    clamped: bool = False


@attrs.frozen
class Opening:
    """A service period on one date."""

    period: ServicePeriod
    date: date
    start: int
    end: int
    last: int


def moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


def instant_of(value: datetime) -> int:
    return (value - EPOCH) // timedelta(microseconds=1)


def local_date(restaurant: Restaurant, instant: int) -> date:
    return moment(instant).astimezone(ZoneInfo(restaurant.timezone)).date()


def told(restaurant: Restaurant, instant: int) -> str:
    """Return the local time that a party is told: to the minute where it is a whole one."""
    local = moment(instant).astimezone(ZoneInfo(restaurant.timezone))
    text = f"{local:%Y-%m-%dT%H:%M}"
    if local.microsecond:
        text += f"{local:%S.%f}".rjust(10, ":")
    elif local.second:
        text += f":{local:%S}"
    offset = f"{local:%z}"
    return f"{text}{offset[:3]}:{offset[3:]}"


def wall(restaurant: Restaurant, day: date, at: time, *, late: bool) -> int:
    """Turn a wall-clock time into an instant: of two the later if ``late``; a skipped one moves on.

    The offsets in use a day before and a day after are all that a reading can have.
    """
    zone = ZoneInfo(restaurant.timezone)
    reading = datetime.combine(day, at)
    offsets = [
        (reading.replace(tzinfo=UTC) + shift).astimezone(zone).utcoffset() for shift in (-DAY, DAY)
    ]
    candidates = sorted(
        {(reading - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None}
    )
    real = [each for each in candidates if each.astimezone(zone).replace(tzinfo=None) == reading]
    if real:
        return instant_of(real[-1] if late else real[0])
    before = offsets[0]
    assert before is not None
    return instant_of((reading - before).replace(tzinfo=UTC))


def openings(restaurant: Restaurant, policy: Policy, day: date) -> list[Opening]:
    """Return the services that start on a date, by start."""
    if day in policy.closures:
        return []
    exceptions = [each for each in policy.exceptions if each.on == day]
    periods = [period for period in policy.periods if day in period.dates]
    if not periods:
        name = WEEK[day.weekday()]
        weekly = [period for period in policy.periods if not period.dates]
        periods = [
            each
            for each in weekly
            if not each.weekdays or name in {str(day.value) for day in each.weekdays}
        ]
    periods = [changed for each in periods for changed in excepted(each, exceptions)]
    periods.sort(key=lambda period: (period.start, period.key))
    return [opening(restaurant, period, day) for period in periods]


def excepted(period: ServicePeriod, exceptions: Sequence[DateException]) -> list[ServicePeriod]:
    """Return the period as its date has it: no period if it is closed then."""
    mine = [each for each in exceptions if each.period is None]
    mine += [each for each in exceptions if each.period == period.key]
    if any(each.closed for each in mine):
        return []
    for each in mine:
        if each.interval_minutes is not None:
            period = attrs.evolve(period, interval_minutes=each.interval_minutes)
        period = attrs.evolve(period, closed_starts=period.closed_starts | each.closed_starts)
    assert all(each.start is each.end is each.last_start is None for each in mine)
    return [period]


def opening(restaurant: Restaurant, period: ServicePeriod, day: date) -> Opening:
    end_day = day + DAY if period.end <= period.start else day
    start = wall(restaurant, day, period.start, late=False)
    end = wall(restaurant, end_day, period.end, late=True)
    if period.last_start is not None:
        last_day = end_day if period.last_start < period.start else day
        last = wall(restaurant, last_day, period.last_start, late=False)
    elif period.last_seating_minutes is not None:
        last = end - period.last_seating_minutes * MINUTE
    else:
        last = end - restaurant.last_seating_buffer_minutes * MINUTE
    return Opening(period, day, start, end, last)


def opening_at(restaurant: Restaurant, policy: Policy, instant: int) -> Opening | None:
    """Return the service that an instant lies in: one of its own date, else of the night before."""
    day = local_date(restaurant, instant)
    for each in (*openings(restaurant, policy, day), *openings(restaurant, policy, day - DAY)):
        if each.start <= instant < each.end:
            return each
    return None


def starts(restaurant: Restaurant, policy: Policy, day: date) -> list[int]:
    """Return the raster of start times on offer."""
    found = []
    for each in openings(restaurant, policy, day):
        interval = each.period.interval_minutes or restaurant.reservation_interval_minutes
        instant = each.start
        while instant <= each.last and instant < each.end:
            here = moment(instant).astimezone(ZoneInfo(restaurant.timezone))
            if (here.hour, here.minute) not in {
                (at.hour, at.minute) for at in each.period.closed_starts
            }:
                found.append(instant)
            instant += interval * MINUTE
    return found


def sitting(
    restaurant: Restaurant, policy: Policy, start: int, party_size: int, occasion: str | None
) -> Sitting:
    """Return how long a party stays, or raise ``Unseated``."""
    found = opening_at(restaurant, policy, start)
    if found is None:
        closed = not openings(restaurant, policy, local_date(restaurant, start))
        raise Unseated(Code.CLOSED if closed else Code.OUTSIDE_SERVICE_HOURS)
    if start > found.last:
        raise Unseated(Code.LAST_SEATING_PASSED)
    period = found.period
    if occasion is not None and occasion not in period.occasions:
        raise Unseated(Code.OCCASION_NOT_OFFERED)
    if occasion is None and period.occasions:
        occasion = period.occasions[0]
    minutes = turn(restaurant, policy, period, party_size, occasion)
    end = start + minutes * MINUTE
    latest = found.end - period.buffer_after_minutes * MINUTE
    clamped = end > latest and not period.overrun_allowed
    if clamped:
        end = latest
        if end - start < min(period.min_dwell_minutes, minutes) * MINUTE:
            raise Unseated(Code.DWELL_BELOW_MINIMUM)
    return Sitting(
        period=period.key,
        service_date=found.date,
        occasion=occasion,
        start=start,
        end=end,
        block_start=start - period.buffer_before_minutes * MINUTE,
        block_end=end + period.buffer_after_minutes * MINUTE,
        turn_minutes=minutes,
        clamped=clamped,
    )


def turn(
    restaurant: Restaurant,
    policy: Policy,
    period: ServicePeriod,
    party_size: int,
    occasion: str | None,
) -> int:
    if occasion is not None:
        return of_band(
            next(each for each in policy.occasions if each.key == occasion).turn_bands, party_size
        )
    bands = period.turn_bands or policy.turn_bands
    return of_band(bands, party_size) if bands else restaurant.default_duration_minutes


def of_band(bands: Sequence[TurnBand], party_size: int) -> int:
    for band in bands:
        if band.max_party is None or party_size <= band.max_party:
            return band.minutes
    return bands[-1].minutes
