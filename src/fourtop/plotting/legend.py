"""The legend of a picture: the marks that it uses, each with its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final

import attrs

from fourtop.plotting.canvas import CENTRE, LABEL, TINY, Box, Canvas, Type, number

_ROW: Final = 22.0
_SWATCH: Final = 22.0
_SPACE: Final = 8.0
_BETWEEN: Final = 20.0
_FLAG: Final = 7.0
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTER: Final = TINY.toned("t-ink").centred()


class Mark(Enum):
    """The form of a mark in the legend."""

    BOX = "box"
    FLAG = "flag"
    SLIM = "slim"
    THIN = "thin"
    LINE = "line"
    RING = "ring"
    TIE = "tie"
    DOT = "dot"
    LETTER = "letter"


_HEIGHTS: Final = {Mark.BOX: 14.0, Mark.FLAG: 14.0, Mark.SLIM: 10.0, Mark.THIN: 5.0}


@attrs.frozen
class Key:
    """An entry of the legend.

    Args:
        look: The name of its look in the style sheet.
        text: Its meaning.
        mark: Its form.
        letter: A letter beside the mark, or in its place.
        dot: The look of the dot on a line.
    """

    look: str
    text: str
    mark: Mark = Mark.BOX
    letter: str = ""
    dot: str = ""

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
    centre = box.middle
    if key.mark in _HEIGHTS:
        height = _HEIGHTS[key.mark]
        canvas.rectangle(Box(x, middle - height / 2, _SWATCH, height), key.look, 2)
        if key.mark is Mark.FLAG:
            draw_flag(canvas, box)
        if key.letter:
            draw_letter(canvas, key.letter, (box.right, middle), LETTER)
    elif key.mark is Mark.LETTER:
        canvas.text(centre[0], middle + CENTRE * LETTER.size, key.letter, LETTER)
    elif key.mark is Mark.RING:
        canvas.rectangle(box.grown(-1), key.look, 3)
    elif key.mark is Mark.TIE:
        ends = (centre[0], box.y - 1), (centre[0], box.bottom + 1)
        canvas.line(*ends, key.look)
        for end in ends:
            canvas.circle(end, 3, "knot")
    else:
        canvas.line((box.x, middle), (box.right, middle), key.look)
        if key.mark is Mark.DOT:
            canvas.circle(centre, 4, key.dot)


def draw_flag(canvas: Canvas, box: Box) -> None:
    """Draw a flag in the upper right corner of a cell."""
    canvas.path(flag_course(box.right, box.y), "flag")


def flag_course(right: float, top: float) -> str:
    """Return the course of a flag in the upper right corner of a cell."""
    return f"M{number(right - _FLAG)} {number(top)}h{number(_FLAG)}v{number(_FLAG)}Z"


def draw_letter(canvas: Canvas, letter: str, centre: tuple[float, float], form: Type) -> None:
    """Draw a letter in a small circle."""
    canvas.circle(centre, 7, "mark")
    canvas.text(centre[0], centre[1] + CENTRE * form.size, letter, form)


def letters_of(codes: Iterable[str]) -> dict[str, str]:
    """Return a letter for each code of a refusal, in their order."""
    found = dict.fromkeys(codes)
    return {code: _LETTERS[place % len(_LETTERS)] for place, code in enumerate(found)}


def keys_of(letters: Mapping[str, str]) -> list[Key]:
    """Return the entries for the codes of refusals with their letters."""
    return [
        Key("block", code.replace("_", " ").lower(), Mark.BOX, letter)
        for code, letter in letters.items()
    ]
