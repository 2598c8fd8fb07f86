"""The hours of a zone, applied to a service: when parties may sit in it, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

import attrs

from fourtop.errors import Code, Refusal
from fourtop.model.service import Service
from fourtop.model.window import Window
from fourtop.model.zone_rules import ZoneRule

# Returns the instant of a local time on a date; with fold 1 the later one of a time that occurs
# twice.
Instant = Callable[[date, time, int], int]


@attrs.frozen
class ZoneHours:
    """The hours of a zone around a service, from one of its dates.

    Args:
        window: From its start to its end; ``None``: as long as the service.
        last_start_us: The last permitted start; ``None``: that of the service.
    """

    window: Window | None
    last_start_us: int | None


def hours_around(rule: ZoneRule, service: Service, instant: Instant) -> Iterator[ZoneHours]:
    """Yield the hours of a zone that a service may lie in, those of the service's date first.

    Hours past midnight belong to the date on which they start.
    """
    for back in (0, 1) if rule.start is not None else (0,):
        day = service.date - timedelta(days=back)
        if rule.is_open(day):
            yield ZoneHours(_window(rule, day, instant), _last_start(rule, service, day, instant))


def _window(rule: ZoneRule, day: date, instant: Instant) -> Window | None:
    if rule.start is None or rule.end is None:
        return None
    end_day = day if rule.start < rule.end else day + timedelta(days=1)
    start_us = instant(day, rule.start, 0)
    # The clocks may skip the whole hours.
    return Window.of_micros(start_us, max(instant(end_day, rule.end, 1), start_us + 1))


def _last_start(rule: ZoneRule, service: Service, day: date, instant: Instant) -> int | None:
    if rule.last_start is None:
        return None
    start = service.period.start if rule.start is None else rule.start
    end = service.period.end if rule.end is None else rule.end
    is_next_day = end <= start and rule.last_start < start
    return instant(day + timedelta(days=1) if is_next_day else day, rule.last_start, 0)


def find_hours(
    rule: ZoneRule, service: Service, start_us: int, instant: Instant
) -> ZoneHours | Code:
    """Return the hours of a zone that an instant of a service lies in, or the code of a refusal."""
    for hours in hours_around(rule, service, instant):
        window = hours.window
        if window is None or window.start_us <= start_us < window.end_us:
            return hours
    return Code.ZONE_OUTSIDE_HOURS if rule.is_open(service.date) else Code.ZONE_CLOSED


def refuse_start(
    rule: ZoneRule, service: Service, found: Code, local_text: Callable[[int], str], start_us: int
) -> Refusal:
    """Return the refusal of a start in a zone by its hours."""
    if found is Code.ZONE_CLOSED:
        return Refusal.by_rule(found, zone=rule.zone, date=service.date.isoformat())
    return Refusal.by_rule(found, zone=rule.zone, start=local_text(start_us))
