"""Dates and times of CSV files, as people and spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final

import attrs

from fourtop.errors import InvalidDocument, safe_repr
from fourtop.formats.csv_format import DateOrder

_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_NUMERIC: Final = re.compile(_WEEKDAY + r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", re.IGNORECASE)
_MONTH: Final = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_MONTH: Final = re.compile(
    _WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th)?[ -]" + _MONTH + r"[ ,-]+(\d{4})", re.IGNORECASE
)
_MONTH_DAY: Final = re.compile(
    _WEEKDAY + _MONTH + r" (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE
)
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_TIME: Final = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2}))?\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE
)
# The usual forms of ISO 8601. The others are read by no pattern below, and so stay unchanged, too.
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")
_NOON: Final = 12
_CENTURY: Final = 100
_YEAR_DIGITS: Final = 4
_LONGEST_NIGHT: Final = timedelta(hours=12)
_CACHED_CELLS: Final = 1_024


@attrs.frozen
class DateCell:
    """A cell with a date: its line, its column and its text."""

    line: int
    column: str
    text: str


class Dates:
    """Reads dates and times. The order of numbers is found once, from all cells with dates.

    Dates and times repeat within a file, so the last 1,024 of them are kept.

    Args:
        given: The order that the caller gave, if any.
        cells: Returns the cells with dates, equal ones once; called at most once.
    """

    def __init__(self, given: DateOrder | None, cells: Callable[[], Iterable[DateCell]]) -> None:
        self._given = given
        self._cells = cells
        self._is_needed = False
        self._split = lru_cache(_CACHED_CELLS)(self._find_date)
        self._read_time = lru_cache(_CACHED_CELLS)(read_time)

    @property
    def found(self) -> DateOrder | None:
        """The order that was given, or recognised if any date needed it."""
        return self._order if self._given is not None or self._is_needed else None

    def moment(self, text: str, start: str | None) -> str:
        """Return a cell as an ISO 8601 text; an unreadable one is returned unchanged.

        Args:
            text: A date with a time, or only a time.
            start: ISO 8601 text of the start of the booking, or of its date, which a time without
                one gets; ``None``: unknown.

        Raises:
            InvalidDocument: If the order of the dates of the file is ambiguous.
        """
        if _ISO.fullmatch(text) is not None:
            return text
        day, rest = self._split(text)
        at = self._read_time(rest)
        if at is None:
            return text
        if day is not None:
            return datetime.combine(day, at).isoformat()
        near = _as_datetime(start)
        return text if near is None else _nearest(near, at).isoformat()

    def day(self, text: str) -> date | None:
        """Return a cell as a date; ``None``: it is no date.

        Raises:
            InvalidDocument: If the order of the dates of the file is ambiguous.
        """
        day, rest = self._split(text)
        # A spreadsheet may add midnight to a column of dates.
        return day if not rest or self._read_time(rest) == time() else None

    def _find_date(self, text: str) -> tuple[date | None, str]:
        """Return the date at the start of a text, and the rest."""
        found = _NUMERIC.match(text)
        if found is not None:
            day = self._numbers(found[1], found[3], found[4])
        else:
            found = _DAY_MONTH.match(text)
            if found is not None:
                day = _date(int(found[3]), _month(found[2]), int(found[1]))
            else:
                found = _MONTH_DAY.match(text)
                if found is None:
                    return None, text
                day = _date(int(found[3]), _month(found[1]), int(found[2]))
        if day is None:
            return None, text
        return day, text[found.end() :].lstrip(" ,T").strip()

    def _numbers(self, first: str, second: str, third: str) -> date | None:
        if len(first) == _YEAR_DIGITS:
            return _date(int(first), int(second), int(third))
        if self._given is None and first.lstrip("0") == second.lstrip("0"):
            return _date(_year(third), int(second), int(first))
        self._is_needed = True
        if self._order is DateOrder.YEAR_FIRST:
            return _date(_year(first), int(second), int(third))
        if self._order is DateOrder.DAY_FIRST:
            return _date(_year(third), int(second), int(first))
        return _date(_year(third), int(first), int(second))

    @cached_property
    def _order(self) -> DateOrder:
        if self._given is not None:
            return self._given
        seen: dict[DateOrder, DateCell] = {}
        open_cell: DateCell | None = None
        for cell in self._cells():
            found = _NUMERIC.match(cell.text)
            if found is None or len(found[1]) == _YEAR_DIGITS:
                continue
            first, second = int(found[1]), int(found[3])
            if first > _NOON:
                seen.setdefault(DateOrder.DAY_FIRST, cell)
            elif second > _NOON:
                seen.setdefault(DateOrder.MONTH_FIRST, cell)
            elif first != second:
                open_cell = open_cell or cell
        if len(seen) == 1:
            return next(iter(seen))
        option = "give dates='day-first' or dates='month-first' in a CsvFormat"
        if seen:
            # Two orders in one file: name the date that differs from the ones before it.
            last = max(seen.values(), key=lambda each: each.line)
            raise _ambiguous(last, f"must have one order of day and month; {option}")
        assert open_cell is not None, "only a date of two readings asks for the order"
        raise _ambiguous(open_cell, f"must tell the day from the month; {option}")


def read_time(text: str) -> time | None:
    """Return a time such as ``19:30``, ``7:30 PM``, ``7pm``, ``19h30``; ``None``: it is none.

    >>> read_time("7:30 PM"), read_time("12:05 am")
    (datetime.time(19, 30), datetime.time(0, 5))
    """
    found = _TIME.fullmatch(text)
    if found is None or (found[2] is None and found[4] is None):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4] is not None:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found[4] in "pP" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _as_datetime(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None


def _nearest(start: datetime, at: time) -> datetime:
    """Return a time on the date of a start, or on the next date if that is within 12 hours."""
    same_day = datetime.combine(start.date(), at)
    bare = start.replace(tzinfo=None)
    if same_day >= bare:
        return same_day
    next_day = same_day + timedelta(days=1)
    return next_day if next_day - bare <= _LONGEST_NIGHT else same_day


def _ambiguous(cell: DateCell, rule: str) -> InvalidDocument:
    return InvalidDocument(cell.column, rule, safe_repr(cell.text), cell.line)


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) // 3 + 1


def _year(text: str) -> int:
    return int(text) + (2_000 if int(text) < _CENTURY and len(text) <= 2 else 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
