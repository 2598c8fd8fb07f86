"""Forbid overlapping live allocations: a constraint on PostgreSQL, triggers on SQLite."""

from typing import Final

from fourtop.errors import StoreMisconfigured
from fourtop.storage.sql.migrations.step import Step

revision = "0002"
down_revision = "0001"

# Sorted by start, a row overlaps an earlier row if it begins before the latest end so far.
OVERLAPS: Final = """
    SELECT restaurant_id, resource_type, resource_id, id FROM (
        SELECT restaurant_id, resource_type, resource_id, id, start_us, max(end_us) OVER (
            PARTITION BY restaurant_id, resource_type, resource_id ORDER BY start_us, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until_us
        FROM {place}allocations WHERE NOT shadow
    ) AS sorted
    WHERE start_us < taken_until_us
    ORDER BY restaurant_id, resource_type, resource_id, id LIMIT 10"""


def upgrade(step: Step) -> None:
    """Refuse to go on if rows overlap; else forbid it.

    Raises:
        StoreMisconfigured: Rows overlap; the error names the first of them. A person decides which
            party moves.
    """
    found = step.rows(OVERLAPS.replace("{place}", "{schema}." if step.is_postgresql else ""))
    if found:
        raise StoreMisconfigured(
            tuple(
                f"allocation {id_} of {restaurant} overlaps another on {kind} {name}"
                for restaurant, kind, name, id_ in found
            )
        )
    step.run_file("0002")


def downgrade(step: Step) -> None:
    """Allow overlaps again."""
    if step.is_postgresql:
        step.run("ALTER TABLE {schema}.allocations DROP CONSTRAINT allocations_no_overlap")
        return
    for occasion in ("insert", "update"):
        step.run(f"DROP TRIGGER allocations_no_overlap_{occasion}")
    step.run("DROP INDEX allocations_no_overlap")
