"""Shadow conflicts: the allocations that shadows would overlap if they were live."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.import_rows import SHADOW_PREFIX
from fourtop.engine.overlaps import overlapping_pairs
from fourtop.engine.queries.audit import Overlap
from fourtop.model import validators
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.window import Window
from fourtop.ports import Scope, View


def query(caller: Caller, window: Window) -> Query[tuple[Overlap, ...]]:
    """Build the query.

    Raises:
        InvalidInput: If it is not a window.
    """
    windows = (validators.check_instance("window", window, Window),)
    scope = Scope(caller.restaurant_id, windows=windows)
    return Query(scope, lambda view, _: shadow_conflicts(view, window), name="shadow_conflicts")


def shadow_conflicts(view: View, window: Window) -> tuple[Overlap, ...]:
    """List the pairs of a shadow and another allocation of the same table that overlap.

    The rows of dead holds do not count, and neither does the real booking that a shadow is about:
    the same id without the prefix.
    """
    dead = {hold.id for hold in view.dead_holds(window)}
    of_table: dict[str, list[Allocation]] = {}
    for row in view.allocations(window):
        is_dead = row.owner_kind is OwnerKind.HOLD and row.owner_id in dead
        if row.resource_type is ResourceType.TABLE and not is_dead:
            of_table.setdefault(row.resource_id, []).append(row)
    found = (pair for rows in of_table.values() for pair in _pairs(rows))
    return tuple(sorted(found, key=lambda pair: (pair.first.order_key, pair.second.order_key)))


def _pairs(rows: list[Allocation]) -> Iterator[Overlap]:
    """Yield the pairs of one table that have a shadow; ``rows`` come by start."""
    for one, other in overlapping_pairs(rows, attrgetter("window")):
        if (one.shadow or other.shadow) and _party(one) != _party(other):
            yield Overlap(one, other) if one.shadow else Overlap(other, one)


def _party(row: Allocation) -> tuple[OwnerKind, str]:
    return row.owner_kind, row.owner_id.removeprefix(SHADOW_PREFIX)
