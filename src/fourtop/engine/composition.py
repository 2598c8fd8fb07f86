"""Composition: the rules of the list that bind in one house."""

from __future__ import annotations

import attrs

from fourtop.engine.candidacy import Check, Reads, TableRule
from fourtop.engine.checks.tables import check_tables
from fourtop.model.house import House
from fourtop.model.request import Relaxation


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
        reads_headcounts: Whether a rule reads head counts.
    """

    before_loading: tuple[Check, ...]
    not_promised: tuple[Check, ...]
    after_loading: tuple[Check, ...]
    without_tables: tuple[Check, ...]
    counted: tuple[Check, ...]
    table_rules: tuple[TableRule, ...]
    reads_headcounts: bool

    @classmethod
    def of(
        cls, house: House, all_checks: tuple[Check, ...], all_rules: tuple[TableRule, ...]
    ) -> Composition:
        """Return the rules that bind in a house.

        Args:
            house: The house.
            all_checks: The list of checks.
            all_rules: The list of table rules.
        """
        checks = tuple(each for each in all_checks if each.binds is None or each.binds(house))
        rules = tuple(each for each in all_rules if each.binds is None or each.binds(house))
        each_reads = (*(each.reads for each in checks), *(each.reads for each in rules))
        after = tuple(each for each in checks if each.reads is not Reads.NOTHING)
        before = tuple(each for each in checks if each.reads is Reads.NOTHING)
        return cls(
            before_loading=before,
            not_promised=tuple(each for each in before if not each.is_promised),
            after_loading=after,
            without_tables=tuple(each for each in after if each.find is not check_tables),
            counted=tuple(each for each in checks if each.count is not None),
            table_rules=rules,
            reads_headcounts=any(reads is Reads.HEADCOUNTS for reads in each_reads),
        )

    def without(self, relaxed: tuple[Relaxation, ...]) -> Composition:
        """Return the rules apart from those that some relaxations lift."""

        def left(checks: tuple[Check, ...]) -> tuple[Check, ...]:
            return tuple(each for each in checks if each.relaxed_by not in relaxed)

        return attrs.evolve(
            self,
            before_loading=left(self.before_loading),
            not_promised=left(self.not_promised),
            after_loading=left(self.after_loading),
            without_tables=left(self.without_tables),
            counted=left(self.counted),
            table_rules=tuple(each for each in self.table_rules if each.relaxed_by not in relaxed),
        )
