"""Checks of a policy as a whole: references, scopes and overlaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import some
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.service_period import WEEK, ServicePeriod
from fourtop.model.zone_rules import WalkInRule, ZoneRule

if TYPE_CHECKING:
    from fourtop.model.policy import Policy

PolicyRule = (
    BookingWindow
    | DateException
    | CapacityRule
    | PacingRule
    | ChannelShare
    | ZoneRule
    | WalkInRule
    | DemandProfile
)
# The attribute of a policy that holds the rules of a class.
RULES: Final[dict[type, str]] = {
    BookingWindow: "booking_windows",
    DateException: "exceptions",
    CapacityRule: "capacity_rules",
    PacingRule: "pacing_rules",
    ChannelShare: "channel_shares",
    ZoneRule: "zone_rules",
    WalkInRule: "walk_in_rules",
    DemandProfile: "demand_profiles",
}
_DAY_MINUTES: Final = 24 * 60


def rules_attribute(rule: PolicyRule) -> str:
    """Return the name of the attribute that holds the rules of this class.

    Raises:
        InvalidInput: If it is no rule of a policy.
    """
    name = RULES.get(type(rule))
    if name is None:
        kinds = ", ".join(kind.__name__ for kind in RULES)
        raise InvalidInput("rule", f"must be one of {kinds}", safe_repr(rule))
    return name


def named_in_error(rule: PolicyRule) -> tuple[str, str]:
    """Return the kind of a rule and its scope, as an error names them."""
    if isinstance(rule, CapacityRule):
        named = (rule.on, rule.weekday, rule.period, rule.zone)
        return "capacity rule", _words(named) or "for all periods"
    if isinstance(rule, WalkInRule):
        return "walk-in rule", "of this scope"
    kinds = {
        BookingWindow: "booking window",
        DateException: "exception",
        PacingRule: "pacing rule",
        ChannelShare: "channel share",
        ZoneRule: "zone rule",
        DemandProfile: "demand profile",
    }
    scope = rule.scope if isinstance(rule.scope, tuple) else (rule.scope,)
    return kinds[type(rule)], _words(scope) or "for all"


def _words(facts: Iterable[Any]) -> str:
    return " ".join(str(each) for each in facts if each is not None)


def check_policy(policy: Policy) -> None:
    """Check what the parts of a policy say about each other.

    Raises:
        InvalidInput: Naming the field and the rule.
    """
    _refuse_double("periods", "must have different keys", (each.key for each in policy.periods))
    _refuse_double("occasions", "must have different keys", (each.key for each in policy.occasions))
    _refuse_double("channels", "must be different", policy.channels)
    for name in RULES.values():
        rule_text = "must have different scopes"
        _refuse_double(name, rule_text, (each.scope for each in getattr(policy, name)))
    _check_references(policy)
    _check_overlaps(policy)


def _refuse_double(field: str, rule_text: str, values: Iterable[Any]) -> None:
    double = next((value for value, count in Counter(values).items() if count > 1), None)
    if double is not None:
        raise InvalidInput(field, rule_text, safe_repr(double))


def _check_references(policy: Policy) -> None:
    occasions = {occasion.key for occasion in policy.occasions}
    periods = {period.key for period in policy.periods}
    for period in policy.periods:
        for key in period.occasions:
            if key not in occasions:
                raise InvalidInput("periods", "must offer occasions of this policy", safe_repr(key))
    for name in RULES.values():
        for rule in getattr(policy, name):
            period_key = getattr(rule, "period", None)
            if period_key is not None and period_key not in periods:
                rule_text = "must name service periods of this policy"
                raise InvalidInput(name, rule_text, safe_repr(period_key))
            channel = getattr(rule, "channel", None)
            if channel is not None and channel not in policy.known_channels:
                known = some(policy.known_channels, most=10)
                rule_text = f"must name channels of this policy, {known}"
                raise InvalidInput(name, rule_text, safe_repr(channel))


# ---- overlaps ------------------------------------------------------------------------------------

_Spans = list[tuple[tuple[int, int], str]]


def _check_overlaps(policy: Policy) -> None:
    week = [_spans(each for each in policy.periods if each.runs_on(day)) for day in WEEK]
    for day, spans in zip(WEEK, week, strict=True):
        _refuse_overlap("periods", day.value, spans)
    for index, day in enumerate(WEEK):
        tomorrow = _moved(week[(index + 1) % 7], 1)
        _refuse_overlap("periods", day.value, week[index] + tomorrow)
    for on in sorted({on for period in policy.periods for on in period.dates}):
        dated = [period for period in policy.periods if on in period.dates]
        _refuse_overlap("periods", on.isoformat(), _spans(dated))
    for on in sorted({each.on for each in policy.exceptions}):
        _check_date(policy, on)


def _check_date(policy: Policy, on: date) -> None:
    """Check the periods of a date as the exceptions change them."""
    try:
        here = _spans(policy.periods_on(on))
    except InvalidInput as fault:
        rule_text = f"must leave valid periods on {on.isoformat()}: {fault.field} {fault.rule}"
        raise InvalidInput("exceptions", rule_text, fault.given) from fault
    _refuse_overlap("exceptions", on.isoformat(), here)
    if not any(each.moves_hours for each in policy.exceptions if each.on == on):
        return
    for days in (-1, 1):
        try:
            there = _spans(policy.periods_on(on + timedelta(days=days)))
        except InvalidInput:
            continue  # The check of that date reports it.
        _refuse_overlap("exceptions", on.isoformat(), here + _moved(there, days))


def _spans(periods: Iterable[ServicePeriod]) -> _Spans:
    return [(period.span_minutes, period.key) for period in periods]


def _moved(spans: _Spans, days: int) -> _Spans:
    minutes = days * _DAY_MINUTES
    return [((start + minutes, end + minutes), key) for (start, end), key in spans]


def _refuse_overlap(field: str, day: str, spans: _Spans) -> None:
    for (earlier, first), (later, second) in pairwise(sorted(spans)):
        if later[0] < earlier[1]:
            raise InvalidInput(field, f"must not overlap on {day}", f"{first} and {second}")
