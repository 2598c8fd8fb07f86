"""Composition: the one list of checks, and those of them that bind in a house.

To add a rule for parties, write a function of a ``Candidacy`` that returns ``None`` or a
``Refusal`` in a module of ``engine/checks``, and put it into ``CHECKS``. If the size of the party
does not matter to it, say so with ``asks_size=False``. A rule for some tables returns those that a
party cannot have, and stands in ``TABLE_RULES``.
"""

from __future__ import annotations

from typing import Final, TypeVar

import attrs

from fourtop.engine.candidacy import Check, Reads, TableRule
from fourtop.engine.checks.capacity import (
    check_capacity,
    check_shares,
    count_within_capacity,
    count_within_shares,
    has_caps,
    has_shares,
)
from fourtop.engine.checks.distance import exclude_close_tables, has_distances
from fourtop.engine.checks.guests import (
    check_guest_stay,
    check_notice,
    check_start_times,
    has_booking_windows,
)
from fourtop.engine.checks.house import check_active, check_hours, check_past, is_inactive
from fourtop.engine.checks.pace import (
    check_pacing,
    count_at_paced_tables,
    count_within_pacing,
    exclude_paced_tables,
    has_pacing,
)
from fourtop.engine.checks.promised import check_promises
from fourtop.engine.checks.tables import check_tables
from fourtop.engine.checks.walk_ins import (
    check_walk_ins,
    exclude_walk_in_tables,
    has_walk_in_rules,
)
from fourtop.engine.checks.zone_caps import (
    check_zones,
    count_in_zones,
    count_within_zones,
    exclude_full_zones,
    has_zone_caps,
)
from fourtop.engine.checks.zones import exclude_closed_zones, has_zone_rules
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.enforcement import enforced_rules, shadow_rules
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.house import House
from fourtop.model.request import Relaxation

_COMPOSITION: Final = "composition"
_WITH_PROMISES: Final = "composition with promises"

_Rule = TypeVar("_Rule", Check, TableRule)

# The checks after this one rely on the stay and the service that it finds.
HOURS: Final = "hours"
_TABLES: Final = "tables"

CHECKS: Final = (
    Check("active", Reads.NOTHING, check_active, binds=is_inactive, asks_size=False),
    Check("past", Reads.NOTHING, check_past, is_promised=True, asks_size=False),
    Check(HOURS, Reads.NOTHING, check_hours),
    Check("notice", Reads.NOTHING, check_notice, binds=has_booking_windows, is_promised=True),
    Check("guest_stay", Reads.NOTHING, check_guest_stay, asks_size=False),
    Check("start_times", Reads.NOTHING, check_start_times, is_promised=True, asks_size=False),
    Check("walk_ins", Reads.NOTHING, check_walk_ins, binds=has_walk_in_rules, asks_size=False),
    Check(
        "capacity",
        Reads.HEADCOUNTS,
        check_capacity,
        count_within_capacity,
        binds=has_caps,
        relaxed_by=Relaxation.CAPACITY,
        is_capacity=True,
    ),
    Check(
        "shares",
        Reads.HEADCOUNTS,
        check_shares,
        count_within_shares,
        binds=has_shares,
        relaxed_by=Relaxation.CAPACITY,
        is_capacity=True,
    ),
    Check(
        "pacing",
        Reads.HEADCOUNTS,
        check_pacing,
        count_within_pacing,
        binds=has_pacing,
        relaxed_by=Relaxation.CAPACITY,
        is_capacity=True,
    ),
    Check(
        "zones",
        Reads.HEADCOUNTS,
        check_zones,
        count_in_zones,
        binds=has_zone_caps,
        relaxed_by=Relaxation.CAPACITY,
        is_capacity=True,
    ),
    Check(_TABLES, Reads.ALLOCATIONS, check_tables),
    Check("promises", Reads.ALLOCATIONS, check_promises, guards_promises=True),
)
TABLE_RULES: Final = (
    TableRule("zone_hours", Reads.NOTHING, exclude_closed_zones, binds=has_zone_rules),
    TableRule("walk_ins", Reads.NOTHING, exclude_walk_in_tables, binds=has_walk_in_rules),
    TableRule(
        "pacing",
        Reads.HEADCOUNTS,
        exclude_paced_tables,
        count_at_paced_tables,
        binds=has_pacing,
        is_capacity=True,
    ),
    TableRule(
        "zone_caps",
        Reads.HEADCOUNTS,
        exclude_full_zones,
        count_within_zones,
        binds=has_zone_caps,
        is_capacity=True,
    ),
    TableRule("distance", Reads.ALLOCATIONS, exclude_close_tables, binds=has_distances),
)


@attrs.frozen
class Composition:
    """The rules that bind in one house, by the moment at which they run.

    Args:
        before_loading: The checks that read nothing.
        not_promised: Of those, the ones that bind a party whose start a hold has promised.
        after_loading: The other checks.
        without_tables: Of those, all but the checks of tables. An availability counts tables
            instead of choosing some; a booking without tables skips them.
        with_tables: The checks of tables.
        before_tables: All other checks.
        of_each_size: Of those, the ones whose answer depends on the size of the party.
        counted: The checks that limit how many parties sit down one after another.
        table_rules: The rules that exclude tables.
        shadow_checks: The checks that only record what they would refuse, in some services.
        shadow_table_rules: The rules for tables that do.
        reads_headcounts: Whether a rule reads head counts.
        has_demand: Whether the weight of seats left over depends on the time.
        records: Whether a rule is in shadow mode in some services.
        sizes_differ_in_stay: Whether the size of a party matters to its stay and to the tables that
            fit it, and to no other rule.
    """

    before_loading: tuple[Check, ...]
    not_promised: tuple[Check, ...]
    after_loading: tuple[Check, ...]
    without_tables: tuple[Check, ...]
    with_tables: tuple[Check, ...]
    before_tables: tuple[Check, ...]
    of_each_size: tuple[Check, ...]
    counted: tuple[Check, ...]
    table_rules: tuple[TableRule, ...]
    shadow_checks: tuple[Check, ...]
    shadow_table_rules: tuple[TableRule, ...]
    reads_headcounts: bool
    has_demand: bool
    records: bool
    sizes_differ_in_stay: bool

    @classmethod
    def of(cls, house: House, *, has_promises: bool = False) -> Composition:
        """Return the rules that bind in a house, with those for promises if it has made any."""
        listed = tuple(each for each in CHECKS if has_promises or not each.guards_promises)
        binding, binding_rules = _binding(house, listed), _binding(house, TABLE_RULES)
        checks = enforced_rules(house, binding)
        rules = enforced_rules(house, binding_rules)
        shadow, shadow_tables = shadow_rules(house, binding), shadow_rules(house, binding_rules)
        reads = [each.reads for each in (*checks, *shadow)]
        reads += [each.reads for each in (*rules, *shadow_tables)]
        after = tuple(each for each in checks if each.reads is not Reads.NOTHING)
        before = tuple(each for each in checks if each.reads is Reads.NOTHING)
        without_tables = tuple(each for each in after if each.reads is not Reads.ALLOCATIONS)
        before_tables = (*before, *without_tables)
        of_each_size = tuple(each for each in before_tables if each.asks_size)
        with_tables = tuple(each for each in after if each.reads is Reads.ALLOCATIONS)
        has_demand = bool(house.policy.demand_profiles)
        modes = house.policy.enforcement.adjacency_modes
        if not house.policy.planning.adjacency_required:
            modes = frozenset({EnforcementMode.ENFORCED})
        return cls(
            before_loading=before,
            not_promised=tuple(each for each in before if not each.is_promised),
            after_loading=after,
            without_tables=without_tables,
            with_tables=with_tables,
            before_tables=before_tables,
            of_each_size=of_each_size,
            counted=tuple(each for each in checks if each.count is not None),
            table_rules=rules,
            shadow_checks=shadow,
            shadow_table_rules=shadow_tables,
            reads_headcounts=Reads.HEADCOUNTS in reads,
            has_demand=has_demand,
            records=bool(shadow or shadow_tables) or EnforcementMode.SHADOW in modes,
            sizes_differ_in_stay=not (rules or has_demand)
            and {each.name for each in (*of_each_size, *with_tables)} == {HOURS, _TABLES},
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
            before_tables=left(self.before_tables),
            of_each_size=left(self.of_each_size),
            counted=left(self.counted),
            table_rules=left(self.table_rules),
            shadow_checks=left(self.shadow_checks),
            shadow_table_rules=left(self.shadow_table_rules),
        )


def _binding(house: House, rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
    return tuple(each for each in rules if each.binds is None or each.binds(house))


def composition_of(compiled: CompiledHouse, *, has_promises: bool = False) -> Composition:
    """Return the rules that bind in a house; they are composed once."""
    name = _WITH_PROMISES if has_promises else _COMPOSITION
    composition: Composition | None = compiled.kept.get(name)
    if composition is None:
        composition = Composition.of(compiled.house, has_promises=has_promises)
        compiled.kept[name] = composition
    return composition
