"""Receipts: what a command says besides the hold, booking or block that it returns."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from fourtop.model.plan import Plan


@attrs.frozen
class Usage:
    """Covers and parties of one service against its caps; live holds count like bookings.

    Args:
        period: Key of the service period.
        service_date: The date that it starts on.
        booked_covers: People.
        booked_parties: Bookings and holds without one.
        max_covers: The cap, or ``None``.
        max_parties: The cap, or ``None``.

    >>> Usage("dinner", date(2026, 5, 1), 12, 3, 40, None).utilisation_percent
    30
    """

    period: str
    service_date: date
    booked_covers: int
    booked_parties: int
    max_covers: int | None = None
    max_parties: int | None = None

    @property
    def available_covers(self) -> int | None:
        """Covers left, at least 0; ``None`` where there is no cap."""
        return None if self.max_covers is None else max(self.max_covers - self.booked_covers, 0)

    @property
    def utilisation_percent(self) -> int | None:
        """Booked covers in percent of the cap, halves rounded up; ``None`` where there is none."""
        if not self.max_covers:
            return None
        return (200 * self.booked_covers + self.max_covers) // (2 * self.max_covers)


@attrs.frozen(kw_only=True)
class Receipt:
    """What a command says besides its record. A record that a query returns carries an empty receipt.

    Args:
        replayed: Whether this is the stored result of an earlier call.
        usage: The usage of the service after the command, where the command counts covers.
        plan: The plan that was chosen, where the command chose tables.
    """

    replayed: bool = False
    usage: Usage | None = None
    plan: Plan | None = None


NO_RECEIPT: Final = Receipt()
