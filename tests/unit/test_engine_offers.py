"""Offers: the starts around a wish, their costs in covers, and the policies of steering."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Code,
    CountedIds,
    DemandForecast,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    NotFound,
    OfferTerms,
    OpportunityCost,
    Planning,
    Quote,
    Refusal,
    StartOffers,
    SteeringMode,
    SteeringPolicy,
    Weights,
    Window,
)
from fourtop.engine import opportunity_cost
from fourtop.engine.opportunity_cost import (
    displaced_by_forecast,
    displaced_by_occupancy,
    price_by_forecast,
    price_by_occupancy,
    seat_minutes,
    slots_of,
)
from fourtop.engine.queries import offers as module
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import (
    NOW,
    a_house,
    at,
    booked,
    one_table,
    open_desk,
    party_size,
    snapshot,
    window,
)

# The house has 18 seats. All these covers ask at 20:00.
AT_EIGHT = DemandForecast({"friday": {"20:00": 9}}, stay_minutes=90)
ORDER = SteeringPolicy("order")


def one_better(saves_more_than: float = 0.3) -> SteeringPolicy:
    return SteeringPolicy("one_better", saves_more_than=saves_more_than)


def clocks(starts: Any) -> list[str]:
    return [each.clock for each in starts]


def the_wish(found: StartOffers) -> OpportunityCost:
    assert found.wish is not None
    return found.wish.cost


# ---- the formulas


def test_prices_follow_the_seats_taken_and_expected() -> None:
    assert price_by_forecast(10, 10, 40) == 0.25
    assert price_by_forecast(30, 90, 40) == 1.0
    assert price_by_occupancy(10, 40) == 0.25
    # Seven slots of 15 minutes, all at the price of 1.
    assert displaced_by_forecast(3, 105) == 6.0
    assert displaced_by_occupancy(3, 105) == 9.0


def test_the_last_slot_of_a_stay_may_be_shorter() -> None:
    assert slots_of(window("19:00", "19:40")) == [
        window("19:00", "19:15"),
        window("19:15", "19:30"),
        window("19:30", "19:40"),
    ]


def test_a_plan_costs_its_score_where_the_house_ranks_by_the_evening(store: Store) -> None:
    desk = open_desk(store)
    three, eight = desk.quote(party_size(3)), desk.quote(party_size(8))
    assert isinstance(three, Quote)
    assert isinstance(eight, Quote)
    # From 17:00 to 19:00 and from 20:30 to 23:00 the tables are idle; table 3 leaves table 4 alone.
    idle = 0.2 * (120 + 150)
    assert seat_minutes(three.plan, three.stay, Weights()) == pytest.approx(
        90 * 1 + 90 * 0.75 + 4 * idle
    )
    assert seat_minutes(eight.plan, eight.stay, Weights()) == pytest.approx(90 * (0 + 1) + 8 * idle)


def test_with_other_weights_a_plan_costs_its_seats_over_and_further_tables() -> None:
    weights = Weights.reference()
    house = a_house(planning=Planning(weights=weights))
    desk = open_desk(MemoryStore(ManualClock(NOW)), house)
    three, eight = desk.quote(party_size(3)), desk.quote(party_size(8))
    assert isinstance(three, Quote)
    assert isinstance(eight, Quote)
    assert seat_minutes(three.plan, three.stay, weights) == 90 * 1
    assert seat_minutes(eight.plan, eight.stay, weights) == 90 * (0 + 1)
    for tables in (["1"], ["2"]):
        booked(desk, 2, tables=tables)
    wish = the_wish(desk.offers(party_size(2), flexible_minutes=0))
    assert wish.wasted_covers == pytest.approx(90 * 2 / 105)


# ---- costs


def test_an_empty_house_without_demand_costs_nothing_at_any_start(store: Store) -> None:
    for forecast in (None, DemandForecast({})):
        found = open_desk(MemoryStore(ManualClock(NOW))).offers(party_size(3), forecast=forecast)
        assert [each.cost.total for each in found.found] == [0.0] * 5
    assert open_desk(store).offers(party_size(3)).found[0].cost == OpportunityCost(0, 0, 0)


def test_a_forecast_sets_the_price_of_each_slot(store: Store) -> None:
    found = open_desk(store).offers(party_size(4, "18:30"), forecast=AT_EIGHT)
    cost = {each.clock: each.cost for each in found.found}
    # It leaves when the others come; or a slot, two slots after that, at half the seats each.
    assert cost["18:30"] == OpportunityCost(0, 0, 0)
    assert cost["18:45"].total == pytest.approx(2 * 4 * 0.25 * 15 / 105)
    assert cost["19:00"].total == pytest.approx(2 * 4 * 0.25 * 30 / 105)
    assert cost["19:00"].demand_percent == pytest.approx(100 * 0.5 * 30 / 90)


def test_without_a_forecast_the_seats_taken_set_the_price(store: Store) -> None:
    desk = open_desk(store)
    booked(desk, 6, "19:00")
    cost = the_wish(desk.offers(party_size(4, "18:30")))
    assert cost.displaced_covers == pytest.approx(3 * 4 * (6 / 18) * 60 / 105)
    assert cost.wasted_covers == 0.0


def test_seats_that_fit_worse_than_in_an_empty_house_are_wasted(store: Store) -> None:
    desk = open_desk(store)
    for tables in (["1"], ["2"]):
        booked(desk, 2, tables=tables)
    found = desk.offers(party_size(2), flexible_minutes=0)
    # Two seats more, for the stay and for the idle time from 17:00 to 23:00; a join each way.
    more = 2 * 90 + 2 * 0.2 * (120 + 150)
    assert the_wish(found).wasted_covers == pytest.approx(more / 105)


def test_a_stay_next_to_another_saves_the_idle_time_beside_it(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "20:30")
    found = desk.offers(party_size(4), flexible_minutes=15)
    wasted = {each.clock: each.cost.wasted_covers for each in found.found}
    # Until 20:30, or with a dead quarter of an hour before; in an empty house 270 minutes are idle.
    assert wasted["19:00"] == pytest.approx(4 * (0.2 * 120 - 0.2 * 270) / 105)
    assert wasted["18:45"] == pytest.approx(4 * (0.2 * 105 + 15 - 0.2 * 270) / 105)


def test_covers_that_have_asked_are_expected_no_longer() -> None:
    clock = ManualClock(NOW)
    desk = open_desk(MemoryStore(clock))
    late = attrs.evolve(AT_EIGHT, lead_shares={0: 0.5, 480: 1})
    request = party_size(4, "20:30")
    full = the_wish(desk.offers(request, forecast=late))
    clock.move_to(at("20:00"))
    half = the_wish(desk.offers(request, forecast=late))
    clock.move_to(at("20:01"))
    none = the_wish(desk.offers(request, forecast=late))
    assert [each.demand_percent for each in (full, half, none)] == pytest.approx(
        [100 * 0.5 * 60 / 90, 100 * 0.25 * 60 / 90, 0]
    )


def test_a_booking_that_is_left_out_takes_no_seats(store: Store) -> None:
    desk = open_desk(store)
    mine = booked(desk, 6)
    assert the_wish(desk.offers(party_size(4))).displaced_covers > 0
    assert the_wish(desk.offers(party_size(4), exclude=mine.id)).total == 0.0


def test_tables_out_of_service_are_no_seats() -> None:
    house = a_house()
    tables = [attrs.evolve(each, out_of_service=each.id != "4") for each in house.floor.tables]
    house = attrs.evolve(house, floor=attrs.evolve(house.floor, tables=tables))
    desk = open_desk(MemoryStore(ManualClock(NOW)), house)
    found = desk.offers(party_size(4), forecast=DemandForecast({"friday": {"19:00": 1}}))
    assert the_wish(found).displaced_covers == pytest.approx(2 * 4 * (1 / 4) ** 2 * 90 / 105)


# ---- starts


def test_all_starts_on_offer_within_the_distance_are_tried(store: Store) -> None:
    desk = open_desk(store)
    found = desk.offers(party_size(4))
    assert clocks(found.found) == ["19:00", "18:45", "19:15", "18:30", "19:30"]
    assert clocks(desk.offers(party_size(4), flexible_minutes=10).found) == ["19:00"]
    beside = desk.offers(party_size(4, "18:50"), flexible_minutes=10)
    assert (beside.wish, clocks(beside.found)) == (None, ["18:45", "19:00"])
    assert clocks(desk.offers(party_size(4, "17:00")).found) == ["17:00", "17:15", "17:30"]


def test_one_call_tries_the_forty_nearest_starts() -> None:
    house = a_house()
    restaurant = attrs.evolve(house.restaurant, reservation_interval_minutes=5)
    desk = open_desk(MemoryStore(ManualClock(NOW)), attrs.evolve(house, restaurant=restaurant))
    found = desk.offers(party_size(4), flexible_minutes=240).found
    assert len(found) == module.MOST_STARTS + 1
    assert max(abs(each.moved_minutes) for each in found) == 100


def test_a_taken_wish_leaves_the_others_and_tells_why(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "18:00")
    found = desk.offers(party_size(4, "19:00"))
    assert isinstance(found.answer, Refusal)
    assert found.wish is None
    assert clocks(found.shown) == ["19:30"]
    assert found.steered == ()
    assert [f"{each.requests[0].start:%H:%M}" for each in found.rejected] == [
        "18:45",
        "19:15",
        "18:30",
    ]
    # After 19:30 the table is idle for 120 minutes; in an empty house, for 270.
    assert round(4 * 0.2 * (120 - 270) / 105, 2) == -1.14
    assert found.explain() == (
        "No start is better for the house than 19:30; the wish itself cannot be booked."
    )
    # At 20:00 the table has been dead for half an hour, and is idle for 90 minutes later.
    assert round(4 * (30 + 0.2 * 90 - 0.2 * 120) / 105, 2) == 0.91
    again = desk.offers(party_size(4, "19:00"), flexible_minutes=60)
    assert again.explain(again.found[-1]) == (
        "20:00 costs 0.91 covers more than the cheapest start; the wish itself cannot be booked."
    )


def test_a_party_that_never_fits_gets_no_start(store: Store) -> None:
    found = open_desk(store).offers(party_size(99))
    assert not found
    assert (found.found, found.cheapest, found.shown) == ((), None, ())
    assert found.explain() == "No start around the wish can be booked."
    assert repr(found) == "<StartOffers 0 starts>"


def test_each_offer_is_bookable_at_its_version_and_reading_changes_nothing(store: Store) -> None:
    desk = open_desk(store)
    booked(desk, 6, "19:15")
    before = snapshot(store, desk)
    found = desk.offers(party_size(4), forecast=AT_EIGHT, steering=ORDER)
    assert snapshot(store, desk) == before
    assert found.versions == desk.versions()
    for each in found.found:
        assert each.quote == desk.quote(each.request)
    best = found.shown[0]
    assert desk.book(best.request).tables == best.quote.plan.tables


def test_an_engine_that_has_not_seen_the_house_gives_the_same_answer(store: Store) -> None:
    desk = open_desk(store)
    booked(desk, 6, "19:15")
    cold = Engine(store).desk(desk.restaurant_id)
    assert cold.offers(party_size(4), forecast=AT_EIGHT) == desk.offers(
        party_size(4), forecast=AT_EIGHT
    )


class _Bounded:
    """An admission where the search for tables ends at its bound."""

    def admit(self, _request: BookingRequest) -> Refusal:
        return Refusal.by_rule(Code.SEARCH_LIMIT_REACHED, party_size=2, limit=1)


def test_tables_waste_nothing_where_no_better_ones_are_known(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(store)
    for tables in (["1"], ["2"]):
        booked(desk, 2, tables=tables)
    assert the_wish(desk.offers(party_size(2))).wasted_covers > 0
    monkeypatch.setattr(opportunity_cost, "in_empty_house", lambda _: _Bounded())
    assert the_wish(desk.offers(party_size(2))).wasted_covers == 0.0


# ---- policies


def crowded(store: Store) -> Desk:
    """Return a desk at which the late starts displace more."""
    desk = open_desk(store)
    booked(desk, 6, "20:00")
    return desk


def test_without_a_policy_the_wish_comes_first_and_then_the_nearest(store: Store) -> None:
    found = crowded(store).offers(party_size(4))
    assert clocks(found.shown) == ["19:00", "18:45", "19:15", "18:30", "19:30"]
    assert found.steered == ()


def test_a_house_may_order_the_starts_by_cost(store: Store) -> None:
    found = crowded(store).offers(party_size(4), steering=ORDER)
    assert clocks(found.shown) == ["18:30", "18:45", "19:00", "19:15", "19:30"]
    assert clocks(found.steered) == ["18:30", "18:45"]


def test_a_house_may_offer_one_start_that_saves_enough(store: Store) -> None:
    desk = crowded(store)
    saved = 3 * 4 * (6 / 18) * 30 / 105
    found = desk.offers(party_size(4), steering=one_better(saved - 0.01))
    assert clocks(found.shown) == ["19:00", "18:30"]
    found = desk.offers(party_size(4), steering=one_better(saved + 0.01))
    assert clocks(found.shown) == ["19:00"]
    cheap = desk.offers(party_size(4, "17:30"), steering=one_better(0))
    assert clocks(cheap.shown) == ["17:30"]


def test_without_the_wish_the_nearest_come_first_or_with_order_the_cheapest(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "18:15")
    expected = DemandForecast({"friday": {"19:00": 3}})
    later: dict[str, Any] = {"flexible_minutes": 60, "forecast": expected}
    near = desk.offers(party_size(4, "19:15"), steering=one_better(), **later)
    assert clocks(near.shown) == clocks(near.found) == ["19:45", "20:00", "20:15"]
    ordered = desk.offers(party_size(4, "19:15"), steering=ORDER, **later)
    assert clocks(ordered.shown) == ["20:15", "20:00", "19:45"]
    assert (near.steered, ordered.steered) == ((), ())


def test_the_sentence_says_why_a_start_is_better_or_worse(store: Store) -> None:
    found = crowded(store).offers(party_size(4))
    by_clock = {each.clock: each for each in found.found}
    assert found.explain() == (
        "18:30 is better for the house than 19:00, by 1.14 covers: 0% of the seats are taken or"
        " expected while the party sits, instead of 11%."
    )
    assert found.explain(by_clock["19:30"]).startswith("19:30 is worse for the house than 19:00")
    assert found.explain(by_clock["19:00"]) == (
        "19:00, the wish, costs 1.14 covers more than the cheapest start."
    )
    even = open_desk(MemoryStore(ManualClock(NOW))).offers(party_size(4))
    assert "is neither better nor worse for the house than" in even.explain(even.found[1])


def test_the_sentence_names_tables_that_waste_more_seats(store: Store) -> None:
    desk = open_desk(store)
    for tables in (["1"], ["2"]):
        booked(desk, 2, "20:30", tables=tables)
    found = desk.offers(party_size(2, "19:15"), flexible_minutes=15)
    assert found.cheapest is not None
    # A two that leaves no idle time before 20:30, and a four.
    spared, lost = -2 * 0.2 * 150, 2 * 90 + 2 * 0.2 * 270
    assert (round(spared / 105, 2), round(lost / 105, 2)) == (-0.57, 2.74)
    assert found.explain().endswith(", and it wastes 3.31 covers less at its tables.")
    wish = found.wish
    assert wish is not None
    assert wish.extra_covers == pytest.approx(wish.cost.total - found.cheapest.cost.total)


def test_a_better_start_may_waste_more_at_its_tables(store: Store) -> None:
    """The early start displaces fewer covers, and leaves more time before the next party."""
    desk = open_desk(store, a_house(one_table(2)))
    booked(desk, 2, "20:30")
    found = desk.offers(party_size(2), forecast=DemandForecast({"friday": {"20:15": 2}}))
    by_clock = {each.clock: each for each in found.found}
    early = found.explain(by_clock["18:30"])
    assert early.startswith("18:30 is better for the house than 19:00, by ")
    assert early.endswith(", but it wastes 0.46 covers more at its tables.")
    assert all(each.cost.wasted_covers < 0 for each in found.found)
    assert min(each.extra_covers for each in found.found) == 0.0
    assert all(": +" in str(each) for each in found.found)


# ---- values


def test_offers_are_read_by_people_and_machines(store: Store) -> None:
    found = crowded(store).offers(party_size(4), steering=one_better(1))
    assert str(found).splitlines() == [
        "2 of 5 starts, costs beyond the cheapest:",
        "- 19:00, as wished, at table 3: +1.14 covers",
        "- 18:30, 30 minutes earlier, at table 3: +0.00 covers",
    ]
    assert repr(found).startswith("<StartOffers 5 starts, 1 offered instead, cheapest 18:30>")
    assert repr(found.found[0]) == "<OfferedStart 19:00, as wished, at table 3: +1.14 covers>"
    assert "<td>19:00</td><td></td><td>3</td><td>+1.14</td><td>1.14</td>" in found._repr_html_()
    data = to_data(found)
    assert data["found"][0]["text"] == "19:00, as wished, at table 3: +1.14 covers"
    cost = data["found"][0]["cost"]
    assert cost["total"] == cost["displaced_covers"] + cost["wasted_covers"]


def test_a_refused_start_is_listed_with_its_reason(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "17:15")
    lines = str(desk.offers(party_size(4), flexible_minutes=30)).splitlines()
    assert lines[-1].startswith("- not 18:30: ")


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"flexible_minutes": 241}, "flexible_minutes: must be a whole number from 0 to 240"),
        ({"forecast": 7}, "forecast: must be of type DemandForecast"),
        ({"steering": "order"}, "steering: must be of type SteeringPolicy"),
        ({"exclude": "no id"}, "exclude"),
    ],
)
def test_wrong_terms_name_the_field_and_the_rule(
    store: Store, terms: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_desk(store).offers(party_size(4), **terms)
    assert message in str(caught.value)


def test_an_unknown_booking_cannot_be_left_out(store: Store) -> None:
    with pytest.raises(NotFound):
        open_desk(store).offers(party_size(4), exclude="nobody")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mode": "force"}, "mode"),
        ({"saves_more_than": -1}, "saves_more_than: must be a number from 0 to 1000"),
    ],
)
def test_a_wrong_policy_names_the_field_and_the_rule(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SteeringPolicy(**fields)
    assert message in str(caught.value)


def test_values_of_steering_have_a_short_repr() -> None:
    assert repr(SteeringPolicy()) == "<SteeringPolicy nothing>"
    assert SteeringPolicy("order").mode is SteeringMode.ORDER
    terms = OfferTerms(forecast=AT_EIGHT, steering=one_better(1))
    assert repr(terms) == "<OfferTerms within 30 minutes, with a forecast, one_better>"
    cost = OpportunityCost(1.2, -0.004, 130)
    assert repr(cost) == (
        "<OpportunityCost 1.20 covers, displaced 1.20, wasted 0.00, 130% of the seats wanted>"
    )


def test_a_service_after_midnight_has_the_forecast_of_its_date() -> None:
    house = a_house()
    period = attrs.evolve(house.policy.periods[0], end="02:00", last_start="01:00")
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[period]))
    desk = Engine(MemoryStore(ManualClock(NOW)), ids=CountedIds("n")).add_restaurant(house)
    night: datetime = at("00:30") + timedelta(days=1)
    forecast = DemandForecast({"friday": {"00:30": 9}, "saturday": {"00:30": 18}})
    found = desk.offers(BookingRequest(4, night), flexible_minutes=0, forecast=forecast)
    assert the_wish(found).demand_percent == pytest.approx(50)
    assert Window(night, night + timedelta(minutes=90)) == found.found[0].quote.stay.dining
