"""Let bookings wait for tables, and keep booking slots."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions import r0003_tenants

revision = "0011"
down_revision = "0010"

ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
# The table that this revision makes.
MADE: Final = ("booking_slots",)
# The tables whose rows the downgrade changes.
CHANGED: Final = ("bookings", "command_results")


def upgrade(step: Step) -> None:
    """Add the columns and the table. No booking of an earlier revision is on the waitlist."""
    step.run_file(revision)
    if step.is_postgresql:
        for table in MADE:
            r0003_tenants.secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the slots and the columns. A party on the waitlist is on the priority waitlist then.

    Stored results that name the status go: revision 0010 cannot read them.
    """
    if step.is_postgresql:
        for table in CHANGED:
            step.run(f"ALTER TABLE {{schema}}.{table} NO FORCE ROW LEVEL SECURITY")
    step.run_file(f"{revision}_down")
    if step.is_postgresql:
        for table in CHANGED:
            step.run(f"ALTER TABLE {{schema}}.{table} FORCE ROW LEVEL SECURITY")
