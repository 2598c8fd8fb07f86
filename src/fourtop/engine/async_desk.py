"""The desk of one restaurant on an asynchronous store.

Generated from ``desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal, Unpack

from fourtop.engine.async_day_desk import AsyncDayDesk
from fourtop.engine.async_file_desk import AsyncFileDesk
from fourtop.engine.async_preview_desk import AsyncPreviewDesk
from fourtop.engine.async_staff_desk import AsyncStaffDesk
from fourtop.engine.async_waitlist_desk import AsyncWaitlistDesk
from fourtop.engine.commands import (
    book,
    clear_shadows,
    move,
    reschedule,
    status,
)
from fourtop.engine.commands.move import Move
from fourtop.engine.queries import (
    audit,
    availability,
    explain,
    house_difference,
    quote,
    records,
    shadow_conflicts,
    shadow_report,
    table_state,
)
from fourtop.engine.queries.audit import Audit, Overlap
from fourtop.engine.queries.availability import AvailabilityTerms
from fourtop.engine.queries.table_state import TableState
from fourtop.errors import Refusal
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, Bookings
from fourtop.model.booking_change import BookingChange
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.explanation import Explanation
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.house_difference import HouseDifference
from fourtop.model.request import BookingRequest
from fourtop.model.results import (
    Availability,
    ClearReport,
    Quote,
    Reseating,
    Versions,
)
from fourtop.model.shadow_report import ShadowReport
from fourtop.model.window import Window


class AsyncDesk(AsyncDayDesk, AsyncStaffDesk, AsyncPreviewDesk, AsyncFileDesk, AsyncWaitlistDesk):
    """``Desk`` for an asynchronous store: the same methods, results and errors, awaited.

    Arguments are checked when the call is awaited. A cancelled command either has happened or has
    not: the same call with the same key settles which.

    A desk is cheap to make, and thread-safe if its store is. ``quote`` returns a ``Refusal``, and
    ``availability`` carries one for each start that cannot be booked. A refused command raises
    ``Refused`` and changes nothing; a failed ``confirm`` also stores its evidence. A command's
    ``key`` makes it idempotent: the same key with the same request returns the stored success,
    marked as a replay; with another request it raises ``KeyReused``. Refusals are not stored.
    ``expected`` is the version of the booking that the caller saw: at another version the command
    raises ``StaleVersion``. A change that changes nothing writes nothing and returns the booking
    unchanged; so does a step of status that was taken already. Times go in with any time zone and
    come out in UTC.

    Every command may also raise ``NotFound`` (unknown restaurant), ``InvalidIdentifier`` (a
    malformed id or key), ``KeyReused``, ``StoreUnavailable`` (retry later) and ``OutcomeUnknown``
    (retry once with the same key).
    """

    # ---- reads

    async def house(self) -> House:
        """Return the restaurant, its floor and its policy."""
        return await self._executor.query(records.house(self._caller))

    async def versions(self) -> Versions:
        """Return how often the floor, the policy and the occupancy have changed."""
        return await self._executor.query(records.versions(self._caller))

    async def compare_house(self, house: House) -> HouseDifference:
        """Return what ``replace_house`` would change, and the records that forbid it.

        Raises:
            InvalidInput: If it is not a house of this restaurant.
        """
        return await self._executor.query(house_difference.query(self._caller, house))

    async def quote(
        self, request: BookingRequest, *, exclude: str | None = None, moves: int = 0
    ) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or the refusal.

        A quote holds nothing. A refusal names every binding constraint, the decisive one first.

        With ``moves``, a party without free tables gets the plan that needs the fewest moves of
        other bookings, and of these the best one; ``Quote.reseating`` has them. Only confirmed
        bookings that have not arrived move, at their own time and by their own conditions; pinned
        ones and those whose tables were promised stay. The search runs after the read, outside of
        any lock, and makes at most ``MAX_RESEATING_NODES`` placements. The proof of the refusal
        tells how far the search went.

        Args:
            request: The party.
            exclude: A booking to leave out, as if it were rescheduled: its tables are free, and it
                does not count.
            moves: Most bookings that may get other tables to make room (0–5).

        Raises:
            InvalidInput: If the number of moves is out of range.
            NotFound: If the floor does not have a named table, or the booking is unknown.
            UnknownName: If the house does not have what a condition, occasion or channel names.
        """
        return await self._executor.query(quote.query(self._caller, request, exclude, moves=moves))

    async def explain(self, request: BookingRequest, *, exclude: str | None = None) -> Explanation:
        """Return the answer to a request; for a no, every reason and what would turn it.

        Of each kind of change it finds the cheapest one: the nearest start before and after, the
        largest party, the number of covers, tables that need not touch, the condition to drop.
        Each was verified by a quote at the versions that the answer carries.

        Args:
            request: The party.
            exclude: A booking to leave out, as ``quote`` does.

        Raises:
            NotFound: As ``quote``.
            UnknownName: As ``quote``.
        """
        return await self._executor.query(explain.query(self._caller, request, exclude))

    async def availability(
        self,
        on: date,
        parties: int | Collection[int],
        **terms: Unpack[AvailabilityTerms],
    ) -> Availability:
        """Return the start times on offer of a date, each bookable or with its refusal.

        A bookable start can be booked, for this occasion, channel and these conditions, at the
        versions that the answer carries. A date without a service says that it is ``closed``.

        Args:
            on: The date, in the restaurant's calendar.
            parties: A party size, or several.
            terms: ``AvailabilityTerms``: ``must``, ``wish``, ``occasion``, ``channel`` and
                ``minutes`` as in a ``BookingRequest``; ``at``, only this start; ``exclude``, a
                booking to leave out; ``spots_limit``, the number at which counting spots stops;
                ``costs``, a forecast or ``True``: each slot has its opportunity cost.

        Raises:
            InvalidInput: If an argument breaks a rule; names the field and the rule.
            UnknownName: If the house does not have what a condition, occasion or channel names.
            NotFound: If the booking to leave out is unknown.
        """
        return await self._executor.query(availability.query(self._caller, on, parties, **terms))

    async def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of an id; ``None`` without one."""
        return await self._executor.query(records.booking_or_none(self._caller, booking_id))

    async def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of an id.

        Raises:
            NotFound: If the booking is unknown. ``find_booking`` returns ``None`` instead.
        """
        return await self._executor.query(records.booking(self._caller, booking_id))

    async def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of an id if it is alive."""
        return await self._executor.query(records.live_hold_or_none(self._caller, hold_id))

    async def bookings(self, window: Window) -> Bookings:
        """Return the bookings of any status that start inside a window; by start, then id."""
        return await self._executor.query(records.bookings(self._caller, window))

    async def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return the allocations that overlap a window, by start.

        They include shadow allocations, and those of expired holds until a command or the sweep
        removes them.
        """
        return await self._executor.query(records.allocations(self._caller, window))

    async def blocks(self, window: Window) -> tuple[Block, ...]:
        """Return the blocks that overlap a window, with their reasons; by start, then id.

        A block whose allocations were archived is not found.
        """
        return await self._executor.query(records.blocks(self._caller, window))

    async def table_states(self) -> dict[str, TableState]:
        """Return the state of each table of the floor now, by id, in table order.

        The state follows from the time and the occupancy; it is not stored.
        """
        return await self._executor.query(table_state.query(self._caller))

    async def confirmations(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the evidence of all attempts to confirm a hold, oldest first."""
        return await self._executor.query(records.confirmations(self._caller, hold_id))

    async def audit(self) -> Audit:
        """List the records that break a rule: overlaps, orphans, bookings without their tables."""
        return await self._executor.query(audit.query(self._caller))

    async def shadow_conflicts(self, window: Window) -> tuple[Overlap, ...]:
        """List what shadows of tables in a window would overlap if they were live.

        Each pair has a shadow and a live row or a second shadow, by start of the first, then of
        the second. The real booking of a shadow's own id is not in its way.

        Raises:
            InvalidInput: If it is not a window.
        """
        return await self._executor.query(shadow_conflicts.query(self._caller, window))

    async def shadow_report(self, *windows: Window) -> ShadowReport:
        """Return the bookings that rules in shadow mode would have refused.

        Args:
            windows: One window or more, ``[start, end)``; each has at most 31 days. The report
                counts the bookings that start inside them, each once.

        Raises:
            InvalidInput: If there is no window.
        """
        return await self._executor.query(shadow_report.query(self._caller, windows))

    # ---- bookings

    async def book(
        self,
        request: BookingRequest,
        *,
        booking_id: str | None = None,
        tables: Literal["now", "later"] = "now",
        moves: int | Reseating | None = 0,
        key: str | None = None,
    ) -> Booking:
        """Check a party, choose its tables and confirm the booking, in one transaction.

        With ``moves``, a party without free tables is booked together with the moves that make
        room, as one change with one event for each; ``receipt.moves`` has them. With a number, the
        command searches as ``quote`` does, and again if the moves that it finds have become stale.
        With the ``reseating`` of a quote it makes exactly those moves.

        Args:
            request: The party.
            booking_id: The id of the new booking; ``None``: a new id.
            tables: ``"later"`` makes a ``pending_allocation`` booking, which counts towards the
                capacity rules and occupies nothing.
            moves: Most bookings that may get other tables to make room (0–5), or the
                ``reseating`` of a quote of this request; ``None``: the quote needs no moves.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            StaleVersion: If the moves of the quote are stale. Ask for a new quote.
            AlreadyExists: If the booking exists.
            InvalidInput: If the number of moves is out of range, or the quote was of another
                restaurant, party size or start, or of other tables than those that the request
                names.
            NotFound: If a named table is unknown.
        """
        return await self._executor.execute(
            book.command(self._caller, request, book.BookCall(booking_id, tables, moves), key=key)
        )

    async def reschedule(
        self,
        booking_id: str,
        change: BookingChange,
        *,
        expected: int | None = None,
        key: str | None = None,
    ) -> Booking:
        """Give a booking another time, party size or conditions, with tables for them.

        The booking keeps what the change does not give: its conditions, its promised tables, its
        occasion, its length. Its own tables are free for it, and its holds end. A booking without
        tables stays without. A change that changes nothing writes nothing.

        Args:
            booking_id: The booking.
            change: The fields that change.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free, or the booking is pinned to other
                tables; nothing was changed.
            StaleVersion: If the version is another. Read the booking again.
            IllegalTransition: If it is neither pending, pending_allocation nor confirmed, or has no
                tables and the change names some.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            reschedule.command(self._caller, booking_id, change, expected, key=key)
        )

    async def cancel(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Cancel a booking; its tables are free from now on, and its holds end.

        Raises:
            IllegalTransition: If it is checked in, completed or a no-show.
            StaleVersion: If its version is not ``expected``.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            status.cancel(self._caller, booking_id, expected=expected, key=key)
        )

    async def move(self, moves: Iterable[Move], *, key: str | None = None) -> tuple[Booking, ...]:
        """Give bookings other tables, several in one command, checked as a whole at its end.

        Two parties may swap their tables, and a chain of parties may move on. A seated party takes
        its new tables from now on, and the history of its old ones stays. A move to the tables that
        a booking has already changes nothing.

        Raises:
            Refused: If the tables break a rule or a condition of a party that its move does not
                override, or are taken at the end of the command or needed by parties to which
                tables are promised; or if a booking is pinned.
            StaleVersion: If a booking's version is not the ``expected`` one of its move.
            IllegalTransition: If a booking has no tables ahead of it.
            InvalidInput: If there are no moves, more than 100, or two of one booking, or a guest
                overrides a rule.
            NotFound: If a booking or table is unknown.
        """
        return await self._executor.execute(move.command(self._caller, moves, key=key))

    async def clear_shadows(
        self,
        window: Window | None = None,
        *,
        booking_ids: Collection[str] = (),
        key: str | None = None,
    ) -> ClearReport:
        """Delete shadow bookings with their allocations, in one step.

        Args:
            window: The shadow bookings that start inside it. Give this or ``booking_ids``.
            booking_ids: Ids of shadow bookings, such as ``shadow:r-1001``.
            key: Idempotency key.

        Raises:
            IllegalTransition: If a named booking is not a shadow.
            InvalidInput: Unless exactly one of window and ids is given.
            NotFound: If a named booking is unknown.
        """
        return await self._executor.execute(
            clear_shadows.command(self._caller, window, booking_ids, key=key)
        )
