"""Booking rows: the bookings of another system, as CSV or JSON, before an import."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.formats.files import StrPath, read_text, write_text
from fourtop.formats.json_codec import ROOT, ObjectCodec, items, list_of, parse, plain
from fourtop.model import validators
from fourtop.model.booking import BookingStatus
from fourtop.model.calendar import as_moment

COLUMNS: Final = (
    "id",
    "party_size",
    "start",
    "end",
    "tables",
    "status",
    "occasion",
    "reference",
    "channel",
)
_REQUIRED: Final = ("id", "party_size", "start")
_WHOLE = re.compile(r"[0-9]{1,9}")
# The label of a table: the name of a zone, a slash, a number.
_LONGEST_LABEL = 101
_BYTE_ORDER_MARK = "\ufeff"


def _numbers(value: Iterable[str]) -> tuple[str, ...]:
    numbers = validators.as_members(
        "tables", value, lambda each: validators.check_text("tables", each, _LONGEST_LABEL)
    )
    if len({validators.casefold(number) for number in numbers}) < len(numbers):
        raise InvalidInput("tables", "must name each table once", safe_repr(numbers))
    return numbers


def _status(value: BookingStatus | str) -> BookingStatus:
    return validators.as_enum(BookingStatus, "status", value)


def _moment(_instance: object, attribute: validators.Named, value: Any) -> None:
    as_moment(value, attribute.name)


@attrs.frozen(repr=False)
class BookingRow:
    """A booking to import. It has no restaurant yet: tables are numbers, and times may be local.

    Args:
        id: Of the booking; unique in the restaurant.
        party_size: The number of people (1–1,000).
        start: The time when they sit down: ISO 8601 or a datetime; without an offset, local time of
            the restaurant.
        end: The time when they leave, in the same form; ``None``: the policy decides.
        tables: The numbers of its tables.
        status: The state in its life cycle.
        occasion: Key of an occasion; ``None``: the period's default.
        reference: The host's own id of the booking.
        channel: The way by which the booking came (an id).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> BookingRow("b1", 4, "2026-05-01T19:00", tables=["Low 4a", "Low 4b"]).tables
    ('Low 4a', 'Low 4b')
    """

    id: str = attrs.field(validator=validators.identifier)
    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start: str | datetime = attrs.field(validator=_moment)
    end: str | datetime | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_moment)
    )
    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_numbers)
    status: BookingStatus = attrs.field(
        default=BookingStatus.CONFIRMED, kw_only=True, converter=_status
    )
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    reference: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    channel: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.id} at {_iso(self.start)}",
            f"party of {self.party_size}",
            f"tables {'+'.join(self.tables)}" if self.tables else "",
            self.status.value,
        )


_ROW: Final = ObjectCodec(BookingRow, codecs={"tables": list_of(plain())})


def loads_rows_json(text: str) -> tuple[BookingRow, ...]:
    """Read a JSON list of objects with the attributes of ``BookingRow`` as keys; in their order.

    Raises:
        InvalidDocument: If it is not JSON (with the line), or a row is invalid: ``field`` is the
            path, such as ``rows[3].party_size``. Unknown keys are refused, to keep personal data
            out.

    >>> text = '[{"id": "b1", "party_size": 4, "start": "2026-05-01T19:00"}]'
    >>> [row.party_size for row in loads_rows_json(text)]
    [4]
    """
    return tuple(_ROW.decode(row, path) for path, row in items(parse(text), "rows"))


def load_rows_json(path: StrPath) -> tuple[BookingRow, ...]:
    """Read a JSON file; see ``loads_rows_json``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If it is not UTF-8, or as ``loads_rows_json``.
    """
    return loads_rows_json(read_text(path))


def load_rows_csv(path: StrPath) -> tuple[BookingRow, ...]:
    """Read a CSV file; see ``loads_rows_csv``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If it is not UTF-8, or as ``loads_rows_csv``.
    """
    return loads_rows_csv(read_text(path))


def dump_rows_csv(rows: Iterable[BookingRow], path: StrPath) -> None:
    """Write rows to a CSV file; see ``dumps_rows_csv``. An existing file is replaced.

    Raises:
        InvalidInput: If the file cannot be written, or as ``dumps_rows_csv``; the file is then
            unchanged.
    """
    write_text(path, dumps_rows_csv(rows))


def loads_rows_csv(text: str) -> tuple[BookingRow, ...]:
    r"""Read comma-separated rows with a header line; in their order.

    The columns are the attributes of ``BookingRow``, in any order; ``id``, ``party_size`` and
    ``start`` are required. Table numbers are joined by ``+``, as in ``Low 4a+Low 4b``. Empty lines
    and empty cells are ignored.

    Raises:
        InvalidDocument: With the line (1 is the header) and the column as its ``field``. Unknown
            columns are refused, to keep personal data out.

    >>> loads_rows_csv("id,party_size,start,tables\nb1,4,2026-05-01T19:00,1+2\n")[0].tables
    ('1', '2')
    """
    lines = _lines(text)
    line, columns = next(lines, (1, []))
    _check_columns(columns, line)
    return tuple(_row(columns, cells, line) for line, cells in lines)


def dumps_rows_csv(rows: Iterable[BookingRow]) -> str:
    """Encode rows as CSV for ``loads_rows_csv``: all columns, in a fixed order.

    Raises:
        InvalidInput: If a table number contains ``+``, which separates numbers; or they are not
            rows.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in validators.as_instances("rows", rows, BookingRow):
        plus = next((number for number in row.tables if "+" in number), None)
        if plus is not None:
            raise InvalidInput("tables", "must be without a + in CSV", safe_repr(plus))
        times = (_iso(row.start), _iso(row.end))
        writer.writerow(
            (
                row.id,
                row.party_size,
                *times,
                "+".join(row.tables),
                row.status.value,
                row.occasion or "",
                row.reference or "",
                row.channel or "",
            )
        )
    return text.getvalue()


def _iso(moment: str | datetime | None) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else moment or ""


def _lines(text: object) -> Iterator[tuple[int, list[str]]]:
    if type(text) is not str:
        raise InvalidDocument(ROOT, "must be a text", safe_repr(type(text).__name__))
    reader = csv.reader(io.StringIO(text.removeprefix(_BYTE_ORDER_MARK), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield line, trimmed
            line = reader.line_num + 1
    except csv.Error as fault:
        raise InvalidDocument("row", "must be comma-separated values", str(fault), line) from None


def _check_columns(columns: list[str], line: int) -> None:
    for place, name in enumerate(columns):
        if name not in COLUMNS:
            raise InvalidDocument(
                "columns", f"must be among {', '.join(COLUMNS)}", safe_repr(name), line
            )
        if name in columns[:place]:
            raise InvalidDocument(name, "must be given once", "twice", line)
    for name in _REQUIRED:
        if name not in columns:
            raise InvalidDocument(name, "must be a column", "left out", line)


def _row(columns: list[str], cells: list[str], line: int) -> BookingRow:
    if len(cells) != len(columns):
        raise InvalidDocument("row", f"must have {len(columns)} cells", str(len(cells)), line)
    values: dict[str, Any] = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
    for name in _REQUIRED:
        if name not in values:
            raise InvalidDocument(name, "must be given", "left out", line)
    if _WHOLE.fullmatch(values["party_size"]):
        values["party_size"] = int(values["party_size"])
    if "tables" in values:
        values["tables"] = [number.strip() for number in values["tables"].split("+")]
    try:
        return BookingRow(**values)
    except InvalidInput as fault:
        raise InvalidDocument(fault.field, fault.rule, fault.given, line) from fault
