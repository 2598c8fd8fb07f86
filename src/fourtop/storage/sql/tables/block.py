"""Table ``table_blocks``: tables out of use for a time."""

from __future__ import annotations

from typing import Any, Final

from fourtop.model.actor import Actor
from fourtop.model.block import Block
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.values import Row, actor_row


def _row(block: Block) -> Row:
    return {
        "id": block.id,
        "tables": list(block.tables),
        "start_us": block.window.start_us,
        "end_us": block.window.end_us,
        "reason": block.reason,
        **actor_row(block.actor),
    }


def _block_of(restaurant_id: str, row: list[Any]) -> Block:
    id_, tables, start_us, end_us, reason, actor_id, actor_role = row
    window = Window.of_micros(start_us, end_us)
    return Block(id_, restaurant_id, tuple(tables), window, reason, Actor(actor_id, actor_role))


def _items(make: TableBuilder) -> tuple[Any, ...]:
    return (
        make.document("tables"),
        make.whole("start_us"),
        make.whole("end_us"),
        make.words("reason"),
        *make.actor(),
    )


BLOCKS: Final = PlainTable(
    record=Block,
    name="table_blocks",
    columns=("id", "tables", "start_us", "end_us", "reason", "actor_id", "actor_role"),
    items=_items,
    row=_row,
    record_of=_block_of,
)
