"""Day parties: the bookings of a date as a problem for the planner, with all that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.tables import (
    ask_of,
    check_tables,
    planner_of,
)
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.enforcement import planner_at
from fourtop.engine.limits import limits_of
from fourtop.engine.party_request import plan_request
from fourtop.engine.preconditions import owners_for
from fourtop.engine.queries.availability import missing_from
from fourtop.engine.queries.day import is_of_date
from fourtop.engine.queries.day_limits import DayResources, ZoneLimits, is_enforced
from fourtop.engine.reassignment import candidacy_of
from fourtop.engine.usage import Released
from fourtop.errors import Code, Reason, Refusal
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_change import request_of
from fourtop.model.capacity_rules import Spread
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.results import Versions
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.day_problem import DayParty, DayProblem, Option
from fourtop.planner.least_sets import least_sets
from fourtop.ports import Need, Scope, View

# Most sets of tables that a party chooses from. A party with more may miss the best one.
MAX_OPTIONS: Final = 5_000
# A stay and its buffers last at most fourteen hours, and start inside a service.
_REACH_US: Final = 14 * 60 * MICROSECONDS_PER_MINUTE
# These rules depend on where the other parties go: the problem itself contains them.
_OF_THE_PROBLEM: Final = frozenset({"distance", "zone_caps", "pacing"})
_ZONES: Final = "zones"


@attrs.frozen
class DayBookings:
    """The bookings of a date that a plan may give tables to, and all that stays.

    Args:
        restaurant_id: The restaurant.
        bookings: The bookings, in the order of the parties of the problem.
        problem: Their options, and all that is taken.
        refusals: Why a booking without options gets no tables, by its id.
        is_complete: Whether the problem has every option, so that its bound is one of the day.
        floor: The floor; bit ``i`` of an option is its table ``i``.
        versions: Of the floor, policy and occupancy that were read.
        timezone: Of the restaurant.
    """

    restaurant_id: str
    bookings: tuple[Booking, ...]
    problem: DayProblem
    refusals: dict[str, Refusal]
    is_complete: bool
    floor: Floor
    versions: Versions
    timezone: str


def reach_of(compiled: CompiledHouse, on: date) -> Scope:
    """Return the windows that a plan of a date reads, and the services of the date."""
    services = compiled.calendar.services_on(on)
    bounds = [compiled.calendar.midnight_us(each) for each in (on, on + timedelta(days=1))]
    end_us = max([bounds[1], *(each.window.end_us for each in services)])
    window = Window.of_micros(bounds[0] - _REACH_US, end_us + _REACH_US)
    counted = tuple(each.window for each in services)
    return Scope(compiled.house.restaurant.id, windows=(window,), headcounts=counted)


def expected_windows(
    on: date, compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows and those of headcounts that a plan of a date reads."""
    reach = reach_of(compiled, on)
    return reach.windows, reach.headcounts


def read_day(
    view: View,
    compiled: CompiledHouse,
    actor: Actor,
    on: date,
    value_of: Callable[[str, int], int],
) -> DayBookings | Need:
    """Return the bookings of a date as a problem, or the records to read first.

    A confirmed booking ahead may move, unless it is pinned, was promised its tables, or a live hold
    keeps others for it. A booking that waits for tables may get some, unless a live hold keeps
    them. Everything else stays: parties that are seated or late, holds, blocks, and the parties of
    other dates.

    Args:
        view: The restaurant at this moment; its scope has the owners of the windows.
        compiled: The rules of the house.
        actor: Asks for the tables.
        on: The service date.
        value_of: Returns the value of a booking, given its id and party size.
    """
    admission = Admission(view, compiled, actor)
    reach = reach_of(compiled, on)
    need = missing_from(admission, reach)
    if need is not None:
        return need
    (window,) = reach.windows
    found = [each for each in view.bookings_starting(window) if is_of_date(compiled, each, on)]
    planned = [each for each in found if _is_planned(each, view.now_us)]
    ids = frozenset(each.id for each in planned)
    if not ids <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, bookings=ids))
    free = [each for each in planned if not _has_live_hold(view, each)]
    return _Builder(admission, free).build(window, value_of)


def _is_planned(booking: Booking, now_us: int) -> bool:
    if booking.status is BookingStatus.PENDING_ALLOCATION:
        return booking.stay.occupied.end_us > now_us
    is_free = not (booking.is_pinned or booking.names_tables)
    given = booking.assignment
    return (
        booking.status is BookingStatus.CONFIRMED
        and is_free
        and given is not None
        and given.window.start_us >= now_us
    )


def _has_live_hold(view: View, booking: Booking) -> bool:
    return any(hold.is_alive(view.now_us) for hold in view.active_holds_for(booking.id))


class _Builder:
    """Builds the problem of a date.

    Args:
        admission: The rules and the view.
        bookings: The bookings that may get tables.
    """

    def __init__(self, admission: Admission, bookings: Sequence[Booking]) -> None:
        self._admission = admission
        self._view = admission.view
        self._compiled = admission.compiled
        self._bookings = bookings
        self._floor = admission.compiled.house.floor
        self._resources = DayResources.of(self._floor)
        self._plans: dict[tuple[Planner, PlanRequest, int], tuple[int, ...]] = {}
        self._is_complete = True
        self._refusals: dict[str, Refusal] = {}
        self._limits = ZoneLimits(admission, ())
        self._taken: list[Option] = []

    def build(self, window: Window, value_of: Callable[[str, int], int]) -> DayBookings:
        """Return the problem of the bookings in a window."""
        movers = [each for each in self._bookings if each.assignment is not None]
        self._taken, movers = self._stays(window, movers)
        moving = {each.id for each in movers}
        bookings = [each for each in self._bookings if each.assignment is None or each.id in moving]
        self._limits = ZoneLimits(self._admission, movers)
        parties = []
        for booking in bookings:
            value = value_of(booking.id, booking.party_size)
            if booking.assignment is None:
                options = self._first_options(booking, movers)
                parties.append(DayParty(value, options))
            else:
                parties.append(DayParty(value, self._other_options(booking), 0))
        problem = DayProblem(tuple(parties), tuple(self._taken), tuple(self._limits.left))
        return DayBookings(
            self._compiled.house.restaurant.id,
            tuple(bookings),
            problem,
            self._refusals,
            self._is_complete,
            self._floor,
            self._view.versions,
            self._compiled.house.restaurant.timezone,
        )

    # ---- rows that stay

    def _stays(self, window: Window, movers: list[Booking]) -> tuple[list[Option], list[Booking]]:
        """Return the rows that stay, and the bookings that may move.

        A booking stays where it breaks a distance: the staff has allowed it there.
        """
        owners = {Owner(OwnerKind.BOOKING, each.id) for each in movers}
        taken = list(self._kept_rows(window, owners))
        present = {each.id: self._present(each) for each in movers}
        stuck = {
            each.id
            for each in movers
            if any(present[each.id].conflicts(row) for row in taken)
            or any(
                present[each.id].conflicts(option)
                for other, option in present.items()
                if other != each.id
            )
        }
        taken += [present[each] for each in sorted(stuck)]
        return taken, [each for each in movers if each.id not in stuck]

    def _kept_rows(self, window: Window, movers: set[Owner]) -> Iterator[Option]:
        rows = (*self._view.allocations(window), *self._view.overstays(window))
        groups: dict[tuple[Owner, Window], int] = {}
        for row in rows:
            if row.owner not in movers and self._is_in_the_way(row):
                key = (row.owner, row.window)
                groups[key] = groups.get(key, 0) | 1 << self._floor.positions[row.resource_id]
        for (owner, taken), mask in groups.items():
            # A block is no party, so it keeps no distance.
            is_party = owner.kind is not OwnerKind.BLOCK
            resources = self._resources.of_party(mask) if is_party else mask
            yield Option(resources, taken.start_us, taken.end_us)

    def _is_in_the_way(self, row: Allocation) -> bool:
        if row.shadow or row.resource_type is not ResourceType.TABLE:
            return False
        if row.resource_id not in self._floor.positions:
            return False
        owner = self._view.owner_of(row)
        return not isinstance(owner, Hold) or owner.is_alive(self._view.now_us)

    def _present(self, booking: Booking) -> Option:
        assert booking.assignment is not None, "it has tables"
        window = booking.assignment.window
        resources = self._resources.of_party(self._floor.mask(booking.tables))
        return Option(resources, window.start_us, window.end_us)

    # ---- options

    def _other_options(self, booking: Booking) -> tuple[Option, ...]:
        """Return the options of a booking that may move; its present tables come first."""
        assert booking.assignment is not None, "it has tables"
        window, own = booking.assignment.window, self._floor.mask(booking.tables)
        candidacy = candidacy_of(self._admission, booking, window)
        if candidacy is None:
            return (self._present(booking),)
        ask = plan_request(booking.party_size, must=booking.must, wish=booking.wish)
        planner = planner_at(self._compiled, booking.stay)
        excluded = self._excluded(candidacy, booking)
        others = (mask for mask in self._sets(planner, ask, excluded) if mask != own)
        return tuple(self._option(candidacy, mask, window) for mask in (own, *others))

    def _first_options(self, booking: Booking, movers: Sequence[Booking]) -> tuple[Option, ...]:
        """Return the options of a booking that waits for tables; without any, keep the reason."""
        owners = tuple(Owner(OwnerKind.BOOKING, each.id) for each in movers)
        own = (*owners_for(self._view, booking.id), Owner(OwnerKind.BOOKING, booking.id))
        released = Released(
            (*owners, *own), booking.id, minutes=booking.minutes, moved=tuple(movers)
        )
        admission = Admission(self._view, self._compiled, self._admission.actor, released)
        # The caps of zones are limits of the problem.
        rules = admission.composition
        left = tuple(each for each in rules.without_tables if each.name != _ZONES)
        admission.composition = attrs.evolve(rules, without_tables=left)
        found = admission.admit_held(request_of(booking))
        if isinstance(found, Refusal):
            self._refusals[booking.id] = found
            return ()
        listed = (
            self._option(found, mask, found.stay_at(mask).occupied)
            for mask in self._sets(planner_of(found), ask_of(found), self._excluded(found, booking))
        )
        options = tuple(
            each for each in listed if not any(each.conflicts(row) for row in self._taken)
        )
        refusal = None if options else check_tables(found)
        if refusal is not None:
            self._refusals[booking.id] = refusal
        return options

    def _option(self, candidacy: Candidacy, mask: int, window: Window) -> Option:
        uses = self._limits.uses(candidacy, mask)
        resources = self._resources.of_party(mask)
        return Option(resources, window.start_us, window.end_us, uses)

    def _excluded(self, candidacy: Candidacy, booking: Booking) -> tuple[Excluded, ...]:
        """Return the tables that a party may not have wherever the others go."""
        rules = candidacy.admission.composition.table_rules
        found = [
            each
            for rule in rules
            if rule.name not in _OF_THE_PROBLEM
            for each in rule.find(candidacy)
        ]
        paces = limits_of(self._compiled, candidacy.service).pacing
        counts_stays = any(each.spread is Spread.MEAL for each in paces)
        if counts_stays and is_enforced(candidacy, "pacing"):
            # A longer stay would count in intervals that the party does not count in now, and
            # whether they have room depends on the other parties.
            end_us = booking.stay.dining.end_us
            longer = [each for each in candidacy.variants if each.stay.dining.end_us > end_us]
            found += [Excluded(each.tables, Reason(Code.PACING_EXCEEDED)) for each in longer]
            self._is_complete = self._is_complete and not longer
        return tuple(found)

    def _sets(
        self, planner: Planner, ask: PlanRequest, excluded: tuple[Excluded, ...]
    ) -> tuple[int, ...]:
        """Return the sets of tables of a party, the best first, without needless ones."""
        free = planner.compiled_floor.offered
        for each in excluded:
            free &= ~each.tables
        key = (planner, ask, free)
        masks = self._plans.get(key)
        if masks is None:
            found = planner.search(ask, free, MAX_OPTIONS)
            if not found.is_proven or len(found.plans) == MAX_OPTIONS:
                self._is_complete = False
            fitting = (self._floor.mask(each.tables) for each in found.plans)
            masks = self._plans[key] = least_sets(fitting)
        return masks
