"""Edits of a policy: a changed copy by period, rule or closure, validated as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fourtop.errors import InvalidInput, NotFound
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.policy import Policy
from fourtop.model.service_period import Occasion, ServicePeriod, Weekday

LUNCH = ServicePeriod("lunch", "12:00", "15:00")
DINNER = ServicePeriod("dinner", "17:00", "22:00")
MANY = CapacityRule(max_covers=80)
FEW = CapacityRule(max_covers=40, period="dinner")
EVE = date(2026, 12, 24)
WRONG: Any = 40
POLICY = Policy(
    [LUNCH, DINNER],
    occasions=[Occasion("drinks", [(None, 35)])],
    closures=["2026-12-25"],
    capacity_rules=[MANY, FEW],
)


def test_a_period_is_added_or_replaced_by_its_key() -> None:
    longer = ServicePeriod("dinner", "17:00", "23:00")
    late = ServicePeriod("late", "23:00", "02:00")

    assert POLICY.with_period(longer).periods == (LUNCH, longer)
    assert POLICY.with_period(late).periods == (LUNCH, DINNER, late)
    assert POLICY.periods == (LUNCH, DINNER)
    assert POLICY.with_period(longer).capacity_rules == POLICY.capacity_rules


def test_a_period_goes_with_its_capacity_rules() -> None:
    smaller = POLICY.without_period("dinner")

    assert smaller.periods == (LUNCH,)
    assert smaller.capacity_rules == (MANY,)


def test_a_rule_is_added_or_replaced_by_its_scope() -> None:
    friday = CapacityRule(max_parties=9, weekday="friday")

    assert POLICY.with_rule(friday).capacity_rules == (MANY, FEW, friday)
    fewer = CapacityRule(max_covers=30, period="dinner")
    assert POLICY.with_rule(fewer).capacity_rules == (MANY, fewer)


@pytest.mark.parametrize(
    ("rule", "scope"),
    [
        (MANY, {}),
        (FEW, {"period": "dinner"}),
        (CapacityRule(max_covers=1, weekday="friday"), {"weekday": Weekday.FRIDAY}),
        (
            CapacityRule(max_covers=1, on=EVE, period="lunch"),
            {"on": "2026-12-24", "period": "lunch"},
        ),
    ],
)
def test_a_rule_is_removed_by_its_exact_scope(rule: CapacityRule, scope: dict[str, Any]) -> None:
    policy = POLICY.with_rule(rule)

    smaller = policy.without_rule(**scope)

    assert set(smaller.capacity_rules) == set(policy.capacity_rules) - {rule}


def test_a_house_is_closed_and_opened_by_date() -> None:
    closed = POLICY.with_closure(EVE).with_closure("2026-12-24")

    assert closed.closures == {EVE, date(2026, 12, 25)}
    assert closed.without_closure("2026-12-25").closures == {EVE}
    assert closed.periods_on(EVE) == ()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda: POLICY.without_period("brunch"), "there is no period 'brunch'"),
        (lambda: POLICY.without_period("ada@example.org"), "no period 'a text of 15 characters'"),
        (lambda: POLICY.without_rule(weekday="friday"), "there is no capacity rule 'friday'"),
        (lambda: POLICY.without_rule(on=EVE), "there is no capacity rule '2026-12-24'"),
        (lambda: Policy([]).without_rule(), "there is no capacity rule 'for all periods'"),
        (lambda: POLICY.without_closure(EVE), "there is no closure '2026-12-24'"),
    ],
)
def test_the_error_names_the_part_that_does_not_exist(edit: Any, said: str) -> None:
    with pytest.raises(NotFound) as caught:
        edit()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (lambda: POLICY.with_period(ServicePeriod("late", "21:00", "23:00")), "periods"),
        (
            lambda: POLICY.with_period(ServicePeriod("tea", "15:00", "17:00", occasions=["x"])),
            "periods",
        ),
        (lambda: POLICY.with_period(WRONG), "period"),
        (lambda: POLICY.with_rule(CapacityRule(max_covers=1, period="brunch")), "capacity_rules"),
        (lambda: POLICY.with_rule(WRONG), "rule"),
        (lambda: POLICY.without_rule(weekday="someday"), "weekday"),
        (lambda: POLICY.with_closure("tomorrow"), "day"),
        (lambda: POLICY.without_closure(WRONG), "day"),
    ],
)
def test_an_edit_is_validated_with_the_whole_policy(edit: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        edit()
    assert caught.value.field == field
