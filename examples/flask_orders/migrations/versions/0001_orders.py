"""Create the table of orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table, with a foreign key to fourtop's bookings."""
    op.create_table(
        "orders",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("restaurant_id", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["restaurant_id", "booking_id"],
            ["fourtop.bookings.restaurant_id", "fourtop.bookings.id"],
        ),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("orders")
