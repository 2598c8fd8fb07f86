"""Overrides: the rules of the house that staff break for one booking, each with its reason."""

from collections.abc import Collection
from typing import Any, Final

import attrs

from fourtop.errors import Code, InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.actor import Actor

MAX_REASON = 200
# The rules that staff may break. Occupancy, unknown names, the tenant and the life cycle are none
# of them; a start in the past has a reason of its own, and a start outside the hours has no stay.
OVERRIDABLE: Final = (
    Code.WALK_INS_ONLY,
    Code.TABLES_TOO_CLOSE,
    Code.AISLE_CLOSED,
    Code.CAPACITY_EXCEEDED,
    Code.CHANNEL_SHARE_HELD_BACK,
    Code.PACING_EXCEEDED,
    Code.ZONE_CAPACITY_EXCEEDED,
    Code.ZONE_CLOSED,
    Code.ZONE_OUTSIDE_HOURS,
    Code.ZONE_LAST_SEATING_PASSED,
    Code.PARTY_BELOW_MINIMUM,
    Code.PARTY_ABOVE_MAXIMUM,
    Code.SLACK_EXCEEDED,
    Code.TABLE_OUT_OF_SERVICE,
    Code.TABLE_INACTIVE,
    Code.NO_TABLES_MATCH,
    Code.TOO_MANY_TABLES,
    Code.TABLE_NOT_MOVABLE,
    Code.ZONE_MISMATCH,
    Code.ADJACENCY_MISMATCH,
    Code.ADJACENCY_MODE_MISMATCH,
)


def _rule(value: Code | str) -> Code:
    if value in OVERRIDABLE:
        return Code(value)
    names = ", ".join(sorted(OVERRIDABLE))
    raise InvalidInput("rule", f"must be one of {names}", safe_repr(value))


@attrs.frozen(repr=False)
class Override:
    """A rule of the house that staff break for one booking, and why.

    Args:
        rule: The code of the rule: the code of the refusal that it would cause.
        reason: For the staff (1–200 characters); in no error, event or log.

    Raises:
        InvalidInput: If the rule is unknown or cannot be overridden, naming those that can be; or
            if there is no reason.

    >>> Override("TOO_MANY_TABLES", "The choir's yearly dinner").rule.value
    'TOO_MANY_TABLES'
    """

    rule: Code = attrs.field(converter=_rule)
    reason: str = attrs.field(validator=validators.private_text(MAX_REASON))

    def __repr__(self) -> str:
        return brief(self, self.rule.value)


def check_overrides(actor: Actor, overrides: Collection[Any]) -> tuple[Override, ...]:
    """Return the overrides of a command, in the order of the rules.

    Raises:
        InvalidInput: If they are not overrides, two name one rule, or a guest gives one.
    """
    if overrides == ():
        return ()
    checked = validators.as_instances("overrides", overrides, Override)
    rules = [each.rule for each in checked]
    if len(set(rules)) < len(rules):
        raise InvalidInput("overrides", "must not name a rule twice", safe_repr(_named(rules)))
    if checked and actor.is_guest:
        rule = "must be left to the staff"
        raise InvalidInput("overrides", rule, safe_repr(_named(rules)))
    return tuple(sorted(checked, key=lambda each: OVERRIDABLE.index(each.rule)))


def _named(rules: list[Code]) -> str:
    return ", ".join(rules)
