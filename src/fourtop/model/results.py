"""Outcomes: what a command answers, and may be asked to answer again."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from fourtop.errors import Refusal
from fourtop.model.block import Block
from fourtop.model.booking import Booking
from fourtop.model.calendar import Stay
from fourtop.model.hold import Hold
from fourtop.model.plan import Plan
from fourtop.model.window import from_micros


@attrs.frozen
class Versions:
    """How often a restaurant's floor, policy and occupancy have changed. A read changes none."""

    floor: int
    policy: int
    occupancy: int


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
        spots: How many such parties could be seated there one after the other, counted up to the limit
            that was asked for, caps included.
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
class Held:
    """A hold that was made, extended or released; ``replayed`` marks a stored answer."""

    hold: Hold
    replayed: bool = False


@attrs.frozen
class Confirmed:
    """A booking that was confirmed from a hold; ``replayed`` marks a stored answer."""

    booking: Booking
    hold_id: str
    replayed: bool = False


@attrs.frozen
class Booked:
    """A booking made in one step, with the service's usage after it; ``replayed`` marks a stored answer."""

    booking: Booking
    capacity: Usage
    replayed: bool = False


@attrs.frozen
class Changed:
    """A booking that was changed; ``replayed`` marks a stored answer."""

    booking: Booking
    replayed: bool = False


@attrs.frozen
class Moved:
    """Bookings that were moved together, in the order of the command; ``replayed`` marks a stored answer."""

    bookings: tuple[Booking, ...]
    replayed: bool = False


@attrs.frozen
class Blocked:
    """A block that was made or removed; ``replayed`` marks a stored answer."""

    block: Block
    replayed: bool = False


@attrs.frozen
class Imported:
    """How many bookings an import brought in; ``replayed`` marks a stored answer."""

    bookings: int
    allocations: int
    replayed: bool = False
