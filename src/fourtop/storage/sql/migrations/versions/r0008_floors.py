"""Give floors distances, joins that win seats, shapes, sizes, and numbers unique in a zone."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions import r0003_tenants

revision = "0008"
down_revision = "0007"

ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
MADE: Final = ("table_distances", "table_aisles")
# The tables whose rows the downgrade changes, or reads besides.
CHANGED: Final = ("table_adjacencies", "table_inventory", "zones")


def upgrade(step: Step) -> None:
    """Make the tables and the columns. The floors of earlier revisions have no such rules."""
    step.run_file("0008")
    if step.is_postgresql:
        for table in MADE:
            r0003_tenants.secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the tables and columns. A number that two zones use gets the name of its zone.

    A join that wins seats wins none in revision 0007.
    """
    if step.is_postgresql:
        # PostgreSQL alters no table with checks to come.
        step.run("SET CONSTRAINTS ALL IMMEDIATE")
        for table in CHANGED:
            step.run(f"ALTER TABLE {{schema}}.{table} NO FORCE ROW LEVEL SECURITY")
    step.run_file("0008_down")
    if step.is_postgresql:
        for table in CHANGED:
            step.run(f"ALTER TABLE {{schema}}.{table} FORCE ROW LEVEL SECURITY")
