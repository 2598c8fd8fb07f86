"""Idioms: what the two databases say differently. Every statement is written once, on top of these."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

import attrs
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    Table,
    TableValuedAlias,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.elements import ClauseElement

from fourtop.storage.sql.tables.catalog import Catalog, Database, catalog

# Begins the names of the parameters that are one row's values.
EACH: Final = "each_"

_OPENED: Final = literal_column("'['", type_=Text())
_CLOSED: Final = literal_column("']'", type_=Text())

# A parameter as psycopg has it, or a percent sign.
_PARAMETER: Final = re.compile(r"%(?:\((\w+)\)s|%)")
_PSYCOPG: Any = PGDialect_psycopg
_DIALECTS: Final[dict[str, Any]] = {
    "postgresql": _PSYCOPG(),
    "sqlite": SQLiteDialect_pysqlite(paramstyle="named"),
}


@attrs.frozen
class Statement:
    """A statement as the driver takes it: compiled once, executed often.

    SQLAlchemy writes it, once; asked again at each execution, it would cost as much as the
    statement itself.

    Args:
        text: With named parameters.
        constants: The values that it brings itself.
        parameters: The names of the values that it is to be given.
    """

    text: str
    constants: Mapping[str, Any] = attrs.field(factory=dict)
    parameters: tuple[str, ...] = ()

    @cached_property
    def numbered(self) -> tuple[str, tuple[str, ...]]:
        """The text with numbered parameters, as PostgreSQL itself has them, and the names in that order."""
        names: dict[str, int] = {}

        def number(found: re.Match[str]) -> str:
            return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

        return _PARAMETER.sub(number, self.text), tuple(names)


@attrs.frozen
class Given:
    """Rows that a statement is given: their columns, to be used like those of a table.

    Args:
        columns: By name.
        source: The table of the rows; ``None``: the statement is executed for each row, with its
            values.
    """

    columns: Mapping[str, ColumnElement[Any]]
    source: FromClause | None

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        """Return the column of that name."""
        return self.columns[name]

    def has(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Tell whether one of the rows meets all conditions."""
        if self.source is None:
            return and_(*conditions)
        return select(literal_column("1")).select_from(self.source).where(*conditions).exists()


class Idiom:
    """How one database says what the statements have in common.

    Args:
        database: Which it is.
        schema: The schema that the tables live in.
    """

    def __init__(self, database: Database, schema: str | None) -> None:
        self.database = database
        self.tables: Catalog = catalog(database, schema)
        self.is_postgresql = database == "postgresql"
        self._dialect: Any = _DIALECTS[database]

    def compiled(self, statement: ClauseElement) -> Statement:
        """Compile a statement."""
        compiled = statement.compile(dialect=self._dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return Statement(
            str(compiled),
            constants,
            tuple(name for name in compiled.params if name not in constants),
        )

    # ---- reading: whole rows as JSON, so that one statement answers the rows of several tables

    def packed(self, *columns: ColumnElement[Any]) -> ColumnElement[Any]:
        """Write some columns as one JSON array."""
        if self.is_postgresql:
            return func.json_build_array(*columns, type_=JSON())
        return func.json_array(
            *(func.json(each) if isinstance(each.type, JSON) else each for each in columns)
        )

    def as_text(self, packed: ColumnElement[Any]) -> ColumnElement[str]:
        """Answer a packed row as text: a driver may read JSON by itself, and each in its own way."""
        return cast(packed, Text) if self.is_postgresql else packed

    def gathered(self, *selects: Select[Any]) -> ScalarSelect[Any]:
        """Write all rows of some selects, of one packed column each, as the text of one JSON list.

        No rows give NULL.
        """
        together = selects[0].union_all(*selects[1:]) if len(selects) > 1 else selects[0]
        packed = next(iter(together.subquery().c))
        if self.is_postgresql:
            return select(cast(func.json_agg(packed), Text)).scalar_subquery()
        # Each row is JSON already: to have SQLite read it again for json_group_array takes twice as
        # long.
        return select(_OPENED.concat(func.group_concat(packed)).concat(_CLOSED)).scalar_subquery()

    def listed(
        self, value: ColumnElement[Any], where: ColumnElement[bool], order: ColumnElement[Any]
    ) -> Any:
        """Write the values of a column, in an order, as a JSON list: one column of a packed row."""
        if self.is_postgresql:
            found = select(func.json_agg(aggregate_order_by(value, order))).where(where)
        else:
            ordered = (
                select(value.label("each"))
                .where(where)
                .order_by(order)
                .correlate_except(value.table)
                .subquery()
            )
            found = select(func.json_group_array(ordered.c.each))
        return (
            found.scalar_subquery()
            if self.is_postgresql
            else type_coerce(found.scalar_subquery(), JSON())
        )

    def any_of(
        self, value: ColumnElement[Any], name: str, *, is_one: bool = False
    ) -> ColumnElement[bool]:
        """Tell whether a column is one of the ids in a parameter, which ``ids`` makes.

        Args:
            value: The column.
            name: Of the parameter.
            is_one: Whether there is one id, and no more. In a plan that it keeps, PostgreSQL takes
                a list for ten, and would rather read some thousand rows than look each of ten up;
                one it looks up.
        """
        if is_one:
            return value == bindparam(name, type_=Text())
        if self.is_postgresql:
            return value == any_(bindparam(name, type_=ARRAY(Text)))
        return value.in_(select(self.each(name).c.value))

    def each(self, name: str) -> TableValuedAlias:
        """Read the ids in a parameter, which ``ids`` makes, as a table of one column ``value``."""
        if self.is_postgresql:
            return (
                func.unnest(bindparam(name, type_=ARRAY(Text)))
                .table_valued("value")
                .render_derived()
            )
        return func.json_each(bindparam(name, type_=Text())).table_valued("value")

    def ids(self, ids: Collection[str], *, is_one: bool = False) -> Any:
        """Return ids as a parameter for ``any_of``."""
        if is_one:
            (only,) = ids
            return only
        return sorted(ids) if self.is_postgresql else json.dumps(sorted(ids))

    # ---- writing: any number of rows

    def given(self, name: str, columns: Iterable[ColumnElement[Any]]) -> Given:
        """Take rows to be written: on PostgreSQL all at once, as ``rows``; on SQLite one by one."""
        if self.is_postgresql:
            rows = self.rows(name, columns)
            return Given(dict(rows.c.items()), rows)
        return Given(
            {each.name: bindparam(f"{EACH}{each.name}", type_=each.type) for each in columns}, None
        )

    @staticmethod
    def inserted(
        table: Table, names: Iterable[str], given: Given, make: Callable[[Table], Any] = insert
    ) -> Any:
        """Insert the given rows into a table of the tenant's, in their order: what counts up by itself counts in it."""
        if given.source is None:
            return make(table).values(
                {"restaurant_id": restaurant(), **{name: given[name] for name in names}}
            )
        found = select(restaurant(), *(given[name] for name in names)).order_by(given["ordinal"])
        return make(table).from_select(["restaurant_id", *names], found)

    def rows(self, name: str, columns: Iterable[ColumnElement[Any]]) -> FromClause:
        """Read the JSON list of objects in one parameter as a table: some columns, and ``ordinal``."""
        wanted = {"ordinal": Integer(), **{each.name: _bare(each.type) for each in columns}}
        given = bindparam(name, type_=Text())
        if self.is_postgresql:
            typed = (column(one, kind) for one, kind in wanted.items())
            source = func.json_to_recordset(cast(given, JSON)).table_valued(*typed)
            return source.render_derived(name=f"new_{name}", with_types=True)
        each = func.json_each(given).table_valued("value").c.value
        found = (
            func.json_extract(each, literal_column(f"'$.{one}'"), type_=kind).label(one)
            for one, kind in wanted.items()
        )
        return select(*found).subquery(f"new_{name}")


def restaurant() -> ColumnElement[str]:
    """Return the parameter of the tenant."""
    return bindparam("restaurant", type_=Text())


def as_number(value: int) -> ColumnElement[int]:
    """Write a number into the statement, so that it is none of its parameters."""
    return literal_column(str(value), type_=BigInteger())


def as_word(value: str) -> ColumnElement[str]:
    """Write a word into the statement: the planner has to see it to know that a partial index serves."""
    return literal_column(f"'{value}'", type_=Text())


def at_most() -> ColumnElement[int]:
    """Return the parameter that says how many rows are wanted."""
    return bindparam("limit", type_=Integer())


def _bare(kind: Any) -> Any:
    """Return a type without its collation, which the columns of a row list do not take."""
    return Text() if isinstance(kind, Text) else kind
