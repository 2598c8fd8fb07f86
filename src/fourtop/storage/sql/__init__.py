"""Stores in SQL: SQLite and PostgreSQL, with SQLAlchemy Core."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    import sqlalchemy  # noqa: F401  # Only to see whether the extra is installed.
except ImportError as _error:
    raise ImportError(
        "the SQL stores need SQLAlchemy: install fourtop[sql], or fourtop[postgres]"
    ) from _error

from fourtop.storage.sql.checks.findings import Finding, Severity
from fourtop.storage.sql.checks.startup import inspect_store
from fourtop.storage.sql.connection.transaction import StoreMetrics
from fourtop.storage.sql.hosted_store import HostedStore
from fourtop.storage.sql.store import SqlStore
from fourtop.storage.sql.tables.catalog import metadata

if TYPE_CHECKING:
    from fourtop.storage.sql.async_hosted_store import AsyncHostedStore
    from fourtop.storage.sql.async_store import AsyncSqlStore
    from fourtop.storage.sql.migrations.migrate import (
        current,
        downgrade,
        exclude_fourtop,
        history,
        migrate,
    )

_MIGRATE = "fourtop.storage.sql.migrations.migrate"
# The module of each name that is imported at its first use. Alembic takes longer to import than
# the rest together, and a service that only serves does not need it. The async store needs
# greenlet, which SQLAlchemy does not install by itself.
_LAZY = {
    "AsyncHostedStore": "fourtop.storage.sql.async_hosted_store",
    "AsyncSqlStore": "fourtop.storage.sql.async_store",
    "current": _MIGRATE,
    "downgrade": _MIGRATE,
    "exclude_fourtop": _MIGRATE,
    "history": _MIGRATE,
    "migrate": _MIGRATE,
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_LAZY[name]), name)
    except ImportError as error:
        if name.startswith("Async"):
            raise ImportError(f"{name} needs greenlet: install fourtop[async]") from error
        raise


__all__ = [
    "AsyncHostedStore",
    "AsyncSqlStore",
    "Finding",
    "HostedStore",
    "Severity",
    "SqlStore",
    "StoreMetrics",
    "current",
    "downgrade",
    "exclude_fourtop",
    "history",
    "inspect_store",
    "metadata",
    "migrate",
]
