"""Moves on a floor plan: numbered arrows from the old tables of a party to the new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import fsum
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    STRONG,
    TINY,
    Box,
    Canvas,
    number,
)
from fourtop.plotting.checks import check_members, check_text
from fourtop.plotting.text_metrics import lines_of

MAX_MOVES: Final = 100
# Of the length; an arrow back bends to the other side by itself.
_BENDS: Final = (0.16, 0.3, -0.16, 0.45, -0.3, 0.65, -0.45, 0.9)
_RADIUS: Final = 8.0
_CIRCLE: Final = 2 * _RADIUS + 3
# The space below the lowest table, above the legend.
_OUTSIDE: Final = 34.0
_SHORTEST: Final = 44.0
_STEPS: Final = 60
_ROW: Final = 20.0

Point = tuple[float, float]


def _as_tables(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidInput("tables", "must be a collection of table ids", safe_repr(value))
    tables = tuple(value)
    if not tables or not all(isinstance(each, str) for each in tables):
        raise InvalidInput("tables", "must be one table id or more", safe_repr(value))
    return tables


def _as_label(value: str) -> str:
    return check_text("label", value)


@attrs.frozen(repr=False)
class TableMove:
    """A party that changes tables, for a floor plan.

    Args:
        label: Its name in the list of moves, such as the id of the booking.
        before: The ids of its old tables, one or more.
        after: The ids of its new tables, one or more.

    Raises:
        InvalidInput: If the label is no text of 1 to 200 characters, or a side has no table.

    >>> TableMove("b1", ["t1", "t2"], ["t5"])
    <TableMove b1: t1 + t2 → t5>
    """

    label: str = attrs.field(converter=_as_label)
    before: tuple[str, ...] = attrs.field(converter=_as_tables)
    after: tuple[str, ...] = attrs.field(converter=_as_tables)

    def text(self, labels: Mapping[str, str]) -> str:
        """Return the move as text.

        Args:
            labels: The number of each table id.
        """
        before, after = (
            " + ".join(labels.get(each, each) for each in side)
            for side in (self.before, self.after)
        )
        return f"{self.label}: {before} → {after}"

    def __repr__(self) -> str:
        return brief(self, self.text({}))


def as_moves(value: Any, ids: Collection[str]) -> tuple[TableMove, ...]:
    """Return moves between tables of a floor.

    Raises:
        InvalidInput: If a member is no move, there are more than 100, or a table is unknown.
    """
    moves = check_members("moves", value, TableMove, MAX_MOVES)
    for move in moves:
        for each in (*move.before, *move.after):
            if each not in ids:
                raise InvalidInput("moves", "must name tables of this floor", safe_repr(each))
    return moves


@attrs.frozen
class Arrow:
    """The arrow of a move: its visible points, and the place of its number, if one is free."""

    points: tuple[Point, ...]
    circle: Point | None


def arrows_of(
    moves: Sequence[TableMove], tables: Mapping[str, Box], texts: Iterable[Box]
) -> list[Arrow]:
    """Return the arrows of moves.

    An arrow runs between the nearest two tables of its party, and bends so that it passes behind as
    few other tables as possible. Its number stays off tables, texts and other numbers.

    Args:
        moves: The moves.
        tables: The box of each table.
        texts: The boxes of texts beside the tables.
    """
    circles = list(texts)
    arrows = []
    for move in moves:
        ends = _nearest(move, tables)
        found = [_bent(bend, ends, [*tables.values(), *circles]) for bend in _BENDS]
        arrow = min(found, key=lambda each: each[0])[1]
        arrows.append(arrow)
        if arrow.circle is not None:
            circles.append(_circle(arrow.circle))
    return arrows


def _nearest(move: TableMove, tables: Mapping[str, Box]) -> tuple[Box, Box]:
    pairs = [(tables[one], tables[other]) for one in move.before for other in move.after]
    return min(pairs, key=lambda pair: _squared(pair[0].middle, pair[1].middle))


def _squared(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _bent(
    bend: float, ends: tuple[Box, Box], taken: Sequence[Box]
) -> tuple[tuple[bool, int, float], Arrow]:
    """Return an arrow with a bend, and how bad it is."""
    start, end = ends
    curve = _curve(start.middle, end.middle, bend)
    points = _visible(curve, start, end)
    # Only a number that stands on the visible part names its arrow.
    free = (
        at
        for at in sorted(points, key=lambda at: _squared(at, curve[_STEPS // 2]))
        if not any(_circle(at).meets(each) for each in taken)
    )
    circle = next(free, None)
    area = Box.over(taken).grown(_OUTSIDE)
    hidden = sum(_is_in(at, box) for at in points for box in taken if box not in ends)
    hidden += sum(not _is_in(at, area) for at in points)
    length = fsum(_squared(one, other) ** 0.5 for one, other in pairwise(points))
    return (circle is None or length < _SHORTEST, hidden, abs(bend)), Arrow(tuple(points), circle)


def _circle(at: Point) -> Box:
    return Box.around(*at, _CIRCLE, _CIRCLE)


def draw_arrows(canvas: Canvas, arrows: Iterable[Arrow]) -> None:
    """Draw the arrows; tables are drawn above them, so that their texts stay legible."""
    for arrow in arrows:
        if len(arrow.points) > 1:
            _draw_arrow(canvas, arrow.points)


def draw_numbers(canvas: Canvas, arrows: Iterable[Arrow]) -> None:
    """Draw the number of each arrow, which is its place in the list."""
    form = TINY.toned("t-accent").centred()
    for count, arrow in enumerate(arrows, start=1):
        if arrow.circle is not None:
            x, y = arrow.circle
            canvas.circle((x, y), _RADIUS, "badge")
            canvas.text(x, y + CENTRE * form.size, str(count), form)


def _curve(start: Point, end: Point, bend: float) -> list[Point]:
    """Return points on a curve that bends to the left of its direction."""
    (x, y), (to_x, to_y) = start, end
    control = ((x + to_x) / 2 + bend * (to_y - y), (y + to_y) / 2 - bend * (to_x - x))
    points = []
    for step in range(_STEPS + 1):
        part = step / _STEPS
        one, two, three = (1 - part) ** 2, 2 * part * (1 - part), part**2
        points.append(
            (one * x + two * control[0] + three * to_x, one * y + two * control[1] + three * to_y)
        )
    return points


def _visible(points: Sequence[Point], start: Box, end: Box) -> list[Point]:
    """Return the points between the two boxes."""
    near, far = start.grown(4), end.grown(4)
    first = max((i for i, at in enumerate(points) if _is_in(at, near)), default=0)
    last = min(
        (i for i, at in enumerate(points) if i > first and _is_in(at, far)), default=len(points)
    )
    return list(points[first : last + 1])


def _is_in(point: Point, box: Box) -> bool:
    return box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom


def _draw_arrow(canvas: Canvas, points: Sequence[Point]) -> None:
    course = "L".join(f"{number(x)} {number(y)}" for x, y in points[:-1:3])
    (from_x, from_y), (x, y) = points[-4 if len(points) > 4 else 0], points[-1]
    length = max(((x - from_x) ** 2 + (y - from_y) ** 2) ** 0.5, 1e-6)
    ahead = ((x - from_x) / length, (y - from_y) / length)
    base = (x - 9 * ahead[0], y - 9 * ahead[1])
    left = (base[0] - 5 * ahead[1], base[1] + 5 * ahead[0])
    right = (base[0] + 5 * ahead[1], base[1] - 5 * ahead[0])
    canvas.path(f"M{course}L{number(base[0])} {number(base[1])}", "arrow")
    corners = "L".join(f"{number(a)} {number(b)}" for a, b in (left, (x, y), right))
    canvas.path(f"M{corners}Z", "head")


def list_moves(
    canvas: Canvas,
    moves: Sequence[TableMove],
    labels: Mapping[str, str],
    place: tuple[float, float],
) -> float:
    """Write the list of moves below a plan.

    Args:
        canvas: Where to write.
        moves: The moves.
        labels: The number of each table id.
        place: The upper edge, and the width of the picture.

    Returns:
        The lower edge.
    """
    top, width = place
    if not moves:
        return top
    top += 12
    for count, move in enumerate(moves, start=1):
        middle = top + _ROW / 2
        canvas.text(MARGIN + 16, middle + CENTRE * STRONG.size, str(count), STRONG.ended())
        space = width - 2 * MARGIN - 26
        for line in lines_of(move.text(labels), space, LABEL.size, most=1):
            canvas.text(MARGIN + 26, middle + CENTRE * LABEL.size, line, LABEL)
        top += _ROW
    return top
