"""Confirmation results: the evidence of every confirmation that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from fourtop.model.actor import Actor
from fourtop.model.window import Window, from_micros


@attrs.frozen
class TableSnapshot:
    """A table as it was when a confirmation was judged; ``None`` where the floor had it no more."""

    table_id: str
    capacity: int | None


@attrs.frozen
class Rival:
    """An allocation that stood in the way when a confirmation was judged."""

    allocation_id: str
    table_id: str
    window: Window
    owner_kind: str
    owner_id: str


@attrs.frozen
class ConfirmationResult:
    """What came of one attempt to confirm a hold. Ids and numbers only.

    Args:
        id: Of the row; unique in the restaurant.
        restaurant_id: The tenant.
        hold_id: The hold.
        booking_id: The booking, where one was named or made.
        key: The idempotency key.
        confirmed: Whether it succeeded. At most one success for a hold.
        checked_us: When it was judged, in microseconds.
        tables: The tables with their capacities at that moment.
        rivals: What was in the way. While a hold is alive, nothing can be in the way of its tables.
        code: The error's code, if it failed.
        details: The error's details, if it failed.
        actor: Who tried.
        window: The time for which the tables were held; ``None`` where it is not known.
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
        """When it was judged, in UTC."""
        return from_micros(self.checked_us)
