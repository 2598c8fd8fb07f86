"""Waitlist: offer free tables to the parties that wait, and end the waits that are over."""

from __future__ import annotations

import logging
from datetime import date
from typing import Final

import attrs

from fourtop.engine.commands import offer
from fourtop.engine.commands.status import end_booking
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Caller, Command, Query
from fourtop.engine.ids import TimeOrderedIds
from fourtop.engine.invocation import Invocation
from fourtop.engine.waitlist import waiting_of
from fourtop.errors import HoldLimit, InvalidInput, NotFound, StoreUnavailable
from fourtop.errors.display import brief, count_of
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import MAX_BATCH
from fourtop.jobs.sweep import JOB
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import (
    NO_CHANGES,
    AsyncMaintainedStore,
    Decision,
    Listing,
    MaintainedStore,
    Scope,
    View,
)

_LOG: Final = logging.getLogger("fourtop.jobs")

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
# Bookings that began earlier are left to the staff.
_REACH_US: Final = 2 * _DAY_US
_MOST_DAYS: Final = 28
_MOST_PARTIES: Final = 10_000


@attrs.frozen(repr=False)
class Offered:
    """The result of a run over the waitlists.

    Args:
        offers: How many parties were offered tables.
        ended: How many bookings were cancelled because the party waits no longer.
    """

    offers: int = 0
    ended: int = 0

    def __repr__(self) -> str:
        return brief(self, count_of(self.offers, "offer"), f"{self.ended} ended")


@attrs.frozen
class _Terms:
    """The arguments of a run."""

    days: int
    ttl_seconds: int | None
    max_offers: int
    limit: int


@attrs.frozen
class _Found:
    """The waitlists of a restaurant: the dates with a party, and the bookings to end."""

    dates: tuple[date, ...]
    ended: tuple[str, ...]


def offer_waitlist(
    store: MaintainedStore,
    *,
    days: int = 7,
    ttl_seconds: int | None = None,
    max_offers: int = offer.MAX_OFFERS,
    limit: int = 100,
) -> Offered:
    """Offer free tables to the parties on the waitlists, and cancel those that wait no longer.

    Each offer is a command of its own, ``Desk.offer``: the dates in order, and of each date the
    parties in the order in which they joined. A run looks at the first 10,000 parties of a
    restaurant, by start. Two runs at once offer each party once.

    Args:
        store: The store.
        days: How far ahead parties are looked for (1–28).
        ttl_seconds: The lifetime of the holds; ``None``: the policy's.
        max_offers: A party that was made this many offers gets no more (1–100).
        limit: The largest number of offers of one run (1–10,000).

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous (await
            ``async_offer_waitlist`` then): before the first offer. If a house does not allow the
            lifetime: after the offers of all other restaurants are made.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached. The offers made by
            then stay, and those of all other restaurants are made; run the job again.
    """
    terms = _Terms(days, ttl_seconds, max_offers, limit)
    return at_once(_offer_waitlist(awaited(store, "now_us"), terms))


async def async_offer_waitlist(
    store: AsyncMaintainedStore,
    *,
    days: int = 7,
    ttl_seconds: int | None = None,
    max_offers: int = offer.MAX_OFFERS,
    limit: int = 100,
) -> Offered:
    """Offer free tables to waiting parties in an asynchronous store, as ``offer_waitlist`` does.

    Args:
        store: The store.
        days: As for ``offer_waitlist``.
        ttl_seconds: As for ``offer_waitlist``.
        max_offers: As for ``offer_waitlist``.
        limit: As for ``offer_waitlist``.

    Raises:
        InvalidInput: As ``offer_waitlist``, or if the store is synchronous.
        StoreUnavailable: As ``offer_waitlist``.
    """
    terms = _Terms(days, ttl_seconds, max_offers, limit)
    return await _offer_waitlist(check_awaited(store, "now_us"), terms)


async def _offer_waitlist(store: AsyncMaintainedStore, terms: _Terms) -> Offered:
    validators.check_integer("days", terms.days, 1, _MOST_DAYS)
    validators.check_integer("limit", terms.limit, 1, MAX_BATCH)
    numbers = offer.check_numbers(ttl_seconds=terms.ttl_seconds, max_offers=terms.max_offers)
    runner, offers, ended = AsyncExecutor(store), 0, 0
    fault: StoreUnavailable | InvalidInput | None = None
    for restaurant_id in await store.restaurant_ids():
        caller = Caller(restaurant_id, JOB, TimeOrderedIds())
        try:
            found = await runner.query(_query(restaurant_id, await store.now_us(), terms.days))
            if found.ended:
                ended += await runner.execute(_ending(restaurant_id, found.ended))
            for on in found.dates:
                each = offer.OfferTerms(on, *numbers)
                offers += await _offered(runner, caller, each, terms.limit - offers)
        except (StoreUnavailable, InvalidInput) as error:
            fault = fault or error
        except NotFound:
            # The restaurant was removed meanwhile.
            continue
    if fault is not None:
        raise fault
    _LOG.info("offered tables to %d waiting parties, ended %d waits", offers, ended)
    return Offered(offers, ended)


def _query(restaurant_id: str, now_us: int, days: int) -> Query[_Found]:
    since_us, until_us = now_us - _REACH_US, now_us + days * _DAY_US
    waiting = frozenset((BookingStatus.WAITLISTED,))
    listing = Listing(since_us, until_us, _MOST_PARTIES, waiting)

    def ask(view: View, _: object) -> _Found:
        found = view.listed(listing)
        ended = tuple(booking.id for booking in found if _has_ended(view, booking))
        dates = {booking.stay.service_date for booking in found if not _has_ended(view, booking)}
        return _Found(tuple(sorted(dates)), ended)

    return Query(Scope(restaurant_id, listing=listing), ask)


def _has_ended(view: View, booking: Booking) -> bool:
    """Tell whether a booking is on the waitlist and its party waits no longer."""
    is_waiting = booking.status is BookingStatus.WAITLISTED
    return is_waiting and waiting_of(booking).has_ended(view.now_us)


def _ending(restaurant_id: str, booking_ids: tuple[str, ...]) -> Command[int]:
    # No row gets its id from this call, and each event's key comes from its booking.
    call = Invocation(restaurant_id, "offer_waitlist", "offer-waitlist", JOB, None, {})
    scope = Scope(restaurant_id, bookings=frozenset(booking_ids))
    return Command(call, scope, lambda view, _: _ended(call, view, booking_ids))


def _ended(call: Invocation, view: View, booking_ids: tuple[str, ...]) -> Decision[int]:
    changes = NO_CHANGES
    for booking_id in booking_ids:
        booking = view.find_booking(booking_id)
        if booking is not None and _has_ended(view, booking):
            changes += end_booking(call, view, booking, BookingStatus.CANCELLED).changes
    return Decision(len(changes.bookings), changes)


async def _offered(
    runner: AsyncExecutor, caller: Caller, terms: offer.OfferTerms, limit: int
) -> int:
    """Make offers for a date until no party can be seated; return how many."""
    for made in range(limit):
        try:
            if await runner.execute(offer.command(caller, terms, key=None)) is None:
                return made
        except HoldLimit:
            # The house keeps as many tables as it may; holds that expire make room.
            return made
    return limit
