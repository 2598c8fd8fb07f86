"""Tables ``allocations`` and ``allocations_archive``: the rows that occupy tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    Computed,
    Index,
    PrimaryKeyConstraint,
    column,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import MOMENT, TableBuilder, partial_index
from fourtop.storage.sql.tables.values import Row

NO_OVERLAP: Final = "allocations_no_overlap"
# Longer rows (blocks, whole days) have an index of their own. A search for the rows that overlap a
# window then need not start a month earlier. Nearly every stay is shorter.
SHORT_US: Final = 6 * 60 * 60 * 1_000_000

ALLOCATION: Final = (
    "id",
    "resource_type",
    "resource_id",
    "start_us",
    "end_us",
    "hold_id",
    "booking_id",
    "block_id",
    "shadow",
)
_OWNERS: Final = ("hold", "booking", "block")
_HOLD, _BOOKING, _BLOCK = OwnerKind.HOLD, OwnerKind.BOOKING, OwnerKind.BLOCK
_TYPES: Final = {each.value: each for each in ResourceType}
# Looked up: to read the value of an enum takes longer.
_TYPE_NAMES: Final = {each: each.value for each in ResourceType}
_OWNER_COLUMNS: Final = {each: f"{each.value}_id" for each in OwnerKind}


def allocation_row(allocation: Allocation) -> Row:
    """Return the row of an allocation."""
    window = allocation.window
    return {
        "id": allocation.id,
        "resource_type": _TYPE_NAMES[allocation.resource_type],
        "resource_id": allocation.resource_id,
        "start_us": window.start_us,
        "end_us": window.end_us,
        _OWNER_COLUMNS[allocation.owner_kind]: allocation.owner_id,
        "shadow": allocation.shadow,
    }


def allocation_of(restaurant_id: str, row: list[Any]) -> Allocation:
    """Return the allocation of a row."""
    return _allocation(restaurant_id, tuple(row))


# Each command of an evening reads the same rows. The cache key is the restaurant and everything
# that a row says, so an entry is never stale.
@lru_cache(maxsize=16_384)
def _allocation(restaurant_id: str, row: tuple[Any, ...]) -> Allocation:
    id_, resource_type, resource_id, start_us, end_us, hold_id, booking_id, block_id, shadow = row
    # A CHECK constraint guarantees exactly one owner.
    if booking_id is not None:
        kind, owner_id = _BOOKING, booking_id
    elif hold_id is not None:
        kind, owner_id = _HOLD, hold_id
    else:
        kind, owner_id = _BLOCK, block_id
    window = Window.of_micros(start_us, end_us)
    return Allocation(
        id_, restaurant_id, _TYPES[resource_type], resource_id, window, kind, owner_id, bool(shadow)
    )


def allocation_tables(make: TableBuilder) -> None:
    """Add the tables of allocations."""
    owners = " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in _OWNERS)
    tables = {"hold": "table_holds", "booking": "bookings", "block": "table_blocks"}
    make.table(
        "allocations",
        *_columns(make),
        PrimaryKeyConstraint("restaurant_id", "id", name="allocations_pkey"),
        *(
            make.owned_by(f"allocations_{each}_fkey", "restaurant_id", f"{each}_id", of=table)
            for each, table in tables.items()
        ),
        make.check("allocations_window_check", "start_us < end_us"),
        make.check("allocations_owner_check", f"{owners} = 1"),
        make.check("allocations_shadow_check", "hold_id IS NULL OR NOT shadow"),
        make.check("allocations_type_check", "resource_type IN ('table', 'hold', 'merge_group')"),
        Index("allocations_start", "restaurant_id", "start_us"),
        partial_index(
            "allocations_long", text(f"end_us - start_us > {SHORT_US}"), "restaurant_id", "start_us"
        ),
        *(
            partial_index(
                f"allocations_{each}", text(f"{each}_id IS NOT NULL"), "restaurant_id", f"{each}_id"
            )
            for each in _OWNERS
        ),
        *_no_overlap(make),
    )
    make.table(
        "allocations_archive",
        *_columns(make),
        make.whole("archived_us"),
        # An archived id may be used again and archived again, so it cannot be the key.
        *make.counted("allocations_archive", "number"),
        Index("allocations_archive_start", "restaurant_id", "start_us"),
    )
    # The retention job searches all restaurants.
    Index("allocations_end", make.metadata.tables[make.full_name("allocations")].c.end_us)


def _columns(make: TableBuilder) -> tuple[Column[Any], ...]:
    window: tuple[Column[Any], ...] = ()
    if make.is_postgresql:
        bounds = f"{MOMENT.format('start_us')}, {MOMENT.format('end_us')}"
        computed = Computed(f"tstzrange({bounds})", persisted=True)
        window = (Column("window", TSTZRANGE(), computed, nullable=False),)
    return (
        make.key("restaurant_id"),
        make.key("id"),
        make.key("resource_type"),
        make.key("resource_id"),
        make.whole("start_us"),
        make.whole("end_us"),
        *window,
        make.key("hold_id", null=True),
        make.key("booking_id", null=True),
        make.key("block_id", null=True),
        make.flag("shadow"),
    )


def _no_overlap(make: TableBuilder) -> tuple[Any, ...]:
    """Forbid overlap: by a constraint on PostgreSQL; on SQLite by triggers that use this index."""
    if not make.is_postgresql:
        columns = ("restaurant_id", "resource_type", "resource_id", "start_us")
        return (Index(NO_OVERLAP, *columns, sqlite_where=text("NOT shadow")),)
    equal: list[tuple[Any, str]] = [
        (column(name), "=") for name in ("restaurant_id", "resource_type", "resource_id")
    ]
    return (
        ExcludeConstraint(
            *equal,
            (literal_column('"window"'), "&&"),
            name=NO_OVERLAP,
            using="gist",
            where=text("NOT shadow"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )
