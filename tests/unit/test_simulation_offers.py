"""Simulated guests of a house that steers, and the forecasts that the laboratory makes."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from typing import Any

import attrs
import pytest

from fourtop import (
    Alternative,
    AlternativeTerms,
    BookingRequest,
    BookingRow,
    DemandForecast,
    InvalidInput,
    OfferTerms,
    SteeringPolicy,
    sample,
)
from fourtop.model.alternatives import AlternativeKind
from fourtop.model.service_period import Weekday
from fourtop.simulation import (
    Behaviour,
    Constant,
    Demand,
    Guest,
    TakeByDistance,
    Uniform,
    demand_forecast,
    fit_demand,
    fit_forecast,
    play_evening,
    simulate,
)
from fourtop.simulation.scenario import Scenario
from tests.evening import a_house, at, one_table

GUEST = Guest(1, "web", 2, 0, 0)
EVERY = SteeringPolicy("order")
# Parties of four ask a house of one table for four, one after another.
DEMAND = Demand(2, {4: 1}, {"19:00": 1}, channels={"web": 1}, lead_minutes=Uniform(60, 600))


def an_alternative(minutes: int) -> Alternative:
    request = BookingRequest(2, at("19:00"))
    return Alternative(AlternativeKind.TIME, (request,), (), moved_minutes=minutes)


def alone(behaviour: Behaviour, demand: Demand = DEMAND) -> list[Any]:
    found = simulate(a_house(one_table()), demand, evenings=4, seed=1, behaviour=behaviour)
    return [each.start_us for evening in found for each in evening.visits]


def test_guests_take_a_start_by_its_distance() -> None:
    take = TakeByDistance({30: 0.4, 15: 0.7})
    chances = [take(GUEST, an_alternative(each)) for each in (0, -15, 16, -30, 31)]
    assert chances == [0.7, 0.7, 0.4, 0.4, 0.0]
    assert pickle.loads(pickle.dumps(take)) == take == TakeByDistance([(15, 0.7), (30, 0.4)])  # noqa: S301  # Our own bytes.
    assert repr(take) == "<TakeByDistance 15 minutes 0.7, 30 minutes 0.4>"


@pytest.mark.parametrize(
    ("chances", "rule"),
    [
        ({-1: 0.5}, "must be a whole number from 0 to 1440"),
        ({15: 1.5}, "must have numbers from 0 to 1"),
        ({15: "1"}, "must have numbers from 0 to 1"),
        ([15], "must be a mapping, or pairs"),
    ],
)
def test_wrong_chances_name_the_field_and_the_rule(chances: Any, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^chances: {rule}"):
        TakeByDistance(chances)


def test_offers_without_a_policy_equal_the_nearest_alternatives() -> None:
    take = TakeByDistance({15: 0.7, 30: 0.4})
    common: dict[str, Any] = {"evenings": 1, "seed": 3, "dates": [date(2030, 5, 3)]}
    demand = sample.pub_demand().replaced(requests=30, channels={"web": 1})
    offers, alternatives = (
        simulate(sample.pub(), demand, behaviour=behaviour, **common)
        for behaviour in (
            Behaviour(offers=OfferTerms(30), take=take),
            Behaviour(alternatives=AlternativeTerms((15, 30)), take=take),
        )
    )
    assert offers.evenings == alternatives.evenings
    assert sum(each.alternatives_taken for each in offers) > 0


def test_guests_keep_a_free_wish_unless_they_take_a_start_that_costs_less() -> None:
    expected = DemandForecast({day: {"19:00": 4} for day in Weekday}, stay_minutes=60)
    one = DEMAND.replaced(requests=Constant(1))
    terms = OfferTerms(30, forecast=expected, steering=EVERY)
    kept = alone(Behaviour(offers=terms, take=TakeByDistance({})), one)
    moved = alone(Behaviour(offers=terms), one)
    assert kept == alone(Behaviour(), one)
    # It comes half an hour later, when half of the hour is over.
    assert [after - before for before, after in zip(kept, moved, strict=True)] == [
        30 * 60_000_000
    ] * 4


def test_staff_offer_starts_to_guests_on_the_phone() -> None:
    expected = DemandForecast({day: {"19:00": 4} for day in Weekday}, stay_minutes=60)
    phone = DEMAND.replaced(requests=Constant(1), channels={"phone": 1})
    moved = Behaviour(offers=OfferTerms(30, forecast=expected, steering=EVERY))
    assert alone(moved, phone) != alone(Behaviour(), phone)


def test_a_house_offers_starts_or_alternatives() -> None:
    with pytest.raises(InvalidInput, match=r"^offers: must not be given "):
        Behaviour(offers=OfferTerms(), alternatives=AlternativeTerms())


# ---- forecasts


def test_a_forecast_has_the_covers_that_ask_and_come() -> None:
    demand = Demand(
        10,
        {2: 1, 4: 1},
        {"18:00": 1, "19:00": 3},
        channels={"web": 0.75, "walk_in": 0.25},
        lead_minutes=Uniform(0, 100),
        cancel_share=0.1,
        no_show_share=0.1,
        weekday_factors={"saturday": 2},
    )
    forecast = demand_forecast(demand, a_house())
    assert len(forecast.covers) == 7
    friday = [covers for _, covers in forecast.starts_on(date(2030, 5, 3))]
    assert friday == pytest.approx([10 * 3 * 0.8 / 4, 10 * 3 * 0.8 * 3 / 4])
    saturday = [covers for _, covers in forecast.starts_on(date(2030, 5, 4))]
    assert saturday == pytest.approx([2 * each for each in friday])
    assert forecast.stay_minutes == 90
    shares = [forecast.share_to_come(each) for each in (0, 20, 50, 100, 1_000)]
    assert shares == pytest.approx([0.25, 0.4, 0.625, 1, 1])


def test_a_forecast_leaves_out_days_without_a_service_and_stays_that_are_refused() -> None:
    house = a_house()
    period = attrs.evolve(house.policy.periods[0], weekdays=["friday"])
    closed = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[period]))
    late = Demand(10, {2: 1}, {"22:45": 1})
    forecast = demand_forecast(late, closed)
    assert [day for day, _ in forecast.covers] == [Weekday.FRIDAY]
    assert forecast.stay_minutes == 105


def test_past_bookings_make_the_forecast_of_their_fitted_demand() -> None:
    rows = [
        BookingRow(f"b{number}", 2, datetime(2026, 5, 1 + number, 19), channel="web")
        for number in range(9)
    ]
    house = a_house()
    forecast = fit_forecast(rows, house)
    assert forecast == demand_forecast(fit_demand(rows, house).demand, house)
    assert forecast.starts_on(date(2026, 5, 1)) == ((at("19:00").time(), 2.0),)


def test_a_steered_evening_replays() -> None:
    demand = sample.pub_demand().replaced(channels={"web": 1})
    terms = OfferTerms(30, forecast=demand_forecast(demand, sample.pub()), steering=EVERY)
    scenario = Scenario(sample.pub(), demand, Behaviour(offers=terms))
    assert play_evening(scenario, 1).result == play_evening(scenario, 1).result


def test_a_house_that_moves_bookings_seats_more() -> None:
    demand = DEMAND.replaced(
        requests=12, party_weights={2: 2, 4: 1, 6: 1}, starts={"18:00": 1, "19:00": 2, "20:00": 1}
    )
    plain, moving = (
        simulate(a_house(), demand, evenings=6, seed=2, behaviour=Behaviour(most_moves=moves))
        for moves in (0, 2)
    )
    assert moving.covers.mean > plain.covers.mean


def test_a_wrong_number_of_moves_names_the_field() -> None:
    with pytest.raises(InvalidInput, match=r"^most_moves: must be a whole number from 0 to 5"):
        Behaviour(most_moves=6)
    assert repr(Behaviour(most_moves=2)) == "<Behaviour most_moves>"
