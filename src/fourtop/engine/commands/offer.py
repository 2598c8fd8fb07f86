"""Offer: keep tables for the party that has waited longest among those that they suit."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import start_hold
from fourtop.engine.commands.hold import Terms, check_limits, check_ttl, life_of, new_hold
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.composition import composition_of
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import offer_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.queries.availability import reach_of
from fourtop.engine.usage import Released
from fourtop.engine.waitlist import (
    open_offer,
    starts_of,
    waiting_listing,
    waiting_of,
    waiting_parties,
)
from fourtop.errors import HoldRateLimit
from fourtop.model import validators
from fourtop.model.actor import GUEST
from fourtop.model.booking import Booking
from fourtop.model.booking_change import request_of
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.service_period import check_date
from fourtop.model.waitlist import Offer
from fourtop.model.window import Window, from_micros
from fourtop.ports import Changes, Decision, Need, Scope, View

MAX_OFFERS: Final = 3
_MOST_OFFERS: Final = 100


@attrs.frozen
class OfferTerms:
    """The terms of an offer.

    Args:
        on: The date.
        ttl_seconds: The lifetime of the hold; ``None``: the policy's.
        max_offers: A party that was made this many offers gets no more.
    """

    on: date
    ttl_seconds: int | None = None
    max_offers: int = MAX_OFFERS


def command(caller: Caller, terms: OfferTerms, *, key: str | None) -> Command[Offer | None]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
        InvalidIdentifier: If the key is malformed.
    """
    on = check_date("on", terms.on)
    numbers = check_numbers(ttl_seconds=terms.ttl_seconds, max_offers=terms.max_offers)
    terms = OfferTerms(on, *numbers)
    invocation = caller.invocation("offer", key, {"terms": terms})
    return Command(
        invocation,
        Scope(caller.restaurant_id, counts_holds=True),
        lambda view, compiled: _Offering(invocation, view, compiled, terms).decide(),
    )


def check_numbers(*, ttl_seconds: int | None, max_offers: int) -> tuple[int | None, int]:
    """Return the lifetime of a hold and the most offers to a party, as ``OfferTerms`` has them.

    Raises:
        InvalidInput: If no house may allow the lifetime, or ``max_offers`` is not 1 to 100.
    """
    most = validators.check_integer("max_offers", max_offers, 1, _MOST_OFFERS)
    return check_ttl(ttl_seconds), most


@attrs.frozen(eq=False)
class _Offering:
    """The decision which party on the waitlist gets an offer."""

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    terms: OfferTerms

    def decide(self) -> Decision[Offer | None] | Need:
        """Decide an offer to the first party of the waitlist that can be seated now.

        The order is that of joining. The size of a party does not matter: a party is passed over
        only while no free tables suit it, it has a live offer, or it was made all its offers.
        """
        need = self._missing()
        if need is not None:
            return need
        for booking in self._parties():
            if open_offer(self.view, booking) is not None:
                continue
            found = self._find_seating(booking)
            if found is None:
                continue
            try:
                return self._offered(booking, *found)
            except HoldRateLimit:
                # Its holds were given up again and again within a minute.
                continue
        return Decision(None)

    def _parties(self) -> tuple[Booking, ...]:
        """Return the parties that still wait and may get another offer, in order."""
        return tuple(
            booking
            for booking in waiting_parties(self.view, self.compiled, self.terms.on)
            if not waiting_of(booking).has_ended(self.view.now_us)
            and waiting_of(booking).offers < self.terms.max_offers
        )

    def _missing(self) -> Need | None:
        """Return the records to load: first the parties, then what their starts depend on."""
        view, compiled = self.view, self.compiled
        listing = waiting_listing(compiled.calendar, self.terms.on)
        if view.scope.listing != listing:
            return Need(Scope(view.scope.restaurant_id, listing=listing))
        parties = self._parties()
        starts = {
            start_us
            for booking in parties
            for start_us in starts_of(compiled.calendar, booking, view.now_us)
        }
        reach = reach_of(compiled, starts)
        bookings = frozenset(booking.id for booking in parties) - view.scope.bookings
        windows: tuple[Window, ...] = tuple(
            window for window in reach.windows if not view.scope.covers(window)
        )
        if not bookings and not windows:
            return None
        need = Scope(view.scope.restaurant_id, bookings=bookings, windows=windows)
        if composition_of(compiled).reads_headcounts:
            counted = missing_counts(view, compiled, reach.headcounts)
            need = need if counted is None else need | counted
        return Need(need)

    def _find_seating(self, booking: Booking) -> tuple[BookingRequest, Seating] | None:
        """Return the first start of a party that can be had, with its seating.

        An offer follows the rules for guests, whoever makes it: tables for walk-ins and shares of
        other channels stay reserved. The party asked for its starts in time when it joined.
        """
        released = Released(booking_id=booking.id, minutes=booking.minutes)
        admission = Admission(self.view, self.compiled, GUEST, released)
        wanted = request_of(booking)
        for start_us in starts_of(self.compiled.calendar, booking, self.view.now_us):
            request = wanted.replaced(start=from_micros(start_us))
            seating = admission.admit_again(request)
            assert not isinstance(seating, Need), "the windows of all starts are loaded"
            if isinstance(seating, Seating):
                return request, seating
        return None

    def _offered(
        self, booking: Booking, request: BookingRequest, seating: Seating
    ) -> Decision[Offer | None]:
        invocation, view = self.invocation, self.view
        terms = Terms(booking.id, self.terms.ttl_seconds)
        check_limits(view, self.compiled, terms, given_up=None)
        life = life_of(view, self.compiled, terms.ttl_seconds, start_us=view.now_us)
        hold: Hold = new_hold(invocation, view, self.compiled, request, (terms, seating, life))
        waiting = waiting_of(booking)
        counted = attrs.evolve(
            booking,
            waiting=attrs.evolve(waiting, offers=waiting.offers + 1),
            version=booking.version + 1,
            updated_us=view.now_us,
            actor=invocation.actor,
        )
        event = offer_event(invocation, counted, hold)
        changes = start_hold(invocation, view, hold)
        return Decision(
            Offer(counted, hold), changes + Changes(bookings=(counted,), events=(event,))
        )
