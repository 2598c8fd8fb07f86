"""Rules on the number of guests: caps, pacing, and shares held back for a channel."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.service_period import (
    Weekday,
    as_optional_date,
    as_optional_weekday,
    optional_date,
)

MAX_CAP: Final = 100_000
MAX_RELEASE_MINUTES: Final = 43_200

UNITS: Final = ("max_covers", "max_parties")

_cap: Final = validators.optional(validators.integer(0, MAX_CAP))
_identifier: Final = validators.optional(validators.identifier)


class RuleKind(StrEnum):
    """The kind of a rule. A rule of a later kind overrides those of the kinds before it."""

    REGULAR = "regular"
    HOLIDAY = "holiday"
    EVENT = "event"
    MANUAL = "manual"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Its place in the order of the kinds; the largest wins."""
        return list(RuleKind).index(self)


class Spread(StrEnum):
    """The intervals in which pacing counts a party.

    ``START``: the interval in which the party sits down. ``MEAL``: each interval that has an
    instant of its meal.
    """

    START = "start"
    MEAL = "meal"


def _kind(value: RuleKind | str) -> RuleKind:
    return validators.as_enum(RuleKind, "kind", value)


def _spread(value: Spread | str) -> Spread:
    return validators.as_enum(Spread, "spread", value)


def _applies(rule: "CapacityRule | PacingRule | ChannelShare", period: str, day: date) -> bool:
    return (
        rule.period in (None, period)
        and rule.on in (None, day)
        and (rule.weekday is None or rule.weekday is Weekday.of(day))
    )


def _check_days(rule: "CapacityRule | PacingRule | ChannelShare") -> None:
    if rule.weekday is not None and rule.on is not None:
        raise InvalidInput("weekday", "give weekday or on, not both", rule.weekday.value)


def _check_units(rule: "CapacityRule | PacingRule") -> None:
    if rule.max_covers is None and rule.max_parties is None:
        raise InvalidInput("max_covers", "give max_covers, max_parties or both", "neither")


def _specificity(
    rule: "CapacityRule | PacingRule | ChannelShare",
) -> tuple[bool, bool, bool]:
    return (rule.on is not None, rule.weekday is not None, rule.period is not None)


def _scope_texts(rule: "CapacityRule | PacingRule | ChannelShare") -> tuple[str, ...]:
    return (
        "each period" if rule.period is None else rule.period,
        "" if rule.weekday is None else rule.weekday.value,
        "" if rule.on is None else f"{rule.on}",
    )


def _unit_texts(rule: "CapacityRule | PacingRule") -> tuple[str, ...]:
    return (
        "" if rule.max_covers is None else f"{rule.max_covers:,} covers",
        "" if rule.max_parties is None else f"{rule.max_parties:,} parties",
    )


def _kind_text(kind: RuleKind) -> str:
    return "" if kind is RuleKind.REGULAR else kind.value


@attrs.frozen(repr=False)
class CapacityRule:
    """A cap on the covers or parties of a service period on a date. Without a rule, no cap applies.

    Of the rules that apply and set a cap on covers, one counts: that of the highest kind, and among
    equals the most specific one. A rule for the date comes before one for the weekday before one
    for neither; among equals, a rule for the period before one for all periods. The cap on parties
    is found in the same way, so that a rule for covers leaves the cap on parties unchanged.

    A rule for a zone is a cap of its own, besides the cap of the whole house.

    Args:
        max_covers: Most people (0–100,000); ``None``: this rule sets no cap on people.
        max_parties: Most bookings (0–100,000); ``None``: this rule sets no cap on bookings.
        period: Key of a service period; ``None``: each period.
        weekday: Only on this day of the week.
        on: Only on this date.
        zone: Id of a zone, whose parties alone count; ``None``: the whole house.
        kind: regular, holiday, event, manual or emergency; the later overrides.

    Raises:
        InvalidInput: If neither maximum is given, or both a weekday and a date are.
    """

    max_covers: int | None = attrs.field(
        default=None, kw_only=True, converter=validators.as_optional_integer, validator=_cap
    )
    max_parties: int | None = attrs.field(
        default=None, kw_only=True, converter=validators.as_optional_integer, validator=_cap
    )
    period: str | None = attrs.field(default=None, kw_only=True, validator=_identifier)
    weekday: Weekday | None = attrs.field(default=None, kw_only=True, converter=as_optional_weekday)
    on: date | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_date, validator=optional_date
    )
    zone: str | None = attrs.field(default=None, kw_only=True, validator=_identifier)
    kind: RuleKind = attrs.field(default=RuleKind.REGULAR, kw_only=True, converter=_kind)

    def __attrs_post_init__(self) -> None:
        _check_units(self)
        _check_days(self)

    @property
    def scope(self) -> tuple[Any, ...]:
        """The date, weekday, period and zone that it applies to, and its kind."""
        return (self.on, self.weekday, self.period, self.zone, self.kind)

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Its rank among the rules of its kind that apply; the largest wins."""
        return _specificity(self)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        return _applies(self, period, day)

    def __repr__(self) -> str:
        return brief(
            self,
            *_unit_texts(self),
            "" if self.zone is None else f"zone {self.zone}",
            *_scope_texts(self),
            _kind_text(self.kind),
        )


@attrs.frozen(repr=False)
class PacingRule:
    """A cap on the covers or parties of each interval of a service.

    The intervals count from the start of the service. Of the rules that apply, one counts for each
    spread and unit, as for a ``CapacityRule``.

    Args:
        interval_minutes: The length of an interval (1–600).
        max_covers: Most people in an interval (0–100,000); ``None``: no cap on people.
        max_parties: Most bookings in an interval (0–100,000); ``None``: no cap on bookings.
        spread: ``"start"``: parties count where they sit down; ``"meal"``: in each interval in
            which they sit at any instant.
        period: Key of a service period; ``None``: each period.
        weekday: Only on this day of the week.
        on: Only on this date.
        kind: regular, holiday, event, manual or emergency; the later overrides.

    Raises:
        InvalidInput: If neither maximum is given, or both a weekday and a date are.

    >>> PacingRule(30, max_parties=10, period="dinner")
    <PacingRule 10 parties, each 30 min, start, dinner>
    """

    interval_minutes: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, 600)
    )
    max_covers: int | None = attrs.field(
        default=None, kw_only=True, converter=validators.as_optional_integer, validator=_cap
    )
    max_parties: int | None = attrs.field(
        default=None, kw_only=True, converter=validators.as_optional_integer, validator=_cap
    )
    spread: Spread = attrs.field(default=Spread.START, kw_only=True, converter=_spread)
    period: str | None = attrs.field(default=None, kw_only=True, validator=_identifier)
    weekday: Weekday | None = attrs.field(default=None, kw_only=True, converter=as_optional_weekday)
    on: date | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_date, validator=optional_date
    )
    kind: RuleKind = attrs.field(default=RuleKind.REGULAR, kw_only=True, converter=_kind)

    def __attrs_post_init__(self) -> None:
        _check_units(self)
        _check_days(self)

    @property
    def scope(self) -> tuple[Any, ...]:
        """The date, weekday and period that it applies to, its spread and its kind."""
        return (self.on, self.weekday, self.period, self.spread, self.kind)

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Its rank among the rules of its kind that apply; the largest wins."""
        return _specificity(self)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        return _applies(self, period, day)

    def __repr__(self) -> str:
        return brief(
            self,
            *_unit_texts(self),
            f"each {self.interval_minutes} min",
            self.spread.value,
            *_scope_texts(self),
            _kind_text(self.kind),
        )


@attrs.frozen(repr=False)
class ChannelShare:
    """Covers of a service that are held back for one channel until they are released.

    Of the shares of a channel that apply, the most specific one counts.

    Args:
        channel: A channel of the policy.
        covers: The covers held back for it (1–100,000).
        period: Key of a service period; ``None``: each period.
        weekday: Only on this day of the week.
        on: Only on this date.
        release_minutes: How long before the service starts the rest is released to all channels
            (0–43,200).

    Raises:
        InvalidInput: If a value is out of range, or both a weekday and a date are given.

    >>> ChannelShare("phone", 12, period="dinner", release_minutes=120)
    <ChannelShare phone 12 covers, dinner, until 120 min before>
    """

    channel: str = attrs.field(validator=validators.identifier)
    covers: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, MAX_CAP)
    )
    period: str | None = attrs.field(default=None, kw_only=True, validator=_identifier)
    weekday: Weekday | None = attrs.field(default=None, kw_only=True, converter=as_optional_weekday)
    on: date | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_date, validator=optional_date
    )
    release_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, MAX_RELEASE_MINUTES),
    )

    def __attrs_post_init__(self) -> None:
        _check_days(self)

    @property
    def scope(self) -> tuple[Any, ...]:
        """The date, weekday and period that it applies to, and its channel."""
        return (self.on, self.weekday, self.period, self.channel)

    @property
    def specificity(self) -> tuple[bool, bool, bool]:
        """Its rank among the shares of its channel that apply; the largest wins."""
        return _specificity(self)

    def applies(self, period: str, day: date) -> bool:
        """Tell whether it applies to a period on a service date."""
        return _applies(self, period, day)

    def __repr__(self) -> str:
        until = f"until {self.release_minutes} min before" if self.release_minutes else ""
        return brief(self, f"{self.channel} {self.covers:,} covers", *_scope_texts(self), until)


_Capped = TypeVar("_Capped", CapacityRule, PacingRule)


def decisive_rules(rules: Iterable[_Capped]) -> dict[str, _Capped]:
    """Return the rule that counts for each unit, ``max_covers`` and ``max_parties``.

    Args:
        rules: Rules that apply to one service; for pacing, rules of one spread.
    """
    found: dict[str, _Capped] = {}
    for rule in rules:
        rank = (rule.kind.rank, rule.specificity)
        for unit in UNITS:
            if getattr(rule, unit) is None:
                continue
            best = found.get(unit)
            if best is None or rank > (best.kind.rank, best.specificity):
                found[unit] = rule
    return found


def decisive_pacing(rules: Iterable[PacingRule]) -> tuple[PacingRule, ...]:
    """Return the pacing rules that count, each with the units for which it does.

    Args:
        rules: Rules that apply to one service.
    """
    fitting = list(rules)
    found = []
    for spread in Spread:
        decisive = decisive_rules(each for each in fitting if each.spread is spread)
        for rule in dict.fromkeys(decisive.values()):
            lost: dict[str, Any] = {unit: None for unit in UNITS if decisive.get(unit) is not rule}
            found.append(attrs.evolve(rule, **lost))
    return tuple(found)


def decisive_shares(shares: Iterable[ChannelShare]) -> tuple[ChannelShare, ...]:
    """Return the most specific share of each channel, of shares that apply to one service."""
    best: dict[str, ChannelShare] = {}
    for each in shares:
        known = best.get(each.channel)
        if known is None or each.specificity > known.specificity:
            best[each.channel] = each
    return tuple(best.values())
