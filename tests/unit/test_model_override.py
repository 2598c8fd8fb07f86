"""Overrides: which rules staff may break, and what an override tells."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import GUEST, Actor, Code, InvalidInput, Override
from fourtop.model.override import OVERRIDABLE, check_overrides

STAFF = Actor("u17", "staff")
TABLES = Override(Code.TOO_MANY_TABLES, "The choir's yearly dinner")
ZONES = Override("ZONE_MISMATCH", "Two rooms")
LARGE = Override("PARTY_ABOVE_MAXIMUM", "One more chair")


def test_an_override_has_a_rule_and_a_reason_and_shows_only_the_rule() -> None:
    assert (TABLES.rule, TABLES.reason) == (Code.TOO_MANY_TABLES, "The choir's yearly dinner")
    assert repr(TABLES) == "<Override TOO_MANY_TABLES>"
    assert ZONES.rule is Code.ZONE_MISMATCH


@pytest.mark.parametrize(
    "rule",
    ["", "ALLOCATIONS_OVERLAP", "HOLD_CONFLICT", "NOT_FOUND", "FOREIGN_TENANT", "too_many_tables"],
)
def test_what_cannot_be_overridden_is_an_error_that_names_what_can(rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Override(rule, "Because")
    assert caught.value.field == "rule"
    assert caught.value.rule == f"must be one of {', '.join(sorted(OVERRIDABLE))}"


@pytest.mark.parametrize("rule", [None, 7, ["TOO_MANY_TABLES"]], ids=repr)
def test_a_rule_is_a_code(rule: Any) -> None:
    with pytest.raises(InvalidInput):
        Override(rule, "Because")


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, None, "two\nlines"], ids=repr)
def test_an_override_needs_a_reason_which_no_error_repeats(reason: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Override("TOO_MANY_TABLES", reason)
    assert caught.value.field == "reason"
    assert not reason or str(reason).strip() == "" or str(reason) not in str(caught.value)


def test_the_overrides_of_a_command_have_the_order_of_the_rules() -> None:
    assert check_overrides(STAFF, ()) == check_overrides(STAFF, []) == ()
    assert check_overrides(STAFF, [ZONES, TABLES, LARGE]) == (LARGE, TABLES, ZONES)


@pytest.mark.parametrize(
    ("actor", "overrides", "rule"),
    [
        (GUEST, [TABLES], "must be left to the staff"),
        (STAFF, [TABLES, Override("TOO_MANY_TABLES", "Twice")], "must not name a rule twice"),
        (STAFF, ["TOO_MANY_TABLES"], "must hold Override only"),
        (STAFF, TABLES, "must be a collection"),
        (STAFF, None, "must be a collection"),
    ],
    ids=str,
)
def test_overrides_are_refused(actor: Actor, overrides: Any, rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_overrides(actor, overrides)
    assert (caught.value.field, caught.value.rule) == ("overrides", rule)
    assert "yearly" not in str(caught.value)
