"""Rivals: the allocations in the way of named tables, and the refusal that lists them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.window import Window, iso
from fourtop.ports import View


def find_rivals(
    view: View, tables: Collection[str], window: Window, without: Collection[Owner] = ()
) -> tuple[Allocation, ...]:
    """Return the earliest allocation in the way on each table, in the order of ``tables``."""
    found = (view.find_in_the_way(table_id, window, without) for table_id in tables)
    return tuple(row for row in found if row is not None)


def find_all_rivals(
    view: View, tables: Collection[str], window: Window, without: Collection[Owner] = ()
) -> tuple[Allocation, ...]:
    """Return every allocation in the way, in the order of ``tables``, then by start."""
    found: list[Allocation] = []
    for table_id in tables:
        found += view.all_in_the_way(table_id, window, without)
    return tuple(found)


def describe(row: Allocation) -> dict[str, str]:
    """Write an allocation as plain data for a refusal: ids and instants only."""
    return {
        "allocation_id": row.id,
        "table_id": row.resource_id,
        "owner_kind": str(row.owner_kind),
        "owner_id": row.owner_id,
        "start": iso(row.window.start_us),
        "end": iso(row.window.end_us),
    }


def refuse_taken(
    view: View, tables: tuple[str, ...], window: Window, without: Collection[Owner] = ()
) -> Refusal | None:
    """Return the refusal of named tables that are taken; ``None`` if all are free."""
    rivals = find_all_rivals(view, tables, window, without)
    return taken(tables, rivals) if rivals else None


def refuse_shared(rows: Iterable[Allocation]) -> Refusal | None:
    """Return the refusal of new rows that share a resource; ``None`` if none do. O(n log n)."""
    in_order = sorted(rows, key=lambda each: (each.resource_type, each.resource_id, each.window))
    for one, other in pairwise(in_order):
        is_same = (one.resource_type, one.resource_id) == (other.resource_type, other.resource_id)
        if is_same and one.window.overlaps(other.window):
            return taken([one.resource_id], [other])
    return None


def taken(tables: Collection[str], rivals: Collection[Allocation]) -> Refusal:
    """Return the refusal of named tables. A hold among the rivals makes it a hold conflict."""
    is_held = any(row.owner_kind is OwnerKind.HOLD for row in rivals)
    facts = {
        "constraint": "allocations_no_overlap",
        "tables": list(tables),
        "in_the_way": [describe(row) for row in rivals],
    }
    code = Code.HOLD_CONFLICT if is_held else Code.ALLOCATIONS_OVERLAP
    return Refusal((Reason(code, facts),), Proof.NAMED_TABLES)
