"""Confirmation results: the evidence of every attempt to confirm a hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from fourtop.errors.display import brief, count_of, short_id
from fourtop.model.actor import Actor
from fourtop.model.direct_init import direct_init
from fourtop.model.window import Window, brief_iso, from_micros


@attrs.frozen(repr=False)
class TableSnapshot:
    """A table at the time of a confirmation.

    The capacity is ``None`` if the floor no longer had the table.
    """

    table_id: str
    capacity: int | None

    def __repr__(self) -> str:
        seats = "not on the floor" if self.capacity is None else count_of(self.capacity, "seat")
        return brief(self, self.table_id, seats)


@attrs.frozen(repr=False)
class Rival:
    """An allocation that was in the way at the time of a confirmation."""

    allocation_id: str
    table_id: str
    window: Window
    owner_kind: str
    owner_id: str

    def __repr__(self) -> str:
        owner = f"{self.owner_kind} {self.owner_id}"
        return brief(self, f"table {self.table_id} {self.window.brief()}", owner)


@direct_init
@attrs.frozen(repr=False)
class ConfirmationResult:
    """The outcome of one attempt to confirm a hold. It holds ids and numbers only.

    Args:
        id: Of the row; unique in the restaurant.
        restaurant_id: The tenant.
        hold_id: The hold.
        booking_id: The booking, where one was named or made.
        key: The idempotency key.
        confirmed: Whether it succeeded. A hold has at most one success.
        checked_us: The time of the check, in microseconds.
        tables: The tables with their capacities at that time.
        rivals: The allocations in the way. A hold that is alive has none.
        code: The error's code, if it failed.
        details: The error's details, if it failed.
        actor: The actor of the command.
        window: The time for which the tables were held; ``None`` if unknown.
    """

    id: str
    restaurant_id: str
    hold_id: str
    booking_id: str | None
    key: str
    confirmed: bool
    checked_us: int
    tables: tuple[TableSnapshot, ...]
    rivals: tuple[Rival, ...]
    code: str | None
    details: Mapping[str, Any] = attrs.field(hash=False)
    actor: Actor
    window: Window | None = None

    @property
    def checked_at(self) -> datetime:
        """The time of the check, in UTC."""
        return from_micros(self.checked_us)

    def __repr__(self) -> str:
        outcome = "confirmed" if self.confirmed else f"failed: {self.code}"
        return brief(
            self,
            f"hold {short_id(self.hold_id)} {outcome}",
            brief_iso(self.checked_us),
            "" if self.booking_id is None else f"booking {short_id(self.booking_id)}",
        )
