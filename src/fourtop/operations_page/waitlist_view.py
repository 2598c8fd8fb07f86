"""The waitlist of a night: join, offer, accept, seat, withdraw and leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import attrs
from fastapi import HTTPException
from starlette.responses import Response

from fourtop.errors import Refused, StaleVersion
from fourtop.http_api.call import settled
from fourtop.http_api.query_values import Id
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.service_period import check_date
from fourtop.model.waitlist import WaitlistEntry
from fourtop.model.waitlist_terms import WaitlistTerms
from fourtop.model.window import from_micros
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.door_view import key_of
from fourtop.operations_page.form import Form
from fourtop.operations_page.night import today_of
from fourtop.operations_page.parties import Party, party_of
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.stale import stale_booking
from fourtop.operations_page.words import long_day

WAITLIST: Final = views()


@attrs.frozen
class WaitingParty:
    """A party of the waitlist as the page shows it.

    Args:
        place: Its place, from 1.
        party: The party.
        starts: The local starts that it takes.
        until: The local time at which it stops waiting.
        offers: How many offers it was made.
        offer: The open offer, if any.
        offer_text: The start and the tables of the offer, and when it ends.
    """

    place: int
    party: Party
    starts: str
    until: str
    offers: int
    offer: Hold | None
    offer_text: str


def _waiting(screen: Screen, entry: WaitlistEntry, names: Mapping[str, str]) -> WaitingParty:
    booking, offer = entry.booking, entry.offer
    terms = booking.waiting
    party = party_of(screen, booking, names)
    starts, until = party.start, party.start
    if terms is not None:
        first, last = screen.clock(terms.earliest_us), screen.clock(terms.latest_us)
        starts = first if first == last else f"{first} to {last}"
        until = screen.clock(terms.until_us)
    text = ""
    if offer is not None:
        where = screen.tables_text(offer.tables)
        start, end = screen.clock(offer.stay.dining.start_us), screen.clock(offer.expires_us)
        text = f"{where} at {start}, kept until {end}"
    offers = 0 if terms is None else terms.offers
    return WaitingParty(entry.place, party, starts, until, offers, offer, text)


@WAITLIST.get("/waitlist", name="waitlist")
async def show_waitlist(screen: OfScreen, on: str = "") -> Response:
    """Show the parties that wait for tables on a date."""
    today, _ = await today_of(screen)
    day = check_date("on", on) if on else today
    found = await screen.desk.waitlist(day)
    names = await screen.names(each.booking.id for each in found.entries)
    return screen.page(
        "waitlist.html",
        on=day,
        today=today,
        heading=long_day(day),
        waiting=[_waiting(screen, each, names) for each in found.entries],
    )


@WAITLIST.post("/waitlist", name="join_waitlist")
async def join_waitlist(screen: OfScreen, form: OfForm) -> Response:
    """Put a party on the waitlist."""
    start_us = screen.calendar.instant(f"{form.text('on')}T{form.text('at')}")
    latest = form.optional("latest")
    latest_us = start_us
    if latest is not None:
        latest_us = screen.calendar.instant(f"{form.text('on')}T{latest}", "latest")
    request = BookingRequest(
        form.integer("party_size"),
        from_micros(start_us),
        minutes=form.optional_integer("minutes"),
        reference=form.optional("reference"),
    )
    terms = WaitlistTerms(latest=from_micros(latest_us))
    key = key_of(screen, form)
    made = await settled(key, lambda: screen.desk.join_waitlist(request, terms, key=key))
    return screen.done(screen.places.to("waitlist", on=made.stay.service_date), "wait")


@WAITLIST.post("/waitlist/offers", name="offer")
async def offer_tables(screen: OfScreen, form: OfForm) -> Response:
    """Keep tables for the party that has waited longest among those that they suit."""
    on, key = check_date("on", form.text("on")), key_of(screen, form)
    made = await settled(key, lambda: screen.desk.offer(on, key=key))
    return screen.done(screen.places.to("waitlist", on=on), "no-offer" if made is None else "offer")


_Give = Callable[[Screen, Booking, Form], Awaitable[Response]]


async def _accept(screen: Screen, booking: Booking, form: Form) -> Response:
    """Confirm the open offer of a party."""
    await _confirm(screen, booking, form)
    return screen.done(screen.places.to("bookings", booking.id), "accept")


async def _seat(screen: Screen, booking: Booking, form: Form) -> Response:
    """Confirm the open offer of a party, and seat it."""
    made, place = await _confirm(screen, booking, form), screen.places.to("bookings", booking.id)
    try:
        await screen.desk.seat(booking.id, expected=made.version)
    except Refused:
        # It has its tables, but it is too early or another party still sits there.
        return screen.done(place, "not-yet")
    return screen.done(place, "seat")


async def _confirm(screen: Screen, booking: Booking, form: Form) -> Booking:
    hold_id, version = form.text("offer"), form.integer("version")
    return await screen.desk.confirm(hold_id, booking_id=booking.id, expected=version)


async def _withdraw(screen: Screen, booking: Booking, form: Form) -> Response:
    """End the open offer of a party. It keeps its place."""
    await screen.desk.release_hold(form.text("offer"))
    return screen.done(_place(screen, booking), "withdraw")


async def _leave(screen: Screen, booking: Booking, form: Form) -> Response:
    """Take a party from the waitlist."""
    await screen.desk.leave_waitlist(booking.id, expected=form.integer("version"))
    return screen.done(_place(screen, booking), "leave")


def _place(screen: Screen, booking: Booking) -> str:
    return screen.places.to("waitlist", on=booking.stay.service_date)


_STEPS: Final[Mapping[str, _Give]] = {
    "accept": _accept,
    "seat": _seat,
    "withdraw": _withdraw,
    "leave": _leave,
}


@WAITLIST.post("/waitlist/{booking_id}/{step}", name="take_waitlist_step")
async def take_waitlist_step(booking_id: Id, step: str, screen: OfScreen, form: OfForm) -> Response:
    """Take a step of a party that waits, at the version that the form saw."""
    give = _STEPS.get(step)
    if give is None:
        raise HTTPException(404, "no such step")
    booking = await screen.desk.get_booking(booking_id)
    try:
        return await give(screen, booking, form)
    except StaleVersion:
        return await stale_booking(screen, await screen.desk.get_booking(booking_id), form)
