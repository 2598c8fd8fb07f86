"""Find the booking slots of a window by an index."""

from fourtop.storage.sql.migrations.step import Step

revision = "0013"
down_revision = "0012"


def upgrade(step: Step) -> None:
    """Make the index."""
    step.run("CREATE INDEX booking_slots_start ON {place}booking_slots (restaurant_id, start_us)")


def downgrade(step: Step) -> None:
    """Drop the index."""
    step.run("DROP INDEX {place}booking_slots_start")
