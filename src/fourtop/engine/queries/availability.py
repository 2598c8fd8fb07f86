"""Reads: a quote, the availability of a date, the usage of its services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import FourtopError, InvalidInput, Refusal
from fourtop.model.calendar import Calendar, Service
from fourtop.model.receipt import Usage
from fourtop.model.request import Preference
from fourtop.model.results import Availability, Slot
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import PlanRequest
from fourtop.ports import Need, Scope, View

MAX_SPOTS = 100

# A stay and its buffers last at most fourteen hours, and begin inside a service.
_REACH_US = 14 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class Wanted:
    """What an availability is asked for.

    Args:
        on: The date, in the restaurant's calendar.
        parties: Party sizes, increasing.
        must: Conditions on the tables.
        at: Only this start; ``None``: all that are on offer.
        spots_limit: Where counting spots stops.
    """

    on: date
    parties: tuple[int, ...]
    must: Preference
    at: datetime | str | None
    spots_limit: int


def availability(view: View, rules: CompiledHouse, wanted: Wanted) -> Availability | Need:
    """Answer every start on offer of a date, for each party, by the judge of every command."""
    calendar = rules.calendar
    starts = _starts(calendar, wanted)
    reach = _reach(rules, wanted.on, starts)
    scope = view.scope
    missing = tuple(window for window in reach.windows if not scope.covers(window))
    if missing or not all(scope.covers_headcounts(window) for window in reach.headcounts):
        return Need(attrs.evolve(reach, windows=missing))
    board = _Board(view, rules, wanted)
    slots = tuple(slot for start_us in starts for slot in board.slots(start_us))
    usage = tuple(board.judge.usage(service) for service in calendar.services_on(wanted.on))
    return Availability(wanted.on, slots, usage, view.versions)


def expected_scope(rules: CompiledHouse, wanted: Wanted) -> Scope:
    """Return what an availability will look at, if these rules are still the house's; nothing, where they refuse it."""
    try:
        return _reach(rules, wanted.on, _starts(rules.calendar, wanted))
    except FourtopError:
        return Scope(rules.house.restaurant.id)


def _starts(calendar: Calendar, wanted: Wanted) -> list[int]:
    if wanted.at is None:
        return [start_us for start_us, _ in calendar.starts_on(wanted.on)]
    return [_start_at(calendar, wanted.at, wanted.on)]


def _start_at(calendar: Calendar, at: datetime | str, on: date) -> int:
    start_us = calendar.instant(at, "at")
    service = calendar.find_service(start_us)
    days = {calendar.local_date(start_us)} | ({service.date} if service is not None else set())
    if on not in days:
        rule_text = f"must lie on {on.isoformat()} or in a service that begins on it"
        raise InvalidInput("at", rule_text, calendar.local_text(start_us))
    return start_us


def _reach(rules: CompiledHouse, on: date, starts: list[int]) -> Scope:
    """Return the services of a date and of some starts, and all that stays in them may reach."""
    services = {service.window for service in rules.calendar.services_on(on)}
    services |= {
        service.window for start_us in starts if (service := rules.calendar.find_service(start_us))
    }
    in_order = sorted(services)
    windows = (
        Window.of_micros(max(each.start_us - _REACH_US, 0), each.end_us + _REACH_US)
        for each in in_order
    )
    return Scope(rules.house.restaurant.id, windows=tuple(windows), headcounts=tuple(in_order))


class _Board:
    """Fills in slots by one judge, who remembers what repeats from slot to slot."""

    def __init__(self, view: View, rules: CompiledHouse, wanted: Wanted) -> None:
        self.judge = Admission(view, rules)
        self._calendar = rules.calendar
        self._asks = [PlanRequest(party_size, must=wanted.must) for party_size in wanted.parties]
        self._spots_limit = wanted.spots_limit

    def slots(self, start_us: int) -> Iterator[Slot]:
        """Judge one start for each party."""
        service = self._calendar.find_service(start_us)
        period = None if service is None else service.period.key
        for ask in self._asks:
            judged = self._judged(service, start_us, ask)
            if isinstance(judged, Refusal):
                yield Slot(start_us, period, ask.party_size, judged, 0)
            else:
                yield Slot(start_us, period, ask.party_size, None, judged)

    def _judged(self, service: Service | None, start_us: int, ask: PlanRequest) -> int | Refusal:
        judge = self.judge
        stay = judge.stay_at(start_us, ask.party_size)
        if isinstance(stay, Refusal):
            return stay
        assert service is not None, "a stay lies in a service"
        over = judge.over_cap(stay, ask.party_size)
        if over is not None:
            return over
        limit = self._spots_limit
        if judge.is_capped(service):
            limit = _within_caps(judge.usage(service), ask.party_size, limit)
        spots = judge.spots(ask, stay, limit)
        if spots:
            return spots
        refused = judge.choose_any(ask, stay)
        assert isinstance(refused, Refusal), "no spot is left where no plan is"
        return refused


def _within_caps(usage: Usage, party_size: int, limit: int) -> int:
    if usage.max_covers is not None:
        limit = min(limit, (usage.max_covers - usage.booked_covers) // party_size)
    if usage.max_parties is not None:
        limit = min(limit, usage.max_parties - usage.booked_parties)
    return limit
