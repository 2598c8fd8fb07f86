"""Projections: the columns that a statement returns of each table, as JSON rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.tables.allocation import ALLOCATION
from fourtop.storage.sql.tables.booking import BOOKING
from fourtop.storage.sql.tables.confirmation import CONFIRMATION
from fourtop.storage.sql.tables.hold import HOLD
from fourtop.storage.sql.tables.plain_table import PlainTable


class Projections:
    """The JSON row of each table, with its columns in the order in which the mapping reads them."""

    def __init__(self, dialect: Dialect) -> None:
        tables = dialect.tables
        self.allocations: Any = tables["allocations"]
        self.bookings: Any = tables["bookings"]
        self.holds: Any = tables["table_holds"]
        self.plain: dict[str, PlainTable] = {each.kind.plural: each for each in tables.plain}
        self.confirmations: Any = tables["booking_confirmation_results"]
        self.stored_results: Any = tables["command_results"]
        self._dialect = dialect
        self._assignments = tables["booking_table_assignments"]
        self._members = tables["table_hold_members"]
        self._seen = tables["booking_confirmation_tables"]

    def rows_of(self, table: Any, names: Iterable[str], *more: ColumnElement[Any]) -> Select[Any]:
        """Select the JSON rows of a table of the restaurant."""
        columns = [table.c[name] for name in names]
        return select(self._dialect.json_array(*columns, *more)).where(
            table.c.restaurant_id == restaurant()
        )

    def of_allocations(self) -> Select[Any]:
        """Select allocations."""
        return self.rows_of(self.allocations, ALLOCATION)

    def of_bookings(self) -> Select[Any]:
        """Select bookings with their tables."""
        return self.rows_of(self.bookings, BOOKING, self.tables_of_bookings())

    def tables_of_bookings(self) -> ColumnElement[Any]:
        """Return the column with the list of a booking's tables."""
        seat, booking = self._assignments.c, self.bookings.c
        where = (seat.restaurant_id == booking.restaurant_id) & (seat.booking_id == booking.id)
        found: ColumnElement[Any] = self._dialect.json_values(seat.table_id, where, seat.position)
        return found

    def of_holds(self) -> Select[Any]:
        """Select holds with their tables."""
        return self.rows_of(self.holds, HOLD, self.tables_of_holds())

    def tables_of_holds(self) -> ColumnElement[Any]:
        """Return the column with the list of a hold's tables."""
        seat, hold = self._members.c, self.holds.c
        where = (seat.restaurant_id == hold.restaurant_id) & (seat.hold_id == hold.id)
        found: ColumnElement[Any] = self._dialect.json_values(seat.table_id, where, seat.position)
        return found

    def of_plain(self, plain: PlainTable) -> tuple[Any, Select[Any]]:
        """Return the column of the ids of a table of plain records, and the select of its rows."""
        table = self._dialect.tables[plain.name]
        return table.c.id, self.rows_of(table, plain.columns)

    def of_confirmations(self) -> Select[Any]:
        """Select confirmation results with the ids and the capacities of their tables."""
        seen, result = self._seen.c, self.confirmations.c
        where = (seen.restaurant_id == result.restaurant_id) & (seen.result_id == result.id)
        lists = (
            self._dialect.json_values(each, where, seen.position)
            for each in (seen.table_id, seen.capacity)
        )
        return self.rows_of(self.confirmations, CONFIRMATION, *lists)
