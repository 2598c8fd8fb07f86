"""Edits of the drawn plan: a table gets the place to which it was dragged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import hypot

import attrs

from fourtop.errors import InvalidInput
from fourtop.model.floor import Floor
from fourtop.model.table import Position, Table
from fourtop.plotting.floor_layout import FloorLayout, Place
from fourtop.plotting.floor_plan import drawn_layout

_Point = tuple[float, float]


def with_table_at(
    floor: Floor, table_id: str, x: float, y: float, *, is_narrow: bool = False
) -> Floor:
    """Return a floor with a table at a place of its drawn plan.

    The other tables keep their places. Those of the zone that had none in the model get the place
    at which they are drawn. A table that is dropped in another zone changes its zone.

    Args:
        floor: The floor.
        table_id: The table.
        x: Its centre, in pixels of the drawn plan.
        y: Its centre.
        is_narrow: Whether the plan is the narrow one.

    Raises:
        InvalidInput: If a value is not finite.
        NotFound: If the floor has no such table.
    """
    if not (abs(x) < 1e5 and abs(y) < 1e5):
        raise InvalidInput("x", "must lie on the plan", f"{x:g}, {y:g}")
    table, layout = floor.get_table(table_id), drawn_layout(floor, is_narrow=is_narrow)
    zone_id = _zone_at(layout, x, y) or table.zone_id
    others = [each for each in floor.tables if each.zone_id == zone_id and each.id != table_id]
    to_plan = _to_plan([each for each in others if each.position is not None], layout.places)
    moved = [attrs.evolve(table, zone_id=zone_id, position=_position(to_plan((x, y)), table))]
    for each in others:
        if each.position is None:
            middle = layout.places[each.id].box.middle
            moved.append(attrs.evolve(each, position=_position(to_plan(middle), each)))
    for each in moved:
        floor = floor.with_table(each)
    return floor


def _zone_at(layout: FloorLayout, x: float, y: float) -> str | None:
    """Return the zone of the panel below a point."""
    for panel in layout.panels:
        box = panel.box
        if box.x <= x <= box.right and box.y <= y <= box.bottom:
            return panel.zone_id
    return None


def _to_plan(known: Sequence[Table], places: Mapping[str, Place]) -> Callable[[_Point], _Point]:
    """Return the way from pixels back to the unit of the model's plan.

    Tables stand in proportion to their positions, so that two of them tell the scale.
    """
    spots = [
        ((each.position.x, each.position.y), places[each.id].box.middle)
        for each in known
        if each.position is not None
    ]
    if not spots:
        return lambda point: point
    scale = 1.0
    reach = max(
        ((_far(one[0], two[0]), one, two) for one, two in combinations(spots, 2)), default=None
    )
    if reach is not None and reach[0]:
        scale = _far(reach[1][1], reach[2][1]) / reach[0] or 1.0
    (x, y), (at_x, at_y) = spots[0]
    return lambda point: (x + (point[0] - at_x) / scale, y + (point[1] - at_y) / scale)


def _far(one: _Point, other: _Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _position(point: _Point, table: Table) -> Position:
    rotation = 0.0 if table.position is None else table.position.rotation
    return Position(round(point[0], 1), round(point[1], 1), rotation)
