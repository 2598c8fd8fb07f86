"""The policy of a house: service periods, turn times, caps and other rules."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Self

import attrs

from fourtop.errors import NotFound, UnknownName
from fourtop.errors.display import brief, count_of, shown_id, some
from fourtop.model import validators
from fourtop.model.booking_rules import WALK_IN, BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import (
    CapacityRule,
    ChannelShare,
    PacingRule,
    decisive_pacing,
    decisive_rules,
    decisive_shares,
)
from fourtop.model.date_exception import DateException, changed_period
from fourtop.model.demand import DemandProfile
from fourtop.model.enforcement import Enforcement
from fourtop.model.planning_rules import Planning
from fourtop.model.policy_checks import (
    RULES,
    PolicyRule,
    check_policy,
    named_in_error,
    rules_attribute,
)
from fourtop.model.policy_converters import (
    as_booking_windows,
    as_capacity_rules,
    as_channel_shares,
    as_channels,
    as_closures,
    as_demand_profiles,
    as_exceptions,
    as_guest_stay,
    as_occasions,
    as_pacing_rules,
    as_periods,
    as_walk_in_rules,
    as_zone_rules,
    by_start,
)
from fourtop.model.service_period import (
    WEEK,
    Occasion,
    ServicePeriod,
    TurnBand,
    Weekday,
    as_bands,
    check_date,
)
from fourtop.model.zone_rules import WalkInRule, ZoneRule


@attrs.frozen(repr=False)
class Policy:
    """All rules of a house except its floor.

    Immutable: the ``with_…`` and ``without_…`` methods return a changed and validated copy,
    which a desk stores as a new version.

    Args:
        periods: Service periods, in any order; kept by start, then key. Two periods of one day do
            not overlap.
        occasions: Occasions with their own turn times.
        closures: Dates on which no service starts.
        turn_bands: Turn times of stays for which neither the occasion nor the period has any;
            empty: the restaurant's default duration.
        capacity_rules: Caps on covers and parties; at most one for each scope and kind.
        planning: The rules for choosing tables.
        holds: Limits on holds.
        past_grace_minutes: How far in the past a start may lie (0–60).
        channels: The channels by which requests come in, besides ``"walk_in"``.
        booking_windows: Notice and horizon of guests; the first that fits applies.
        exceptions: Changes of service periods on single dates; one for each date and period.
        pacing_rules: Caps for each interval of a service; one for each scope, spread and kind.
        channel_shares: Covers held back for a channel; one for each scope and channel.
        zone_rules: Hours, season and turn times of zones; one for each zone.
        walk_in_rules: Tables that guests cannot book.
        guest_stay: The least and the most minutes that guests may ask for (1–600); ``None``:
            guests may not ask for a length.
        seating: Limits on seating a party.
        demand_profiles: When seats left over cost more, or less; one for each name.
        enforcement: Whether the capacity rules and the rule of adjacency refuse parties.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    periods: tuple[ServicePeriod, ...] = attrs.field(converter=as_periods)
    occasions: tuple[Occasion, ...] = attrs.field(default=(), kw_only=True, converter=as_occasions)
    closures: frozenset[date] = attrs.field(default=(), kw_only=True, converter=as_closures)
    turn_bands: tuple[TurnBand, ...] = attrs.field(default=(), kw_only=True, converter=as_bands)
    capacity_rules: tuple[CapacityRule, ...] = attrs.field(
        default=(), kw_only=True, converter=as_capacity_rules
    )
    planning: Planning = attrs.field(
        factory=Planning, kw_only=True, validator=validators.one_of(Planning)
    )
    holds: HoldRules = attrs.field(
        factory=HoldRules, kw_only=True, validator=validators.one_of(HoldRules)
    )
    past_grace_minutes: int = attrs.field(
        default=5,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 60),
    )
    channels: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_channels)
    booking_windows: tuple[BookingWindow, ...] = attrs.field(
        default=(), kw_only=True, converter=as_booking_windows
    )
    exceptions: tuple[DateException, ...] = attrs.field(
        default=(), kw_only=True, converter=as_exceptions
    )
    pacing_rules: tuple[PacingRule, ...] = attrs.field(
        default=(), kw_only=True, converter=as_pacing_rules
    )
    channel_shares: tuple[ChannelShare, ...] = attrs.field(
        default=(), kw_only=True, converter=as_channel_shares
    )
    zone_rules: tuple[ZoneRule, ...] = attrs.field(
        default=(), kw_only=True, converter=as_zone_rules
    )
    walk_in_rules: tuple[WalkInRule, ...] = attrs.field(
        default=(), kw_only=True, converter=as_walk_in_rules
    )
    guest_stay: tuple[int, int] | None = attrs.field(
        default=None, kw_only=True, converter=as_guest_stay
    )
    seating: SeatingRules = attrs.field(
        factory=SeatingRules, kw_only=True, validator=validators.one_of(SeatingRules)
    )
    demand_profiles: tuple[DemandProfile, ...] = attrs.field(
        default=(), kw_only=True, converter=as_demand_profiles
    )
    enforcement: Enforcement = attrs.field(
        factory=Enforcement, kw_only=True, validator=validators.one_of(Enforcement)
    )

    def __attrs_post_init__(self) -> None:
        check_policy(self)

    def get_occasion(self, key: str) -> Occasion:
        """Return the occasion of that key.

        Raises:
            NotFound: If the policy has no such occasion.
        """
        found = next((occasion for occasion in self.occasions if occasion.key == key), None)
        if found is None:
            raise NotFound("occasion", shown_id(key))
        return found

    def check_channel(self, channel: str | None) -> None:
        """Check that the policy knows a channel. A request needs none.

        Raises:
            UnknownName: If it does not; the error names the known channels.
        """
        if channel is not None and channel not in self.known_channels:
            raise UnknownName.of("channel", channel, self.known_channels)

    @property
    def known_channels(self) -> tuple[str, ...]:
        """The channels that a request may name: ``"walk_in"`` and those of the policy."""
        return (WALK_IN, *(each for each in self.channels if each != WALK_IN))

    def find_booking_window(self, channel: str | None, party_size: int) -> BookingWindow | None:
        """Return the booking window that applies to a guest's request, if any."""
        fitting = (each for each in self.booking_windows if each.applies(channel, party_size))
        return next(fitting, None)

    # ---- the periods of a date

    def periods_on(self, day: date) -> tuple[ServicePeriod, ...]:
        """Return the periods that start on a date, by start, as they run on it.

        If any period names the date, only such periods count; else the weekly ones do. The
        exceptions of the date change them.
        """
        periods = self._regular_periods_on(day)
        exceptions = self._exceptions_on.get(day)
        if exceptions is None:
            return periods
        changed = (changed_period(each, self._exceptions_of(each, exceptions)) for each in periods)
        return tuple(sorted((each for each in changed if each is not None), key=by_start))

    def _regular_periods_on(self, day: date) -> tuple[ServicePeriod, ...]:
        if day in self.closures:
            return ()
        dated = tuple(period for period in self.periods if day in period.dates)
        return dated or self._week[day.weekday()]

    @staticmethod
    def _exceptions_of(
        period: ServicePeriod, exceptions: Mapping[str | None, DateException]
    ) -> list[DateException]:
        """Return the exceptions that apply to a period, that of the period itself last."""
        return [exceptions[key] for key in (None, period.key) if key in exceptions]

    @cached_property
    def _exceptions_on(self) -> dict[date, dict[str | None, DateException]]:
        """The exceptions of each date, by period."""
        found: dict[date, dict[str | None, DateException]] = {}
        for each in self.exceptions:
            found.setdefault(each.on, {})[each.period] = each
        return found

    @cached_property
    def _week(self) -> tuple[tuple[ServicePeriod, ...], ...]:
        """The weekly periods of each weekday, from Monday on."""
        return tuple(tuple(each for each in self.periods if each.runs_on(day)) for day in WEEK)

    # ---- the rules of a service

    def find_capacity_rule(
        self, period: str, day: date, zone: str | None = None
    ) -> CapacityRule | None:
        """Return the caps of a period on a service date as one rule; ``None`` without a cap.

        Args:
            period: Key of the period.
            day: The service date.
            zone: Only the caps of this zone; ``None``: those of the whole house.
        """
        fitting = (
            each for each in self.capacity_rules if each.zone == zone and each.applies(period, day)
        )
        decisive = decisive_rules(fitting)
        rules = list(dict.fromkeys(decisive.values()))
        if len(rules) < 2:
            return next(iter(rules), None)
        caps: dict[str, Any] = {unit: getattr(rule, unit) for unit, rule in decisive.items()}
        return CapacityRule(period=period, on=day, zone=zone, **caps)

    def find_pacing_rules(self, period: str, day: date) -> tuple[PacingRule, ...]:
        """Return the pacing of a period on a service date: rules with the units that count.

        Those that count at the start come first.
        """
        return decisive_pacing(each for each in self.pacing_rules if each.applies(period, day))

    def find_channel_shares(self, period: str, day: date) -> tuple[ChannelShare, ...]:
        """Return the share of each channel in a period on a service date, in their order."""
        return decisive_shares(each for each in self.channel_shares if each.applies(period, day))

    def find_zone_rule(self, zone: str) -> ZoneRule | None:
        """Return the rule of a zone, if it has one."""
        return next((each for each in self.zone_rules if each.zone == zone), None)

    def find_demand_profile(self, period: str, day: date, minute: int) -> DemandProfile | None:
        """Return the demand profile that counts in a period at a local time, if any applies.

        Args:
            period: Key of the period.
            day: The local date.
            minute: Minutes after the midnight of that date, from 0 to 1,439.
        """
        fitting = (each for each in self._ranked_profiles if each.applies(period, day, minute))
        return next(fitting, None)

    @cached_property
    def _ranked_profiles(self) -> tuple[DemandProfile, ...]:
        """The demand profiles, that of the highest rank first."""
        return tuple(sorted(self.demand_profiles, key=lambda each: each.rank))

    # ---- edits

    def with_period(self, period: ServicePeriod) -> Self:
        """Return a copy with the period added, or put in place of the one with its key.

        Raises:
            InvalidInput: If it is not a period, overlaps another one, or offers an unknown
                occasion. Choose other hours, or add the occasion first.

        >>> policy = Policy([]).with_period(ServicePeriod("dinner", "17:00", "23:00"))
        >>> policy.with_period(ServicePeriod("dinner", "18:00", "23:00")).periods
        (<ServicePeriod dinner 18:00 to 23:00, every day>,)
        """
        key = validators.check_instance("period", period, ServicePeriod).key
        return attrs.evolve(
            self, periods=(*(each for each in self.periods if each.key != key), period)
        )

    def without_period(self, key: str) -> Self:
        """Return a copy without the period and the rules that name it.

        Raises:
            NotFound: If the policy has no such period.

        >>> policy = Policy([ServicePeriod("dinner", "17:00", "23:00")])
        >>> policy.with_rule(CapacityRule(max_covers=40, period="dinner")).without_period("dinner")
        <Policy 0 periods>
        """
        if all(each.key != key for each in self.periods):
            raise NotFound("period", shown_id(key))
        return attrs.evolve(
            self,
            periods=tuple(each for each in self.periods if each.key != key),
            **self._rules_without(lambda rule: getattr(rule, "period", None) == key),
        )

    def with_channel(self, key: str) -> Self:
        """Return a copy that knows the channel; it may know it already.

        Raises:
            InvalidIdentifier: If it is not an id.

        >>> Policy([]).with_channel("online").known_channels
        ('walk_in', 'online')
        """
        channel = validators.check_identifier("channel", key)
        return attrs.evolve(self, channels=tuple(dict.fromkeys((*self.channels, channel))))

    def without_channel(self, key: str) -> Self:
        """Return a copy without the channel and the rules that name it.

        Raises:
            NotFound: If the policy has no such channel.

        >>> Policy([], channels=["online"]).without_channel("online").channels
        ()
        """
        if key not in self.channels:
            raise NotFound("channel", shown_id(key))
        return attrs.evolve(
            self,
            channels=tuple(each for each in self.channels if each != key),
            **self._rules_without(lambda rule: getattr(rule, "channel", None) == key),
        )

    def _rules_without(self, is_gone: Callable[[PolicyRule], bool]) -> dict[str, Any]:
        """Return the rules of each class that stay, by the attribute that holds them."""
        return {
            name: tuple(each for each in getattr(self, name) if not is_gone(each))
            for name in RULES.values()
        }

    def with_rule(self, rule: PolicyRule) -> Self:
        """Return a copy with the rule, in place of the one of its class with the same scope.

        A new rule comes after the others of its class. Only for booking windows does the order
        matter.

        Args:
            rule: A ``BookingWindow``, ``DateException``, ``CapacityRule``, ``PacingRule``,
                ``ChannelShare``, ``ZoneRule``, ``WalkInRule`` or ``DemandProfile``.

        Raises:
            InvalidInput: If it is no rule, or names an unknown period or channel.

        >>> policy = Policy([]).with_rule(CapacityRule(max_covers=40, weekday="monday"))
        >>> policy.with_rule(CapacityRule(max_covers=30, weekday="monday")).capacity_rules
        (<CapacityRule 30 covers, each period, monday>,)
        """
        name = rules_attribute(rule)
        rules = getattr(self, name)
        place = next((at for at, each in enumerate(rules) if each.scope == rule.scope), len(rules))
        changed: dict[str, Any] = {name: (*rules[:place], rule, *rules[place + 1 :])}
        return attrs.evolve(self, **changed)

    def without_rule(
        self,
        rule: PolicyRule | None = None,
        *,
        period: str | None = None,
        weekday: Weekday | str | None = None,
        on: date | str | None = None,
    ) -> Self:
        """Return a copy without a rule.

        Args:
            rule: Remove the rule of its class and scope; ``None``: remove the regular capacity
                rule of the whole house of exactly the scope that the other arguments name.
            period: Key of a service period.
            weekday: A day of the week.
            on: A date.

        Raises:
            NotFound: If the policy has no rule of this scope.
            InvalidInput: If it is no rule, or the weekday or the date is invalid.

        >>> policy = Policy([]).with_rule(CapacityRule(max_covers=40, weekday="monday"))
        >>> policy.without_rule(weekday="monday").capacity_rules
        ()
        """
        if rule is None:
            rule = CapacityRule(max_covers=0, period=period, weekday=weekday, on=on)
        name, scope = rules_attribute(rule), rule.scope
        rules = getattr(self, name)
        rest = tuple(each for each in rules if each.scope != scope)
        if len(rest) == len(rules):
            raise NotFound(*named_in_error(rule))
        changed: dict[str, Any] = {name: rest}
        return attrs.evolve(self, **changed)

    def with_closure(self, day: date | str) -> Self:
        """Return a copy that is closed on the date; it may be closed already.

        Raises:
            InvalidInput: If it is not a date.

        >>> Policy([]).with_closure("2026-12-25").closures
        frozenset({datetime.date(2026, 12, 25)})
        """
        return attrs.evolve(self, closures=self.closures | {check_date("day", day)})

    def without_closure(self, day: date | str) -> Self:
        """Return a copy that is open on the date again.

        Raises:
            NotFound: If the house is not closed on that date.
            InvalidInput: If it is not a date.

        >>> Policy([], closures=["2026-12-25"]).without_closure("2026-12-25").closures
        frozenset()
        """
        closed = check_date("day", day)
        if closed not in self.closures:
            raise NotFound("closure", closed.isoformat())
        return attrs.evolve(self, closures=self.closures - {closed})

    def __repr__(self) -> str:
        return brief(
            self,
            some((each.key for each in self.periods), most=3) or "0 periods",
            count_of(len(self.occasions), "occasion") if self.occasions else "",
            count_of(len(self.capacity_rules), "capacity rule") if self.capacity_rules else "",
            count_of(len(self.closures), "closure") if self.closures else "",
        )
