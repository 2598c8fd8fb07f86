"""The floor goes from revision 0008 down to 0007 and up again."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop import Engine, Floor, House, Join, ManualClock, Position, Table, Zone
from fourtop.storage.sql import downgrade, migrate
from tests.evening import NOW, a_house
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


WEST: Final = "Upstairs dining room, west"
EAST: Final = "Upstairs dining room, east"
LONG: Final = "Round table by the window, seat number"
# The number of a table in both zones, with the numbers in the west and in the east of 0007.
NUMBERS: Final = (
    ("4", "4", f"{WEST}/4", f"{EAST}/4"),
    # Revision 0007 compares numbers as the floor does, and not only the letters of ASCII.
    ("É", "é", f"{WEST}/É", f"{EAST}/é"),
    (f"{LONG} 1", f"{LONG} 1", f"Upstairs/{LONG} 1", f"Upstairs2/{LONG} 1"),
    (f"{LONG} 2", f"{LONG} 2", f"Upstairs/{LONG} 2", f"Upstairs2/{LONG} 2"),
    (f"{LONG} 1 and 2 x x", f"{LONG} 1 and 2 x x", f"/{LONG} 1 and 2 x", f"2/{LONG} 1 and 2 x"),
)


def house_of(place: Place, restaurant_id: str = "r-1") -> House:
    store = place.store(clock=ManualClock(NOW))
    try:
        return Engine(store).desk(restaurant_id).house()
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


def test_revision_0007_cuts_the_names_of_zones_and_not_the_numbers(place: Place) -> None:
    """Two zones whose names are cut to the same letters still have different numbers."""
    west = [Table(f"w{key}", row[0], 2, "west") for key, row in enumerate(NUMBERS)]
    east = [Table(f"x{key}", row[1], 2, "east") for key, row in enumerate(NUMBERS)]
    tables = [*west, *east, Table("own", "5", 2, "east")]
    zones = [Zone("west", WEST), Zone("east", EAST)]
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    house = a_house(Floor(tables, zones=zones, numbers_unique_in="zone"))
    Engine(store).add_restaurant(house)
    store.close()

    assert downgrade(place.url, revision="0007")[-1] == "0008"
    migrate(place.url)
    found = {each.id: each.number for each in house_of(place, "house").floor.tables}
    assert found == {
        **{f"w{key}": row[2] for key, row in enumerate(NUMBERS)},
        **{f"x{key}": row[3] for key, row in enumerate(NUMBERS)},
        "own": "5",
    }
