"""Give floors distances, joins that win seats, shapes, sizes, and numbers unique in a zone."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions.r0003_tenants import ALL, bind_owner, secure

revision = "0008"
down_revision = "0007"

MADE: Final = ("table_distances", "table_aisles")
# The tables whose rows the downgrade changes, or reads besides.
CHANGED: Final = ("table_adjacencies", "table_inventory", "zones")


def upgrade(step: Step) -> None:
    """Make the tables and the columns. The floors of earlier revisions have no such rules."""
    step.run_file("0008")
    if step.is_postgresql:
        for table in MADE:
            secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the tables and columns. A number that two zones use gets the name of its zone.

    A join that wins seats wins none in revision 0007.
    """
    if step.is_postgresql:
        # PostgreSQL alters no table with checks to come.
        step.run("SET CONSTRAINTS ALL IMMEDIATE")
    bind_owner(step, CHANGED, is_bound=False)
    step.run_file("0008_down")
    bind_owner(step, CHANGED, is_bound=True)
