"""The differences between PostgreSQL and SQLite: their interface; each has a class of its own.

Every statement is written once, on top of a ``Dialect``. No other module of ``storage.sql`` asks
which database it talks to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import attrs
from sqlalchemy import (
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
    literal_column,
    select,
)
from sqlalchemy.sql.elements import ClauseElement

from fourtop.storage.sql.statement import (
    SessionSettings,
    Statement,
    TransactionMode,
)
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.tables.catalog import Catalog, catalog
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.values import Row

# The prefix of the parameters that hold the values of one row.
EACH: Final = "each_"


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


def union(selects: Sequence[Select[Any]]) -> ColumnElement[Any]:
    """Return the one column of all selects together."""
    together = selects[0].union_all(*selects[1:]) if len(selects) > 1 else selects[0]
    found: ColumnElement[Any] = next(iter(together.subquery().c))
    return found


def only(ids: Collection[str]) -> str:
    """Return the one id of several that are one."""
    (only,) = ids
    return only


def row_types(columns: Iterable[ColumnElement[Any]]) -> dict[str, Any]:
    """Return the types of the columns of a row list, ``ordinal`` first.

    Text loses its collation, which a row list does not accept.
    """
    types: dict[str, Any] = {"ordinal": Integer()}
    for each in columns:
        types[each.name] = Text() if isinstance(each.type, Text) else each.type
    return types
