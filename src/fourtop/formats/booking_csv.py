"""CSV files of bookings: read any usual form of them, and write one form."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, Final

import attrs

from fourtop.errors import InvalidDocument, InvalidInput, RowProblem, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.errors.input_errors import LEFT_OUT
from fourtop.errors.row_errors import invalid_rows, problem_of
from fourtop.formats.booking_row import (
    BASE_COLUMNS,
    COLUMNS,
    FIELDS,
    MOMENTS,
    REQUIRED,
    BookingRow,
    iso_text,
)
from fourtop.formats.csv_columns import find_status, find_target
from fourtop.formats.csv_format import (
    ANY_FORM,
    DATE,
    DELIMITERS,
    TIME,
    CsvFormat,
    OtherColumns,
)
from fourtop.formats.csv_moments import DateCell, Dates
from fourtop.formats.json_codec import ROOT, Codec, ObjectCodec, list_of, parse, plain
from fourtop.model import validators
from fourtop.model.override import Override
from fourtop.model.request import ANY_TABLE, Preference

PREFERENCE: Final = ObjectCodec(
    Preference,
    codecs={kind: list_of(plain(), sorted) for kind in ("zones", "seatings", "areas", "features")},
)
OVERRIDES: Final = list_of(ObjectCodec(Override).codec)
_WHOLE: Final = re.compile(r"([0-9]{1,9})(?:[.,]0+)?")
_MINUTES: Final = re.compile(r"([0-9]{1,4})\s*(?:m|min|mins|minutes)?", re.IGNORECASE)
_HOURS: Final = re.compile(r"([0-9]{1,2})(?::|h\s?)([0-9]{2})", re.IGNORECASE)
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# The first line of some spreadsheets names the delimiter.
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_HEADER_CHARACTERS: Final = 20_000
_CACHED_CELLS: Final = 1_024
_SERVICE_DATE: Final = "service_date"
_DATE_COLUMNS: Final = frozenset({*MOMENTS, DATE, TIME, _SERVICE_DATE})


@attrs.frozen(repr=False)
class RowFile:
    """The content of a file of bookings.

    Args:
        rows: The rows that are right, in order; each knows its line.
        problems: The faults of the other rows, by line.
        format: The form of the file as it was given or recognised.
    """

    rows: tuple[BookingRow, ...]
    problems: tuple[RowProblem, ...] = ()
    format: CsvFormat = ANY_FORM

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(len(self.rows), "row"),
            count_of(len(self.problems), "problem") if self.problems else "",
        )

    def checked(self) -> tuple[BookingRow, ...]:
        """Return the rows if all are right.

        Raises:
            InvalidRows: If one is wrong; lists every problem.
        """
        if self.problems:
            raise invalid_rows(self.problems)
        return self.rows


def read_csv(text: str, form: CsvFormat) -> RowFile:
    """Read a CSV text with a header line.

    Raises:
        InvalidDocument: If the text is no CSV, a column is unknown or missing, or the order of its
            dates is ambiguous; names the line.
    """
    if type(text) is not str:
        raise InvalidDocument(ROOT, "must be a text", safe_repr(type(text).__name__))
    return _Reader(text.removeprefix("\ufeff"), form).read()


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, form: CsvFormat) -> None:
        self._text = text
        self._form = form
        self._named = dict(form.columns)
        self._statuses = dict(form.statuses)
        self._first = 0
        self._delimiter = self._find_delimiter()
        self._targets: list[str | None] = []
        self._moments: tuple[str, ...] = ()
        self._readers: tuple[tuple[str, Callable[[str], Any]], ...] = ()
        self._dates = Dates(form.dates, self._date_cells)
        self._cells: Mapping[str, Callable[[str], Any]] = {
            "party_size": _whole,
            "minutes": _minutes,
            "turn_minutes": _minutes,
            "offers": _whole,
            "status": lru_cache(_CACHED_CELLS)(self._status),
            "tables": lru_cache(_CACHED_CELLS)(self._tables),
            "names_tables": _flag,
            "is_clamped": _flag,
            "is_pinned": _flag,
            "must": partial(_document, "must", PREFERENCE.codec),
            "wish": partial(_document, "wish", PREFERENCE.codec),
            "overrides": partial(_document, "overrides", OVERRIDES),
            "would_refuse": lambda cell: [each.strip() for each in cell.split("+")],
        }

    def read(self) -> RowFile:
        lines = self._lines()
        line, names = next(lines, (1, []))
        self._targets = self._recognise_columns(names, line)
        known = [target for target in self._targets if target is not None]
        self._moments = tuple(name for name in known if name in MOMENTS and name != "start")
        self._readers = tuple((name, self._cells[name]) for name in known if name in self._cells)
        rows: list[BookingRow] = []
        problems: list[RowProblem] = []
        for number, (line, cells) in enumerate(lines, 1):
            try:
                rows.append(self._row(cells, line))
            except InvalidDocument:
                raise
            except InvalidInput as fault:
                problems.append(problem_of(fault, number, line))
        found = attrs.evolve(
            self._form,
            delimiter=self._delimiter,
            dates=self._dates.found,
            columns=tuple(zip(names, self._targets, strict=False)),
        )
        return RowFile(tuple(rows), tuple(problems), found)

    # ---- lines and columns

    def _find_delimiter(self) -> str:
        """Return the delimiter that is given, or named by the first line, or recognised."""
        given = self._form.delimiter
        named = _SEPARATOR_LINE.match(self._text)
        if named is not None and (given is not None or named[1] in DELIMITERS):
            self._first = named.end()
            return given or named[1]
        return given or self._recognised()

    def _recognised(self) -> str:
        """Return the delimiter with which the header has the most known columns."""
        known = {delimiter: self._known_columns(delimiter) for delimiter in DELIMITERS}
        return max(known, key=lambda delimiter: known[delimiter])

    def _known_columns(self, delimiter: str) -> int:
        head = io.StringIO(self._text[:_HEADER_CHARACTERS].lstrip(), newline="")
        try:
            names = next(csv.reader(head, delimiter=delimiter, strict=True), [])
        except csv.Error:
            return 0
        return sum(self._target(name.strip()) is not None for name in names)

    def _target(self, name: str) -> str | None:
        return self._named[name] if name in self._named else find_target(name)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines that are not empty, each with its number and its cells."""
        stream = io.StringIO(self._text, newline="")
        stream.seek(self._first)
        reader = csv.reader(stream, delimiter=self._delimiter, strict=True)
        before = self._text.count("\n", 0, self._first)
        line = before + 1
        try:
            for cells in reader:
                trimmed = [cell.strip() for cell in cells]
                if any(trimmed):
                    yield line, trimmed
                line = before + reader.line_num + 1
        except csv.Error as fault:
            rule = "must be comma-separated values"
            raise InvalidDocument("row", rule, str(fault), line) from None

    def _recognise_columns(self, names: list[str], line: int) -> list[str | None]:
        while names and not names[-1]:
            names.pop()
        targets: list[str | None] = []
        for name in names:
            target = self._target(name)
            is_left_out = name in self._named or self._form.other_columns is OtherColumns.IGNORE
            if target is None and not is_left_out:
                rule = f"must be among {', '.join(COLUMNS)}; a CsvFormat maps or ignores others"
                raise InvalidDocument("columns", rule, safe_repr(name), line)
            if target is not None and target in targets:
                other = names[targets.index(target)]
                given = "twice" if other == name else f"{safe_repr(other)} and {safe_repr(name)}"
                raise InvalidDocument(target, "must be given once", given, line)
            targets.append(target)
        for name in REQUIRED:
            has_start = name == "start" and (DATE in targets or TIME in targets)
            if name not in targets and not has_start:
                raise InvalidDocument(name, "must be a column", LEFT_OUT, line)
        return targets

    def _date_cells(self) -> Iterator[DateCell]:
        """Yield the cells with dates, of equal ones the first."""
        lines = self._lines()
        next(lines)
        columns = [
            (place, "start" if target in (DATE, TIME) else str(target))
            for place, target in enumerate(self._targets)
            if target in _DATE_COLUMNS
        ]
        known = {""}
        for line, cells in lines:
            for place, name in columns:
                cell = cells[place] if place < len(cells) else ""
                if cell not in known:
                    known.add(cell)
                    yield DateCell(line, name, cell)

    # ---- cells

    def _row(self, cells: list[str], line: int) -> BookingRow:
        while len(cells) > len(self._targets) and not cells[-1]:
            cells.pop()
        count = len(self._targets)
        if len(cells) != count:
            raise InvalidInput("row", f"must have {count} cells", str(len(cells)))
        values: dict[str, Any] = {
            target: cell
            for target, cell in zip(self._targets, cells, strict=True)
            if cell and target is not None
        }
        self._read_dates(values)
        for name in REQUIRED:
            if name not in values:
                raise InvalidInput(name, "must be given", LEFT_OUT)
        for name, read in self._readers:
            if name in values:
                values[name] = read(values[name])
        return BookingRow(**values, line=line)

    def _read_dates(self, values: dict[str, Any]) -> None:
        """Replace the cells with times by ISO 8601 texts, and date and time by the start.

        They are read first, so that a fault in another cell does not hide that the file is
        ambiguous.
        """
        day, at = values.pop(DATE, None), values.pop(TIME, None)
        own = values.get("start") or at
        if day is not None or own is not None:
            values["start"] = self._start(day, own)
        start = values.get("start")
        for name in self._moments:
            if name in values:
                values[name] = self._dates.moment(values[name], start)
        if _SERVICE_DATE in values:
            values[_SERVICE_DATE] = self._dates.day(values[_SERVICE_DATE]) or values[_SERVICE_DATE]

    def _start(self, day: str | None, at: str | None) -> str:
        if day is None:
            return self._dates.moment(at or "", None)
        if at is None:
            return self._dates.moment(day, None)
        date_of = self._dates.day(day)
        if date_of is None:
            return f"{day} {at}"
        return self._dates.moment(at, date_of.isoformat())

    def _status(self, cell: str) -> Any:
        return self._statuses.get(cell) or find_status(cell) or cell

    def _tables(self, cell: str) -> tuple[str, ...]:
        return tuple(number.strip() for number in _split(cell, self._form.table_separator))


def _whole(cell: str) -> int | str:
    found = _WHOLE.fullmatch(cell)
    return cell if found is None else int(found[1])


def _minutes(cell: str) -> int | str:
    hours, minutes = _HOURS.fullmatch(cell), _MINUTES.fullmatch(cell)
    if hours is not None:
        return 60 * int(hours[1]) + int(hours[2])
    return cell if minutes is None else int(minutes[1])


def _flag(cell: str) -> Any:
    return _FLAGS.get(cell.casefold(), cell)


def _document(name: str, codec: Codec, cell: str) -> Any:
    """Return the value of a cell that is a JSON text."""
    try:
        return codec.decode(parse(cell), name)
    except InvalidDocument as fault:
        raise InvalidInput(name, fault.rule, fault.given) from fault


def _split(cell: str, separator: str) -> list[str]:
    r"""Split the numbers of tables; a backslash keeps a separator or a backslash.

    >>> _split(r"4\+ + 5", "+")
    ['4+ ', ' 5']
    """
    parts = [""]
    characters = iter(cell)
    for each in characters:
        if each == separator:
            parts.append("")
        elif each == "\\":
            following = next(characters, "")
            kept = "" if following in (separator, "\\") and following else each
            parts[-1] += kept + following
        else:
            parts[-1] += each
    return parts


# ---- writing


def write_csv(rows: Iterable[BookingRow]) -> str:
    """Write rows as CSV: the nine base columns, and those of the others that a row needs.

    Raises:
        InvalidInput: If a value is not a row.
    """
    checked = validators.as_instances("rows", rows, BookingRow)
    defaults = {field.name: field.default for field in FIELDS}
    columns = [
        name
        for name in COLUMNS
        if name in BASE_COLUMNS or any(getattr(row, name) != defaults[name] for row in checked)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row, name) for name in columns] for row in checked)
    return text.getvalue()


def _cell(row: BookingRow, name: str) -> object:
    value = getattr(row, name)
    if name in MOMENTS:
        return iso_text(value)
    if value is None or value in ((), ANY_TABLE):
        return ""
    encode = _ENCODERS.get(name)
    return value if encode is None else encode(value)


def _escaped(number: str) -> str:
    return number.replace("\\", "\\\\").replace("+", "\\+")


def _json(codec: Codec, value: Any) -> str:
    return json.dumps(codec.encode(value), ensure_ascii=False)


def _yes(value: bool) -> str:  # noqa: FBT001  # A cell, no switch.
    return "yes" if value else ""


_ENCODERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "tables": lambda numbers: "+".join(map(_escaped, numbers)),
    "would_refuse": "+".join,
    "names_tables": _yes,
    "is_clamped": _yes,
    "is_pinned": _yes,
    "must": partial(_json, PREFERENCE.codec),
    "wish": partial(_json, PREFERENCE.codec),
    "overrides": partial(_json, OVERRIDES),
}
