"""Problems of a policy: rules that contradict each other, and rules that can never apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import UNITS, CapacityRule, ChannelShare, PacingRule
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.service_period import ServicePeriod, Weekday
from fourtop.model.zone_rules import WalkInRule, ZoneRule

_DAY_MINUTES: Final = 24 * 60
# A Monday that no house has rules for.
_PLAIN_MONDAY: Final = date(2190, 1, 4)
_LEAP_YEAR: Final = 2028

_Scoped = CapacityRule | PacingRule | ChannelShare


class ProblemKind(StrEnum):
    """The kind of a problem.

    ``DEAD``: the rule can never apply. ``CONTRADICTION``: rules cannot all be kept.
    """

    DEAD = "dead"
    CONTRADICTION = "contradiction"


@attrs.frozen(repr=False)
class RuleProblem:
    """A rule of a policy that has no effect, or contradicts another one.

    Args:
        kind: Dead, or a contradiction.
        path: The rule's place in the policy, such as ``capacity_rules[2]``.
        text: What is wrong with it.
    """

    kind: ProblemKind
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"

    def __repr__(self) -> str:
        return brief(self, f"{self.kind.value} {self}")


def check_rules(house: House) -> tuple[RuleProblem, ...]:
    """Return the problems of the rules of a house, in the order of the policy.

    The policy is valid all the same: none of the problems keeps a command from working. It is a
    pure function of the house, and looks at a week without dated rules and at every date that a
    rule names. Changes of the clocks do not count.

    Raises:
        InvalidInput: If it is not a house.

    >>> from fourtop.sample import pub
    >>> check_rules(pub())
    ()
    """
    checked = _Checked(validators.check_instance("house", house, House))
    return tuple(problem for check in _CHECKS for problem in check(checked))


@attrs.frozen(eq=False)
class _Checked:
    """A house with the services that its rules may apply to."""

    house: House

    @property
    def policy(self) -> Policy:
        """The policy of the house."""
        return self.house.policy

    @cached_property
    def days(self) -> tuple[date, ...]:
        """A plain week, and every date that a rule, a period or a closure names."""
        policy = self.policy
        named = {
            *policy.closures,
            *(day for period in policy.periods for day in period.dates),
            *(each.on for each in policy.exceptions),
            *(day for each in policy.walk_in_rules for day in each.dates),
        }
        scoped: tuple[_Scoped, ...] = (
            *policy.capacity_rules,
            *policy.pacing_rules,
            *policy.channel_shares,
        )
        named |= {each.on for each in scoped if each.on is not None}
        week = (_PLAIN_MONDAY + timedelta(days=place) for place in range(7))
        return (*week, *sorted(named))

    @cached_property
    def services(self) -> tuple[tuple[ServicePeriod, date], ...]:
        """The periods of these days."""
        return tuple((period, day) for day in self.days for period in self.policy.periods_on(day))

    def served(self, applies: Callable[[str, date], bool]) -> list[tuple[ServicePeriod, date]]:
        """Return the services that a rule applies to."""
        return [(period, day) for period, day in self.services if applies(period.key, day)]

    def cap(self, period: ServicePeriod, day: date, unit: str) -> int | None:
        """Return the cap of the whole house on a service."""
        rule = self.policy.find_capacity_rule(period.key, day)
        found: int | None = None if rule is None else getattr(rule, unit)
        return found

    def starts(self, period: ServicePeriod) -> list[int]:
        """Return the raster of a period, in minutes after the midnight before it starts."""
        interval = period.interval_minutes or self.house.restaurant.reservation_interval_minutes
        start, end = period.span_minutes
        return list(range(start, min(self.last_start(period) + 1, end), interval))

    def last_start(self, period: ServicePeriod) -> int:
        """Return the last start of a period, in the same minutes."""
        start, end = period.span_minutes
        if period.last_start is not None:
            last = _minutes(period.last_start)
            return last if last >= start else last + _DAY_MINUTES
        minutes = period.last_seating_minutes
        if minutes is None:
            minutes = self.house.restaurant.last_seating_buffer_minutes
        return end - minutes

    def shortest_stay(self, period: ServicePeriod) -> int:
        """Return the shortest turn time of a period, or its minimum dwell if that is shorter."""
        policy, restaurant = self.policy, self.house.restaurant
        bands = [band for key in period.occasions for band in policy.get_occasion(key).turn_bands]
        bands = bands or list(period.turn_bands or policy.turn_bands)
        turns = [band.minutes for band in bands] or [restaurant.default_duration_minutes]
        return min(*turns, period.min_dwell_minutes)


def _dead(path: str, text: str) -> RuleProblem:
    return RuleProblem(ProblemKind.DEAD, path, text)


def _contradiction(path: str, text: str) -> RuleProblem:
    return RuleProblem(ProblemKind.CONTRADICTION, path, text)


# ---- periods and exceptions ----------------------------------------------------------------------


def _check_periods(checked: _Checked) -> Iterator[RuleProblem]:
    for place, period in enumerate(checked.policy.periods):
        path = f"periods[{place}]"
        yield from _check_starts(checked, period, path)
        yield from _check_closed_starts(checked, period.closed_starts, [period], path)
        if period.dates and period.dates <= checked.policy.closures:
            yield _dead(path, "the house is closed on all its dates")


def _check_starts(checked: _Checked, period: ServicePeriod, path: str) -> Iterator[RuleProblem]:
    starts = checked.starts(period)
    if not starts:
        yield _contradiction(path, f"{period.key} ends before a party could start")
        return
    _, end = period.span_minutes
    left = end - period.buffer_after_minutes - starts[-1]
    least = checked.shortest_stay(period)
    if left < least and not period.overrun_allowed:
        text = f"the last start leaves {left} minutes; a stay is at least {least}"
        yield _contradiction(path, text)
    if {each % _DAY_MINUTES for each in starts} <= {*map(_minutes, period.closed_starts)}:
        yield _contradiction(path, f"every start of {period.key} is switched off")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _check_closed_starts(
    checked: _Checked, closed: Iterable[time], periods: Iterable[ServicePeriod], path: str
) -> Iterator[RuleProblem]:
    raster = {each % _DAY_MINUTES for period in periods for each in checked.starts(period)}
    for at in sorted(closed):
        if _minutes(at) not in raster:
            yield _dead(path, f"{at:%H:%M} is switched off, but is no start")


def _check_exceptions(checked: _Checked) -> Iterator[RuleProblem]:
    policy = checked.policy
    bare = attrs.evolve(policy, exceptions=())
    for place, each in enumerate(policy.exceptions):
        path = f"exceptions[{place}]"
        usual = {period.key for period in bare.periods_on(each.on)}
        if not usual:
            yield _dead(path, f"no service runs on {each.on}")
        elif each.period is not None and each.period not in usual:
            yield _dead(path, f"{each.period} does not run on {each.on}")
        else:
            periods = [
                period for period in policy.periods_on(each.on) if each.period in (None, period.key)
            ]
            for period in periods:
                yield from _check_starts(checked, period, path)
            yield from _check_closed_starts(checked, each.closed_starts, periods, path)


# ---- booking windows -----------------------------------------------------------------------------


def _check_windows(checked: _Checked) -> Iterator[RuleProblem]:
    windows = checked.policy.booking_windows
    channels = (None, *checked.policy.known_channels)
    for place, window in enumerate(windows):
        if _is_reached(window, windows[:place], channels):
            continue
        yield _dead(f"booking_windows[{place}]", "the windows before it apply to all its requests")


def _is_reached(
    window: BookingWindow, before: tuple[BookingWindow, ...], channels: tuple[str | None, ...]
) -> bool:
    last = window.max_party or validators.MAX_PARTY
    named = channels if window.channel is None else (window.channel,)
    return any(
        not any(each.applies(channel, party_size) for each in before)
        for channel in named
        for party_size in range(window.min_party, last + 1)
    )


# ---- caps, pacing and shares ---------------------------------------------------------------------


def _check_caps(checked: _Checked) -> Iterator[RuleProblem]:
    rules = checked.policy.capacity_rules
    for place, rule in enumerate(rules):
        path = f"capacity_rules[{place}]"
        served = checked.served(rule.applies)
        if not served:
            yield _dead(path, "no service runs where it applies")
            continue
        rivals = [each for each in rules if each is not rule and each.zone == rule.zone]
        if all(_is_overridden(rule, unit, rivals, served) for unit in UNITS):
            yield _dead(path, "other rules override it wherever it applies")
        if rule.zone is not None:
            yield from _check_zone_cap(checked, rule.zone, path)


def _check_zone_cap(checked: _Checked, zone: str, path: str) -> Iterator[RuleProblem]:
    zone_rule = checked.policy.find_zone_rule(zone)
    if zone_rule is not None and zone_rule.closed:
        yield _dead(path, f"the zone {zone} is closed")


def _is_overridden(
    rule: CapacityRule | PacingRule,
    unit: str,
    rivals: Iterable[CapacityRule | PacingRule],
    served: list[tuple[ServicePeriod, date]],
) -> bool:
    """Tell whether other rules set the unit in every service that a rule applies to."""
    if getattr(rule, unit) is None:
        return True
    rank = (rule.kind.rank, rule.specificity)
    stronger = [
        each
        for each in rivals
        if getattr(each, unit) is not None and (each.kind.rank, each.specificity) > rank
    ]
    return all(any(each.applies(period.key, day) for each in stronger) for period, day in served)


def _check_pacing(checked: _Checked) -> Iterator[RuleProblem]:
    rules = checked.policy.pacing_rules
    for place, rule in enumerate(rules):
        path = f"pacing_rules[{place}]"
        served = checked.served(rule.applies)
        if not served:
            yield _dead(path, "no service runs where it applies")
            continue
        rivals = [each for each in rules if each is not rule and each.spread is rule.spread]
        if all(_is_overridden(rule, unit, rivals, served) for unit in UNITS):
            yield _dead(path, "other rules override it wherever it applies")
        elif all(_is_within_cap(checked, rule, unit, served) for unit in UNITS):
            yield _dead(path, "the caps of its services are not higher than the pace")


def _is_within_cap(
    checked: _Checked, rule: PacingRule, unit: str, served: list[tuple[ServicePeriod, date]]
) -> bool:
    """Tell whether the cap of every service keeps a unit below the pace anyway."""
    pace = getattr(rule, unit)
    if pace is None:
        return True
    caps = [checked.cap(period, day, unit) for period, day in served]
    return all(cap is not None and cap <= pace for cap in caps)


def _check_shares(checked: _Checked) -> Iterator[RuleProblem]:
    policy = checked.policy
    for place, share in enumerate(policy.channel_shares):
        path = f"channel_shares[{place}]"
        decisive = [
            (period, day)
            for period, day in checked.served(share.applies)
            if share in policy.find_channel_shares(period.key, day)
        ]
        caps = [checked.cap(period, day, "max_covers") for period, day in decisive]
        known = [cap for cap in caps if cap is not None]
        if not decisive:
            yield _dead(path, "no service runs where it applies, or other shares override it")
        elif not known:
            yield _dead(path, "its services have no cap on covers, so that nothing is held back")
        elif share.covers > min(known):
            text = f"{share.covers} covers are more than the cap of its service, {min(known)}"
            yield _contradiction(path, text)
    yield from _check_sums(checked)


def _check_sums(checked: _Checked) -> Iterator[RuleProblem]:
    seen = set()
    for period, day in checked.services:
        shares = checked.policy.find_channel_shares(period.key, day)
        cap = checked.cap(period, day, "max_covers")
        held = sum(each.covers for each in shares)
        is_one_too_large = cap is not None and any(each.covers > cap for each in shares)
        if cap is None or held <= cap or is_one_too_large or (shares, cap) in seen:
            continue
        seen.add((shares, cap))
        text = f"together they hold back {held} covers of {period.key}, whose cap is {cap}"
        yield _contradiction("channel_shares", text)


# ---- zones and walk-ins --------------------------------------------------------------------------


def _check_zones(checked: _Checked) -> Iterator[RuleProblem]:
    tables = {table.zone_id for table in checked.house.floor.tables}
    for place, rule in enumerate(checked.policy.zone_rules):
        path = f"zone_rules[{place}]"
        if rule.zone not in tables:
            yield _dead(path, f"no table stands in the zone {rule.zone}")
        if rule.closed:
            if attrs.evolve(rule, closed=True) != ZoneRule(rule.zone, closed=True):
                yield _dead(path, f"the zone {rule.zone} is closed, so that its hours do not count")
            continue
        open_periods = _open_periods(checked, rule)
        if not open_periods:
            yield _contradiction(path, f"the zone {rule.zone} is never open while a service runs")
        elif rule.turn_bands and all(period.occasions for period in open_periods):
            yield _dead(path, "its turn times do not count, because each stay has an occasion")
        if rule.last_start is not None and not _holds_start(rule, rule.last_start):
            text = f"its last start {rule.last_start:%H:%M} is outside its hours"
            yield _contradiction(path, text)


def _open_periods(checked: _Checked, rule: ZoneRule) -> list[ServicePeriod]:
    """Return the periods that run at some time while a zone is open."""
    days = [date(_LEAP_YEAR, 1, 1) + timedelta(days=each) for each in range(366)]
    open_days = {Weekday.of(day) for day in days if rule.is_open(day)}
    found = []
    for period in checked.policy.periods:
        if period.dates:
            runs = any(rule.is_open(day) for day in period.dates)
        else:
            runs = any(period.runs_on(weekday) for weekday in open_days)
        if runs and _meet(rule, period):
            found.append(period)
    return found


def _meet(rule: ZoneRule, period: ServicePeriod) -> bool:
    if rule.start is None or rule.end is None:
        return True
    start, end = _minutes(rule.start), _minutes(rule.end)
    end += _DAY_MINUTES if end <= start else 0
    first, last = period.span_minutes
    return any(
        start + shift < last and first < end + shift for shift in (-_DAY_MINUTES, 0, _DAY_MINUTES)
    )


def _holds_start(rule: ZoneRule, at: time) -> bool:
    """Tell whether a start lies within the hours of a zone, its end included."""
    if rule.start is None or rule.end is None:
        return True
    if rule.start < rule.end:
        return rule.start <= at <= rule.end
    return at >= rule.start or at <= rule.end


def _check_walk_ins(checked: _Checked) -> Iterator[RuleProblem]:
    rules = checked.policy.walk_in_rules
    for place, rule in enumerate(rules):
        path = f"walk_in_rules[{place}]"
        served = checked.served(rule.applies)
        if not served:
            yield _dead(path, "no service runs where it applies")
        elif any(_includes(each, rule, served) for each in rules if each is not rule):
            yield _dead(path, "another rule keeps its tables for walk-ins wherever it applies")


def _includes(
    other: WalkInRule, rule: WalkInRule, served: list[tuple[ServicePeriod, date]]
) -> bool:
    has_tables = not other.tables or (bool(rule.tables) and {*rule.tables} <= {*other.tables})
    return has_tables and all(other.applies(period.key, day) for period, day in served)


# ---- demand --------------------------------------------------------------------------------------


def _check_demand(checked: _Checked) -> Iterator[RuleProblem]:
    profiles = checked.policy.demand_profiles
    if not profiles:
        return
    moments = tuple(_moments(checked))
    counting = {checked.policy.find_demand_profile(*moment) for moment in moments}
    for place, profile in enumerate(profiles):
        if profile in counting:
            continue
        path = f"demand_profiles[{place}]"
        if any(profile.applies(*moment) for moment in moments):
            yield _dead(path, "another profile counts wherever it applies")
        else:
            yield _dead(path, "no service runs where it applies")


def _moments(checked: _Checked) -> Iterator[tuple[str, date, int]]:
    """Yield each minute at which a party of some service may take its tables."""
    for period, day in checked.services:
        start, end = period.span_minutes
        for minute in range(start - period.buffer_before_minutes, end):
            days, local = divmod(minute, _DAY_MINUTES)
            yield period.key, day + timedelta(days=days), local


_CHECKS: Final = (
    _check_periods,
    _check_windows,
    _check_exceptions,
    _check_caps,
    _check_pacing,
    _check_shares,
    _check_zones,
    _check_walk_ins,
    _check_demand,
)
