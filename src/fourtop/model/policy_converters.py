"""Converters of the fields of a policy; each annotation is the type that ``Policy`` accepts."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import SupportsIndex

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.service_period import MAX_TURN_MINUTES, Occasion, ServicePeriod, as_dates
from fourtop.model.zone_rules import WalkInRule, ZoneRule


def by_start(period: ServicePeriod) -> tuple[time, str]:
    """Return the place of a period among others: by start, then key."""
    return (period.start, period.key)


def as_periods(value: Iterable[ServicePeriod]) -> tuple[ServicePeriod, ...]:
    """Convert ``periods``."""
    periods = validators.as_instances("periods", value, ServicePeriod)
    return tuple(sorted(periods, key=by_start))


def as_occasions(value: Iterable[Occasion]) -> tuple[Occasion, ...]:
    """Convert ``occasions``."""
    return validators.as_instances("occasions", value, Occasion)


def as_closures(value: Iterable[date | str]) -> frozenset[date]:
    """Convert ``closures``."""
    return as_dates("closures", value)


def as_channels(value: Iterable[str]) -> tuple[str, ...]:
    """Convert ``channels``."""
    return validators.as_members(
        "channels", value, lambda each: validators.check_identifier("channels", each)
    )


def as_booking_windows(value: Iterable[BookingWindow]) -> tuple[BookingWindow, ...]:
    """Convert ``booking_windows``."""
    return validators.as_instances("booking_windows", value, BookingWindow)


def as_exceptions(value: Iterable[DateException]) -> tuple[DateException, ...]:
    """Convert ``exceptions``."""
    return validators.as_instances("exceptions", value, DateException)


def as_capacity_rules(value: Iterable[CapacityRule]) -> tuple[CapacityRule, ...]:
    """Convert ``capacity_rules``."""
    return validators.as_instances("capacity_rules", value, CapacityRule)


def as_pacing_rules(value: Iterable[PacingRule]) -> tuple[PacingRule, ...]:
    """Convert ``pacing_rules``."""
    return validators.as_instances("pacing_rules", value, PacingRule)


def as_channel_shares(value: Iterable[ChannelShare]) -> tuple[ChannelShare, ...]:
    """Convert ``channel_shares``."""
    return validators.as_instances("channel_shares", value, ChannelShare)


def as_zone_rules(value: Iterable[ZoneRule]) -> tuple[ZoneRule, ...]:
    """Convert ``zone_rules``."""
    return validators.as_instances("zone_rules", value, ZoneRule)


def as_walk_in_rules(value: Iterable[WalkInRule]) -> tuple[WalkInRule, ...]:
    """Convert ``walk_in_rules``."""
    return validators.as_instances("walk_in_rules", value, WalkInRule)


def as_demand_profiles(value: Iterable[DemandProfile]) -> tuple[DemandProfile, ...]:
    """Convert ``demand_profiles``."""
    return validators.as_instances("demand_profiles", value, DemandProfile)


def as_guest_stay(value: Sequence[SupportsIndex] | None) -> tuple[int, int] | None:
    """Convert ``guest_stay``."""
    if value is None:
        return None
    minutes = validators.as_members("guest_stay", value, _stay_minutes)
    if len(minutes) != 2 or minutes[0] > minutes[1]:
        raise InvalidInput("guest_stay", "must be the least and the most minutes", safe_repr(value))
    return (minutes[0], minutes[1])


def _stay_minutes(value: object) -> int:
    return validators.check_integer("guest_stay", value, 1, MAX_TURN_MINUTES)
