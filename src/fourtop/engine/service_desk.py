"""The part of the desk that serves: parties sit down, stay longer, leave, or do not come."""

from __future__ import annotations

from datetime import datetime

from fourtop.engine.commands import complete, no_show, prolong, resize, seat, undo, walk_in
from fourtop.engine.hold_desk import HoldDesk
from fourtop.engine.queries import at_risk
from fourtop.engine.queries.at_risk import AtRisk
from fourtop.model.booking import Booking
from fourtop.model.walk_in import WalkIn


class ServiceDesk(HoldDesk):
    """The commands of the live service; ``Desk`` has all commands and reads."""

    def seat(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Record that the party sits down; its tables are taken from now until it leaves.

        A party that comes early takes its tables from now on. One that stays beyond its time keeps
        them until ``complete``.

        Args:
            booking_id: The booking.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If another party has one of its tables (the details name it, and the best
                other tables), or if it comes too early or too late by ``SeatingRules``.
            IllegalTransition: If it is not confirmed, or has no tables.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            seat.command(self._caller, booking_id, expected=expected, key=key)
        )

    def walk_in(
        self,
        party: WalkIn,
        *,
        booking_id: str | None = None,
        moves: int = 0,
        key: str | None = None,
    ) -> Booking:
        """Give a party at the door the best free tables and seat it, in one transaction.

        Its stay begins now, by the clock of the store. With ``moves``, a party without free tables
        is seated together with the moves of later bookings that make room, as ``book`` does it;
        ``receipt.moves`` has them.

        Args:
            party: The party.
            booking_id: The id of the new booking; ``None``: a new id.
            moves: Most bookings that may get other tables to make room (0–5).
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            AlreadyExists: If a booking has that id.
            InvalidInput: If the number of moves is out of range.
            NotFound: If a named table is unknown.
        """
        return self._executor.execute(
            walk_in.command(self._caller, party, booking_id, moves=moves, key=key)
        )

    def prolong(
        self,
        booking_id: str,
        *,
        until: datetime | str | None = None,
        minutes: int | None = None,
        expected: int | None = None,
        key: str | None = None,
    ) -> Booking:
        """Let a seated party stay longer, up to the next row of its tables.

        Args:
            booking_id: The booking.
            until: The new end of its stay: an aware datetime, or a local time as text. Give this or
                ``minutes``.
            minutes: How much later than the present end, or than now if that has passed (1–600).
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If its tables are needed next; the details name the next party, and how many
                minutes are possible.
            IllegalTransition: If the party is not seated.
            InvalidInput: If the end does not lie ahead, after the present end and within 24 hours.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        longer = prolong.Longer(until, minutes)
        return self._executor.execute(
            prolong.command(self._caller, booking_id, longer, expected=expected, key=key)
        )

    def complete(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Record that the party has left; its tables are free after the buffer for cleaning.

        Args:
            booking_id: The booking.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            IllegalTransition: If it was not checked in.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            complete.command(self._caller, booking_id, expected=expected, key=key)
        )

    def no_show(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Record that the party did not come; its tables are free from now on.

        Args:
            booking_id: The booking.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If the party may still come by ``SeatingRules``.
            IllegalTransition: If it is neither confirmed, checked in nor on the priority waitlist.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            no_show.command(self._caller, booking_id, expected=expected, key=key)
        )

    def undo(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Take back the last ``seat``, ``walk_in``, ``complete``, ``no_show`` or ``cancel``.

        The booking has its status and its tables of before again. An undone ``walk_in`` leaves a
        confirmed booking. Holds that ended with the step stay ended.

        Args:
            booking_id: The booking.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            NothingToUndo: If its last step was undone, or its time or its tables changed since.
            Refused: If another party has one of its tables by now, or a cap is reached. A party
                that is expected again also keeps its distance, and leaves the tables that were
                promised since.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            undo.command(self._caller, booking_id, expected=expected, key=key)
        )

    def resize(
        self,
        booking_id: str,
        party_size: int,
        *,
        expected: int | None = None,
        key: str | None = None,
    ) -> Booking:
        """Give a party another size. It keeps its time and its tables.

        A party that shrinks keeps the tables where it sits or that it was promised, also below
        their minimum.

        Args:
            booking_id: The booking.
            party_size: The number of people (1–1,000).
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If its tables do not suit it (the details name the best other tables), or a cap
                takes no more people. Move or reschedule the booking then.
            IllegalTransition: If the booking has ended.
            StaleVersion: If the version is another. Read the booking again.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            resize.command(self._caller, booking_id, party_size, expected=expected, key=key)
        )

    def at_risk(self) -> tuple[AtRisk, ...]:
        """Return the bookings whose table a seated party may still have when they come.

        By start, then id. Each has its best alternative; nothing moves by itself.
        """
        return self._executor.query(at_risk.query(self._caller))
