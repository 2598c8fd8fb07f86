"""The desk, awaited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from fourtop.engine.commands.confirm import Confirmation
from fourtop.engine.commands.hold import Replaced
from fourtop.engine.commands.hold import Terms as HoldTerms
from fourtop.engine.commands.move import Move
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import RequestFactory
from fourtop.engine.queries.audit import Audit
from fourtop.engine.queries.table_state import TableState
from fourtop.errors import Refusal
from fourtop.errors.display import brief
from fourtop.formats.booking_rows import BookingRow
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, Bookings, BookingStatus
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


class AsyncDesk:
    """``Desk`` at a store that is awaited: each method does what the one of that name does, and raises the same.

    Arguments are checked when the call is awaited. A command that is cancelled has happened or has
    not, and nothing in between; who cancelled settles which by calling it again with the same key.
    """

    def __init__(self, runner: AsyncExecutor, orders: RequestFactory) -> None:
        self._runner = runner
        self._orders = orders

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        return self._orders.restaurant_id

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._orders.actor

    def __repr__(self) -> str:
        return brief(self, f"of {self.restaurant_id} as {self.actor.id} ({self.actor.role})")

    # ---- reads

    async def house(self) -> House:
        """Return the restaurant, its floor and policy as they are now.

        Raises:
            FourtopError: As ``Desk.house``.
        """
        return await self._runner.put(self._orders.house())

    async def versions(self) -> Versions:
        """Return how often floor, policy and occupancy have changed.

        Raises:
            FourtopError: As ``Desk.versions``.
        """
        return await self._runner.put(self._orders.versions())

    async def quote(self, request: BookingRequest) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or what stands in the way.

        Raises:
            FourtopError: As ``Desk.quote``.
        """
        return await self._runner.put(self._orders.quote(request))

    async def availability(
        self,
        on: date,
        parties: int | Collection[int],
        *,
        must: Preference | None = None,
        at: datetime | str | None = None,
        spots_limit: int = 20,
    ) -> Availability:
        """Return the start times on offer of a date, each bookable or with what stands in the way.

        Raises:
            FourtopError: As ``Desk.availability``.
        """
        question = self._orders.availability(on, parties, must=must, at=at, spots_limit=spots_limit)
        return await self._runner.put(question)

    async def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, if there is one.

        Raises:
            FourtopError: As ``Desk.find_booking``.
        """
        return await self._runner.put(self._orders.find_booking(booking_id))

    async def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of that id.

        Raises:
            FourtopError: As ``Desk.get_booking``.
        """
        return await self._runner.put(self._orders.get_booking(booking_id))

    async def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id if it is alive.

        Raises:
            FourtopError: As ``Desk.find_hold``.
        """
        return await self._runner.put(self._orders.find_hold(hold_id))

    async def bookings(self, window: Window) -> Bookings:
        """Return the bookings, of any status, that sit down inside a window; by start, then id.

        Raises:
            FourtopError: As ``Desk.bookings``.
        """
        found = await self._runner.put(self._orders.bookings(window))
        return Bookings(found)

    async def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, by start.

        Raises:
            FourtopError: As ``Desk.allocations``.
        """
        return await self._runner.put(self._orders.allocations(window))

    async def table_states(self) -> dict[str, TableState]:
        """Return what each table of the floor is now, by id, in table order.

        Raises:
            FourtopError: As ``Desk.table_states``.
        """
        return await self._runner.put(self._orders.table_states())

    async def confirmations(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the evidence of all attempts to confirm a hold, oldest first.

        Raises:
            FourtopError: As ``Desk.confirmations``.
        """
        return await self._runner.put(self._orders.confirmations(hold_id))

    async def audit(self) -> Audit:
        """List what the store holds that it must not.

        Raises:
            FourtopError: As ``Desk.audit``.
        """
        return await self._runner.put(self._orders.audit())

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
        """Keep the best free tables for a party, all of them or none, until the hold expires.

        Raises:
            FourtopError: As ``Desk.hold``.
        """
        terms = HoldTerms(booking_id, ttl_seconds, session)
        return await self._runner.run(self._orders.hold(request, terms, key))

    async def extend_hold(self, hold_id: str, *, seconds: int, key: str | None = None) -> Hold:
        """Let a live hold expire later.

        Raises:
            FourtopError: As ``Desk.extend``.
        """
        return await self._runner.run(self._orders.extend_hold(hold_id, seconds, key))

    async def release_hold(self, hold_id: str, *, key: str | None = None) -> Hold:
        """Give up a live hold.

        Raises:
            FourtopError: As ``Desk.release``.
        """
        return await self._runner.run(self._orders.release_hold(hold_id, key))

    async def replace_hold(
        self,
        hold_id: str,
        request: BookingRequest,
        *,
        ttl_seconds: int | None = None,
        key: str | None = None,
    ) -> Hold:
        """Give up a live hold and keep other tables, in one step.

        Raises:
            FourtopError: As ``Desk.replace``.
        """
        return await self._runner.run(
            self._orders.replace_hold(Replaced(hold_id, ttl_seconds), request, key)
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

        Raises:
            FourtopError: As ``Desk.confirm``.
        """
        return await self._runner.run(
            self._orders.confirm(Confirmation(hold_id, booking_id, requote), key)
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
        """Judge the caps, choose tables and confirm a booking in one transaction.

        Raises:
            FourtopError: As ``Desk.book``.
        """
        return await self._runner.run(self._orders.book(request, booking_id, tables, key))

    async def reschedule(
        self, booking_id: str, request: BookingRequest, *, key: str | None = None
    ) -> Booking:
        """Give a booking another time, party size or wish, and tables for it; or leave it as it was.

        Raises:
            FourtopError: As ``Desk.reschedule``.
        """
        return await self._runner.run(self._orders.reschedule(booking_id, request, key))

    async def cancel(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Cancel a booking.

        Raises:
            FourtopError: As ``Desk.cancel``.
        """
        return await self._runner.run(
            self._orders.step("cancel", booking_id, BookingStatus.CANCELLED, key)
        )

    async def check_in(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party sits at its tables.

        Raises:
            FourtopError: As ``Desk.check_in``.
        """
        return await self._runner.run(
            self._orders.step("check_in", booking_id, BookingStatus.CHECKED_IN, key)
        )

    async def complete(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party has left.

        Raises:
            FourtopError: As ``Desk.complete``.
        """
        return await self._runner.run(
            self._orders.step("complete", booking_id, BookingStatus.COMPLETED, key)
        )

    async def no_show(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party did not come.

        Raises:
            FourtopError: As ``Desk.no_show``.
        """
        return await self._runner.run(
            self._orders.step("no_show", booking_id, BookingStatus.NO_SHOW, key)
        )

    async def move(self, moves: Iterable[Move], *, key: str | None = None) -> tuple[Booking, ...]:
        """Give bookings other tables, several in one command, judged as a whole at its end.

        Raises:
            FourtopError: As ``Desk.move``.
        """
        return await self._runner.run(self._orders.move(moves, key))

    async def import_bookings(
        self, rows: Sequence[BookingRow], *, key: str | None = None
    ) -> ImportReport:
        """Take over bookings that exist elsewhere, with their tables: all of them or none.

        Raises:
            FourtopError: As ``Desk.import_bookings``.
        """
        return await self._runner.run(self._orders.import_bookings(rows, key))

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

        Raises:
            FourtopError: As ``Desk.block``.
        """
        return await self._runner.run(
            self._orders.block(window, tables, zone_id=zone_id, reason=reason, key=key)
        )

    async def unblock(self, block_id: str, *, key: str | None = None) -> Block:
        """End a block from now on.

        Raises:
            FourtopError: As ``Desk.unblock``.
        """
        return await self._runner.run(self._orders.unblock(block_id, key))

    # ---- the house

    async def edit_floor(
        self, change: Callable[[Floor], Floor], *, expected: int | None = None
    ) -> House:
        """Put a changed floor in place.

        Raises:
            FourtopError: As ``Desk.edit_floor``.
        """
        return await self._runner.run(self._orders.edit_floor(change, expected))

    async def edit_policy(
        self, change: Callable[[Policy], Policy], *, expected: int | None = None
    ) -> House:
        """Put a changed policy in place.

        Raises:
            FourtopError: As ``Desk.edit_policy``.
        """
        return await self._runner.run(self._orders.edit_policy(change, expected))

    async def edit_restaurant(
        self, change: Callable[[Restaurant], Restaurant], *, expected: int | None = None
    ) -> House:
        """Put a changed record of the restaurant in place; its id stays.

        Raises:
            FourtopError: As ``Desk.edit_restaurant``.
        """
        return await self._runner.run(self._orders.edit_restaurant(change, expected))
