"""Tidy tables: one row per observation, one column per variable, ready for pandas or polars.

Source of the form: H. Wickham, Tidy Data, Journal of Statistical Software 59 (2014) 10.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from enum import Enum
from importlib import import_module
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, MissingPackage, safe_repr
from fourtop.errors.display import brief, count_of, html_table, some

_SHOWN_ROWS: Final = 20


def _as_names(columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(columns)


def _as_rows(rows: Iterable[Iterable[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


@attrs.frozen(repr=False)
class TidyTable:
    """Rows with named columns. Rows keep their order.

    Args:
        columns: The names of the columns; each name once.
        rows: The rows; each has a cell per column.

    Raises:
        InvalidInput: If a name occurs twice, or a row has another number of cells.

    >>> table = TidyTable(("party_size", "refused"), ((2, 0), (8, 3)))
    >>> table.column("refused"), table.to_dicts()[1]
    ((0, 3), {'party_size': 8, 'refused': 3})
    """

    columns: tuple[str, ...] = attrs.field(converter=_as_names)
    rows: tuple[tuple[Any, ...], ...] = attrs.field(converter=_as_rows)

    def __attrs_post_init__(self) -> None:
        if len(set(self.columns)) != len(self.columns):
            raise InvalidInput("columns", "must differ", safe_repr(self.columns))
        width = len(self.columns)
        wrong = next((row for row in self.rows if len(row) != width), None)
        if wrong is not None:
            raise InvalidInput("rows", f"must have {width} cells each", safe_repr(wrong))

    @classmethod
    def of_records(cls, records: Iterable[Mapping[str, Any]]) -> TidyTable:
        """Make a table of mappings; columns in the order of first appearance, gaps as ``None``."""
        listed = list(records)
        columns = tuple(dict.fromkeys(name for record in listed for name in record))
        return cls(columns, (tuple(record.get(name) for name in columns) for record in listed))

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> tuple[Any, ...]:
        """Return the cells of a column, in the order of the rows.

        Raises:
            InvalidInput: If the table has no such column.
        """
        if name not in self.columns:
            rule = f"must be one of {some(self.columns, most=10)}"
            raise InvalidInput("name", rule, safe_repr(name))
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a new dictionary per row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame``. An enum becomes its value.

        Raises:
            MissingPackage: If pandas is not installed; install it.
        """
        return _package("pandas", "to_pandas").DataFrame(self._plain_columns())

    def to_polars(self) -> Any:
        """Return a ``polars.DataFrame``. An enum becomes its value.

        Raises:
            MissingPackage: If polars is not installed; install it.
        """
        return _package("polars", "to_polars").DataFrame(self._plain_columns(), strict=False)

    def _plain_columns(self) -> dict[str, list[Any]]:
        return {
            name: [row[place].value if isinstance(row[place], Enum) else row[place] for row in rows]
            for rows in (self.rows,)
            for place, name in enumerate(self.columns)
        }

    def __repr__(self) -> str:
        return brief(self, count_of(len(self.rows), "row"), some(self.columns, most=8))

    def _repr_html_(self) -> str:
        shown = [[_cell(value) for value in row] for row in self.rows[:_SHOWN_ROWS]]
        rest = len(self.rows) - len(shown)
        caption = count_of(len(self.rows), "row") + (f", the first {_SHOWN_ROWS}" if rest else "")
        return html_table(caption, self.columns, shown)


def variables_of(value: Any, name: str) -> dict[str, Any]:
    """Return the variables of a value: its fields or keys, or itself under the given name.

    Attrs classes, dataclasses, named tuples and mappings have fields; any other value is one cell.
    """
    if attrs.has(type(value)):
        public = (field.name for field in attrs.fields(type(value)))
        return {each: getattr(value, each) for each in public if not each.startswith("_")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): cell for key, cell in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        fields: dict[str, Any] = value._asdict()
        return fields
    return {name: value}


def _cell(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _package(name: str, needed_by: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPackage(name, needed_by) from error
