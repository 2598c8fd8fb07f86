"""The differences between PostgreSQL and SQLite: one class each, with one interface.

Every statement is written once, on top of a ``Dialect``. No other module of ``storage.sql`` asks
which database it talks to.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import attrs
from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Integer,
    ScalarSelect,
    Select,
    Table,
    TableValuedAlias,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.elements import ClauseElement

from fourtop.storage.sql.statement import (
    ROW_COUNT_MARK,
    SessionSettings,
    Statement,
    TransactionMode,
)
from fourtop.storage.sql.statements.expressions import microseconds, restaurant
from fourtop.storage.sql.tables.catalog import Catalog, catalog
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import TENANT_SETTING
from fourtop.storage.sql.tables.values import Row, listed

# The setting of PostgreSQL that keeps the restaurant's time until the end of the transaction.
TIME_SETTING: Final = "fourtop.now_us"
# The prefix of the parameters that hold the values of one row.
EACH: Final = "each_"

# SQLAlchemy gives its dialect classes no types for their constructors.
_UNTYPED_POSTGRES: Any = PGDialect_psycopg
_UNTYPED_SQLITE: Any = SQLiteDialect_pysqlite


@attrs.frozen
class GivenRows:
    """The rows that a statement receives; their columns are used like those of a table.

    Args:
        columns: The columns by name.
        source: The table of the rows; ``None``: the statement is executed once per row.
    """

    columns: Mapping[str, ColumnElement[Any]]
    source: FromClause | None

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        """Return a column by name."""
        return self.columns[name]

    def has(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition that one of the rows meets all conditions."""
        if self.source is None:
            return and_(*conditions)
        return select(literal_column("1")).select_from(self.source).where(*conditions).exists()


class Dialect(ABC):
    """The SQL that differs between the two databases.

    Args:
        schema: The schema that holds the tables on PostgreSQL.
    """

    database: ClassVar[Database]
    write_mode: ClassVar[TransactionMode]
    read_mode: ClassVar[TransactionMode]
    # The clock of the database in microseconds; None: this machine tells the time.
    server_clock: ClassVar[ColumnElement[int] | None] = None
    # How many commands of a restaurant hold a connection at once; whether they wait for those of
    # the other restaurants, too.
    most_writers: ClassVar[int]
    locks_database: ClassVar[bool]
    # Whether a setting of the transaction keeps the restaurant's time from the statement that tells
    # it to those that read, so that both can be sent together.
    keeps_time: ClassVar[bool]
    # Whether one statement writes all rows of all tables, with constraints checked at its end.
    writes_in_one_statement: ClassVar[bool]
    _compiler: ClassVar[Any]

    def __init__(self, schema: str | None) -> None:
        self.tables: Catalog = catalog(self.database, schema)

    def compile(self, statement: ClauseElement, name: str, comment: str) -> Statement:
        """Compile a statement for the driver.

        Args:
            statement: The statement as SQLAlchemy builds it.
            name: Its name in the evidence files and in listeners.
            comment: Its effect.
        """
        compiled = statement.compile(dialect=self._compiler)
        constants = {key: value for key, value in compiled.params.items() if value is not None}
        parameters = tuple(key for key in compiled.params if key not in constants)
        return Statement(name, str(compiled), comment, constants, parameters)

    # ---- transactions

    @abstractmethod
    def session_settings(
        self, settings: SessionSettings, name: str, comment: str
    ) -> Statement | None:
        """Return the statement that sets up a transaction; ``None``: nothing to set."""

    @abstractmethod
    def lock_row(
        self,
        table: Table,
        key: ColumnElement[bool],
        columns: Sequence[ColumnElement[Any]],
        latest_us: ColumnElement[int],
    ) -> Any:
        """Return the statement that locks the row of a restaurant and reads columns of it.

        Args:
            table: The table of restaurants.
            key: Finds the row.
            columns: What to read.
            latest_us: The restaurant's time; an UPDATE stores it.
        """

    @abstractmethod
    def told(self, time: ColumnElement[int]) -> ColumnElement[int]:
        """Return a column that keeps the restaurant's time for ``now``, and has it as its value."""

    @abstractmethod
    def now(self) -> ColumnElement[int]:
        """Return the restaurant's time as a statement after ``told`` reads it."""

    @abstractmethod
    def expected_count(self, count: ColumnElement[int], name: str) -> ColumnElement[int]:
        """Return a column that fails the statement unless a count equals a parameter."""

    # ---- reading: rows as JSON, so that one statement returns the rows of several tables

    @abstractmethod
    def json_array(self, *columns: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return one JSON array of some columns."""

    @abstractmethod
    def as_text(self, array: ColumnElement[Any]) -> ColumnElement[str]:
        """Return a JSON array as text, because each driver decodes JSON in its own way."""

    def unsearched(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column by which SQLite does not search, for a walk along the row ids."""
        return column

    @abstractmethod
    def json_rows(self, *selects: Select[Any]) -> ScalarSelect[Any]:
        """Return the rows of selects, each of one JSON array, as the text of one JSON list.

        No rows give NULL.
        """

    @abstractmethod
    def json_values(
        self, value: ColumnElement[Any], where: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Any:
        """Return the ordered values of a column as one JSON list."""

    @abstractmethod
    def any_of(
        self, value: ColumnElement[Any], name: str, *, is_one: bool = False
    ) -> ColumnElement[bool]:
        """Return the condition that a column is one of the ids in a parameter.

        Args:
            value: The column.
            name: The name of the parameter; ``id_parameter`` makes its value.
            is_one: Whether the parameter holds exactly one id.
        """

    @abstractmethod
    def narrow_to_ids(
        self, value: ColumnElement[Any], name: str, *, is_one: bool
    ) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that help the planner to find the given rows by their ids."""

    @abstractmethod
    def id_table(self, name: str) -> TableValuedAlias:
        """Return the ids in a parameter as a table with one column ``value``."""

    @abstractmethod
    def id_parameter(self, ids: Collection[str], *, is_one: bool = False) -> Any:
        """Return ids as the value of a parameter of ``any_of`` or ``id_table``."""

    # ---- writing: any number of rows

    @abstractmethod
    def given_rows(self, name: str, columns: Iterable[ColumnElement[Any]]) -> GivenRows:
        """Return the rows to write: all in one parameter, or one row per execution."""

    @abstractmethod
    def parameter_sets(
        self, name: str, rows: Iterable[Row], others: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the parameter sets with which a statement over ``given_rows`` is executed."""

    @abstractmethod
    def insert(self, table: Table) -> Any:
        """Return an INSERT that can say ON CONFLICT."""

    def insert_rows(self, table: Table, names: Sequence[str], given: GivenRows) -> Any:
        """Insert the given rows of the tenant in their order.

        An identity column increments in that order.
        """
        new = self.insert(table)
        if given.source is None:
            values = {name: given[name] for name in names}
            return new.values({"restaurant_id": restaurant(), **values})
        found = select(restaurant(), *(given[name] for name in names)).order_by(given["ordinal"])
        return new.from_select(["restaurant_id", *names], found)

    @abstractmethod
    def row_table(self, name: str, columns: Iterable[ColumnElement[Any]]) -> FromClause:
        """Return the JSON list of objects in a parameter as a table with the column ``ordinal``."""

    # ---- deleting: old rows of all restaurants

    @abstractmethod
    def found_rows(self, found: Select[Any]) -> FromClause:
        """Return rows that a statement finds exactly once."""

    @abstractmethod
    def in_sequence(self, first: Delete, second: Delete) -> list[Any]:
        """Return the statements that run two deletions of the same found rows."""

    @abstractmethod
    def move_rows(
        self, gone: Delete, copied: Select[Any], insert: Callable[[Select[Any]], Insert]
    ) -> list[Any]:
        """Return the statements that move rows to another table.

        Args:
            gone: Deletes the rows.
            copied: Selects the columns of the same rows.
            insert: Inserts selected rows into the other table.
        """


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
    _compiler = _UNTYPED_POSTGRES()

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
        """Read that parameter."""
        return cast(func.current_setting(literal_column(f"'{TIME_SETTING}'")), BigInteger)

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
        return select(cast(func.json_agg(_union(selects)), Text)).scalar_subquery()

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
        return _only(ids) if is_one else sorted(ids)

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
        typed = (column(key, kind) for key, kind in _row_types(columns).items())
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


class SqliteDialect(Dialect):
    """SQLite: rows travel as JSON text or one by one, and one transaction writes at a time."""

    database: ClassVar[Database] = "sqlite"
    write_mode: ClassVar[TransactionMode] = TransactionMode("BEGIN IMMEDIATE", is_read_only=False)
    read_mode: ClassVar[TransactionMode] = TransactionMode("BEGIN", is_read_only=True)
    most_writers = 1
    locks_database = True
    keeps_time = False
    writes_in_one_statement = False
    _compiler = _UNTYPED_SQLITE(paramstyle="named")

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
        rows = opening.concat(func.group_concat(_union(selects)))
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
        return _only(ids) if is_one else json.dumps(sorted(ids))

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
            for key, kind in _row_types(columns).items()
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


DIALECTS: Final[Mapping[Database, type[Dialect]]] = {
    each.database: each for each in (PostgresDialect, SqliteDialect)
}


def _set_local(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Set a parameter of the server until the end of the transaction."""
    return func.set_config(literal_column(f"'{name}'"), value, literal_column("true"))


def _union(selects: Sequence[Select[Any]]) -> ColumnElement[Any]:
    """Return the one column of all selects together."""
    together = selects[0].union_all(*selects[1:]) if len(selects) > 1 else selects[0]
    found: ColumnElement[Any] = next(iter(together.subquery().c))
    return found


def _only(ids: Collection[str]) -> str:
    (only,) = ids
    return only


def _row_types(columns: Iterable[ColumnElement[Any]]) -> dict[str, Any]:
    """Return the types of the columns of a row list, ``ordinal`` first.

    Text loses its collation, which a row list does not accept.
    """
    types: dict[str, Any] = {"ordinal": Integer()}
    for each in columns:
        types[each.name] = Text() if isinstance(each.type, Text) else each.type
    return types
