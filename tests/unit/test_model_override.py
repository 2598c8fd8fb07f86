"""Overrides: which rules staff may break, and what an override tells."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import GUEST, Actor, Code, InvalidInput, Override
from fourtop.model.override import OVERRIDABLE, as_overrides, check_may_override, merged

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


def test_overrides_have_the_order_of_the_rules() -> None:
    assert as_overrides(()) == as_overrides([]) == ()
    assert as_overrides([ZONES, TABLES, LARGE]) == (LARGE, TABLES, ZONES)
    assert merged((LARGE,), ()) == merged((), (LARGE,)) == (LARGE,)
    more = Override("PARTY_ABOVE_MAXIMUM", "Two more chairs")
    assert merged((LARGE, ZONES), (more, TABLES)) == (more, TABLES, ZONES)


@pytest.mark.parametrize(
    ("overrides", "rule"),
    [
        ([TABLES, Override("TOO_MANY_TABLES", "Twice")], "must not name a rule twice"),
        (["TOO_MANY_TABLES"], "must hold Override only"),
        (TABLES, "must be a collection"),
        (None, "must be a collection"),
    ],
    ids=str,
)
def test_overrides_are_refused(overrides: Any, rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_overrides(overrides)
    assert (caught.value.field, caught.value.rule) == ("overrides", rule)
    assert "yearly" not in str(caught.value)


def test_a_guest_overrides_nothing() -> None:
    check_may_override(STAFF, (TABLES,))
    check_may_override(GUEST, ())
    with pytest.raises(InvalidInput) as caught:
        check_may_override(GUEST, (TABLES, ZONES))
    assert str(caught.value) == (
        "overrides: must be left to the staff (got 'TOO_MANY_TABLES, ZONE_MISMATCH')"
    )
