"""The part of the desk for the staff: tables by hand, overrides, swaps and pins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Unpack

from fourtop.engine.commands import assign, commit_day_plan, pin, swap, unassign
from fourtop.engine.dispatch.requests import BookingCall
from fourtop.engine.queries import day_plan, validate
from fourtop.engine.service_desk import ServiceDesk
from fourtop.model.booking import Booking
from fourtop.model.day_plan import DayPlan, DayPlanTerms
from fourtop.model.override import Override
from fourtop.model.validation import Selection, Validation


class StaffDesk(ServiceDesk):
    """The commands of the staff; ``Desk`` has all commands and reads."""

    def validate(self, selection: Selection) -> Validation:
        """Run every check on tables that staff chose by hand, and return what each one says.

        A check that the selection overrides is a warning. What is valid can be booked, held,
        assigned or moved, with the same overrides, at the versions that the answer carries.

        Raises:
            InvalidInput: If it is not a selection, or a guest overrides a rule.
            IllegalTransition: If the booking is over.
            UnknownName: If the house does not have what a condition, occasion or channel names.
            NotFound: If the booking or a table is unknown.
        """
        return self._executor.query(validate.query(self._caller, selection))

    def plan_day(self, on: date, **terms: Unpack[DayPlanTerms]) -> DayPlan:
        """Return tables for all bookings of a date, as moves that ``commit_day_plan`` makes.

        Every confirmed booking keeps tables. The plan gives tables to bookings that wait for some,
        and moves others where that seats more. Pinned bookings, those that were promised their
        tables, seated parties, holds and blocks stay, and every party keeps its time and its
        conditions. The search runs after the read, outside any lock. Nothing is written.

        Args:
            on: The service date.
            terms: ``DayPlanTerms``: ``objective``, ``values``, ``node_budget``, ``seed``,
                ``optimum``.

        Raises:
            InvalidInput: If an argument breaks a rule; names the field and the rule.
            InvalidIdentifier: If a booking id of ``values`` is malformed.
            MissingPackage: If the optimum is wanted and the extra ``optimize`` is not installed.
        """
        return self._executor.query(day_plan.query(self._caller, on, **terms))

    def commit_day_plan(self, plan: DayPlan, *, key: str | None = None) -> tuple[Booking, ...]:
        """Give the bookings of a day plan their tables, all in one command or none.

        A booking that waits for tables is confirmed; a confirmed one moves. The rules run again,
        and only the end of the command must be free of overlaps. Bookings that came after the plan
        do not make it stale.

        Args:
            plan: What ``plan_day`` returned.
            key: Idempotency key.

        Returns:
            The bookings of its moves, in their order.

        Raises:
            StaleVersion: If the floor, the policy or one of its bookings has changed since. Plan
                the day again.
            Refused: If other parties have taken the tables since, or need them because tables were
                promised to them; if a party with tables has arrived or is late
                (``CANNOT_BE_FREED``); or if the time of a waiting party is over. Plan the day
                again.
            IllegalTransition: If a booking has no tables ahead of it, and waits for none.
            InvalidInput: If it is not a day plan of this restaurant.
            NotFound: If a booking is unknown.
        """
        return self._executor.execute(commit_day_plan.command(self._caller, plan, key=key))

    def assign(
        self,
        booking_id: str,
        tables: Iterable[str] = (),
        *,
        overrides: Iterable[Override] = (),
        expected: int | None = None,
        key: str | None = None,
    ) -> Booking:
        """Give tables to a booking that waits for them, and confirm it; its holds end.

        Args:
            booking_id: The booking.
            tables: Exactly these tables, which the booking is promised; empty: the best.
            overrides: Rules of the house that staff break for them.
            expected: The version of the booking that the caller saw; ``None``: any.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or the tables are taken.
            StaleVersion: If its version is not ``expected``.
            IllegalTransition: If it does not wait for tables. ``move`` gives it others.
            InvalidInput: If a guest overrides a rule, or an override of a rule about tables comes
                without tables.
            NotFound: If the booking or a table is unknown.
        """
        call = BookingCall(booking_id, expected, key)
        return self._executor.execute(
            assign.command(self._caller, call, assign.Wanted(tables, overrides))
        )

    def unassign(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Take the tables from a confirmed booking: it becomes ``pending_allocation``.

        Raises:
            Refused: If it is pinned.
            StaleVersion: If its version is not ``expected``.
            IllegalTransition: If it is not confirmed.
            NotFound: If it is unknown.
        """
        return self._executor.execute(
            unassign.command(self._caller, BookingCall(booking_id, expected, key))
        )

    def swap(
        self,
        first: str,
        second: str,
        *,
        overrides: Iterable[Override] = (),
        key: str | None = None,
    ) -> tuple[Booking, ...]:
        """Give each of two bookings the tables of the other, in one step; each keeps its time.

        It is a ``move`` of both, which also swaps more than two and takes ``expected``.

        Args:
            first: A booking.
            second: Another booking.
            overrides: Rules of the house that staff break for either.
            key: Idempotency key.

        Raises:
            Refused: If the tables do not suit a party, are taken, or a booking is pinned.
            IllegalTransition: If a booking has no tables ahead of it.
            InvalidInput: If both are one booking, or a guest overrides a rule.
            NotFound: If a booking is unknown.
        """
        return self._executor.execute(swap.command(self._caller, first, second, overrides, key=key))

    def pin(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Keep a booking at its tables: no move, swap or repair takes them away.

        It can still be cancelled, and rescheduled to a time when its tables are free.

        Raises:
            StaleVersion: If its version is not ``expected``.
            IllegalTransition: If it has no tables.
            NotFound: If it is unknown.
        """
        call = BookingCall(booking_id, expected, key)
        return self._executor.execute(pin.command(self._caller, call, is_pinned=True))

    def unpin(
        self, booking_id: str, *, expected: int | None = None, key: str | None = None
    ) -> Booking:
        """Let a pinned booking move again.

        Raises:
            StaleVersion: If its version is not ``expected``.
            NotFound: If it is unknown.
        """
        call = BookingCall(booking_id, expected, key)
        return self._executor.execute(pin.command(self._caller, call, is_pinned=False))
