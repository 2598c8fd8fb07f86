"""The policy of a house: service periods, turn times, caps and other rules."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Self

import attrs

from fourtop.errors import InvalidInput, NotFound, safe_repr
from fourtop.errors.display import brief, count_of, shown_id, some
from fourtop.model import validators
from fourtop.model.planning_rules import Planning
from fourtop.model.service_period import (
    WEEK,
    Occasion,
    ServicePeriod,
    TurnBand,
    Weekday,
    as_bands,
    as_date,
    as_dates,
    as_optional_date,
    as_optional_weekday,
)

HOLD_TTL_SECONDS: Final = (30, 600)
MAX_HOLD_LIFETIME_SECONDS: Final = 600


@attrs.frozen(repr=False)
class CapacityRule:
    """A cap on the covers or parties of a service period on a date. Without a rule, no cap applies.

    The most specific rule that applies wins as a whole: a rule for the date before one for the
    weekday before one for neither; among equals, a rule for the period before one for all periods.

    Args:
        max_covers: Most people (0–100,000); ``None``: no cap.
        max_parties: Most bookings (0–100,000); ``None``: no cap.
        period: Key of a service period; ``None``: each period.
        weekday: Only on this day of the week.
        on: Only on this date.

    Raises:
        InvalidInput: If neither maximum is given, or both a weekday and a date are.
    """

    max_covers: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, 100_000)),
    )
    max_parties: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, 100_000)),
    )
    period: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    weekday: Weekday | None = attrs.field(default=None, kw_only=True, converter=as_optional_weekday)
    on: date | None = attrs.field(default=None, kw_only=True, converter=as_optional_date)

    def __attrs_post_init__(self) -> None:
        if self.max_covers is None and self.max_parties is None:
            raise InvalidInput("max_covers", "give max_covers, max_parties or both", "neither")
        if self.weekday is not None and self.on is not None:
            raise InvalidInput("weekday", "give weekday or on, not both", self.weekday.value)

    @property
    def scope(self) -> tuple[date | None, Weekday | None, str | None]:
        """The date, weekday and period that it applies to; unique in a policy."""
        return (self.on, self.weekday, self.period)

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Its rank among the rules that apply; the largest wins."""
        return (self.on is not None, self.weekday is not None, self.period is not None)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        return (
            self.period in (None, period)
            and self.on in (None, day)
            and (self.weekday is None or self.weekday is Weekday.of(day))
        )

    def __repr__(self) -> str:
        return brief(
            self,
            "" if self.max_covers is None else f"{self.max_covers:,} covers",
            "" if self.max_parties is None else f"{self.max_parties:,} parties",
            "each period" if self.period is None else self.period,
            "" if self.weekday is None else self.weekday.value,
            "" if self.on is None else f"{self.on}",
        )


@attrs.frozen(repr=False)
class HoldRules:
    """Limits on holds.

    Args:
        ttl_seconds: The default lifetime of a hold (30–600).
        rate_limit: Most holds created per booking in a rate window (1–100).
        rate_window_seconds: The rate window (5–600).
        max_live: Most live holds of the restaurant (1–100,000).
        max_live_per_session: Most live holds of one session (1–1,000).
    """

    ttl_seconds: int = attrs.field(
        default=180,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(*HOLD_TTL_SECONDS),
    )
    rate_limit: int = attrs.field(
        default=5,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 100),
    )
    rate_window_seconds: int = attrs.field(
        default=60,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(5, 600),
    )
    max_live: int = attrs.field(
        default=1_000,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 100_000),
    )
    max_live_per_session: int = attrs.field(
        default=10,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 1_000),
    )

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.ttl_seconds} s",
            f"{self.rate_limit} in {self.rate_window_seconds} s",
            f"at most {self.max_live:,} live, {self.max_live_per_session:,} of a session",
        )


def _periods(value: Iterable[ServicePeriod]) -> tuple[ServicePeriod, ...]:
    periods = validators.as_instances("periods", value, ServicePeriod)
    return tuple(sorted(periods, key=lambda period: (period.start, period.key)))


def _occasions(value: Iterable[Occasion]) -> tuple[Occasion, ...]:
    return validators.as_instances("occasions", value, Occasion)


def _closures(value: Iterable[date | str]) -> frozenset[date]:
    return as_dates("closures", value)


def _capacity_rules(value: Iterable[CapacityRule]) -> tuple[CapacityRule, ...]:
    return validators.as_instances("capacity_rules", value, CapacityRule)


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
        capacity_rules: At most one for each scope.
        planning: The rules for choosing tables.
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
        default=5,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 60),
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
        week = [_spans(periods) for periods in self._week]
        for day, spans in zip(WEEK, week, strict=True):
            _refuse_overlap(day.value, spans)
        for index, day in enumerate(WEEK):
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
            NotFound: If the policy has no such occasion.
        """
        found = next((occasion for occasion in self.occasions if occasion.key == key), None)
        if found is None:
            raise NotFound("occasion", shown_id(key))
        return found

    def periods_on(self, day: date) -> tuple[ServicePeriod, ...]:
        """Return the periods that start on a date, by start.

        If any period names the date, only such periods count; else the weekly ones do.
        """
        if day in self.closures:
            return ()
        dated = tuple(period for period in self.periods if day in period.dates)
        return dated or self._week[day.weekday()]

    @cached_property
    def _week(self) -> tuple[tuple[ServicePeriod, ...], ...]:
        """The weekly periods of each weekday, from Monday on."""
        return tuple(tuple(each for each in self.periods if each.runs_on(day)) for day in WEEK)

    def find_capacity_rule(self, period: str, day: date) -> CapacityRule | None:
        """Return the most specific capacity rule for a period on a service date, if any applies."""
        fitting = [each for each in self.capacity_rules if each.applies(period, day)]
        return max(fitting, key=lambda each: each.specificity, default=None)

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
        """Return a copy without the period and the capacity rules that name it.

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
            capacity_rules=tuple(each for each in self.capacity_rules if each.period != key),
        )

    def with_rule(self, rule: CapacityRule) -> Self:
        """Return a copy with the rule added, or put in place of the one with its scope.

        Raises:
            InvalidInput: If it is not a capacity rule, or names an unknown period.

        >>> policy = Policy([]).with_rule(CapacityRule(max_covers=40, weekday="monday"))
        >>> policy.with_rule(CapacityRule(max_covers=30, weekday="monday")).capacity_rules
        (<CapacityRule 30 covers, each period, monday>,)
        """
        scope = validators.check_instance("rule", rule, CapacityRule).scope
        return attrs.evolve(
            self,
            capacity_rules=(*(each for each in self.capacity_rules if each.scope != scope), rule),
        )

    def without_rule(
        self,
        *,
        period: str | None = None,
        weekday: Weekday | str | None = None,
        on: date | str | None = None,
    ) -> Self:
        """Return a copy without the capacity rule of exactly this scope.

        Raises:
            NotFound: If the policy has no rule of this scope.
            InvalidInput: If the weekday or the date is invalid.

        >>> policy = Policy([]).with_rule(CapacityRule(max_covers=40, weekday="monday"))
        >>> policy.without_rule(weekday="monday").capacity_rules
        ()
        """
        scope = (as_optional_date(on), as_optional_weekday(weekday), period)
        rest = tuple(each for each in self.capacity_rules if each.scope != scope)
        if len(rest) == len(self.capacity_rules):
            named = (str(on) if on else None, str(weekday) if weekday else None, period)
            text = " ".join(shown_id(each) for each in named if each is not None)
            raise NotFound("capacity rule", text or "for all periods")
        return attrs.evolve(self, capacity_rules=rest)

    def with_closure(self, day: date | str) -> Self:
        """Return a copy that is closed on the date; it may be closed already.

        Raises:
            InvalidInput: If it is not a date.

        >>> Policy([]).with_closure("2026-12-25").closures
        frozenset({datetime.date(2026, 12, 25)})
        """
        return attrs.evolve(self, closures=self.closures | {as_date(day)})

    def without_closure(self, day: date | str) -> Self:
        """Return a copy that is open on the date again.

        Raises:
            NotFound: If the house is not closed on that date.
            InvalidInput: If it is not a date.

        >>> Policy([], closures=["2026-12-25"]).without_closure("2026-12-25").closures
        frozenset()
        """
        closed = as_date(day)
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


def _spans(periods: Iterable[ServicePeriod]) -> list[tuple[tuple[int, int], str]]:
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
