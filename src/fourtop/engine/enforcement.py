"""Enforcement: the mode of the rules in each service, and the rules as that mode binds them.

A house enforces all of its rules unless its policy says otherwise, and then pays nothing here. The
rules that refuse nobody in a service stay in the composition, but find nothing there. Those in
shadow mode are kept apart, so that ``engine/checks/shadow.py`` can record what they find.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import attrs

from fourtop.engine.candidacy import Candidacy, Check, TableRule
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.relaxation import unjoined_planner
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.house import House
from fourtop.model.stay import Stay
from fourtop.planner import Planner

_Rule = TypeVar("_Rule", Check, TableRule)
# What a rule finds, and counts, where it is not enforced.
_NOTHING: Final[Mapping[type, Any]] = {Check: None, TableRule: ()}


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


def enforced_rules(house: House, rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
    """Return the rules as they bind: a capacity rule only in the services that enforce it."""
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


def _enforced_rule(rule: _Rule) -> _Rule:
    nothing = _NOTHING[type(rule)]

    def find(candidacy: Candidacy) -> Any:
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return rule.find(candidacy) if is_enforced else nothing

    def count(candidacy: Candidacy) -> Any:
        assert rule.count is not None, "a capacity rule counts"
        is_enforced = capacity_mode(candidacy) is EnforcementMode.ENFORCED
        return rule.count(candidacy) if is_enforced else nothing

    return attrs.evolve(rule, find=find, count=count)
