"""Open slot: offer a number of covers at a start."""

from __future__ import annotations

from datetime import datetime

from fourtop.engine.dispatch.requests import Caller, Command, optional_id
from fourtop.engine.events import slot_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import AlreadyExists, InvalidInput
from fourtop.model import validators
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.event import EventType
from fourtop.model.window import brief_iso, to_micros
from fourtop.ports import Changes, Decision, Scope, View, refs

MOST_COVERS = 100_000


def command(
    caller: Caller, start: datetime, available: int, slot_id: str | None, *, key: str | None
) -> Command[BookingSlot]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
        InvalidIdentifier: If an id or the key is malformed.
    """
    start_us = to_micros(start, "start")
    covers = validators.check_integer("available", available, 0, MOST_COVERS)
    checked_id = optional_id("slot_id", slot_id)
    arguments = {"start_us": start_us, "available": covers, "slot_id": checked_id}
    invocation = caller.invocation("open_slot", key, arguments)
    slot = BookingSlot(checked_id or invocation.id, caller.restaurant_id, start_us, covers)
    return Command(
        invocation,
        Scope(caller.restaurant_id, records=refs(BookingSlot, (slot.id,))),
        lambda view, _: open_slot(invocation, view, slot),
    )


def open_slot(invocation: Invocation, view: View, slot: BookingSlot) -> Decision[BookingSlot]:
    """Decide a new slot at a start ahead."""
    if view.find_record(BookingSlot, slot.id) is not None:
        raise AlreadyExists("slot", slot.id)
    if slot.start_us < view.now_us:
        raise InvalidInput("start", "must not have passed", brief_iso(slot.start_us))
    event = slot_event(invocation, EventType.SLOT_OPENED, slot, view.now_us)
    return Decision(slot, Changes(records_added=(slot,), events=(event,)))
