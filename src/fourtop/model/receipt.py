"""Receipts: the further facts on the hold, booking or block that a command returns."""

from datetime import date
from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model.plan import Plan
from fourtop.model.request import Relaxation


@attrs.frozen(repr=False)
class Usage:
    """Covers and parties of one service against its caps; live holds count like bookings.

    Args:
        period: Key of the service period.
        service_date: The date that it starts on.
        booked_covers: The number of people.
        booked_parties: The number of bookings, and of holds without a booking.
        max_covers: The cap on covers, or ``None``.
        max_parties: The cap on parties, or ``None``.

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
        """Covers left, at least 0; ``None`` without a cap."""
        return None if self.max_covers is None else max(self.max_covers - self.booked_covers, 0)

    @property
    def utilisation_percent(self) -> int | None:
        """Booked covers in percent of the cap, halves rounded up; ``None`` without a cap."""
        if not self.max_covers:
            return None
        return (200 * self.booked_covers + self.max_covers) // (2 * self.max_covers)

    def __repr__(self) -> str:
        return brief(self, f"{self.period} on {self.service_date}", self.summary())

    def summary(self) -> str:
        """Return the counts against the caps as text.

        >>> Usage("dinner", date(2026, 5, 1), 12, 3, 40, None).summary()
        '12 of 40 covers, 3 parties'
        """
        covers = "" if self.max_covers is None else f" of {self.max_covers:,}"
        parties = "" if self.max_parties is None else f" of {self.max_parties:,}"
        noun = "party" if self.booked_parties == 1 and not parties else "parties"
        covers_noun = "cover" if self.booked_covers == 1 and not covers else "covers"
        return (
            f"{self.booked_covers:,}{covers} {covers_noun}, {self.booked_parties:,}{parties} {noun}"
        )


@attrs.frozen(kw_only=True, repr=False)
class Receipt:
    """Further facts from a command. A record that a query returns carries an empty receipt.

    Args:
        replayed: Whether this is the stored result of an earlier call.
        usage: The usage of the service after the command, where the command counts covers.
        plan: The chosen plan, where the command chose tables.
        relaxed: The rules of the house that were lifted; see ``BookingRequest.relax``.
    """

    replayed: bool = False
    usage: Usage | None = None
    plan: Plan | None = None
    relaxed: tuple[Relaxation, ...] = ()

    def __repr__(self) -> str:
        return brief(
            self,
            "replayed" if self.replayed else "",
            "" if self.plan is None else f"tables {'+'.join(self.plan.tables)}",
            "" if self.usage is None else f"{self.usage.period} {self.usage.summary()}",
        )


NO_RECEIPT: Final = Receipt()
