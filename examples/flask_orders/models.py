"""The tables of the service."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fourtop.storage.sql import metadata

_bookings = metadata().tables["fourtop.bookings"]


class Base(DeclarativeBase):
    """The base of the models."""


class Order(Base):
    """An order for a booking. The foreign key keeps it from outliving its booking."""

    __tablename__ = "orders"
    __table_args__ = (
        ForeignKeyConstraint(
            ["restaurant_id", "booking_id"], [_bookings.c.restaurant_id, _bookings.c.id]
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    restaurant_id: Mapped[str]
    booking_id: Mapped[str]
    card: Mapped[str]
