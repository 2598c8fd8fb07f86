"""The two databases that are migrated here: empty ones, and what is in them, read by plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from fourtop import SqlStore
from fourtop.storage.sql.tables.catalog import catalog
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import APP_ROLE, JOBS_ROLE
from tests.database.furnished import postgresql_database
from tests.database.session import cluster, fresh_database

BOTH: Final[tuple[Database, ...]] = ("postgresql", "sqlite")


@attrs.frozen
class Place:
    """A database for one test.

    Args:
        database: Which of the two it is.
        url: Where its owner finds it.
        name: The file, or the name in the cluster.
    """

    database: Database
    url: str
    name: str

    def placed(self, sql: str) -> str:
        """Put what stands before the name of a table of ours in the place of ``{schema}``."""
        return sql.replace("{schema}", "fourtop." if self.database == "postgresql" else "")

    @property
    def store_url(self) -> str:
        """Where a service finds it, which owns nothing there."""
        return (
            cluster().url(self.name, user="service") if self.database == "postgresql" else self.url
        )

    def store(self, **how: Any) -> SqlStore:
        return SqlStore(self.store_url, **how)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL as the owner and return its rows; ``{schema}`` is as in ``placed``."""
        sql = self.placed(sql)
        if self.database == "postgresql":
            return cluster().execute(sql, database=self.name)
        with closing(sqlite3.connect(self.name, isolation_level=None)) as connection:
            return connection.execute(sql).fetchall()

    def rows(self, *, without: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Read every row of every table of ours, but for some tables."""
        return {
            name: sorted(self.execute(f"SELECT * FROM {{schema}}{name}"), key=repr)  # noqa: S608  # Names of our own.
            for name in catalog(self.database).names
            if name not in without
        }

    def objects(self) -> list[str]:
        """Name all that is in it, but for what a database brings itself."""
        query = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        if self.database == "postgresql":
            query = """SELECT nspname || '.' || relname FROM pg_class
                JOIN pg_namespace ON relnamespace = pg_namespace.oid
                WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
                UNION ALL SELECT nspname FROM pg_namespace
                WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema')
                UNION ALL SELECT proname FROM pg_proc
                WHERE proname = 'tenant' ORDER BY 1"""
        return [name for (name,) in self.execute(query)]


@contextmanager
def empty(database: Database, folder: Path) -> Iterator[Place]:
    """Give a database with nothing of ours in it."""
    if database == "sqlite":
        yield Place(database, f"sqlite:///{folder / 'night.db'}", str(folder / "night.db"))
        return
    # It makes the roles, and the login that is a member of them: they belong to the whole cluster.
    with postgresql_database(), fresh_database() as name:
        assert {APP_ROLE, JOBS_ROLE} <= {
            role for (role,) in cluster().execute("SELECT rolname FROM pg_roles")
        }
        yield Place(database, cluster().url(name), name)
