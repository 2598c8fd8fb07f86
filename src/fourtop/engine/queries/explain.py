"""Explain: every binding constraint of a refusal, and for each kind the cheapest change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Inquiry
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.preconditions import released_with
from fourtop.engine.queries.availability import missing_from, reach_of
from fourtop.engine.queries.quote import quote
from fourtop.engine.relaxation import binds
from fourtop.errors import Code, Refusal
from fourtop.model.calendar import Calendar
from fourtop.model.explanation import (
    Change,
    ChangeKind,
    Explanation,
    capacity_facts,
    nearest_first,
)
from fourtop.model.override import without_tables
from fourtop.model.request import ANY_TABLE, BookingRequest, Relaxation
from fourtop.model.results import Quote
from fourtop.model.window import Window, from_micros
from fourtop.ports import Need

# Most requests that one explanation tries out.
MAX_PROBES: Final = 400
# A shorter stay is none of a party that eats.
LEAST_MINUTES: Final = 15
_ALL_LOADED: Final = "the windows and counts of every service of the date are loaded"


def query(
    caller: Caller, request: BookingRequest, exclude: str | None = None
) -> Query[Explanation]:
    """Build the query.

    Raises:
        InvalidInput: If the request is of the wrong type.
        InvalidIdentifier: If ``exclude`` is malformed.
    """
    check_request(caller, request)
    excluded = optional_id("exclude", exclude)
    return Query(
        caller.scope(excluded),
        lambda view, compiled: explain(
            Admission(view, compiled, caller.actor, released_with(view, excluded)), request
        ),
        prefetch=partial(windows_around, request),
        name="explain",
    )


def explain(admission: Admission, request: BookingRequest) -> Explanation | Need:
    """Return the answer to a request, and what would turn a no."""
    need = missing_around(admission, starts_around(admission.compiled, request))
    if need is not None:
        return need
    answer = quote(admission, request)
    assert not isinstance(answer, Need), _ALL_LOADED
    timezone = admission.compiled.house.restaurant.timezone
    versions = admission.view.versions
    if isinstance(answer, Quote):
        return Explanation(
            request, answer, None, (), is_proven=True, versions=versions, timezone=timezone
        )
    search = _Search(admission, request, answer)
    changes = tuple(change for change in search.changes() if change is not None)
    return Explanation(
        request, None, answer, changes, search.is_proven, versions, timezone=timezone
    )


def missing_around(admission: Admission, starts: Iterable[int]) -> Need | None:
    """Return the records of the services of some starts that the view lacks, if any."""
    return missing_from(admission, reach_of(admission.compiled, starts))


def windows_around(
    request: BookingRequest, compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows, and those of headcounts, of the services around a request."""
    reach = reach_of(compiled, starts_around(compiled, request))
    return reach.windows, reach.headcounts


def starts_around(compiled: CompiledHouse, request: BookingRequest) -> list[int]:
    """Return the starts on offer of the date of a request, with its own, in order."""
    day = date_around(compiled.calendar, request.start_us)
    starts = {start_us for start_us, _ in compiled.calendar.starts_on(day)}
    return sorted(starts | {request.start_us})


def date_around(calendar: Calendar, start_us: int) -> date:
    """Return the service date of an instant; outside of service hours its local date."""
    service = calendar.find_service(start_us)
    return calendar.local_date(start_us) if service is None else service.date


def shorter_stays(admission: Admission, request: BookingRequest) -> tuple[int, int] | None:
    """Return the least and the greatest length of a shorter stay that the party may choose.

    ``None``: none is shorter, the house is not open then, or a guest may not choose.
    """
    stay = admission.find_stay(request)
    if stay is None:
        return None
    low, high = LEAST_MINUTES, stay.turn_minutes - 1
    if admission.actor.is_guest:
        bounds = admission.compiled.house.policy.guest_stay
        if bounds is None:
            return None
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return (low, high) if low <= high else None


def longest_stay(low: int, high: int, is_admitted: Callable[[int], bool]) -> int | None:
    """Return the longest stay from ``low`` to ``high`` minutes with which a party is admitted.

    A shorter stay is never harder to seat: the longest is found by halving, in O(log minutes).
    """
    if not is_admitted(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if is_admitted(middle):
            low = middle
        else:
            high = middle - 1
    return low


class _Search:
    """The search for the changes that turn one refusal."""

    def __init__(self, admission: Admission, request: BookingRequest, refusal: Refusal) -> None:
        self._admission = admission
        self._request = request
        self._refusal = refusal
        self._probes = 0
        # The request without its validation, to change a field at little cost.
        self._asked: dict[str, Any] = {
            "party_size": request.party_size,
            "start_us": request.start_us,
            "must": request.must,
            "wish": request.wish,
            "occasion": request.occasion,
            "tables": request.tables,
            "past_reason": request.past_reason,
            "channel": request.channel,
            "minutes": request.minutes,
            "overrides": request.overrides,
        }
        self.is_proven = True

    def changes(self) -> Iterator[Change | None]:
        """Yield the cheapest change of each kind, where one turns the answer."""
        yield from self._starts()
        yield self._party_size()
        yield self._capacity()
        yield self._relaxed(ChangeKind.ADJACENCY, Relaxation.ADJACENCY)
        yield self._relaxed(ChangeKind.MIN_PARTY, Relaxation.MIN_PARTY)
        yield self._conditions()
        yield self._stay()
        yield self._occasion()
        if self._request.tables:
            # Other tables break none of the rules that the named ones break.
            overrides = without_tables(self._request.overrides)
            yield self._verified(ChangeKind.TABLES, {"tables": (), "overrides": overrides})

    # ---- one kind each

    def _starts(self) -> Iterator[Change | None]:
        compiled, start_us = self._admission.compiled, self._request.start_us
        earlier, later = nearest_first(starts_around(compiled, self._request), start_us)
        for kind, starts in ((ChangeKind.EARLIER, earlier), (ChangeKind.LATER, later)):
            for each in starts:
                if self._is_admitted(start_us=each):
                    yield self._verified(kind, {"start_us": each})
                    break

    def _party_size(self) -> Change | None:
        largest = self._admission.planner.largest_party
        for party_size in range(min(self._request.party_size - 1, largest), 0, -1):
            if self._is_admitted(party_size=party_size):
                return self._verified(ChangeKind.PARTY_SIZE, {"party_size": party_size})
        return None

    def _capacity(self) -> Change | None:
        facts = capacity_facts(self._refusal)
        if not facts:
            return None
        return self._relaxed(ChangeKind.CAPACITY, Relaxation.CAPACITY, facts)

    def _relaxed(
        self, kind: ChangeKind, relaxation: Relaxation, facts: dict[str, Any] | None = None
    ) -> Change | None:
        admission, request = self._admission, self._request
        if not binds(admission.compiled, relaxation, request.party_size):
            return None
        relaxed = admission.relaxed((*request.relax, relaxation))
        plain = attrs.evolve(request, start=request.start, relax=())
        if not relaxed.admits(plain):
            self.is_proven = self.is_proven and relaxed.is_search_proven(plain)
            return None
        relax = (*request.relax, relaxation)
        return self._verified(kind, {"relax": relax}, facts)

    def _conditions(self) -> Change | None:
        must = self._request.must
        named = [
            (kind, value) for kind in must.kinds for value in sorted(getattr(must, kind), key=str)
        ]
        for kind, value in named:
            # One of several features may be enough; of the other kinds, a table needs one value.
            values = {value} if kind == "features" else getattr(must, kind)
            fewer = attrs.evolve(must, **{kind: getattr(must, kind) - values})
            if self._is_admitted(must=fewer):
                dropped = {kind: sorted(map(str, values))}
                return self._verified(ChangeKind.CONDITIONS, {"must": fewer}, {"dropped": dropped})
        if len(named) > 1 and self._is_admitted(must=ANY_TABLE):
            dropped = must.values_of(must.kinds)
            return self._verified(ChangeKind.CONDITIONS, {"must": ANY_TABLE}, {"dropped": dropped})
        return None

    def _stay(self) -> Change | None:
        bounds = shorter_stays(self._admission, self._request)
        if bounds is None:
            return None
        minutes = longest_stay(*bounds, lambda minutes: self._is_admitted(minutes=minutes))
        if minutes is None:
            return None
        return self._verified(ChangeKind.STAY, {"minutes": minutes}, {"minutes": minutes})

    def _occasion(self) -> Change | None:
        service = self._admission.compiled.calendar.find_service(self._request.start_us)
        if service is None:
            return None
        for occasion in service.period.occasions:
            if occasion != self._request.occasion and self._is_admitted(occasion=occasion):
                changed = {"occasion": occasion}
                return self._verified(ChangeKind.OCCASION, changed, {"occasion": occasion})
        return None

    # ---- trying out

    def _is_admitted(self, **changed: Any) -> bool:
        if self._probes >= MAX_PROBES:
            self.is_proven = False
            return False
        self._probes += 1
        party = Inquiry(**self._asked | changed)
        is_admitted = self._admission.admits(party)
        if not is_admitted and self.is_proven:
            self.is_proven = self._admission.is_search_proven(party)
        return is_admitted

    def _verified(
        self, kind: ChangeKind, changed: dict[str, Any], facts: dict[str, Any] | None = None
    ) -> Change | None:
        """Return the change if a quote with it is a yes."""
        request = _with(self._request, changed)
        admission, asked = self._admission, request
        if request.relax:
            # A guest may not lift rules, but may learn what would turn the answer.
            admission = admission.relaxed(request.relax)
            asked = attrs.evolve(request, start=request.start, relax=())
        answer = admission.admit(asked)
        assert not isinstance(answer, Need), _ALL_LOADED
        if isinstance(answer, Refusal):
            if any(reason.code is Code.SEARCH_LIMIT_REACHED for reason in answer.reasons):
                self.is_proven = False
            return None
        timezone = self._admission.compiled.house.restaurant.timezone
        return Change(kind, request, answer.plan.tables, facts or {}, timezone=timezone)


def _with(request: BookingRequest, changed: dict[str, Any]) -> BookingRequest:
    if "start_us" in changed:
        # attrs.evolve passes the start through its converter, which wants a datetime.
        changed = {name: each for name, each in changed.items() if name != "start_us"} | {
            "start": from_micros(changed["start_us"])
        }
    else:
        changed = {"start": request.start, **changed}
    return attrs.evolve(request, **changed)
