"""Availability and feeds with the opportunity cost of each start."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import (
    CapacityRule,
    DemandForecast,
    Desk,
    FeedTerms,
    InvalidInput,
    OpportunityCost,
    Slot,
)
from fourtop.engine.opportunity_cost import StartCosts
from fourtop.formats.results import to_data
from fourtop.model.feed import FeedCell
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, booked, one_table, open_desk, party_size

AT_EIGHT = DemandForecast({"friday": {"20:00": 9}}, stay_minutes=90)
SIZES = (2, 4, 7)


@pytest.fixture
def desk(store: Store) -> Desk:
    made = open_desk(store, actor=STAFF)
    booked(made, 4, "18:30")
    booked(made, 6, "19:00")
    return made


def offered_cost(desk: Desk, size: int, start: Any, forecast: DemandForecast | None) -> Any:
    """Return the cost of a start as ``offers`` has it; ``None``: it cannot be booked."""
    request = party_size(size).replaced(start=start)
    wish = desk.offers(request, flexible_minutes=0, forecast=forecast).wish
    return None if wish is None else wish.cost


@pytest.mark.parametrize("forecast", [None, AT_EIGHT])
def test_a_slot_costs_what_the_start_costs_as_an_offer(
    desk: Desk, forecast: DemandForecast | None
) -> None:
    costs = True if forecast is None else forecast
    for text in ("17:00", "19:00", "20:00"):
        for slot in desk.availability(FRIDAY, SIZES, at=at(text), costs=costs).slots:
            expected = offered_cost(desk, slot.party_size, slot.start, forecast)
            assert slot.cost == expected
            assert (slot.cost is not None) == slot.is_bookable


@pytest.mark.parametrize("forecast", [None, AT_EIGHT])
def test_a_cell_costs_what_its_slot_costs(desk: Desk, forecast: DemandForecast | None) -> None:
    costs = True if forecast is None else forecast
    feed = desk.feed(FeedTerms(FRIDAY, 1, SIZES, costs=costs))
    slots = desk.availability(FRIDAY, SIZES, costs=costs).slots
    assert [cell.cost for cell in feed] == [slot.cost for slot in slots]
    assert any(cell.cost is None for cell in feed)
    assert any(cell.cost is not None and cell.cost.total > 0 for cell in feed)


def test_each_date_of_a_feed_has_its_own_demand(desk: Desk) -> None:
    feed = desk.feed(FeedTerms(FRIDAY, 2, 2, costs=AT_EIGHT))
    displaced = {cell.start: cell.cost.displaced_covers for cell in feed if cell.cost is not None}
    assert displaced[at("20:00")] > 0
    # Nothing is expected on Saturday.
    assert {cost for start, cost in displaced.items() if start.date() != FRIDAY} == {0}


def test_each_length_of_a_feed_has_its_own_cost(desk: Desk) -> None:
    cells = desk.feed(FeedTerms(FRIDAY, 1, 2, minutes=[60, 180], costs=True))
    short, long = (cell.cost for cell in cells if cell.start == at("18:00"))
    assert short is not None
    assert long is not None
    assert long.displaced_covers > short.displaced_covers


def test_costs_are_worked_out_on_request_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StartCosts, "__init__", None)
    for costs in ({}, {"costs": None}, {"costs": False}):
        slots = desk.availability(FRIDAY, SIZES, **costs).slots
        assert {slot.cost for slot in slots} == {None}
        terms = FeedTerms(FRIDAY, 1, SIZES, **costs)
        assert {cell.cost for cell in desk.feed(terms)} == {None}


def test_costs_change_nothing_else(desk: Desk) -> None:
    def facts(slots: Any) -> list[tuple[Any, ...]]:
        return [(each.start, each.party_size, each.spots, each.refusal) for each in slots]

    plain, valued = (desk.availability(FRIDAY, SIZES, costs=each).slots for each in (False, True))
    assert facts(plain) == facts(valued)


def test_a_booking_that_is_left_out_costs_nothing(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    own = booked(desk, 4)
    (slot,) = desk.availability(FRIDAY, 4, at=at("19:00"), exclude=own.id, costs=True).slots
    assert slot.cost == OpportunityCost(0, 0, 0)


def test_a_cap_leaves_no_cost(store: Store) -> None:
    desk = open_desk(store, a_house(capacity_rules=[CapacityRule(max_covers=3)]))
    small, large = desk.availability(FRIDAY, [3, 4], at=at("19:00"), costs=True).slots
    assert (small.cost, large.cost) == (OpportunityCost(0, 0, 0), None)


@pytest.mark.parametrize("costs", [1, "yes", object()])
def test_costs_are_a_forecast_or_a_bool(desk: Desk, costs: Any) -> None:
    with pytest.raises(InvalidInput, match="costs: must be a DemandForecast, True or False"):
        desk.availability(FRIDAY, 2, costs=costs)
    with pytest.raises(InvalidInput, match="costs: must be a DemandForecast, True or False"):
        FeedTerms(FRIDAY, 1, 2, costs=costs)


def test_a_cost_is_shown() -> None:
    cost = OpportunityCost(1, 0.25, 80)
    start_us = int(at("19:00").timestamp()) * 1_000_000
    slot = Slot(start_us, "dinner", 2, None, 3, cost=cost)
    assert repr(slot) == "<Slot 2026-05-01T19:00Z party of 2, 3 spots, costs 1.25 covers>"
    cell = FeedCell(start_us, "dinner", 2, 90, 3, 4, cost=cost)
    assert repr(cell) == (
        "<FeedCell 2026-05-01T19:00Z party of 2, 90 minutes, 3 of 4 spots open, costs 1.25 covers>"
    )
    assert to_data(slot)["cost"] == to_data(cost)
    assert to_data(cell)["cost"]["total"] == 1.25
