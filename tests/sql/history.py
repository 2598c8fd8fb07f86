"""Write years of history by SQL: old rows must not slow a command down."""

from __future__ import annotations

from typing import Any, Final

import psycopg

# Every table that grows gets a tenth of the rows, the allocations get all. One in ten of these is
# live, and so in the exclusion constraint, which takes a minute to build over a million; the others
# are shadow rows, in all other indexes.
_STEP_US: Final = 7_200_000_000
_STAY_US: Final = 5_400_000_000

_TIMES: Final = """
CREATE TEMPORARY TABLE old AS
SELECT n, 'old-' || n AS id, ((n % 5) + 1)::text AS table_id,
    {before_us} - (n / 5 + 1) * {step_us}::bigint AS at_us
FROM generate_series(1, {rows} / 10) AS n
"""
_STAY: Final = "at_us, at_us + {stay_us}, at_us, at_us + {stay_us}, 90, false"
_INSERTS: Final = (
    """INSERT INTO fourtop.bookings (restaurant_id, id, party_size, status, period, service_date,
        dining_start_us,
        dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped, version,
        created_us, updated_us,
        actor_id, actor_role, assigned_start_us, assigned_end_us, assigned_us, assigned_by_id,
        assigned_by_role)
    SELECT '{house}', id, 4, 'completed', 'dinner', '2020-01-01', {stay}, 3, at_us, at_us, 'u',
        'guest',
        at_us, at_us + {stay_us}, at_us, 'u', 'guest' FROM old""",
    "INSERT INTO fourtop.booking_table_assignments SELECT '{house}', id, 0, table_id FROM old",
    """INSERT INTO fourtop.table_holds (restaurant_id, id, party_size, state, period,
        service_date, dining_start_us,
        dining_end_us, occupied_start_us, occupied_end_us, turn_minutes, is_clamped, created_us,
        expires_us, fingerprint,
        actor_id, actor_role, booking_id, session, must, wish, names_tables)
    SELECT '{house}', id, 4, 'confirmed', 'dinner', '2020-01-01', {stay}, at_us, at_us, '{{}}',
        'u', 'guest', id,
        's' || n % 50, '{{}}', '{{}}', false FROM old""",
    "INSERT INTO fourtop.table_hold_members SELECT '{house}', id, 0, table_id FROM old",
    """INSERT INTO fourtop.booking_confirmation_results (restaurant_id, id, hold_id, booking_id,
        idempotency_key,
        confirmed, checked_us, rivals, details, actor_id, actor_role)
    SELECT '{house}', id, id, id, id, true, at_us, '[]', '{{}}', 'u', 'guest' FROM old""",
    """INSERT INTO fourtop.command_results (restaurant_id, command, idempotency_key, fingerprint,
        result,
        stored_us)
    SELECT '{house}', 'confirm', id, '', '{{}}', at_us FROM old""",
    """INSERT INTO fourtop.capacity_outbox (restaurant_id, dedupe_key, type, at_us, actor_id,
        actor_role, booking_id,
        data, subject, delivered_us)
    SELECT '{house}', id, 'capacity.booking.created', at_us, 'u', 'guest', id, '{{}}', id,
        at_us FROM old""",
    """INSERT INTO fourtop.booking_slots (restaurant_id, id, start_us, available, reserved, version)
    SELECT '{house}', id, at_us, 10, 10, 2 FROM old""",
    """INSERT INTO fourtop.allocations (restaurant_id, id, resource_type, resource_id, start_us,
        end_us, booking_id,
        shadow)
    SELECT '{house}', id || '.' || part, 'table', table_id, at_us, at_us + {stay_us}, id, part > 0
    FROM old, generate_series(0, 9) AS part""",
)
_CONSTRAINT: Final = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conname = 'allocations_no_overlap' AND conrelid = 'fourtop.allocations'::regclass
"""


def fill(
    owner: psycopg.Connection[tuple[Any, ...]], house: str, *, rows: int, before_us: int
) -> None:
    """Give a restaurant a past of some rows of allocations, all of it before an instant."""
    words = {
        "house": house,
        "rows": rows,
        "before_us": before_us,
        "step_us": _STEP_US,
        "stay_us": _STAY_US,
    }
    stay = _STAY.format(**words)
    found = owner.execute(_CONSTRAINT).fetchone()
    assert found is not None
    for statement in (
        "SET session_replication_role = replica",
        "SET maintenance_work_mem = '512MB'",
        _TIMES.format(**words),
        # Built at once, an index is done sooner.
        "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap",
        *(insert.format(**words, stay=stay) for insert in _INSERTS),
        f"ALTER TABLE fourtop.allocations ADD CONSTRAINT allocations_no_overlap {found[0]}",
        "ANALYZE",
    ):
        owner.execute(statement.encode())
