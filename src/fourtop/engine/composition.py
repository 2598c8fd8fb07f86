"""Composition: the rules of admission that bind in one house, by the moment at which they run."""

from __future__ import annotations

from typing import TypeVar

import attrs

from fourtop.engine.candidacy import Check, Reads, TableRule
from fourtop.engine.checks.tables import check_tables
from fourtop.engine.enforcement import enforced_checks, enforced_table_rules, shadow_rules
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.house import House
from fourtop.model.request import Relaxation

_Rule = TypeVar("_Rule", Check, TableRule)


@attrs.frozen
class Composition:
    """The rules that bind in one house, by the moment at which they run.

    Args:
        before_loading: The checks that read nothing.
        not_promised: Of those, the ones that bind a party whose start a hold has promised.
        after_loading: The other checks.
        without_tables: Of those, all but the check of tables. An availability counts tables
            instead of choosing some; a booking without tables skips them.
        counted: The checks that limit how many parties sit down one after another.
        table_rules: The rules that exclude tables.
        shadow_checks: The checks that only record what they would refuse, in some services.
        shadow_table_rules: The rules for tables that do.
        reads_headcounts: Whether a rule reads head counts.
        has_demand: Whether the weight of seats left over depends on the time.
        lifts_adjacency: Whether tables need not be pushed together in some services.
        records: Whether a rule is in shadow mode in some services.
    """

    before_loading: tuple[Check, ...]
    not_promised: tuple[Check, ...]
    after_loading: tuple[Check, ...]
    without_tables: tuple[Check, ...]
    counted: tuple[Check, ...]
    table_rules: tuple[TableRule, ...]
    shadow_checks: tuple[Check, ...]
    shadow_table_rules: tuple[TableRule, ...]
    reads_headcounts: bool
    has_demand: bool
    lifts_adjacency: bool
    records: bool

    @classmethod
    def of(
        cls, house: House, all_checks: tuple[Check, ...], all_rules: tuple[TableRule, ...]
    ) -> Composition:
        """Return the rules that bind in a house, out of all checks and all rules for tables."""
        binding, binding_rules = _binding(house, all_checks), _binding(house, all_rules)
        checks = enforced_checks(house, binding)
        rules = enforced_table_rules(house, binding_rules)
        shadow, shadow_tables = shadow_rules(house, binding), shadow_rules(house, binding_rules)
        reads = [each.reads for each in (*checks, *shadow)]
        reads += [each.reads for each in (*rules, *shadow_tables)]
        after = tuple(each for each in checks if each.reads is not Reads.NOTHING)
        before = tuple(each for each in checks if each.reads is Reads.NOTHING)
        modes = house.policy.enforcement.adjacency_modes
        if not house.policy.planning.adjacency_required:
            modes = frozenset({EnforcementMode.ENFORCED})
        return cls(
            before_loading=before,
            not_promised=tuple(each for each in before if not each.is_promised),
            after_loading=after,
            without_tables=tuple(each for each in after if each.find is not check_tables),
            counted=tuple(each for each in checks if each.count is not None),
            table_rules=rules,
            shadow_checks=shadow,
            shadow_table_rules=shadow_tables,
            reads_headcounts=Reads.HEADCOUNTS in reads,
            has_demand=bool(house.policy.demand_profiles),
            lifts_adjacency=modes != {EnforcementMode.ENFORCED},
            records=bool(shadow or shadow_tables) or EnforcementMode.SHADOW in modes,
        )

    def without(self, relaxed: tuple[Relaxation, ...]) -> Composition:
        """Return the rules apart from those that some relaxations lift."""

        def left(rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
            return tuple(each for each in rules if each.relaxed_by not in relaxed)

        return attrs.evolve(
            self,
            before_loading=left(self.before_loading),
            not_promised=left(self.not_promised),
            after_loading=left(self.after_loading),
            without_tables=left(self.without_tables),
            counted=left(self.counted),
            table_rules=left(self.table_rules),
            shadow_checks=left(self.shadow_checks),
            shadow_table_rules=left(self.shadow_table_rules),
        )


def _binding(house: House, rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
    return tuple(each for each in rules if each.binds is None or each.binds(house))
