"""Tidy tables: named columns of equal length, for notebooks and data frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from typing import Any

import attrs

from fourtop.errors import InvalidInput, MissingPackage
from fourtop.errors.display import brief, count_of, html_table

_SHOWN = 30


def _as_columns(value: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Any, ...]]:
    columns = {name: tuple(values) for name, values in value.items()}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise InvalidInput("columns", "must be of one length", f"{sorted(lengths)}")
    return columns


@attrs.frozen(repr=False)
class TidyTable:
    """Named columns of equal length: one row a case.

    Args:
        columns: The values by the name of the column.
        title: What the rows are.

    Raises:
        InvalidInput: If the columns differ in length.

    >>> table = TidyTable({"seats": [40, 44], "covers": [51.5, 53.0]}, "Seats and covers")
    >>> table
    <TidyTable Seats and covers, 2 rows, seats, covers>
    >>> list(table.rows())[1]
    {'seats': 44, 'covers': 53.0}
    """

    columns: Mapping[str, tuple[Any, ...]] = attrs.field(converter=_as_columns, hash=False)
    title: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        return self.columns[name]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dict by column."""
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def to_pandas(self) -> Any:
        """Return a pandas ``DataFrame``. An enum becomes its value.

        Raises:
            MissingPackage: If pandas is not installed; install it.
        """
        return _frame("pandas", self.columns)

    def to_polars(self) -> Any:
        """Return a polars ``DataFrame``. An enum becomes its value.

        Raises:
            MissingPackage: If polars is not installed; install it.
        """
        return _frame("polars", self.columns, strict=False)

    def __repr__(self) -> str:
        return brief(self, self.title, count_of(len(self), "row"), ", ".join(self.columns))

    def _repr_html_(self) -> str:
        rows = [[_text(each) for each in row.values()] for row in self.rows()]
        more = len(rows) - _SHOWN
        caption = (
            f"{self.title} (the first {_SHOWN} of {len(rows)} rows)" if more > 0 else self.title
        )
        return html_table(caption, tuple(self.columns), rows[:_SHOWN])


def _text(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _frame(library: str, columns: Mapping[str, tuple[Any, ...]], **options: bool) -> Any:
    try:
        module = import_module(library)
    except ImportError as error:
        raise MissingPackage(library, f"to_{library}") from error
    plain = {name: [_plain(value) for value in values] for name, values in columns.items()}
    return module.DataFrame(plain, **options)


def _plain(value: Any) -> Any:
    # A column of enums would be one of objects.
    return value.value if isinstance(value, Enum) else value
