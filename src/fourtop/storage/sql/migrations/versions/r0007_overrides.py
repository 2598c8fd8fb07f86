"""Let bookings and holds keep what staff did: pins, overrides, and a slack budget of their own."""

from fourtop.storage.sql.migrations.step import Step

revision = "0007"
down_revision = "0006"


def upgrade(step: Step) -> None:
    """Add the columns. A booking of an earlier revision is not pinned and breaks no rule."""
    step.run_file("0007")


def downgrade(step: Step) -> None:
    """Drop the columns with their values."""
    step.run_file("0007_down")
