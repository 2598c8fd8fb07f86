"""A reader of pictures: texts with their boxes, filled shapes with their colours, from SVG alone.

It shares the table of letter widths with the package, and nothing else.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cached_property
from math import cos, radians, sin

import attrs

from fourtop.plotting import Picture
from fourtop.plotting.text_metrics import text_width

SVG = "{http://www.w3.org/2000/svg}"
RULE = re.compile(r"\.([\w-]+) \.([\w-]+)\{([^}]*)\}")
ROTATION = re.compile(r"rotate\((\S+) (\S+) (\S+)\)")
COURSE = re.compile(r"([MLHVhvlZ])([^MLHVhvlZ]*)")

Point = tuple[float, float]
Colour = tuple[float, float, float]


@attrs.frozen
class Area:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area, by: float = 0.5) -> bool:
        return (
            self.left + by < other.right
            and other.left + by < self.right
            and self.top + by < other.bottom
            and other.top + by < self.bottom
        )

    def has(self, point: Point) -> bool:
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


@attrs.frozen
class Written:
    """A text: its words, its box, its classes, and how many shapes were drawn before it."""

    words: str
    area: Area
    classes: tuple[str, ...]
    before: int


@attrs.frozen
class Shape:
    """A rectangle or ellipse: its kind, box and classes, its rotation, and its tooltip."""

    kind: str
    area: Area
    classes: tuple[str, ...]
    rotation: tuple[float, float, float] | None
    tooltip: str

    def has(self, point: Point) -> bool:
        if self.rotation is not None:
            angle, x, y = self.rotation
            across, down = point[0] - x, point[1] - y
            turn = radians(-angle)
            point = (
                x + across * cos(turn) - down * sin(turn),
                y + across * sin(turn) + down * cos(turn),
            )
        if not self.area.has(point):
            return False
        if self.kind == "rect":
            return True
        middle = ((self.area.left + self.area.right) / 2, (self.area.top + self.area.bottom) / 2)
        wide = (self.area.right - self.area.left) / 2
        high = (self.area.bottom - self.area.top) / 2
        return ((point[0] - middle[0]) / wide) ** 2 + ((point[1] - middle[1]) / high) ** 2 <= 1


@attrs.define(slots=False)
class Page:
    """A picture that was read."""

    picture: Picture

    @cached_property
    def root(self) -> ET.Element:
        return ET.fromstring(self.picture.svg)  # noqa: S314  # Our own text.

    @cached_property
    def rules(self) -> dict[str, dict[str, str]]:
        """The declarations of each class, as a reader of light pages sees them."""
        return self._rules(self.style.partition("@media")[0])

    @cached_property
    def dark_rules(self) -> dict[str, dict[str, str]]:
        """The declarations that a reader of dark pages sees in a picture that follows."""
        own, _, dark = self.style.partition("@media (prefers-color-scheme:dark){")
        changed = self._rules(dark)
        return {name: rules | changed.get(name, {}) for name, rules in self._rules(own).items()}

    def _rules(self, style: str) -> dict[str, dict[str, str]]:
        scope = str(self.root.get("class"))
        found = {}
        for theme, name, text in RULE.findall(style):
            assert theme == scope, "a rule reaches beyond its picture"
            found[name] = dict(each.split(":", 1) for each in text.split(";"))
        return found

    @cached_property
    def style(self) -> str:
        return "".join(str(each.text) for each in self.root.iter(f"{SVG}style"))

    @cached_property
    def texts(self) -> list[Written]:
        return [each for each in self._drawn if isinstance(each, Written)]

    @cached_property
    def shapes(self) -> list[Shape]:
        return [each for each in self._drawn if isinstance(each, Shape)]

    @property
    def words(self) -> list[str]:
        return [each.words for each in self.texts]

    def of_class(self, name: str) -> list[Shape]:
        return [each for each in self.shapes if f"ft-{name}" in each.classes]

    def paths(self, name: str) -> list[list[Point]]:
        """The corners of each path of a class, of straight lines."""
        return [
            points_of(str(each.get("d")))
            for each in self.root.iter(f"{SVG}path")
            if f"ft-{name}" in str(each.get("class")).split()
        ]

    @cached_property
    def _drawn(self) -> list[Written | Shape]:
        found: list[Written | Shape] = []
        self._walk(self.root, None, "", found)
        return found

    def _walk(
        self,
        parent: ET.Element,
        rotation: tuple[float, float, float] | None,
        tooltip: str,
        found: list[Written | Shape],
    ) -> None:
        for each in parent:
            kind = each.tag.removeprefix(SVG)
            if kind == "g":
                turned = ROTATION.fullmatch(each.get("transform", ""))
                own = each.find(f"{SVG}title")
                inner = tooltip if own is None else str(own.text)
                angle = tuple(map(float, turned.groups())) if turned else rotation
                self._walk(each, angle, inner, found)  # type: ignore[arg-type]  # Three numbers.
            elif kind == "text":
                shapes = sum(isinstance(one, Shape) for one in found)
                found.append(self._written(each, shapes))
            elif kind in ("rect", "circle", "ellipse"):
                classes = tuple(each.get("class", "").split())
                found.append(Shape(kind, area_of(each, kind), classes, rotation, tooltip))

    def _written(self, element: ET.Element, before: int) -> Written:
        classes = tuple(element.get("class", "").split())
        looks: dict[str, str] = {}
        for name in classes:
            looks |= self.rules[name]
        size = float(looks["font-size"].removesuffix("px"))
        words = str(element.text)
        width = text_width(words, size, is_bold=looks.get("font-weight") == "700")
        x, baseline = float(element.get("x", 0)), float(element.get("y", 0))
        left = x - width * {"middle": 0.5, "end": 1.0}.get(looks.get("text-anchor", ""), 0)
        area = Area(left, baseline - 0.76 * size, left + width, baseline + 0.22 * size)
        return Written(words, area, classes, before)

    # ---- colours

    def colour_of(self, text: Written, rules: dict[str, dict[str, str]]) -> Colour:
        (fill,) = {rules[name]["fill"] for name in text.classes if "fill" in rules[name]}
        return rgb(fill)

    def grounds_of(self, text: Written, rules: dict[str, dict[str, str]]) -> Iterator[Colour]:
        """Yield the colours behind a text: those of the topmost shape at five points of it."""
        area = text.area
        y = (area.top + area.bottom) / 2
        for part in (0, 0.25, 0.5, 0.75, 1):
            point = (area.left + part * (area.right - area.left), y)
            below = [shape for shape in self.shapes[: text.before] if shape.has(point)]
            ground: list[Colour] = []
            for shape in below:
                found = self._fill(shape, rules)
                if found is not None:
                    fills, opacity = found
                    ground = [mixed(one, opacity, (ground or [one])[0]) for one in fills]
            yield from ground

    def _fill(
        self, shape: Shape, rules: dict[str, dict[str, str]]
    ) -> tuple[list[Colour], float] | None:
        looks: dict[str, str] = {}
        for name in shape.classes:
            looks |= rules[name]
        fill = looks.get("fill", "none")
        if fill == "none":
            return None
        if not fill.startswith("url"):
            return [rgb(fill)], float(looks.get("fill-opacity", 1))
        name = fill.removeprefix("url(#").removesuffix(")")
        (pattern,) = (each for each in self.root.iter(f"{SVG}pattern") if each.get("id") == name)
        marks = [rules[str(each.get("class"))] for each in pattern]
        return [rgb(each.get("fill", each.get("stroke", ""))) for each in marks], 1.0


def area_of(element: ET.Element, kind: str) -> Area:
    def value(name: str) -> float:
        return float(element.get(name, 0))

    if kind == "rect":
        left, top = value("x"), value("y")
        return Area(left, top, left + value("width"), top + value("height"))
    wide, high = (value("r"), value("r")) if kind == "circle" else (value("rx"), value("ry"))
    x, y = value("cx"), value("cy")
    return Area(x - wide, y - high, x + wide, y + high)


def points_of(course: str) -> list[Point]:
    """The corners of a path that has only straight lines."""
    points: list[Point] = []
    x = y = 0.0
    for command, text in COURSE.findall(course):
        values = [float(each) for each in re.findall(r"-?[0-9.]+", text)]
        if command in "ML":
            x, y = values
        elif command in "Hh":
            x = values[0] + (x if command == "h" else 0)
        elif command in "Vv":
            y = values[0] + (y if command == "v" else 0)
        elif command == "l":
            x, y = x + values[0], y + values[1]
        points.append((x, y))
    return points


def rgb(text: str) -> Colour:
    assert re.fullmatch(r"#[0-9a-f]{6}", text), text
    red, green, blue = (int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def mixed(upper: Colour, opacity: float, lower: Colour) -> Colour:
    red, green, blue = (
        opacity * one + (1 - opacity) * two for one, two in zip(upper, lower, strict=True)
    )
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
