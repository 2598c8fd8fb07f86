"""The door: new bookings and walk-ins."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from fourtop.http_api.call import actor_of_request, or_alternatives, settled
from fourtop.http_api.idempotency_key import stored_key
from fourtop.http_api.problem import RefusedWithAlternatives
from fourtop.model.request import BookingRequest
from fourtop.model.walk_in import WALK_IN, WalkIn
from fourtop.model.window import from_micros
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.night import today_of
from fourtop.operations_page.parties import reasons_told
from fourtop.operations_page.screen import OfScreen, Screen

DOOR: Final = views()


def key_of(screen: Screen, form: Form) -> str | None:
    """Return the key of the store for the key that a form carries."""
    return stored_key(form.optional("key"), actor_of_request(screen.request))


@DOOR.post("/walk-ins", name="walk_in")
async def seat_walk_in(screen: OfScreen, form: OfForm) -> Response:
    """Give a party at the door the best free tables, and seat it.

    Without room, the page lists other times and has the waitlist.
    """
    party = WalkIn(form.integer("party_size"), minutes=form.optional_integer("minutes"))
    key, desk = key_of(screen, form), screen.desk

    async def request() -> BookingRequest:
        _, day = await today_of(screen)
        return party.request_at(day.now_us)

    try:
        made = await settled(
            key, lambda: or_alternatives(desk, request, desk.walk_in(party, key=key))
        )
    except RefusedWithAlternatives as refused:
        return await _full(screen, refused, await request())
    return screen.done(screen.places.to("bookings", made.id), "walk-in")


@DOOR.post("/bookings", name="book")
async def book(screen: OfScreen, form: OfForm) -> Response:
    """Book a party. Without room, the page lists other times and has the waitlist."""
    start_us = screen.calendar.instant(f"{form.text('on')}T{form.text('at')}")
    party = BookingRequest(
        form.integer("party_size"),
        from_micros(start_us),
        minutes=form.optional_integer("minutes"),
        reference=form.optional("reference"),
    )
    key, desk = key_of(screen, form), screen.desk
    try:
        made = await settled(key, lambda: or_alternatives(desk, party, desk.book(party, key=key)))
    except RefusedWithAlternatives as refused:
        return await _full(screen, refused, party)
    return screen.done(screen.places.to("bookings", made.id), "book")


async def _full(
    screen: Screen, refused: RefusedWithAlternatives, party: BookingRequest
) -> Response:
    """Show what a party can have instead, and the waitlist with all that was typed."""
    local_text = screen.calendar.local_text
    offers = [each for each in refused.alternatives if len(each.requests) == 1]
    return screen.page(
        "full.html",
        status=refused.refused.http_status,
        lines=await reasons_told(screen, refused.refused.refusal.reasons),
        offers=[(each, local_text(each.request.start_us)) for each in offers],
        party=party,
        local=local_text(party.start_us),
        is_walk_in=party.channel == WALK_IN,
    )
