"""Measure the search for overlaps among a million allocations, and the constraint against them.

Adding the constraint locks the table for reads and writes, so that a service stands still for so
long. Run ``python -m benchmarks.constraint`` at the project's root.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Final

import psycopg

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import database, server
from fourtop.storage.sql.migrations.versions.r0002_no_overlap import OVERLAPS

ROWS: Final = 1_000_000
HOUSES: Final = 100
TABLES: Final = 50
ROUNDS: Final = 3
# Every table is taken again as soon as it is free: adjacent windows are nearest to an overlap.
STAY_US: Final = 90 * 60 * 1_000_000

DROP: Final = "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap"
ADD: Final = """ALTER TABLE fourtop.allocations ADD CONSTRAINT allocations_no_overlap
EXCLUDE USING gist (
    restaurant_id WITH =, resource_type WITH =, resource_id WITH =, "window" WITH &&
)
WHERE (NOT shadow) DEFERRABLE INITIALLY IMMEDIATE"""
FILL: Final = (
    DROP,
    """INSERT INTO fourtop.restaurants
    SELECT 'house-' || i, 'house', 'House', 'UTC', true, 1, 1, 1, 0
    FROM generate_series(0, {houses} - 1) AS i""",
    """INSERT INTO fourtop.table_blocks
    (restaurant_id, id, tables, start_us, end_us, reason, actor_id, actor_role)
    SELECT id, 'b', '[]', 0, 1, 'a leg is loose', 'u1', 'staff' FROM fourtop.restaurants""",
    """INSERT INTO fourtop.allocations
    (restaurant_id, id, resource_type, resource_id, start_us, end_us, block_id, shadow)
    SELECT 'house-' || i % {houses}, '01a21401-0216-711d-b42c-' || (100000000000 + i), 'table',
        (i / {houses} % {tables})::text,
        i / {houses} / {tables} * {stay}, (i / {houses} / {tables} + 1) * {stay},
        'b', false
    FROM generate_series(0, {rows}::bigint - 1) AS i""",
    "ANALYZE fourtop.allocations",
    "CHECKPOINT",
)


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Yield what each step takes, as its median: to look, to forbid, and to allow again."""
    rows = ROWS // 10 if is_quick else ROWS
    facts: dict[str, Any] = {"houses": HOUSES, "tables": TABLES, "stay": STAY_US, "rows": rows}
    with database() as name, server().connect(name) as owner:
        for statement in FILL:
            owner.execute(statement.format(**facts).encode())
        overlaps = OVERLAPS.replace("{place}", "fourtop.")
        taken: dict[str, list[float]] = {}
        size = 0
        for _ in range(ROUNDS):
            for step, statement in (("look for overlaps", overlaps), ("add the constraint", ADD)):
                taken.setdefault(step, []).append(seconds(owner, statement))
            size = owner.execute(
                "SELECT pg_relation_size('fourtop.allocations_no_overlap')"
            ).fetchall()[0][0]
            taken.setdefault("drop the constraint", []).append(seconds(owner, DROP))
    for step, times in taken.items():
        middle = sorted(times)[len(times) // 2]
        yield Note(f"{step}, {rows:,} rows: {middle:.2f} s [{min(times):.2f}..{max(times):.2f}]")
    yield Note(f"its index: {size / 2**20:,.0f} MiB, {size / rows:,.0f} bytes a row")


def seconds(owner: psycopg.Connection[tuple[Any, ...]], statement: str) -> float:
    """Return how long a statement takes, its commit included."""
    begun = perf_counter()
    owner.execute(statement.encode())
    return perf_counter() - begun


if __name__ == "__main__":
    print(HEADING)
    for each in bars():
        print(each, flush=True)
