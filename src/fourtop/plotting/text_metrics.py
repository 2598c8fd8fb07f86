"""Text metrics: how wide a text is in the fonts of the pictures, without a font file.

The pictures ask for Helvetica, Arial, Liberation Sans or Nimbus Sans. These fonts have the same
widths, and one of them is on almost every system. Source of the widths: the advance widths of
Liberation Sans 2, which the licence of the font allows to copy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

FONTS: Final = "Helvetica,Arial,'Liberation Sans','Nimbus Sans',sans-serif"
# The reach of the letters above and below the baseline, per font size.
ASCENT: Final = 0.91
DESCENT: Final = 0.22

ELLIPSIS: Final = "…"
_UNITS: Final = 1_000
# A letter of another script: wider than the average of Cyrillic and Greek in bold.
_OTHER: Final = 720
_WIDE: Final = 1_000
_REGULAR: Final[Mapping[int, str]] = {
    191: "'",
    222: "ijl’ł",
    260: "|",
    278: " !,./:;I[\\]ft·",
    334: "()-`r“”{}",
    355: '"',
    400: "*°",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–€£§åðþđ±≤≥",
    584: "+<=>~×−",
    611: "FTZßø",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%æ",
    944: "Wœ",
    1000: "—…→",
    1015: "@",
}
_BOLD: Final[Mapping[int, str]] = {
    238: "'",
    278: " ,./I\\ijl·’ł|",
    333: "!()-:;[]`ft",
    389: "*r{}",
    400: "°",
    500: 'z“”"',
    556: "#$0123456789J_aceksvxy–€£§å±≤≥",
    584: "+<=>^~×−",
    611: "?FLTZbdghnopqußøðþđ",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQw",
    833: "M",
    889: "%mæ",
    944: "Wœ",
    1000: "—…→@",
}
_WIDTHS: Final = tuple(
    {ord(letter): width for width, letters in table.items() for letter in letters}
    for table in (_REGULAR, _BOLD)
)


@lru_cache(maxsize=8_192)
def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return the width of a text on one line, in the unit of the font size.

    Accented letters count as their base letter, letters of other scripts by an average, and East
    Asian characters as a square.

    >>> text_width("12", 10), text_width("12", 10, is_bold=True)
    (11.12, 11.12)
    """
    known = _WIDTHS[is_bold]
    return (
        sum(known.get(ord(letter)) or _unlisted(letter, known) for letter in text) * size / _UNITS
    )


def _unlisted(letter: str, known: Mapping[int, int]) -> int:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    return known.get(ord(unicodedata.normalize("NFD", letter)[0]), _OTHER)


@lru_cache(maxsize=8_192)
def fitted(text: str, width: float, size: float, *, is_bold: bool = False) -> str:
    """Return the text, or as much of its beginning as fits with an ellipsis; perhaps nothing.

    >>> fitted("Dining Room", 200, 12), fitted("Dining Room", 40, 12), fitted("Dining Room", 5, 12)
    ('Dining Room', 'Dinin…', '')
    """
    if text_width(text, size, is_bold=is_bold) <= width:
        return text
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        cut = text[:middle].rstrip() + ELLIPSIS
        if text_width(cut, size, is_bold=is_bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if low > 0 else ""


def lines_of(text: str, width: float, size: float, *, most: int = 2) -> list[str]:
    """Break a text at spaces into lines that fit; the last one is cut if need be.

    >>> lines_of("every table that seats 12 is in use", 100, 12, most=3)
    ['every table that', 'seats 12 is in use']
    """
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most - 1:
        count = 1
        while count < len(rest) and text_width(" ".join(rest[: count + 1]), size) <= width:
            count += 1
        if text_width(" ".join(rest[:count]), size) > width:
            break
        lines.append(" ".join(rest[:count]))
        rest = rest[count:]
    if rest:
        lines.append(fitted(" ".join(rest), width, size))
    return lines
