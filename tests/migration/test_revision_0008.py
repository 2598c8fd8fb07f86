"""The floor goes from revision 0008 down to 0007 and up again."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop import Engine, House, Join, ManualClock, Position
from fourtop.storage.sql import downgrade, migrate
from tests.evening import NOW
from tests.migration.place import Place
from tests.migration.rules import without_demand, without_distances
from tests.unit.document_case import FULL

HOUSE: Final = attrs.evolve(
    FULL,
    floor=attrs.evolve(
        FULL.floor,
        tables=[
            attrs.evolve(each, number="A 1", position=Position(1_280, 20))
            if each.id == "b-1"
            else each
            for each in FULL.floor.tables
        ],
        joins=[Join(("t1", "t2"), -2), Join(("t2", "t3"), 1)],
    ),
)


def house_of(place: Place) -> House:
    store = place.store(clock=ManualClock(NOW))
    try:
        return Engine(store).desk("r-1").house()
    finally:
        store.close()


def test_revision_0008_names_the_zone_in_a_number_that_0007_has_once(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    Engine(store).add_restaurant(HOUSE)
    store.close()
    assert house_of(place) == HOUSE

    assert downgrade(place.url, revision="0007")[-1] == "0008"
    assert migrate(place.url)[0] == "0008"
    numbered = [
        attrs.evolve(each, number=HOUSE.floor.labels[each.id]) for each in HOUSE.floor.tables
    ]
    named = attrs.evolve(HOUSE, floor=attrs.evolve(HOUSE.floor, tables=numbered))
    assert house_of(place) == without_demand(without_distances(named))
