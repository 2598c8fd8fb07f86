"""The kinds of rules that have a form: how a form is read, and how a rule is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.rule_problems import check_rules
from fourtop.model.service_period import WEEK
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from fourtop.operations_page.form import Form
from fourtop.operations_page.words import tables_text, weekday_text

HOURS: Final = ("start", "end", "last_start")
_SCOPE: Final = ("period", "weekday", "on")


def rule_text(rule: object) -> str:
    """Return a rule in words: its summary without its class.

    >>> rule_text(CapacityRule(max_covers=40, weekday="monday"))
    '40 covers, each period, monday'
    """
    return repr(rule).strip("<>").partition(" ")[2]


@attrs.frozen
class RuleKindForm:
    """A kind of rules.

    Args:
        title: What a rule of it is called.
        attribute: The attribute of the policy.
        read: Reads its form.
        tell: Tells a rule in words that no other rule of the kind has.
        kept: Attributes without a control. A rule keeps those of the one that it replaces.
    """

    title: str
    attribute: str
    read: Callable[[Form], Any]
    tell: Callable[[Any, House], str] = lambda rule, _house: rule_text(rule)
    kept: Sequence[str] = ()

    def rules(self, house: House) -> Mapping[str, Any]:
        """Return the rules of a house by their words."""
        return {self.tell(each, house): each for each in getattr(house.policy, self.attribute)}

    def saved(self, policy: Policy, rule: Any, *, is_first: bool) -> Policy:
        """Return a policy with a rule, in place of the one with its scope.

        Args:
            policy: The policy.
            rule: The rule of a form.
            is_first: Whether it comes before the others of its kind.
        """
        rules = getattr(policy, self.attribute)
        known = next((each for each in rules if each.scope == rule.scope), None)
        if known is not None:
            rule = attrs.evolve(rule, **{name: getattr(known, name) for name in self.kept})
        saved = policy.with_rule(rule)
        if not is_first:
            return saved
        rest = [each for each in rules if each.scope != rule.scope]
        changed: dict[str, Any] = {self.attribute: [rule, *rest]}
        return attrs.evolve(saved, **changed)


# ---- readers


def _capacity(form: Form) -> CapacityRule:
    texts: dict[str, Any] = form.given(*_SCOPE, "kind", "zone")
    return CapacityRule(
        max_covers=form.optional_integer("max_covers"),
        max_parties=form.optional_integer("max_parties"),
        **texts,
    )


def _pacing(form: Form) -> PacingRule:
    texts: dict[str, Any] = form.given(*_SCOPE, "kind", "spread")
    return PacingRule(
        form.integer("interval_minutes"),
        max_covers=form.optional_integer("max_covers"),
        max_parties=form.optional_integer("max_parties"),
        **texts,
    )


def _exception(form: Form) -> DateException:
    texts: dict[str, Any] = form.given(*HOURS)
    return DateException(
        form.text("on"),
        form.optional("period"),
        closed=form.flag("closed"),
        interval_minutes=form.optional_integer("interval_minutes"),
        **texts,
    )


def _share(form: Form) -> ChannelShare:
    texts: dict[str, Any] = form.given(*_SCOPE)
    return ChannelShare(
        form.text("channel"),
        form.integer("covers"),
        release_minutes=form.optional_integer("release_minutes") or 0,
        **texts,
    )


def _zone_rule(form: Form) -> ZoneRule:
    texts: dict[str, Any] = form.given(*HOURS)
    season: Any = [*form.all("season_from"), *form.all("season_until")]
    return ZoneRule(
        form.text("zone"),
        closed=form.flag("closed"),
        weekdays=form.all("weekdays"),
        season=season or None,
        **texts,
    )


def _walk_in_rule(form: Form) -> WalkInRule:
    dates: Any = form.all("on")
    return WalkInRule(
        tables=form.all("tables"),
        weekdays=form.all("weekdays"),
        dates=dates,
        period=form.optional("period"),
    )


def _window(form: Form) -> BookingWindow:
    return BookingWindow(
        notice_minutes=form.optional_integer("notice_minutes") or 0,
        horizon_days=form.optional_integer("horizon_days"),
        channel=form.optional("channel"),
        min_party=form.optional_integer("min_party") or 1,
        max_party=form.optional_integer("max_party"),
    )


# ---- words


def _walk_in_text(rule: WalkInRule, house: House) -> str:
    """Return a rule for walk-ins with all that it names, since that is its scope."""
    return _joined(
        tables_text(house.floor, rule.tables) or "all tables",
        " ".join(weekday_text(each) for each in WEEK if each in rule.weekdays),
        " ".join(f"{each}" for each in sorted(rule.dates)),
        rule.period or "",
    )


def _window_text(rule: BookingWindow, _house: House) -> str:
    """Return a booking window in words."""
    sizes = "any party"
    if rule.max_party is not None:
        sizes = f"parties of {rule.min_party} to {rule.max_party}"
    elif rule.min_party > 1:
        sizes = f"parties of {rule.min_party} or more"
    return _joined(
        rule.channel or "each channel",
        sizes,
        f"at least {rule.notice_minutes:,} min before" if rule.notice_minutes else "",
        "" if rule.horizon_days is None else f"at most {rule.horizon_days:,} days ahead",
    )


def _joined(*texts: str) -> str:
    return ", ".join(each for each in texts if each)


# By the last part of the address of their form.
KINDS: Final[Mapping[str, RuleKindForm]] = {
    "exceptions": RuleKindForm("Exception", "exceptions", _exception),
    "capacity": RuleKindForm("Capacity rule", "capacity_rules", _capacity),
    "pacing": RuleKindForm("Pacing rule", "pacing_rules", _pacing),
    "shares": RuleKindForm("Channel share", "channel_shares", _share),
    "zones": RuleKindForm("Zone rule", "zone_rules", _zone_rule, kept=("turn_bands",)),
    "walk-ins": RuleKindForm("Walk-in rule", "walk_in_rules", _walk_in_rule, _walk_in_text),
    "windows": RuleKindForm("Booking window", "booking_windows", _window, _window_text),
}


def problem_texts(house: House) -> Iterable[str]:
    """Return the rules of a house that have no effect or contradict each other, one a line."""
    kinds = {each.attribute: each for each in KINDS.values()}
    for problem in check_rules(house):
        attribute, _, place = problem.path.partition("[")
        kind = kinds.get(attribute)
        if kind is None:
            yield f"{problem}"
            continue
        rule = getattr(house.policy, attribute)[int(place.partition("]")[0])]
        yield f"{kind.title} ({kind.tell(rule, house)}): {problem.text}"


def rule_facts(house: House) -> Iterable[str]:
    """Return all rules that have a form, one a line."""
    for found in KINDS.values():
        for text in found.rules(house):
            yield f"{found.title} {text}"
