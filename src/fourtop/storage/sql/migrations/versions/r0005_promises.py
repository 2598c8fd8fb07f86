"""Let bookings remember: conditions, promised tables, times, channel, the host's reference."""

from fourtop.storage.sql.migrations.step import Step

revision = "0005"
down_revision = "0004"


def upgrade(step: Step) -> None:
    """Add the columns. A booking of an earlier revision has no conditions and no told time."""
    step.run_file("0005")


def downgrade(step: Step) -> None:
    """Drop the columns with their values."""
    step.run_file("0005_down")
