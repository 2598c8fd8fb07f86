"""Fixed orders of tables: the first free set, whatever the score and the evening say."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import Engine, InvalidInput, ManualClock, MemoryStore, TableOrder, sketch_floor
from fourtop.engine.compiled_house import compile_house
from fourtop.engine.relaxation import unjoined_planner
from fourtop.model.planning_rules import Planning
from fourtop.planner import Planner, PlanRequest
from tests.evening import NOW, a_house, booked
from tests.unit.test_planner_evening import evening_of, floor_of


def orders(order: TableOrder | None, **limits: Any) -> list[list[str]]:
    """The plans of a party of two and of a party of five, in order."""
    floor = floor_of(4, 2, 2, 6, joins=("AB", "BC"))
    planner = Planner(floor, Planning(slack_budget=None), order=order, **limits)
    return [
        ["".join(plan.tables) for plan in planner.plans(PlanRequest(size), 0b1111)]
        for size in (2, 5)
    ]


def test_the_alphabetical_order_is_by_seats_then_by_tables_and_table_order() -> None:
    assert orders(TableOrder.ALPHABETICAL) == [
        # Of equal seats, A comes before the set BC, and D before AB.
        ["B", "C", "A", "BC", "D", "AB", "ABC"],
        ["D", "AB", "ABC"],
    ]


def test_islands_come_before_tables_that_can_be_joined() -> None:
    assert orders(TableOrder.ISLANDS_FIRST) == [
        ["D", "B", "C", "A", "BC", "AB", "ABC"],
        ["D", "AB", "ABC"],
    ]


def test_an_order_changes_no_set_that_a_party_may_have() -> None:
    ranked = orders(None)
    for order in TableOrder:
        assert [sorted(each) for each in orders(order)] == [sorted(each) for each in ranked]


def test_an_order_takes_the_first_free_set_and_leaves_the_evening_out() -> None:
    floor = floor_of(4, 4, 4)
    planner = Planner(floor, Planning(), order=TableOrder.ALPHABETICAL)
    # Table C is the best of the evening: no time beside the stay is lost there.
    evening = evening_of((None, None), (None, None), (120, 210), free=0b110)
    found = planner.best(PlanRequest(4), 0b110, (), lambda: evening)
    assert found is not None
    assert (found.tables, found) == (("B",), planner.best(PlanRequest(4), 0b110))
    ranked = Planner(floor, Planning()).best(PlanRequest(4), 0b110, (), lambda: evening)
    assert ranked is not None
    assert ranked.tables == ("C",)


def test_an_order_needs_compiled_sets() -> None:
    rule = r"^table_order: needs a floor with at most 0 sets of tables \(got alphabetical\)"
    with pytest.raises(InvalidInput, match=rule):
        orders(TableOrder.ALPHABETICAL, max_sets=0)


def test_an_engine_seats_by_the_order_that_it_is_given() -> None:
    house = a_house(sketch_floor({"1": 4, "2": 4, "3": 4}, joins=["1-2"]))
    for order, expected in ((None, "3"), (TableOrder.ALPHABETICAL, "1"), ("islands_first", "3")):
        engine = Engine(MemoryStore(ManualClock(NOW)), table_order=order)  # type: ignore[arg-type]  # Its name will do.
        desk = engine.add_restaurant(house)
        assert booked(desk, 4).tables == (expected,), order


def test_an_edit_of_the_floor_keeps_the_order() -> None:
    clock = ManualClock(NOW)
    desk = Engine(MemoryStore(clock), table_order=TableOrder.ALPHABETICAL).add_restaurant(
        a_house(sketch_floor({"1": 4, "2": 4, "3": 4}, joins=["1-2"]))
    )
    smaller = attrs.evolve(desk.house().floor.tables[1], capacity=3)
    desk.edit_floor(lambda floor: floor.with_table(smaller))
    assert [booked(desk, 3).tables for _ in range(3)] == [("2",), ("1",), ("3",)]


def test_a_wrong_order_names_the_field() -> None:
    with pytest.raises(InvalidInput, match=r"^table_order: must be one of"):
        Engine(MemoryStore(), table_order="random")  # type: ignore[arg-type]  # The wrong name.


def test_a_house_that_does_not_join_keeps_the_order() -> None:
    compiled = compile_house(a_house(), None, TableOrder.ISLANDS_FIRST)
    assert compiled.planner.order is TableOrder.ISLANDS_FIRST
    assert unjoined_planner(compiled, ()).order is TableOrder.ISLANDS_FIRST
    assert (compiled.sees_evening, compile_house(a_house(), None).sees_evening) == (False, True)
