"""Give policies the notice of a re-seating."""

from fourtop.storage.sql.migrations.step import Step

revision = "0014"
down_revision = "0013"


def upgrade(step: Step) -> None:
    """Make the column. Houses of earlier revisions re-seat a party until its start."""
    step.run(
        "ALTER TABLE {place}restaurant_policies"
        " ADD COLUMN reseat_notice_minutes INTEGER DEFAULT 0 NOT NULL"
    )


def downgrade(step: Step) -> None:
    """Drop the column."""
    step.run("ALTER TABLE {place}restaurant_policies DROP COLUMN reseat_notice_minutes")
