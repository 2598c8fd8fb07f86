"""Outcomes: what a command answers, and may be asked to answer again."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from fourtop.errors import Refusal
from fourtop.model.calendar import Stay
from fourtop.model.plan import Plan
from fourtop.model.receipt import Usage
from fourtop.model.window import from_micros


@attrs.frozen
class Versions:
    """How often a restaurant's floor, policy and occupancy have changed. A read changes none."""

    floor: int
    policy: int
    occupancy: int


@attrs.frozen
class Quote:
    """The best free plan for a request, and the next best; nothing is held by it.

    Args:
        plan: The best.
        stay: The windows that it would take.
        others: The next plans in order, at most four.
        usage: Of the service, this party not counted.
        versions: Of what was looked at.
    """

    plan: Plan
    stay: Stay
    others: tuple[Plan, ...]
    usage: Usage
    versions: Versions


@attrs.frozen
class Slot:
    """A start time on offer, for one party size.

    Args:
        start_us: The start, in microseconds.
        period: Key of the service period; ``None``: no service is open then.
        party_size: The party size.
        refusal: Why not; ``None``: it can be booked.
        spots: How many such parties could be seated there one after the other, counted up to the
            limit that was asked for, caps included.
    """

    start_us: int
    period: str | None
    party_size: int
    refusal: Refusal | None
    spots: int

    @property
    def start(self) -> datetime:
        """The start, in UTC."""
        return from_micros(self.start_us)

    @property
    def is_bookable(self) -> bool:
        """Tell whether it can be booked at the version that was looked at."""
        return self.refusal is None


@attrs.frozen
class Availability:
    """The start times on offer of a date.

    Args:
        on: The date, in the restaurant's calendar.
        slots: By start, then party.
        usage: Of each service of the date, by start.
        versions: Of what was looked at.
    """

    on: date
    slots: tuple[Slot, ...]
    usage: tuple[Usage, ...]
    versions: Versions

    def bookable(self) -> tuple[Slot, ...]:
        """Return the slots that can be booked."""
        return tuple(slot for slot in self.slots if slot.is_bookable)


@attrs.frozen
class ImportReport:
    """The number of bookings and allocations that an import added; ``replayed`` marks a stored result."""

    bookings: int
    allocations: int
    replayed: bool = False
