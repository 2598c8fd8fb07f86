"""Build tables and columns for one of the two databases.

Every key begins with the tenant. Columns that end in ``_us`` hold whole microseconds since 1970
(UTC). PostgreSQL has timestamps beside the important ones, generated from them, so that operators
can query by time.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql.base import PGDialect

Database = Literal["postgresql", "sqlite"]

_POSTGRESQL: Any = PGDialect
_PREPARER: Final[Any] = _POSTGRESQL().identifier_preparer
_EPOCH: Final = "(TIMESTAMP '1970-01-01 00:00:00'"
MOMENT: Final = _EPOCH + " + {} * INTERVAL '1 microsecond') AT TIME ZONE 'UTC'"


def quoted(name: str) -> str:
    """Return a name as PostgreSQL's SQL writes it, in quotation marks if it needs them."""
    name_in_sql: str = _PREPARER.quote(name)
    return name_in_sql


@attrs.frozen
class TableBuilder:
    """Add tables to a ``MetaData`` with the types of one database.

    Args:
        database: ``"postgresql"`` or ``"sqlite"``.
        metadata: Receives the tables.
    """

    database: Database
    metadata: MetaData

    @property
    def is_postgresql(self) -> bool:
        """Tell whether the tables are for PostgreSQL."""
        return self.database == "postgresql"

    def table(self, name: str, *items: Any, **options: Any) -> Table:
        """Add a table."""
        return Table(name, self.metadata, *items, **options)

    def full_name(self, name: str) -> str:
        """Return the name of a table with its schema, as ``MetaData.tables`` has it."""
        return f"{self.metadata.schema}.{name}" if self.metadata.schema else name

    def house_table(self, name: str, key: tuple[str, ...], *items: Any) -> Table:
        """Add a table of a house: the tenant, the items, the keys.

        Args:
            name: The table.
            key: The columns of the primary key after the tenant.
            *items: Columns, constraints and indexes.
        """
        return self.table(
            name,
            self.key("restaurant_id"),
            *items,
            PrimaryKeyConstraint("restaurant_id", *key, name=f"{name}_pkey"),
            self.owned_by(f"{name}_restaurant_fkey", "restaurant_id", of="restaurants"),
        )

    # ---- columns

    def key(self, name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
        """Make a column for an id. Both databases compare ids bytewise."""
        kind = Text(collation="C") if self.is_postgresql else Text()
        return Column(name, kind, nullable=null, server_default=default)

    @staticmethod
    def words(name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
        """Make a column for text."""
        return Column(name, Text(), nullable=null, server_default=default)

    @staticmethod
    def whole(name: str, *, null: bool = False) -> Column[int]:
        """Make a column for a large number: microseconds, versions."""
        return Column(name, BigInteger(), nullable=null)

    @staticmethod
    def small(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
        """Make a column for a small number: seats, minutes, positions."""
        given = None if default is None else text(f"{default}")
        return Column(name, Integer(), nullable=null, server_default=given)

    @staticmethod
    def flag(name: str, *, default: bool | None = None) -> Column[bool]:
        """Make a column for true or false."""
        given = None if default is None else text("true" if default else "false")
        return Column(name, Boolean(create_constraint=False), nullable=False, server_default=given)

    @staticmethod
    def document(name: str, *, null: bool = False, default: str | None = None) -> Column[Any]:
        """Make a column for JSON. The database keeps the text, so that no number changes."""
        return Column(name, JSON(), nullable=null, server_default=default)

    def moment(self, name: str, source: str, *, null: bool = False) -> tuple[Column[Any], ...]:
        """Make a timestamp generated from a column of microseconds. SQLite has none."""
        if not self.is_postgresql:
            return ()
        computed = Computed(MOMENT.format(source), persisted=True)
        return (Column(name, DateTime(timezone=True), computed, nullable=null),)

    def counted(self, table: str, name: str) -> tuple[Any, ...]:
        """Make a number that the database increments, and the primary key that ends in it."""
        if self.is_postgresql:
            number = Column(name, BigInteger(), Identity(always=True), nullable=False)
            return number, PrimaryKeyConstraint("restaurant_id", name, name=f"{table}_pkey")
        # SQLite increments only a column that is the whole primary key.
        return (Column(name, Integer(), nullable=False, primary_key=True, autoincrement=True),)

    def stay(self) -> tuple[Column[Any], ...]:
        """Make the columns of a stay; see ``values.STAY``."""
        return (
            self.words("period"),
            self.words("service_date"),
            self.words("occasion", null=True),
            self.whole("dining_start_us"),
            self.whole("dining_end_us"),
            self.whole("occupied_start_us"),
            self.whole("occupied_end_us"),
            self.small("turn_minutes"),
            self.flag("is_clamped"),
        )

    def actor(self, prefix: str = "actor", *, null: bool = False) -> tuple[Column[str], ...]:
        """Make the two columns of an actor: id and role."""
        return self.key(f"{prefix}_id", null=null), self.key(f"{prefix}_role", null=null)

    # ---- constraints

    @staticmethod
    def check(name: str, condition: str) -> CheckConstraint:
        """Make a CHECK constraint."""
        return CheckConstraint(condition, name=name)

    def owned_by(self, name: str, *columns: str, of: str) -> ForeignKeyConstraint:
        """Make a foreign key to the primary key of ``of``: the tenant, then its id."""
        target = ("restaurant_id", "id") if of != "restaurants" else ("id",)
        return self.references(name, columns, of, target[: len(columns)])

    def references(
        self,
        name: str,
        columns: tuple[str, ...],
        of: str,
        target: tuple[str, ...],
        **options: Any,
    ) -> ForeignKeyConstraint:
        """Make a foreign key to some columns of ``of``.

        SQLite checks it at COMMIT, because it writes the rows of a change one by one. PostgreSQL
        checks it at once unless ``deferrable`` says otherwise.
        """
        if not self.is_postgresql:
            options |= {"deferrable": True, "initially": "DEFERRED"}
        full = [f"{self.full_name(of)}.{column}" for column in target]
        return ForeignKeyConstraint(list(columns), full, name=name, **options)

    def house_reference(
        self, name: str, column: str, of: str, key: str = "id"
    ) -> ForeignKeyConstraint:
        """Make a foreign key from one table of a house to another.

        Both databases check it at COMMIT, so that an edit writes its rows in any order.
        """
        target = ("restaurant_id", key)
        later = {"deferrable": True, "initially": "DEFERRED"}
        return self.references(name, ("restaurant_id", column), of, target, **later)

    def lower_index(self, name: str, column: str, *within: str) -> Index:
        """Make an index that keeps a name unique in its restaurant, whatever the case.

        Other columns may narrow down where it is unique.

        Both databases fold ASCII letters only. The model folds all letters. SQLite has a collation
        for it, because SQLAlchemy warns a host that reflects an index on an expression.
        """
        folded = (
            f'lower({column} COLLATE "C")' if self.is_postgresql else f"{column} COLLATE NOCASE"
        )
        return Index(name, "restaurant_id", *within, text(folded), unique=True)


def partial_index(name: str, where: Any, *columns: str) -> Index:
    """Make an index over the rows that meet a condition."""
    return Index(name, *columns, postgresql_where=where, sqlite_where=where)
