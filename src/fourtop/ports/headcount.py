"""Headcounts: the covers and parties that count towards caps, without their records.

Caps and pacing by the start need the sums of each instant. Rules about zones, channels or the whole
meal need each party by itself; only a house with such a rule asks for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold


@attrs.frozen
class Headcount:
    """The covers and parties of the counted bookings that start at one instant.

    Args:
        start_us: The instant.
        covers: How many people.
        parties: How many bookings.
    """

    start_us: int
    covers: int
    parties: int


@attrs.frozen
class HeldCover:
    """The facts of a live hold that caps count.

    Args:
        start_us: Start of its dining window.
        hold_id: Its id.
        party_size: How many people.
        counted_us: Start of the booking that the hold was made for, if that booking counts: the
            party may be counted already. Otherwise ``None``.
    """

    start_us: int
    hold_id: str
    party_size: int
    counted_us: int | None = None


@attrs.frozen
class CountedParty:
    """One party that counts towards caps: a booking of a status that counts, or a live hold.

    Args:
        start_us: Start of its dining window.
        end_us: End of its dining window.
        owner: The booking or the hold.
        party_size: How many people.
        channel: The channel that it came by, if any.
        tables: Its table ids, in table order; empty: it has no tables yet.
        counted_us: Of a hold, as ``HeldCover.counted_us``; of a booking ``None``.
    """

    start_us: int
    end_us: int
    owner: Owner
    party_size: int
    channel: str | None = None
    tables: tuple[str, ...] = ()
    counted_us: int | None = None

    @property
    def order_key(self) -> tuple[int, str, str]:
        """Its place among others: by start, then kind and id of the owner."""
        return self.start_us, self.owner.kind.value, self.owner.id


def headcounts_of(bookings: Iterable[Booking]) -> list[Headcount]:
    """Return the headcounts of bookings, ascending. A booking counts by its status."""
    counted: dict[int, tuple[int, int]] = {}
    for booking in bookings:
        if booking.status.counts_covers:
            covers, parties = counted.get(booking.stay.dining.start_us, (0, 0))
            counted[booking.stay.dining.start_us] = covers + booking.party_size, parties + 1
    return [Headcount(start_us, *counted[start_us]) for start_us in sorted(counted)]


def held_covers_of(
    holds: Iterable[Hold], bookings: Mapping[str, Booking], now_us: int
) -> Iterator[HeldCover]:
    """Yield the held covers of live holds.

    Args:
        holds: The holds.
        bookings: By id, the bookings that they were made for.
        now_us: The time, in microseconds.
    """
    for hold in holds:
        if hold.is_alive(now_us):
            counted_us = _counted_us(hold, bookings)
            yield HeldCover(hold.stay.dining.start_us, hold.id, hold.party_size, counted_us)


def counted_parties_of(
    holds: Iterable[Hold], bookings: Mapping[str, Booking], now_us: int
) -> Iterator[CountedParty]:
    """Yield the parties of all bookings of a status that counts, and of live holds.

    Args:
        holds: The holds.
        bookings: By id, the bookings, those included that the holds were made for.
        now_us: The time, in microseconds.
    """
    for booking in bookings.values():
        if booking.status.counts_covers:
            given, dining = booking.assignment, booking.stay.dining
            yield CountedParty(
                dining.start_us,
                dining.end_us,
                Owner(OwnerKind.BOOKING, booking.id),
                booking.party_size,
                booking.channel,
                tables=() if given is None else given.tables,
            )
    for hold in holds:
        if hold.is_alive(now_us):
            dining = hold.stay.dining
            yield CountedParty(
                dining.start_us,
                dining.end_us,
                Owner(OwnerKind.HOLD, hold.id),
                hold.party_size,
                hold.channel,
                tables=hold.tables,
                counted_us=_counted_us(hold, bookings),
            )


def _counted_us(hold: Hold, bookings: Mapping[str, Booking]) -> int | None:
    booking = None if hold.booking_id is None else bookings.get(hold.booking_id)
    counts = booking is not None and booking.status.counts_covers
    return booking.stay.dining.start_us if booking is not None and counts else None
