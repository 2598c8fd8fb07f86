"""Replace hold: give up a live hold for another one, in one step."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.allocations import end_hold, start_hold
from fourtop.engine.commands import hold as hold_command
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, check_request, one_or_none
from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.preconditions import check_awaits_tables, get_booking, get_live_hold
from fourtop.engine.usage import Released
from fourtop.errors import Refusal, Refused
from fourtop.model import validators
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking_change import with_promises
from fourtop.model.event import EventType
from fourtop.model.hold import Hold, HoldState
from fourtop.model.request import BookingRequest
from fourtop.ports import Decision, Need, Scope, View


@attrs.frozen
class Replaced:
    """The arguments of a replacement.

    Args:
        hold_id: The hold to give up.
        ttl_seconds: The lifetime of the new hold; ``None``: the policy's.
    """

    hold_id: str
    ttl_seconds: int | None = None


def command(
    caller: Caller, given_up: Replaced, request: BookingRequest, *, key: str | None
) -> Command[Hold]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
        InvalidIdentifier: If an id or the key is malformed.
    """
    check_request(caller, request)
    ttl_seconds = hold_command.check_ttl(given_up.ttl_seconds)
    given_up = attrs.evolve(given_up, ttl_seconds=ttl_seconds)
    invocation = caller.invocation("replace", key, {"given_up": given_up, "request": request})
    hold_id = validators.check_identifier("hold_id", given_up.hold_id)
    scope = Scope(caller.restaurant_id, holds=frozenset((hold_id,)), counts_holds=True)
    return Command(
        invocation,
        scope,
        lambda view, compiled: replace_hold(invocation, view, compiled, request, given_up),
        prefetch=partial(expected_windows, request),
    )


def replace_hold(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    request: BookingRequest,
    given_up: Replaced,
) -> Decision[Hold] | Need:
    """Decide a new hold in place of a live one; the old tables are free for it.

    The life of the new hold counts from that of the first hold that it goes back to.
    """
    if given_up.ttl_seconds is not None:
        compiled.house.policy.holds.check_ttl(given_up.ttl_seconds)
    old = get_live_hold(view, given_up.hold_id)
    need = _missing(view, old)
    if need is not None:
        return need
    start_us, ttl_seconds = old.life_start_us, given_up.ttl_seconds
    life = hold_command.life_of(view, compiled, ttl_seconds, start_us=start_us)
    terms = hold_command.Terms(old.booking_id, given_up.ttl_seconds, old.session)
    if old.booking_id is not None:
        booking = get_booking(view, old.booking_id)
        check_awaits_tables(booking, request)
        request = with_promises(request, booking)
    hold_command.check_limits(view, compiled, terms, given_up=old)
    released = Released((Owner(OwnerKind.HOLD, old.id),), booking_id=old.booking_id, hold_id=old.id)
    seating = Admission(view, compiled, invocation.actor, released).admit(request)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    rows = view.allocations_of(OwnerKind.HOLD, old.id)
    event = hold_event(invocation, EventType.HOLD_REPLACED, old, view.now_us)
    hold = hold_command.new_hold(invocation, view, compiled, request, (terms, seating, life))
    ended = end_hold(old, HoldState.REPLACED, rows, event)
    return Decision(hold, ended + start_hold(invocation, view, hold))


def _missing(view: View, old: Hold) -> Need | None:
    scope = view.scope
    more = Scope(
        scope.restaurant_id,
        bookings=one_or_none(old.booking_id) - scope.bookings,
        sessions=one_or_none(old.session) - scope.sessions,
    )
    return Need(more) if more.bookings or more.sessions else None
