"""The layout of a floor: a place for each table and a panel for each zone.

Positions of the model are kept in proportion. The plan of the model has a unit of its own, so the
scale is the smallest at which no two tables meet. Zones whose tables lie apart share one plan;
otherwise each has a panel of its own. A zone without positions is laid out by its joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import ceil, cos, fsum, radians, sin, sqrt
from typing import Final

import attrs

from fourtop.plotting.canvas import STRONG, Box
from fourtop.plotting.join_layout import GAP, Size, arranged, components_of, in_rows
from fourtop.plotting.protocols import DrawnFloor, DrawnTable

PANEL_HEAD: Final = 46.0
PANEL_PAD: Final = 24.0
PANEL_GAP: Final = 20.0
WIDEST: Final = 960.0
_WIDEST_ZONE: Final = 620.0
# On a narrow plan, each zone has a row of its own.
_NARROW_ZONE: Final = 310.0
_NARROW_PLAN: Final = 560.0
_PLAN_GAP: Final = 14.0
_TALLEST: Final = 900.0
_SMALLEST_PART: Final = 0.55
_CM: Final = 0.6
_LONG, _ROUND = ("rectangle", "oval"), ("round", "oval")


@attrs.frozen
class Place:
    """The place of a table: its box before the rotation, its shape and its rotation in degrees."""

    box: Box
    shape: str
    rotation: float = 0

    @property
    def is_round(self) -> bool:
        """Tell whether it is round or oval."""
        return self.shape in _ROUND

    @property
    def bounds(self) -> Box:
        """The box around the rotated table."""
        width, height = _rotated((self.box.width, self.box.height), self.rotation)
        return Box.around(*self.box.middle, width, height)

    @property
    def corner(self) -> tuple[float, float]:
        """The point at its edge that lies farthest to the upper right, for a letter."""
        if self.is_round:
            bounds = self.bounds
            inset = 0.12 * bounds.width
            return bounds.right - inset, bounds.y + inset
        box, (x, y) = self.box.grown(-1), self.box.middle
        angle = radians(self.rotation)
        corners = [
            (
                x + across * cos(angle) - down * sin(angle),
                y + across * sin(angle) + down * cos(angle),
            )
            for across in (-box.width / 2, box.width / 2)
            for down in (-box.height / 2, box.height / 2)
        ]
        return max(corners, key=lambda each: each[0] - each[1])

    def moved(self, x: float, y: float) -> Place:
        """Return it at another place."""
        return attrs.evolve(self, box=self.box.moved(x, y))


@attrs.frozen
class Panel:
    """The area of a zone: the zone's id and name, the box, and its seats."""

    zone_id: str
    name: str
    box: Box
    seats: int


@attrs.frozen
class FloorLayout:
    """The places of all tables by id, the panels, and the size of all."""

    places: Mapping[str, Place]
    panels: tuple[Panel, ...]
    width: float
    height: float


def layout_of(floor: DrawnFloor, *, is_narrow: bool = False) -> FloorLayout:
    """Place the tables of a floor. No two tables meet, and the same floor has the same layout.

    Args:
        floor: The floor.
        is_narrow: Whether the zones stand below each other, for the screen of a phone.
    """
    by_zone = {zone.id: [t for t in floor.tables if t.zone_id == zone.id] for zone in floor.zones}
    zones = {zone_id: tables for zone_id, tables in by_zone.items() if tables}
    names = {zone.id: zone.name for zone in floor.zones}
    shared = None if is_narrow else _shared_plan(zones)
    if shared is None:
        plan = _narrow_zone_plan if is_narrow else _zone_plan
        places = {zone_id: plan(tables, floor) for zone_id, tables in zones.items()}
        sizes = {zone_id: _panel_size(each, names[zone_id]) for zone_id, each in places.items()}
        panels = _column(sizes) if is_narrow else _flow(sizes)
        moved = {
            table_id: place.moved(panels[zone_id].x + PANEL_PAD, panels[zone_id].y + PANEL_HEAD)
            for zone_id, found in places.items()
            for table_id, place in found.items()
        }
    else:
        moved, panels = shared
    whole = Box.over(panels.values()) if panels else Box(0, 0, 0, 0)
    return FloorLayout(
        moved,
        tuple(
            Panel(zone_id, names[zone_id], panels[zone_id], sum(t.capacity for t in tables))
            for zone_id, tables in zones.items()
        ),
        whole.width,
        whole.height,
    )


# ---- the size of a table


def _size(table: DrawnTable) -> tuple[Size, str]:
    """Return the size of a table before its rotation, and its shape."""
    shape = table.shape or ("rectangle" if table.capacity > 4 else "square")
    if table.length_cm is not None:
        length = min(max(_CM * table.length_cm, 46.0), 190.0)
        width = length if table.width_cm is None else _CM * table.width_cm
        return (length, min(max(width, 42.0), length)), shape
    if shape in _LONG:
        steps = ceil(max(table.capacity - 4, 0) / 2)
        return (min(64.0 + 14 * steps, 162.0), 54.0), shape
    side = 50.0 if table.capacity <= 2 else 56.0
    if shape == "round":
        side = min(side + 5 * max(table.capacity - 4, 0), 104.0)
    return (side, side), shape


def _rotated(size: Size, rotation: float) -> Size:
    if not rotation % 180:
        return size
    across, down = abs(cos(radians(rotation))), abs(sin(radians(rotation)))
    width, height = size
    return width * across + height * down, width * down + height * across


# ---- plans by position


def _shared_plan(
    zones: Mapping[str, Sequence[DrawnTable]],
) -> tuple[dict[str, Place], dict[str, Box]] | None:
    """Return one plan of all zones; ``None`` if a position is missing or two zones meet."""
    if len(zones) < 2:
        return None
    placed = _by_position([table for tables in zones.values() for table in tables])
    if placed is None:
        return None
    panels = {}
    for zone_id, tables in zones.items():
        around = Box.over(placed[table.id].bounds for table in tables)
        panels[zone_id] = Box(
            around.x - PANEL_PAD,
            around.y - PANEL_HEAD,
            around.width + 2 * PANEL_PAD,
            around.height + PANEL_HEAD + PANEL_PAD,
        )
    if any(one.meets(other) for one, other in combinations(panels.values(), 2)):
        return None
    whole = Box.over(panels.values())
    return (
        {table_id: place.moved(-whole.x, -whole.y) for table_id, place in placed.items()},
        {zone_id: box.moved(-whole.x, -whole.y) for zone_id, box in panels.items()},
    )


def _by_position(tables: Iterable[DrawnTable], widest: float = WIDEST) -> dict[str, Place] | None:
    """Place tables in proportion to their positions.

    Returns ``None`` if a table has no position, or two are so close that they would meet on any
    plan of a bearable size.
    """
    found = []
    for table in tables:
        if table.position is None:
            return None
        size, shape = _size(table)
        found.append((table.id, table.position, size, shape))
    spots = [(at.x, at.y, *_rotated(size, at.rotation)) for _, at, size, _ in found]
    scale, part = _scale(spots, widest)
    if part < _SMALLEST_PART:
        return None
    places = {
        table_id: Place(
            Box.around(at.x * scale, at.y * scale, size[0] * part, size[1] * part),
            shape,
            at.rotation,
        )
        for table_id, at, size, shape in found
    }
    around = Box.over(place.bounds for place in places.values())
    return {table_id: place.moved(-around.x, -around.y) for table_id, place in places.items()}


def _scale(
    spots: Sequence[tuple[float, float, float, float]], widest: float
) -> tuple[float, float]:
    """Return the pixels for a unit of the plan, and the part of their size that tables have.

    Args:
        spots: Centre and size of each table. O(n²) comparisons.
        widest: The widest plan.
    """
    scale = 0.0
    near = []
    for (x, y, width, height), (other_x, other_y, other_width, other_height) in combinations(
        spots, 2
    ):
        across, down = abs(x - other_x), abs(y - other_y)
        wide, high = (width + other_width) / 2, (height + other_height) / 2
        near.append((across, down, wide, high))
        needed = min(
            (wide + _PLAN_GAP) / across if across else float("inf"),
            (high + _PLAN_GAP) / down if down else float("inf"),
        )
        scale = max(scale, needed)
    if not near:
        return 1.0, 1.0
    reach_x = max(across for across, *_ in near) or 1e-9
    reach_y = max(down for _, down, *_ in near) or 1e-9
    largest = min((widest - 160) / reach_x, _TALLEST / reach_y)
    if scale <= largest:
        return scale, 1.0
    parts = (
        max((largest * across - 6) / wide, (largest * down - 6) / high)
        for across, down, wide, high in near
    )
    return largest, min(1.0, *parts)


# ---- plans by joins


def _zone_plan(
    tables: Sequence[DrawnTable],
    floor: DrawnFloor,
    plan_widths: Sequence[float] = (WIDEST,),
    widest: float = _WIDEST_ZONE,
) -> dict[str, Place]:
    """Place the tables of a zone; the upper left corner of all is the origin.

    Args:
        tables: The tables of the zone.
        floor: Their floor.
        plan_widths: The widest plan by positions; the first one on which the tables fit counts.
        widest: The widest plan by joins, except for a group that is wider.
    """
    known = [table for table in tables if table.position is not None]
    plans = (_by_position(known, width) for width in plan_widths if known)
    placed = next((each for each in plans if each is not None), None)
    if placed is None:
        return _by_joins(tables, floor, widest)
    rest = [table for table in tables if table.id not in placed]
    if rest:
        below = Box.over(place.bounds for place in placed.values()).bottom + GAP
        added = _by_joins(rest, floor, widest)
        placed |= {table_id: place.moved(0, below) for table_id, place in added.items()}
    return placed


def _narrow_zone_plan(tables: Sequence[DrawnTable], floor: DrawnFloor) -> dict[str, Place]:
    return _zone_plan(tables, floor, (_NARROW_PLAN, WIDEST), _NARROW_ZONE)


def _by_joins(
    tables: Sequence[DrawnTable], floor: DrawnFloor, widest_zone: float
) -> dict[str, Place]:
    order = {table.id: place for place, table in enumerate(tables)}
    pairs = [
        (order[join.tables[0]], order[join.tables[1]])
        for join in floor.joins
        if order.keys() >= set(join.tables)
    ]
    sizes = [_size(table) for table in tables]
    blocks: list[tuple[list[int], list[Box]]] = []
    alone = []
    for members in components_of(len(tables), pairs):
        if len(members) == 1:
            alone += members
            continue
        at = {node: place for place, node in enumerate(members)}
        inner = [(at[one], at[other]) for one, other in pairs if one in at]
        blocks.append((members, arranged([sizes[node][0] for node in members], inner)))
    if alone:
        blocks.append((alone, in_rows([sizes[node][0] for node in alone])))
    areas = [Box.over(boxes) for _, boxes in blocks]
    # A little wider than high, as far as the widest block allows.
    ground = fsum((area.width + GAP) * (area.height + GAP) for area in areas)
    widest = max([min(1.5 * sqrt(ground), widest_zone), *(area.width for area in areas)])
    corners = _shelves([(area.width, area.height) for area in areas], widest, GAP)
    places = {}
    for (members, boxes), area, (x, y) in zip(blocks, areas, corners, strict=True):
        for node, box in zip(members, boxes, strict=True):
            places[tables[node].id] = Place(box.moved(x - area.x, y - area.y), sizes[node][1])
    return places


def _shelves(sizes: Sequence[Size], widest: float, gap: float) -> list[tuple[float, float]]:
    """Return the upper left corners of boxes in rows, from left to right, at most ``widest``."""
    corners = []
    x = y = height = 0.0
    for width, high in sizes:
        if x and x + width > widest:
            x, y, height = 0.0, y + height + gap, 0.0
        corners.append((x, y))
        x, height = x + width + gap, max(height, high)
    return corners


def _panel_size(places: Mapping[str, Place], name: str) -> Size:
    area = Box.over(place.bounds for place in places.values())
    head = min(STRONG.width(name) + 70, _WIDEST_ZONE)
    return max(area.width, head) + 2 * PANEL_PAD, area.height + PANEL_HEAD + PANEL_PAD


def _flow(sizes: Mapping[str, Size]) -> dict[str, Box]:
    corners = _shelves(list(sizes.values()), WIDEST, PANEL_GAP)
    return {
        zone_id: Box(x, y, *size)
        for (zone_id, size), (x, y) in zip(sizes.items(), corners, strict=True)
    }


def _column(sizes: Mapping[str, Size]) -> dict[str, Box]:
    """Return panels of one width, one below the other."""
    width = max((size[0] for size in sizes.values()), default=0.0)
    boxes, y = {}, 0.0
    for zone_id, (_, height) in sizes.items():
        boxes[zone_id] = Box(0, y, width, height)
        y += height + PANEL_GAP
    return boxes
