"""Candidate sets: all sets of tables of one mode, compiled."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import attrs

from fourtop.adjacency import SubsetEnumerator
from fourtop.model.floor import bits
from fourtop.model.planning_rules import AdjacencyMode, Planning
from fourtop.planner.candidate import Candidate
from fourtop.planner.compiled_floor import CompiledFloor


@attrs.frozen(eq=False)
class CandidateSets:
    """The candidates of one mode.

    Args:
        singles: One for each table of the floor, offered or not, in table order.
        combinations: All sets of two or more, in table order; ``None``: too many.
    """

    singles: tuple[Candidate, ...]
    combinations: tuple[Candidate, ...] | None

    @classmethod
    def of(
        cls,
        compiled_floor: CompiledFloor,
        planning: Planning,
        max_sets: int,
        mode: AdjacencyMode | None,
    ) -> CandidateSets:
        """Grow and measure the sets of a mode; stop when they are more than ``max_sets``."""
        places = range(len(compiled_floor.floor.tables))
        singles = tuple(compiled_floor.single(bit) for bit in places)
        masks = list(islice(_combinations(compiled_floor, planning.max_tables, mode), max_sets + 1))
        if len(masks) > max_sets:
            return cls(singles, None)
        masks.sort(key=lambda mask: tuple(bits(mask)))
        return cls(singles, tuple(compiled_floor.combination(mask) for mask in masks))


def _combinations(
    compiled_floor: CompiledFloor, largest: int, mode: AdjacencyMode | None
) -> Iterator[int]:
    for zone in compiled_floor.zones:
        pool = zone & compiled_floor.mergeable
        growth = SubsetEnumerator(
            neighbours=compiled_floor.graph.neighbours, candidates=pool, largest=largest
        )
        yield from (mask for mask in growth.sets(mode) if mask.bit_count() > 1)
