"""Chart of an evening: one line per table, one column per five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fourtop import Allocation, Window
from fourtop.cli.format import Formatter
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.simulation.demo.record import HALF_HOUR_US, Evening, HalfHour

COLUMN_US: Final = 5 * MICROSECONDS_PER_MINUTE
_COLUMNS: Final = HALF_HOUR_US // COLUMN_US
_CLASH: Final = "!"


def chart(evening: Evening) -> str:
    """Draw the stays on each table, and the use of the house below them.

    ``[#12 for 4===]`` is request 12, a party of 4; the brackets mark the start of the stay and the
    time when the table is free again. Times are local. Exclamation marks show overlapping rows,
    which never occur in a correct store.
    """
    floor, formatter = evening.house.floor, Formatter(evening.house)
    width = max([len(label) for label in floor.labels.values()] + [len("use %")])
    start_us = evening.half_hours[0].start_us
    head = [formatter.clock(half.start_us) for half in evening.half_hours]
    lines = [_line("", "", _cells(head), width)]
    for table in floor.tables:
        rows = [row for row in evening.rows if row.resource_id == table.id]
        label, seats = floor.labels[table.id], str(table.capacity)
        lines.append(_line(label, seats, _bar(evening, rows, start_us), width))
    lines.append("")
    lines += [
        _line(name, "", _cells(values), width) for name, values in _measures(evening.half_hours)
    ]
    return "\n".join(lines)


def _line(name: str, seats: str, cells: str, width: int) -> str:
    return f"{name:<{width}} {seats:>2} {cells}".rstrip()


def _cells(values: Sequence[str]) -> str:
    return "".join(f"{value:<{_COLUMNS}}" for value in values)


def _measures(halves: Sequence[HalfHour]) -> list[tuple[str, list[str]]]:
    return [
        ("covers", [str(half.covers) for half in halves]),
        ("tables", [str(half.tables) for half in halves]),
        ("use %", [str(half.use_percent) for half in halves]),
    ]


def _bar(evening: Evening, rows: Sequence[Allocation], start_us: int) -> str:
    bar = [
        " " if column % _COLUMNS else "." for column in range(len(evening.half_hours) * _COLUMNS)
    ]
    for row in rows:
        first, last = _columns(row.window, start_us)
        visit = evening.visit_of(row)
        number = "" if visit is None else str(visit.number)
        names = () if visit is None else (f"#{number} for {visit.party_size}", f"#{number}", number)
        for column, character in zip(range(first, last), stay(last - first, names), strict=True):
            if 0 <= column < len(bar):
                bar[column] = character if bar[column] in " ." else _CLASH
    return "".join(bar)


def _columns(window: Window, start_us: int) -> tuple[int, int]:
    """Return the columns whose middle lies in a window, at least one.

    Windows that touch therefore never share a column.
    """
    half = COLUMN_US // 2
    first = -((start_us + half - window.start_us) // COLUMN_US)
    last = -((start_us + half - window.end_us) // COLUMN_US)
    return first, max(last, first + 1)


def stay(length: int, names: Sequence[str]) -> str:
    """Draw a stay with the first name that fits.

    >>> stay(12, ["#7 for 2", "#7"]), stay(5, ["#7 for 2", "#7"]), stay(2, ["#7"]), stay(1, ["#7"])
    ('[#7 for 2==]', '[#7=]', '[]', '|')
    """
    if length == 1:
        return "|"
    name = next((name for name in names if len(name) <= length - 2), "")
    return f"[{name:=<{length - 2}}]"
