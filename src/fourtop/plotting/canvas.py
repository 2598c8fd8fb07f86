"""The canvas: collects the elements of a picture, and its boxes of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, Self

import attrs

from fourtop.plotting.picture import Picture, escaped
from fourtop.plotting.text_metrics import ASCENT, DESCENT, fitted, lines_of, text_width
from fourtop.plotting.theme import PREFIX

MARGIN: Final = 24
TITLE_HEIGHT: Final = 58
_LONGEST_TITLE: Final = 120


@attrs.frozen
class Box:
    """A rectangle: its left, top, width and height."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Self:
        """Return the rectangle with its centre at a point."""
        return cls(x - width / 2, y - height / 2, width, height)

    @classmethod
    def over(cls, boxes: Iterable[Box]) -> Self:
        """Return the smallest rectangle that contains all of one or more boxes."""
        found = list(boxes)
        left, top = min(box.x for box in found), min(box.y for box in found)
        right, bottom = max(box.right for box in found), max(box.bottom for box in found)
        return cls(left, top, right - left, bottom - top)

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def grown(self, by: float) -> Box:
        """Return the rectangle with each edge moved outwards."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def moved(self, x: float, y: float) -> Box:
        """Return the rectangle at another place."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles have an area in common."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


@attrs.frozen
class Type:
    """How a text is set: its size in pixels, its tone, its weight, and where it is anchored."""

    size: int
    tone: str = "t-ink"
    is_bold: bool = False
    anchor: str = ""

    @property
    def classes(self) -> str:
        """The names of its looks."""
        parts = (self.tone, f"s{self.size}", "b" if self.is_bold else "", self.anchor)
        return " ".join(part for part in parts if part)

    def width(self, text: str) -> float:
        """Return the width of a text."""
        return text_width(text, self.size, is_bold=self.is_bold)

    def fitted(self, text: str, width: float) -> str:
        """Return as much of a text as fits."""
        return fitted(text, width, self.size, is_bold=self.is_bold)

    def lines(self, text: str, width: float) -> list[str]:
        """Break a text into two lines that fit; the second one is cut if need be."""
        return lines_of(text, width, self.size, is_bold=self.is_bold)

    def box(self, x: float, baseline: float, text: str) -> Box:
        """Return the rectangle that a text takes."""
        width = self.width(text)
        left = x - width * _ANCHORED[self.anchor]
        height = (ASCENT + DESCENT) * self.size
        return Box(left, baseline - ASCENT * self.size, width, height)

    def centred(self) -> Type:
        """Return the same type, anchored in the middle."""
        return attrs.evolve(self, anchor=MIDDLE)

    def ended(self) -> Type:
        """Return the same type, anchored at its end."""
        return attrs.evolve(self, anchor=END)

    def toned(self, tone: str) -> Type:
        """Return the same type in another tone."""
        return attrs.evolve(self, tone=tone)


MIDDLE: Final = "mid-anchor"
END: Final = "end-anchor"
_ANCHORED: Final = {"": 0.0, MIDDLE: 0.5, END: 1.0}
# The distance from the centre of a line of text down to its baseline, per font size.
CENTRE: Final = 0.36

TITLE: Final = Type(17, is_bold=True)
SUBTITLE: Final = Type(12, "t-muted")
LABEL: Final = Type(12)
STRONG: Final = Type(12, is_bold=True)
SMALL: Final = Type(11, "t-muted")
TINY: Final = Type(10, "t-muted")


def number(value: float) -> str:
    """Write a coordinate with at most one decimal.

    >>> number(12.0), number(12.345), number(-0.04)
    ('12', '12.3', '0')
    """
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


class Canvas:
    """A picture in the making. Coordinates are pixels, from the upper left corner."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._texts: list[tuple[float, float, str, Type]] = []
        self._boxes: list[Box] = []

    @property
    def texts(self) -> list[Box]:
        """The rectangles of the texts so far."""
        # Few pictures ask for them.
        for x, baseline, text, form in self._texts[len(self._boxes) :]:
            self._boxes.append(form.box(x, baseline, text))
        return self._boxes

    def rectangle(self, box: Box, look: str, radius: float = 0) -> None:
        """Draw a rectangle, perhaps with round corners."""
        corner = f' rx="{number(radius)}"' if radius else ""
        self._parts.append(
            f'<rect x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}"'
            f' height="{number(box.height)}"{corner} class="{_classes(look)}"/>'
        )

    def circle(self, centre: tuple[float, float], radius: float, look: str) -> None:
        """Draw a circle."""
        self._parts.append(
            f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}"'
            f' class="{_classes(look)}"/>'
        )

    def ellipse(self, box: Box, look: str) -> None:
        """Draw the ellipse inside a rectangle."""
        x, y = box.middle
        self._parts.append(
            f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(box.width / 2)}"'
            f' ry="{number(box.height / 2)}" class="{_classes(look)}"/>'
        )

    def path(self, course: str, look: str) -> None:
        """Draw a path: SVG's own commands."""
        self._parts.append(f'<path d="{course}" class="{_classes(look)}"/>')

    def line(self, start: tuple[float, float], end: tuple[float, float], look: str) -> None:
        """Draw a straight line."""
        self.path(f"M{number(start[0])} {number(start[1])}L{number(end[0])} {number(end[1])}", look)

    def text(
        self, x: float, baseline: float, text: str, form: Type, *, within: Type | None = None
    ) -> None:
        """Write a text on one line; an empty one leaves nothing.

        Args:
            x: Where it is anchored.
            baseline: Its baseline.
            text: The text.
            form: How it is set.
            within: How its group is set; only the differences are written.
        """
        if not text:
            return
        self._texts.append((x, baseline, text, form))
        classes = _attribute(form, within)
        self._parts.append(
            f'<text x="{number(x)}" y="{number(baseline)}"{classes}>{escaped(text)}</text>'
        )

    @contextmanager
    def group(self, tooltip: str, transform: str = "", form: Type | None = None) -> Iterator[None]:
        """Draw the next elements as a group with a tooltip, which screen readers read.

        Args:
            tooltip: The text; empty: none.
            transform: A transformation of SVG.
            form: How its texts are set.
        """
        attribute = f' transform="{transform}"' if transform else ""
        attribute += "" if form is None else _attribute(form)
        title = f"<title>{escaped(tooltip)}</title>" if tooltip else ""
        self._parts.append(f"<g{attribute}>{title}")
        yield
        self._parts.append("</g>")

    @contextmanager
    def linked(self, href: str | None, name: str, label: str) -> Iterator[None]:
        """Draw the next elements as a link; without an address, as they are.

        Args:
            href: The address; ``None``: no link.
            name: The id of the record that it leads to, for the script of a page.
            label: Its text for those who do not see it.
        """
        if href is None:
            yield
            return
        texts = (("href", href), ("data-id", name), ("aria-label", label))
        attributes = "".join(f' {key}="{escaped(text)}"' for key, text in texts)
        self._parts.append(f"<a{attributes}>")
        yield
        self._parts.append("</a>")

    def target(self, box: Box, name: str) -> None:
        """Draw a rectangle that is seen only while a page drags something over it.

        Args:
            box: The rectangle.
            name: The id of the table that it stands for, for the script of a page.
        """
        self._parts.append(
            f'<rect x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}"'
            f' height="{number(box.height)}" class="{_classes("target")}"'
            f' data-target="{escaped(name)}"/>'
        )

    def title(self, title: str, subtitle: str, width: float) -> float:
        """Write the title and the line below it, as much of them as fits; return the lower edge."""
        space = width - 2 * MARGIN
        self.text(MARGIN, 33, TITLE.fitted(title, space), TITLE)
        self.text(MARGIN, 51, SUBTITLE.fitted(subtitle, space), SUBTITLE)
        return TITLE_HEIGHT if subtitle else TITLE_HEIGHT - 16

    def picture(self, size: tuple[float, float], title: str, description: str) -> Picture:
        """Return the picture, on a ground of its own.

        Args:
            size: Width and height.
            title: What it shows.
            description: Its facts in a sentence.
        """
        width, height = (round(each) for each in size)
        ground = f'<rect width="{width}" height="{height}" class="{PREFIX}paper"/>'
        return Picture(title, description, width, height, ground + "".join(self._parts))


@lru_cache(maxsize=1_024)
def _attribute(form: Type, within: Type | None = None) -> str:
    """Return the classes of a text that its group does not have, as an attribute."""
    of_group = () if within is None else within.classes.split()
    looks = " ".join(look for look in form.classes.split() if look not in of_group)
    return f' class="{_classes(looks)}"' if looks else ""


def _classes(look: str) -> str:
    if " " not in look:
        return PREFIX + look
    return " ".join(PREFIX + each for each in look.split(" "))
