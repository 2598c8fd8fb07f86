"""Each alternative is bookable at its version, and those found are those of brute force.

Brute force asks the desk for a quote of each candidate. A split is booked for real, one request
after the other, and cancelled again. On every store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest

from fourtop import (
    Alternative,
    AlternativeKind,
    Alternatives,
    AlternativeTerms,
    Booking,
    BookingRequest,
    Desk,
    Engine,
    MemoryStore,
    Preference,
    Quote,
    Refusal,
)
from fourtop.ports import Store
from tests.evening import FRIDAY
from tests.property.test_engine_explain import a_request, evening, with_conditions

REQUESTS: Final = 200
REQUESTS_OF_A_DATABASE: Final = 20
OF_ONE_EVENING: Final = 20
MINUTES: Final = (15, 30, 45, 120)
TERMS: Final = AlternativeTerms(MINUTES, limit=20, zones=True, shorter_stay=True, split=True)


@pytest.mark.slow
def test_each_alternative_works_and_no_nearer_one_was_left_out(store: Store) -> None:
    met: Counter[str] = Counter()
    most = REQUESTS if isinstance(store, MemoryStore) else REQUESTS_OF_A_DATABASE
    for seed in range(1, most // OF_ONE_EVENING + 1):
        draw, house, staff = evening(store, seed)
        guest = Engine(store).desk(house.restaurant.id)
        for number in range(OF_ONE_EVENING):
            desk = guest if number % 2 else staff
            request = with_conditions(draw, house, a_request(draw, hours=(16, 23)))
            terms = TERMS if request.party_size > 1 else AlternativeTerms(MINUTES, limit=20)
            answer = desk.alternatives(request, terms)
            _check(desk, request, answer)
            met.update(each.kind.value for each in answer.found)
            met.update(f"no {each.kind.value}" for each in answer.rejected)
    if most == REQUESTS:
        assert set(met) == {"time", "zone", "stay", "split"} | {
            "no time",
            "no zone",
            "no stay",
            "no split",
        }


def _check(desk: Desk, request: BookingRequest, answer: Alternatives) -> None:
    assert answer.answer == desk.quote(request)
    assert answer.versions == desk.versions()
    assert list(answer.found) == sorted(answer.found, key=lambda each: each.order_key)
    starts = {each.start for each in answer.of_kind("time")}
    assert starts == set(_bookable_starts(desk, request)), f"{request}"
    for each in answer.found:
        if each.kind is not AlternativeKind.SPLIT:
            assert each.quotes == (desk.quote(each.request),), f"{each}"
    for no in answer.rejected:
        if no.kind is not AlternativeKind.SPLIT:
            assert no.refusal == desk.quote(no.requests[0]), f"{no}"
    _check_stay(desk, request, answer)
    zones = {zone for each in answer.of_kind("zone") for zone in each.request.must.zones}
    assert AlternativeKind.ZONE not in answer.terms.kinds or zones == set(_zones(desk, request))
    for each in answer.of_kind("split"):
        _check_split(desk, request, each)


def _bookable_starts(desk: Desk, request: BookingRequest) -> Iterator[datetime]:
    slots = desk.availability(FRIDAY, 1, spots_limit=1).slots
    if desk.actor.is_guest:
        starts = {slot.start for slot in slots}
        near = {
            pick(found)
            for minutes in MINUTES
            for found, pick in (
                ([e for e in starts if timedelta() < request.start - e <= _length(minutes)], min),
                ([e for e in starts if timedelta() < e - request.start <= _length(minutes)], max),
            )
            if found
        }
    else:
        near = {request.start + sign * _length(m) for m in MINUTES for sign in (-1, 1)}
        # The evening's other service begins at 23:00, and both belong to the date.
        near = {each for each in near if each.date() == FRIDAY or each.hour < 2}
    for each in near:
        if desk.quote(request.replaced(start=each)):
            yield each


def _length(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _zones(desk: Desk, request: BookingRequest) -> Iterator[str]:
    floor = desk.house().floor
    at_tables = {table.zone_id for table in floor.tables if table.id in request.tables}
    for zone in floor.zones:
        is_open = not request.must.zones or zone.id in request.must.zones
        if is_open and (not at_tables or zone.id in at_tables):
            continue
        must = Preference(zones=[zone.id], features=request.must.features)
        if desk.quote(request.replaced(must=must, tables=())):
            yield zone.id


def _check_stay(desk: Desk, request: BookingRequest, answer: Alternatives) -> None:
    """Check that no minute more would do."""
    for each in answer.of_kind("stay"):
        assert isinstance(answer.answer, Refusal)
        minutes = each.request.minutes
        assert minutes is not None
        assert minutes >= 45
        assert not desk.quote(request.replaced(minutes=minutes + 1))


def _check_split(desk: Desk, request: BookingRequest, split: Alternative) -> None:
    """Book a split and cancel it; the second quote is that after the first booking."""
    booked: list[Booking] = []
    assert sum(each.party_size for each in split.requests) == request.party_size
    for party, told in zip(split.requests, split.quotes, strict=True):
        quoted = desk.quote(party)
        assert isinstance(quoted, Quote)
        assert (quoted.plan, quoted.others) == (told.plan, told.others), f"{split}"
        assert (quoted.stay, quoted.usage) == (told.stay, told.usage), f"{split}"
        booked.append(desk.book(party))
        assert booked[-1].tables == told.plan.tables
    for each in booked:
        desk.cancel(each.id)
