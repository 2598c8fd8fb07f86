"""Charts of values with their intervals, for studies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Self, SupportsFloat

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.plotting.canvas import CENTRE, LABEL, MARGIN, Canvas
from fourtop.plotting.checks import check_members, check_number, check_shape, check_text
from fourtop.plotting.legend import Key, Mark, draw_legend
from fourtop.plotting.picture import Picture
from fourtop.plotting.protocols import HasInterval
from fourtop.plotting.value_axis import ValueAxis, draw_x_axis, shown, significant

MAX_BARS: Final = 200
ROW: Final = 26.0
PLOT: Final = 420.0
WIDEST_LABEL: Final = 280.0
NOTHING: Final = "There is nothing to show."
_CAP: Final = 4.0


def as_label(value: str) -> str:
    """Return a label, see ``check_text``."""
    return check_text("label", value)


def as_value(value: SupportsFloat) -> float:
    """Return a finite number, see ``check_number``."""
    return check_number("value", value)


def _as_low(value: SupportsFloat) -> float:
    return check_number("low", value)


def _as_high(value: SupportsFloat) -> float:
    return check_number("high", value)


@attrs.frozen(repr=False)
class IntervalRow:
    """A value with its interval.

    Args:
        label: Its name.
        value: The estimate.
        low: The lower end of the interval.
        high: The upper end.

    Raises:
        InvalidInput: If the label is no text of 1 to 200 characters, a number is not finite, or
            ``low <= value <= high`` does not hold.

    >>> IntervalRow("flat 120 minutes", -4.1, -5.2, -3.0)
    <IntervalRow flat 120 minutes, -4.1 (-5.2 to -3)>
    """

    label: str = attrs.field(converter=as_label)
    value: float = attrs.field(converter=as_value)
    low: float = attrs.field(converter=_as_low)
    high: float = attrs.field(converter=_as_high)

    def __attrs_post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            got = safe_repr((self.low, self.value, self.high))
            raise InvalidInput("value", "must lie between low and high", got)

    @classmethod
    def of(cls, label: str, estimate: HasInterval) -> Self:
        """Return the row of an estimate with its mean and the ends of its interval.

        Raises:
            InvalidInput: As the constructor does.
        """
        check_shape("estimate", estimate, ("mean", "low", "high"))
        return cls(label, estimate.mean, estimate.low, estimate.high)

    def __repr__(self) -> str:
        return brief(self, self.label, f"{self.value:g} ({self.low:g} to {self.high:g})")


def interval_chart(
    rows: Iterable[IntervalRow],
    *,
    title: str,
    unit: str,
    reference: float | None = None,
    note: str = "",
) -> Picture:
    """Draw values as dots with their intervals as lines, from top to bottom.

    The numbers stand beside them. With a reference, such as 0 for differences, a line marks it, and
    an interval that contains it has an open dot: the data do not tell the value from it.

    Args:
        rows: At most 200.
        title: The title.
        unit: The unit of the values, such as ``covers a week``.
        reference: The value to compare with.
        note: A line below the title, such as the number of replications.

    Raises:
        InvalidInput: If an argument is of another form.

    >>> rows = [IntervalRow("buffer of 15 minutes", -2.5, -3.4, -1.6)]
    >>> interval_chart(rows, title="The price of rules", unit="covers", reference=0).description
    'buffer of 15 minutes: −2.5 (−3.4 to −1.6) covers'
    """
    members = check_members("rows", rows, IntervalRow, MAX_BARS)
    name, unit = check_text("title", title), check_text("unit", unit)
    note = check_text("note", note, may_be_empty=True)
    mark = None if reference is None else check_number("reference", reference)
    return _picture(members, mark, unit, (name, note))


def _picture(
    rows: tuple[IntervalRow, ...], reference: float | None, unit: str, titles: tuple[str, str]
) -> Picture:
    canvas = Canvas()
    texts = _texts(rows, is_signed=reference == 0)
    left = MARGIN + label_width(row.label for row in rows) + 16
    right = left + PLOT
    width = right + 20 + max((LABEL.width(text) for text in texts), default=0) + MARGIN
    top = canvas.title(*titles, width) + 10
    bottom = top + ROW * max(len(rows), 1)
    if not rows:
        canvas.text(MARGIN, top + ROW / 2, NOTHING, LABEL)
    ends = [each for row in rows for each in (row.low, row.high)]
    axis = ValueAxis.over(
        [*ends, *([] if reference is None else [reference])] or [0, 1], left, PLOT
    )
    edge = draw_x_axis(canvas, axis, top, bottom, unit)
    if reference is not None:
        canvas.line((axis.at(reference), top - 4), (axis.at(reference), bottom), "zero")
    for place, (row, text) in enumerate(zip(rows, texts, strict=True)):
        middle = top + ROW * (place + 0.5)
        baseline = middle + CENTRE * LABEL.size
        canvas.text(MARGIN, baseline, LABEL.fitted(row.label, left - MARGIN - 12), LABEL)
        canvas.text(width - MARGIN, baseline, text, LABEL.ended())
        with canvas.group(f"{row.label}: {text} {unit}"):
            _draw(canvas, row, axis, middle, is_open=_is_open(row, reference))
    edge = draw_legend(canvas, _keys(rows, reference), (MARGIN, edge + 6), width - 2 * MARGIN)
    facts = "; ".join(
        f"{row.label}: {text} {unit}" for row, text in zip(rows[:5], texts[:5], strict=True)
    )
    return canvas.picture((width, edge + 16), titles[0], facts)


def label_width(labels: Iterable[str]) -> float:
    """Return the width of a column of labels."""
    return min(max((LABEL.width(text) for text in labels), default=0), WIDEST_LABEL)


def _texts(rows: tuple[IntervalRow, ...], *, is_signed: bool) -> list[str]:
    decimals = significant(row.high - row.low for row in rows)
    found = []
    for row in rows:
        value, low, high = (
            shown(each, decimals, is_signed=is_signed) for each in (row.value, row.low, row.high)
        )
        found.append(f"{value} ({low} to {high})")
    return found


def _is_open(row: IntervalRow, reference: float | None) -> bool:
    return reference is not None and row.low <= reference <= row.high


def _draw(
    canvas: Canvas, row: IntervalRow, axis: ValueAxis, middle: float, *, is_open: bool
) -> None:
    low, high = axis.at(row.low), axis.at(row.high)
    canvas.line((low, middle), (high, middle), "whisker")
    for x in (low, high):
        canvas.line((x, middle - _CAP), (x, middle + _CAP), "whisker")
    canvas.circle((axis.at(row.value), middle), 4.5, "dot-open" if is_open else "dot")


def _keys(rows: tuple[IntervalRow, ...], reference: float | None) -> list[Key]:
    if reference is None:
        return [Key("whisker", "value and interval", Mark.DOT, dot="dot")] if rows else []
    text = shown(reference, significant([reference]) if reference % 1 else 0)
    open_keys = {_is_open(row, reference) for row in rows}
    keys = [Key("zero", text, Mark.LINE)]
    if False in open_keys:
        keys.append(Key("whisker", f"the interval leaves {text} out", Mark.DOT, dot="dot"))
    if True in open_keys:
        keys.append(Key("whisker", f"the interval contains {text}", Mark.DOT, dot="dot-open"))
    return keys
