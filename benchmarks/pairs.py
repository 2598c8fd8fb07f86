"""Pairs: a hold and its confirmation, one after the other, and how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import attrs

from fourtop import BookingRequest, Desk


@attrs.frozen
class Pairs:
    """How long holds and confirmations took, in seconds, all of them together."""

    hold: float
    confirm: float

    @property
    def both(self) -> float:
        """Of the pairs."""
        return self.hold + self.confirm


def taken(desk: Desk, requests: Sequence[BookingRequest]) -> Pairs:
    """Take each party from hold to booking."""
    hold = confirm = 0.0
    for request in requests:
        begun = perf_counter()
        held = desk.hold(request)
        between = perf_counter()
        desk.confirm(held.id)
        hold += between - begun
        confirm += perf_counter() - between
    return Pairs(hold, confirm)
