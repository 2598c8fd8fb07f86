"""Promises: the parties that were promised tables, and whether all of them can still get some.

A party that was booked with ``tables="later"`` has a promise and no tables. The parties are
*protected* in the order in which they were promised: each that can be seated beside those before
it. A newcomer may have tables if every protected party can still be seated beside it.

Only the parties that overlap the newcomer matter, and those that overlap them, and so on: giving up
a table may cascade. The search looks at ``BEFORE_US`` before and ``AFTER_US`` after the start of
the newcomer, and visits at most ``MAX_NODES`` assignments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Final

import attrs

from fourtop.engine.candidacy import Candidacy, Inquiry, Reads
from fourtop.engine.checks.house import check_hours
from fourtop.engine.party_request import plan_request
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.least_sets import least_sets
from fourtop.ports import Need, Scope

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission

_HOUR_US: Final = 60 * MICROSECONDS_PER_MINUTE
# An availability loads fourteen hours before and after a service, so that it covers both.
BEFORE_US: Final = 12 * _HOUR_US
AFTER_US: Final = 13 * _HOUR_US
MAX_NODES: Final = 2_000
# Most sets of tables that are tried for a party.
MAX_OPTIONS: Final = 400
# The staff gives the tables.
_STAFF: Final = Actor("fourtop", "staff")

# Tables that are taken for a window: the mask of the tables, and the window.
Taken = tuple[int, Window]


@attrs.frozen
class Part:
    """Some tables and the window for which a party would take them.

    Args:
        tables: Mask of the tables that are free for the whole window.
        window: The window.
    """

    tables: int
    window: Window


@attrs.frozen(eq=False)
class Promise:
    """A party that was promised tables.

    Args:
        booking_id: Its booking.
        ask: Its size and conditions.
        parts: The free tables, by the window of the stay at them. They share no table.
    """

    booking_id: str
    ask: PlanRequest
    parts: tuple[Part, ...]

    def free(self, taken: Iterable[Taken]) -> int:
        """Return the tables that it may have while others have some, as a mask."""
        free = 0
        for part in self.parts:
            left = part.tables
            for mask, window in taken:
                if window.overlaps(part.window):
                    left &= ~mask
            free |= left
        return free

    def taken(self, mask: int) -> Taken:
        """Return the tables of a plan with the window of the stay at them."""
        return mask, next(part.window for part in self.parts if part.tables & mask)


ProtectedParties = dict[tuple[str, ...], tuple[Promise, ...]]


def horizon_of(window: Window) -> Window:
    """Return the time in which promises may depend on a stay."""
    start_us = max(window.start_us - BEFORE_US, 0)
    return Window.of_micros(start_us, max(window.end_us, window.start_us + AFTER_US))


def missing_horizon(admission: Admission, windows: Iterable[Window]) -> Need | None:
    """Return the windows to load where promises overlap a stay; ``None``: none is missing.

    It names all of them at once, because a decision may ask three times at most.
    """
    view, own = admission.view, admission.released.booking_id
    missing = tuple(
        dict.fromkeys(
            horizon
            for window in windows
            if not view.scope.covers(horizon := horizon_of(window))
            and any(booking.id != own for booking in view.promised(window))
        )
    )
    return Need(Scope(view.scope.restaurant_id, windows=missing)) if missing else None


def protected_parties(admission: Admission, windows: Iterable[Window]) -> tuple[Promise, ...]:
    """Return the protected parties that some stays may affect; the view covers their horizons."""
    found: dict[str, Promise] = {}
    for window in windows:
        for each in _protected_in(admission, window):
            found.setdefault(each.booking_id, each)
    return tuple(found.values())


def _protected_in(admission: Admission, window: Window) -> tuple[Promise, ...]:
    own = admission.released.booking_id
    if not any(booking.id != own for booking in admission.view.promised(window)):
        return ()
    horizon = horizon_of(window)
    found = (booking for booking in admission.view.promised(horizon) if booking.id != own)
    promises = [each for booking in found if (each := _promise_of(admission, booking, horizon))]
    linked = tuple(_linked(promises, window))
    key = tuple(each.booking_id for each in linked)
    kept = admission.protected_parties
    assert kept is not None, "the view has shown a promise"
    if key not in kept:
        kept[key] = seated_together(admission.compiled.planner, linked)
    return kept[key]


def _promise_of(admission: Admission, booking: Booking, horizon: Window) -> Promise | None:
    """Return the promise of a booking; ``None``: it is over, or the house is closed to it."""
    view, policy = admission.view, admission.compiled.house.policy
    start_us = booking.stay.dining.start_us
    waits_us = policy.seating.no_show_after_minutes * MICROSECONDS_PER_MINUTE
    if start_us + waits_us < view.now_us:
        return None
    promised = expected_at(admission, booking, start_us, _STAFF)
    if promised is None or not lies_in(promised, horizon):
        return None
    return promise_to(promised, booking.id)


def expected_at(
    admission: Admission, booking: Booking, start_us: int, actor: Actor
) -> Candidacy | None:
    """Return the party of a booking at a start; ``None``: the house is closed to it then.

    Args:
        admission: The rules and the view.
        booking: The booking.
        start_us: The start, in microseconds.
        actor: Gives the tables.
    """
    party = Inquiry(
        booking.party_size,
        start_us,
        booking.must,
        wish=booking.wish,
        occasion=booking.occasion,
        channel=booking.channel,
        minutes=booking.minutes,
    )
    by_actor = copy(admission)
    by_actor.actor = actor
    expected = Candidacy(by_actor, party)
    return expected if check_hours(expected) is None else None


def lies_in(expected: Candidacy, horizon: Window) -> bool:
    """Tell whether all stays of a party lie in a horizon."""
    return all(
        horizon.start_us <= window.start_us and window.end_us <= horizon.end_us
        for window in expected.windows
    )


def promise_to(expected: Candidacy, booking_id: str) -> Promise:
    """Return the tables that a party may have at its start; the view covers its windows."""
    admission, party = expected.admission, expected.party
    closed = 0
    for rule in admission.composition.table_rules:
        if rule.reads is Reads.NOTHING:
            for each in rule.find(expected):
                closed |= each.tables
    parts, others = [], admission.all_tables & ~closed
    for variant in expected.variants:
        others &= ~variant.tables
        window = variant.stay.occupied
        parts.append(Part(variant.tables & ~closed & admission.free_in(window), window))
    window = expected.stay.occupied
    parts.append(Part(others & admission.free_in(window), window))
    ask = plan_request(party.party_size, must=party.must, wish=party.wish)
    return Promise(booking_id, ask, tuple(parts))


def _linked(promises: Sequence[Promise], window: Window) -> list[Promise]:
    """Return the parties that overlap a window, and those that overlap them, in their order."""
    reached, windows = set[str](), [window]
    while windows:
        reach = windows.pop()
        for each in promises:
            if each.booking_id not in reached and any(
                part.window.overlaps(reach) for part in each.parts
            ):
                reached.add(each.booking_id)
                windows += [part.window for part in each.parts]
    return [each for each in promises if each.booking_id in reached]


def seated_together(
    planner: Planner, promises: Sequence[Promise], taken: tuple[Taken, ...] = ()
) -> tuple[Promise, ...]:
    """Return the parties that can be seated beside what is taken and those promised before them."""
    seated: list[Promise] = []
    for each in promises:
        if can_seat_all(planner, (*seated, each), taken) is True:
            seated.append(each)
    return tuple(seated)


# ---- the assignment


def can_seat_all(
    planner: Planner, promises: Sequence[Promise], taken: tuple[Taken, ...]
) -> bool | None:
    """Tell whether all parties can get tables beside those that are taken.

    ``None``: not proven, because the search met its bound. It is a search with backtracking that
    always goes on with the party that has the fewest sets of tables left.
    """
    if _seats_in_order(planner, promises, taken):
        return True
    found = [_options_of(planner, each, taken) for each in promises]
    search = _Assignment([options for options, _ in found])
    if search.succeeds():
        return True
    is_complete = all(is_complete for _, is_complete in found)
    return False if is_complete and search.nodes <= MAX_NODES else None


def _seats_in_order(
    planner: Planner, promises: Sequence[Promise], taken: tuple[Taken, ...]
) -> bool:
    """Give each party its best tables in turn: nearly always that succeeds."""
    for each in promises:
        plan = planner.best(each.ask, each.free(taken))
        if plan is None:
            return False
        taken = (*taken, each.taken(planner.floor.mask(plan.tables)))
    return True


def _options_of(
    planner: Planner, promise: Promise, taken: tuple[Taken, ...]
) -> tuple[list[Taken], bool]:
    """Return the least sets of tables of a party, and whether these are all."""
    found = planner.search(promise.ask, promise.free(taken), MAX_OPTIONS)
    masks = sorted({planner.floor.mask(plan.tables) for plan in found.plans}, key=int.bit_count)
    is_complete = found.is_proven and len(found.plans) < MAX_OPTIONS
    return [promise.taken(mask) for mask in least_sets(masks)], is_complete


class _Assignment:
    """A search for disjoint options of several parties."""

    def __init__(self, options: list[list[Taken]]) -> None:
        self._options = options
        self.nodes = 0

    def succeeds(self) -> bool:
        """Tell whether each party can have one of its options."""
        return self._seat(self._options)

    def _seat(self, left: list[list[Taken]]) -> bool:
        if not left:
            return True
        fewest = min(range(len(left)), key=lambda number: len(left[number]))
        others = left[:fewest] + left[fewest + 1 :]
        for mask, window in left[fewest]:
            self.nodes += 1
            if self.nodes > MAX_NODES:
                return False
            rest = [
                [
                    (other, then)
                    for other, then in options
                    if not (other & mask and then.overlaps(window))
                ]
                for options in others
            ]
            if all(rest) and self._seat(rest):
                return True
        return False
