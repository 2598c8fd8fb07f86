"""Booking rows in files and texts: CSV of any usual form, and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import attrs

from fourtop.errors import InvalidDocument, RowProblem
from fourtop.errors.row_errors import problem_of
from fourtop.formats.booking_csv import OVERRIDES, PREFERENCE, RowFile, read_csv, write_csv
from fourtop.formats.booking_row import MOMENTS, BookingRow, iso_text
from fourtop.formats.csv_format import ANY_FORM, CsvFormat
from fourtop.formats.files import StrPath, read_table, write_text
from fourtop.formats.json_codec import ObjectCodec, items, list_of, parse, plain, write
from fourtop.model import validators

_JSON_ENCODING: Final = "utf-8"
_ROW: Final = ObjectCodec(
    BookingRow,
    codecs={
        **dict.fromkeys(MOMENTS, plain(encode=iso_text)),
        "tables": list_of(plain()),
        "would_refuse": list_of(plain()),
        "must": PREFERENCE.codec,
        "wish": PREFERENCE.codec,
        "overrides": OVERRIDES,
        "service_date": plain(encode=date.isoformat),
    },
)


def load_rows(
    path: StrPath,
    format: CsvFormat | None = None,  # noqa: A002  # The plain word; the built-in has no use here.
) -> tuple[BookingRow, ...]:
    """Read a file of bookings: JSON if its name ends in ``.json``, else CSV of any usual form.

    Args:
        path: The file.
        format: The form of a CSV file; what it does not say is recognised.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If the file is empty, larger than 100 MB, of another kind, or ambiguous.
        InvalidRows: If rows are wrong; lists the problems of all.
    """
    return read_rows(path, format).checked()


def read_rows(
    path: StrPath,
    format: CsvFormat | None = None,  # noqa: A002  # The plain word; the built-in has no use here.
) -> RowFile:
    """Read a file as ``load_rows``, and return the rows that are right beside the problems.

    Args:
        path: The file.
        format: The form of a CSV file; what it does not say is recognised.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: As ``load_rows``.
    """
    if _is_json(path):
        return _read_json(read_table(path, _JSON_ENCODING).text)
    return _read_csv(path, _form(format))


def dump_rows(rows: Iterable[BookingRow], path: StrPath) -> None:
    """Write rows to a file: JSON if its name ends in ``.json``, else CSV. An old file is replaced.

    ``load_rows`` reads equal rows.

    Raises:
        InvalidInput: If the file cannot be written, or a value is not a row; the file is then
            unchanged.
    """
    write_text(path, dumps_rows_json(rows) if _is_json(path) else dumps_rows_csv(rows))


# ---- JSON


def loads_rows_json(text: str) -> tuple[BookingRow, ...]:
    """Read a JSON list of objects with the attributes of ``BookingRow`` as keys; in their order.

    Raises:
        InvalidDocument: If it is not JSON (with the line), or not a list.
        InvalidRows: If rows are invalid: ``field`` is the path in the first one, such as
            ``rows[3].party_size``. Unknown keys are refused, to keep personal data out.

    >>> text = '[{"id": "b1", "party_size": 4, "start": "2026-05-01T19:00"}]'
    >>> [row.party_size for row in loads_rows_json(text)]
    [4]
    """
    return _read_json(text).checked()


def load_rows_json(path: StrPath) -> tuple[BookingRow, ...]:
    """Read a JSON file; see ``loads_rows_json``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If it is empty, larger than 100 MB or not UTF-8, or as ``loads_rows_json``.
    """
    return loads_rows_json(read_table(path, _JSON_ENCODING).text)


def dumps_rows_json(rows: Iterable[BookingRow]) -> str:
    """Encode rows as a JSON list for ``loads_rows_json``; default values are left out.

    Raises:
        InvalidInput: If a value is not a row.
    """
    checked = validators.as_instances("rows", rows, BookingRow)
    return f"{write([_ROW.encode(row) for row in checked])}\n"


# ---- CSV


def loads_rows_csv(
    text: str,
    format: CsvFormat | None = None,  # noqa: A002  # The plain word; the built-in has no use here.
) -> tuple[BookingRow, ...]:
    r"""Read CSV of any usual form with a header line; the rows come in their order.

    The columns are the attributes of ``BookingRow``, in any order and under usual names; ``id``,
    ``party_size`` and ``start`` are required, and the start may be a date and a time in two
    columns. Table numbers are joined by ``+``, as in ``Low 4a+Low 4b``; a backslash before a ``+``
    makes it a part of a number. Empty lines and empty cells are ignored.

    Args:
        text: The text.
        format: The form of the text; what it does not say is recognised.

    Raises:
        InvalidDocument: With the line (1 is the header) and the column as its ``field``. Unknown
            columns are refused, to keep personal data out, and so are ambiguous dates.
        InvalidRows: If rows are wrong; lists the problems of all.

    >>> loads_rows_csv("id,party_size,start,tables\nb1,4,2026-05-01T19:00,1+2\n")[0].tables
    ('1', '2')
    >>> loads_rows_csv("Booking no;Guests;Date;Time\nb1;4;24/12/2026;7:30 PM\n")[0].start
    '2026-12-24T19:30:00'
    """
    return read_csv(text, _form(format)).checked()


def load_rows_csv(
    path: StrPath,
    format: CsvFormat | None = None,  # noqa: A002  # The plain word; the built-in has no use here.
) -> tuple[BookingRow, ...]:
    """Read a CSV file, whatever its name; see ``load_rows`` and ``loads_rows_csv``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: As ``load_rows``.
        InvalidRows: As ``load_rows``.
    """
    return _read_csv(path, _form(format)).checked()


def dump_rows_csv(rows: Iterable[BookingRow], path: StrPath) -> None:
    """Write rows to a CSV file; see ``dumps_rows_csv``. An existing file is replaced.

    Raises:
        InvalidInput: If the file cannot be written, or as ``dumps_rows_csv``; the file is then
            unchanged.
    """
    write_text(path, dumps_rows_csv(rows))


def dumps_rows_csv(rows: Iterable[BookingRow]) -> str:
    """Encode rows as CSV for ``loads_rows_csv``, with the columns in a fixed order.

    The first nine columns are always there; the columns of history only if a row needs them.

    Raises:
        InvalidInput: If a value is not a row.
    """
    return write_csv(rows)


def _read_json(text: str) -> RowFile:
    rows: list[BookingRow] = []
    problems: list[RowProblem] = []
    for number, (path, row) in enumerate(items(parse(text), "rows"), 1):
        try:
            rows.append(_ROW.decode(row, path))
        except InvalidDocument as fault:
            column = fault.field.removeprefix(f"{path}.") if fault.field != path else None
            problems.append(attrs.evolve(problem_of(fault, number), column=column))
    return RowFile(tuple(rows), tuple(problems))


def _read_csv(path: StrPath, form: CsvFormat) -> RowFile:
    found = read_table(path, form.encoding)
    file = read_csv(found.text, form)
    return attrs.evolve(file, format=attrs.evolve(file.format, encoding=found.encoding))


def _form(form: CsvFormat | None) -> CsvFormat:
    return ANY_FORM if form is None else validators.check_instance("format", form, CsvFormat)


def _is_json(path: StrPath) -> bool:
    # A path of another type is refused when the file is opened.
    return str(path).lower().endswith(".json")
