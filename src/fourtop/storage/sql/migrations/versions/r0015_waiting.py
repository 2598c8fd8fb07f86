"""Find the parties that wait for tables by an index."""

from fourtop.storage.sql.migrations.step import Step

revision = "0015"
down_revision = "0014"


def upgrade(step: Step) -> None:
    """Make the index on PostgreSQL. SQLite finds these parties by the index of statuses."""
    if step.is_postgresql:
        step.run(
            "CREATE INDEX bookings_waiting ON {place}bookings (restaurant_id, dining_start_us)"
            " WHERE status IN ('pending', 'waitlisted', 'priority_waitlist')"
            " AND assigned_us IS NULL"
        )


def downgrade(step: Step) -> None:
    """Drop the index."""
    if step.is_postgresql:
        step.run("DROP INDEX {place}bookings_waiting")
