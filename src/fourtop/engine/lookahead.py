"""Lookahead: the parties that wait for tables, and those that a plan would leave without any.

A party that waits was promised no tables: it is on the waitlist, pending, or an imported one that
lost its table. Nothing keeps tables for it, and it makes no plan impossible. A plan costs more for
each such party that could have tables now, at a start that it takes, and none beside the plan.
Parties that were promised tables are protected instead; see ``promises``.

Only starts within ``LOOKAHEAD_MINUTES`` of the newcomer's count. Each party counts alone: two that
need the same tables do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

import attrs

from fourtop.engine.candidacy import Candidacy
from fourtop.engine.promises import (
    Promise,
    Taken,
    expected_at,
    horizon_of,
    lies_in,
    promise_to,
)
from fourtop.engine.waitlist import starts_of
from fourtop.model.actor import GUEST, Actor
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import Planner
from fourtop.ports import Need, Scope

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission

LOOKAHEAD_MINUTES: Final = 120
# The parties that have waited longest.
MAX_PARTIES: Final = 20
# The nearest to the wish of the party.
MAX_STARTS: Final = 17
# Sets of tables that are tried for a start, on a floor with too many to list.
MAX_NODES: Final = 500
_REACH_US: Final = LOOKAHEAD_MINUTES * MICROSECONDS_PER_MINUTE
# A booking, and its party at each start that it takes.
ExpectedParty = tuple[Booking, tuple[Candidacy, ...]]

# The staff gives the tables of a booking.
_STAFF: Final = Actor("fourtop", "staff")


@attrs.frozen(eq=False)
class Lookahead:
    """The parties that wait for tables near a newcomer, and could have some.

    It holds values: it can be asked after the view has ended.

    Args:
        planner: The rules.
        stays: The masks of tables with a stay of their own, and its window. The last one has all
            tables.
        parties: For each party the tables that it may have, by the starts that it takes.
    """

    planner: Planner
    stays: tuple[Taken, ...]
    parties: tuple[tuple[Promise, ...], ...]
    _counts: dict[int, int] = attrs.field(factory=dict, init=False)

    def starved(self, mask: int) -> int:
        """Count the parties that could not have tables beside those of a mask, at any start."""
        found = self._counts.get(mask)
        if found is None:
            taken = (mask, self._window_at(mask))
            found = sum(
                not any(_is_seatable(self.planner, each, (taken,)) for each in starts)
                for starts in self.parties
            )
            self._counts[mask] = found
        return found

    def _window_at(self, mask: int) -> Window:
        """Return the time for which a plan takes its tables, as ``Candidacy.stay_at`` does."""
        found, others = [], mask
        for tables, window in self.stays:
            if tables & others:
                found.append(window)
                others &= ~tables
        return max(found, key=lambda window: window.end_us)


def missing_lookahead(candidacy: Candidacy) -> Need | None:
    """Return the windows to load of the parties that wait near a newcomer; ``None``: none.

    The view covers the windows of the newcomer.
    """
    scope = candidacy.admission.view.scope
    windows = {
        window: None
        for _, starts in _waiting(candidacy)
        for expected in starts
        for window in expected.windows
    }
    missing = tuple(window for window in windows if not scope.covers(window))
    return Need(Scope(scope.restaurant_id, windows=missing)) if missing else None


def lookahead_of(candidacy: Candidacy) -> Lookahead | None:
    """Return the lookahead of a newcomer; ``None``: no plan of it starves a party that waits.

    The view covers the windows of the newcomer. A caller that asks only whether a party fits has
    not loaded the starts of the others. The plans that exist are the same without them.
    """
    admission = candidacy.admission
    if missing_lookahead(candidacy) is not None:
        return None
    planner = admission.compiled.planner
    found = (
        tuple(
            promise
            for promise in _promises(admission, booking, starts)
            if _is_seatable(planner, promise, ())
        )
        for booking, starts in _waiting(candidacy)
    )
    parties = tuple(starts for starts in found if starts)
    if not parties:
        return None
    stays = [(each.tables, each.stay.occupied) for each in candidacy.variants]
    stays.append((admission.all_tables, candidacy.stay.occupied))
    return Lookahead(planner, tuple(stays), parties)


def _waiting(candidacy: Candidacy) -> tuple[ExpectedParty, ...]:
    """Return the parties that wait near a newcomer, each with the starts that it takes."""
    admission = candidacy.admission
    if not admission.looks_ahead:
        return ()
    key = candidacy.windows
    known = admission.waiting_near.get(key)
    if known is None:
        known = admission.waiting_near[key] = _find_waiting(candidacy)
    return known


def _find_waiting(candidacy: Candidacy) -> tuple[ExpectedParty, ...]:
    view, own = candidacy.admission.view, candidacy.admission.released.booking_id
    found = {
        booking.id: booking
        for window in candidacy.windows
        for booking in view.waiting(window)
        if booking.id != own
    }
    in_order = sorted(found.values(), key=lambda each: (each.created_us, each.id))
    waiting = ((each, tuple(_expected(candidacy, each))) for each in in_order)
    return tuple(islice((each for each in waiting if each[1]), MAX_PARTIES))


def _expected(candidacy: Candidacy, booking: Booking) -> Iterator[Candidacy]:
    """Yield a waiting party at each start near a newcomer that it takes."""
    admission = candidacy.admission
    actor = GUEST if booking.status is BookingStatus.WAITLISTED else _STAFF
    horizon = horizon_of(candidacy.stay.occupied)
    near = (
        start_us
        for start_us in _starts(admission, booking)
        if abs(start_us - candidacy.party.start_us) <= _REACH_US
    )
    for start_us in islice(near, MAX_STARTS):
        key = (booking.id, start_us)
        if key not in admission.waiting_parties:
            found = expected_at(admission, booking, start_us, actor)
            admission.waiting_parties[key] = found
        expected = admission.waiting_parties[key]
        if expected is not None and lies_in(expected, horizon):
            yield expected


def _starts(admission: Admission, booking: Booking) -> Iterator[int]:
    """Yield the starts that a party still takes."""
    now_us = admission.view.now_us
    if booking.waiting is not None:
        if not booking.waiting.has_ended(now_us):
            yield from starts_of(admission.compiled.calendar, booking, now_us)
        return
    policy, start_us = admission.compiled.house.policy, booking.stay.dining.start_us
    if now_us <= start_us + policy.seating.no_show_after_minutes * MICROSECONDS_PER_MINUTE:
        yield start_us


def _promises(
    admission: Admission, booking: Booking, starts: tuple[Candidacy, ...]
) -> Iterator[Promise]:
    """Yield the tables that a party may have, by start; none if a live hold keeps some for it."""
    view = admission.view
    if not any(view.is_held(booking.id, window) for each in starts for window in each.windows):
        for each in starts:
            yield promise_to(each, booking.id)


def _is_seatable(planner: Planner, promise: Promise, taken: tuple[Taken, ...]) -> bool:
    return planner.is_seatable(promise.ask, promise.free(taken), MAX_NODES)
