"""Table ``booking_slots``: covers that are reserved at a start, with a version."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index

from fourtop.model.booking_slot import BookingSlot
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.values import Row


def _row(slot: BookingSlot) -> Row:
    return {
        "id": slot.id,
        "start_us": slot.start_us,
        "available": slot.available,
        "reserved": slot.reserved,
        "version": slot.version,
    }


def _slot_of(restaurant_id: str, row: list[Any]) -> BookingSlot:
    id_, start_us, available, reserved, version = row
    return BookingSlot(id_, restaurant_id, start_us, available, reserved, version)


def _items(make: TableBuilder) -> tuple[Any, ...]:
    return (
        make.whole("start_us"),
        make.small("available"),
        make.small("reserved"),
        make.whole("version"),
        make.check("booking_slots_reserved_check", "reserved BETWEEN 0 AND available"),
        Index("booking_slots_start", "restaurant_id", "start_us"),
    )


BOOKING_SLOTS: Final = PlainTable(
    record=BookingSlot,
    name="booking_slots",
    columns=("id", "start_us", "available", "reserved", "version"),
    items=_items,
    row=_row,
    record_of=_slot_of,
)
