"""The layout of joined tables without positions: neighbours stand beside each other.

Rows, rings, trees and grids of tables are placed on a lattice on which each join is one step long.
Where this is impossible, as for tables that can all be pushed together, up to ten tables stand in a
ring, and more in a grid that keeps joins short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import ceil, cos, pi, sin, sqrt
from typing import Final

from fourtop.plotting.canvas import Box

Cell = tuple[int, int]
Size = tuple[float, float]
Neighbours = Mapping[int, Sequence[int]]

GAP: Final = 36.0
_WIDEST: Final = 10
_STEPS: Final = 4_000
_LARGEST_RING: Final = 10
_LARGEST_SORTED: Final = 60
_PASSES: Final = 4
_RING_GAP: Final = 22.0
_RING_RATIO: Final = 1.25
# East and west come first, so that a row of tables stays a row, and a long one winds.
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))


def components_of(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the connected sets of the nodes ``0 … count - 1``, each sorted, by first node."""
    neighbours = neighbours_of(count, pairs)
    seen: set[int] = set()
    found = []
    for first in range(count):
        if first not in seen:
            members = _breadth_first(neighbours, first)
            seen.update(members)
            found.append(sorted(members))
    return found


def neighbours_of(count: int, pairs: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return the neighbours of each node, sorted."""
    found: dict[int, list[int]] = {node: [] for node in range(count)}
    for one, other in pairs:
        found[one].append(other)
        found[other].append(one)
    return {node: sorted(each) for node, each in found.items()}


def arranged(sizes: Sequence[Size], pairs: Sequence[tuple[int, int]]) -> list[Box]:
    """Place connected tables so that joined ones are near; no two boxes meet.

    The search for a lattice ends after 4,000 steps. The result depends on the arguments alone.

    Args:
        sizes: Width and height of each table.
        pairs: The joins, as indices of tables.
    """
    neighbours = neighbours_of(len(sizes), pairs)
    cells = _lattice(neighbours)
    if cells is not None:
        return _on_lattice(sizes, cells)
    if len(sizes) <= _LARGEST_RING:
        return _in_ring(sizes, _depth_first(neighbours))
    return _on_lattice(sizes, _grid(neighbours))


def in_rows(sizes: Sequence[Size]) -> list[Box]:
    """Place tables without joins in rows of a block that is wider than high."""
    columns = ceil(sqrt(1.7 * len(sizes)))
    return _on_lattice(sizes, {node: divmod(node, columns)[::-1] for node in range(len(sizes))})


def _breadth_first(neighbours: Neighbours, first: int) -> list[int]:
    found = {first: None}
    for node in (queue := [first]):
        for other in neighbours[node]:
            if other not in found:
                found[other] = None
                queue.append(other)
    return list(found)


def _depth_first(neighbours: Neighbours) -> list[int]:
    found: dict[int, None] = {}
    stack = [0]
    while stack:
        node = stack.pop()
        if node not in found:
            found[node] = None
            stack += reversed(neighbours[node])
    return list(found)


def _lattice(neighbours: Neighbours) -> dict[int, Cell] | None:
    """Return cells in which every pair of neighbours is one step apart, or ``None``.

    A depth-first search with backtracking. Each node has at most four neighbours on a lattice.
    """
    if any(len(each) > len(_SIDES) for each in neighbours.values()):
        return None
    first = min(neighbours, key=lambda node: (len(neighbours[node]), node))
    order = _breadth_first(neighbours, first)
    cells: dict[int, Cell] = {first: (0, 0)}
    choices = [_free_cells(neighbours, cells, order[1])] if len(order) > 1 else []
    for _ in range(_STEPS):
        if len(cells) == len(order):
            return cells
        node = order[len(choices)]
        cell = next(choices[-1], None)
        if cell is None:
            choices.pop()
            if not choices:
                return None
            del cells[order[len(choices)]]
        else:
            cells[node] = cell
            if len(cells) < len(order):
                choices.append(_free_cells(neighbours, cells, order[len(cells)]))
    return None


def _free_cells(neighbours: Neighbours, cells: Mapping[int, Cell], node: int) -> Iterator[Cell]:
    placed = [cells[each] for each in neighbours[node] if each in cells]
    taken = set(cells.values())
    left, right = (pick(column for column, _ in taken) for pick in (min, max))
    x, y = placed[0]
    found = [(x + across, y + down) for across, down in _SIDES]
    return iter(
        [
            cell
            for cell in found
            if cell not in taken
            and max(right, cell[0]) - min(left, cell[0]) < _WIDEST
            and all(_steps(cell, other) == 1 for other in placed)
        ]
    )


def _steps(one: Cell, other: Cell) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _grid(neighbours: Neighbours) -> dict[int, Cell]:
    """Return the cells of a grid, with short joins: swaps that shorten them, in a few passes."""
    order = _breadth_first(neighbours, 0)
    columns = ceil(sqrt(1.7 * len(order)))
    cells = {}
    for place, node in enumerate(order):
        row, column = divmod(place, columns)
        cells[node] = (columns - 1 - column if row % 2 else column, row)

    def length(node: int) -> int:
        return sum(_steps(cells[node], cells[other]) ** 2 for other in neighbours[node])

    if len(order) <= _LARGEST_SORTED:
        for _ in range(_PASSES):
            if not _swap_all(cells, length):
                break
    return cells


def _swap_all(cells: dict[int, Cell], length: Callable[[int], int]) -> bool:
    is_better = False
    for one, other in combinations(sorted(cells), 2):
        before = length(one) + length(other)
        cells[one], cells[other] = cells[other], cells[one]
        if length(one) + length(other) < before:
            is_better = True
        else:
            cells[one], cells[other] = cells[other], cells[one]
    return is_better


def _on_lattice(sizes: Sequence[Size], cells: Mapping[int, Cell]) -> list[Box]:
    lefts = _edges({column: sizes[node][0] for node, (column, _) in _largest(sizes, cells, 0)})
    tops = _edges({row: sizes[node][1] for node, (_, row) in _largest(sizes, cells, 1)})
    boxes = []
    for node, (width, height) in enumerate(sizes):
        column, row = cells[node]
        boxes.append(Box.around(lefts[column], tops[row], width, height))
    return boxes


def _largest(sizes: Sequence[Size], cells: Mapping[int, Cell], axis: int) -> list[tuple[int, Cell]]:
    # A later entry of a column replaces an earlier one, so the largest comes last.
    return sorted(cells.items(), key=lambda each: (sizes[each[0]][axis], each[0]))


def _edges(lengths: Mapping[int, float]) -> dict[int, float]:
    """Return the centre of each column or row, from its length."""
    centres, edge = {}, 0.0
    for place in sorted(lengths):
        centres[place] = edge + lengths[place] / 2
        edge += lengths[place] + GAP
    return centres


def _in_ring(sizes: Sequence[Size], order: Sequence[int]) -> list[Box]:
    """Return boxes on the smallest ellipse on which no two come close."""
    count = len(order)
    # An even number of tables has two at the top, so that four stand in a square.
    turn = pi / count if count % 2 == 0 else 0.0
    angles = {node: turn + 2 * pi * place / count - pi / 2 for place, node in enumerate(order)}
    radius = 30.0
    while True:
        boxes = [
            Box.around(_RING_RATIO * radius * cos(angles[node]), radius * sin(angles[node]), *size)
            for node, size in enumerate(sizes)
        ]
        spaced = [box.grown(_RING_GAP / 2) for box in boxes]
        if not any(one.meets(other) for one, other in combinations(spaced, 2)):
            return boxes
        radius += 4
