"""The public strategies draw lawful houses, and requests that a house can answer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop import (
    Engine,
    Floor,
    House,
    ManualClock,
    MemoryStore,
    Quote,
    Refusal,
    dumps_house,
    loads_house,
)
from fourtop.testing.strategies import floors, houses, requests

DAY = date(2026, 10, 24)


@given(house=houses(restaurant_id="a-house", most_tables=4))
@settings(max_examples=25)
def test_drawn_houses_survive_their_document(house: House) -> None:
    assert house.restaurant.id == "a-house"
    assert 1 <= len(house.floor.tables) <= 4
    assert loads_house(dumps_house(house)) == house


@given(data=st.data())
@settings(max_examples=50)
def test_drawn_requests_are_answered(data: st.DataObject) -> None:
    house = data.draw(houses(most_tables=5))
    request = data.draw(requests(house, on=DAY))
    desk = Engine(MemoryStore(ManualClock(datetime(2026, 10, 24, 8, tzinfo=UTC)))).add_restaurant(
        house
    )
    quoted = desk.quote(request)
    assert isinstance(quoted, Quote | Refusal)


@pytest.mark.parametrize("most_tables", [1, 7, 10])
def test_drawn_floors_are_small(most_tables: int) -> None:
    sizes = set()

    @given(floor=floors(most_tables=most_tables))
    @settings(max_examples=20)
    def draw(floor: Floor) -> None:
        sizes.add(len(floor.tables))

    draw()
    assert max(sizes) == most_tables
