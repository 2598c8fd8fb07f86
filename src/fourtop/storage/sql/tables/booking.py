"""Tables ``bookings`` and ``booking_table_assignments``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Index, PrimaryKeyConstraint

from fourtop.model.actor import Actor
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import STAY, Row, actor_row, stay_of, stay_row

BOOKING: Final = (
    "id",
    "party_size",
    "status",
    "version",
    "created_us",
    "updated_us",
    "actor_id",
    "actor_role",
    "past_reason",
    *STAY,
    "merge_group_id",
    "assigned_start_us",
    "assigned_end_us",
    "assigned_us",
    "assigned_by_id",
    "assigned_by_role",
)
_STATUSES: Final = {each.value: each for each in BookingStatus}


def booking_row(booking: Booking) -> Row:
    """Return the row of a booking. Its tables are rows of ``booking_table_assignments``."""
    row = {
        "id": booking.id,
        "party_size": booking.party_size,
        "status": booking.status.value,
        "version": booking.version,
        "created_us": booking.created_us,
        "updated_us": booking.updated_us,
        "past_reason": booking.past_reason,
        **actor_row(booking.actor),
        **stay_row(booking.stay),
    }
    given = booking.assignment
    if given is not None:
        row |= {
            "merge_group_id": given.merge_group_id,
            "assigned_start_us": given.window.start_us,
            "assigned_end_us": given.window.end_us,
            "assigned_us": given.assigned_us,
            "assigned_by_id": given.assigned_by.id,
            "assigned_by_role": given.assigned_by.role,
        }
    return row


def booking_of(restaurant_id: str, row: list[Any]) -> Booking:
    """Return the booking of a row. The row ends with the list of its table ids."""
    *facts, tables = row
    return _booking(restaurant_id, tuple(facts), tuple(tables or ()))


@lru_cache(maxsize=4_096)
def _booking(restaurant_id: str, facts: tuple[Any, ...], tables: tuple[str, ...]) -> Booking:
    row = dict(zip(BOOKING, facts, strict=True))
    assignment = None
    if row["assigned_us"] is not None:
        assignment = Assignment(
            tables,
            Window.of_micros(row["assigned_start_us"], row["assigned_end_us"]),
            row["merge_group_id"],
            row["assigned_us"],
            Actor(row["assigned_by_id"], row["assigned_by_role"]),
        )
    return Booking(
        id=row["id"],
        restaurant_id=restaurant_id,
        party_size=row["party_size"],
        status=_STATUSES[row["status"]],
        stay=stay_of([row[name] for name in STAY]),
        assignment=assignment,
        version=row["version"],
        created_us=row["created_us"],
        updated_us=row["updated_us"],
        actor=Actor(row["actor_id"], row["actor_role"]),
        past_reason=row["past_reason"],
    )


def booking_tables(make: TableBuilder) -> None:
    """Add the tables of bookings."""
    make.table(
        "bookings",
        make.key("restaurant_id"),
        make.key("id"),
        make.small("party_size"),
        make.words("status"),
        *make.stay(),
        make.key("merge_group_id", null=True),
        make.whole("assigned_start_us", null=True),
        make.whole("assigned_end_us", null=True),
        make.whole("assigned_us", null=True),
        *make.actor("assigned_by", null=True),
        make.whole("version"),
        make.whole("created_us"),
        make.whole("updated_us"),
        *make.actor(),
        make.words("past_reason", null=True),
        *make.moment("starts_at", "dining_start_us"),
        PrimaryKeyConstraint("restaurant_id", "id", name="bookings_pkey"),
        make.owned_by("bookings_restaurant_fkey", "restaurant_id", of="restaurants"),
        Index("bookings_start", "restaurant_id", "dining_start_us"),
    )
    # No foreign key to table_inventory: a booking keeps its tables when the floor loses them.
    make.table(
        "booking_table_assignments",
        make.key("restaurant_id"),
        make.key("booking_id"),
        make.small("position"),
        make.key("table_id"),
        PrimaryKeyConstraint(
            "restaurant_id", "booking_id", "position", name="booking_table_assignments_pkey"
        ),
        make.owned_by(
            "booking_table_assignments_booking_fkey", "restaurant_id", "booking_id", of="bookings"
        ),
    )
