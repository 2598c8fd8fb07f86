"""Record of an evening: the requests, their outcomes, and the use of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

import attrs

from fourtop.engine import Audit
from fourtop.errors import Refusal
from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.house import House
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, from_micros

HALF_HOUR_US: Final = 30 * MICROSECONDS_PER_MINUTE


class Channel(StrEnum):
    """The channel of a request."""

    WEB = "web"
    PHONE = "phone"
    WALK_IN = "walk_in"


class VisitEvent(StrEnum):
    """An event in the visit of a party."""

    ASKED_FOR = "asked_for"
    SHOWN_LAST = "shown_last"
    HELD = "held"
    HOLD_EXPIRED = "hold_expired"
    CONFIRMED = "confirmed"
    REPLAYED = "replayed"
    BOOKED = "booked"
    REFUSED = "refused"
    WAITED = "waited"
    CANCELLED = "cancelled"
    CAME = "came"
    STAYED_AWAY = "stayed_away"
    LEFT = "left"
    LEFT_EARLY = "left_early"


@attrs.frozen
class Step:
    """One event of a visit.

    Args:
        at_us: Time of the event, in microseconds.
        event: The event.
        tables: Ids of the tables concerned, in table order.
        start_us: The start concerned, in microseconds; ``None``: the start asked for first.
        refusal: The refusal, if the answer was no.
        nearest_us: After a refusal, the nearest bookable start at that moment, if any.
        other: Number of the other party concerned: the rival, or the party that left early.
    """

    at_us: int
    event: VisitEvent
    tables: tuple[str, ...] = ()
    start_us: int | None = None
    refusal: Refusal | None = None
    nearest_us: int | None = None
    other: int | None = None


@attrs.frozen
class Visit:
    """A request and its events.

    Args:
        number: Number of the request, in the order in which requests were made.
        channel: Channel of the request.
        party_size: Number of guests.
        start_us: Requested start, in microseconds.
        steps: Events in order; the first is the request.
    """

    number: int
    channel: Channel
    party_size: int
    start_us: int
    steps: tuple[Step, ...]

    @property
    def booking_id(self) -> str:
        """The id of the booking, if the request led to one."""
        return f"r{self.number}"

    @property
    def asked_at(self) -> datetime:
        """Time of the request, in UTC."""
        return from_micros(self.steps[0].at_us)

    def did(self, event: VisitEvent) -> Step | None:
        """Return the first step with this event, or ``None``."""
        return next((step for step in self.steps if step.event is event), None)


@attrs.frozen
class HalfHour:
    """The use of a house in half an hour.

    Args:
        start_us: Start of the half hour, in microseconds.
        covers: Largest number of guests seated at once.
        tables: Largest number of tables in use at once.
        use_percent: Table minutes in use, in percent of all table minutes.
    """

    start_us: int
    covers: int
    tables: int
    use_percent: int

    @property
    def start(self) -> datetime:
        """Start of the half hour, in UTC."""
        return from_micros(self.start_us)


@attrs.frozen
class Evening:
    """The record of a finished evening.

    Args:
        seed: Seed of the guests.
        house: The restaurant, its floor and policy.
        on: The date.
        visits: All requests, in the order in which they were made.
        rows: Final allocations of tables to parties, by start.
        half_hours: Use per half hour, from the first start to the last end.
        audit: Audit of the store.
    """

    seed: int
    house: House
    on: date
    visits: tuple[Visit, ...]
    rows: tuple[Allocation, ...]
    half_hours: tuple[HalfHour, ...]
    audit: Audit

    def visit_of(self, row: Allocation) -> Visit | None:
        """Return the visit that owns a row, or ``None``."""
        return next((visit for visit in self.visits if visit.booking_id == row.owner_id), None)


def half_hours(
    span: Window, rows: Iterable[Allocation], bookings: Mapping[str, Booking], *, tables: int
) -> tuple[HalfHour, ...]:
    """Return the use of a house in each half hour of a span.

    A table kept for a no-show counts as in use; its party does not count as covers.

    Args:
        span: The span; the last half hour may reach beyond it.
        rows: Allocations of tables.
        bookings: Owners of the rows, by id.
        tables: Number of tables of the house.
    """
    listed = list(rows)
    starts = range(span.start_us, span.end_us, HALF_HOUR_US)
    return tuple(_half_hour(start_us, listed, bookings, tables) for start_us in starts)


def _half_hour(
    start_us: int, rows: list[Allocation], bookings: Mapping[str, Booking], tables: int
) -> HalfHour:
    window = Window.of_micros(start_us, start_us + HALF_HOUR_US)
    inside = [row for row in rows if row.window.overlaps(window)]
    edges = {max(row.window.start_us, window.start_us) for row in inside} | {
        window.start_us,
        window.end_us,
    }
    covers = in_use = used_us = 0
    # Occupancy changes only at edges, so its maximum lies at an edge.
    for edge_us, next_us in pairwise(
        sorted(edges | {min(row.window.end_us, window.end_us) for row in inside})
    ):
        there = [row for row in inside if row.window.start_us <= edge_us < row.window.end_us]
        owners = {row.owner_id for row in there}
        people = (
            bookings[owner].party_size
            for owner in owners
            if bookings[owner].status is not BookingStatus.NO_SHOW
        )
        covers = max(covers, sum(people))
        in_use = max(in_use, len(there))
        used_us += len(there) * (next_us - edge_us)
    return HalfHour(start_us, covers, in_use, _percent(used_us, tables * HALF_HOUR_US))


def _percent(part: int, whole: int) -> int:
    """Return whole percent, halves rounded up; 0 if the whole is 0."""
    return (200 * part + whole) // (2 * whole) if whole else 0
