"""Tables that are dragged on the drawn plan: the others keep their places."""

from __future__ import annotations

import attrs
import pytest

from fourtop import Floor, InvalidInput, NotFound, sample, sketch_floor
from fourtop.model.table import Position
from fourtop.operations_page.plan_edits import with_table_at
from fourtop.plotting.floor_plan import drawn_layout


def placed_floor() -> Floor:
    """Four tables in a square of a plan in percent."""
    floor = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4})
    spots = {"1": (10, 10), "2": (90, 10), "3": (10, 90), "4": (90, 90)}
    for table_id, (x, y) in spots.items():
        table = floor.get_table(table_id)
        floor = floor.with_table(attrs.evolve(table, position=Position(x, y, 45)))
    return floor


def position(floor: Floor, table_id: str) -> Position:
    found = floor.get_table(table_id).position
    assert found is not None
    return found


def test_a_dragged_table_gets_its_place_in_the_unit_of_the_plan() -> None:
    floor = placed_floor()
    places = drawn_layout(floor).places
    (left, top), (right, bottom) = places["1"].box.middle, places["4"].box.middle
    moved = with_table_at(floor, "2", (left + right) / 2, (top + bottom) / 2)
    found = position(moved, "2")
    assert [found.x, found.y, found.rotation] == pytest.approx([50, 50, 45])
    assert [position(moved, each) for each in "134"] == [position(floor, each) for each in "134"]


def test_tables_without_places_get_those_at_which_they_are_drawn() -> None:
    floor = sketch_floor({"1": 2, "2": 2, "3": 4}, joins=["1-2"])
    before = drawn_layout(floor).places
    x, y = before["3"].box.middle
    moved = with_table_at(floor, "3", x + 200, y)
    after = drawn_layout(moved).places
    for table_id, by in (("2", 0), ("3", 200)):
        across = after[table_id].box.middle[0] - after["1"].box.middle[0]
        was = before[table_id].box.middle[0] - before["1"].box.middle[0]
        assert across / (was + by) == pytest.approx(1, abs=0.35)


def test_a_table_that_is_dropped_in_another_zone_changes_its_zone() -> None:
    floor = sample.pub().floor
    panel = next(each for each in drawn_layout(floor).panels if each.zone_id == "dining-room")
    x, y = panel.box.middle
    moved = with_table_at(floor, "low-4a", x, y)
    assert moved.get_table("low-4a").zone_id == "dining-room"
    assert floor.get_table("low-4a").zone_id != "dining-room"


def test_a_table_that_is_dragged_on_the_narrow_plan_has_the_places_of_that_plan() -> None:
    floor = sample.pub().floor
    panels = {each.zone_id: each for each in drawn_layout(floor, is_narrow=True).panels}
    x, y = panels["dining-room"].box.middle
    assert with_table_at(floor, "low-4a", x, y).get_table("low-4a").zone_id != "dining-room"
    moved = with_table_at(floor, "low-4a", x, y, is_narrow=True)
    assert moved.get_table("low-4a").zone_id == "dining-room"


def test_a_place_outside_of_all_zones_keeps_the_zone() -> None:
    floor = placed_floor()
    moved = with_table_at(floor, "1", 5_000, 5_000)
    assert moved.get_table("1").zone_id == floor.get_table("1").zone_id
    assert position(moved, "1").x > 100


def test_a_single_table_stands_where_it_was_dropped() -> None:
    moved = with_table_at(sketch_floor({"1": 2}), "1", 70.04, 80)
    assert (position(moved, "1").x, position(moved, "1").y) == (70, 80)


def test_what_is_no_place_is_refused() -> None:
    floor = placed_floor()
    for x in (float("nan"), float("inf"), 1e9):
        with pytest.raises(InvalidInput):
            with_table_at(floor, "1", x, 1)
    with pytest.raises(NotFound):
        with_table_at(floor, "9", 1, 1)
