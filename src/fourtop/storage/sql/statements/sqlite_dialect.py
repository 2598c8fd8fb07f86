"""The statements of SQLite, where they differ from those of PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    ScalarSelect,
    Select,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from fourtop.storage.sql.statement import (
    SessionSettings,
    TransactionMode,
)
from fourtop.storage.sql.statements.dialect import EACH, Dialect, GivenRows, only, row_types, union
from fourtop.storage.sql.statements.expressions import microseconds
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.values import Row

# SQLAlchemy gives its dialect classes no types for their constructors.
_UNTYPED: Any = SQLiteDialect_pysqlite


class SqliteDialect(Dialect):
    """SQLite: rows travel as JSON text or one by one, and one transaction writes at a time."""

    database: ClassVar[Database] = "sqlite"
    write_mode: ClassVar[TransactionMode] = TransactionMode("BEGIN IMMEDIATE", is_read_only=False)
    read_mode: ClassVar[TransactionMode] = TransactionMode("BEGIN", is_read_only=True)
    most_writers = 1
    locks_database = True
    keeps_time = False
    writes_in_one_statement = False
    _compiler = _UNTYPED(paramstyle="named")

    def session_settings(self, settings: SessionSettings, name: str, comment: str) -> None:
        """Set nothing: SQLite has neither roles nor row-level security nor other writers."""
        del settings, name, comment

    def lock_row(
        self,
        table: Table,
        key: ColumnElement[bool],
        columns: Sequence[ColumnElement[Any]],
        latest_us: ColumnElement[int],
    ) -> Any:
        """Read the row: BEGIN IMMEDIATE has locked the whole database."""
        del table, latest_us
        return select(*columns).where(key)

    def told(self, time: ColumnElement[int]) -> ColumnElement[int]:
        """Return the time: SQLite has no settings, and no network between two statements."""
        return time

    def now(self) -> ColumnElement[int]:
        """Take the time from a parameter."""
        return microseconds("now_us")

    def expected_count(self, count: ColumnElement[int], name: str) -> ColumnElement[int]:
        """Return the count: the writer compares it before the commit."""
        del name
        return count

    def json_array(self, *columns: ColumnElement[Any]) -> ColumnElement[Any]:
        """Use ``json_array``; stored JSON is parsed, else it would become a string."""
        return func.json_array(
            *(func.json(each) if isinstance(each.type, JSON) else each for each in columns)
        )

    def as_text(self, array: ColumnElement[Any]) -> ColumnElement[str]:
        """Return the array: JSON is text here."""
        return array

    def unsearched(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Write a plus sign before the column, which keeps the planner from its indexes."""
        return literal_column(f"+{column}", type_=column.type)

    def json_rows(self, *selects: Select[Any]) -> ScalarSelect[Any]:
        """Join the rows with commas: ``json_group_array`` would parse each row again."""
        opening = literal_column("'['", type_=Text())
        rows = opening.concat(func.group_concat(union(selects)))
        return select(rows.concat(literal_column("']'", type_=Text()))).scalar_subquery()

    def json_values(
        self, value: ColumnElement[Any], where: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Any:
        """Use ``json_group_array`` over a sorted subquery."""
        values = select(value.label("each")).where(where).order_by(order)
        ordered = values.correlate_except(value.table).subquery()
        found = select(func.json_group_array(ordered.c.each))
        return type_coerce(found.scalar_subquery(), JSON())

    def any_of(
        self, value: ColumnElement[Any], name: str, *, is_one: bool = False
    ) -> ColumnElement[bool]:
        """Compare with the elements of a JSON list, or with a single value."""
        if is_one:
            return value == bindparam(name, type_=Text())
        return value.in_(select(self.id_table(name).c.value))

    def narrow_to_ids(
        self, value: ColumnElement[Any], name: str, *, is_one: bool
    ) -> tuple[ColumnElement[bool], ...]:
        """Add nothing: each execution is about one row, found by its id."""
        del value, name, is_one
        return ()

    def id_table(self, name: str) -> TableValuedAlias:
        """Use ``json_each``."""
        return func.json_each(bindparam(name, type_=Text())).table_valued("value")

    def id_parameter(self, ids: Collection[str], *, is_one: bool = False) -> Any:
        """Return a JSON list, or the single id."""
        return only(ids) if is_one else json.dumps(sorted(ids))

    def given_rows(self, name: str, columns: Iterable[ColumnElement[Any]]) -> GivenRows:
        """Take one row per execution, each column from a parameter."""
        del name
        values = {each.name: bindparam(f"{EACH}{each.name}", type_=each.type) for each in columns}
        return GivenRows(values, None)

    def parameter_sets(
        self, name: str, rows: Iterable[Row], others: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return one set per row."""
        del name
        return [{**{f"{EACH}{key}": row[key] for key in row}, **others} for row in rows]

    def insert(self, table: Table) -> Any:
        """Use SQLite's INSERT."""
        return sqlite_insert(table)

    def row_table(self, name: str, columns: Iterable[ColumnElement[Any]]) -> FromClause:
        """Use ``json_each`` and ``json_extract``."""
        rows = func.json_each(bindparam(name, type_=Text())).table_valued("value")
        found = (
            func.json_extract(rows.c.value, literal_column(f"'$.{key}'"), type_=kind).label(key)
            for key, kind in row_types(columns).items()
        )
        return select(*found).subquery(f"new_{name}")

    def found_rows(self, found: Select[Any]) -> FromClause:
        """Use a subquery: Python's driver counts no rows for a statement that begins with WITH."""
        return found.subquery("found")

    def in_sequence(self, first: Delete, second: Delete) -> list[Any]:
        """Run one statement after the other; nothing else writes in between."""
        return [first, second]

    def move_rows(
        self, gone: Delete, copied: Select[Any], insert: Callable[[Select[Any]], Insert]
    ) -> list[Any]:
        """Copy the rows, then delete them; nothing else writes in between."""
        return [insert(copied), gone]
