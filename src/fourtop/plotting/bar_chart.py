"""Bar charts: one bar for each value, from zero."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.plotting.canvas import CENTRE, LABEL, MARGIN, STRONG, Box, Canvas
from fourtop.plotting.checks import check_members, check_text
from fourtop.plotting.interval_chart import (
    MAX_BARS,
    NOTHING,
    PLOT,
    ROW,
    as_label,
    as_value,
    label_width,
)
from fourtop.plotting.picture import Picture
from fourtop.plotting.value_axis import ValueAxis, decimals_for, draw_x_axis, shown


def _is_marked(value: bool) -> bool:  # noqa: FBT001  # A converter takes the value alone.
    if type(value) is not bool:
        raise InvalidInput("is_marked", "must be true or false", safe_repr(value))
    return value


@attrs.frozen(repr=False)
class BarRow:
    """A value of a bar chart.

    Args:
        label: Its name.
        value: Its value.
        is_marked: Whether to emphasise it, such as the best of several.

    Raises:
        InvalidInput: If the label is no text of 1 to 200 characters, or the value is not finite.

    >>> BarRow("tables taken", 12)
    <BarRow tables taken, 12>
    """

    label: str = attrs.field(converter=as_label)
    value: float = attrs.field(converter=as_value)
    is_marked: bool = attrs.field(default=False, kw_only=True, converter=_is_marked)

    def __repr__(self) -> str:
        return brief(self, self.label, f"{self.value:g}", "marked" if self.is_marked else "")


def bar_chart(rows: Iterable[BarRow], *, title: str, unit: str, note: str = "") -> Picture:
    """Draw values as bars from zero, from top to bottom, with the numbers beside them.

    Args:
        rows: At most 200.
        title: The title.
        unit: The unit of the values, such as ``refused parties``.
        note: A line below the title.

    Raises:
        InvalidInput: If an argument is of another form.

    >>> bar_chart([BarRow("closed", 3)], title="Refusals", unit="parties").description
    'closed: 3 parties'
    """
    members = check_members("rows", rows, BarRow, MAX_BARS)
    name, unit = check_text("title", title), check_text("unit", unit)
    note = check_text("note", note, may_be_empty=True)
    canvas = Canvas()
    decimals = max((min(decimals_for(row.value), 2) for row in members), default=0)
    texts = [shown(row.value, decimals) for row in members]
    left = MARGIN + label_width(row.label for row in members) + 16
    width = left + PLOT + 20 + max((STRONG.width(text) for text in texts), default=0) + MARGIN
    top = canvas.title(name, note, width) + 10
    bottom = top + ROW * max(len(members), 1)
    if not members:
        canvas.text(MARGIN, top + ROW / 2, NOTHING, LABEL)
    axis = ValueAxis.over([0, *(row.value for row in members)] if members else [0, 1], left, PLOT)
    edge = draw_x_axis(canvas, axis, top, bottom, unit)
    has_marked = any(row.is_marked for row in members)
    for place, (row, text) in enumerate(zip(members, texts, strict=True)):
        middle = top + ROW * (place + 0.5)
        form = STRONG if row.is_marked else LABEL
        baseline = middle + CENTRE * form.size
        canvas.text(MARGIN, baseline, form.fitted(row.label, left - MARGIN - 12), form)
        canvas.text(width - MARGIN, baseline, text, form.ended())
        start, end = sorted((axis.at(0), axis.at(row.value)))
        look = "bar" if row.is_marked or not has_marked else "other"
        with canvas.group(f"{row.label}: {text} {unit}"):
            canvas.rectangle(Box(start, middle - 8, end - start, 16), look)
    canvas.line((axis.at(0), top - 4), (axis.at(0), bottom), "zero")
    facts = "; ".join(
        f"{row.label}: {text} {unit}" for row, text in zip(members[:5], texts[:5], strict=True)
    )
    return canvas.picture((width, edge + 12), name, facts)
