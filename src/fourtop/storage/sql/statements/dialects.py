"""The dialect of each database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.postgres_dialect import PostgresDialect
from fourtop.storage.sql.statements.sqlite_dialect import SqliteDialect
from fourtop.storage.sql.tables.columns import Database

DIALECTS: Final[Mapping[Database, type[Dialect]]] = {
    each.database: each for each in (PostgresDialect, SqliteDialect)
}
