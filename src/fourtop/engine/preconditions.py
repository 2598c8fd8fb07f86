"""Preconditions: the booking or hold that a command needs, in the state that it needs."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.usage import NOTHING_RELEASED, Released
from fourtop.errors import (
    Code,
    HoldEnded,
    HoldExpired,
    HoldMismatch,
    IllegalTransition,
    NotFound,
    Refusal,
    Refused,
    StaleVersion,
)
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.hold import Hold, HoldState
from fourtop.model.request import BookingRequest
from fourtop.model.results import Versions
from fourtop.ports import View

_BEFORE_CONFIRMATION = (
    BookingStatus.PENDING,
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.WAITLISTED,
)


def check_awaits_tables(booking: Booking, request: BookingRequest) -> None:
    """Check that a booking waits for tables for this party size and start.

    Raises:
        IllegalTransition: If it does not wait for tables.
        HoldMismatch: If it has another party size or start.
    """
    check_awaits_confirmation(booking)
    differs = differences(booking, request.party_size, request.start_us)
    if differs:
        raise HoldMismatch(None, booking.id, differs=differs)


def differences(booking: Booking, party_size: int, start_us: int) -> tuple[str, ...]:
    """Return the fields in which a booking differs: of ``party_size`` and ``start``.

    A party on the waitlist takes any start within its terms.
    """
    waiting = booking.waiting
    if booking.status is BookingStatus.WAITLISTED and waiting is not None:
        differs = () if booking.party_size == party_size else ("party_size",)
        return differs if waiting.takes(start_us) else (*differs, "start")
    compared = (
        ("party_size", booking.party_size, party_size),
        ("start", booking.stay.dining.start_us, start_us),
    )
    return tuple(name for name, booked, asked in compared if booked != asked)


def check_awaits_confirmation(booking: Booking) -> None:
    """Check that a booking waits for tables. A hold does not revive a no-show.

    Raises:
        IllegalTransition: If it is neither pending, pending_allocation nor waitlisted.
    """
    if booking.status not in _BEFORE_CONFIRMATION:
        raise IllegalTransition(booking.id, booking.status.value, BookingStatus.CONFIRMED.value)


def get_booking(view: View, booking_id: str, expected: int | None = None) -> Booking:
    """Return the booking of an id, at the version that the caller saw.

    Args:
        view: The bookings.
        booking_id: The id.
        expected: The version; ``None``: any.

    Raises:
        NotFound: If it is unknown.
        StaleVersion: If its version is another.
    """
    booking = view.find_booking(booking_id)
    if booking is None:
        raise NotFound("booking", booking_id)
    check_expected(booking, expected)
    return booking


def check_house_versions(view: View, expected: Versions) -> None:
    """Check that floor and policy have the versions that a plan was made for.

    Raises:
        StaleVersion: If one of them has another.
    """
    for kind in ("floor", "policy"):
        planned, found = getattr(expected, kind), getattr(view.versions, kind)
        if planned != found:
            raise StaleVersion(kind, planned, found)


def check_pin(booking: Booking, tables: Collection[str]) -> None:
    """Check that a booking may get some tables: a pinned one keeps its own.

    Raises:
        Refused: If it is pinned to other tables.
    """
    if booking.is_pinned and set(tables) != set(booking.tables):
        facts = {"booking_id": booking.id, "tables": list(booking.tables)}
        raise Refused(Refusal.by_rule(Code.BOOKING_PINNED, **facts))


def check_expected(booking: Booking, expected: int | None) -> None:
    """Check that a booking has the version that the caller saw.

    Raises:
        StaleVersion: If it has another. Read the booking again.
    """
    if expected is not None and booking.version != expected:
        raise StaleVersion("booking", expected, booking.version)


def get_live_hold(view: View, hold_id: str) -> Hold:
    """Return the live hold of an id.

    Raises:
        NotFound: If it is unknown.
        HoldExpired: If it has expired.
        HoldEnded: If it was released, replaced or confirmed.
    """
    hold = view.find_hold(hold_id)
    if hold is None:
        raise NotFound("hold", hold_id)
    check_alive(hold, view.now_us)
    return hold


def check_alive(hold: Hold, now_us: int) -> None:
    """Check that a hold is alive.

    Raises:
        HoldExpired: If it has expired.
        HoldEnded: If it was released, replaced or confirmed.
    """
    if hold.is_alive(now_us):
        return
    if hold.state in (HoldState.ACTIVE, HoldState.EXPIRED):
        raise HoldExpired(hold.id, hold.expires_at.isoformat())
    raise HoldEnded(hold.id, hold.state.value)


def released_with(view: View, booking_id: str | None) -> Released:
    """Return what is free if a booking is left out: its tables, its holds and its count.

    Raises:
        NotFound: If the booking is unknown.
    """
    if booking_id is None:
        return NOTHING_RELEASED
    booking = get_booking(view, booking_id)
    owners = (Owner(OwnerKind.BOOKING, booking_id), *owners_for(view, booking_id))
    return Released(owners, booking_id, minutes=booking.minutes)


def owners_for(view: View, booking_id: str) -> tuple[Owner, ...]:
    """Return the active holds of a booking, as owners of allocations."""
    return tuple(Owner(OwnerKind.HOLD, hold.id) for hold in view.active_holds_for(booking_id))
