"""Unblock: end a block from now on."""

from __future__ import annotations

import attrs

from fourtop.engine.allocations import release_from
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import block_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import NotFound
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.block import Block
from fourtop.model.event import EventType
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, Scope, View, refs


def command(caller: Caller, block_id: str, *, key: str | None) -> Command[Block]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
    """
    arguments = {"block_id": validators.check_identifier("block_id", block_id)}
    invocation = caller.invocation("unblock", key, arguments)
    return Command(
        invocation,
        Scope(caller.restaurant_id, records=refs(Block, (block_id,))),
        lambda view, _: remove_block(invocation, view, block_id),
    )


def remove_block(invocation: Invocation, view: View, block_id: str) -> Decision[Block]:
    """Decide the end of a block. The part of it that has passed stays on record."""
    block = view.find_record(Block, block_id)
    if block is None:
        raise NotFound("block", block_id)
    now_us = view.now_us
    if block.window.end_us <= now_us:
        return Decision(block)
    changes = release_from(view.allocations_of(OwnerKind.BLOCK, block_id), now_us)
    if block.window.start_us < now_us:
        block = attrs.evolve(block, window=Window.of_micros(block.window.start_us, now_us))
        changes += Changes(records_changed=(block,))
    else:
        changes += Changes(records_removed=((Block, block_id),))
    event = block_event(invocation, EventType.BLOCK_REMOVED, block, now_us)
    return Decision(block, changes + Changes(events=(event,)))
