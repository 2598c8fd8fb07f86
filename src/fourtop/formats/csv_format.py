"""The form of a CSV file: its delimiter, encoding, columns, order of dates and statuses."""

import codecs
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.formats.booking_row import COLUMNS
from fourtop.model import validators
from fourtop.model.booking import BookingStatus

DELIMITERS: Final = (",", ";", "\t", "|")
# Columns that are no field of a row: a start in two cells.
DATE: Final = "date"
TIME: Final = "time"
TARGETS: Final = (*COLUMNS, DATE, TIME)


class DateOrder(StrEnum):
    """The order of the numbers in a date such as 01/02/2026."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"


class OtherColumns(StrEnum):
    """The treatment of columns that are no field of a row, such as names and e-mail addresses."""

    REFUSE = "refuse"
    IGNORE = "ignore"


def _delimiter(_instance: object, attribute: validators.Named, value: object) -> None:
    if value not in DELIMITERS:
        shown = ", ".join(repr(each) for each in DELIMITERS)
        raise InvalidInput(attribute.name, f"must be one of {shown}", safe_repr(value))


def _separator(_instance: object, attribute: validators.Named, value: object) -> None:
    if not isinstance(value, str) or len(value) != 1 or value.isalnum() or value in '\\"':
        rule = "must be one character: neither a letter, a digit, a quote nor a backslash"
        raise InvalidInput(attribute.name, rule, safe_repr(value))


def _encoding(_instance: object, attribute: validators.Named, value: object) -> None:
    try:
        # Some codecs of Python turn bytes into bytes; a file needs one that returns text.
        "".encode(value) if isinstance(value, str) else codecs.lookup("")
    except (LookupError, ValueError):
        raise InvalidInput(
            attribute.name, "must be an encoding such as utf-8 or latin-1", safe_repr(value)
        ) from None


def _pairs(field: str, value: Any) -> tuple[tuple[str, Any], ...]:
    if isinstance(value, tuple):
        # A form that is copied has its pairs already.
        value = dict(value)
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidInput(field, "must be a mapping of names", safe_repr(value))
    return tuple(value.items())


def _columns(
    value: Mapping[str, str | None] | tuple[tuple[str, str | None], ...],
) -> tuple[tuple[str, str | None], ...]:
    pairs = _pairs("columns", value)
    for _, target in pairs:
        if target is not None and target not in TARGETS:
            rule = f"must map to one of {', '.join(TARGETS)}, or to None"
            raise InvalidInput("columns", rule, safe_repr(target))
    return pairs


def _statuses(
    value: Mapping[str, BookingStatus | str] | tuple[tuple[str, BookingStatus], ...],
) -> tuple[tuple[str, BookingStatus], ...]:
    pairs = _pairs("statuses", value)
    return tuple(
        (name, validators.as_enum(BookingStatus, "statuses", status)) for name, status in pairs
    )


def _dates(value: DateOrder | str | None) -> DateOrder | None:
    return None if value is None else validators.as_enum(DateOrder, "dates", value)


def _others(value: OtherColumns | str) -> OtherColumns:
    return validators.as_enum(OtherColumns, "other_columns", value)


@attrs.frozen(repr=False)
class CsvFormat:
    """The form of a CSV file of bookings. What is not given is recognised.

    Nothing is guessed: if a file allows two readings, such as the dates 01/02 and 03/04, reading it
    is an error that names the option to give.

    Args:
        delimiter: Comma, semicolon, tab or ``|`` between cells; ``None``: the one that a first line
            such as ``sep=;`` names, or else with which the header has the most known columns.
        encoding: Such as ``latin-1``; ``None``: by the byte order mark, else UTF-16, UTF-8 or
            Windows-1252.
        columns: Names of the header, each with the field of ``BookingRow`` that it is, with
            ``date`` or ``time`` for a start in two columns, or with ``None`` to leave it out.
        dates: The order of dates such as 01/02/2026; ``None``: the one that all dates allow.
        statuses: Words of the file for a status, each with the status.
        table_separator: Between the numbers of tables that are joined.
        other_columns: ``refuse`` other columns, which may hold personal data, or ``ignore`` them
            without reading their cells.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> CsvFormat(delimiter=";", dates="day-first", columns={"Gast": None})
    <CsvFormat delimiter ';', dates day-first, columns Gast>
    """

    delimiter: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_delimiter)
    )
    encoding: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_encoding)
    )
    columns: tuple[tuple[str, str | None], ...] = attrs.field(
        default=(), kw_only=True, converter=_columns
    )
    dates: DateOrder | None = attrs.field(default=None, kw_only=True, converter=_dates)
    statuses: tuple[tuple[str, BookingStatus], ...] = attrs.field(
        default=(), kw_only=True, converter=_statuses
    )
    table_separator: str = attrs.field(default="+", kw_only=True, validator=_separator)
    other_columns: OtherColumns = attrs.field(
        default=OtherColumns.REFUSE, kw_only=True, converter=_others
    )

    def __repr__(self) -> str:
        names = ", ".join(name for name, _ in self.columns)
        return brief(
            self,
            "" if self.delimiter is None else f"delimiter {self.delimiter!r}",
            "" if self.encoding is None else f"encoding {self.encoding}",
            "" if self.dates is None else f"dates {self.dates.value}",
            f"columns {names}" if names else "",
        )


ANY_FORM: Final = CsvFormat()
