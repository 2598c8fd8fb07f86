"""Hold: keep tables for a party until the hold expires."""

from __future__ import annotations

from functools import partial
from typing import TypedDict

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
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
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.permits import unneeded
from fourtop.engine.preconditions import check_awaits_tables, get_booking
from fourtop.engine.recourse import command_with_moves
from fourtop.engine.reseat import check_moves, make_room, scope_with, with_moves
from fourtop.engine.usage import NOTHING_RELEASED, Released
from fourtop.errors import HoldLimit, HoldRateLimit, Refusal
from fourtop.model import validators
from fourtop.model.booking_change import with_promises
from fourtop.model.booking_rules import HOLD_TTL_SECONDS
from fourtop.model.hold import Hold, HoldState
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import Decision, Need, Scope, View


class HoldTerms(TypedDict, total=False):
    """The optional terms of a hold.

    Args:
        booking_id: A pending booking of this party size and start. Conditions that the request does
            not name, such as ``must``, the hold takes from the booking.
        ttl_seconds: The lifetime, 30 to ``HoldRules.max_lifetime_seconds`` of the policy; without
            it, the policy's, 180 unless changed.
        session: The host's session, which has its own limit on live holds.
    """

    booking_id: str | None
    ttl_seconds: int | None
    session: str | None


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
    caller: Caller,
    request: BookingRequest,
    terms: Terms,
    *,
    moves: int | Reseating | None = 0,
    key: str | None,
) -> Command[Hold]:
    """Build the command.

    Args:
        caller: The caller.
        request: The party.
        terms: The terms of the hold.
        moves: Most bookings that may move to make room, or the moves of a quote; ``None``: none.
        key: The idempotency key, if any.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
        InvalidIdentifier: If an id or the key is malformed.
    """
    terms = Terms(terms.booking_id, check_ttl(terms.ttl_seconds), terms.session)
    check_request(caller, request)
    scope = Scope(
        caller.restaurant_id,
        bookings=one_or_none(optional_id("booking_id", terms.booking_id)),
        sessions=one_or_none(optional_id("session", terms.session)),
        counts_holds=True,
    )
    allowed = check_moves(caller, moves, request)
    arguments = with_moves({"request": request, "terms": terms}, allowed)
    invocation = caller.invocation("hold", key, arguments)

    def decided(reseating: Reseating | None) -> Command[Hold]:
        return Command(
            invocation,
            scope_with(scope, reseating),
            lambda view, compiled: make_hold(
                invocation, view, compiled, request, (terms, reseating)
            ),
            prefetch=partial(expected_windows, request),
            is_fixed=reseating is not None,
        )

    def prepare(view: View, compiled: CompiledHouse) -> tuple[Admission, BookingRequest]:
        asked, released = _asked_with(view, request, terms)
        return Admission(view, compiled, caller.actor, released), asked

    return command_with_moves(request, allowed, decided, prepare)


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
    agreed: tuple[Terms, Reseating | None],
) -> Decision[Hold] | Need:
    """Decide a new hold, with the moves that make room for it, if any."""
    terms, reseating = agreed
    life = life_of(view, compiled, terms.ttl_seconds, start_us=view.now_us)
    request, released = _asked_with(view, request, terms)
    check_limits(view, compiled, terms, given_up=None)
    room = make_room(invocation, view, compiled, reseating, request)
    if isinstance(room, Need):
        return room
    seating = Admission(room.view, compiled, invocation.actor, released).admit(room.asked(request))
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise room.refused(seating)
    hold = new_hold(invocation, view, compiled, request, (terms, seating, life))
    changes = start_hold(invocation, view, hold, room.expired)
    if not room.moves:
        return Decision(hold, changes)
    hold = attrs.evolve(hold, receipt=attrs.evolve(hold.receipt, moves=room.moves))
    return Decision(hold, room.changes + changes)


def _asked_with(
    view: View, request: BookingRequest, terms: Terms
) -> tuple[BookingRequest, Released]:
    """Return the request with the promises of its booking, and the records that it gives up."""
    if terms.booking_id is None:
        return request, NOTHING_RELEASED
    booking = get_booking(view, terms.booking_id)
    check_awaits_tables(booking, request)
    return with_promises(request, booking), Released(booking_id=terms.booking_id)


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
