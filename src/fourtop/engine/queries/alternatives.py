"""Alternatives: other times, zones, lengths or a split, at the versions of one read.

Each alternative is a request that ``quote`` accepts, so it passes the checks of every command. The
second party of a split is quoted on a view in which the first is booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import allocate
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import released_with
from fourtop.engine.queries.explain import (
    date_around,
    longest_stay,
    missing_around,
    shorter_stays,
    starts_around,
    windows_around,
)
from fourtop.engine.queries.quote import quote
from fourtop.errors import InvalidInput, Refusal
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.alternatives import (
    Alternative,
    AlternativeKind,
    Alternatives,
    AlternativeTerms,
    RejectedAlternative,
)
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.override import without_tables
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros
from fourtop.ports import Need, Supposition, View

# The most ways to split a party that one call tries out, each in two orders.
MOST_SPLITS: Final = 20
# No booking has it: it is not a valid id.
_SUPPOSED: Final = "supposed booking"
_ALL_LOADED: Final = "the windows and counts of every service of the date are loaded"
_KINDS: Final = (
    AlternativeKind.ZONE,
    AlternativeKind.STAY,
    AlternativeKind.SPLIT,
    AlternativeKind.TIME,
)

Tried = Alternative | RejectedAlternative


def query(
    caller: Caller,
    request: BookingRequest,
    terms: AlternativeTerms,
    exclude: str | None = None,
) -> Query[Alternatives]:
    """Build the query.

    Raises:
        InvalidInput: If an argument is of the wrong type, or a party of one asks for a split.
        InvalidIdentifier: If ``exclude`` is malformed.
    """
    check_request(caller, request)
    validators.check_instance("terms", terms, AlternativeTerms)
    if terms.split and request.party_size == 1:
        raise InvalidInput("split", "needs a party of at least 2 people", "1")
    excluded = optional_id("exclude", exclude)
    return Query(
        caller.scope(excluded),
        lambda view, compiled: alternatives(
            Admission(view, compiled, caller.actor, released_with(view, excluded)), request, terms
        ),
        prefetch=partial(windows_around, request),
        name="alternatives",
    )


def alternatives(
    admission: Admission, request: BookingRequest, terms: AlternativeTerms
) -> Alternatives | Need:
    """Return the answer to a request, and the alternatives that were asked for."""
    search = _Search(admission, request, terms)
    need = missing_around(admission, [*starts_around(admission.compiled, request), *search.starts])
    if need is not None:
        return need
    answer = quoted(admission, request)
    tried = [
        each for kind in _KINDS if kind in terms.kinds for each in search.of_kind(kind, answer)
    ]
    found = [each for each in tried if isinstance(each, Alternative)]
    return Alternatives(
        request,
        terms,
        answer,
        tuple(sorted(found, key=lambda each: each.order_key)),
        tuple(each for each in tried if isinstance(each, RejectedAlternative)),
        admission.view.versions,
        timezone=admission.compiled.house.restaurant.timezone,
    )


def quoted(admission: Admission, request: BookingRequest) -> Quote | Refusal:
    """Return the quote of a request; the view covers all services of the date."""
    answer = quote(admission, request)
    assert not isinstance(answer, Need), _ALL_LOADED
    return answer


class _Search:
    """The alternatives to one request."""

    def __init__(
        self, admission: Admission, request: BookingRequest, terms: AlternativeTerms
    ) -> None:
        self._admission = admission
        self._request = request
        self._terms = terms
        # Other tables break none of the rules that the named ones break.
        self._unnamed: dict[str, Any] = {
            "tables": (),
            "overrides": without_tables(request.overrides),
        }
        self._timezone = admission.compiled.house.restaurant.timezone
        self.starts = tuple(self._starts()) if terms.times else ()

    def of_kind(self, kind: AlternativeKind, answer: Quote | Refusal) -> Iterator[Tried]:
        """Try a kind until it has as many alternatives as were asked for."""
        left = self._terms.limit
        for each in self._tried(kind, answer):
            yield each
            left -= isinstance(each, Alternative)
            if not left:
                return

    def _tried(self, kind: AlternativeKind, answer: Quote | Refusal) -> Iterator[Tried]:
        if kind is AlternativeKind.TIME:
            for start_us in self.starts:
                yield self._one(kind, start=from_micros(start_us))
        elif kind is AlternativeKind.ZONE:
            yield from self._zones()
        elif kind is AlternativeKind.SPLIT:
            yield from self._splits()
        elif isinstance(answer, Refusal):
            yield from self._stay()

    # ---- one kind each

    def _starts(self) -> Iterator[int]:
        """Yield the other starts, the nearest first, the earlier one of two."""
        own_us = self._request.start_us
        steps = [each * MICROSECONDS_PER_MINUTE for each in self._terms.minutes]
        find = self._on_offer if self._admission.actor.is_guest else self._in_service
        starts = {start_us for step_us in steps for start_us in find(step_us)}
        yield from sorted(starts, key=lambda each: (abs(each - own_us), each))

    def _on_offer(self, step_us: int) -> Iterator[int]:
        """Yield the last start on offer within a distance, before and after the request."""
        own_us = self._request.start_us
        starts = starts_around(self._admission.compiled, self._request)
        earlier = [each for each in starts if own_us - step_us <= each < own_us]
        later = [each for each in starts if own_us < each <= own_us + step_us]
        yield from (*earlier[:1], *later[-1:])

    def _in_service(self, step_us: int) -> Iterator[int]:
        """Yield the instants at a distance that lie in a service of the date."""
        calendar, own_us = self._admission.compiled.calendar, self._request.start_us
        day = date_around(calendar, own_us)
        for start_us in (own_us - step_us, own_us + step_us):
            service = calendar.find_service(start_us)
            if service is not None and service.date == day:
                yield start_us

    def _zones(self) -> Iterator[Tried]:
        floor, must = self._admission.compiled.house.floor, self._request.must
        named = {floor.get_table(each).zone_id for each in self._request.tables}
        for zone in floor.zones:
            is_excluded = (
                (named and zone.id not in named)
                or (must.zones and zone.id not in must.zones)
                or (must.areas and zone.area not in must.areas)
            )
            if is_excluded:
                there = attrs.evolve(must, zones=[zone.id], areas=())
                yield self._one(AlternativeKind.ZONE, must=there, **self._unnamed)

    def _stay(self) -> Iterator[Tried]:
        bounds = shorter_stays(self._admission, self._request)
        if bounds is None:
            return
        service = self._admission.compiled.calendar.find_service(self._request.start_us)
        assert service is not None, "a stay lies in a service"
        # The house sets how long a party stays at least, even where the end of service is near.
        low, high = max(bounds[0], service.period.min_dwell_minutes), bounds[1]
        if low <= high:
            minutes = longest_stay(low, high, self._may_stay)
            yield self._one(AlternativeKind.STAY, minutes=low if minutes is None else minutes)

    def _may_stay(self, minutes: int) -> bool:
        answer = self._admission.admit(self._request.replaced(minutes=minutes))
        return isinstance(answer, Seating)

    def _splits(self) -> Iterator[Tried]:
        size, largest = self._request.party_size, self._admission.planner.largest_party
        halves = range(size // 2, max(size - largest, 1) - 1, -1)
        for smaller in islice(halves, MOST_SPLITS):
            yield self._split(size - smaller, smaller)

    def _split(self, larger: int, smaller: int) -> Tried:
        """Return a split; the larger party is booked first, or last if only that works."""
        first = self._two(larger, smaller)
        if isinstance(first, Alternative) or larger == smaller:
            return first
        second = self._two(smaller, larger)
        return second if isinstance(second, Alternative) else first

    def _two(self, *sizes: int) -> Tried:
        kind = AlternativeKind.SPLIT
        requests = tuple(self._request.replaced(party_size=each, **self._unnamed) for each in sizes)
        quotes, admission = [], self._admission
        for request in requests:
            answer = quoted(admission, request)
            if isinstance(answer, Refusal):
                return RejectedAlternative(kind, requests, answer, timezone=self._timezone)
            quotes.append(answer)
            admission = _booked(admission, request, answer)
        return _found(
            self._admission, self._request, kind, tuple(zip(requests, quotes, strict=True))
        )

    # ---- answers

    def _one(self, kind: AlternativeKind, **changed: Any) -> Tried:
        request = self._request.replaced(**changed)
        return tried(self._admission, self._request, request, kind)


def tried(
    admission: Admission, asked: BookingRequest, request: BookingRequest, kind: AlternativeKind
) -> Tried:
    """Return a request as an alternative to another one, or its refusal.

    Args:
        admission: The view covers all services of the date.
        asked: The request of the party.
        request: What it can have instead.
        kind: The difference between the two.
    """
    return answered(admission, asked, request, kind, quoted(admission, request))


def answered(
    admission: Admission,
    asked: BookingRequest,
    request: BookingRequest,
    kind: AlternativeKind,
    answer: Quote | Refusal,
) -> Tried:
    """Return what ``tried`` does for a request whose answer is known."""
    if isinstance(answer, Refusal):
        timezone = admission.compiled.house.restaurant.timezone
        return RejectedAlternative(kind, (request,), answer, timezone=timezone)
    return _found(admission, asked, kind, ((request, answer),))


def _found(
    admission: Admission,
    asked: BookingRequest,
    kind: AlternativeKind,
    answers: tuple[tuple[BookingRequest, Quote], ...],
) -> Alternative:
    requests, quotes = zip(*answers, strict=True)
    moved_us = requests[0].start_us - asked.start_us
    stay = admission.find_stay(asked)
    minutes = quotes[0].stay.turn_minutes if stay is None else stay.dining.minutes
    least = min(each.stay.dining.minutes for each in quotes)
    return Alternative(
        kind,
        requests,
        quotes,
        moved_minutes=round(moved_us / MICROSECONDS_PER_MINUTE),
        stay_minutes_lost=max(minutes - least, 0),
        timezone=admission.compiled.house.restaurant.timezone,
    )


def _booked(admission: Admission, request: BookingRequest, answer: Quote) -> Admission:
    """Return the admission as it would be after a request was booked at its quote."""
    view, house = admission.view, admission.compiled.house
    booking = _supposed(view, admission, request, answer)
    invocation = Invocation(house.restaurant.id, "book", _SUPPOSED, admission.actor, None, {})
    owner = (OwnerKind.BOOKING, booking.id)
    placing = allocate(invocation, owner, answer.plan.tables, answer.stay.occupied)
    released = admission.released
    supposed = view.supposing(Supposition(booking, placing.rows, released.owners))
    return Admission(supposed, admission.compiled, admission.actor, released)


def _supposed(view: View, admission: Admission, request: BookingRequest, answer: Quote) -> Booking:
    tables, now_us, actor = answer.plan.tables, view.now_us, admission.actor
    return Booking(
        id=_SUPPOSED,
        restaurant_id=admission.compiled.house.restaurant.id,
        party_size=request.party_size,
        status=BookingStatus.CONFIRMED,
        stay=answer.stay,
        assignment=Assignment(tables, answer.stay.occupied, None, now_us, actor),
        version=1,
        created_us=now_us,
        updated_us=now_us,
        actor=actor,
        must=request.must,
        wish=request.wish,
        occasion=request.occasion,
        channel=request.channel,
        minutes=request.minutes,
    )
