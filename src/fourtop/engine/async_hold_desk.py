"""The part of the asynchronous desk that keeps tables for a time.

Generated from ``hold_desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from typing import Unpack

from fourtop.engine.async_house_desk import AsyncHouseDesk
from fourtop.engine.commands import (
    confirm,
    extend_hold,
    hold,
    release_hold,
    replace_hold,
)
from fourtop.engine.commands.hold import HoldTerms
from fourtop.engine.confirmation_checks import Confirmation
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating


class AsyncHoldDesk(AsyncHouseDesk):
    """The commands on holds of one restaurant; ``AsyncDesk`` has all commands."""

    async def hold(
        self,
        request: BookingRequest,
        *,
        moves: int | Reseating | None = 0,
        key: str | None = None,
        **terms: Unpack[HoldTerms],
    ) -> Hold:
        """Keep the best free tables for a party until the hold expires: all of them or none.

        With ``moves``, other bookings get other tables to make room, as ``book`` does it. They move
        with the hold, not with its confirmation, and stay where they are if the hold ends.

        Args:
            request: The party. If it names ``tables``, it gets exactly these.
            moves: Most bookings that may get other tables to make room (0–5), or the
                ``reseating`` of a quote of this request; ``None``: the quote needs no moves.
            key: Idempotency key.
            terms: ``HoldTerms``: ``booking_id``, a pending booking of this party size and start;
                ``ttl_seconds``, the lifetime; ``session``, the host's session.

        Raises:
            Refused: If a rule forbids it or no tables are free; carries the ``Refusal``.
            StaleVersion: If the moves of the quote are stale. Ask for a new quote.
            InvalidInput: If an argument is out of range, or the quote was of another party
                or restaurant.
            HoldRateLimit: If too many holds were made for the booking; says how long to wait.
            HoldLimit: If too many holds are alive.
            HoldMismatch: If the booking has another party size or start.
            IllegalTransition: If the booking does not wait for tables.
            NotFound: If the booking or a named table is unknown.
        """
        return await self._executor.execute(
            hold.command(
                self._caller,
                request,
                hold.Terms(**terms),
                moves=moves,
                key=key,
            )
        )

    async def extend_hold(self, hold_id: str, *, seconds: int, key: str | None = None) -> Hold:
        """Let a live hold expire later, within the life that the policy allows.

        Args:
            hold_id: The hold.
            seconds: How much later (1–3,570).
            key: Idempotency key.

        Raises:
            HoldLimit: If the party would keep tables for longer than
                ``HoldRules.max_lifetime_seconds``, 600 unless changed, replaced holds included.
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

        The new hold is for the same booking and session. The old hold's tables are free for it. It
        lives on with what is left of the old hold's life.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            HoldRateLimit: As ``hold``.
            HoldLimit: As ``hold``, or if the party would keep tables for too long.
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
        expected: int | None = None,
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
            expected: The version of the pending booking that the caller saw; ``None``: any.
            key: Idempotency key; ``None``: one that follows from the hold.

        Raises:
            HoldExpired: If it has expired.
            HoldEnded: If it was released or replaced, or confirmed so long ago that the stored
                success was deleted.
            HoldMismatch: If it is for another booking, party size or start, or its tables do not
                meet the conditions of the booking.
            StaleVersion: If the booking's version is not ``expected``.
            IllegalTransition: If the booking does not wait for tables.
            PolicyDrift: If a fact that the hold relied on has changed.
            Refused: If the new quote is refused by today's rules or tables.
            NotFound: If the hold or its booking is unknown.
        """
        return await self._executor.execute(
            confirm.command(
                self._caller, Confirmation(hold_id, booking_id, requote, expected), key=key
            )
        )
