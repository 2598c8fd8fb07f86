"""Waitlist: the parties that wait for tables on a date, with their open offers."""

from __future__ import annotations

from datetime import date

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.waitlist import open_offer, waiting_listing, waiting_parties
from fourtop.model.service_period import check_date
from fourtop.model.waitlist import Waitlist, WaitlistEntry
from fourtop.ports import Need, Scope, View


def query(caller: Caller, on: date) -> Query[Waitlist]:
    """Build the query.

    Raises:
        InvalidInput: If it is not a date.
    """
    day = check_date("on", on)
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: waitlist(view, compiled, day),
        name="waitlist",
    )


def waitlist(view: View, compiled: CompiledHouse, on: date) -> Waitlist | Need:
    """Return the waitlist of a date."""
    listing = waiting_listing(compiled.calendar, on)
    if view.scope.listing != listing:
        return Need(Scope(view.scope.restaurant_id, listing=listing))
    parties = waiting_parties(view, compiled, on)
    ids = frozenset(booking.id for booking in parties)
    if not ids <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, bookings=ids))
    entries = tuple(
        WaitlistEntry(place, booking, open_offer(view, booking))
        for place, booking in enumerate(parties, 1)
    )
    timezone = compiled.house.restaurant.timezone
    return Waitlist(on, entries, view.versions, timezone=timezone)
