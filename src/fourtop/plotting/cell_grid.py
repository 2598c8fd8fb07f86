"""A grid of cells: the part that heat maps and the charts of a day's starts have in common."""

from __future__ import annotations

from collections.abc import Sequence
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
)
from fourtop.plotting.legend import Key, draw_flag, draw_legend
from fourtop.plotting.picture import Picture

_ROW: Final = 26.0
_PLOT: Final = 840.0
_WIDEST_CELL: Final = 58.0
_NARROWEST_CELL: Final = 32.0
_WIDEST_LABEL: Final = 200.0
_LEAST_WIDTH: Final = 560.0
_HEADING: Final = 26.0
_HEADER: Final = 22.0
_BETWEEN: Final = 16.0


@attrs.frozen
class Cell:
    """A cell: its text, its ground, the tone of its text, a tooltip and a flag in its corner."""

    text: str
    look: str = ""
    tone: str = "t-ink"
    tooltip: str = ""
    is_bold: bool = False
    has_flag: bool = False


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
        for block in self.blocks:
            top = _draw(canvas, block, (left, top), cell) + _BETWEEN
        if not self.blocks:
            canvas.text(MARGIN, top + 12, self.empty, LABEL)
            top += 24
        bottom = draw_legend(canvas, self.keys, (MARGIN, top), width - 2 * MARGIN)
        return canvas.picture((width, bottom + 16), self.title, self.subtitle)


def _draw(canvas: Canvas, block: Block, corner: tuple[float, float], cell: float) -> float:
    """Draw a block; return its lower edge."""
    left, top = corner
    if block.heading:
        canvas.text(MARGIN, top + 16, block.heading, STRONG)
        top += _HEADING
    baseline = top + 14
    canvas.text(MARGIN, baseline, SMALL.fitted(block.corner, left - MARGIN - 10), SMALL)
    for place, text in _labelled(block.columns, cell):
        canvas.text(left + (place + 0.5) * cell, baseline, text, SMALL.centred())
    top += _HEADER
    for row in block.rows:
        label = LABEL.fitted(row.label, left - MARGIN - 10)
        canvas.text(MARGIN, top + _ROW / 2 + CENTRE * LABEL.size, label, LABEL)
        for place, each in enumerate(row.cells):
            if each is not None:
                _cell(canvas, each, Box(left + place * cell, top, cell, _ROW))
        top += _ROW
    return top


def _labelled(columns: Sequence[str], cell: float) -> list[tuple[int, str]]:
    """Return the labels that have the space, each with its column: every one, or every nth."""
    widest = max((SMALL.width(text) for text in columns), default=0)
    step = 1
    while step * cell < widest + 6 and step < len(columns):
        step += 1
    if step == len(columns):
        return [(0, SMALL.fitted(columns[0], cell))]
    return [(place, columns[place]) for place in range(0, len(columns), step)]


def _cell(canvas: Canvas, cell: Cell, box: Box) -> None:
    with canvas.group(cell.tooltip):
        if cell.look:
            canvas.rectangle(box.grown(-1), cell.look, 2)
        if cell.has_flag:
            draw_flag(canvas, box.grown(-1))
        form = attrs.evolve(SMALL, tone=cell.tone, is_bold=cell.is_bold).centred()
        x, y = box.middle
        canvas.text(x, y + CENTRE * form.size, form.fitted(cell.text, box.width - 4), form)
