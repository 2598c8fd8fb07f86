"""The part of the asynchronous desk with the waitlist and the slots.

Generated from ``waitlist_desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from datetime import date, datetime

from fourtop.engine.async_service_desk import AsyncServiceDesk
from fourtop.engine.commands import (
    close_slot,
    join_waitlist,
    leave_waitlist,
    offer,
    open_slot,
    reserve_slot,
)
from fourtop.engine.queries import records, waitlist
from fourtop.model.booking import Booking
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.request import BookingRequest
from fourtop.model.waitlist import Offer, Waitlist
from fourtop.model.waitlist_terms import WAIT_FOR_START, WaitlistTerms
from fourtop.model.window import Window


class AsyncWaitlistDesk(AsyncServiceDesk):
    """The commands on the waitlist and on slots; ``AsyncDesk`` has all commands and reads."""

    # ---- the waitlist

    async def join_waitlist(
        self,
        request: BookingRequest,
        terms: WaitlistTerms = WAIT_FOR_START,
        *,
        booking_id: str | None = None,
        key: str | None = None,
    ) -> Booking:
        """Note a party that would come if tables became free.

        Its booking is ``waitlisted``: it has no tables, and counts towards no cap. Whether tables
        are free does not matter here. ``offer`` keeps tables for it later, and ``confirm`` accepts
        them.

        Args:
            request: The party. It names no tables and lifts no rules.
            terms: Other starts that it takes, and how long it waits.
            booking_id: The id of the new booking; ``None``: a new id.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids the start, or no tables of the house suit the party.
            InvalidInput: If the terms do not suit the start, or the party has stopped waiting.
            AlreadyExists: If a booking has that id.
            UnknownName: If the request names something that the house does not have.
        """
        return await self._executor.execute(
            join_waitlist.command(self._caller, request, terms, booking_id, key=key)
        )

    async def leave_waitlist(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Cancel the booking of a party that waits no longer; its open offer ends.

        Args:
            booking_id: The booking.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            IllegalTransition: If it is neither on the waitlist nor cancelled.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            leave_waitlist.command(self._caller, booking_id, expected=expected, key=key)
        )

    async def waitlist(self, on: date) -> Waitlist:
        """Return the parties that wait for tables on a date, the first to join first.

        Args:
            on: The date, in the restaurant's calendar.

        Raises:
            InvalidInput: If it is not a date.
        """
        return await self._executor.query(waitlist.query(self._caller, on))

    async def offer(
        self,
        on: date,
        *,
        ttl_seconds: int | None = None,
        max_offers: int = offer.MAX_OFFERS,
        key: str | None = None,
    ) -> Offer | None:
        """Keep tables for the party that has waited longest among those that they suit.

        The parties are asked in the order in which they joined. One is passed over only while no
        free tables suit it, it has a live offer, it has stopped waiting, or it had its offers. It
        keeps its place. The hold is made by the rules for guests, whoever makes the offer, at the
        party's own start if possible, otherwise at the nearest one that it takes. ``confirm``
        accepts it; an offer that expires leaves the party at its place.

        Args:
            on: The date, in the restaurant's calendar.
            ttl_seconds: The lifetime of the hold; ``None``: the policy's.
            max_offers: A party that was made this many offers gets no more (1–100).
            key: Idempotency key. The answer ``None`` is not stored.

        Returns:
            The offer; ``None`` if no party can be seated now.

        Raises:
            HoldLimit: If too many holds are alive.
            InvalidInput: If an argument is of the wrong type or out of range.
        """
        terms = offer.OfferTerms(on, ttl_seconds, max_offers)
        return await self._executor.execute(offer.command(self._caller, terms, key=key))

    # ---- slots

    async def open_slot(
        self,
        start: datetime,
        available: int,
        *,
        slot_id: str | None = None,
        key: str | None = None,
    ) -> BookingSlot:
        """Offer a number of covers at a start, apart from tables.

        Args:
            start: The time when the guests come. An aware datetime of any zone.
            available: The number of covers (0–100,000).
            slot_id: The id of the new slot; ``None``: a new id.
            key: Idempotency key.

        Raises:
            InvalidInput: If the start has passed, or an argument is out of range.
            AlreadyExists: If a slot has that id.
        """
        return await self._executor.execute(
            open_slot.command(self._caller, start, available, slot_id, key=key)
        )

    async def reserve_slot(
        self, slot_id: str, covers: int, *, expected: int | None = None, key: str | None = None
    ) -> BookingSlot:
        """Reserve covers of a slot: all of them or none.

        Args:
            slot_id: The slot.
            covers: How many (1–100,000).
            expected: The version of the slot that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If fewer are left, or the start has passed.
            StaleVersion: If the version is another. Read the slot again.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            reserve_slot.command(self._caller, slot_id, covers, expected=expected, key=key)
        )

    async def release_slot(
        self, slot_id: str, covers: int, *, expected: int | None = None, key: str | None = None
    ) -> BookingSlot:
        """Give reserved covers of a slot back.

        Args:
            slot_id: The slot.
            covers: How many (1–100,000).
            expected: The version of the slot that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            InvalidInput: If fewer are reserved.
            StaleVersion: If the version is another. Read the slot again.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            reserve_slot.release(self._caller, slot_id, covers, expected=expected, key=key)
        )

    async def close_slot(
        self, slot_id: str, *, expected: int | None = None, key: str | None = None
    ) -> BookingSlot:
        """Remove a slot without reserved covers.

        Args:
            slot_id: The slot.
            expected: The version of the slot that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            InUse: If covers are reserved.
            StaleVersion: If the version is another. Read the slot again.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            close_slot.command(self._caller, slot_id, expected=expected, key=key)
        )

    async def find_slot(self, slot_id: str) -> BookingSlot | None:
        """Return a slot; ``None``: there is none of that id."""
        return await self._executor.query(records.slot_or_none(self._caller, slot_id))

    async def slots(self, window: Window) -> tuple[BookingSlot, ...]:
        """Return the slots that start inside a window, full ones included; by start, then id.

        Args:
            window: The starts, ``[start, end)``; at most 31 days.

        Raises:
            InvalidInput: If it is not a window.
        """
        return await self._executor.query(records.slots(self._caller, window))
