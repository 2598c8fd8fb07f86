"""Databases with the schema in them: empty ones for a test, copied from one that was made once."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from fourtop.storage.sql.migrations.migrate import migrate
from fourtop.storage.sql.tables.security import APP_ROLE, JOBS_ROLE
from tests.database.cluster import Cluster
from tests.database.session import bouncer, cluster, fresh_database

# The login of a service: neither owner nor superuser, and a member of the two roles.
LOGIN: Final = "service"
_TEMPLATE: Final = "furnished"


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fourtop-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    migrate(f"sqlite:///{path}")
    return path


def sqlite_url(path: Path) -> str:
    """Put an empty database with the schema at a path, and return its URL."""
    shutil.copy(_sqlite_template(), path)
    return f"sqlite:///{path}"


def furnish(server: Cluster, name: str) -> None:
    """Make an empty database with the schema in a cluster, and the roles that go with it."""
    server.create_database(name)
    migrate(server.url(name))
    server.execute(f"CREATE ROLE {LOGIN} LOGIN NOINHERIT IN ROLE {APP_ROLE}, {JOBS_ROLE}")


@cache
def _postgresql_template() -> str:
    furnish(cluster(), _TEMPLATE)
    return _TEMPLATE


@contextmanager
def postgresql_database() -> Iterator[str]:
    """Give the name of an empty database with the schema; it is dropped at the end."""
    with fresh_database(template=_postgresql_template()) as name:
        yield name


@contextmanager
def postgresql_url(*, by_bouncer: bool = False, user: str = LOGIN) -> Iterator[str]:
    """Give the URL of an empty database with the schema, direct or through a pooler."""
    with postgresql_database() as name:
        server = bouncer() if by_bouncer else cluster()
        yield server.url(name, user=user)
