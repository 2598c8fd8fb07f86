"""Check that a restaurant may be removed."""

from __future__ import annotations

from fourtop.errors import InUse
from fourtop.ports import Need, Scope, View


def check_unused(view: View) -> Need | None:
    """Check that no live allocation of a table ends in the future.

    Raises:
        InUse: If a booking, a live hold or a block has a table now or later; names one of them.
    """
    restaurant_id = view.scope.restaurant_id
    tables = frozenset(view.house.floor.positions)
    if not tables <= view.scope.tables:
        return Need(Scope(restaurant_id, tables=tables))
    for table_id in sorted(tables):
        last = view.find_last_allocation(table_id)
        if last is not None and last.window.end_us > view.now_us:
            owner = f"{last.owner_kind.value} {last.owner_id}"
            raise InUse("restaurant", restaurant_id, f"{owner} until {last.window.end.isoformat()}")
    return None


def check_nothing(_: View) -> None:
    """Let a restaurant be removed whatever its state."""
