"""A night at a house: who asked for what, what came of it, and how full the house was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

import attrs

from fourtop import Allocation, Audit, Booking, BookingStatus, House, Refusal, Window
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros

HALF_HOUR_US: Final = 30 * MICROSECONDS_PER_MINUTE


class Channel(StrEnum):
    """How a party asked."""

    WEB = "web"
    STAFF = "staff"
    WALK_IN = "walk_in"


class VisitEvent(StrEnum):
    """What happened to a party, or what it did."""

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
    """One thing that happened to a party.

    Args:
        at_us: When, in microseconds.
        event: What.
        tables: The ids of the tables that it is about, in table order.
        start_us: The start that it is about, in microseconds; ``None``: the one that was asked for
            first.
        refusal: Why not, where the answer was no.
        nearest_us: After a no: the nearest other start that could be booked at that moment, if any.
        other: The number of the party that it has to do with: the rival, or the one that left
            early.
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
    """A request and its story.

    Args:
        number: Requests are numbered in the order in which they were made.
        channel: How they asked.
        party_size: How many they are.
        start_us: When they want to sit down, in microseconds.
        steps: What happened, in order. The first one is when they asked.
    """

    number: int
    channel: Channel
    party_size: int
    start_us: int
    steps: tuple[Step, ...]

    @property
    def booking_id(self) -> str:
        """The id of the booking, if one came of it."""
        return f"r{self.number}"

    @property
    def asked_at(self) -> datetime:
        """When they asked, in UTC."""
        return from_micros(self.steps[0].at_us)

    def did(self, event: VisitEvent) -> Step | None:
        """Return the first step of that kind, if there is one."""
        return next((step for step in self.steps if step.event is event), None)


@attrs.frozen
class HalfHour:
    """How full a house was in half an hour.

    Args:
        start_us: Its start, in microseconds.
        covers: The most people that sat there at once.
        tables: The most tables that were in use at once.
        use_percent: Time in use of all tables, in percent of their time.
    """

    start_us: int
    covers: int
    tables: int
    use_percent: int

    @property
    def start(self) -> datetime:
        """Its start, in UTC."""
        return from_micros(self.start_us)


@attrs.frozen
class Evening:
    """A night, when it is over.

    Args:
        seed: What it was drawn from.
        house: The restaurant, its floor and policy.
        on: The date.
        visits: All requests, in the order in which they were made.
        rows: What the tables were used for in the end: their allocations, by start.
        half_hours: From the first start to the last end.
        audit: What the store's own rows say.
    """

    seed: int
    house: House
    on: date
    visits: tuple[Visit, ...]
    rows: tuple[Allocation, ...]
    half_hours: tuple[HalfHour, ...]
    audit: Audit

    def visit_of(self, row: Allocation) -> Visit | None:
        """Return the visit that a row belongs to, if any."""
        return next((visit for visit in self.visits if visit.booking_id == row.owner_id), None)


def half_hours(
    span: Window, rows: Iterable[Allocation], bookings: Mapping[str, Booking], *, tables: int
) -> tuple[HalfHour, ...]:
    """Return how full a house was in each half hour of a span.

    A table that was kept for a party that never came counts as in use, its people not as covers.

    Args:
        span: From when to when; its last half hour may reach beyond it.
        rows: The allocations of tables.
        bookings: Their owners, by id.
        tables: How many tables the house has.
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
    # What is there does not change between two neighbouring edges where somebody comes, so the most
    # is at an edge.
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
    """Return whole percent, halves rounded up; 0 of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else 0
