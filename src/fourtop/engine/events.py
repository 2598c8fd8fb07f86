"""Events: one function writes each event of a hold, a booking or a block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from fourtop.engine.invocation import Invocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold
from fourtop.model.override import Override
from fourtop.model.window import iso


@attrs.frozen
class Subject:
    """The thing that an event is about.

    Args:
        key: Identifies the change, so that it is written once: an id, with a version if the thing
            changes more than once.
        booking_id: The booking, if it is about one.
        hold_id: The hold, if it is about one.
    """

    key: str
    booking_id: str | None = None
    hold_id: str | None = None


def new_event(
    invocation: Invocation,
    kind: EventType,
    subject: Subject,
    now_us: int,
    data: Mapping[str, object],
) -> Event:
    """Return an event of an invocation; its de-duplication key is the kind and the subject's key.

    Args:
        invocation: The invocation.
        kind: The kind of change.
        subject: The thing that changed.
        now_us: The time, in microseconds.
        data: Ids, numbers, codes and instants as plain data.
    """
    return Event(
        kind,
        f"{kind}:{subject.key}",
        invocation.restaurant_id,
        now_us,
        invocation.actor,
        subject.booking_id,
        subject.hold_id,
        data,
    )


def hold_event(
    invocation: Invocation, kind: EventType, hold: Hold, now_us: int, booking_id: str | None = None
) -> Event:
    """Return an event of a hold; it names the booking that the hold is for, or has become."""
    data: dict[str, object] = {
        "tables": list(hold.tables),
        "window": str(hold.stay.occupied),
        "party_size": hold.party_size,
        "expires_at": iso(hold.expires_us),
    }
    if hold.receipt.relaxed:
        data["relaxed"] = [each.value for each in hold.receipt.relaxed]
    if hold.overrides:
        data["overrides"] = rules_of(hold.overrides)
    if hold.would_refuse:
        data["would_refuse"] = [each.value for each in hold.would_refuse]
    # As ``new_event`` does: it is the event of most commands.
    return Event(
        kind,
        f"{kind}:{hold.id}",
        invocation.restaurant_id,
        now_us,
        invocation.actor,
        booking_id or hold.booking_id,
        hold.id,
        data,
    )


def created_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of a new booking."""
    data: dict[str, object] = {
        "status": str(booking.status),
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "past_reason": booking.past_reason,
    }
    if booking.receipt.relaxed:
        data["relaxed"] = [each.value for each in booking.receipt.relaxed]
    if booking.overrides:
        data["overrides"] = rules_of(booking.overrides)
    _add_shadow(data, booking)
    return _booking_event(invocation, EventType.BOOKING_CREATED, booking.id, booking, data)


def imported_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of an imported booking: the first one of this booking."""
    data = {
        "status": booking.status.value,
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "tables": list(booking.tables),
    }
    return _booking_event(invocation, EventType.BOOKING_IMPORTED, booking.id, booking, data)


def status_event(invocation: Invocation, booking: Booking, previous: BookingStatus) -> Event:
    """Return the event of a step in a booking's life."""
    data = {"status": booking.status.value, "previous": previous.value, "version": booking.version}
    return _versioned(invocation, EventType.BOOKING_STATUS, booking, data)


def rescheduled_event(invocation: Invocation, booking: Booking, before: Booking) -> Event:
    """Return the event of a booking's new time or party size."""
    data: dict[str, object] = {
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "previous_party_size": before.party_size,
        "previous_start": iso(before.stay.dining.start_us),
        "version": booking.version,
    }
    if booking.receipt.relaxed:
        data["relaxed"] = [each.value for each in booking.receipt.relaxed]
    if booking.overrides:
        data["overrides"] = rules_of(booking.overrides)
    _add_shadow(data, booking)
    return _versioned(invocation, EventType.BOOKING_RESCHEDULED, booking, data)


def prolonged_event(invocation: Invocation, booking: Booking, before: Booking) -> Event:
    """Return the event of a longer stay."""
    data = {
        "end": iso(booking.stay.dining.end_us),
        "previous_end": iso(before.stay.dining.end_us),
        "version": booking.version,
    }
    return _versioned(invocation, EventType.BOOKING_PROLONGED, booking, data)


def pinned_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of a booking that was pinned to its tables, or may move again."""
    data = {
        "is_pinned": booking.is_pinned,
        "tables": list(booking.tables),
        "version": booking.version,
    }
    return _versioned(invocation, EventType.BOOKING_PINNED, booking, data)


def assignment_event(
    invocation: Invocation, booking: Booking, conditions: Collection[str] = ()
) -> Event:
    """Return the event of a booking's new tables, with the conditions that staff overrode."""
    assignment = booking.assignment
    assert assignment is not None, "the booking was just given tables"
    data: dict[str, object] = {
        "tables": list(assignment.tables),
        "window": str(assignment.window),
        "version": booking.version,
    }
    if booking.overrides:
        data["overrides"] = rules_of(booking.overrides)
    if conditions:
        data["conditions"] = list(conditions)
    return _versioned(invocation, EventType.ASSIGNMENT_SYNC, booking, data)


def rules_of(overrides: Iterable[Override]) -> list[str]:
    """Return the rules that overrides break, as plain data, without the reasons."""
    return [each.rule.value for each in overrides]


def block_event(invocation: Invocation, kind: EventType, block: Block, now_us: int) -> Event:
    """Return an event of a block. Its reason is for the staff only."""
    data = {"block_id": block.id, "tables": list(block.tables), "window": str(block.window)}
    return new_event(invocation, kind, Subject(block.id), now_us, data)


def offer_event(invocation: Invocation, booking: Booking, hold: Hold) -> Event:
    """Return the event of an offer to a party on the waitlist; the booking has counted it."""
    assert booking.waiting is not None, "a party on the waitlist waits"
    data = {
        "tables": list(hold.tables),
        "start": iso(hold.stay.dining.start_us),
        "expires_at": iso(hold.expires_us),
        "offers": booking.waiting.offers,
        "version": booking.version,
    }
    subject = Subject(f"{booking.id}:{booking.version}", booking.id, hold.id)
    return new_event(invocation, EventType.WAITLIST_OFFERED, subject, booking.updated_us, data)


def slot_event(invocation: Invocation, kind: EventType, slot: BookingSlot, now_us: int) -> Event:
    """Return an event of a booking slot."""
    data = {
        "slot_id": slot.id,
        "start": iso(slot.start_us),
        "available": slot.available,
        "reserved": slot.reserved,
        "version": slot.version,
    }
    # A slot of the same id may be opened again after it was closed.
    return new_event(invocation, kind, Subject(f"{slot.id}:{invocation.id}"), now_us, data)


def shadow_event(
    invocation: Invocation, kind: EventType, counts: tuple[int, int], now_us: int
) -> Event:
    """Return the event of shadow bookings that were written or cleared, with their numbers.

    Args:
        invocation: The invocation, which is the subject.
        kind: Written or cleared.
        counts: How many bookings, and how many allocations.
        now_us: The time, in microseconds.
    """
    bookings, allocations = counts
    data = {"bookings": bookings, "allocations": allocations}
    return new_event(invocation, kind, Subject(invocation.id), now_us, data)


def _add_shadow(data: dict[str, object], booking: Booking) -> None:
    """Add the codes of the rules in shadow mode that would have refused the party, if any."""
    if booking.would_refuse:
        data["would_refuse"] = [each.value for each in booking.would_refuse]


def _versioned(
    invocation: Invocation, kind: EventType, booking: Booking, data: Mapping[str, object]
) -> Event:
    key = f"{booking.id}:{booking.version}"
    return _booking_event(invocation, kind, key, booking, data)


def _booking_event(
    invocation: Invocation, kind: EventType, key: str, booking: Booking, data: Mapping[str, object]
) -> Event:
    """Return an event of a booking at its last change. As ``new_event``, without a subject."""
    return Event(
        kind,
        f"{kind}:{key}",
        invocation.restaurant_id,
        booking.updated_us,
        invocation.actor,
        booking.id,
        None,
        data,
    )
