"""Exceeded limits: those that the parties of a service are above, and those exceeded anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from fourtop.engine.limits import Limits
from fourtop.engine.usage import Attendance, intervals_of, usage_of
from fourtop.model.receipt import PacingUsage, Usage, ZoneUsage
from fourtop.model.service import Service
from fourtop.model.window import MICROSECONDS_PER_MINUTE

# Identifies a limit that is exceeded: what it limits, and the unit that it counts.
_Exceeded = tuple[object, ...]


def overbooked(attendance: Attendance, limits: Limits, service: Service) -> Usage:
    """Return the usage of a service, with the zones and the intervals that are above a limit.

    Zones come in the order of the rules, intervals by rule, then by start. O(n r) for n parties and
    r rules.
    """
    return attrs.evolve(
        usage_of(attendance, limits, service),
        zones=tuple(each for each in _zones(attendance, limits) if each.is_overbooked),
        pacing=tuple(each for each in _paces(attendance, limits, service) if each.is_overbooked),
    )


def overbooked_anew(after: Usage, before: Iterable[Usage]) -> Usage | None:
    """Return a usage with the zones and intervals that were not above the same limit before.

    ``None``: neither is any of them, nor is the service as a whole.

    Args:
        after: The usage, as ``overbooked`` returns it.
        before: The usages of the services in which its parties were before.
    """
    known = {limit for usage in before for limit in _exceeded(usage)}
    left = attrs.evolve(
        after,
        zones=tuple(each for each in after.zones if not _of_zone(each) <= known),
        pacing=tuple(each for each in after.pacing if not _of_pace(each) <= known),
    )
    return left if left.zones or left.pacing or not _of_service(after) <= known else None


def _zones(attendance: Attendance, limits: Limits) -> Iterator[ZoneUsage]:
    for cap in limits.zones:
        assert cap.rule.zone is not None, "the cap of a zone names it"
        covers, parties = attendance.at_tables(cap.members)
        maxima = cap.rule.max_covers, cap.rule.max_parties
        yield ZoneUsage(cap.rule.zone, covers, parties, *maxima)


def _paces(attendance: Attendance, limits: Limits, service: Service) -> Iterator[PacingUsage]:
    for rule in limits.pacing:
        length_us = rule.interval_minutes * MICROSECONDS_PER_MINUTE
        numbers = {
            number
            for each in attendance.others
            if each.counts
            for number in intervals_of(rule, service, each.start_us, each.end_us)
        }
        for number in sorted(numbers):
            start_us = service.window.start_us + number * length_us
            counts = attendance.in_interval(rule, service, number)
            maxima = rule.max_covers, rule.max_parties
            yield PacingUsage(start_us, start_us + length_us, rule.spread, *counts, *maxima)


# ---- the limits that are exceeded, unit by unit


def _exceeded(usage: Usage) -> Iterator[_Exceeded]:
    yield from _of_service(usage)
    for zone in usage.zones:
        yield from _of_zone(zone)
    for pace in usage.pacing:
        yield from _of_pace(pace)


def _of_service(usage: Usage) -> set[_Exceeded]:
    return {("service", unit) for unit in _units(usage)}


def _of_zone(zone: ZoneUsage) -> set[_Exceeded]:
    return {("zone", zone.zone, unit) for unit in _units(zone)}


def _of_pace(pace: PacingUsage) -> set[_Exceeded]:
    return {(pace.start_us, pace.end_us, pace.spread, unit) for unit in _units(pace)}


def _units(usage: Usage | ZoneUsage | PacingUsage) -> Iterator[str]:
    if usage.max_covers is not None and usage.booked_covers > usage.max_covers:
        yield "covers"
    if usage.max_parties is not None and usage.booked_parties > usage.max_parties:
        yield "parties"
