"""Repair: what an interrupt in the midst of a write needs, and the check before a write."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any

from fourtop.errors import AlreadyExists
from fourtop.model.allocation import Allocation
from fourtop.timeline import Occupancy


def nothing() -> None:
    """Restore nothing: every record changes in one step."""


def refuse_known(kind: str, new: Iterable[Any], known: Container[Any]) -> None:
    """Refuse an id or key that is known already, and one that comes twice.

    Raises:
        AlreadyExists: Names the kind and the id.
    """
    seen: set[Any] = set()
    for each in new:
        if each in known or each in seen:
            raise AlreadyExists(kind, each if isinstance(each, str) else each[-1])
        seen.add(each)


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
