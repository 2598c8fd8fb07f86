"""The declaration of a plain record kind's table: all that the SQL stores know of the kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from fourtop.ports import PlainRecord, RecordKind, kind_of
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import Row


@attrs.frozen(kw_only=True)
class PlainTable:
    """The table of a plain record kind, with one row for each record.

    The statements that read, insert, update and delete its rows are built from this declaration.

    Args:
        record: The class of the records.
        name: The table.
        columns: The columns of a record without the tenant, ``id`` first.
        items: Returns the columns after the id, and the constraints and indexes.
        row: Returns the row of a record.
        record_of: Returns the record of a restaurant and a row, in the order of ``columns``.
    """

    record: type[PlainRecord]
    name: str
    columns: tuple[str, ...]
    items: Callable[[TableBuilder], tuple[Any, ...]]
    row: Callable[[Any], Row]
    record_of: Callable[[str, list[Any]], PlainRecord]

    @property
    def kind(self) -> RecordKind:
        """The kind of the records."""
        return kind_of(self.record)

    def add_to(self, make: TableBuilder) -> None:
        """Add the table: tenant and id are its key, and every row belongs to a restaurant."""
        make.house_table(self.name, ("id",), make.key("id"), *self.items(make))
