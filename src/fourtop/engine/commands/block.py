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


@attrs.frozen
class BlockCall:
    """The arguments of a command that makes a block.

    Args:
        window: The window.
        tables: Table ids. These or ``zone_id`` is given.
        zone_id: The id of a zone.
        reason: For the staff.
        key: The idempotency key, if any.
    """

    window: Window
    tables: Collection[str]
    zone_id: str | None
    reason: str
    key: str | None

    def begin(self, caller: Caller, name: str) -> tuple[Invocation, Block]:
        """Check the arguments; return the invocation of the command and its block.

        Raises:
            InvalidInput: If an argument is of the wrong type.
            InvalidIdentifier: If an id or the key is malformed.
        """
        validators.check_instance("window", self.window, Window)
        validators.check_private_text("reason", self.reason, _LONGEST_REASON)
        named = validators.check_identifiers("tables", self.tables)
        arguments = {
            "window": self.window,
            "tables": named,
            "zone_id": optional_id("zone_id", self.zone_id),
            "reason": self.reason,
        }
        invocation = caller.invocation(name, self.key, arguments)
        where = (caller.restaurant_id, named, self.window)
        return invocation, Block(invocation.id, *where, self.reason, caller.actor)


def command(caller: Caller, call: BlockCall) -> Command[Block]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type.
        InvalidIdentifier: If an id or the key is malformed.
    """
    (invocation, block), zone_id = call.begin(caller, "block"), call.zone_id
    return Command(
        invocation,
        Scope(caller.restaurant_id, windows=(call.window,)),
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
    tables = tables_of_block(compiled.house.floor, block.tables, zone_id)
    window = end_in_future(block.window, view.now_us)
    rivals = find_all_rivals(view, tables, window)
    if rivals:
        raise Refused(taken(tables, rivals))
    made = attrs.evolve(block, tables=tables, window=window)
    return Decision(made, put_in_place(invocation, view, made))


def end_in_future(window: Window, now_us: int) -> Window:
    """Return the part of a window that lies ahead.

    Raises:
        InvalidWindow: If it has passed.
    """
    if window.end_us <= now_us:
        raise InvalidWindow("window", "must end in the future", str(window))
    # The past cannot be blocked: parties that sat there have left.
    return Window.of_micros(max(window.start_us, now_us), window.end_us)


def put_in_place(
    invocation: Invocation, view: View, block: Block, kept: Collection[str] = ()
) -> Changes:
    """Return the changes that put a block and its rows in place.

    Args:
        invocation: The call.
        view: The holds; those that have expired end.
        block: The block.
        kept: Ids of holds that the command ends itself.
    """
    placing = allocate(invocation, (OwnerKind.BLOCK, block.id), block.tables, block.window)
    event = block_event(invocation, EventType.BLOCK_CREATED, block, view.now_us)
    changes = Changes(added=placing.rows, records_added=(block,), events=(event,))
    return expire_holds(invocation, view, block.window, kept=kept) + changes


def tables_of_block(floor: Floor, tables: tuple[str, ...], zone_id: str | None) -> tuple[str, ...]:
    """Return the tables of a block, in table order.

    Raises:
        InvalidInput: If both or neither are given, or the zone has no tables.
        NotFound: If a table or the zone is unknown.
    """
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
