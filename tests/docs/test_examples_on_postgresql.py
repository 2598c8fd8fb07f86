"""The examples that share a database with fourtop, each run against a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.session import cluster, fresh_database

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_SECONDS = 300

PRINTED = {
    "fastapi_orders.py": """\
201 order-1 new
201 order-1 replayed
422 order-2 NOT_ON_THE_MENU
409 order-3 PARTY_NEVER_FITS
201 order-4 new
[{'id': 'order-1', 'menu': 'roast', 'party_size': 4}, \
{'id': 'order-4', 'menu': 'soup', 'party_size': 2}]
""",
    "flask_orders/app.py": """\
No new upgrade operations detected.
201 order-1 new
201 order-1 replayed
402 order-2 CARD_REFUSED
409 order-3 PARTY_NEVER_FITS
201 order-4 new
['order-1', 'order-4']
""",
    "django_orders.py": """\
201 order-1 new
201 order-1 replayed
409 order-2 SOLD_OUT
409 order-3 PARTY_NEVER_FITS
201 order-4 new
{'orders': ['order-1', 'order-4']}
""",
    "outbox_consumer.py": """\
b0 Your table is booked.
b1 Your table is booked.
b1 Your booking has changed.
b2 Your table is booked.
one event was delivered 2 times
""",
}


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database without the schema."""
    with fresh_database() as name:
        yield name


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_the_example_runs_on_a_server(name: str, database: str) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name, cluster().url(database)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == PRINTED[name]
    orphans = cluster().execute(
        "SELECT count(*) FROM fourtop.bookings WHERE id IN ('order-2', 'order-3')",
        database=database,
    )
    assert orphans == [(0,)]
