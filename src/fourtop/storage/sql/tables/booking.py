"""Tables ``bookings`` and ``booking_table_assignments``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Index, PrimaryKeyConstraint, text

from fourtop.model.actor import Actor
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import TableBuilder, partial_index
from fourtop.storage.sql.tables.values import (
    STAY,
    Row,
    actor_row,
    codes_of,
    codes_row,
    overrides_of,
    overrides_row,
    preference_of,
    preference_row,
    stay_of,
    stay_row,
)

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
    "names_tables",
    "asked_occasion",
    "channel",
    "minutes",
    "reference",
    "local_start",
    "seated_us",
    "left_us",
    "last_status",
    "last_start_us",
    "last_end_us",
    "last_step_us",
    "is_pinned",
    "would_refuse",
    "wait_earliest_us",
    "wait_latest_us",
    "wait_until_us",
    "offers",
    "must",
    "wish",
    "overrides",
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
        "must": preference_row(booking.must),
        "wish": preference_row(booking.wish),
        "names_tables": booking.names_tables,
        "asked_occasion": booking.occasion,
        "channel": booking.channel,
        "minutes": booking.minutes,
        "reference": booking.reference,
        "local_start": booking.local_start,
        "seated_us": booking.seated_us,
        "left_us": booking.left_us,
        "is_pinned": booking.is_pinned,
        "overrides": overrides_row(booking.overrides),
        "would_refuse": codes_row(booking.would_refuse),
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
    step = booking.last_step
    if step is not None:
        row |= {"last_status": step.status.value, "last_step_us": step.at_us}
        if step.window is not None:
            row |= {"last_start_us": step.window.start_us, "last_end_us": step.window.end_us}
    waiting = booking.waiting
    if waiting is not None:
        row |= {
            "wait_earliest_us": waiting.earliest_us,
            "wait_latest_us": waiting.latest_us,
            "wait_until_us": waiting.until_us,
            "offers": waiting.offers,
        }
    return row


def booking_of(restaurant_id: str, row: list[Any]) -> Booking:
    """Return the booking of a row. The row ends with the list of its table ids."""
    *facts, must, wish, overrides, tables = row
    documents = preference_of(must), preference_of(wish), overrides_of(overrides)
    return _booking(restaurant_id, (*facts, *documents), tuple(tables or ()))


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
        must=row["must"],
        wish=row["wish"],
        names_tables=bool(row["names_tables"]),
        occasion=row["asked_occasion"],
        channel=row["channel"],
        minutes=row["minutes"],
        reference=row["reference"],
        local_start=row["local_start"],
        seated_us=row["seated_us"],
        left_us=row["left_us"],
        last_step=_step(row),
        is_pinned=bool(row["is_pinned"]),
        overrides=row["overrides"],
        would_refuse=codes_of(row["would_refuse"]),
        waiting=_waiting(row),
    )


def _step(row: Row) -> Step | None:
    if row["last_status"] is None:
        return None
    start_us, end_us = row["last_start_us"], row["last_end_us"]
    window = None if start_us is None else Window.of_micros(start_us, end_us)
    return Step(_STATUSES[row["last_status"]], window, row["last_step_us"])


def _waiting(row: Row) -> Waiting | None:
    if row["wait_until_us"] is None:
        return None
    times = (row["wait_earliest_us"], row["wait_latest_us"], row["wait_until_us"])
    return Waiting(*times, offers=row["offers"])


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
        # A row of an earlier revision has these defaults.
        make.document("must", default="{}"),
        make.document("wish", default="{}"),
        make.flag("names_tables", default=False),
        make.words("asked_occasion", null=True),
        make.key("channel", null=True),
        make.small("minutes", null=True),
        make.key("reference", null=True),
        make.words("local_start", default=""),
        make.whole("seated_us", null=True),
        make.whole("left_us", null=True),
        make.words("last_status", null=True),
        make.whole("last_start_us", null=True),
        make.whole("last_end_us", null=True),
        make.whole("last_step_us", null=True),
        make.flag("is_pinned", default=False),
        make.document("overrides", default="[]"),
        make.words("would_refuse", null=True),
        make.whole("wait_earliest_us", null=True),
        make.whole("wait_latest_us", null=True),
        make.whole("wait_until_us", null=True),
        make.small("offers", null=True),
        PrimaryKeyConstraint("restaurant_id", "id", name="bookings_pkey"),
        make.owned_by("bookings_restaurant_fkey", "restaurant_id", of="restaurants"),
        Index("bookings_start", "restaurant_id", "dining_start_us"),
        Index("bookings_status", "restaurant_id", "status", "dining_start_us"),
        # The parties at the tables now.
        partial_index("bookings_seated", text("status = 'checked_in'"), "restaurant_id"),
        partial_index(
            "bookings_reference", text("reference IS NOT NULL"), "restaurant_id", "reference"
        ),
        # The parties that were promised tables.
        partial_index(
            "bookings_promised",
            text("status = 'pending_allocation'"),
            "restaurant_id",
            "occupied_start_us",
        ),
        *_waiting_index(make),
    )
    _add_assignments(make)


def _waiting_index(make: TableBuilder) -> tuple[Index, ...]:
    """Make the index of the parties that wait for tables.

    With a long past, PostgreSQL would find them by their starts among all that have tables. SQLite
    finds them by the index of statuses.
    """
    if not make.is_postgresql:
        return ()
    waits = text("status IN ('pending', 'waitlisted', 'priority_waitlist') AND assigned_us IS NULL")
    return (partial_index("bookings_waiting", waits, "restaurant_id", "dining_start_us"),)


def _add_assignments(make: TableBuilder) -> None:
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
