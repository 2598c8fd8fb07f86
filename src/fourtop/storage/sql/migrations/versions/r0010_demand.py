"""Give policies demand profiles and modes of enforcement, and record what shadow would refuse."""

from typing import Final

from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions.r0003_tenants import ALL, secure

revision = "0010"
down_revision = "0009"

MADE: Final = "restaurant_demand_profiles"


def upgrade(step: Step) -> None:
    """Make the table and the columns. Houses of earlier revisions enforce all of their rules."""
    step.run_file("0010")
    if step.is_postgresql:
        secure(step, MADE, ALL, "")


def downgrade(step: Step) -> None:
    """Drop them. Revision 0009 enforces every rule and weighs each hour alike."""
    step.run_file("0010_down")
