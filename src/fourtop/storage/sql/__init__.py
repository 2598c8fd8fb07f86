"""Stores in SQL: SQLite and PostgreSQL, through SQLAlchemy's Core."""

try:
    import cattrs  # noqa: F401  # Only to see whether the extra is there.
    import sqlalchemy  # noqa: F401  # The same.
except ImportError as error:
    raise ImportError(
        "the SQL stores need SQLAlchemy and cattrs: install fourtop[sql], or fourtop[postgres]"
    ) from error

from fourtop.storage.sql.async_store import AsyncSqlStore
from fourtop.storage.sql.finding import Finding, Severity
from fourtop.storage.sql.inspecting import inspect as inspect_store
from fourtop.storage.sql.migrating import current, downgrade, exclude_fourtop, history, migrate
from fourtop.storage.sql.store import SqlStore

__all__ = [
    "AsyncSqlStore",
    "Finding",
    "Severity",
    "SqlStore",
    "current",
    "downgrade",
    "exclude_fourtop",
    "history",
    "inspect_store",
    "migrate",
]
