"""Repair: what an interrupt in the midst of a write needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fourtop.model.allocation import Allocation
from fourtop.timeline import Occupancy


def nothing() -> None:
    """Restore nothing: every record changes in one step."""


def restored(
    torn: Occupancy,
    tables: Iterable[str],
    *,
    gone: Collection[Allocation],
    come: Collection[Allocation],
) -> Occupancy:
    """Make an occupancy anew from its rows: its indexes may be torn, its rows are not. O(rows).

    Args:
        torn: The occupancy that a write has changed in part.
        tables: The tables of the floor, in table order.
        gone: The rows that the write removes.
        come: The rows that the write adds.
    """
    rows = {row.id: row for row in torn.allocations()}
    for row in come:
        rows.pop(row.id, None)
    rows |= {row.id: row for row in gone}
    occupancy = Occupancy(list(tables))
    for row in rows.values():
        occupancy.add(row)
    return occupancy
