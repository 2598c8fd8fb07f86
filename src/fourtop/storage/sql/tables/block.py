"""Table ``table_blocks``: tables out of use for a time."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import PrimaryKeyConstraint

from fourtop.model.actor import Actor
from fourtop.model.block import Block
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import Row, actor_row

BLOCK: Final = ("id", "tables", "start_us", "end_us", "reason", "actor_id", "actor_role")


def block_row(block: Block) -> Row:
    """Return the row of a block."""
    return {
        "id": block.id,
        "tables": list(block.tables),
        "start_us": block.window.start_us,
        "end_us": block.window.end_us,
        "reason": block.reason,
        **actor_row(block.actor),
    }


def block_of(restaurant_id: str, row: list[Any]) -> Block:
    """Return the block of a row."""
    id_, tables, start_us, end_us, reason, actor_id, actor_role = row
    window = Window.of_micros(start_us, end_us)
    return Block(id_, restaurant_id, tuple(tables), window, reason, Actor(actor_id, actor_role))


def block_table(make: TableBuilder) -> None:
    """Add the table of blocks."""
    make.table(
        "table_blocks",
        make.key("restaurant_id"),
        make.key("id"),
        make.document("tables"),
        make.whole("start_us"),
        make.whole("end_us"),
        make.words("reason"),
        *make.actor(),
        PrimaryKeyConstraint("restaurant_id", "id", name="table_blocks_pkey"),
        make.owned_by("table_blocks_restaurant_fkey", "restaurant_id", of="restaurants"),
    )
