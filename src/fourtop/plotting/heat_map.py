"""Heat maps: percentages by row and column, in four levels."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Final, SupportsFloat

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.plotting.cell_grid import Block, Cell, Grid, Row
from fourtop.plotting.checks import check_address, check_members, check_number, check_text
from fourtop.plotting.legend import Key, Mark
from fourtop.plotting.picture import Picture

MAX_COLUMNS: Final = 200
MAX_ROWS: Final = 500
BUSY: Final = 70
FULL: Final = 90
ALERT: Final = 100

LEVELS: Final = (
    Key("low", f"under {BUSY} %"),
    Key("mid", f"{BUSY} to {FULL} %"),
    Key("high", f"over {FULL} %"),
    Key("alert", f"{ALERT} % or more", Mark.FLAG),
)
_NOT_KNOWN: Final = Key("unknown", "not known")


def _as_label(value: str) -> str:
    return check_text("label", value)


def _as_values(value: Iterable[SupportsFloat | None]) -> tuple[float | None, ...]:
    members = check_members("values", value, object, MAX_COLUMNS)
    return tuple(None if each is None else check_number("values", each) for each in members)


def _as_links(value: Iterable[str | None]) -> tuple[str | None, ...]:
    members = check_members("links", value, object, MAX_COLUMNS)
    return tuple(None if each is None else check_address(each) for each in members)


@attrs.frozen(repr=False)
class HeatRow:
    """A row of a heat map.

    Args:
        label: Its name.
        values: A percentage for each column, such as 85 for 85 %; ``None``: not known.
        links: The address behind each cell, or ``None``; empty: no links.

    Raises:
        InvalidInput: If the label is no text of 1 to 200 characters, a value is not a finite
            number, it has more than 200 values, or another number of links than values.

    >>> HeatRow("Friday", [40, 85.5, None])
    <HeatRow Friday, 3 values>
    """

    label: str = attrs.field(converter=_as_label)
    values: tuple[float | None, ...] = attrs.field(converter=_as_values)
    links: tuple[str | None, ...] = attrs.field(default=(), kw_only=True, converter=_as_links)

    def __attrs_post_init__(self) -> None:
        if self.links and len(self.links) != len(self.values):
            rule = f"must be as many as the values, {len(self.values)}"
            raise InvalidInput("links", rule, str(len(self.links)))

    def __repr__(self) -> str:
        return brief(self, self.label, count_of(len(self.values), "value"))


def heat_map(
    rows: Iterable[HeatRow],
    columns: Iterable[str],
    *,
    title: str,
    row_title: str = "",
    column_title: str = "",
) -> Picture:
    """Draw percentages as cells: under 70 %, 70 to 90 %, over 90 %, and 100 % or more.

    Each level is darker than the one before (in the dark theme: brighter), the two in the middle
    are hatched, and the last one has a flag in its corner, so that the map can be read without
    colours, too. Each cell has its number, in whole percent except beside the bounds of a level. A
    map of 600 cells or more has a tooltip for each row, a smaller one for each cell.

    Args:
        rows: From top to bottom, at most 500.
        columns: The labels of the columns, at most 200; as many as each row has values.
        title: The title, with the measured quantity.
        row_title: The meaning of the rows, such as ``weekday``.
        column_title: The meaning of the columns, such as ``start``.

    Raises:
        InvalidInput: If an argument is of another form, or a row has another number of values.

    >>> heat_map([HeatRow("Friday", [40, 104])], ["19:00", "20:00"], title="Seats").description
    'Highest: Friday, 20:00, 104 %. Unit: percent'
    """
    members = check_members("rows", rows, HeatRow, MAX_ROWS)
    labels = check_members("columns", columns, str, MAX_COLUMNS)
    for row in members:
        if len(row.values) != len(labels):
            rule = f"must have as many values as columns, {len(labels)}"
            raise InvalidInput("rows", rule, safe_repr(row))
    titles = (
        check_text("row_title", row_title, may_be_empty=True),
        check_text("column_title", column_title, may_be_empty=True),
    )
    block = Block(
        "",
        labels,
        tuple(Row(row.label, _cells_of(row, labels)) for row in members),
        " / ".join(each for each in titles if each),
    )
    is_known = all(each is not None for row in members for each in row.values)
    return Grid(
        check_text("title", title),
        _summary(members, labels),
        (block,) if members and labels else (),
        LEVELS if is_known else (*LEVELS, _NOT_KNOWN),
    ).picture()


def _cells_of(row: HeatRow, columns: tuple[str, ...]) -> tuple[Cell | None, ...]:
    cells = map(cell_of, row.values, names_of(row.label, columns))
    if not row.links:
        return tuple(cells)
    return tuple(map(lambda cell, link: attrs.evolve(cell, href=link), cells, row.links))


def names_of(row: str, columns: Iterable[str]) -> list[str]:
    """Return the names of the cells of a row."""
    return [f"{row}, {column}" for column in columns]


def cell_of(value: float | None, name: str) -> Cell:
    """Return the cell of a percentage.

    Args:
        value: The percentage; ``None``: not known.
        name: Its row and column, for the tooltip.
    """
    if value is None:
        return Cell("–", "unknown", "t-muted", f"{name}: not known")
    tooltip = f"{name}: {round(value, 1):g} %"
    level, text = _level(value), _text(value)
    if level == "alert":
        return Cell(text, level, "t-on-alert", tooltip, is_bold=True, has_flag=True)
    return Cell(text, level, tooltip=tooltip)


def _level(value: float) -> str:
    if value >= ALERT:
        return "alert"
    return "high" if value > FULL else "mid" if value >= BUSY else "low"


def _text(value: float) -> str:
    """Return a percentage, rounded so that the number does not contradict its level.

    >>> _text(42.4), _text(69.97), _text(90.02)
    ('42', '69.9', '90.1')
    """
    whole = round(value)
    if _level(whole) == _level(value):
        return str(whole)
    return f"{(floor if whole > value else ceil)(10 * value) / 10:g}"


def _summary(rows: Iterable[HeatRow], columns: tuple[str, ...]) -> str:
    found = [
        (value, row.label, column)
        for row in rows
        for value, column in zip(row.values, columns, strict=True)
        if value is not None
    ]
    if not found:
        return "Unit: percent"
    value, row_label, column = max(found, key=lambda each: each[0])
    return f"Highest: {row_label}, {column}, {round(value, 1):g} %. Unit: percent"
