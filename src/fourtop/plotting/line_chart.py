"""Line charts: courses over the day, or over the values of a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, SupportsFloat

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.plotting.canvas import (
    CENTRE,
    MARGIN,
    SMALL,
    STRONG,
    TITLE_HEIGHT,
    Canvas,
    number,
)
from fourtop.plotting.checks import check_members, check_number, check_text
from fourtop.plotting.interval_chart import as_label
from fourtop.plotting.picture import Picture
from fourtop.plotting.theme import SERIES
from fourtop.plotting.value_axis import ValueAxis, decimals_for, shown

MAX_POINTS: Final = 2_000
_PLOT: Final = 640.0
_HEIGHT: Final = 260.0
_WIDEST_NAME: Final = 170.0
_LINE: Final = 16.0


def _as_values(value: Iterable[SupportsFloat | None]) -> tuple[float | None, ...]:
    members = check_members("values", value, object, MAX_POINTS)
    return tuple(None if each is None else check_number("values", each) for each in members)


def _as_ends(
    value: Iterable[tuple[SupportsFloat, SupportsFloat]],
) -> tuple[tuple[float, float], ...]:
    found = []
    for each in check_members("intervals", value, object, MAX_POINTS):
        if not isinstance(each, tuple) or len(each) != 2:
            raise InvalidInput("intervals", "must be pairs of a low and a high", safe_repr(each))
        low, high = (check_number("intervals", end) for end in each)
        if low > high:
            raise InvalidInput("intervals", "must have low <= high", safe_repr(each))
        found.append((low, high))
    return tuple(found)


@attrs.frozen(repr=False)
class LineSeries:
    """A line of a line chart.

    Args:
        label: Its name, which stands at its end.
        values: A value for each x; ``None``: not known, and the line has a gap.
        intervals: A pair of a low and a high for each x, drawn as a band; empty: none.

    Raises:
        InvalidInput: If the label is no text of 1 to 200 characters, a number is not finite, or the
            intervals are not as many as the values.

    >>> LineSeries("with the join", [30, 34, None])
    <LineSeries with the join, 3 values>
    """

    label: str = attrs.field(converter=as_label)
    values: tuple[float | None, ...] = attrs.field(converter=_as_values)
    intervals: tuple[tuple[float, float], ...] = attrs.field(
        default=(), kw_only=True, converter=_as_ends
    )

    def __attrs_post_init__(self) -> None:
        if self.intervals and len(self.intervals) != len(self.values):
            rule = f"must be as many as the values, {len(self.values)}"
            raise InvalidInput("intervals", rule, str(len(self.intervals)))

    def __repr__(self) -> str:
        return brief(self, self.label, count_of(len(self.values), "value"))


def line_chart(
    series: Iterable[LineSeries],
    x: Iterable[float | str],
    *,
    title: str,
    x_title: str,
    y_title: str,
) -> Picture:
    """Draw up to six lines over common values of x, each with its name at its end.

    The lines differ in colour and in their dashes. The y axis contains zero unless all values are
    far from it.

    Args:
        series: The lines, at most six.
        x: The values of x: increasing numbers, or texts such as times, at equal distances.
        title: The title.
        x_title: The meaning and unit of x.
        y_title: The meaning and unit of the values.

    Raises:
        InvalidInput: If an argument is of another form, x does not increase, or a line has another
            number of values than x.

    >>> line_chart([LineSeries("covers", [8, 12])], ["17:00", "17:30"], title="An evening",
    ...            x_title="local time", y_title="covers at tables").description
    'covers: 8 to 12; x: local time, y: covers at tables'
    """
    members = check_members("series", series, LineSeries, SERIES)
    places, labels = _as_x(x)
    for each in members:
        if len(each.values) != len(places):
            raise InvalidInput(
                "series", f"must have a value for each x, {len(places)}", safe_repr(each)
            )
    return _Drawing(
        members,
        places,
        labels,
        check_text("title", title),
        check_text("x_title", x_title),
        check_text("y_title", y_title),
    ).picture()


def _as_x(value: Any) -> tuple[tuple[float, ...], tuple[str, ...] | None]:
    """Return the places on the axis, and the labels of texts."""
    members = check_members("x", value, object, MAX_POINTS)
    if not members:
        raise InvalidInput("x", "must not be empty", safe_repr(value))
    if all(isinstance(each, str) for each in members):
        return tuple(map(float, range(len(members)))), tuple(
            check_text("x", each) for each in members
        )
    numbers = tuple(check_number("x", each) for each in members)
    if any(one >= other for one, other in pairwise(numbers)):
        raise InvalidInput("x", "must increase", safe_repr(value))
    return numbers, None


@attrs.frozen
class _Drawing:
    """A chart in the making."""

    series: tuple[LineSeries, ...]
    places: tuple[float, ...]
    labels: tuple[str, ...] | None
    title: str
    x_title: str
    y_title: str
    canvas: Canvas = attrs.field(factory=Canvas)

    def picture(self) -> Picture:
        """Draw the axes, the bands, the lines and their names."""
        y_axis = self._y_axis()
        ticks = y_axis.ticks()
        left = MARGIN + max(SMALL.width(text) for _, text in ticks) + 10
        x_axis = self._x_axis(left)
        right = left + _PLOT
        names = [STRONG.width(each.label) for each in self.series]
        width = right + min(max(names, default=0), _WIDEST_NAME) + 20 + MARGIN
        self.canvas.title(self.title, self.y_title, width)
        for value, text in ticks:
            y = y_axis.at(value)
            self.canvas.line((left, y), (right, y), "zero" if value == 0 else "rule")
            self.canvas.text(left - 8, y + CENTRE * SMALL.size, text, SMALL.ended())
        bottom = TITLE_HEIGHT + 16 + _HEIGHT
        for x, text in self._x_ticks(x_axis):
            self.canvas.line((x, bottom), (x, bottom + 4), "axis")
            self.canvas.text(x, bottom + 18, text, SMALL.centred())
        self.canvas.text(right, bottom + 36, SMALL.fitted(self.x_title, right), SMALL.ended())
        for place, each in enumerate(self.series, start=1):
            self._band(each, place, x_axis, y_axis)
        for place, each in enumerate(self.series, start=1):
            self._line(each, place, x_axis, y_axis)
        self._names(y_axis, right)
        return self.canvas.picture((width, bottom + 52), self.title, self._description())

    def _description(self) -> str:
        facts = []
        for each in self.series:
            known = [value for value in each.values if value is not None]
            span = f"{min(known):g} to {max(known):g}" if known else "not known"
            facts.append(f"{each.label}: {span}")
        return "; ".join([*facts, f"x: {self.x_title}, y: {self.y_title}"])

    def _y_axis(self) -> ValueAxis:
        found = [value for each in self.series for value in each.values if value is not None]
        found += [end for each in self.series for pair in each.intervals for end in pair]
        if not found:
            found = [0, 1]
        low, high = min(found), max(found)
        # A range that is small beside its values says little from zero on.
        if high - low > 0.25 * max(abs(low), abs(high)) or low == high:
            found.append(0)
        return ValueAxis.over(found, TITLE_HEIGHT + 16 + _HEIGHT, -_HEIGHT, 5)

    def _x_axis(self, left: float) -> ValueAxis:
        low, high = self.places[0], self.places[-1]
        if low == high:
            low, high = low - 1, high + 1
        return ValueAxis(low, high, high - low, left + 14, _PLOT - 28)

    def _x_ticks(self, axis: ValueAxis) -> Iterator[tuple[float, str]]:
        """Yield the labels of x that have the space."""
        texts = self.labels or _numbers(self.places)
        free = float("-inf")
        for value, text in zip(self.places, texts, strict=True):
            x, half = axis.at(value), SMALL.width(text) / 2
            if x - half > free:
                free = x + half + 8
                yield x, text

    def _points(
        self, each: LineSeries, axis: ValueAxis, y_axis: ValueAxis
    ) -> Iterator[list[tuple[float, float]]]:
        """Yield the stretches of a line between its gaps."""
        points: list[tuple[float, float]] = []
        for place, value in zip(self.places, each.values, strict=True):
            if value is not None:
                points.append((axis.at(place), y_axis.at(value)))
            elif points:
                yield points
                points = []
        if points:
            yield points

    def _line(self, each: LineSeries, place: int, axis: ValueAxis, y_axis: ValueAxis) -> None:
        with self.canvas.group(each.label):
            for points in self._points(each, axis, y_axis):
                self.canvas.path(_course(points), f"series-{place}")
                if len(points) == 1:
                    self.canvas.circle(points[0], 3, f"range-dot-{place}")

    def _band(self, each: LineSeries, place: int, axis: ValueAxis, y_axis: ValueAxis) -> None:
        if each.intervals:
            x = [axis.at(value) for value in self.places]
            upper = [(at, y_axis.at(high)) for at, (_, high) in zip(x, each.intervals, strict=True)]
            lower = [(at, y_axis.at(low)) for at, (low, _) in zip(x, each.intervals, strict=True)]
            self.canvas.path(f"{_course([*upper, *reversed(lower)])}Z", f"range-{place}")

    def _names(self, y_axis: ValueAxis, right: float) -> None:
        """Write the names beside the last values; those that would meet move apart."""
        wanted = []
        for place, each in enumerate(self.series, start=1):
            last = next((value for value in reversed(each.values) if value is not None), None)
            if last is not None:
                wanted.append((y_axis.at(last), place, each.label))
        wanted.sort()
        for y, (_, place, label) in zip(_apart([each[0] for each in wanted]), wanted, strict=True):
            form = STRONG.toned(f"t-series-{place}")
            text = form.fitted(label, _WIDEST_NAME)
            self.canvas.text(right + 8, y + CENTRE * form.size, text, form)


def _numbers(values: Sequence[float]) -> list[str]:
    distances = [other - one for one, other in pairwise(values)]
    steps = [each for each in (*distances, values[0]) if each]
    decimals = max((decimals_for(each) for each in steps), default=0)
    return [shown(each, decimals) for each in values]


def _apart(places: Sequence[float]) -> list[float]:
    """Return increasing places at least a line apart, near the given ones, within the plot."""
    lowest = TITLE_HEIGHT + 16 + _HEIGHT
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + _LINE) if found else place)
    ceiling = lowest
    for index in range(len(found) - 1, -1, -1):
        found[index] = min(found[index], ceiling)
        ceiling = found[index] - _LINE
    return found


def _course(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
