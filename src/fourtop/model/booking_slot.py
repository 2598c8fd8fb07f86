"""Booking slots: a number of covers at a start, reserved with an optimistic version."""

from __future__ import annotations

from datetime import datetime

import attrs

from fourtop.errors.display import brief
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.window import brief_iso, from_micros


@attrs.frozen(repr=False)
class BookingSlot:
    """Covers that a host gives out at a start, apart from tables.

    A slot takes no tables and counts towards no cap: it is for hosts that sell a number of places,
    such as a tasting. The reserved covers never exceed the available ones.

    Args:
        id: Of the slot; unique in the restaurant.
        restaurant_id: The tenant.
        start_us: The time when the guests come, in microseconds.
        available: The number of covers that it has (0–100,000).
        reserved: The number of covers that are reserved.
        version: Counts its changes, from 1.
        receipt: Further facts from the command that returned it; neither stored nor compared.
    """

    id: str
    restaurant_id: str
    start_us: int
    available: int
    reserved: int = 0
    version: int = 1
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        assert 0 <= self.reserved <= self.available, "a slot reserves no more than it has"

    @property
    def start(self) -> datetime:
        """The time when the guests come, in UTC."""
        return from_micros(self.start_us)

    @property
    def left(self) -> int:
        """The covers that can still be reserved."""
        return self.available - self.reserved

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.id} at {brief_iso(self.start_us)}",
            f"{self.reserved} of {self.available} reserved, version {self.version}",
        )
