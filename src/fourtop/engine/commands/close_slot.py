"""Close slot: remove a slot without reserved covers."""

from __future__ import annotations

from fourtop.engine.commands.reserve_slot import get_slot
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import slot_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import InUse
from fourtop.model import validators
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.event import EventType
from fourtop.ports import Changes, Decision, Scope, View, refs


def command(
    caller: Caller, slot_id: str, *, expected: int | None, key: str | None
) -> Command[BookingSlot]:
    """Build the command.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    version = optional_version(expected)
    arguments = with_expected({"slot_id": slot_id}, version)
    invocation = caller.invocation("close_slot", key, arguments)
    validators.check_identifier("slot_id", slot_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, records=refs(BookingSlot, (slot_id,))),
        lambda view, _: close_slot(invocation, view, get_slot(view, slot_id, version)),
    )


def close_slot(invocation: Invocation, view: View, slot: BookingSlot) -> Decision[BookingSlot]:
    """Decide the end of a slot."""
    if slot.reserved:
        raise InUse("slot", slot.id, f"{slot.reserved} reserved covers")
    event = slot_event(invocation, EventType.SLOT_CLOSED, slot, view.now_us)
    gone = ((BookingSlot, slot.id),)
    return Decision(slot, Changes(records_removed=gone, events=(event,)))
