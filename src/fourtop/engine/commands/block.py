"""Block: take tables, or all tables of a zone, out of use for a window."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from fourtop.engine.allocations import allocate, expire_holds
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_id
from fourtop.engine.events import block_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.rivals import find_all_rivals, taken
from fourtop.errors import InvalidInput, InvalidWindow, NotFound, Refused
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.block import Block
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, Scope, View

_LONGEST_REASON = 200


def command(
    caller: Caller,
    window: Window,
    where: tuple[Collection[str], str | None],
    reason: str,
    *,
    key: str | None,
) -> Command[Block]:
    """Build the command.

    Args:
        caller: The caller.
        window: The window.
        where: Table ids, and the id of a zone. One of them is given.
        reason: For the staff.
        key: The idempotency key.

    Raises:
        InvalidInput: If an argument is of the wrong type.
        InvalidIdentifier: If an id or the key is malformed.
    """
    tables, zone_id = where
    scope = Scope(
        caller.restaurant_id, windows=(validators.check_instance("window", window, Window),)
    )
    validators.check_private_text("reason", reason, _LONGEST_REASON)
    named = validators.check_identifiers("tables", tables)
    arguments = {
        "window": window,
        "tables": named,
        "zone_id": optional_id("zone_id", zone_id),
        "reason": reason,
    }
    invocation = caller.invocation("block", key, arguments)
    block = Block(invocation.id, caller.restaurant_id, named, window, reason, caller.actor)
    return Command(
        invocation,
        scope,
        lambda view, compiled: make_block(invocation, view, compiled, block, zone_id=zone_id),
    )


def make_block(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    block: Block,
    *,
    zone_id: str | None,
) -> Decision[Block]:
    """Decide a block of tables or of a zone. It never displaces a booking or a live hold."""
    tables = _tables(compiled.house.floor, block.tables, zone_id)
    if block.window.end_us <= view.now_us:
        raise InvalidWindow("window", "must end in the future", str(block.window))
    # The past cannot be blocked: parties that sat there have left.
    window = Window.of_micros(max(block.window.start_us, view.now_us), block.window.end_us)
    rivals = find_all_rivals(view, tables, window)
    if rivals:
        raise Refused(taken(tables, rivals))
    made = attrs.evolve(block, tables=tables, window=window)
    placing = allocate(invocation, (OwnerKind.BLOCK, made.id), tables, made.window)
    event = block_event(invocation, EventType.BLOCK_CREATED, made, view.now_us)
    changes = Changes(added=placing.rows, records_added=(made,), events=(event,))
    return Decision(made, expire_holds(invocation, view, made.window) + changes)


def _tables(floor: Floor, tables: tuple[str, ...], zone_id: str | None) -> tuple[str, ...]:
    if (zone_id is None) == (not tables):
        raise InvalidInput(
            "tables, zone_id", "give exactly one of them", "both" if tables else "neither"
        )
    if zone_id is None:
        return floor.in_order(tables)
    if floor.find_zone(zone_id) is None:
        raise NotFound("zone", zone_id)
    of_zone = tuple(table.id for table in floor.tables if table.zone_id == zone_id)
    if not of_zone:
        raise InvalidInput("zone_id", "must be a zone with tables", zone_id)
    return of_zone
