"""Decisions about blocks: take tables out of use for a while, and give them back."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import find_rivals, taken
from fourtop.engine.allocations import allocate, expire_holds, release_from
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.invocation import Invocation
from fourtop.errors import InvalidInput, InvalidWindow, NotFound, Refused
from fourtop.model.allocation import OwnerKind
from fourtop.model.block import Block
from fourtop.model.event import Event, EventType
from fourtop.model.floor import Floor
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, View


def make_block(
    call: Invocation, view: View, rules: CompiledHouse, block: Block, *, zone_id: str | None
) -> Decision[Block]:
    """Decide a block of tables, or of all tables of a zone. It never pushes a booking or a live hold aside."""
    tables = _tables(rules.house.floor, block.tables, zone_id)
    if block.window.end_us <= view.now_us:
        raise InvalidWindow("window", "must end in the future", str(block.window))
    # What is over cannot be blocked any more: whoever sat there is gone.
    window = Window.of_micros(max(block.window.start_us, view.now_us), block.window.end_us)
    rivals = find_rivals(view, tables, window)
    if rivals:
        raise Refused(taken(tables, rivals))
    made = attrs.evolve(block, tables=tables, window=window)
    placing = allocate(call, (OwnerKind.BLOCK, made.id), tables, made.window)
    event = _block_event(call, EventType.BLOCK_CREATED, made, view.now_us)
    changes = Changes(added=placing.rows, blocks_added=(made,), events=(event,))
    return Decision(made, expire_holds(call, view, made.window) + changes)


def _tables(floor: Floor, tables: tuple[str, ...], zone_id: str | None) -> tuple[str, ...]:
    if (zone_id is None) == (not tables):
        raise InvalidInput(
            "tables", "or zone_id must be given, and not both", "both" if tables else "neither"
        )
    if zone_id is None:
        return floor.in_order(tables)
    if floor.find_zone(zone_id) is None:
        raise NotFound("zone", zone_id)
    of_zone = tuple(table.id for table in floor.tables if table.zone_id == zone_id)
    if not of_zone:
        raise InvalidInput("zone_id", "must be a zone with tables", zone_id)
    return of_zone


def remove_block(call: Invocation, view: View, block_id: str) -> Decision[Block]:
    """Decide the end of a block from now on; what is over of it stays on record."""
    block = view.find_block(block_id)
    if block is None:
        raise NotFound("block", block_id)
    now_us = view.now_us
    if block.window.end_us <= now_us:
        return Decision(block)
    changes = release_from(view.allocations_of(OwnerKind.BLOCK, block_id), now_us)
    if block.window.start_us < now_us:
        block = attrs.evolve(block, window=Window.of_micros(block.window.start_us, now_us))
        changes += Changes(blocks_changed=(block,))
    else:
        changes += Changes(blocks_removed=(block_id,))
    event = _block_event(call, EventType.BLOCK_REMOVED, block, now_us)
    return Decision(block, changes + Changes(events=(event,)))


def _block_event(call: Invocation, kind: EventType, block: Block, now_us: int) -> Event:
    data = {"block_id": block.id, "tables": list(block.tables), "window": str(block.window)}
    return call.event(kind, block.id, now_us, data=data)
