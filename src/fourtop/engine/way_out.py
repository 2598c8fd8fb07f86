"""Way out: the best way to keep a stranded party, and the decision that takes it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.commands.move import Move, move_bookings
from fourtop.engine.commands.reschedule import reschedule_booking
from fourtop.engine.confirmation_checks import Confirmation, try_out
from fourtop.engine.confirmed_hold import as_request
from fourtop.engine.invocation import Invocation
from fourtop.engine.outlook import Outlook
from fourtop.engine.stranded import (
    Edit,
    admission_of,
    clock_of,
    end_of,
    minutes_of,
    party_of,
    refusal_of_booking,
)
from fourtop.engine.usage import Released
from fourtop.errors import Code, NotFound, Reason, Refusal, Refused, UnknownName
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.booking_change import KEEP, BookingChange
from fourtop.model.hold import Hold
from fourtop.model.preview import Repair, WayOut, WayOutKind
from fourtop.model.request import BookingRequest
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, from_micros, to_micros
from fourtop.ports import Changes, Decision, Need, View

_LOADED = "the view covers the date of the party"


# ---- bookings


def find_way_out(outlook: Outlook, edit: Edit, booking: Booking) -> WayOut | None:
    """Return the best way out of a stranded booking; ``None`` without one.

    Other tables at its own time come first. Then the starts on offer of its service date follow,
    the nearest first and of two equally near ones the earlier; at none of them it stays shorter
    than now. A promise of tables holds at another start, too, and a pinned booking never leaves its
    tables. A booking that others of the plan have made room for stays where it is.
    """
    start_us = booking.stay.dining.start_us
    if booking.tables and refusal_of_booking(outlook, edit, booking) is None:
        return _way(edit, WayOutKind.TABLES, start_us, start_us, booking.tables)
    may_move = booking.assignment is not None and not booking.is_pinned
    if may_move and not edit.is_told_otherwise(booking):
        tables = _other_tables(outlook, edit, booking)
        if tables:
            return _way(edit, WayOutKind.TABLES, start_us, start_us, tables)
    for other_us in _starts(outlook, edit, booking):
        kept = booking.tables if booking.is_pinned else KEEP
        change = BookingChange(start=from_micros(other_us), tables=kept)
        seating = _seated_at(outlook, edit, booking, change.applied_to(booking))
        if seating is not None:
            tables = () if seating.chosen is None else seating.plan.tables
            return _way(edit, WayOutKind.START, start_us, other_us, tables)
    return None


def _way(
    edit: Edit, kind: WayOutKind, start_us: int, other_us: int, tables: tuple[str, ...]
) -> WayOut:
    return WayOut(
        kind,
        other_us,
        tables,
        (other_us - start_us) // MICROSECONDS_PER_MINUTE,
        timezone=edit.after.house.restaurant.timezone,
    )


def _other_tables(outlook: Outlook, edit: Edit, booking: Booking) -> tuple[str, ...]:
    """Return the best free tables for the rows that a booking has; empty without any."""
    assert booking.assignment is not None, "only a booking with tables gets others"
    view = outlook.view_around(edit.after.house, booking.stay.dining.start_us)
    admission = admission_of(view, edit, booking, minutes_of(booking))
    held = admission.admit_held(party_of(booking, ()))
    if isinstance(held, Refusal):
        return ()
    end_us = end_of(booking)
    held.zones_out += tuple(_cut_short(held, end_us))
    if not held.variants and held.stay.dining.end_us < end_us:
        return ()
    # The booking keeps its rows from now on; the buffers of today do not change them.
    rows = booking.assignment.window
    ahead = Window.of_micros(max(rows.start_us, outlook.now_us), rows.end_us)
    held.stay = attrs.evolve(held.stay, occupied=ahead)
    held.variants = ()
    if any(check.find(held) is not None for check in admission.composition.with_tables):
        return ()
    return held.plans[0].tables


def _cut_short(held: Candidacy, end_us: int) -> Iterator[Excluded]:
    """Yield the tables at which the hours would end the stay early."""
    others = held.admission.all_tables
    for variant in held.variants:
        others &= ~variant.tables
    for stay, tables in (
        (held.stay, others),
        *((each.stay, each.tables) for each in held.variants),
    ):
        if stay.dining.end_us < end_us:
            yield Excluded(tables, Reason(Code.STAY_CUT))


def _seated_at(
    outlook: Outlook, edit: Edit, booking: Booking, request: BookingRequest
) -> Seating | None:
    """Return the seating of a booking at another start, if that is no shorter stay than now."""
    view = outlook.view_around(edit.after.house, booking.stay.dining.start_us)
    admission = admission_of(view, edit, booking, booking.minutes)
    has_tables = booking.assignment is not None
    return _long_enough(admission, request, booking.stay, with_tables=has_tables)


def _long_enough(
    admission: Admission, request: BookingRequest, stay: Stay, *, with_tables: bool = True
) -> Seating | None:
    """Return the seating of a request, if it is no shorter than a stay."""
    try:
        seating = admission.admit(request, with_tables=with_tables)
    except (NotFound, UnknownName):
        # The house no longer has the tables or anything else that the party has asked for.
        return None
    assert not isinstance(seating, Need), _LOADED
    if isinstance(seating, Refusal) or seating.stay.dining.minutes < stay.dining.minutes:
        return None
    return seating


def _starts(outlook: Outlook, edit: Edit, party: Booking | Hold) -> Iterator[int]:
    """Yield the starts ahead of the service date of a party, the nearest first.

    After a change of the time zone, they are near the local time that the party was told.
    """
    calendar, target_us = edit.after.calendar, party.stay.dining.start_us
    starts = [each for each, _ in calendar.starts_on(party.stay.service_date)]
    if edit.is_told_otherwise(party):
        target_us = to_micros(clock_of(edit.told(party)).replace(tzinfo=calendar.zone))
        starts.append(target_us)
    ahead = {each for each in starts if each >= outlook.now_us}
    near = sorted(ahead, key=lambda each: (abs(each - target_us), each))
    yield from (each for each in near if each != party.stay.dining.start_us)


# ---- holds


def find_way_out_of_hold(outlook: Outlook, edit: Edit, hold: Hold) -> WayOut | None:
    """Return what a confirmation with a new quote gives a hold, or the nearest start, if any."""
    start_us = hold.stay.dining.start_us
    view = outlook.view_around(edit.after.house, start_us)
    if not edit.is_told_otherwise(hold):
        wanted = Confirmation(hold.id, None, requote=True)
        seating = try_out(edit.invocation, view, edit.after, wanted)
        if isinstance(seating, Seating):
            return _way(edit, WayOutKind.TABLES, start_us, start_us, seating.plan.tables)
    owners = (Owner(OwnerKind.HOLD, hold.id),)
    released = Released(owners, hold.booking_id, hold_id=hold.id, minutes=hold.minutes)
    admission = Admission(view, edit.after, edit.invocation.actor, released)
    if hold.fingerprint.relaxed:
        admission = admission.relaxed(hold.fingerprint.relaxed)
    for other_us in _starts(outlook, edit, hold):
        other = as_request(hold).replaced(start=from_micros(other_us), past_reason=None)
        found = _long_enough(admission, other, hold.stay)
        if found is not None:
            return _way(edit, WayOutKind.START, start_us, other_us, found.plan.tables)
    return None


# ---- repairs


def take_way_out(outlook: Outlook, edit: Edit, repair: Repair, number: int) -> Changes:
    """Return the changes of one repair, and apply them to the outlook.

    The decisions that move and reschedule a booking make them.

    Args:
        outlook: The records ahead.
        edit: The edit.
        repair: The repair.
        number: Its number in the plan. The ids of its rows derive from it.

    Raises:
        Refused: If a rule or another party is in the way of the booking's new tables or start.
    """
    booking, way = outlook.get_booking(repair.booking_id), repair.way_out
    view = outlook.view_around(edit.after.house, booking.stay.dining.start_us)
    invocation = attrs.evolve(edit.invocation, id=edit.invocation.row_id(number))
    if way.kind is WayOutKind.TABLES:
        changes = _moved(invocation, view, edit, Move(booking.id, way.tables))
    else:
        changes = _rescheduled(invocation, view, edit, booking, way)
    outlook.apply(changes)
    refusal = refusal_of_booking(outlook, edit, outlook.get_booking(booking.id))
    if refusal is not None:
        raise Refused(refusal)
    return changes


def _moved(invocation: Invocation, view: View, edit: Edit, move: Move) -> Changes:
    decision = move_bookings(invocation, view, edit.after, (move,))
    assert isinstance(decision, Decision), _LOADED
    return decision.changes


def _rescheduled(
    invocation: Invocation, view: View, edit: Edit, booking: Booking, way: WayOut
) -> Changes:
    # The party gets these tables; they are promised to it only if its own are.
    change = BookingChange(start=way.start, tables=way.tables or KEEP)
    decision = reschedule_booking(invocation, view, edit.after, booking, change)
    assert isinstance(decision, Decision), _LOADED
    changed = attrs.evolve(decision.result, names_tables=booking.names_tables)
    return attrs.evolve(decision.changes, bookings=(changed,))
