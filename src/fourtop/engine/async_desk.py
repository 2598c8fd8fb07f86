"""The desk, awaited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from fourtop.engine.commands import (
    block,
    book,
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
from fourtop.engine.queries import audit, availability, quote, records, table_state
from fourtop.engine.queries.audit import Audit
from fourtop.engine.queries.table_state import TableState
from fourtop.errors import Refusal
from fourtop.errors.display import brief
from fourtop.formats.booking_rows import BookingRow
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, Bookings
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

    def __init__(self, executor: AsyncExecutor, caller: Caller) -> None:
        self._executor = executor
        self._caller = caller

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        return self._caller.restaurant_id

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._caller.actor

    def __repr__(self) -> str:
        return brief(self, f"of {self.restaurant_id} as {self.actor.id} ({self.actor.role})")

    # ---- reads

    async def house(self) -> House:
        """Return the restaurant, its floor and policy as they are now.

        Raises:
            FourtopError: As ``Desk.house``.
        """
        return await self._executor.query(records.house(self._caller))

    async def versions(self) -> Versions:
        """Return how often floor, policy and occupancy have changed.

        Raises:
            FourtopError: As ``Desk.versions``.
        """
        return await self._executor.query(records.versions(self._caller))

    async def quote(self, request: BookingRequest) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or what stands in the way.

        Raises:
            FourtopError: As ``Desk.quote``.
        """
        return await self._executor.query(quote.query(self._caller, request))

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
        return await self._executor.query(
            availability.query(
                self._caller,
                availability.wanted(on, parties, must=must, at=at, spots_limit=spots_limit),
            )
        )

    async def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, if there is one.

        Raises:
            FourtopError: As ``Desk.find_booking``.
        """
        return await self._executor.query(records.booking_or_none(self._caller, booking_id))

    async def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of that id.

        Raises:
            FourtopError: As ``Desk.get_booking``.
        """
        return await self._executor.query(records.booking(self._caller, booking_id))

    async def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id if it is alive.

        Raises:
            FourtopError: As ``Desk.find_hold``.
        """
        return await self._executor.query(records.live_hold_or_none(self._caller, hold_id))

    async def bookings(self, window: Window) -> Bookings:
        """Return the bookings, of any status, that sit down inside a window; by start, then id.

        Raises:
            FourtopError: As ``Desk.bookings``.
        """
        return await self._executor.query(records.bookings(self._caller, window))

    async def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, by start.

        Raises:
            FourtopError: As ``Desk.allocations``.
        """
        return await self._executor.query(records.allocations(self._caller, window))

    async def blocks(self, window: Window) -> tuple[Block, ...]:
        """Return the blocks that overlap a window, with their reasons; by start, then id.

        Raises:
            FourtopError: As ``Desk.blocks``.
        """
        return await self._executor.query(records.blocks(self._caller, window))

    async def table_states(self) -> dict[str, TableState]:
        """Return what each table of the floor is now, by id, in table order.

        Raises:
            FourtopError: As ``Desk.table_states``.
        """
        return await self._executor.query(table_state.query(self._caller))

    async def confirmations(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the evidence of all attempts to confirm a hold, oldest first.

        Raises:
            FourtopError: As ``Desk.confirmations``.
        """
        return await self._executor.query(records.confirmations(self._caller, hold_id))

    async def audit(self) -> Audit:
        """List what the store holds that it must not.

        Raises:
            FourtopError: As ``Desk.audit``.
        """
        return await self._executor.query(audit.query(self._caller))

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
        return await self._executor.execute(
            hold.command(
                self._caller, request, hold.Terms(booking_id, ttl_seconds, session), key=key
            )
        )

    async def extend_hold(self, hold_id: str, *, seconds: int, key: str | None = None) -> Hold:
        """Let a live hold expire later.

        Raises:
            FourtopError: As ``Desk.extend``.
        """
        return await self._executor.execute(
            extend_hold.command(self._caller, hold_id, seconds, key=key)
        )

    async def release_hold(self, hold_id: str, *, key: str | None = None) -> Hold:
        """Give up a live hold.

        Raises:
            FourtopError: As ``Desk.release``.
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
        """Give up a live hold and keep other tables, in one step.

        Raises:
            FourtopError: As ``Desk.replace``.
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

        Raises:
            FourtopError: As ``Desk.confirm``.
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
        """Judge the caps, choose tables and confirm a booking in one transaction.

        Raises:
            FourtopError: As ``Desk.book``.
        """
        return await self._executor.execute(
            book.command(self._caller, request, booking_id, tables, key=key)
        )

    async def reschedule(
        self, booking_id: str, request: BookingRequest, *, key: str | None = None
    ) -> Booking:
        """Give a booking another time, party size or wish, and tables for it; or leave it as it was.

        Raises:
            FourtopError: As ``Desk.reschedule``.
        """
        return await self._executor.execute(
            reschedule.command(self._caller, booking_id, request, key=key)
        )

    async def cancel(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Cancel a booking.

        Raises:
            FourtopError: As ``Desk.cancel``.
        """
        return await self._executor.execute(status.cancel(self._caller, booking_id, key=key))

    async def check_in(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party sits at its tables.

        Raises:
            FourtopError: As ``Desk.check_in``.
        """
        return await self._executor.execute(status.check_in(self._caller, booking_id, key=key))

    async def complete(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party has left.

        Raises:
            FourtopError: As ``Desk.complete``.
        """
        return await self._executor.execute(status.complete(self._caller, booking_id, key=key))

    async def no_show(self, booking_id: str, *, key: str | None = None) -> Booking:
        """Note that the party did not come.

        Raises:
            FourtopError: As ``Desk.no_show``.
        """
        return await self._executor.execute(status.no_show(self._caller, booking_id, key=key))

    async def move(self, moves: Iterable[Move], *, key: str | None = None) -> tuple[Booking, ...]:
        """Give bookings other tables, several in one command, judged as a whole at its end.

        Raises:
            FourtopError: As ``Desk.move``.
        """
        return await self._executor.execute(move.command(self._caller, moves, key=key))

    async def import_bookings(
        self, rows: Sequence[BookingRow], *, key: str | None = None
    ) -> ImportReport:
        """Take over bookings that exist elsewhere, with their tables: all of them or none.

        Raises:
            FourtopError: As ``Desk.import_bookings``.
        """
        return await self._executor.execute(import_bookings.command(self._caller, rows, key=key))

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
        return await self._executor.execute(
            block.command(self._caller, window, (tables, zone_id), reason, key=key)
        )

    async def unblock(self, block_id: str, *, key: str | None = None) -> Block:
        """End a block from now on.

        Raises:
            FourtopError: As ``Desk.unblock``.
        """
        return await self._executor.execute(unblock.command(self._caller, block_id, key=key))

    # ---- the house

    async def edit_floor(
        self, change: Callable[[Floor], Floor], *, expected: int | None = None
    ) -> House:
        """Put a changed floor in place.

        Raises:
            FourtopError: As ``Desk.edit_floor``.
        """
        return await self._executor.execute(
            edit_house.edit_floor_command(self._caller, change, expected)
        )

    async def edit_policy(
        self, change: Callable[[Policy], Policy], *, expected: int | None = None
    ) -> House:
        """Put a changed policy in place.

        Raises:
            FourtopError: As ``Desk.edit_policy``.
        """
        return await self._executor.execute(
            edit_house.edit_policy_command(self._caller, change, expected)
        )

    async def edit_restaurant(
        self, change: Callable[[Restaurant], Restaurant], *, expected: int | None = None
    ) -> House:
        """Put a changed record of the restaurant in place; its id stays.

        Raises:
            FourtopError: As ``Desk.edit_restaurant``.
        """
        return await self._executor.execute(
            edit_house.edit_restaurant_command(self._caller, change, expected)
        )
