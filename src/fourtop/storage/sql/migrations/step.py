"""A step of a migration: the database that a revision changes, and how it changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import attrs
from sqlalchemy import Connection

_DDL: Final = files("fourtop.storage.sql.migrations") / "ddl"
# The statements have no parameters. A percent sign in one is a percent sign.
_BARE: Final = {"no_parameters": True}
_PARAMETER: Final = re.compile(r":(\w+)")


@attrs.frozen
class Step:
    """A database that a revision changes, in the one transaction of the whole migration.

    Args:
        connection: In a transaction.
        schema: The schema of the tables on PostgreSQL, quoted where that is needed; ``""`` on
            SQLite.
    """

    connection: Connection
    schema: str

    @property
    def is_postgresql(self) -> bool:
        """Tell whether the database is PostgreSQL. Otherwise it is SQLite."""
        return self.connection.dialect.name == "postgresql"

    def run(self, statement: str) -> None:
        """Run one statement.

        Args:
            statement: ``{schema}`` stands for the schema; ``{place}`` stands for the schema and a
                full stop on PostgreSQL, and for nothing on SQLite.
        """
        self.connection.exec_driver_sql(self._placed(statement), execution_options=_BARE)

    def rows(self, statement: str) -> Sequence[Any]:
        """Return the rows of a query."""
        return self.connection.exec_driver_sql(
            self._placed(statement), execution_options=_BARE
        ).fetchall()

    def select(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query by column name; of two columns of a name, the later one.

        Args:
            statement: With parameters such as ``:name``.
            **parameters: Their values.
        """
        found = self.connection.exec_driver_sql(self._bound(statement), parameters)
        names = list(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def by_restaurant(self, table: str, columns: str) -> Iterator[list[dict[str, Any]]]:
        """Yield some columns of the rows of a table, one restaurant at a time."""
        rows = f"FROM {{place}}{table}"
        for each in self.select(f"SELECT DISTINCT restaurant_id {rows} ORDER BY 1"):
            query = f"SELECT {columns} {rows} WHERE restaurant_id = :restaurant_id"
            yield self.select(query, **each)

    def write(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each row. Its columns are parameters such as ``:name``."""
        if rows:
            self.connection.exec_driver_sql(self._bound(statement), [dict(row) for row in rows])

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows. All of them have the columns of the first one."""
        if rows:
            names = list(rows[0])
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(f":{name}" for name in names)
            into = f"INSERT INTO {{place}}{table} ({columns})"
            self.write(f"{into} VALUES ({values})", rows)

    def run_file(self, name: str) -> None:
        """Run the statements of ``NAME_postgresql.sql`` or ``NAME_sqlite.sql``.

        Empty lines separate the statements.
        """
        statements = (_DDL / f"{name}_{self.connection.dialect.name}.sql").read_text("utf-8")
        for statement in statements.split("\n\n"):
            self.run(statement)

    def drop(self, *tables: str) -> None:
        """Drop tables, in this order."""
        for table in tables:
            self.run(f"DROP TABLE {{place}}{table}")

    def _bound(self, statement: str) -> str:
        """Write the parameters as the driver does."""
        placed = self._placed(statement)
        return _PARAMETER.sub(r"%(\1)s", placed) if self.is_postgresql else placed

    def _placed(self, statement: str) -> str:
        place = f"{self.schema}." if self.is_postgresql else ""
        return statement.replace("{schema}", self.schema).replace("{place}", place)
