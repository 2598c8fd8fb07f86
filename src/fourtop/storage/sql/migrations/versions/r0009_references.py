"""Find the bookings of a reference of the host by an index."""

from fourtop.storage.sql.migrations.step import Step

revision = "0009"
down_revision = "0008"


def upgrade(step: Step) -> None:
    """Make the index."""
    step.run(
        "CREATE INDEX bookings_reference ON {place}bookings (restaurant_id, reference)"
        " WHERE reference IS NOT NULL"
    )


def downgrade(step: Step) -> None:
    """Drop the index."""
    step.run("DROP INDEX {place}bookings_reference")
