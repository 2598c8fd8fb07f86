"""Put the tables of all record kinds together, for each of the two databases.

Migrations create the schema. The statements are built from these tables, and a test compares them
with a migrated database.
"""

from __future__ import annotations

from typing import Final

import attrs
from sqlalchemy import MetaData, Table

from fourtop.storage.sql.tables.allocation import allocation_tables
from fourtop.storage.sql.tables.block import BLOCKS
from fourtop.storage.sql.tables.booking import booking_tables
from fourtop.storage.sql.tables.booking_slot import BOOKING_SLOTS
from fourtop.storage.sql.tables.columns import Database, TableBuilder
from fourtop.storage.sql.tables.confirmation import confirmation_tables
from fourtop.storage.sql.tables.event import event_table
from fourtop.storage.sql.tables.hold import hold_tables
from fourtop.storage.sql.tables.house import house_tables
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.result import result_table

# The tables of the plain record kinds: those of ``PLAIN_KINDS``, in the same order.
PLAIN_TABLES: Final[tuple[PlainTable, ...]] = (BLOCKS, BOOKING_SLOTS)
DEFAULT_SCHEMA: Final = "fourtop"
# Holds the revision of the schema. It is among our tables and has no restaurant's rows.
VERSION_TABLE: Final = "fourtop_version"
# The newest revision, which the statements of this package need.
REVISION: Final = "0015"


@attrs.frozen
class Catalog:
    """The tables of one database, by name.

    Args:
        database: ``"postgresql"`` or ``"sqlite"``.
        metadata: Holds the tables.
        plain: The declarations of the tables of plain records, which are among them.
    """

    database: Database
    metadata: MetaData
    plain: tuple[PlainTable, ...]

    def __getitem__(self, name: str) -> Table:
        """Return the table of that name."""
        schema = self.metadata.schema
        return self.metadata.tables[f"{schema}.{name}" if schema else name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tables, each after the tables that it refers to."""
        return tuple(table.name for table in self.metadata.sorted_tables)


def catalog(database: Database, schema: str | None = DEFAULT_SCHEMA) -> Catalog:
    """Describe the tables of a database.

    Args:
        database: ``"postgresql"`` or ``"sqlite"``.
        schema: The schema of the tables on PostgreSQL. SQLite has none.
    """
    make = TableBuilder(database, MetaData(schema=schema if database == "postgresql" else None))
    house_tables(make)
    booking_tables(make)
    for each in PLAIN_TABLES:
        each.add_to(make)
    hold_tables(make)
    allocation_tables(make)
    confirmation_tables(make)
    result_table(make)
    event_table(make)
    return Catalog(database, make.metadata, PLAIN_TABLES)


def metadata(schema: str | None = DEFAULT_SCHEMA) -> MetaData:
    """Return a new SQLAlchemy ``MetaData`` with the tables of the SQL stores.

    Join our tables with your own in a query, or refer to them with a foreign key of your own table.
    Every key begins with ``restaurant_id``. Tables and columns change only with a migration. Write
    to our tables only through a desk.

    Args:
        schema: The schema on PostgreSQL. ``None`` describes the tables of SQLite, which has no
            schemas.

    Returns:
        A ``MetaData`` of your own: a change of it affects no store.

    >>> tables = metadata().tables
    >>> tables["fourtop.bookings"].primary_key.columns.keys()
    ['restaurant_id', 'id']
    """
    return catalog("sqlite" if schema is None else "postgresql", schema).metadata
