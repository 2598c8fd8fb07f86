"""A store needs only what its own extra installs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.database.furnished import sqlite_url

_BLOCKED = """
import sys
for name in ("greenlet", "aiosqlite", "psycopg", "alembic"):
    sys.modules[name] = None
import fourtop
store = fourtop.SqlStore({url!r})
print(store.restaurant_ids(), "sqlalchemy.ext.asyncio" in sys.modules)
try:
    fourtop.AsyncSqlStore
except ImportError as error:
    print(error)
"""


def test_finding_21_a_store_on_sqlite_needs_neither_greenlet_nor_a_driver(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db")
    done = subprocess.run(
        [sys.executable, "-c", _BLOCKED.format(url=url)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "() False",
        "AsyncSqlStore needs greenlet: install fourtop[async]",
    ]
