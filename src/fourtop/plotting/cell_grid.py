"""A grid of cells: the part that heat maps and the charts of a day's starts have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Final

import attrs

from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    SMALL,
    STRONG,
    TITLE_HEIGHT,
    Box,
    Canvas,
    Type,
    number,
)
from fourtop.plotting.legend import Key, draw_flag, draw_legend, flag_course
from fourtop.plotting.picture import Picture

_ROW: Final = 26.0
_PLOT: Final = 840.0
_WIDEST_CELL: Final = 58.0
_NARROWEST_CELL: Final = 32.0
_WIDEST_LABEL: Final = 280.0
_LEAST_WIDTH: Final = 560.0
_HEADING: Final = 26.0
_HEADER: Final = 22.0
_BETWEEN: Final = 16.0
# From so many cells on, a picture has one path for each ground and a tooltip for each row.
_MANY: Final = 600


@attrs.frozen
class Cell:
    """A cell: its text, its ground, the tone of its text, a tooltip and a flag in its corner.

    A picture of few cells makes one with an address a link.
    """

    text: str
    look: str = ""
    tone: str = "t-ink"
    tooltip: str = ""
    is_bold: bool = False
    has_flag: bool = False
    href: str | None = None


@attrs.frozen
class Row:
    """A row of cells with its label; ``None``: no cell."""

    label: str
    cells: tuple[Cell | None, ...]


@attrs.frozen
class Block:
    """Rows over the same columns, below a heading.

    Args:
        heading: Its heading; empty: none.
        columns: The labels of the columns.
        rows: The rows.
        corner: The title of the rows and that of the columns, for the upper left corner.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    corner: str = ""


@attrs.frozen
class Grid:
    """A picture of blocks below each other, with the same width of cells."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    keys: tuple[Key, ...]
    empty: str = "There is nothing to show."

    def picture(self) -> Picture:
        """Draw the blocks and the legend."""
        canvas = Canvas()
        columns = max((len(block.columns) for block in self.blocks), default=1)
        cell = min(max(_PLOT / max(columns, 1), _NARROWEST_CELL), _WIDEST_CELL)
        labels = [
            LABEL.width(text)
            for block in self.blocks
            for text in (block.corner, *(row.label for row in block.rows))
        ]
        left = MARGIN + min(max(labels, default=0), _WIDEST_LABEL) + 14
        width = max(left + columns * cell + MARGIN, _LEAST_WIDTH)
        canvas.title(self.title, self.subtitle, width)
        top = TITLE_HEIGHT + 8.0
        cells = sum(len(block.columns) * len(block.rows) for block in self.blocks)
        draw_cells = _each_cell if cells < _MANY else _many_cells
        for block in self.blocks:
            first = _head(canvas, block, (left, top), cell)
            draw_cells(canvas, block, (left, first), cell)
            top = first + _ROW * len(block.rows) + _BETWEEN
        if not self.blocks:
            canvas.text(MARGIN, top + 12, self.empty, LABEL)
            top += 24
        bottom = draw_legend(canvas, self.keys, (MARGIN, top), width - 2 * MARGIN)
        return canvas.picture((width, bottom + 16), self.title, self.subtitle)


def _head(canvas: Canvas, block: Block, corner: tuple[float, float], cell: float) -> float:
    """Draw the heading and the columns of a block; return the upper edge of its cells."""
    left, top = corner
    if block.heading:
        canvas.text(MARGIN, top + 16, block.heading, STRONG)
        top += _HEADING
    baseline = top + 14
    canvas.text(MARGIN, baseline, SMALL.fitted(block.corner, left - MARGIN - 10), SMALL)
    for place, text in _labelled(block.columns, cell):
        canvas.text(left + (place + 0.5) * cell, baseline, text, SMALL.centred())
    top += _HEADER
    return top


def _label(canvas: Canvas, row: Row, left: float, top: float) -> None:
    label = LABEL.fitted(row.label, left - MARGIN - 10)
    canvas.text(MARGIN, top + _ROW / 2 + CENTRE * LABEL.size, label, LABEL)


def _labelled(columns: Sequence[str], cell: float) -> list[tuple[int, str]]:
    """Return the labels that have the space, each with its column: every one, or every nth."""
    widest = max((SMALL.width(text) for text in columns), default=0)
    step = 1
    while step * cell < widest + 6 and step < len(columns):
        step += 1
    if step == len(columns):
        return [(0, SMALL.fitted(columns[0], cell))]
    return [(place, columns[place]) for place in range(0, len(columns), step)]


def _each_cell(canvas: Canvas, block: Block, corner: tuple[float, float], width: float) -> None:
    """Draw each cell as a group with a tooltip of its own."""
    left, top = corner
    for index, row in enumerate(block.rows):
        _label(canvas, row, left, top + _ROW * index)
        for place, each in enumerate(row.cells):
            if each is None:
                continue
            box = Box(left + place * width, top + _ROW * index, width, _ROW)
            link = canvas.linked(each.href, "", each.tooltip)
            with link, canvas.group(each.tooltip):
                if each.look:
                    canvas.rectangle(box.grown(-1), each.look, 2)
                if each.has_flag:
                    draw_flag(canvas, box.grown(-1))
                _write(canvas, each, (box.x, box.y), width)


def _many_cells(canvas: Canvas, block: Block, corner: tuple[float, float], width: float) -> None:
    """Draw a path for each ground, and the texts of each row as a group with its label.

    The picture has a third of the size, and a screen reader still reads each number in its row.
    """
    left, top = corner
    grounds: defaultdict[str, list[str]] = defaultdict(list)
    tile = f"h{number(width - 2)}v{number(_ROW - 2)}h-{number(width - 2)}Z"
    across = [left + place * width for place in range(len(block.columns))]
    for index, row in enumerate(block.rows):
        upper = number(top + _ROW * index + 1)
        for x, each in zip(across, row.cells, strict=False):
            if each is not None and each.look:
                grounds[each.look].append(f"M{number(x + 1)} {upper}{tile}")
            if each is not None and each.has_flag:
                grounds["flag"].append(flag_course(x + width - 1, top + _ROW * index + 1))
    # The flags lie on the grounds.
    for look in sorted(grounds, key=lambda each: each == "flag"):
        canvas.path("".join(grounds[look]), look)
    form = _form("t-ink", is_bold=False)
    for index, row in enumerate(block.rows):
        _label(canvas, row, left, top + _ROW * index)
        with canvas.group(row.label, form=form):
            for x, each in zip(across, row.cells, strict=False):
                if each is not None:
                    _write(canvas, each, (x, top + _ROW * index), width, within=form)


def _write(
    canvas: Canvas,
    cell: Cell,
    corner: tuple[float, float],
    width: float,
    *,
    within: Type | None = None,
) -> None:
    form = _form(cell.tone, is_bold=cell.is_bold)
    baseline = corner[1] + _ROW / 2 + CENTRE * form.size
    canvas.text(
        corner[0] + width / 2, baseline, form.fitted(cell.text, width - 4), form, within=within
    )


@cache
def _form(tone: str, *, is_bold: bool) -> Type:
    return attrs.evolve(SMALL, tone=tone, is_bold=is_bold).centred()
