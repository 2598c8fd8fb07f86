"""The calendar of a house: the service of an instant, its starts, and the stay of a party."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import attrs

from fourtop.errors import AmbiguousTime, Code, InvalidInput, NonexistentTime, Refusal, safe_repr
from fourtop.errors.display import brief
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant, zone_info
from fourtop.model.service import Service
from fourtop.model.service_period import NIGHT_ENDS, ServicePeriod
from fourtop.model.stay import Stay, fit_stay, turn_minutes
from fourtop.model.window import (
    LATEST_US,
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_SECOND,
    Window,
    from_micros,
    next_valid,
    to_micros,
)
from fourtop.model.zone_hours import find_hours, hours_around, refuse_start
from fourtop.model.zone_rules import ZoneRule

_CACHED_DAYS: Final = 512
_CACHED_STARTS: Final = 8_192
_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
# A day in UTC has instants of at most three local dates, and an overnight service is of a fourth.
_DATES_OF_A_DAY: Final = 4
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Calendar:
    """The policy of a restaurant, applied to instants.

    The answers depend on the restaurant and the policy only. A calendar caches the answers for the
    512 dates and the 8,192 starts used last.

    Args:
        restaurant: For its time zone and defaults.
        policy: For its service periods.
    """

    __slots__ = (
        "_alone",
        "_days",
        "_found",
        "_policy",
        "_restaurant",
        "_services",
        "_starts",
        "_stays",
        "_stays_of_sizes",
        "_texts",
        "_turns",
        "zone",
    )

    def __init__(self, restaurant: Restaurant, policy: Policy) -> None:
        self._restaurant = restaurant
        self._policy = policy
        self._services = lru_cache(_CACHED_DAYS)(self._find_services)
        self._starts = lru_cache(_CACHED_DAYS)(self._find_starts_on)
        self._days = lru_cache(_CACHED_DAYS)(self._find_services_of)
        self._alone = lru_cache(_CACHED_DAYS)(self._has_own_time)
        self._found = lru_cache(_CACHED_STARTS)(self._look_up)
        self._stays = lru_cache(_CACHED_STARTS)(self._decide)
        self._stays_of_sizes = lru_cache(_CACHED_DAYS)(self._group)
        # Parties of one band stay equally long: they share one value.
        self._turns = lru_cache(_CACHED_STARTS)(self._fit)
        self._texts = lru_cache(_CACHED_STARTS)(self._format)
        self.zone: tzinfo = zone_info(restaurant.timezone)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._restaurant, self._policy)

    def __repr__(self) -> str:
        return brief(self, f"of {self._restaurant.id} in {self._restaurant.timezone}")

    def services_on(self, day: date) -> tuple[Service, ...]:
        """Return the services that start on a date, by start."""
        return self._services(day)

    def _find_services(self, day: date) -> tuple[Service, ...]:
        found = [self._find_service_of(period, day) for period in self._policy.periods_on(day)]
        return tuple([service for service in found if service is not None])

    def _find_service_of(self, period: ServicePeriod, day: date) -> Service | None:
        is_overnight = period.end <= period.start
        end_day = day + timedelta(days=1) if is_overnight else day
        start_us, end_us = (
            self._instant(day, period.start, 0),
            self._instant(end_day, period.end, 1),
        )
        if end_us <= start_us:
            # The clocks skip its start, which moved to its end or past it: the service is empty.
            return None
        if period.last_start is not None:
            last_day = end_day if period.last_start < period.start else day
            last = self._instant(last_day, period.last_start, 0)
        else:
            minutes = period.last_seating_minutes
            if minutes is None:
                minutes = self._restaurant.last_seating_buffer_minutes
            last = end_us - minutes * MICROSECONDS_PER_MINUTE
        service = Service(period, day, Window.of_micros(start_us, end_us), last)
        return attrs.evolve(service, starts_us=frozenset(self._find_starts(service)))

    def _instant(self, day: date, at: time, fold: int) -> int:
        # A skipped local time moves forward with the clocks. If a local time occurs twice, a period
        # starts at the first and ends at the second occurrence, so that it is never reversed.
        local = datetime.combine(day, at, self.zone).replace(fold=fold)
        there = local.astimezone(UTC)
        if fold and there.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            there = local.replace(fold=0).astimezone(UTC)
        micros = (there - _EPOCH) // _MICROSECOND
        return micros if 0 <= micros < LATEST_US else to_micros(there, "period")

    def midnight_us(self, day: date) -> int:
        """Return the instant at which a date begins; where the clocks skip it, the next valid one.

        If midnight happens twice, the date begins at the first one.
        """
        return self.local_us(day, time())

    def local_us(self, day: date, at: time) -> int:
        """Return the instant of a local time; where the clocks skip it, it moves on with them.

        If it happens twice, it is the first one.
        """
        return self._instant(day, at, 0)

    def night_us(self, on: date, at: time) -> int:
        """Return the instant of a local time of a service date; before 05:00 it is the next day.

        Where the clocks skip it, it moves on with them. If it happens twice, it is the first one.
        """
        return self.local_us(on + timedelta(days=1) if at < NIGHT_ENDS else on, at)

    def local_date(self, instant_us: int) -> date:
        """Return the date of an instant in the restaurant's zone."""
        return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(self.zone).date()

    def local_minute(self, instant_us: int) -> tuple[date, int]:
        """Return the local date of an instant, and the whole minutes since its midnight."""
        local = (_EPOCH + timedelta(microseconds=instant_us)).astimezone(self.zone)
        return local.date(), local.hour * 60 + local.minute

    def find_service(self, start_us: int) -> Service | None:
        """Return the service that contains an instant, if any.

        A service of the same date comes before an overnight service of the day before.
        """
        return self._found(start_us)

    def _look_up(self, start_us: int) -> Service | None:
        # By the day in UTC: a conversion to the zone for every start costs more than the search.
        for service in self._days(start_us // _DAY_US):
            if service.window.start_us <= start_us < service.window.end_us:
                return service
        return None

    def _find_services_of(self, number: int) -> tuple[Service, ...]:
        """Return the services that overlap a day in UTC, those of the latest date first."""
        start_us, end_us = number * _DAY_US, (number + 1) * _DAY_US
        last = self.local_date(end_us - 1)
        found: list[Service] = []
        for back in range(_DATES_OF_A_DAY):
            found += self.services_on(last - timedelta(days=back))
        overlapping = [
            each
            for each in found
            if each.window.start_us < end_us and start_us < each.window.end_us
        ]
        return tuple(overlapping)

    def is_alone(self, service: Service) -> bool:
        """Tell whether no other service has an instant of a service of this calendar.

        Others may have some where the clocks go back, or where a service runs past midnight.
        """
        return self._alone(service.period.key, service.date)

    def _has_own_time(self, key: str, day: date) -> bool:
        (service,) = (each for each in self.services_on(day) if each.period.key == key)
        window = service.window
        days = range(window.start_us // _DAY_US, (window.end_us - 1) // _DAY_US + 1)
        around = {other for number in days for other in self._days(number)}
        return not any(
            other.window.overlaps(window) for other in around if not other.is_same(service)
        )

    def stay(
        self,
        start_us: int,
        party_size: int,
        occasion: str | None = None,
        minutes: int | None = None,
        zone: ZoneRule | None = None,
    ) -> Stay | Refusal:
        """Return the stay of a party that sits down at an instant, or a refusal.

        The turn time is elapsed time, so that a clock change neither shortens nor lengthens a stay.
        Unless the period allows overrun, the occupied window is clamped to the end of service.

        Args:
            start_us: The instant, in microseconds.
            party_size: The number of people.
            occasion: Key of an occasion; ``None``: the period's default.
            minutes: The length in place of the turn time; ``None``: the turn time.
            zone: The rule of the zone in which the party sits; ``None``: a zone without a rule.
        """
        return self._stays(start_us, party_size, occasion, minutes, zone)

    def stays(
        self,
        start_us: int,
        sizes: tuple[int, ...],
        occasion: str | None = None,
        minutes: int | None = None,
    ) -> tuple[tuple[Stay | Refusal, tuple[int, ...]], ...]:
        """Return the stays of parties of some sizes at a start, as ``stay`` does, or refusals.

        Sizes that follow each other and have the same stay are together.
        """
        return self._stays_of_sizes(start_us, sizes, occasion, minutes)

    def _group(
        self, start_us: int, sizes: tuple[int, ...], occasion: str | None, minutes: int | None
    ) -> tuple[tuple[Stay | Refusal, tuple[int, ...]], ...]:
        stays = {each: self.stay(start_us, each, occasion, minutes) for each in sizes}
        # Parties of one band share one value.
        groups = groupby(sizes, key=lambda each: id(stays[each]))
        together = (tuple(alike) for _, alike in groups)
        return tuple((stays[alike[0]], alike) for alike in together)

    def _decide(
        self,
        start_us: int,
        party_size: int,
        occasion: str | None,
        minutes: int | None,
        zone: ZoneRule | None,
    ) -> Stay | Refusal:
        service = self.find_service(start_us)
        if service is None:
            return self._outside(start_us)
        end_us = None
        if zone is None:
            refusal = self._past_last_start(service, start_us)
        else:
            end_us, refusal = self._fit_in_zone(zone, service, start_us)
        if refusal is not None:
            return refusal
        period = service.period
        if occasion is not None and occasion not in period.occasions:
            return Refusal.by_rule(Code.OCCASION_NOT_OFFERED, period=period.key, occasion=occasion)
        chosen = occasion or next(iter(period.occasions), None)
        if minutes is None:
            minutes = self._turn_minutes(period, chosen, party_size, zone)
        return self._turns(start_us, minutes, chosen, end_us)

    def _past_last_start(self, service: Service, start_us: int) -> Refusal | None:
        if start_us <= service.last_start_us:
            return None
        return Refusal.by_rule(
            Code.LAST_SEATING_PASSED,
            start=self.local_text(start_us),
            period=service.period.key,
            last_start=self.local_text(service.last_start_us),
        )

    def closed_on(self, day: date) -> Refusal:
        """Return the refusal of a date on which no service starts."""
        return Refusal.by_rule(Code.CLOSED, date=day.isoformat())

    def _outside(self, start_us: int) -> Refusal:
        day = self.local_date(start_us)
        if not self.services_on(day):
            return self.closed_on(day)
        return Refusal.by_rule(Code.OUTSIDE_SERVICE_HOURS, start=self.local_text(start_us))

    def _turn_minutes(
        self, period: ServicePeriod, occasion: str | None, party_size: int, zone: ZoneRule | None
    ) -> int:
        if occasion is not None:
            return turn_minutes(self._policy.get_occasion(occasion).turn_bands, party_size)
        own = () if zone is None else zone.turn_bands
        bands = own or period.turn_bands or self._policy.turn_bands
        return (
            turn_minutes(bands, party_size) if bands else self._restaurant.default_duration_minutes
        )

    def shortest_stay_us(self, period: ServicePeriod) -> int:
        """Return how long the tables are taken, at least, for a party of a period.

        It is the shortest turn time of the period, of its occasions and of zones with turn times of
        their own, and the buffers.
        """
        policy = self._policy
        if period.occasions:
            bands = [policy.get_occasion(key).turn_bands for key in period.occasions]
        else:
            bands = [period.turn_bands or policy.turn_bands]
            bands += [rule.turn_bands for rule in policy.zone_rules]
        minutes = [band.minutes for each in bands for band in each]
        least = min(minutes, default=self._restaurant.default_duration_minutes)
        buffers = period.buffer_before_minutes + period.buffer_after_minutes
        return (least + buffers) * MICROSECONDS_PER_MINUTE

    def _fit(
        self, start_us: int, minutes: int, occasion: str | None, zone_end_us: int | None
    ) -> Stay | Refusal:
        service = self.find_service(start_us)
        assert service is not None, "only a start in a service has a turn time"
        return fit_stay(
            service, start_us, minutes=minutes, occasion=occasion, zone_end_us=zone_end_us
        )

    def starts_on(self, day: date) -> tuple[tuple[int, Service], ...]:
        """Return the start times on offer for the services of a date, in order.

        The start times are instants in microseconds. They count the interval of the period, or the
        restaurant's reservation interval, from the start of each service, in elapsed time, up to
        the last seating of the service or of one of its zones, inclusive. Starts that are switched
        off are left out.
        Where the clocks go back, two services may overlap: each start then belongs to the service
        that ``find_service`` returns.
        """
        return self._starts(day)

    def _find_starts_on(self, day: date) -> tuple[tuple[int, Service], ...]:
        starts = [
            (start_us, service)
            for service in self.services_on(day)
            for start_us in service.starts_us
            if service.is_same(self.find_service(start_us))
        ]
        return tuple(sorted(starts, key=itemgetter(0)))

    def _find_starts(self, service: Service) -> list[int]:
        """Return the start times on offer of a service, those switched off left out."""
        last_us = max([service.last_start_us, *self._zone_last_starts(service)])
        end_us = min(last_us + 1, service.window.end_us)
        raster = range(service.window.start_us, end_us, self._step_us(service.period))
        if not service.period.closed_starts:
            return list(raster)
        return [each for each in raster if not self._is_closed(service, each)]

    def _step_us(self, period: ServicePeriod) -> int:
        minutes = period.interval_minutes or self._restaurant.reservation_interval_minutes
        return minutes * MICROSECONDS_PER_MINUTE

    def _is_closed(self, service: Service, start_us: int) -> bool:
        """Tell whether a start is switched off."""
        at = from_micros(start_us).astimezone(self.zone).time()
        return at in service.period.closed_starts

    def nearest_starts(self, start_us: int) -> tuple[int, ...]:
        """Return the last start on offer before an instant, and the first one after it.

        It looks at the service date of the instant only.
        """
        service = self.find_service(start_us)
        day = self.local_date(start_us) if service is None else service.date
        starts = [each for each, _ in self.starts_on(day)]
        before = [each for each in starts if each < start_us][-1:]
        return (*before, *[each for each in starts if each > start_us][:1])

    # ---- zones

    def _fit_in_zone(
        self, zone: ZoneRule, service: Service, start_us: int
    ) -> tuple[int | None, Refusal | None]:
        """Return when a party leaves a zone at the latest, and the refusal of its start, if any."""
        hours = find_hours(zone, service, start_us, self._instant)
        if isinstance(hours, Code):
            return None, refuse_start(zone, service, hours, self.local_text, start_us)
        end_us = None if hours.window is None else hours.window.end_us
        if hours.last_start_us is None:
            return end_us, self._past_last_start(service, start_us)
        if start_us <= hours.last_start_us:
            return end_us, None
        refusal = Refusal.by_rule(
            Code.ZONE_LAST_SEATING_PASSED,
            start=self.local_text(start_us),
            zone=zone.zone,
            last_start=self.local_text(hours.last_start_us),
        )
        return end_us, refusal

    def _zone_last_starts(self, service: Service) -> list[int]:
        """Return the last starts of the zones that have one of their own."""
        return [
            hours.last_start_us
            for rule in self._policy.zone_rules
            if rule.last_start is not None
            for hours in hours_around(rule, service, self._instant)
            if hours.last_start_us is not None
        ]

    def zone_windows(self, rule: ZoneRule, service: Service) -> tuple[Window, ...]:
        """Return the times of a service in which a zone with a rule is open."""
        whole, found = service.window, []
        for hours in hours_around(rule, service, self._instant):
            window = whole if hours.window is None else hours.window
            if window.overlaps(whole):
                start_us = max(window.start_us, whole.start_us)
                found.append(Window.of_micros(start_us, min(window.end_us, whole.end_us)))
        return tuple(found)

    def slots_of(self, service: Service) -> tuple[Window, ...]:
        """Return the intervals of a service between its start times; the last ends with it."""
        window, step_us = service.window, self._step_us(service.period)
        starts = range(window.start_us, window.end_us, step_us)
        return tuple(Window.of_micros(each, min(each + step_us, window.end_us)) for each in starts)

    def instant(self, local: str | datetime, field: str = "start") -> int:
        """Convert a local time of the restaurant, or an instant with an offset, to microseconds.

        Args:
            local: ISO 8601 text or a datetime; without an offset it is local time of the
                restaurant.
            field: The field that an error names.

        Raises:
            InvalidInput: If the text is not an ISO 8601 date and time.
            NonexistentTime: If the clocks skip that local time.
            AmbiguousTime: If it occurs twice and has no offset.
        """
        moment = as_moment(local, field)
        if moment.tzinfo is not None:
            return to_micros(moment, field)
        here = [moment.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1)]
        valid = next_valid(here[0])
        if valid is not None:
            raise NonexistentTime(field, "must exist", moment.isoformat(), valid.isoformat())
        if here[0].utcoffset() != here[1].utcoffset():
            texts = (here[0].isoformat(), here[1].isoformat())
            raise AmbiguousTime(field, "must be unambiguous", moment.isoformat(), texts)
        return to_micros(here[0], field)

    def local_text(self, instant_us: int) -> str:
        """Format an instant as ISO 8601 in the restaurant's zone, to the minute if exact."""
        return self._texts(instant_us)

    def _format(self, instant_us: int) -> str:
        seconds, rest_us = divmod(instant_us, MICROSECONDS_PER_SECOND)
        local = datetime.fromtimestamp(seconds, self.zone)
        if local.second or rest_us:
            return local.replace(microsecond=rest_us).isoformat()
        return local.isoformat(timespec="minutes")


def as_moment(local: object, field: str) -> datetime:
    """Convert ISO 8601 text with a date and a time, or a datetime, to a datetime.

    The result has an offset only if the input has one.

    Raises:
        InvalidInput: If it is neither.
    """
    if isinstance(local, datetime):
        return local
    try:
        if isinstance(local, str) and len(local) > 10:
            return datetime.fromisoformat(local)
    except ValueError:
        pass
    raise InvalidInput(field, "must be a date and time such as 2026-12-24T19:00", safe_repr(local))
