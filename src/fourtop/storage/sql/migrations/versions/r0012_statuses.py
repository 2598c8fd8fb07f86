"""Find the bookings of a status by an index."""

from fourtop.storage.sql.migrations.step import Step

revision = "0012"
down_revision = "0011"


def upgrade(step: Step) -> None:
    """Make the index."""
    step.run(
        "CREATE INDEX bookings_status ON {place}bookings (restaurant_id, status, dining_start_us)"
    )


def downgrade(step: Step) -> None:
    """Drop the index."""
    step.run("DROP INDEX {place}bookings_status")
