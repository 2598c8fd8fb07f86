"""The model's waitlist: parties that wait for tables, and the offers, in the order of joining."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import attrs

from fourtop.errors import AlreadyExists, Code, HoldLimit, HoldRateLimit, InvalidInput, Refused
from fourtop.model.actor import Actor
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful.admission import (
    WAS_HELD,
    admit,
    check_guest,
    check_walk_ins,
    never_suited,
    sit,
    would_refuse,
)
from tests.stateful.booking import as_request, asked_by, touched
from tests.stateful.choosing import Choice
from tests.stateful.holding import Terms, check_limits, life_of, made
from tests.stateful.ledger import MINUTE, Guest, Keep, Last, Ledger, Wait, Wrong
from tests.stateful.limits import NOTHING, Own
from tests.stateful.lookahead import starts_of
from tests.stateful.service import Sitting, told

DAY = 24 * 60 * MINUTE
# The job looks at the parties from two days ago on, for a week ahead.
BEHIND, AHEAD = 2 * DAY, 7 * DAY


@attrs.frozen
class Flexibility:
    """The starts that a party takes, and until when it waits; ``None``: as its start says."""

    earliest: int | None = None
    latest: int | None = None
    until: int | None = None

    def wait(self, start: int) -> Wait:
        """Return what a party waits for that would like to come at a start."""
        earliest = start if self.earliest is None else self.earliest
        latest = start if self.latest is None else self.latest
        until = latest if self.until is None else self.until
        if earliest > start:
            raise Wrong(InvalidInput, field="earliest")
        if latest < start or latest - earliest > DAY:
            raise Wrong(InvalidInput, field="latest")
        if until > latest:
            raise Wrong(InvalidInput, field="until")
        return Wait(earliest, latest, until)


@attrs.frozen
class OfferTerms:
    """On what terms offers are made for a date."""

    on: date
    ttl_seconds: int | None = None
    max_offers: int = 3


def join(
    ledger: Ledger,
    new_id: str,
    request: BookingRequest,
    flexibility: Flexibility,
    booking_id: str | None,
) -> Guest:
    """Note a party that would come if tables became free."""
    named = booking_id or new_id
    if named in ledger.guests:
        raise Wrong(AlreadyExists, kind="booking", id=named)
    wait = flexibility.wait(request.start_us)
    if ledger.now > wait.until:
        raise Wrong(InvalidInput, field="start" if flexibility.until is None else "until")
    seated = sit(ledger, request)
    check_guest(ledger, request, NOTHING)
    check_walk_ins(ledger, seated, request)
    if not ledger.chooser().ranked(request.party_size, request.must, request.wish):
        raise never_suited(ledger, request)
    guest = Guest(
        id=named,
        party_size=request.party_size,
        status="waitlisted",
        sitting=seated,
        given=None,
        version=1,
        created=ledger.now,
        updated=ledger.now,
        actor=ledger.actor,
        past_reason=request.past_reason,
        channel=request.channel,
        must=request.must,
        wish=request.wish,
        named=False,
        occasion=request.occasion,
        reference=request.reference,
        told=told(ledger.restaurant, request.start_us),
        would_refuse=(),
        wait=wait,
    )
    ledger.guests[named] = guest
    ledger.tell(EventType.BOOKING_CREATED, booking_id=named)
    ledger.occupancy_version += 1
    return guest


def parties(ledger: Ledger, on: date) -> list[Guest]:
    """Return the parties on the waitlist of a date: the first to join first, then by id."""
    found = [
        guest
        for guest in ledger.guests.values()
        if guest.status == "waitlisted" and guest.sitting.service_date == on
    ]
    return sorted(found, key=lambda each: (each.created, each.id))


def has_ended(ledger: Ledger, guest: Guest) -> bool:
    assert guest.wait is not None
    return ledger.now > guest.wait.until


def open_offers(ledger: Ledger, guest: Guest) -> list[Keep]:
    return [keep for keep in ledger.keeps_for(guest.id) if ledger.is_alive(keep)]


# ---- offers


def offer(ledger: Ledger, new_id: str, terms: OfferTerms) -> tuple[Guest, Keep] | None:
    """Hold tables for the first party that can be seated and may have an offer."""
    for guest in parties(ledger, terms.on):
        wait = guest.wait
        assert wait is not None
        if has_ended(ledger, guest) or wait.offers >= terms.max_offers:
            continue
        if open_offers(ledger, guest):
            continue
        found = _first_seat(ledger, guest)
        if found is None:
            continue
        try:
            check_limits(ledger, Terms(guest.id), given_up=0)
        except Wrong as wrong:
            if wrong.error is HoldRateLimit:
                continue
            raise
        request, seated, choice, codes = found
        life = life_of(ledger, terms.ttl_seconds, ledger.now)
        what = (request, Terms(guest.id, terms.ttl_seconds))
        keep = made(ledger, new_id, what, seated, choice.tables, life=life)
        keep.would_refuse = codes
        wait.offers += 1
        touched(ledger, guest)
        ledger.tell(EventType.WAITLIST_OFFERED, booking_id=guest.id, hold_id=keep.id)
        return guest, keep
    return None


def _first_seat(
    ledger: Ledger, guest: Guest
) -> tuple[BookingRequest, Sitting, Choice, tuple[Code, ...]] | None:
    """Return the first start of a party that can be had, as a guest may have it."""
    own = Own(booking_id=guest.id)
    for start in starts_of(ledger, guest):
        asked = {**asked_by(guest), "start_us": start}
        # The party was in time when it joined.
        judged = as_request({**asked, "past_reason": WAS_HELD})
        with _as_guest(ledger):
            try:
                seated, choice = admit(ledger, judged, own, is_held=True)
            except Wrong as wrong:
                if wrong.error is not Refused:
                    raise
                continue
            codes = would_refuse(ledger, seated, judged, own)
        return as_request(asked), seated, choice, codes
    return None


@contextmanager
def _as_guest(ledger: Ledger) -> Iterator[None]:
    """Judge by the rules for guests for a while."""
    actor = ledger.actor
    ledger.actor = Actor("guest", "guest")
    try:
        yield
    finally:
        ledger.actor = actor


# ---- the job


def run_job(ledger: Ledger, new_ids: Sequence[str], now: int) -> tuple[int, int]:
    """End the waits that are over, and make offers; return how many of both.

    Args:
        ledger: The restaurant.
        new_ids: The ids of the holds, in the order in which they were made.
        now: The time of the store.
    """
    listed = [
        guest
        for guest in ledger.guests.values()
        if guest.status == "waitlisted" and now - BEHIND <= guest.sitting.start < now + AHEAD
    ]
    over = [guest for guest in listed if has_ended(ledger, guest)]
    for guest in over:
        ledger.end_keeps_for(guest.id)
        guest.status, guest.last = "cancelled", Last("waitlisted", None)
        touched(ledger, guest)
        ledger.tell(EventType.BOOKING_STATUS, booking_id=guest.id)
    ledger.occupancy_version += bool(over)
    count = 0
    for on in sorted({guest.sitting.service_date for guest in listed if guest not in over}):
        while count <= len(new_ids):
            new_id = new_ids[count] if count < len(new_ids) else "an offer that was not made"
            try:
                made_one = offer(ledger, new_id, OfferTerms(on))
            except Wrong as wrong:
                if wrong.error is not HoldLimit:
                    raise
                break
            if made_one is None:
                break
            count += 1
    return count, len(over)
