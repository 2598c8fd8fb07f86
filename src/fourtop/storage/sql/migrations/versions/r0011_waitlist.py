"""Let bookings wait for tables, and keep booking slots."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions.r0003_tenants import ALL, bind_owner, secure

revision = "0011"
down_revision = "0010"

# The table that this revision makes.
MADE: Final = ("booking_slots",)
# The tables whose rows the downgrade changes.
CHANGED: Final = ("bookings", "command_results")


def upgrade(step: Step) -> None:
    """Add the columns and the table. No booking of an earlier revision is on the waitlist."""
    step.run_file(revision)
    if step.is_postgresql:
        for table in MADE:
            secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the slots and the columns. A party on the waitlist is on the priority waitlist then.

    Stored results that name the status go: revision 0010 cannot read them.
    """
    bind_owner(step, CHANGED, is_bound=False)
    step.run_file(f"{revision}_down")
    bind_owner(step, CHANGED, is_bound=True)
