"""The desk of one restaurant on an asynchronous store.

Generated from ``desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Literal, Unpack

from fourtop.engine.commands import (
    block,
    book,
    clear_shadows,
    confirm,
    edit_house,
    extend_hold,
    hold,
    import_bookings,
    move,
    release_hold,
    replace_hold,
    reschedule,
    status,
    unblock,
)
from fourtop.engine.commands.move import Move
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Caller
from fourtop.engine.queries import (
    audit,
    availability,
    explain,
    house_difference,
    quote,
    records,
    shadow_conflicts,
    table_state,
)
from fourtop.engine.queries.audit import Audit, Overlap
from fourtop.engine.queries.availability import AvailabilityTerms
from fourtop.engine.queries.table_state import TableState
from fourtop.errors import Refusal
from fourtop.errors.display import brief
from fourtop.formats.booking_rows import BookingRow
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, Bookings
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.explanation import Explanation
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.house_difference import HouseDifference
from fourtop.model.policy import Policy
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import (
    Availability,
    ClearReport,
    ImportReport,
    Quote,
    Versions,
)
from fourtop.model.window import Window


class AsyncDesk:
    """``Desk`` for an asynchronous store: the same methods, results and errors, awaited.

    Arguments are checked when the call is awaited. A cancelled command either has happened or has
    not: the same call with the same key settles which.

    A desk is cheap to make, and thread-safe if its store is. ``quote`` returns a ``Refusal``, and
    ``availability`` carries one for each start that cannot be booked. A refused command raises
    ``Refused`` and changes nothing; a failed ``confirm`` also stores its evidence. A command's
    ``key`` makes it idempotent: the same key with the same request returns the stored success,
    marked as a replay; with another request it raises ``KeyReused``. Refusals are not stored.
    Times go in with any time zone and come out in UTC.

    Every command may also raise ``NotFound`` (unknown restaurant), ``InvalidIdentifier`` (a
    malformed id or key), ``KeyReused``, ``StoreUnavailable`` (retry later) and ``OutcomeUnknown``
    (retry once with the same key).
    """

    def __init__(self, executor: AsyncExecutor, caller: Caller) -> None:
        self._executor = executor
        self._caller = caller

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        return self._caller.restaurant_id

    @property
    def actor(self) -> Actor:
        """The actor of every command."""
        return self._caller.actor

    def __repr__(self) -> str:
        return brief(self, f"of {self.restaurant_id} as {self.actor.id} ({self.actor.role})")

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
        self, request: BookingRequest, *, exclude: str | None = None
    ) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or the refusal.

        A quote holds nothing. A refusal names every binding constraint, the decisive one first.

        Args:
            request: The party.
            exclude: A booking to leave out, as if it were rescheduled: its tables are free, and it
                does not count.

        Raises:
            NotFound: If the floor does not have a named table, or the booking is unknown.
            UnknownName: If the house does not have what a condition, occasion or channel names.
        """
        return await self._executor.query(quote.query(self._caller, request, exclude))

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
                booking to leave out; ``spots_limit``, the number at which counting spots stops.

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

    # ---- holds

    async def hold(
        self,
        request: BookingRequest,
        *,
        booking_id: str | None = None,
        ttl_seconds: int | None = None,
        session: str | None = None,
        key: str | None = None,
    ) -> Hold:
        """Keep the best free tables for a party until the hold expires: all of them or none.

        Args:
            request: The party. If it names ``tables``, it gets exactly these.
            booking_id: A pending booking of this party size and start.
            ttl_seconds: The lifetime (30–600); ``None``: the policy's, 180 unless changed.
            session: The host's session, which has its own limit on live holds.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free; carries the ``Refusal``.
            HoldRateLimit: If too many holds were made for the booking; says how long to wait.
            HoldLimit: If too many holds are alive.
            HoldMismatch: If the booking has another party size or start.
            IllegalTransition: If the booking does not wait for tables.
            NotFound: If the booking or a named table is unknown.
        """
        return await self._executor.execute(
            hold.command(
                self._caller, request, hold.Terms(booking_id, ttl_seconds, session), key=key
            )
        )

    async def extend_hold(self, hold_id: str, *, seconds: int, key: str | None = None) -> Hold:
        """Let a live hold expire later, at most 600 seconds after it was made.

        Args:
            hold_id: The hold.
            seconds: How much later (1–570).
            key: Idempotency key.

        Raises:
            HoldLimit: If it would live longer than 600 seconds.
            HoldExpired: If it has expired. Make a new hold.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            extend_hold.command(self._caller, hold_id, seconds, key=key)
        )

    async def release_hold(self, hold_id: str, *, key: str | None = None) -> Hold:
        """Give up a live hold.

        Raises:
            HoldExpired: If it has expired; its tables are free already.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(release_hold.command(self._caller, hold_id, key=key))

    async def replace_hold(
        self,
        hold_id: str,
        request: BookingRequest,
        *,
        ttl_seconds: int | None = None,
        key: str | None = None,
    ) -> Hold:
        """Give up a live hold and keep other tables, in one step. If refused, the old hold stays.

        The new hold is for the same booking and session. The old hold's tables are free for it.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            HoldRateLimit: As ``hold``.
            HoldLimit: As ``hold``.
            HoldMismatch: As ``hold``.
            IllegalTransition: As ``hold``.
            HoldExpired: If the old hold has expired.
            HoldEnded: If the old hold was released, replaced or confirmed.
            NotFound: If the hold is unknown.
        """
        return await self._executor.execute(
            replace_hold.command(
                self._caller, replace_hold.Replaced(hold_id, ttl_seconds), request, key=key
            )
        )

    async def confirm(
        self,
        hold_id: str,
        *,
        booking_id: str | None = None,
        requote: bool = False,
        key: str | None = None,
    ) -> Booking:
        """Turn a live hold into a confirmed booking, once.

        One transaction passes the hold's allocations to the booking and writes its status, the
        evidence and the events. Repeating it, by key or by hold, returns the stored success.

        Args:
            hold_id: The hold.
            booking_id: The pending booking, or the id of a new one; ``None``: the hold's, or a new
                id.
            requote: Whether to take the best tables by today's rules, instead of raising
                ``PolicyDrift``, if a fact that the hold relied on has changed. The hold's own
                tables are free for that.
            key: Idempotency key; ``None``: one that follows from the hold.

        Raises:
            HoldExpired: If it has expired.
            HoldEnded: If it was released or replaced, or confirmed so long ago that the stored
                success was deleted.
            HoldMismatch: If it is for another booking, party size or start.
            IllegalTransition: If the booking does not wait for tables.
            PolicyDrift: If a fact that the hold relied on has changed.
            Refused: If the new quote is refused by today's rules or tables.
            NotFound: If the hold or its booking is unknown.
        """
        return await self._executor.execute(
            confirm.command(
                self._caller, confirm.Confirmation(hold_id, booking_id, requote), key=key
            )
        )

    # ---- bookings

    async def book(
        self,
        request: BookingRequest,
        *,
        booking_id: str | None = None,
        tables: Literal["now", "later"] = "now",
        key: str | None = None,
    ) -> Booking:
        """Check a party, choose its tables and confirm the booking, in one transaction.

        Args:
            request: The party.
            booking_id: The id of the new booking; ``None``: a new id.
            tables: ``"later"`` makes a ``pending_allocation`` booking, which counts towards the
                capacity rules and occupies nothing.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            AlreadyExists: If the booking exists.
            NotFound: If a named table is unknown.
        """
        return await self._executor.execute(
            book.command(self._caller, request, booking_id, tables, key=key)
        )

    async def reschedule(
        self, booking_id: str, request: BookingRequest, *, key: str | None = None
    ) -> Booking:
        """Give a booking another time, party size or wish, with tables for it; or change nothing.

        Its own tables are free for it, and its holds end. A booking without tables stays without.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            IllegalTransition: If it is neither pending, pending_allocation nor confirmed.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(
            reschedule.command(self._caller, booking_id, request, key=key)
        )

    async def cancel(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Cancel a booking; its tables are free from now on, and its holds end.

        Raises:
            IllegalTransition: If it is checked in, completed, cancelled or a no-show.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(status.cancel(self._caller, booking_id, key=key))

    async def check_in(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Record that the party sits at its tables.

        Raises:
            IllegalTransition: If it is not confirmed, or has no tables.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(status.check_in(self._caller, booking_id, key=key))

    async def complete(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Record that the party has left; its tables are free from now on.

        Raises:
            IllegalTransition: If it was not checked in.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(status.complete(self._caller, booking_id, key=key))

    async def no_show(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Record that the party did not come; its tables are free from now on.

        Raises:
            IllegalTransition: If it is neither confirmed, checked in nor on the priority waitlist.
            NotFound: If it is unknown.
        """
        return await self._executor.execute(status.no_show(self._caller, booking_id, key=key))

    async def move(self, moves: Iterable[Move], *, key: str | None = None) -> tuple[Booking, ...]:
        """Give bookings other tables, several in one command, checked as a whole at its end.

        Two parties may swap their tables, and a chain of parties may move on. A seated party takes
        its new tables from now on, and the history of its old ones stays.

        Raises:
            Refused: If the tables do not suit a party, or are taken at the end of the command.
            IllegalTransition: If a booking has no tables ahead of it.
            InvalidInput: If there are no moves, more than 100, or two of one booking.
            NotFound: If a booking or table is unknown.
        """
        return await self._executor.execute(move.command(self._caller, moves, key=key))

    async def import_bookings(
        self, rows: Sequence[BookingRow], *, shadow: bool = False, key: str | None = None
    ) -> ImportReport:
        """Take over the bookings of another system with their tables: all of them or none.

        Args:
            rows: The bookings.
            shadow: Whether to write shadow bookings, of the ids ``shadow:`` and the row's. They
                occupy nothing, count nowhere and may overlap anything.
            key: Idempotency key.

        Raises:
            ImportRejected: If rows are wrong, or overlap without being shadows; lists every
                problem and every rival.
        """
        return await self._executor.execute(
            import_bookings.command(self._caller, rows, shadow=shadow, key=key)
        )

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

    # ---- blocks

    async def block(
        self,
        window: Window,
        *,
        tables: Collection[str] = (),
        zone_id: str | None = None,
        reason: str,
        key: str | None = None,
    ) -> Block:
        """Take tables, or all tables of a zone, out of use for a window.

        Args:
            window: The window, ``[start, end)``: at most 31 days, ending in the future. A window
                that has begun counts from now on.
            tables: Table ids. Give these or ``zone_id``.
            zone_id: A zone with tables.
            reason: For the staff (1–200 characters); it appears in no error or event.
            key: Idempotency key.

        Raises:
            Refused: If bookings, holds or blocks are in the way; lists all of them.
            InvalidWindow: If the window has passed.
            NotFound: If a table or the zone is unknown.
        """
        return await self._executor.execute(
            block.command(self._caller, window, (tables, zone_id), reason, key=key)
        )

    async def unblock(self, block_id: str, *, key: str | None = None) -> Block:
        """End a block from now on. A block that has ended stays unchanged.

        Raises:
            NotFound: If it is unknown.
        """
        return await self._executor.execute(unblock.command(self._caller, block_id, key=key))

    # ---- the house

    async def edit_floor(
        self, change: Callable[[Floor], Floor], *, expected: int | None = None
    ) -> House:
        """Put a changed floor in place.

        Args:
            change: Returns the new floor for the current one. Pure; may be called several times.
            expected: The floor version that the caller saw; ``None``: any.

        Raises:
            InUse: If a removed table is occupied now or later.
            StaleVersion: If the version is another. Read it again.
            InvalidInput: If the new floor breaks a rule.
        """
        return await self._executor.execute(
            edit_house.edit_floor_command(self._caller, change, expected)
        )

    async def edit_policy(
        self, change: Callable[[Policy], Policy], *, expected: int | None = None
    ) -> House:
        """Put a changed policy in place. Bookings stay unchanged; holds may drift.

        Args:
            change: Returns the new policy for the current one. Pure; may be called several times.
            expected: The policy version that the caller saw; ``None``: any.

        Raises:
            StaleVersion: If the version is another. Read the policy again.
            InvalidInput: If the new policy breaks a rule.
        """
        return await self._executor.execute(
            edit_house.edit_policy_command(self._caller, change, expected)
        )

    async def edit_restaurant(
        self, change: Callable[[Restaurant], Restaurant], *, expected: int | None = None
    ) -> House:
        """Put a changed record of the restaurant in place. Its id stays.

        It counts as a change of the policy.

        Args:
            change: Returns the new record for the current one. Pure; may be called several times.
            expected: The policy version that the caller saw; ``None``: any.

        Raises:
            AlreadyExists: If another restaurant has the new slug. Choose another one.
            InUse: If the time zone changes while a table is occupied now or later, or a booking
                waits for one within a year: the local times that guests were told would change.
            StaleVersion: If the version is another. Read the restaurant again.
            InvalidInput: If the new record breaks a rule.
        """
        return await self._executor.execute(
            edit_house.edit_restaurant_command(self._caller, change, expected)
        )

    async def replace_house(self, house: House, *, expected: Versions | None = None) -> House:
        """Put another house in place: restaurant record, floor and policy, in one step.

        Parts that are equal keep their version; an equal house changes nothing.

        Args:
            house: The new house, with the id of this restaurant.
            expected: Versions of floor and policy that the caller saw; ``None``: any.

        Raises:
            InUse: As ``edit_floor`` and ``edit_restaurant``; ``compare_house`` lists all.
            AlreadyExists: If another restaurant has the new slug. Choose another one.
            StaleVersion: If a version is another. Read the house again.
            InvalidInput: If it is not a house of this restaurant.
        """
        return await self._executor.execute(
            edit_house.replace_house_command(self._caller, house, expected)
        )
