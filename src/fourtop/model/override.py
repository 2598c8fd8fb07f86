"""Overrides: the rules of the house that staff break for one booking, each with its reason."""

from collections.abc import Collection, Iterable
from typing import Final

import attrs

from fourtop.errors import Code, InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.actor import Actor

MAX_REASON = 200
# Rules about the time of a party. An override of one counts for the command that gives it.
_OF_TIMES: Final = (
    Code.TABLES_TOO_CLOSE,
    Code.AISLE_CLOSED,
    Code.TABLES_PROMISED,
    Code.CAPACITY_EXCEEDED,
    Code.CHANNEL_SHARE_HELD_BACK,
    Code.PACING_EXCEEDED,
    Code.ZONE_CAPACITY_EXCEEDED,
    Code.ZONE_CLOSED,
    Code.ZONE_OUTSIDE_HOURS,
    Code.ZONE_LAST_SEATING_PASSED,
)
# Rules about its tables.
OF_TABLES: Final = (
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
# Those of them that the party's size decides.
_OF_SIZE: Final = (Code.PARTY_BELOW_MINIMUM, Code.PARTY_ABOVE_MAXIMUM, Code.SLACK_EXCEEDED)
# The rules that staff may break. Occupancy, unknown names, the tenant and the life cycle are none
# of them; a start in the past has a reason of its own, and a start outside the hours has no stay.
OVERRIDABLE: Final = (*_OF_TIMES, *OF_TABLES)


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


def as_overrides(value: Iterable[Override]) -> tuple[Override, ...]:
    """Convert the overrides of a request; they get the order of the rules.

    Raises:
        InvalidInput: If they are not overrides, or two name one rule.
    """
    if value == ():
        return ()
    checked = validators.as_instances("overrides", value, Override)
    rules = [each.rule for each in checked]
    if len(set(rules)) < len(rules):
        raise InvalidInput("overrides", "must not name a rule twice", safe_repr(", ".join(rules)))
    return tuple(sorted(checked, key=_order))


def _order(override: Override) -> int:
    return OVERRIDABLE.index(override.rule)


def check_named(overrides: Iterable[Override], tables: Collection[str]) -> None:
    """Check that a request which breaks a rule of tables names the tables.

    Raises:
        InvalidInput: If it names none.
    """
    rules = [] if tables else [each.rule for each in overrides if each.rule in OF_TABLES]
    if rules:
        rule = "must leave out the rules of tables, unless the request names its tables"
        raise InvalidInput("overrides", rule, safe_repr(", ".join(rules)))


def check_may_override(actor: Actor, overrides: tuple[Override, ...]) -> None:
    """Check that the actor may break rules of the house.

    Raises:
        InvalidInput: If a guest asks for it.
    """
    if overrides and actor.is_guest:
        rules = ", ".join(each.rule for each in overrides)
        raise InvalidInput("overrides", "must be left to the staff", safe_repr(rules))


def standing(overrides: Iterable[Override], *, is_same_size: bool) -> tuple[Override, ...]:
    """Return the overrides that stand as long as a booking has its tables.

    The required conditions of the party bind each further change.

    Args:
        overrides: Those of the booking.
        is_same_size: Whether the party keeps its size. Otherwise the rules that the size decides
            bind again.
    """
    bind = {Code.NO_TABLES_MATCH, *(() if is_same_size else _OF_SIZE)}
    return tuple(each for each in overrides if each.rule in OF_TABLES and each.rule not in bind)


def without_tables(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Return the overrides of rules that are not about tables: a booking keeps them on record."""
    return tuple(each for each in overrides if each.rule not in OF_TABLES)


def merged(overrides: tuple[Override, ...], more: tuple[Override, ...]) -> tuple[Override, ...]:
    """Return overrides with others, which come in place of those of the same rules."""
    if not (overrides and more):
        return overrides or more
    found = {each.rule: each for each in (*overrides, *more)}
    return tuple(sorted(found.values(), key=_order))
