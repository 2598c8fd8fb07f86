"""How PostgreSQL goes to the rows that jobs ask for, in tables of a hundred thousand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.statements.registry import statements_for
from fourtop.storage.sql.tables.security import JOBS_ROLE
from tests.database.furnished import postgresql_database
from tests.database.session import cluster

# Half of the events wait, and one in a hundred of the holds is active.
EVENTS = """
INSERT INTO fourtop.capacity_outbox
    (restaurant_id, dedupe_key, type, at_us, actor_id, actor_role, data, subject, delivered_us)
SELECT 'r' || n % 100, 'k' || n, 'capacity.hold.created', n, 'u17', 'staff', '{}', 'b' || n % 7000,
    CASE WHEN n <= 50000 THEN n END
FROM generate_series(1, 100000) AS n
"""
HOLDS = """
INSERT INTO fourtop.table_holds
    (restaurant_id, id, party_size, state, period, service_date,
    dining_start_us, dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped,
    created_us, expires_us, fingerprint, actor_id, actor_role, must, wish, names_tables)
SELECT 'r' || n % 100, 'h' || n, 2, CASE WHEN n % 100 = 0 THEN 'active' ELSE 'released' END,
    'dinner', '2026-05-01', n, n + 1, n, n + 1, 90, false,
    n, n, '{}', 'u17', 'staff', '{}', '{}', false
FROM generate_series(1, 100000) AS n
"""
ROWS = [
    EVENTS,
    HOLDS,
]


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection[Any]]:
    """A database of that many rows, in the role of the jobs, before anybody has counted them."""
    with postgresql_database() as name, cluster().connect(name) as opened:
        opened.execute("SET session_replication_role = replica")
        # Nobody counts behind our back.
        opened.execute("ALTER TABLE fourtop.capacity_outbox SET (autovacuum_enabled = false)")
        opened.execute("ALTER TABLE fourtop.table_holds SET (autovacuum_enabled = false)")
        for statement in ROWS:
            opened.execute(statement.encode())
        yield opened


def plan(connection: psycopg.Connection[Any], statement: Statement, **given: object) -> str:
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL ROLE {JOBS_ROLE}".encode())
        explained = f"EXPLAIN {statement.text}".encode()
        return "\n".join(
            line for (line,) in connection.execute(explained, {**statement.constants, **given})
        )


CLAIM = {"now_us": 10**7, "limit": 100, "until_us": 2 * 10**7, "lease": "x"}
DELIVERY = '[{"ordinal": 0, "restaurant_id": "r1", "sequence": 70001, "lease": "x"}]'


# First while the database believes that hardly anything waits, then when it knows better.
@pytest.mark.slow
@pytest.mark.parametrize("is_counted", [False, True])
def test_jobs_go_along_the_indexes_that_were_made_for_them(
    connection: psycopg.Connection[Any],
    is_counted: bool,  # noqa: FBT001  # A parameter of the test.
) -> None:
    if is_counted:
        connection.execute("ANALYZE")
    statements = statements_for("postgresql", "fourtop")
    outbox, retention = statements.outbox, statements.retention
    old = {"before_us": 20_000, "limit": 500}
    (events,), (holds,) = retention.deletions["events"], retention.deletions["holds"]
    plans = {
        "claim": (
            plan(connection, outbox._claim, **CLAIM),
            ("capacity_outbox_next", "capacity_outbox_waiting"),
        ),
        "done": (
            plan(connection, outbox._done, now_us=1, deliveries=DELIVERY),
            ("capacity_outbox_pkey",),
        ),
        "sweep": (plan(connection, retention._expired, **old), ("table_holds_expiry",)),
        "events": (
            plan(connection, events, **old),
            ("capacity_outbox_delivered", "capacity_outbox_dead"),
        ),
        "holds": (plan(connection, holds, **old), ("table_holds_ended",)),
    }
    for name, (said, indexes) in plans.items():
        assert "Seq Scan on capacity_outbox" not in said, f"{name}:\n{said}"
        assert "Seq Scan on table_holds" not in said, f"{name}:\n{said}"
        assert [index for index in indexes if index not in said] == [], f"{name}:\n{said}"
    # An event's earlier ones are looked up by their subject, and never all that waits.
    claim, _ = plans["claim"]
    assert "subject = capacity_outbox" in claim
    assert "Join Filter" not in claim
