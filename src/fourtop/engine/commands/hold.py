"""Hold: keep tables for a party until the hold expires."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.admission import Admission, Seating, expected_windows
from fourtop.engine.allocations import start_hold
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Command,
    check_request,
    one_or_none,
    optional_id,
)
from fourtop.engine.invocation import Invocation
from fourtop.engine.permits import unneeded
from fourtop.engine.preconditions import check_awaits_tables, get_booking
from fourtop.engine.usage import NOTHING_RELEASED, Released
from fourtop.errors import HoldLimit, HoldRateLimit, Refusal, Refused
from fourtop.model import validators
from fourtop.model.booking_change import with_promises
from fourtop.model.booking_rules import HOLD_TTL_SECONDS
from fourtop.model.hold import Hold, HoldState
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import Decision, Need, Scope, View


@attrs.frozen
class Terms:
    """The terms of a hold.

    Args:
        booking_id: The pending booking that it is for, if any.
        ttl_seconds: Its lifetime; ``None``: the policy's.
        session: The host's session.
    """

    booking_id: str | None = None
    ttl_seconds: int | None = None
    session: str | None = None


@attrs.frozen
class Life:
    """How long a party may keep its tables.

    Args:
        start_us: Since when it keeps tables, also those of holds that were replaced.
        expires_us: When its hold expires.
    """

    start_us: int
    expires_us: int


def command(
    caller: Caller, request: BookingRequest, terms: Terms, *, key: str | None
) -> Command[Hold]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
        InvalidIdentifier: If an id or the key is malformed.
    """
    check_request(caller, request)
    scope = Scope(
        caller.restaurant_id,
        bookings=one_or_none(optional_id("booking_id", terms.booking_id)),
        sessions=one_or_none(optional_id("session", terms.session)),
        counts_holds=True,
    )
    terms = attrs.evolve(terms, ttl_seconds=check_ttl(terms.ttl_seconds))
    invocation = caller.invocation("hold", key, {"request": request, "terms": terms})
    return Command(
        invocation,
        scope,
        lambda view, compiled: make_hold(invocation, view, compiled, request, terms),
        prefetch=partial(expected_windows, request),
    )


def check_ttl(ttl_seconds: int | None) -> int | None:
    """Return the lifetime of a hold; ``None``: the policy's.

    Raises:
        InvalidInput: If no house may allow it. ``life_of`` applies the rules of one house.
    """
    if ttl_seconds is None:
        return None
    return validators.check_integer("ttl_seconds", ttl_seconds, *HOLD_TTL_SECONDS)


def life_of(view: View, compiled: CompiledHouse, ttl_seconds: int | None, *, start_us: int) -> Life:
    """Return the life of a new hold.

    A hold in place of another one lives on with what is left of the other's life: the lifetime of
    the policy is cut to it, one that the caller names is refused.

    Args:
        view: For the time.
        compiled: The rules.
        ttl_seconds: Its lifetime; ``None``: the policy's.
        start_us: The time since which the party has kept tables.

    Raises:
        InvalidInput: If the house does not allow the lifetime.
        HoldLimit: If the party would keep tables for too long.
    """
    rules = compiled.house.policy.holds
    latest_us = start_us + rules.max_lifetime_seconds * MICROSECONDS_PER_SECOND
    if ttl_seconds is None:
        expires_us = min(view.now_us + rules.ttl_seconds * MICROSECONDS_PER_SECOND, latest_us)
    else:
        expires_us = view.now_us + rules.check_ttl(ttl_seconds) * MICROSECONDS_PER_SECOND
    if not view.now_us < expires_us <= latest_us:
        raise HoldLimit("lifetime_seconds", rules.max_lifetime_seconds)
    return Life(start_us, expires_us)


def make_hold(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    request: BookingRequest,
    terms: Terms,
) -> Decision[Hold] | Need:
    """Decide a new hold."""
    life = life_of(view, compiled, terms.ttl_seconds, start_us=view.now_us)
    released = NOTHING_RELEASED
    if terms.booking_id is not None:
        booking = get_booking(view, terms.booking_id)
        check_awaits_tables(booking, request)
        request = with_promises(request, booking)
        released = Released(booking_id=terms.booking_id)
    check_limits(view, compiled, terms, given_up=None)
    seating = Admission(view, compiled, invocation.actor, released).admit(request)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    hold = new_hold(invocation, view, compiled, request, (terms, seating, life))
    return Decision(hold, start_hold(invocation, view, hold))


def new_hold(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    request: BookingRequest,
    agreed: tuple[Terms, Seating, Life],
) -> Hold:
    """Return the record of a new hold on these terms at this seating."""
    terms, seating, life = agreed
    plan = seating.chosen
    assert plan is not None, "a hold is admitted with tables"
    relaxed = seating.relaxed
    fingerprint = compiled.fingerprint(
        plan.tables, (seating.service.period, seating.stay), request.party_size
    )
    return Hold(
        id=invocation.id,
        restaurant_id=invocation.restaurant_id,
        party_size=request.party_size,
        stay=seating.stay,
        tables=plan.tables,
        state=HoldState.ACTIVE,
        created_us=view.now_us,
        expires_us=life.expires_us,
        fingerprint=fingerprint.with_relaxed(relaxed) if relaxed else fingerprint,
        actor=invocation.actor,
        booking_id=terms.booking_id,
        session=terms.session,
        past_reason=request.past_reason,
        must=request.must,
        wish=request.wish,
        names_tables=bool(request.tables),
        occasion=request.occasion,
        channel=request.channel,
        minutes=request.minutes,
        reference=request.reference,
        life_start_us=life.start_us,
        would_refuse=seating.would_refuse,
        overrides=seating.overrides,
        receipt=_receipt(request, seating) if relaxed or request.overrides else NO_RECEIPT,
    )


def _receipt(request: BookingRequest, seating: Seating) -> Receipt:
    rules = unneeded(request.overrides, seating.overrides)
    return Receipt(relaxed=seating.relaxed, unneeded=rules)


def check_limits(
    view: View, compiled: CompiledHouse, terms: Terms, *, given_up: Hold | None
) -> None:
    """Check the limits on the number of holds, apart from one that is given up.

    Raises:
        HoldRateLimit: If too many holds were made for the booking.
        HoldLimit: If too many holds are alive.
    """
    limits = compiled.house.policy.holds
    fewer = 0 if given_up is None else 1
    if terms.booking_id is not None:
        window_us = limits.rate_window_seconds * MICROSECONDS_PER_SECOND
        created = view.holds_created(terms.booking_id, view.now_us - window_us)
        if len(created) >= limits.rate_limit:
            wait_us = created[-limits.rate_limit] + window_us - view.now_us
            wait_seconds = -(-wait_us // MICROSECONDS_PER_SECOND)
            raise HoldRateLimit(
                terms.booking_id, limits.rate_limit, limits.rate_window_seconds, wait_seconds
            )
    if view.count_live_holds() - fewer >= limits.max_live:
        raise HoldLimit("live_per_restaurant", limits.max_live)
    if (
        terms.session is not None
        and view.count_live_holds(terms.session) - fewer >= limits.max_live_per_session
    ):
        raise HoldLimit("live_per_session", limits.max_live_per_session)
