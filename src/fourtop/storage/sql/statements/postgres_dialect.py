"""The statements of PostgreSQL, where they differ from those of SQLite."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    ScalarSelect,
    Select,
    Table,
    TableValuedAlias,
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from fourtop.storage.sql.statement import (
    ROW_COUNT_MARK,
    SessionSettings,
    Statement,
    TransactionMode,
)
from fourtop.storage.sql.statements.dialect import Dialect, GivenRows, only, row_types, union
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import TENANT_SETTING
from fourtop.storage.sql.tables.values import Row, listed

# The setting of PostgreSQL that keeps the restaurant's time until the end of the transaction.
TIME_SETTING: Final = "fourtop.now_us"

# SQLAlchemy gives its dialect classes no types for their constructors.
_UNTYPED: Any = PGDialect_psycopg


class PostgresDialect(Dialect):
    """PostgreSQL: rows travel as arrays and JSON, and one statement writes them all."""

    database: ClassVar[Database] = "postgresql"
    write_mode: ClassVar[TransactionMode] = TransactionMode(
        "BEGIN ISOLATION LEVEL READ COMMITTED", is_read_only=False
    )
    read_mode: ClassVar[TransactionMode] = TransactionMode(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", is_read_only=True
    )
    server_clock: ClassVar[ColumnElement[int] | None] = cast(
        literal_column("extract(epoch FROM clock_timestamp()) * 1000000"), BigInteger
    )
    # While one command ends on its way over the network, the next waits at the lock already.
    most_writers = 2
    locks_database = False
    keeps_time = True
    writes_in_one_statement = True
    _compiler = _UNTYPED()

    def session_settings(self, settings: SessionSettings, name: str, comment: str) -> Statement:
        """Set the tenant, the lock timeout and the role until the end of the transaction."""
        columns: list[ColumnElement[Any]] = []
        if settings.sets_tenant:
            columns.append(_set_local(TENANT_SETTING, restaurant()))
        milliseconds = round(settings.lock_timeout_seconds * 1000)
        columns.append(_set_local("lock_timeout", literal_column(f"'{milliseconds}ms'")))
        if settings.role is not None:
            columns.append(_set_local("role", bindparam("role", settings.role, type_=Text())))
        if settings.advisory_lock is not None:
            function, key = settings.advisory_lock
            # The function returns void, which drivers cannot read.
            lock = getattr(func, function)(literal_column(str(key)))
            columns.append(cast(lock, Text))
        return self.compile(select(*columns), name, comment)

    def lock_row(
        self,
        table: Table,
        key: ColumnElement[bool],
        columns: Sequence[ColumnElement[Any]],
        latest_us: ColumnElement[int],
    ) -> Any:
        """Lock the row with an UPDATE, which returns the values that are current after any wait.

        RETURNING evaluates the clock again: the new row is computed before the wait, and computed
        anew only if the transaction that held the lock changed the row.
        """
        return update(table).values(latest_us=latest_us).where(key).returning(*columns)

    def told(self, time: ColumnElement[int]) -> ColumnElement[int]:
        """Set a parameter of the server until the end of the transaction."""
        return cast(_set_local(TIME_SETTING, cast(time, Text)), BigInteger)

    def now(self) -> ColumnElement[int]:
        """Read that parameter; NULL where no restaurant was found, whose time it would be.

        A read that was sent along then finds no rows, and the call raises ``NotFound``.
        """
        setting = func.current_setting(literal_column(f"'{TIME_SETTING}'"), literal_column("true"))
        return cast(func.nullif(setting, literal_column("''")), BigInteger)

    def expected_count(self, count: ColumnElement[int], name: str) -> ColumnElement[int]:
        """Make an unexpected count a text that is not a number.

        The error fails a COMMIT that was sent along. The server quotes the text in it, in whatever
        language it speaks.
        """
        expected = count == bindparam(name, type_=BigInteger())
        one, mark = (literal_column(f"'{each}'", type_=Text()) for each in ("1", ROW_COUNT_MARK))
        return cast(case((expected, one), else_=mark), BigInteger)

    def json_array(self, *columns: ColumnElement[Any]) -> ColumnElement[Any]:
        """Use ``json_build_array``."""
        return func.json_build_array(*columns, type_=JSON())

    def as_text(self, array: ColumnElement[Any]) -> ColumnElement[str]:
        """Cast the array."""
        return cast(array, Text)

    def json_rows(self, *selects: Select[Any]) -> ScalarSelect[Any]:
        """Use ``json_agg``."""
        return select(cast(func.json_agg(union(selects)), Text)).scalar_subquery()

    def json_values(
        self, value: ColumnElement[Any], where: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Any:
        """Use ``json_agg`` with an order."""
        return (
            select(func.json_agg(aggregate_order_by(value, order))).where(where).scalar_subquery()
        )

    def any_of(
        self, value: ColumnElement[Any], name: str, *, is_one: bool = False
    ) -> ColumnElement[bool]:
        """Compare with an array, or with a single value for one id.

        A generic plan assumes ten elements in an array. For ten PostgreSQL may scan thousands of
        rows; for one value it uses the index.
        """
        if is_one:
            return value == bindparam(name, type_=Text())
        return value == any_(bindparam(name, type_=ARRAY(Text)))

    def narrow_to_ids(
        self, value: ColumnElement[Any], name: str, *, is_one: bool
    ) -> tuple[ColumnElement[bool], ...]:
        """Repeat the ids of the given rows as an array.

        PostgreSQL estimates a JSON list as so long that it would read the whole table; the length
        of an array it knows.
        """
        return (self.any_of(value, name, is_one=is_one),)

    def id_table(self, name: str) -> TableValuedAlias:
        """Use ``unnest``."""
        ids = func.unnest(bindparam(name, type_=ARRAY(Text)))
        return ids.table_valued("value").render_derived()

    def id_parameter(self, ids: Collection[str], *, is_one: bool = False) -> Any:
        """Return a list for an array, or the single id."""
        return only(ids) if is_one else sorted(ids)

    def given_rows(self, name: str, columns: Iterable[ColumnElement[Any]]) -> GivenRows:
        """Take all rows from one JSON parameter."""
        rows = self.row_table(name, columns)
        return GivenRows(dict(rows.c.items()), rows)

    def parameter_sets(
        self, name: str, rows: Iterable[Row], others: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return one set: all rows in one parameter."""
        return [{name: listed(rows), **others}]

    def insert(self, table: Table) -> Any:
        """Use PostgreSQL's INSERT."""
        return postgresql_insert(table)

    def row_table(self, name: str, columns: Iterable[ColumnElement[Any]]) -> FromClause:
        """Use ``json_to_recordset``."""
        typed = (column(key, kind) for key, kind in row_types(columns).items())
        source = func.json_to_recordset(cast(bindparam(name, type_=Text()), JSON))
        return source.table_valued(*typed).render_derived(name=f"new_{name}", with_types=True)

    def found_rows(self, found: Select[Any]) -> CTE:
        """Use WITH."""
        return found.cte("found")

    def in_sequence(self, first: Delete, second: Delete) -> list[Any]:
        """Run both in one statement on one snapshot."""
        return [second.add_cte(first.cte("first"))]

    def move_rows(
        self, gone: Delete, copied: Select[Any], insert: Callable[[Select[Any]], Insert]
    ) -> list[Any]:
        """Insert the rows that the deletion returns."""
        names = [each.name for each in copied.selected_columns]
        rows = gone.returning(*(gone.table.c[name] for name in names)).cte("gone")
        return [insert(select(*rows.c))]


def _set_local(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Set a parameter of the server until the end of the transaction."""
    return func.set_config(literal_column(f"'{name}'"), value, literal_column("true"))
