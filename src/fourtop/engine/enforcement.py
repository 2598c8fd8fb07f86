"""Enforcement: the mode of the rules in each service, and the rules as that mode binds them.

A house enforces all of its rules unless its policy says otherwise, and then pays nothing here. The
rules that refuse nobody in a service stay in the composition, but find nothing there. Those in
shadow mode are kept apart, so that ``engine/checks/shadow.py`` can record what they find.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

from fourtop.engine.candidacy import Candidacy, Check, Excluded, TableRule
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.relaxation import unjoined_planner
from fourtop.errors import Refusal
from fourtop.model.calendar import Stay
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.house import House
from fourtop.planner import Planner

_Rule = TypeVar("_Rule", Check, TableRule)


def capacity_mode(candidacy: Candidacy) -> EnforcementMode:
    """Return the mode of the capacity rules in the service of a party."""
    house, service = candidacy.admission.compiled.house, candidacy.service
    enforcement = house.policy.enforcement
    return enforcement.capacity_on(house.restaurant.id, service.period.key, service.date)


def adjacency_mode(candidacy: Candidacy) -> EnforcementMode:
    """Return the mode of the rule of adjacency in the service of a party."""
    house, service = candidacy.admission.compiled.house, candidacy.service
    enforcement = house.policy.enforcement
    return enforcement.adjacency_on(house.restaurant.id, service.period.key, service.date)


def planner_at(compiled: CompiledHouse, stay: Stay) -> Planner:
    """Return the planner for the service of a stay: without adjacency where it is not enforced."""
    if compiled.is_joined(stay.period, stay.service_date):
        return compiled.planner
    return unjoined_planner(compiled, ())


# ---- the composition of a house


def enforced_checks(house: House, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Return the checks as they bind: a capacity rule only in the services that enforce it."""
    modes = house.policy.enforcement.capacity_modes
    if modes == {EnforcementMode.ENFORCED}:
        return checks
    rest = tuple(each for each in checks if not each.is_capacity)
    if EnforcementMode.ENFORCED not in modes:
        return rest
    return tuple(_enforced_check(each) if each.is_capacity else each for each in checks)


def enforced_table_rules(house: House, rules: tuple[TableRule, ...]) -> tuple[TableRule, ...]:
    """Return the rules for tables as they bind, as ``enforced_checks``."""
    modes = house.policy.enforcement.capacity_modes
    if modes == {EnforcementMode.ENFORCED}:
        return rules
    if EnforcementMode.ENFORCED not in modes:
        return tuple(each for each in rules if not each.is_capacity)
    return tuple(_enforced_rule(each) if each.is_capacity else each for each in rules)


def shadow_rules(house: House, rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
    """Return the capacity rules that are in shadow mode in some services, as they were."""
    if EnforcementMode.SHADOW not in house.policy.enforcement.capacity_modes:
        return ()
    return tuple(each for each in rules if each.is_capacity)


def _enforced_check(check: Check) -> Check:
    def find(candidacy: Candidacy) -> Refusal | None:
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return check.find(candidacy) if is_enforced else None

    def count(candidacy: Candidacy) -> int | None:
        assert check.count is not None, "a capacity rule counts"
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return check.count(candidacy) if is_enforced else None

    return attrs.evolve(check, find=find, count=count)


def _enforced_rule(rule: TableRule) -> TableRule:
    def find(candidacy: Candidacy) -> tuple[Excluded, ...]:
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return rule.find(candidacy) if is_enforced else ()

    def count(candidacy: Candidacy) -> tuple[tuple[int, int], ...]:
        assert rule.count is not None, "a capacity rule counts"
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return rule.count(candidacy) if is_enforced else ()

    return attrs.evolve(rule, find=find, count=count)
