"""Stores in SQL: SQLite and PostgreSQL, through SQLAlchemy's Core."""

from typing import TYPE_CHECKING, Any

try:
    import cattrs  # noqa: F401  # Only to see whether the extra is there.
    import sqlalchemy  # noqa: F401  # The same.
except ImportError as _error:
    raise ImportError(
        "the SQL stores need SQLAlchemy and cattrs: install fourtop[sql], or fourtop[postgres]"
    ) from _error

from fourtop.storage.sql.async_store import AsyncSqlStore
from fourtop.storage.sql.checks.finding import Finding, Severity
from fourtop.storage.sql.checks.startup import inspect_store
from fourtop.storage.sql.store import SqlStore

if TYPE_CHECKING:
    from fourtop.storage.sql.migrations.migrate import (
        current,
        downgrade,
        exclude_fourtop,
        history,
        migrate,
    )

# Alembic takes longer to import than the rest together, and a service that only serves has no use
# for it.
_OF_ALEMBIC = frozenset({"current", "downgrade", "exclude_fourtop", "history", "migrate"})


def __getattr__(name: str) -> Any:
    if name not in _OF_ALEMBIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fourtop.storage.sql.migrations import migrate as migrate_module  # noqa: PLC0415  # See above.

    return getattr(migrate_module, name)


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
