"""Give policies booking windows, exceptions, pacing, shares, rules of zones and of walk-ins."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions.r0003_tenants import ALL, bind_owner, secure

revision = "0006"
down_revision = "0005"

# The tables that this revision makes, each after those that it refers to.
MADE: Final = (
    "restaurant_booking_windows",
    "restaurant_date_exceptions",
    "restaurant_pacing_rules",
    "restaurant_channel_shares",
    "restaurant_zone_rules",
    "restaurant_walk_in_rules",
    "restaurant_walk_in_tables",
)
# The tables whose rows the downgrade changes.
CHANGED: Final = ("restaurant_capacity_rules", "restaurant_policies")


def upgrade(step: Step) -> None:
    """Make the tables and the columns. The policies of earlier revisions have no such rules."""
    step.run_file("0006")
    if step.is_postgresql:
        for table in MADE:
            secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the tables and columns, and the caps of zones and overrides.

    Revision 0005 would take these caps for those of every service.
    """
    if step.is_postgresql:
        # PostgreSQL alters no table with checks to come.
        step.run("SET CONSTRAINTS ALL IMMEDIATE")
    bind_owner(step, CHANGED, is_bound=False)
    step.run_file("0006_down")
    bind_owner(step, CHANGED, is_bound=True)
