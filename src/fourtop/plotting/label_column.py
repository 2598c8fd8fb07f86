"""The labels at the left of a chart, each on one line, or on two if it is long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from fourtop.plotting.canvas import CENTRE, MARGIN, Canvas, Type

WIDEST_LABEL: Final = 280.0
_SPACE: Final = 16.0
_ROW: Final = 26.0
_LINE: Final = 15.0
_TWO_LINES: Final = 40.0


@attrs.frozen
class LabelColumn:
    """A column of labels with its width and the height of its rows.

    Args:
        lines: The lines of each label, one or two, as they are set.
        forms: The type of each label.
    """

    lines: tuple[tuple[str, ...], ...]
    forms: tuple[Type, ...]

    @classmethod
    def of(cls, labels: Sequence[str], forms: Sequence[Type]) -> LabelColumn:
        """Break the labels that are wider than the column; what two lines cannot hold is cut."""
        lines = tuple(
            tuple(form.lines(label, WIDEST_LABEL)) if form.width(label) > WIDEST_LABEL else (label,)
            for label, form in zip(labels, forms, strict=True)
        )
        return cls(lines, tuple(forms))

    @property
    def left(self) -> float:
        """The left edge of the plot beside the column."""
        widths = [
            form.width(line)
            for lines, form in zip(self.lines, self.forms, strict=True)
            for line in lines
        ]
        return MARGIN + max(widths, default=0) + _SPACE

    @property
    def row(self) -> float:
        """The height of each row."""
        return _TWO_LINES if any(len(lines) > 1 for lines in self.lines) else _ROW

    def draw(self, canvas: Canvas, place: int, middle: float) -> None:
        """Write a label around the middle of its row."""
        lines, form = self.lines[place], self.forms[place]
        first = middle - _LINE * (len(lines) - 1) / 2 + CENTRE * form.size
        for number, line in enumerate(lines):
            canvas.text(MARGIN, first + _LINE * number, line, form)
