"""``fourtop slots``: booking slots, opened, shown, reserved and closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from fourtop import BookingSlot, Calendar, Desk, House, InUse, Refusal, Refused, StaleVersion
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import Formatter, counted, why
from fourtop.formats.results import to_data
from fourtop.model.window import from_micros


@attrs.frozen(kw_only=True)
class SlotChange:
    """A change of a slot as typed on the command line.

    Args:
        slot_id: The slot.
        covers: How many covers are reserved, or given back.
        expected: The version of the slot that the caller saw; ``None``: any.
        key: Idempotency key.
    """

    slot_id: str
    covers: int = 0
    expected: int | None = None
    key: str | None = None


def show_slots(desk: Desk, slot_ids: Sequence[str]) -> Answer:
    """Show some slots; the answer is ``NO`` if one of them does not exist."""
    house = desk.house()
    found = {slot_id: desk.find_slot(slot_id) for slot_id in slot_ids}
    lines = [
        f"{slot_id}: no such slot" if slot is None else _text(slot, house)
        for slot_id, slot in found.items()
    ]
    data = {
        "restaurant": house.restaurant.id,
        "slots": [_data(slot, house) for slot in found.values() if slot is not None],
        "unknown": [slot_id for slot_id, slot in found.items() if slot is None],
    }
    return Answer("\n".join(lines), data, ExitCode.NO if data["unknown"] else ExitCode.YES)


def open_slot(desk: Desk, at: str, covers: int, *, slot_id: str | None, key: str | None) -> Answer:
    """Open a slot at a start.

    Raises:
        InvalidInput: If a value is invalid, or the start has passed.
        AlreadyExists: If a slot has that id.
    """
    house = desk.house()
    start_us = Calendar(house.restaurant, house.policy).instant(at, "at")
    slot = desk.open_slot(from_micros(start_us), covers, slot_id=slot_id, key=key)
    return _answer(slot, house)


def reserve_slot(desk: Desk, change: SlotChange) -> Answer:
    """Reserve covers of a slot; the answer is ``NO`` if it has too few or its start has passed.

    Raises:
        NotFound: If the slot does not exist.
    """
    return _changed(
        desk,
        lambda: desk.reserve_slot(
            change.slot_id, change.covers, expected=change.expected, key=change.key
        ),
    )


def release_slot(desk: Desk, change: SlotChange) -> Answer:
    """Give reserved covers of a slot back.

    Raises:
        NotFound: If the slot does not exist.
        InvalidInput: If fewer covers are reserved.
    """
    return _changed(
        desk,
        lambda: desk.release_slot(
            change.slot_id, change.covers, expected=change.expected, key=change.key
        ),
    )


def close_slot(desk: Desk, change: SlotChange) -> Answer:
    """Remove a slot; the answer is ``NO`` if covers of it are reserved.

    Raises:
        NotFound: If the slot does not exist.
    """
    answer = _changed(
        desk, lambda: desk.close_slot(change.slot_id, expected=change.expected, key=change.key)
    )
    if answer.code is ExitCode.NO:
        return answer
    return attrs.evolve(answer, text=f"{change.slot_id}: closed")


def _changed(desk: Desk, change: Callable[[], BookingSlot]) -> Answer:
    """Return the answer of a change; it is ``NO`` if the slot is not at the expected version."""
    house = desk.house()
    refusal: Refusal | None = None
    try:
        slot = change()
    except Refused as error:
        refusal, problem = error.refusal, why(error.refusal)
    except (InUse, StaleVersion) as error:
        problem = str(error)
    else:
        return _answer(slot, house)
    data = {
        "restaurant": house.restaurant.id,
        "slot": None,
        "problem": problem,
        "refusal": None if refusal is None else to_data(refusal),
    }
    return Answer(f"no: {problem}", data, ExitCode.NO)


def _answer(slot: BookingSlot, house: House) -> Answer:
    data = {
        "restaurant": house.restaurant.id,
        "slot": _data(slot, house),
        "problem": None,
        "refusal": None,
    }
    return Answer(_text(slot, house), data)


def _text(slot: BookingSlot, house: House) -> str:
    start = Formatter(house).moment(slot.start_us)
    left = f"{slot.reserved} of {counted(slot.available, 'cover')} reserved"
    return f"{slot.id}: {start}, {left}, version {slot.version}"


def _data(slot: BookingSlot, house: House) -> dict[str, Any]:
    data: dict[str, Any] = to_data(slot)
    return {**data, "local_start": Formatter(house).iso(slot.start_us), "left": slot.left}
