"""Steps: what a revision has at hand to change a database with."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

import attrs
from sqlalchemy import Connection

_DDL: Final = files("fourtop.storage.sql.migrations") / "ddl"
# As bare text: the statements have no parameters, but percent signs are theirs.
_BARE: Final = {"no_parameters": True}


@attrs.frozen
class Step:
    """A database that a revision changes, within the one transaction of the whole migration.

    Args:
        connection: In a transaction.
        schema: The schema of the tables on PostgreSQL, quoted where that is needed; ``""`` on
            SQLite.
    """

    connection: Connection
    schema: str

    @property
    def is_postgresql(self) -> bool:
        """Tell whether it is PostgreSQL; else it is SQLite."""
        return self.connection.dialect.name == "postgresql"

    def run(self, statement: str) -> None:
        """Run one statement; ``{schema}`` stands for the schema."""
        self.connection.exec_driver_sql(self._placed(statement), execution_options=_BARE)

    def rows(self, statement: str) -> Sequence[Any]:
        """Return the rows that one statement answers."""
        return self.connection.exec_driver_sql(
            self._placed(statement), execution_options=_BARE
        ).fetchall()

    def run_file(self, name: str) -> None:
        """Run the statements of a file, which empty lines separate: ``NAME_postgresql.sql`` or ``NAME_sqlite.sql``."""
        text = (_DDL / f"{name}_{self.connection.dialect.name}.sql").read_text("utf-8")
        for statement in text.split("\n\n"):
            self.run(statement)

    def drop(self, *tables: str) -> None:
        """Drop tables, in this order."""
        place = "{schema}." if self.is_postgresql else ""
        for table in tables:
            self.run(f"DROP TABLE {place}{table}")

    def _placed(self, statement: str) -> str:
        return statement.replace("{schema}", self.schema)
