"""The model's promises: parties that wait for tables keep newcomers from the last that suit them.

Every assignment is tried: each waiting party gets each of its sets in turn.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tests.stateful.choosing import NO_CONDITION, Choice
from tests.stateful.ledger import MINUTE, Guest, Ledger
from tests.stateful.limits import Own
from tests.stateful.service import Sitting, Unseated, sitting

HOUR = 60 * MINUTE
SIZES = (2, 4, 6, 5, 3, 8, 1)

Span = tuple[int, int]


@attrs.frozen
class Claim:
    """Tables that a party has, or would have, for a time."""

    tables: frozenset[str]
    span: Span

    def clashes(self, other: Claim) -> bool:
        return bool(self.tables & other.tables) and overlaps(self.span, other.span)


@attrs.frozen
class Waiting:
    """A party that waits for tables, its stay by today's rules, and the sets that it could have."""

    booking_id: str
    span: Span
    options: tuple[Claim, ...]


def overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def span_of(seated: Sitting) -> Span:
    return seated.block_start, seated.block_end


def starved(ledger: Ledger, claims: Sequence[Claim], own: Own) -> list[str]:
    """Return the parties that wait, if they cannot all sit beside some claims; else nothing."""
    waiting = list[Waiting]()
    for each in claims:
        known = {other.booking_id for other in waiting}
        found = protected_at(ledger, each.span, own)
        waiting += [other for other in found if other.booking_id not in known]
    return [] if fit(waiting, claims) else [each.booking_id for each in waiting]


def protected(ledger: Ledger, seated: Sitting, own: Own) -> list[Waiting]:
    """Return the waiting parties that a stay may affect, as far as they can sit together."""
    return protected_at(ledger, span_of(seated), own)


def protected_at(ledger: Ledger, mine: Span, own: Own) -> list[Waiting]:
    """Return the waiting parties that tables for a time may affect, as ``protected`` does."""
    if not _promised(ledger, mine, own):
        return []
    horizon = (max(mine[0] - 12 * HOUR, 0), max(mine[1], mine[0] + 13 * HOUR))
    found = (_waiting(ledger, each, own) for each in _promised(ledger, horizon, own))
    waiting = [
        each
        for each in found
        if each is not None and horizon[0] <= each.span[0] and each.span[1] <= horizon[1]
    ]
    reached, spans = list[Waiting](), [mine]
    while spans:
        span = spans.pop()
        more = [each for each in waiting if each not in reached and overlaps(each.span, span)]
        reached += more
        spans += [each.span for each in more]
    kept = list[Waiting]()
    for each in waiting:
        if each in reached and fit([*kept, each], []):
            kept.append(each)
    return kept


def fit(waiting: Sequence[Waiting], claims: Sequence[Claim]) -> bool:
    """Tell whether all waiting parties can sit beside the claims of others, by trying."""
    if not waiting:
        return True
    # The party with the fewest sets left first: a dead end is seen early.
    left = {each.booking_id: _left(each, claims) for each in waiting}
    first = min(waiting, key=lambda each: len(left[each.booking_id]))
    others = [each for each in waiting if each is not first]
    return any(fit(others, [*claims, option]) for option in left[first.booking_id])


def _left(party: Waiting, claims: Sequence[Claim]) -> list[Claim]:
    return [
        option for option in party.options if not any(option.clashes(claim) for claim in claims)
    ]


def claim(choice: Choice, seated: Sitting) -> Claim:
    return Claim(frozenset(choice.tables), span_of(seated))


def count(
    choices: Sequence[Choice], seated: Sitting, waiting: Sequence[Waiting], limit: int
) -> int:
    """Seat such parties one after another, each at its best tables that keep all promises."""
    claims = list[Claim]()
    while len(claims) < limit:
        mine = (claim(each, seated) for each in choices)
        free = (each for each in mine if not any(each.clashes(other) for other in claims))
        found = next((each for each in free if fit(waiting, [*claims, each])), None)
        if found is None:
            break
        claims.append(found)
    return len(claims)


@attrs.frozen
class Crowding:
    """The size of a party that needs some tables, and of another one that they suit, too."""

    promised: int
    size: int
    tables: tuple[str, ...]


def crowding(ledger: Ledger, start: int) -> Crowding | None:
    """Return two parties that can sit apart at a start, and that compete for some tables."""
    for promised in SIZES:
        try:
            seated = sitting(ledger.restaurant, ledger.policy, start, promised, None)
        except Unseated:
            return None
        free = ledger.free_tables(*span_of(seated))
        options = ledger.chooser().free((promised, NO_CONDITION, NO_CONDITION), free)
        needed = frozenset[str]().union(*(option.tables for option in options[:1]))
        needed = needed.intersection(*(option.tables for option in options))
        for size in SIZES:
            sets = ledger.chooser().free((size, NO_CONDITION, NO_CONDITION), free)
            within = [each.tables for each in sets if needed.issuperset(each.tables)]
            if within and any(needed.isdisjoint(each.tables) for each in sets):
                return Crowding(promised, size, within[0])
    return None


def count_of_waiting(ledger: Ledger) -> int:
    return sum(guest.status == "pending_allocation" for guest in ledger.guests.values())


def _promised(ledger: Ledger, span: Span, own: Own) -> list[Guest]:
    """Return the parties that wait at some time of a span, where no live hold keeps tables."""
    found = [
        guest
        for guest in ledger.guests.values()
        if guest.status == "pending_allocation"
        and guest.id != own.booking_id
        and overlaps(span_of(guest.sitting), span)
        and not any(
            ledger.is_alive(keep) and overlaps(span_of(keep.sitting), span)
            for keep in ledger.keeps_for(guest.id)
        )
    ]
    return sorted(found, key=lambda each: (each.created, each.id))


def _waiting(ledger: Ledger, guest: Guest, own: Own) -> Waiting | None:
    """Return a waiting party; ``None``: it is given up, or the house takes it no longer."""
    patience = ledger.policy.seating.no_show_after_minutes * MINUTE
    if guest.sitting.start + patience < ledger.now:
        return None
    try:
        seated = sitting(
            ledger.restaurant,
            ledger.policy,
            guest.sitting.start,
            guest.party_size,
            guest.occasion,
        )
    except Unseated:
        return None
    free = ledger.free_tables(*span_of(seated), own.owners)
    ask = (guest.party_size, guest.must, guest.wish)
    options = tuple(claim(each, seated) for each in ledger.chooser().free(ask, free))
    return Waiting(guest.id, span_of(seated), options)
