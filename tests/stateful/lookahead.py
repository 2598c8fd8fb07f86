"""The model's lookahead: the parties that wait for tables, and those that others would starve.

Every set of tables that a party could have is listed, at each start that it takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from fourtop.model.actor import Actor
from tests.stateful.ledger import MINUTE, Guest, Ledger
from tests.stateful.limits import Own, walk_in_tables
from tests.stateful.promises import HOUR, Claim, Span, overlaps, span_of
from tests.stateful.service import (
    Sitting,
    Unseated,
    local_date,
    opening_at,
    sitting,
    starts,
)

WAITING = ("pending", "waitlisted", "priority_waitlist")
AHEAD = 120 * MINUTE
# A party takes starts within a day, and stays fourteen hours at most.
REACH = 38 * HOUR
MOST_PARTIES, MOST_STARTS = 20, 17
GUEST = Actor("guest", "guest")


def starved(parties: Sequence[Sequence[Claim]], tables: Collection[str], span: Span) -> int:
    """Count the parties that have no set of tables left beside some tables for a time."""
    mine = Claim(frozenset(tables), span)
    return sum(all(option.clashes(mine) for option in options) for options in parties)


def waiting(ledger: Ledger, seated: Sitting, own: Own) -> list[list[Claim]]:
    """Return the sets that each party could have that waits near a stay, if it could have any."""
    found = list[list[Claim]]()
    for guest in sorted(ledger.guests.values(), key=lambda each: (each.created, each.id)):
        if guest.id == own.booking_id or not _meets(guest, span_of(seated)):
            continue
        near = [each for each in starts_of(ledger, guest) if abs(each - seated.start) <= AHEAD]
        stays = list(_sittings(ledger, guest, near[:MOST_STARTS], seated))
        if stays and len(found) < MOST_PARTIES:
            found.append(_options(ledger, guest, stays, own))
    return [options for options in found if options]


def starts_of(ledger: Ledger, guest: Guest) -> Iterator[int]:
    """Yield the starts that a party takes: its own, then those on offer, the nearest first."""
    wait, own = guest.wait, guest.sitting.start
    if wait is None:
        if own + ledger.policy.seating.no_show_after_minutes * MINUTE >= ledger.now:
            yield own
        return
    if wait.until < ledger.now:
        return
    if own >= ledger.now:
        yield own
    if wait.earliest == wait.latest:
        return
    day = local_date(ledger.restaurant, wait.earliest) - timedelta(days=1)
    found = set[int]()
    while day <= local_date(ledger.restaurant, wait.latest):
        found |= {
            start
            for start in starts(ledger.restaurant, ledger.policy, day)
            if wait.earliest <= start <= wait.latest and start >= ledger.now and start != own
        }
        day += timedelta(days=1)
    yield from sorted(found, key=lambda start: (abs(start - own), start))


def _meets(guest: Guest, span: Span) -> bool:
    """Tell whether a party waits, and could sit at some time of a span."""
    if guest.status not in WAITING or guest.given is not None:
        return False
    start, (first, last) = guest.sitting.start, span_of(guest.sitting)
    if guest.wait is not None:
        first, last = first - (start - guest.wait.earliest), last + guest.wait.latest - start
    return span[0] - REACH < start < span[1] + REACH and overlaps((first, last), span)


def _sittings(
    ledger: Ledger, guest: Guest, near: Sequence[int], seated: Sitting
) -> Iterator[Sitting]:
    first, end = span_of(seated)
    for start in near:
        try:
            found = sitting(
                ledger.restaurant, ledger.policy, start, guest.party_size, guest.occasion
            )
        except Unseated:
            continue
        until = max(end, first + 13 * HOUR)
        if first - 12 * HOUR <= found.block_start and found.block_end <= until:
            yield found


def _options(ledger: Ledger, guest: Guest, stays: Sequence[Sitting], own: Own) -> list[Claim]:
    spans = [span_of(each) for each in stays]
    keeps = [each for each in ledger.keeps_for(guest.id) if ledger.is_alive(each)]
    if any(overlaps(span_of(keep.sitting), span) for keep in keeps for span in spans):
        return []
    options = list[Claim]()
    for span, stay in zip(spans, stays, strict=True):
        free = set(ledger.free_tables(*span, own.owners)) - _closed(ledger, guest, stay)
        ask = (guest.party_size, guest.must, guest.wish)
        sets = ledger.chooser().free(ask, free)
        options += [Claim(frozenset(each.tables), span) for each in sets]
    return options


def _closed(ledger: Ledger, guest: Guest, stay: Sitting) -> set[str]:
    """Return the tables that are kept for walk-ins: a party on the waitlist is a guest."""
    service = opening_at(ledger.restaurant, ledger.policy, stay.start)
    assert service is not None
    if guest.status != "waitlisted":
        return set()
    actor = ledger.actor
    ledger.actor = GUEST
    try:
        return walk_in_tables(ledger, service, guest.channel)
    finally:
        ledger.actor = actor
