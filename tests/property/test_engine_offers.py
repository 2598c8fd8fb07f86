"""Offers are bookable at their version, and their costs grow with demand and with seats taken.

Random houses on half-full evenings, with and without a forecast; as a guest and as staff. The costs
are compared with a calculation minute by minute. On every store.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import pytest

from fourtop import (
    BookingRequest,
    DemandForecast,
    Desk,
    Engine,
    MemoryStore,
    OfferedStart,
    Quote,
    ResourceType,
    StartOffers,
    SteeringMode,
    SteeringPolicy,
    Window,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, STAFF, at
from tests.property.test_engine_explain import a_request, evening, with_conditions

REQUESTS: Final = 400
REQUESTS_OF_A_DATABASE: Final = 20
OF_ONE_EVENING: Final = 20
MINUTE: Final = timedelta(minutes=1)


def a_forecast(draw: random.Random) -> DemandForecast:
    clocks = [f"{hour}:{minute:02}" for hour in (18, 19, 20) for minute in (0, 30)]
    return DemandForecast(
        {"friday": {clock: draw.randint(0, 9) for clock in clocks}},
        stay_minutes=draw.choice([60, 105]),
        lead_shares=draw.choice([{}, {0: 0.3, 360: 0.6, 1440: 1}]),
    )


@pytest.mark.slow
def test_each_offer_is_bookable_and_costs_what_a_calculation_by_minutes_says(store: Store) -> None:
    met: Counter[str] = Counter()
    most = REQUESTS if isinstance(store, MemoryStore) else REQUESTS_OF_A_DATABASE
    for seed in range(1, most // OF_ONE_EVENING + 1):
        draw, house, staff = evening(store, seed)
        guest = Engine(store).desk(house.restaurant.id)
        for number in range(OF_ONE_EVENING):
            desk = guest if number % 2 else staff
            request = with_conditions(draw, house, a_request(draw, hours=(16, 23)))
            forecast = draw.choice([None, a_forecast(draw)])
            policy = SteeringPolicy(draw.choice(list(SteeringMode)), saves_more_than=draw.random())
            found = desk.offers(request, flexible_minutes=45, forecast=forecast, steering=policy)
            _check_starts(desk, request, found)
            _check_shown(found)
            if forecast is not None:
                _check_growth(desk, request, found)
            for each in found.found:
                displaced = _displaced(staff, request.party_size, each, forecast)
                assert each.cost.displaced_covers == pytest.approx(displaced)
            if number % 5 == 0 and found.shown:
                _check_booked(desk, staff, draw.choice(found.shown))
                met["booked"] += 1
            met.update({"wish": found.wish is not None, "other": len(found.found)})
            met.update(refused=len(found.rejected), steered=len(found.steered))
    assert min(met.values()) > 0


def _check_starts(desk: Desk, request: BookingRequest, found: StartOffers) -> None:
    """Compare the starts with a quote of each one on offer."""
    assert found.versions == desk.versions()
    assert found.answer == desk.quote(request)
    assert (found.wish is not None) == isinstance(found.answer, Quote)
    starts = {slot.start for slot in desk.availability(FRIDAY, 1, spots_limit=1).slots}
    near = {each for each in starts if abs(each - request.start) <= 45 * MINUTE} | {request.start}
    bookable = {each for each in near if desk.quote(request.replaced(start=each))}
    assert {each.start for each in found.found} == bookable
    for each in found.found:
        assert each.quote == desk.quote(each.request), f"{each}"
    for no in found.rejected:
        assert no.refusal == desk.quote(no.requests[0]), f"{no}"


def _check_booked(desk: Desk, staff: Desk, offered: OfferedStart) -> None:
    """Book a start that is shown: it has the tables and the stay of its quote."""
    booking = desk.book(offered.request)
    assert booking.tables == offered.quote.plan.tables, f"{offered}"
    assert booking.stay == offered.quote.stay
    staff.cancel(booking.id)


def _check_shown(found: StartOffers) -> None:
    """A free wish is shown, first unless the policy orders by cost; the rest costs less."""
    shown, wish, policy = found.shown, found.wish, found.terms.steering
    assert bool(shown) == bool(found)
    if wish is None:
        return
    assert wish in shown
    assert policy.mode is SteeringMode.ORDER or shown[0] == wish
    for each in found.steered:
        assert each.cost.total < wish.cost.total
        if policy.mode is SteeringMode.ONE_BETTER:
            assert wish.cost.total - each.cost.total > policy.saves_more_than
            assert each == found.cheapest


def _check_growth(desk: Desk, request: BookingRequest, found: StartOffers) -> None:
    """More demand never costs less."""
    forecast = found.terms.forecast
    assert forecast is not None
    more = desk.offers(request, flexible_minutes=45, forecast=forecast.scaled(1.3)).found
    for less, greater in zip(found.found, more, strict=True):
        assert less.cost.total <= greater.cost.total + 1e-9
        assert less.cost.wasted_covers == greater.cost.wasted_covers


def _displaced(
    desk: Desk, party_size: int, offered: OfferedStart, forecast: DemandForecast | None
) -> float:
    """Return the covers that a party displaces; in each slot, minute by minute."""
    stay = offered.quote.stay.occupied
    seats = {table.id: table.capacity for table in desk.house().floor.tables if table.is_offered}
    priced, start = 0.0, stay.start
    while start < stay.end:
        end = min(start + 15 * MINUTE, stay.end)
        busy = {
            row.resource_id
            for row in desk.allocations(Window(start, end))
            if row.resource_type is ResourceType.TABLE and not row.shadow
        }
        taken = sum(seats.get(each, 0) for each in busy)
        share = taken / sum(seats.values())
        if forecast is not None:
            minutes = (end - start) // MINUTE
            coming = sum(_coming(forecast, start + n * MINUTE) for n in range(minutes)) / minutes
            share = min(1.0, (taken + coming) / sum(seats.values())) ** 2
        priced += share * ((end - start) / MINUTE)
        start = end
    return (3 if forecast is None else 2) * party_size * priced / 105


def _coming(forecast: DemandForecast, minute: datetime) -> float:
    """Return the seats that are still expected to be taken in a minute."""
    total = 0.0
    for clock, covers in forecast.starts_on(FRIDAY):
        start = at(f"{clock:%H:%M}")
        if start <= minute < start + forecast.stay_minutes * MINUTE:
            total += covers * forecast.share_to_come((start - NOW) / MINUTE)
    return total


@pytest.mark.slow
def test_costs_never_fall_when_a_further_party_takes_seats(store: Store) -> None:
    fell, grew = 0, 0
    for seed in range(1, 4 if isinstance(store, MemoryStore) else 2):
        draw, house, _ = evening(store, seed)
        desk = Engine(store).desk(house.restaurant.id, actor=STAFF)
        forecast = draw.choice([None, a_forecast(draw)])
        for _ in range(8):
            request, other = (a_request(draw, hours=(17, 21)) for _ in range(2))
            before = _displaced_covers(desk, request, forecast)
            if not desk.quote(other):
                continue
            desk.book(other)
            after = _displaced_covers(desk, request, forecast)
            both = before.keys() & after.keys()
            fell += sum(after[each] < before[each] - 1e-9 for each in both)
            grew += sum(after[each] > before[each] + 1e-9 for each in both)
    assert fell == 0
    assert grew > 0


def _displaced_covers(
    desk: Desk, request: BookingRequest, forecast: DemandForecast | None
) -> dict[datetime, float]:
    found = desk.offers(request, flexible_minutes=60, forecast=forecast)
    return {each.start: each.cost.displaced_covers for each in found.found}


@pytest.mark.slow
def test_an_empty_house_without_demand_costs_nothing(store: Store) -> None:
    seeds = range(100, 110 if isinstance(store, MemoryStore) else 102)
    for seed in seeds:
        draw, house, desk = evening(store, seed)
        for booking in desk.bookings(Window(at("00:00"), at("23:59"))):
            desk.cancel(booking.id)
        for _ in range(10):
            request = with_conditions(draw, house, a_request(draw, hours=(17, 22)))
            forecast = draw.choice([None, DemandForecast({"friday": {"19:00": 0}})])
            found = desk.offers(request, flexible_minutes=60, forecast=forecast)
            assert [each.cost.total for each in found.found] == [0.0] * len(found.found)
