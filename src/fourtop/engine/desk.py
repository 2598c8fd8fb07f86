"""The desk: where the bookings of one restaurant are taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from fourtop.engine.commands.confirm import Confirmation
from fourtop.engine.commands.hold import Replaced
from fourtop.engine.commands.hold import Terms as HoldTerms
from fourtop.engine.commands.move import Move
from fourtop.engine.dispatch.executor import Executor
from fourtop.engine.dispatch.requests import RequestFactory
from fourtop.engine.queries.audit import Audit
from fourtop.engine.queries.table_state import TableState
from fourtop.errors import Refusal
from fourtop.formats.booking_rows import BookingRow
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import (
    Availability,
    ImportReport,
    Quote,
    Versions,
)
from fourtop.model.window import Window


class Desk:
    """An engine at one restaurant, acting for somebody. Cheap to make; safe for threads if the store is.

    Commands raise and change nothing when they are refused; reads return a ``Refusal``. A command's
    ``key`` makes it idempotent: the same key gives the stored success again, marked as a replay,
    for the same request, and ``KeyReused`` for another; refusals are never stored. Instants that
    come in may be of any zone, but have one; those that come out are in UTC.

    Every command may raise, besides what it names: ``NotFound`` (unknown restaurant),
    ``InvalidIdentifier`` (an id or key that is none), ``KeyReused``, ``StoreUnavailable``,
    ``OutcomeUnknown``.
    """

    def __init__(self, executor: Executor, orders: RequestFactory) -> None:
        self._executor = executor
        self._orders = orders

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        return self._orders.restaurant_id

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._orders.actor

    # ---- reads

    def house(self) -> House:
        """Return the restaurant, its floor and policy as they are now."""
        return self._executor.put(self._orders.house())

    def versions(self) -> Versions:
        """Return how often floor, policy and occupancy have changed."""
        return self._executor.put(self._orders.versions())

    def quote(self, request: BookingRequest) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or what stands in the way. Holds nothing.

        Raises:
            NotFound: If the request names a table that the floor does not have.
        """
        return self._executor.put(self._orders.quote(request))

    def availability(
        self,
        on: date,
        parties: int | Collection[int],
        *,
        must: Preference | None = None,
        at: datetime | str | None = None,
        spots_limit: int = 20,
    ) -> Availability:
        """Return the start times on offer of a date, each bookable or with what stands in the way.

        What is shown as bookable can be booked at the versions that the answer carries.

        Args:
            on: The date, in the restaurant's calendar.
            parties: A party size, or several.
            must: Conditions on the tables.
            at: Only this start: an aware datetime, or a local time as text; it need not be on the
                raster, but lies on the date or in a service that begins on it.
            spots_limit: Where counting the spots of a slot stops (1–100).

        Raises:
            InvalidInput: Naming the field and the rule.
        """
        question = self._orders.availability(on, parties, must=must, at=at, spots_limit=spots_limit)
        return self._executor.put(question)

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, if there is one."""
        return self._executor.put(self._orders.find_booking(booking_id))

    def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of that id.

        Raises:
            NotFound: If there is none.
        """
        return self._executor.put(self._orders.get_booking(booking_id))

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id if it is alive."""
        return self._executor.put(self._orders.find_hold(hold_id))

    def bookings(self, window: Window) -> tuple[Booking, ...]:
        """Return the bookings, of any status, that sit down inside a window; by start, then id."""
        return self._executor.put(self._orders.bookings(window))

    def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, by start; shadow rows and those of dead holds included."""
        return self._executor.put(self._orders.allocations(window))

    def table_states(self) -> dict[str, TableState]:
        """Return what each table of the floor is now, by id, in table order; worked out, never stored."""
        return self._executor.put(self._orders.table_states())

    def confirmations(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the evidence of all attempts to confirm a hold, oldest first."""
        return self._executor.put(self._orders.confirmations(hold_id))

    def audit(self) -> Audit:
        """List what the store holds that it must not: overlaps, rows without owner, bookings without tables."""
        return self._executor.put(self._orders.audit())

    # ---- holds

    def hold(
        self,
        request: BookingRequest,
        *,
        booking_id: str | None = None,
        ttl_seconds: int | None = None,
        session: str | None = None,
        key: str | None = None,
    ) -> Hold:
        """Keep the best free tables for a party, all of them or none, until the hold expires.

        Args:
            request: What the party asks for. With ``tables`` it is these or none.
            booking_id: A pending booking of this party and start that the tables are for.
            ttl_seconds: How long (30–600); ``None``: the policy's, 180 unless changed.
            session: The host's session, which has a limit of its own on live holds.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free; carries the ``Refusal``.
            HoldRateLimit: If too many holds were made for the booking; says how long to wait.
            HoldLimit: If too many holds are alive.
            HoldMismatch: If the booking is for another party or start.
            IllegalTransition: If the booking does not wait for tables.
            NotFound: If the booking or a named table is unknown.
        """
        terms = HoldTerms(booking_id, ttl_seconds, session)
        return self._executor.run(self._orders.hold(request, terms, key))

    def extend_hold(self, hold_id: str, *, seconds: int, key: str | None = None) -> Hold:
        """Let a live hold expire later, at most 600 seconds after it was made.

        Args:
            hold_id: The hold.
            seconds: How much later (1–570).
            key: Idempotency key.

        Raises:
            HoldLimit: If it would live longer than 600 seconds.
            HoldExpired: If its time is over.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        return self._executor.run(self._orders.extend_hold(hold_id, seconds, key))

    def release_hold(self, hold_id: str, *, key: str | None = None) -> Hold:
        """Give up a live hold.

        Raises:
            HoldExpired: If its time is over; its tables are free already.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        return self._executor.run(self._orders.release_hold(hold_id, key))

    def replace_hold(
        self,
        hold_id: str,
        request: BookingRequest,
        *,
        ttl_seconds: int | None = None,
        key: str | None = None,
    ) -> Hold:
        """Give up a live hold and keep other tables, in one step; if it is refused, the old hold stays.

        The new hold is for the same booking and session; the old one is not in its way.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            HoldRateLimit: As ``hold``.
            HoldLimit: As ``hold``.
            HoldExpired: If the old hold's time is over.
            HoldEnded: If the old hold was released, replaced or confirmed.
            NotFound: If the hold is unknown.
        """
        return self._executor.run(
            self._orders.replace_hold(Replaced(hold_id, ttl_seconds), request, key)
        )

    def confirm(
        self,
        hold_id: str,
        *,
        booking_id: str | None = None,
        requote: bool = False,
        key: str | None = None,
    ) -> Booking:
        """Turn a live hold into a confirmed booking, once.

        The hold's allocations pass to the booking, in one transaction with the booking's status,
        the evidence and the events. Repeating it, by key or by hold, returns the stored success.

        Args:
            hold_id: The hold.
            booking_id: The pending booking, or the id of a new one; ``None``: the hold's, or a new
                id.
            requote: Where what the hold relied on has changed, take the best tables by today's
                rules instead of raising ``PolicyDrift``; the hold's own tables are free for that.
            key: Idempotency key; by default one that follows from the hold.

        Raises:
            HoldExpired: If its time is over.
            HoldEnded: If it was released or replaced.
            HoldMismatch: If it is for another booking, party or start.
            IllegalTransition: If the booking does not wait for tables.
            PolicyDrift: If what the hold relied on has changed.
            Refused: If the party is to be quoted anew and today's rules or tables forbid it.
            NotFound: If the hold or its booking is unknown.
        """
        return self._executor.run(
            self._orders.confirm(Confirmation(hold_id, booking_id, requote), key)
        )

    # ---- bookings

    def book(
        self,
        request: BookingRequest,
        *,
        booking_id: str | None = None,
        tables: Literal["now", "later"] = "now",
        key: str | None = None,
    ) -> Booking:
        """Judge the caps, choose tables and confirm a booking in one transaction.

        Args:
            request: What the party asks for.
            booking_id: The id of the new booking; ``None``: one is made.
            tables: ``"later"`` takes a pending booking that counts towards the caps and occupies
                nothing.
            key: Idempotency key.

        Raises:
            Refused: If a rule or cap forbids it, or no tables are free.
            AlreadyExists: If there is a booking of that id.
            NotFound: If a named table is unknown.
        """
        return self._executor.run(self._orders.book(request, booking_id, tables, key))

    def reschedule(
        self, booking_id: str, request: BookingRequest, *, key: str | None = None
    ) -> Booking:
        """Give a booking another time, party size or wish, and tables for it; or leave it as it was.

        Its own tables are not in its way; holds made for it end. A booking without tables stays
        without.

        Raises:
            Refused: If a rule or cap forbids it, or no tables are free.
            IllegalTransition: If it has begun or ended.
            NotFound: If it is unknown.
        """
        return self._executor.run(self._orders.reschedule(booking_id, request, key))

    def cancel(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Cancel a booking; its tables are free from now on, its holds end.

        Raises:
            IllegalTransition: If it has begun or ended.
            NotFound: If it is unknown.
        """
        return self._executor.run(
            self._orders.step("cancel", booking_id, BookingStatus.CANCELLED, key)
        )

    def check_in(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party sits at its tables.

        Raises:
            IllegalTransition: If it is not confirmed, or has no tables.
            NotFound: If it is unknown.
        """
        return self._executor.run(
            self._orders.step("check_in", booking_id, BookingStatus.CHECKED_IN, key)
        )

    def complete(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party has left; its tables are free from now on.

        Raises:
            IllegalTransition: If it was not checked in.
            NotFound: If it is unknown.
        """
        return self._executor.run(
            self._orders.step("complete", booking_id, BookingStatus.COMPLETED, key)
        )

    def no_show(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party did not come; its tables are free from now on.

        Raises:
            IllegalTransition: If it is neither confirmed nor checked in.
            NotFound: If it is unknown.
        """
        return self._executor.run(
            self._orders.step("no_show", booking_id, BookingStatus.NO_SHOW, key)
        )

    def move(self, moves: Iterable[Move], *, key: str | None = None) -> tuple[Booking, ...]:
        """Give bookings other tables, several in one command, judged as a whole at its end.

        So two parties may swap, and a chain may move on. A party that sits already takes its new
        tables from now on, and the history of the old ones stays.

        Raises:
            Refused: If the tables do not suit a party, or are taken at the end of the command.
            IllegalTransition: If a booking has no tables ahead of it.
            InvalidInput: If there are no moves, more than 100, or two of one booking.
            NotFound: If a booking or table is unknown.
        """
        return self._executor.run(self._orders.move(moves, key))

    def import_bookings(
        self, rows: Sequence[BookingRow], *, key: str | None = None
    ) -> ImportReport:
        """Take over bookings that exist elsewhere, with their tables: all of them or none.

        Raises:
            ImportRejected: If rows are wrong or overlap; lists all, of what is there already the
                first on each table.
        """
        return self._executor.run(self._orders.import_bookings(rows, key))

    # ---- blocks

    def block(
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
            window: When, ``[start, end)``; at most 31 days, ending in the future. One that has
                begun is blocked from now on.
            tables: Table ids; or
            zone_id: A zone with tables.
            reason: For the staff (1–200 characters); in no error or event.
            key: Idempotency key.

        Raises:
            Refused: If a booking, hold or block is in the way; lists the first on each of the
                tables.
            InvalidWindow: If the window is over.
            NotFound: If a table or the zone is unknown.
        """
        return self._executor.run(
            self._orders.block(window, tables, zone_id=zone_id, reason=reason, key=key)
        )

    def unblock(self, block_id: str, *, key: str | None = None) -> Block:
        """End a block from now on. One that is over already is left as it is.

        Raises:
            NotFound: If it is unknown.
        """
        return self._executor.run(self._orders.unblock(block_id, key))

    # ---- the house

    def edit_floor(self, change: Callable[[Floor], Floor], *, expected: int | None = None) -> House:
        """Put a changed floor in place; ``change`` gets the current one and returns the new one.

        Args:
            change: Pure; may be called several times.
            expected: The floor version that the caller saw; ``None``: whatever it is now.

        Raises:
            InUse: If a table is removed that somebody has now or later.
            StaleVersion: If the version is another.
            InvalidInput: If the new floor breaks a rule.
        """
        return self._executor.run(self._orders.edit_floor(change, expected))

    def edit_policy(
        self, change: Callable[[Policy], Policy], *, expected: int | None = None
    ) -> House:
        """Put a changed policy in place. What is booked stays as it was booked; holds may drift.

        Raises:
            StaleVersion: If the policy's version is another than ``expected``.
            InvalidInput: If the new policy breaks a rule.
        """
        return self._executor.run(self._orders.edit_policy(change, expected))

    def edit_restaurant(
        self, change: Callable[[Restaurant], Restaurant], *, expected: int | None = None
    ) -> House:
        """Put a changed record of the restaurant in place; its id stays. Counts as a change of policy.

        Raises:
            InUse: If the time zone is another, and somebody has a table now or later, or waits for
                one within a year: what they were told in local time would silently be another time.
            StaleVersion: If the policy's version is another than ``expected``.
            InvalidInput: If the new record breaks a rule.
        """
        return self._executor.run(self._orders.edit_restaurant(change, expected))
