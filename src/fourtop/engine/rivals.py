"""Rivals: the allocations in the way of named tables, and the refusal that lists them."""

from __future__ import annotations

from collections.abc import Collection
from operator import attrgetter

from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
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
    """Return every allocation in the way, in the order of ``tables``, then by start and id."""
    if not find_rivals(view, tables, window, without):
        return ()
    dead = {hold.id for hold in view.dead_holds(window)}
    of_table: dict[str, list[Allocation]] = {table_id: [] for table_id in tables}
    # The row of an overstay replaces the stored one.
    rows = {row.id: row for row in (*view.allocations(window), *view.overstays(window))}
    for row in sorted(rows.values(), key=attrgetter("order_key")):
        is_dead = row.owner_kind is OwnerKind.HOLD and row.owner_id in dead
        is_of_table = row.resource_type is ResourceType.TABLE and row.resource_id in of_table
        if is_of_table and not row.shadow and not is_dead and row.owner not in without:
            of_table[row.resource_id].append(row)
    return tuple(row for found in of_table.values() for row in found)


def describe(row: Allocation) -> dict[str, str]:
    """Write an allocation as plain data for a refusal: ids and instants only."""
    return {
        "allocation_id": row.id,
        "table_id": row.resource_id,
        "owner_kind": row.owner_kind.value,
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
