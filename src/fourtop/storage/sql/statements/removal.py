"""Delete all rows of one restaurant."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete

from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import restaurant

# A job moves allocations into the archive without locking the restaurant. The archive comes after
# the allocations, so that a row that moves meanwhile is deleted as well.
_AFTER_ALL_OTHERS: Final = ("allocations_archive", "restaurants")


class Removal:
    """The statements that remove a restaurant, one for each table. Thread-safe.

    The order follows the foreign keys: a table comes before the tables that it refers to. A new
    table with a column ``restaurant_id`` needs no change here.
    """

    def __init__(self, dialect: Dialect) -> None:
        tables = {table.name: table for table in reversed(dialect.tables.metadata.sorted_tables)}
        last = [tables.pop(name) for name in _AFTER_ALL_OTHERS]
        self.statements: tuple[Statement, ...] = tuple(
            dialect.compile(
                delete(table).where(
                    (table.c.id if table.name == "restaurants" else table.c.restaurant_id)
                    == restaurant()
                ),
                f"remove_{table.name}",
                f"Delete all rows of a removed restaurant in {table.name}.",
            )
            for table in (*tables.values(), *last)
        )

    def remove(self, cursor: Cursor, restaurant_id: str) -> None:
        """Delete the rows of a restaurant. The transaction has locked the restaurant before."""
        for statement in self.statements:
            cursor.later(statement, {"restaurant": restaurant_id})
