"""Reserve slot: reserve covers of a slot, or give reserved covers back."""

from __future__ import annotations

import attrs

from fourtop.engine.commands.open_slot import MOST_COVERS
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import slot_event
from fourtop.errors import Code, InvalidInput, NotFound, Refusal, Refused, StaleVersion
from fourtop.model import validators
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.event import EventType
from fourtop.ports import Changes, Decision, Scope, View, refs


def command(
    caller: Caller, slot_id: str, covers: int, *, expected: int | None, key: str | None
) -> Command[BookingSlot]:
    """Build the command that reserves covers.

    Raises:
        InvalidInput: If a number is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    return _command("reserve_slot", caller, (slot_id, covers), expected=expected, key=key)


def release(
    caller: Caller, slot_id: str, covers: int, *, expected: int | None, key: str | None
) -> Command[BookingSlot]:
    """Build the command that gives covers back; it raises as ``command``."""
    return _command("release_slot", caller, (slot_id, covers), expected=expected, key=key)


def _command(
    name: str, caller: Caller, wanted: tuple[str, int], *, expected: int | None, key: str | None
) -> Command[BookingSlot]:
    slot_id = validators.check_identifier("slot_id", wanted[0])
    covers = validators.check_integer("covers", wanted[1], 1, MOST_COVERS)
    version = optional_version(expected)
    arguments = with_expected({"slot_id": slot_id, "covers": covers}, version)
    invocation = caller.invocation(name, key, arguments)
    decide = _reserved if name == "reserve_slot" else _released

    def decided(view: View, compiled: CompiledHouse) -> Decision[BookingSlot]:
        slot = decide(view, compiled, get_slot(view, slot_id, version), covers)
        event = slot_event(invocation, EventType.SLOT_CHANGED, slot, view.now_us)
        return Decision(slot, Changes(records_changed=(slot,), events=(event,)))

    scope = Scope(caller.restaurant_id, records=refs(BookingSlot, (slot_id,)))
    return Command(invocation, scope, decided)


def get_slot(view: View, slot_id: str, expected: int | None = None) -> BookingSlot:
    """Return the slot of an id, at the version that the caller saw.

    Raises:
        NotFound: If it is unknown.
        StaleVersion: If its version is another. Read the slot again.
    """
    slot = view.find_record(BookingSlot, slot_id)
    if slot is None:
        raise NotFound("slot", slot_id)
    if expected is not None and slot.version != expected:
        raise StaleVersion("slot", expected, slot.version)
    return slot


def _reserved(view: View, compiled: CompiledHouse, slot: BookingSlot, covers: int) -> BookingSlot:
    start = compiled.calendar.local_text(slot.start_us)
    if slot.start_us < view.now_us:
        raise Refused(Refusal.by_rule(Code.BOOKING_IN_PAST, start=start, grace_minutes=0))
    if covers > slot.left:
        facts = {"available": slot.available, "reserved": slot.reserved, "requested": covers}
        raise Refused(Refusal.by_rule(Code.SLOT_FULL, slot_id=slot.id, start=start, **facts))
    return attrs.evolve(slot, reserved=slot.reserved + covers, version=slot.version + 1)


def _released(_view: View, _compiled: CompiledHouse, slot: BookingSlot, covers: int) -> BookingSlot:
    if covers > slot.reserved:
        rule = f"must be at most the {slot.reserved} reserved covers"
        raise InvalidInput("covers", rule, str(covers))
    return attrs.evolve(slot, reserved=slot.reserved - covers, version=slot.version + 1)
