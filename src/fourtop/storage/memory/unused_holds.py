"""Unused holds: those that ended and that no other record refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fourtop.model.allocation import OwnerKind
from fourtop.model.hold import Hold, HoldState
from fourtop.storage.memory.confirmations import ConfirmationRecords
from fourtop.timeline import Occupancy


def unused_holds(
    holds: Iterable[Hold],
    confirmations: ConfirmationRecords,
    occupancy: Occupancy,
    before_us: int,
) -> Iterator[tuple[int, str]]:
    """Yield (creation, id) of the ended holds of an instant or earlier without references."""
    for hold in holds:
        is_over = hold.state is not HoldState.ACTIVE and hold.stay.occupied.end_us <= before_us
        if not is_over or hold.created_us > before_us or confirmations.has_results(hold.id):
            continue
        if not occupancy.of_owner(OwnerKind.HOLD, hold.id):
            yield hold.created_us, hold.id


def forget_hold(holds: dict[str, Hold], holds_for: dict[str, list[str]], hold_id: str) -> None:
    """Forget the record of an ended hold.

    Args:
        holds: The holds by id.
        holds_for: The ids of the holds for each booking.
        hold_id: The hold.
    """
    hold = holds.pop(hold_id)
    if hold.booking_id is not None:
        holds_for[hold.booking_id].remove(hold_id)
        if not holds_for[hold.booking_id]:
            del holds_for[hold.booking_id]
