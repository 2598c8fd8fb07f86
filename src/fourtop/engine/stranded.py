"""Stranded: the reasons for which a house would not take a booking or hold as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.confirmation_checks import Confirmation, try_out
from fourtop.engine.invocation import Invocation
from fourtop.engine.outlook import Outlook
from fourtop.engine.permits import Permits
from fourtop.engine.preconditions import released_with
from fourtop.errors import Code, NotFound, PolicyDrift, Proof, Reason, Refusal, Refused
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.hold import Hold
from fourtop.model.override import standing
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Need, View

# The parties that are expected. Those that sit already stay until they leave.
EXPECTED: Final = frozenset(
    {BookingStatus.PENDING, BookingStatus.PENDING_ALLOCATION, BookingStatus.CONFIRMED}
)

# A booking keeps the rows that it has, so no other party can be in its way.
_TAKEN: Final = frozenset({Code.ALLOCATIONS_OVERLAP, Code.HOLD_CONFLICT})


@attrs.frozen
class Edit:
    """The present house and the house after an edit, for one caller.

    Args:
        invocation: The call; its actor is the actor of all checks.
        before: The present house.
        after: The house after the edit.
    """

    invocation: Invocation
    before: CompiledHouse
    after: CompiledHouse

    def told(self, party: Booking | Hold) -> str:
        """Return the local time that a party was told."""
        told = party.local_start if isinstance(party, Booking) else ""
        return told or self.before.calendar.local_text(party.stay.dining.start_us)

    def is_told_otherwise(self, party: Booking | Hold) -> bool:
        """Tell whether the local time of a party differs after the edit from the one it was told.

        Only the offset may differ.
        """
        return self._changes_clock(self.told(party), party.stay.dining.start_us)

    def moves(self, instant_us: int) -> bool:
        """Tell whether an instant has another local time after the edit."""
        return self._changes_clock(self.before.calendar.local_text(instant_us), instant_us)

    def _changes_clock(self, told: str, instant_us: int) -> bool:
        return clock_of(told) != clock_of(self.after.calendar.local_text(instant_us))


def clock_of(text: str) -> datetime:
    """Return a local time without its offset."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def find_stranded(outlook: Outlook, edit: Edit) -> dict[str, Refusal]:
    """Return the bookings that an edit strands, by start, then id, each with the new reasons.

    A reason is new if the present house has none of its code against the booking. O(n log n) for n
    bookings ahead.
    """
    found = {}
    for booking in outlook.bookings_ahead():
        if booking.status in EXPECTED:
            refusal = refusal_of_booking(outlook, edit, booking)
            if refusal is not None:
                found[booking.id] = refusal
    return found


def refusal_of_booking(outlook: Outlook, edit: Edit, booking: Booking) -> Refusal | None:
    """Return the reasons that an edit adds against a booking; ``None`` without any."""
    start_us = booking.stay.dining.start_us
    reasons = _reasons(outlook.view_around(edit.after.house, start_us), edit, booking)
    if not reasons:
        return None
    present = attrs.evolve(edit, after=edit.before)
    before = _reasons(outlook.view_around(edit.before.house, start_us), present, booking)
    known = {reason.code for reason in before}
    new = tuple(each for each in reasons if each.code not in known)
    return Refusal(new, Proof.RULE) if new else None


def refusal_of_hold(outlook: Outlook, edit: Edit, hold: Hold) -> Refusal | None:
    """Return the reasons for which a live hold could not be confirmed after an edit, if any."""
    start_us = hold.stay.dining.start_us
    if edit.is_told_otherwise(hold):
        return Refusal((_other_time(edit, hold),), Proof.RULE)
    wanted = Confirmation(hold.id, None, requote=False)
    present = outlook.view_around(edit.before.house, start_us)
    if try_out(edit.invocation, present, edit.before, wanted) is not None:
        return None
    view = outlook.view_around(edit.after.house, start_us)
    error = try_out(edit.invocation, view, edit.after, wanted)
    if error is None:
        return None
    if isinstance(error, PolicyDrift):
        return Refusal.by_rule(Code.POLICY_DRIFT, changed=list(error.changed))
    if isinstance(error, NotFound):
        return Refusal.by_rule(Code.TABLE_REMOVED, tables=[error.id])
    assert isinstance(error, Refused), "only rules of the house are new"
    return error.refusal


# ---- one booking under one house


def admission_of(view: View, edit: Edit, booking: Booking, minutes: int | None) -> Admission:
    """Return the admission of a booking after an edit; it gives up its tables and its count.

    Args:
        view: The restaurant under the new house.
        edit: The edit.
        booking: The booking.
        minutes: The length of its stay that it may keep.
    """
    released = attrs.evolve(released_with(view, booking.id), minutes=minutes)
    return Admission(view, edit.after, edit.invocation.actor, released)


def party_of(booking: Booking, tables: tuple[str, ...]) -> Inquiry:
    """Return the party of a booking at some tables, for as long as it stays.

    At its own tables, staff have overridden some rules for it.
    """
    stands = bool(tables) and tables == booking.tables
    return Inquiry(
        booking.party_size,
        booking.stay.dining.start_us,
        booking.must,
        booking.wish,
        booking.occasion,
        tables,
        channel=booking.channel,
        minutes=minutes_of(booking),
        overrides=standing(booking.overrides, is_same_size=True) if stands else (),
    )


def minutes_of(booking: Booking) -> int:
    """Return how long a booking stays, in whole minutes."""
    return max(booking.stay.dining.minutes, 1)


def end_of(booking: Booking) -> int:
    """Return the end of a booking, as its whole minutes give it."""
    return booking.stay.dining.start_us + minutes_of(booking) * MICROSECONDS_PER_MINUTE


def _reasons(view: View, edit: Edit, booking: Booking) -> tuple[Reason, ...]:
    compiled, tables = edit.after, booking.tables
    floor = compiled.house.floor
    kept = tuple(each for each in tables if floor.find_table(each) is not None)
    reasons = []
    if edit.is_told_otherwise(booking):
        reasons.append(_other_time(edit, booking))
    if kept != tables:
        gone = sorted(set(tables) - set(kept))
        reasons.append(Reason(Code.TABLE_REMOVED, {"tables": gone}))
    admission = admission_of(view, edit, booking, minutes_of(booking))
    # If a table is gone, or the booking has none, the check of tables says nothing about it.
    has_tables = bool(kept) and kept == tables
    party = party_of(booking, kept if has_tables else ())
    admission.permits = Permits(party.overrides)
    candidacy = Candidacy(admission, party)
    reasons += _broken_rules(candidacy, has_tables=has_tables)
    # Without a service, the hours refuse the booking.
    stay = candidacy.stay_at(floor.mask(kept)) if hasattr(candidacy, "service") else None
    if stay is not None and stay.dining.end_us < end_of(booking):
        local = compiled.calendar.local_text
        cut = {"end": local(end_of(booking)), "cut": local(stay.dining.end_us)}
        reasons.append(Reason(Code.STAY_CUT, cut))
    return tuple(reasons)


def _broken_rules(candidacy: Candidacy, *, has_tables: bool) -> list[Reason]:
    """Return the reasons of the list of checks.

    The rows of a booking are older than the promises of tables to other parties.
    """
    found = candidacy.admission.examine(candidacy, is_held=True)
    assert not isinstance(found, Need), "the view covers the date of the booking"
    unasked = {"promises"} if has_tables else {"promises", "tables"}
    return [
        reason
        for each in found
        if each.check not in unasked
        for reason in each.refusal.reasons
        if reason.code not in _TAKEN
    ]


def _other_time(edit: Edit, party: Booking | Hold) -> Reason:
    start = edit.after.calendar.local_text(party.stay.dining.start_us)
    return Reason(Code.LOCAL_TIME_CHANGED, {"told": edit.told(party), "start": start})
