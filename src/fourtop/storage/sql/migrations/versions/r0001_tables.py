"""Make the tables of houses, bookings, holds, allocations, stored results and events."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step

revision = "0001"
down_revision = None

# Each table comes after the tables that it refers to.
TABLES: Final = (
    "restaurants",
    "restaurant_policies",
    "zones",
    "table_inventory",
    "table_adjacencies",
    "restaurant_service_periods",
    "restaurant_capacity_rules",
    "bookings",
    "booking_table_assignments",
    "table_blocks",
    "table_holds",
    "table_hold_members",
    "allocations",
    "allocations_archive",
    "booking_confirmation_results",
    "command_results",
    "capacity_outbox",
)


def upgrade(step: Step) -> None:
    """Make the tables with their keys, checks and indexes."""
    step.run_file("0001")


def downgrade(step: Step) -> None:
    """Drop the tables and their rows."""
    step.drop(*reversed(TABLES))
