"""The legend of a picture: the marks that it uses, each with its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

import attrs

from fourtop.plotting.canvas import CENTRE, LABEL, TINY, Box, Canvas, Type

_ROW: Final = 22.0
_SWATCH: Final = 22.0
_SPACE: Final = 8.0
_BETWEEN: Final = 20.0
LETTER: Final = TINY.toned("t-ink").centred()


class Mark(Enum):
    """The form of a mark in the legend."""

    BOX = "box"
    SLIM = "slim"
    THIN = "thin"
    LINE = "line"
    RING = "ring"
    TIE = "tie"
    DOT = "dot"
    LETTER = "letter"


@attrs.frozen
class Key:
    """An entry of the legend.

    Args:
        look: The name of its look in the style sheet.
        text: Its meaning.
        mark: Its form.
        letter: A letter inside the mark.
    """

    look: str
    text: str
    mark: Mark = Mark.BOX
    letter: str = ""

    @property
    def width(self) -> float:
        """Its width with the text."""
        return self.start + LABEL.width(self.text)

    @property
    def start(self) -> float:
        """Where its text begins."""
        badge = 7 if self.letter and self.mark is Mark.BOX else 0
        return _SWATCH + badge + _SPACE


def draw_legend(
    canvas: Canvas, keys: Sequence[Key], corner: tuple[float, float], width: float
) -> float:
    """Draw the entries in rows.

    Args:
        canvas: Where to draw.
        keys: The entries, in order.
        corner: The upper left corner.
        width: The space from left to right; an entry that is wider is cut.

    Returns:
        The lower edge.
    """
    left, top = corner
    x, y = left, top
    for key in keys:
        if x > left and x + key.width > left + width:
            x, y = left, y + _ROW
        _draw(canvas, key, x, y + _ROW / 2)
        text = LABEL.fitted(key.text, width - key.start)
        canvas.text(x + key.start, y + _ROW / 2 + CENTRE * LABEL.size, text, LABEL)
        x += key.width + _BETWEEN
    return y + (_ROW if keys else 0)


def _draw(canvas: Canvas, key: Key, x: float, middle: float) -> None:
    box = Box(x, middle - 7, _SWATCH, 14)
    if key.mark is Mark.BOX:
        canvas.rectangle(box, key.look, 2)
    elif key.mark is Mark.SLIM:
        canvas.rectangle(Box(x, middle - 5, _SWATCH, 10), key.look, 2)
    elif key.mark is Mark.THIN:
        canvas.rectangle(Box(x, middle - 2.5, _SWATCH, 5), key.look, 1)
    elif key.mark is Mark.LINE:
        canvas.line((box.x, middle), (box.right, middle), key.look)
    elif key.mark is Mark.RING:
        canvas.rectangle(box.grown(-1), key.look, 3)
    elif key.mark is Mark.DOT:
        canvas.circle(box.middle, 4.5, key.look)
    elif key.mark is Mark.TIE:
        x_middle = box.middle[0]
        canvas.line((x_middle, box.y - 1), (x_middle, box.bottom + 1), key.look)
        canvas.circle((x_middle, box.y - 1), 3, "knot")
        canvas.circle((x_middle, box.bottom + 1), 3, "knot")
    if key.mark is Mark.LETTER:
        canvas.text(box.middle[0], middle + CENTRE * LETTER.size, key.letter, LETTER)
    elif key.letter:
        draw_letter(canvas, key.letter, (box.right, middle), LETTER)


def draw_letter(canvas: Canvas, letter: str, centre: tuple[float, float], form: Type) -> None:
    """Draw a letter in a small circle."""
    canvas.circle(centre, 7, "mark")
    canvas.text(centre[0], centre[1] + CENTRE * form.size, letter, form)
