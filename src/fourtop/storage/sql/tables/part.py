"""Parts of a house: how one table holds some of its entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from fourtop.model.house import House
from fourtop.storage.sql.tables.values import Row

Key = tuple[Any, ...]
Entries = Mapping[Key, Any]
# The rows of each table, each in the order of the table's column list.
Rows = Mapping[str, list[list[Any]]]


@attrs.frozen
class Part:
    """One table of a house.

    Args:
        table: The table.
        columns: Its columns without the tenant.
        key: The columns that identify a row within the restaurant; no column: one row.
        entries: Returns the entries of a house that are rows of the table, by the key's values.
        row: Maps a key and its entry to a row.
        unique: The columns of a unique index of its own, which a change of several rows may break
            for a moment. The first is text.
        is_replaced: Whether a changed row is deleted and inserted again. No table refers to it.
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    entries: Callable[[House], Entries]
    row: Callable[[Key, Any], Row]
    unique: tuple[str, ...] = ()
    is_replaced: bool = False
