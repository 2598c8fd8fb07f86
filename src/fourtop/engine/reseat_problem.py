"""Reseat problem: the facts of one read, and the search for moves that runs on them afterwards.

The read copies what the search needs into values, so that the search holds no lock and no
transaction. The command that commits a re-seating checks it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cached_property, lru_cache, partial
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.distance import Parties, close_tables
from fourtop.engine.checks.tables import (
    ask_of,
    barred_sets,
    free_tables,
    planner_of,
)
from fourtop.engine.checks.zone_caps import has_zone_caps
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.invocation import Invocation
from fourtop.engine.limits import limits_of
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.promises import AFTER_US, BEFORE_US, horizon_of
from fourtop.engine.reassignment import candidacy_of
from fourtop.engine.reseat import Room, move_out, why_it_stays
from fourtop.engine.stays import find_stays
from fourtop.engine.usage import Released
from fourtop.errors import Code, Proof, Reason, Refusal, Refused
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking
from fourtop.model.floor import Floor
from fourtop.model.plan import Plan
from fourtop.model.planned_move import PlannedMove
from fourtop.model.request import ANY_TABLE, BookingRequest
from fourtop.model.results import Reseating
from fourtop.model.service import Service
from fourtop.model.window import MAX_WINDOW_US, MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.reseat_search import (
    NO_OPTIONS,
    MovableParty,
    Options,
    Placement,
    RankedSets,
    Reseated,
    ReseatingAnswer,
    ReseatingProblem,
    find_reseating,
)
from fourtop.ports import Need, Scope, Supposition, View

# The checks whose answer depends on where other parties sit.
_OF_TABLES: Final = frozenset({"tables", "zones", "promises"})
# The rules for tables that the search itself, or the check of a solution, applies.
_OF_OTHERS: Final = frozenset({"distance", "zone_caps"})
_LOADED: Final = "the read has loaded the evening"
# Parties ask for few different things; a floor has at most 20,000 sets for each.
_SETS: Final = "sets of re-seating"
_KEPT_SETS: Final = 16
# The time around an evening that a read covers, for parties that reach into it.
_BESIDE_US: Final = 3 * 60 * MICROSECONDS_PER_MINUTE
# The longest time around it: twice the horizon of promises, so that it has that
# of each party which starts within half of it.
_BEFORE_US: Final = 2 * BEFORE_US
_AFTER_US: Final = 2 * AFTER_US


@attrs.frozen(eq=False)
class ReseatFacts:
    """What a search needs to know of one read.

    Args:
        admission: The rules, on a view that lasts beyond the read.
        request: The newcomer.
        bookings: The bookings that may be moved, by start, then id.
        reach: The time that was read with all owners.
        refusal: The refusal without moves.
        most_moves: Most moves.
    """

    admission: Admission
    request: BookingRequest
    bookings: tuple[Booking, ...]
    reach: Window
    refusal: Refusal
    most_moves: int

    def find(self) -> Room | Refusal:
        """Return the room that the fewest moves make, or the refusal with its proof."""
        problem = _Problem(self)
        answer = find_reseating(problem.stated, self.most_moves)
        if answer.solution is None:
            return self._refused(answer)
        room = problem.room(answer)
        assert isinstance(room, Room), "the search knows every rule of a plain house"
        return room

    def _refused(self, answer: ReseatingAnswer) -> Refusal:
        facts = {
            "moves": self.most_moves,
            "nodes": answer.nodes,
            "is_proven": answer.is_proven,
            "is_final": answer.is_final,
        }
        reason = Reason(Code.NO_RESEATING, facts)
        if not answer.is_proven:
            proof = Proof.NOT_PROVEN
        else:
            proof = Proof.NO_RESEATING if answer.is_final else Proof.NO_RESEATING_WITHIN
        return Refusal((*self.refusal.reasons, reason), proof)


def may_help(admission: Admission, request: BookingRequest, refusal: Refusal) -> bool:
    """Tell whether moves of other parties may turn a refusal. The view covers what checks read.

    A rule of the party's time binds wherever others sit, and so does one about the tables that the
    party names.
    """
    if refusal.proof is Proof.NO_PLAN:
        return False
    found = admission.findings(request)
    assert not isinstance(found, Need), "the quote has read what the checks read"
    if any(each.check not in _OF_TABLES for each in found):
        return False
    if not request.tables:
        return True
    broken = [reason.code for each in found for reason in each.refusal.reasons]
    return all(code in _TAKEN for code in broken)


_TAKEN: Final = frozenset(
    {
        Code.ALLOCATIONS_OVERLAP,
        Code.HOLD_CONFLICT,
        Code.TABLES_TOO_CLOSE,
        Code.AISLE_CLOSED,
        Code.ZONE_CAPACITY_EXCEEDED,
        Code.TABLES_PROMISED,
    }
)


# ---- the read


def read_facts(
    admission: Admission, request: BookingRequest, refusal: Refusal, most_moves: int
) -> ReseatFacts | Need:
    """Return the facts for the search, or the records that are missing.

    The read covers the service of the newcomer and ``_BESIDE_US`` around it. Where parties reach
    further, wait or were promised tables, it covers ``_BEFORE_US`` before and ``_AFTER_US`` after.
    A read may ask three times, and the quote may have asked twice for these parties, else once.
    """
    view, compiled = admission.view, admission.compiled
    candidacy = _newcomer(admission, request)
    evening = _hull((*candidacy.windows, candidacy.service.window))
    usual = _widened(evening, _BESIDE_US, _BESIDE_US)
    most = _widened(evening, _BEFORE_US, _AFTER_US)
    reach = _reach(admission, evening, most, most_moves)
    has_asked = view.has_promises or view.has_waiting
    is_usual = not has_asked and _hull((usual, reach)) == usual
    need = _missing(admission, usual if is_usual else most)
    if need is not None:
        return need
    bookings = tuple(_movable(admission, reach))
    supposition = Supposition(released=admission.released.owners, known=bookings)
    lasting = view.supposing(supposition)
    copied = Admission(lasting, compiled, admission.actor, admission.released)
    return ReseatFacts(copied, request, bookings, reach, refusal, most_moves)


def _newcomer(admission: Admission, request: BookingRequest) -> Candidacy:
    candidacy = Candidacy(admission, request)
    refusal = admission.first_refusal(candidacy)
    assert refusal is None, "no rule of the party's time forbids it"
    return candidacy


def _reach(admission: Admission, evening: Window, most: Window, moves: int) -> Window:
    """Return the time of each party that as many moves could reach, as far as the view knows.

    These are the parties that overlap the newcomer, those that overlap these, and so on.

    Args:
        admission: The rules and the view.
        evening: The service of the newcomer.
        most: The longest time to return.
        moves: Most moves.
    """
    reach = evening
    for _ in range(moves):
        if not _is_read(admission.view, reach):
            break
        grown = _hull((reach, *map(_time_of, _movable(admission, reach))))
        reach = Window.of_micros(max(grown.start_us, most.start_us), min(grown.end_us, most.end_us))
    return reach


def _widened(window: Window, before_us: int, after_us: int) -> Window:
    start_us = max(window.start_us - before_us, 0)
    return Window.of_micros(start_us, window.end_us + after_us)


def _is_read(view: View, window: Window) -> bool:
    return view.scope.has_owners and view.scope.covers(window)


def _missing(admission: Admission, read: Window) -> Need | None:
    """Return what a read lacks: all owners in a window, and the counts of its services."""
    view = admission.view
    counted: Scope | None = None
    if admission.composition.reads_headcounts:
        services = (each.window for each in _services_in(admission.compiled, read))
        counted = missing_counts(view, admission.compiled, tuple(services))
    if _is_read(view, read) and counted is None:
        return None
    need = Scope(view.scope.restaurant_id, windows=(read,), has_owners=True)
    return Need(need if counted is None else need | counted)


def _services_in(compiled: CompiledHouse, window: Window) -> Iterator[Service]:
    """Yield the services that overlap a window and have limits."""
    calendar = compiled.calendar
    # A service of the day before may last past midnight.
    on = calendar.local_date(window.start_us) - timedelta(days=1)
    while on <= calendar.local_date(window.end_us):
        for each in calendar.services_on(on):
            if each.window.overlaps(window) and limits_of(compiled, each).binds:
                yield each
        on += timedelta(days=1)


def _hull(windows: Iterable[Window]) -> Window:
    """Return the window from the first start to the last end, as long as a window may be."""
    found = tuple(windows)
    start_us = min(each.start_us for each in found)
    end_us = max(each.end_us for each in found)
    return Window.of_micros(start_us, min(end_us, start_us + MAX_WINDOW_US))


def _time_of(booking: Booking) -> Window:
    """Return the time whose records a move of a booking reads."""
    assert booking.assignment is not None, "a booking that may move has tables"
    return _hull((booking.stay.occupied, booking.assignment.window))


def _movable(admission: Admission, reach: Window) -> Iterator[Booking]:
    """Yield the bookings at tables in a time that may be moved, by start, then id."""
    view, own = admission.view, admission.released.owners
    rows: dict[str, list[Allocation]] = {}
    for row in view.allocations(reach):
        is_table = row.resource_type is ResourceType.TABLE and not row.shadow
        if is_table and row.owner_kind is OwnerKind.BOOKING and row.owner not in own:
            rows.setdefault(row.owner_id, []).append(row)
    found = [view.owner_of(each[0]) for each in rows.values()]
    bookings = [each for each in found if isinstance(each, Booking)]
    for booking in sorted(bookings, key=lambda each: (each.stay.dining.start_us, each.id)):
        given = booking.assignment
        is_whole = given is not None and all(row.window == given.window for row in rows[booking.id])
        if is_whole and why_it_stays(booking, view) is None:
            yield booking


# ---- the search


class _Problem:
    """The problem of the search, and the room that a solution of it makes."""

    def __init__(self, facts: ReseatFacts) -> None:
        self._facts = facts
        self._admission = facts.admission
        self._floor = facts.admission.compiled.house.floor
        owners = tuple(Owner(OwnerKind.BOOKING, each.id) for each in facts.bookings)
        # The restaurant with those parties alone that never move.
        self._fixed = facts.admission.view.supposing(
            Supposition(released=owners, known=facts.bookings)
        )
        self._others = Parties(self._fixed)

    @cached_property
    def stated(self) -> ReseatingProblem:
        """The problem as values."""
        house, view = self._admission.compiled.house, self._admission.view
        request = self._facts.request
        is_ruled = (
            has_zone_caps(house) or view.has_promises or bool(request.tables or request.overrides)
        )
        return ReseatingProblem(
            self._newcomer(),
            tuple(map(self._party, self._facts.bookings)),
            keeps_from=partial(_keeps_from, self._floor),
            accepts=self._accepts if is_ruled else None,
        )

    def room(self, answer: ReseatingAnswer) -> Room | Refusal:
        """Return the room that a solution makes, by the decisions that will commit it."""
        assert answer.solution is not None, "the search has found a solution"
        return self._room(answer.solution, answer)

    def _accepts(self, solution: Reseated) -> bool:
        return isinstance(self._room(solution), Room)

    def _room(self, solution: Reseated, answer: ReseatingAnswer | None = None) -> Room | Refusal:
        reseating = self._reseating(solution, answer)
        admission = self._admission
        restaurant_id = admission.compiled.house.restaurant.id
        # Nothing is written: the id is that of no record.
        invocation = Invocation(restaurant_id, "quote", "quote", admission.actor, None, {})
        try:
            room = move_out(invocation, admission.view, admission.compiled, reseating)
        except Refused as error:
            return error.refusal
        assert isinstance(room, Room), _LOADED
        beside = Admission(room.view, admission.compiled, admission.actor, admission.released)
        seating = beside.admit(room.asked(self._facts.request))
        assert not isinstance(seating, Need), _LOADED
        return room if isinstance(seating, Seating) else seating

    def _reseating(self, solution: Reseated, answer: ReseatingAnswer | None) -> Reseating:
        request, ids = self._facts.request, self._floor.ids
        moves = []
        for number, placement in solution.moves:
            booking = self._facts.bookings[number]
            tables = ids(placement.tables)
            moves.append(PlannedMove(booking.id, booking.version, booking.tables, tables))
        return Reseating(
            request.party_size,
            request.start_us,
            ids(solution.newcomer.tables),
            tuple(moves),
            self._admission.view.versions,
            0 if answer is None else answer.nodes,
            is_proven=answer is None or answer.is_proven,
            restaurant_id=self._admission.compiled.house.restaurant.id,
        )

    # ---- the newcomer

    def _newcomer(self) -> Options:
        admission, request = self._admission, self._facts.request
        beside = Admission(self._fixed, admission.compiled, admission.actor, admission.released)
        candidacy = _newcomer(beside, request)
        if request.tables:
            return self._named(candidacy)
        excluded = (
            *_excluded(candidacy),
            *close_tables(self._floor, self._others, lambda mask: candidacy.stay_at(mask).occupied),
        )
        return self._options(candidacy, excluded)

    def _named(self, candidacy: Candidacy) -> Options:
        tables = self._facts.request.tables
        plan = planner_of(candidacy).measure(ask_of(candidacy), tables)
        sets = RankedSets.of([(self._floor.mask(tables), plan.score.total)])
        return Options(sets, free_tables(candidacy), _time_at(candidacy))

    def _options(self, candidacy: Candidacy, excluded: tuple[Excluded, ...]) -> Options:
        planner, must = planner_of(candidacy), candidacy.party.must
        free, barred = free_tables(candidacy, excluded), barred_sets(excluded)
        ask = ask_of(candidacy)
        if planner.is_compiled(ask.party_size):
            if must.kinds:
                free &= planner.compiled_floor.meeting(must)
            sets = _sets_of(self._admission.compiled, planner, attrs.evolve(ask, must=ANY_TABLE))
            return Options(sets, free, _time_at(candidacy), barred)
        found = planner.search(ask, free, barred=barred)
        sets = _ranked(self._floor, found.plans)
        return Options(sets, free, _time_at(candidacy), barred, is_complete=found.is_proven)

    # ---- the parties that may move

    def _party(self, booking: Booking) -> MovableParty:
        given = booking.assignment
        assert given is not None, "a booking that may move has tables"
        now_us = self._admission.view.now_us
        window = Window.of_micros(max(given.window.start_us, now_us), given.window.end_us)
        candidacy = self._candidacy_of(booking, window)
        cost = 0.0
        if candidacy is not None:
            planner = planner_of(candidacy)
            cost = planner.measure(ask_of(candidacy), given.tables).score.total
        present = Placement(self._floor.mask(given.tables), window, cost)
        return MovableParty(present, partial(self._options_of, booking, candidacy))

    def _candidacy_of(self, booking: Booking, window: Window) -> Candidacy | None:
        released = Released(booking_id=booking.id, minutes=booking.minutes)
        admission = Admission(
            self._fixed, self._admission.compiled, self._admission.actor, released
        )
        return candidacy_of(admission, booking, window)

    def _is_read(self, booking: Booking) -> bool:
        """Tell whether the read covers all that a move of a booking depends on."""
        view, time = self._admission.view, _time_of(booking)
        if view.has_promises:
            last = Window.of_micros(time.end_us - 1, time.end_us)
            time = _hull((horizon_of(time), horizon_of(last)))
        return view.scope.covers(time)

    def _options_of(self, booking: Booking, candidacy: Candidacy | None) -> Options:
        if candidacy is None:
            return NO_OPTIONS
        if not self._is_read(booking):
            return attrs.evolve(NO_OPTIONS, is_complete=False)
        window = candidacy.stay.occupied
        excluded = (
            *_excluded(candidacy),
            *_cut_short(candidacy, booking),
            *close_tables(self._floor, self._others, lambda _: window),
        )
        candidacy.variants = ()
        return self._options(candidacy, excluded)


def _time_at(candidacy: Candidacy) -> Callable[[int], Window]:
    """Return the function that tells the time of a party at some tables."""
    if candidacy.variants:
        return lambda tables: candidacy.stay_at(tables).occupied
    window = candidacy.stay.occupied
    return lambda _: window


def _sets_of(compiled: CompiledHouse, planner: Planner, ask: PlanRequest) -> RankedSets:
    """Return the sets of tables that fit a party in an empty house; they are kept with it."""
    find: Callable[[Planner, PlanRequest], RankedSets] | None = compiled.kept.get(_SETS)
    if find is None:
        find = compiled.kept[_SETS] = lru_cache(_KEPT_SETS)(_find_sets)
    return find(planner, ask)


def _find_sets(planner: Planner, ask: PlanRequest) -> RankedSets:
    everything = (1 << len(planner.floor.tables)) - 1
    return _ranked(planner.floor, planner.search(ask, everything).plans)


def _ranked(floor: Floor, plans: tuple[Plan, ...]) -> RankedSets:
    return RankedSets.of((floor.mask(plan.tables), plan.score.total) for plan in plans)


def _excluded(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables that a party cannot have, wherever the parties that may move sit."""
    rules = candidacy.admission.composition.table_rules
    return tuple(
        each for rule in rules if rule.name not in _OF_OTHERS for each in rule.find(candidacy)
    )


def _cut_short(candidacy: Candidacy, booking: Booking) -> Iterator[Excluded]:
    """Yield the tables of other zones whose hours would end the stay of a booking early."""
    compiled = candidacy.admission.compiled
    minutes = max(booking.stay.dining.minutes, 1)
    found = find_stays(compiled, attrs.evolve(candidacy.party, minutes=minutes))
    if isinstance(found, Refusal):
        return
    floor = compiled.house.floor
    zones = {floor.get_table(each).zone_id for each in booking.tables}
    own = floor.mask([each.id for each in floor.tables if each.zone_id in zones])
    for each in found.closed:
        yield Excluded(each.tables & ~own, each.reason)
    for variant in [each for each in found.variants if each.stay.dining.minutes < minutes]:
        yield Excluded(variant.tables & ~own, Reason(Code.STAY_CUT))


def _keeps_from(floor: Floor, tables: int) -> int:
    """Return the tables that a party keeps from others: its own, and those that are too close."""
    kept = tables
    for pair in floor.kept_apart:
        mask = floor.mask(pair.tables)
        if mask & tables:
            kept |= mask
    for aisle in floor.aisles:
        if not floor.mask(aisle.joined) & ~tables:
            kept |= floor.mask(aisle.closes)
    return kept
