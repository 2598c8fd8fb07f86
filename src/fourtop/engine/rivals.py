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


_Described = tuple[int, int, dict[str, str]]


class Rivals:
    """The allocations in the way of tables, in windows of one scope, as plain data.

    The rows of a table are read once for each window of the scope: the stays of a date share them.

    Args:
        view: The view, whose scope covers the windows that are asked for.
        without: Owners with rows that do not count.
    """

    __slots__ = ("_by_window", "_view", "_without")

    def __init__(self, view: View, without: Collection[Owner]) -> None:
        self._view, self._without = view, without
        # For each window the window around it that is read, and the rows in that one by table.
        self._by_window: dict[tuple[int, int], tuple[Window, dict[str, list[_Described]]]] = {}

    def in_the_way(self, tables: Iterable[str], window: Window) -> list[dict[str, str]]:
        """Return every allocation in the way, as ``find_all_rivals`` does, in values of its own."""
        start_us, end_us = window.start_us, window.end_us
        known = self._by_window.get((start_us, end_us))
        if known is None:
            known = self._by_window[start_us, end_us] = self._around(window)
        whole, by_table = known
        found: list[dict[str, str]] = []
        for table_id in tables:
            rows = by_table.get(table_id)
            if rows is None:
                rows = by_table[table_id] = self._read(table_id, whole)
            for first_us, last_us, row in rows:
                if first_us < end_us and start_us < last_us:
                    found.append(row.copy())
        return found

    def _read(self, table_id: str, window: Window) -> list[_Described]:
        rows = self._view.all_in_the_way(table_id, window, self._without)
        return [(row.window.start_us, row.window.end_us, describe(row)) for row in rows]

    def _around(self, window: Window) -> tuple[Window, dict[str, list[_Described]]]:
        """Return the window to read for another one, with the rows that are known in it."""
        windows = self._view.scope.windows
        whole = next((each for each in windows if each.contains(window)), window)
        known = self._by_window.get((whole.start_us, whole.end_us))
        if known is not None:
            return known
        # A party that stays too long has another row there, which depends on the window.
        if self._view.overstays(whole):
            return window, {}
        known = self._by_window[whole.start_us, whole.end_us] = whole, {}
        return known


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
