"""Decisions about holds: make, extend, release, replace."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import NOTHING_RELEASED, Admission, Released, Seating
from fourtop.engine.allocations import allocate, end_hold, expire_holds
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import (
    check_awaits_tables,
    get_live_hold,
)
from fourtop.errors import (
    HoldLimit,
    HoldRateLimit,
    Refusal,
    Refused,
)
from fourtop.model import validators
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.event import EventType
from fourtop.model.hold import Hold, HoldState, fingerprint_of
from fourtop.model.policy import MAX_HOLD_LIFETIME_SECONDS
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import Changes, Decision, Need, Scope, View


@attrs.frozen
class Terms:
    """On what terms a hold is made.

    Args:
        booking_id: The booking that it is for, if there is one already.
        ttl_seconds: How long it lives; ``None``: the policy's.
        session: The host's session.
    """

    booking_id: str | None = None
    ttl_seconds: int | None = attrs.field(default=None, converter=validators.as_optional_integer)
    session: str | None = None


@attrs.frozen
class Replaced:
    """A hold that is given up for a new one, and how long the new one lives; ``None``: the policy's time."""

    hold_id: str
    ttl_seconds: int | None = attrs.field(default=None, converter=validators.as_optional_integer)


def make_hold(
    call: Invocation, view: View, rules: CompiledHouse, request: BookingRequest, terms: Terms
) -> Decision[Hold] | Need:
    """Decide a new hold."""
    own = NOTHING_RELEASED
    if terms.booking_id is not None:
        check_awaits_tables(view, terms.booking_id, request)
        own = Released(booking_id=terms.booking_id)
    _check_limits(view, rules, terms, given_up=None)
    seating = Admission(view, rules, own).admit(request)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    return _held(call, view, rules, (request, terms, seating))


def replace_hold(
    call: Invocation, view: View, rules: CompiledHouse, request: BookingRequest, given_up: Replaced
) -> Decision[Hold] | Need:
    """Decide a new hold in place of one that is given up; the old one is in nobody's way, least of all its own."""
    old = get_live_hold(view, given_up.hold_id)
    need = _missing(view, old)
    if need is not None:
        return need
    terms = Terms(old.booking_id, given_up.ttl_seconds, old.session)
    if old.booking_id is not None:
        check_awaits_tables(view, old.booking_id, request)
    _check_limits(view, rules, terms, given_up=old)
    own = Released((Owner(OwnerKind.HOLD, old.id),), booking_id=old.booking_id, hold_id=old.id)
    seating = Admission(view, rules, own).admit(request)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    rows = view.allocations_of(OwnerKind.HOLD, old.id)
    event = hold_event(call, EventType.HOLD_REPLACED, old, view.now_us)
    made = _held(call, view, rules, (request, terms, seating))
    return Decision(made.result, end_hold(old, HoldState.REPLACED, rows, event) + made.changes)


def _missing(view: View, old: Hold) -> Need | None:
    scope = view.scope
    more = Scope(
        scope.restaurant_id,
        bookings=frozenset()
        if old.booking_id is None
        else frozenset({old.booking_id}) - scope.bookings,
        sessions=frozenset() if old.session is None else frozenset({old.session}) - scope.sessions,
    )
    return Need(more) if more.bookings or more.sessions else None


def _held(
    call: Invocation, view: View, rules: CompiledHouse, what: tuple[BookingRequest, Terms, Seating]
) -> Decision[Hold]:
    request, terms, seating = what
    policy = rules.house.policy
    ttl_seconds = policy.holds.ttl_seconds if terms.ttl_seconds is None else terms.ttl_seconds
    service = rules.calendar.find_service(request.start_us)
    assert service is not None, "an admitted party sits down in a service"
    hold = Hold(
        id=call.id,
        restaurant_id=call.restaurant_id,
        party_size=request.party_size,
        stay=seating.stay,
        tables=seating.plan.tables,
        state=HoldState.ACTIVE,
        created_us=view.now_us,
        expires_us=view.now_us + ttl_seconds * MICROSECONDS_PER_SECOND,
        fingerprint=fingerprint_of(
            rules.house.floor,
            policy.planning,
            seating.plan.tables,
            terms=(service.period, seating.stay),
            party_size=request.party_size,
        ),
        actor=call.actor,
        booking_id=terms.booking_id,
        session=terms.session,
        past_reason=request.past_reason,
        must=request.must,
        wish=request.wish,
        names_tables=bool(request.tables),
        occasion=request.occasion,
    )
    placing = allocate(call, (OwnerKind.HOLD, hold.id), hold.tables, hold.stay.occupied)
    event = hold_event(call, EventType.HOLD_CREATED, hold, view.now_us)
    changes = Changes(added=placing.rows, holds_added=(hold,), events=(event,))
    return Decision(hold, expire_holds(call, view, hold.stay.occupied) + changes)


def _check_limits(view: View, rules: CompiledHouse, terms: Terms, *, given_up: Hold | None) -> None:
    limits = rules.house.policy.holds
    fewer = 0 if given_up is None else 1
    if terms.booking_id is not None:
        window_us = limits.rate_window_seconds * MICROSECONDS_PER_SECOND
        created = view.holds_created(terms.booking_id, view.now_us - window_us)
        if len(created) >= limits.rate_limit:
            wait_us = created[-limits.rate_limit] + window_us - view.now_us
            wait = -(-wait_us // MICROSECONDS_PER_SECOND)
            raise HoldRateLimit(
                terms.booking_id, limits.rate_limit, limits.rate_window_seconds, wait
            )
    if view.count_live_holds() - fewer >= limits.max_live:
        raise HoldLimit("live_per_restaurant", limits.max_live)
    if (
        terms.session is not None
        and view.count_live_holds(terms.session) - fewer >= limits.max_live_per_session
    ):
        raise HoldLimit("live_per_session", limits.max_live_per_session)


def as_request(hold: Hold) -> BookingRequest:
    """Return what the party of a hold asked for, to be judged again; that it was admitted then is its reason."""
    return BookingRequest(
        hold.party_size,
        hold.stay.dining.start,
        occasion=hold.occasion,
        must=hold.must,
        wish=hold.wish,
        tables=hold.tables if hold.names_tables else (),
        past_reason=hold.past_reason or "held",
    )


def extend_hold(call: Invocation, view: View, hold_id: str, seconds: int) -> Decision[Hold]:
    """Decide a later expiry, at most 600 seconds after the hold was made."""
    hold = get_live_hold(view, hold_id)
    expires_us = hold.expires_us + seconds * MICROSECONDS_PER_SECOND
    if expires_us > hold.created_us + MAX_HOLD_LIFETIME_SECONDS * MICROSECONDS_PER_SECOND:
        raise HoldLimit("lifetime_seconds", MAX_HOLD_LIFETIME_SECONDS)
    extended = attrs.evolve(hold, expires_us=expires_us)
    data = {"previous": hold.expires_at.isoformat(), "expires_at": extended.expires_at.isoformat()}
    subject = f"{hold.id}:{expires_us}"
    about = {"hold_id": hold.id, "booking_id": hold.booking_id, "data": data}
    event = call.event(EventType.HOLD_EXTENDED, subject, view.now_us, **about)
    return Decision(extended, Changes(holds_changed=(extended,), events=(event,)))


def release_hold(call: Invocation, view: View, hold_id: str) -> Decision[Hold]:
    """Decide the end of a hold that is given up."""
    hold = get_live_hold(view, hold_id)
    rows = view.allocations_of(OwnerKind.HOLD, hold.id)
    event = hold_event(call, EventType.HOLD_RELEASED, hold, view.now_us)
    released = attrs.evolve(hold, state=HoldState.RELEASED)
    return Decision(released, end_hold(hold, HoldState.RELEASED, rows, event))
