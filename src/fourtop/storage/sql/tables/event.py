"""Table ``capacity_outbox``: the events and their delivery."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, UniqueConstraint, text

from fourtop.model.actor import Actor
from fourtop.model.event import Event, EventType
from fourtop.storage.sql.tables.columns import TableBuilder, partial_index
from fourtop.storage.sql.tables.values import Row, actor_row

EVENT: Final = (
    "type",
    "dedupe_key",
    "at_us",
    "actor_id",
    "actor_role",
    "booking_id",
    "hold_id",
    "data",
)


def event_row(event: Event) -> Row:
    """Return the row of an event."""
    return {
        "type": event.type.value,
        "dedupe_key": event.dedupe_key,
        "at_us": event.at_us,
        "booking_id": event.booking_id,
        "hold_id": event.hold_id,
        "data": dict(event.data),
        **actor_row(event.actor),
    }


def event_of(restaurant_id: str, row: list[Any]) -> Event:
    """Return the event of a row."""
    kind, dedupe_key, at_us, actor_id, actor_role, booking_id, hold_id, data = row
    actor = Actor(actor_id, actor_role)
    return Event(
        EventType(kind), dedupe_key, restaurant_id, at_us, actor, booking_id, hold_id, data
    )


def event_table(make: TableBuilder) -> None:
    """Add the table of events."""
    waiting = text("delivered_us IS NULL AND dead_us IS NULL")
    make.table(
        "capacity_outbox",
        make.key("restaurant_id"),
        *make.counted("capacity_outbox", "sequence"),
        make.key("dedupe_key"),
        make.words("type"),
        make.whole("at_us"),
        *make.actor(),
        make.key("booking_id", null=True),
        make.key("hold_id", null=True),
        make.document("data"),
        make.key("subject"),
        Column("attempts", Integer(), nullable=False, server_default=text("0")),
        Column("next_us", BigInteger(), nullable=False, server_default=text("0")),
        make.key("lease", null=True),
        make.whole("leased_until_us", null=True),
        make.whole("delivered_us", null=True),
        make.whole("dead_us", null=True),
        UniqueConstraint("restaurant_id", "dedupe_key", name="capacity_outbox_dedupe_key"),
        partial_index("capacity_outbox_waiting", waiting, "restaurant_id", "subject", "sequence"),
        # Relays and the retention job search all restaurants. The condition of the next index
        # says "waiting" in other words on purpose. With the same words, PostgreSQL would use this
        # index in place of capacity_outbox_waiting while its statistics say that no event waits,
        # and would then scan every waiting event for an earlier one of the same subject.
        partial_index(
            "capacity_outbox_next", text("coalesce(delivered_us, dead_us) IS NULL"), "sequence"
        ),
        partial_index(
            "capacity_outbox_delivered", text("delivered_us IS NOT NULL"), "delivered_us"
        ),
        partial_index("capacity_outbox_dead", text("dead_us IS NOT NULL"), "dead_us"),
        # Otherwise SQLite gives the sequence of a deleted event to the next one.
        sqlite_autoincrement=True,
    )
