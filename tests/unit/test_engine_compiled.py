"""Compiled houses: what is compiled again after an edit, and how much an engine keeps."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Code,
    CountedIds,
    Desk,
    Engine,
    Floor,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    sketch_floor,
)
from fourtop.engine.compiled_house import CompiledHouses
from fourtop.model.planning_rules import Planning
from fourtop.model.table import Position
from fourtop.planner import planner as planner_module
from fourtop.ports import Scope, Store
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, booked, held, open_desk, party_size

CLIQUE = 26
EDITS = 5


def clique() -> Floor:
    """Twenty-six tables for two, each joined with each."""
    joins = [f"{one}-{other}" for one in range(CLIQUE) for other in range(one + 1, CLIQUE)]
    return sketch_floor({str(number): 2 for number in range(CLIQUE)}, joins=joins)


def note(desk: Desk, text: str, table_id: str = "1") -> None:
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(table_id), notes=text))
    )


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Floor]:
    """The floors for which a planner was made, in order."""
    floors: list[Floor] = []
    good = planner_module.Planner.__init__

    def noted(planner: Any, floor: Floor, *args: Any, **more: Any) -> None:
        floors.append(floor)
        good(planner, floor, *args, **more)

    monkeypatch.setattr(planner_module.Planner, "__init__", noted)
    return floors


@pytest.mark.slow
def test_finding_25_an_edit_of_notes_compiles_nothing_and_keeps_little(
    compiled: list[Floor],
) -> None:
    planning = Planning(max_tables=4)
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(clique(), planning=planning))
    assert isinstance(desk.quote(party_size(7)), Quote)
    note(desk, "warm-up")
    assert isinstance(desk.quote(party_size(7)), Quote)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(EDITS):
        note(desk, f"wobbles {number}")
        assert isinstance(desk.quote(party_size(7)), Quote)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(compiled) == 1
    assert (after - before) / EDITS <= 50_000


@pytest.mark.parametrize(
    ("changes", "is_compiled_again"),
    [
        ({"notes": "by the window"}, False),
        ({"section": "Ann's"}, False),
        ({"position": Position(1, 2)}, False),
        ({"capacity": 3}, True),
        ({"min_party": 2}, True),
        ({"max_party": 1}, True),
        ({"category": "bar"}, True),
        ({"seating": "sofa"}, True),
        ({"mobility": "fixed"}, True),
        ({"out_of_service": True}, True),
        ({"active": False}, True),
        ({"features": {"window"}}, True),
        ({"number": "77"}, True),
    ],
)
def test_finding_25_only_facts_that_plans_depend_on_compile_a_planner(
    compiled: list[Floor], changes: dict[str, Any], *, is_compiled_again: bool
) -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)))
    desk.quote(party_size(2))
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), **changes)))
    desk.quote(party_size(2))
    assert len(compiled) == 1 + is_compiled_again


def test_an_engine_on_another_store_takes_over_the_compiled_house(compiled: list[Floor]) -> None:
    house = a_house()
    engine = Engine(MemoryStore(ManualClock(NOW)), ids=CountedIds("n"))
    first = engine.add_restaurant(house)
    other = engine.on_store(MemoryStore(ManualClock(NOW)))
    second = other.add_restaurant(house)
    assert first.book(party_size(2)).id == "n1"
    assert second.find_booking("n1") is None
    assert second.book(party_size(2)).id == "n2"
    assert first.find_booking("n2") is None
    assert len(compiled) == 1


def test_an_engine_on_another_store_may_have_ids_of_its_own() -> None:
    engine = Engine(MemoryStore(ManualClock(NOW)), ids=CountedIds("n"))
    other = engine.on_store(MemoryStore(ManualClock(NOW)), ids=CountedIds("m"))
    assert other.add_restaurant(a_house()).book(party_size(2)).id == "m1"
    assert engine.restaurant_ids() == ()


def test_an_engine_on_another_store_checks_the_house_of_that_store(compiled: list[Floor]) -> None:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(a_house()).book(party_size(2))
    other = engine.on_store(MemoryStore(ManualClock(NOW)))
    small = other.add_restaurant(a_house(sketch_floor({"1": 2})))
    assert small.book(party_size(2)).tables == ("1",)
    with pytest.raises(Refused) as refused:
        small.book(party_size(4))
    assert refused.value.refusal.code is Code.PARTY_NEVER_FITS
    assert [len(floor.tables) for floor in compiled[1:]] == [1]


def test_an_engine_goes_on_a_store_only() -> None:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    with pytest.raises(InvalidInput):
        engine.on_store("sqlite:///pub.db")  # type: ignore[arg-type]  # The error that is tested.


def test_an_engine_goes_into_a_transaction_by_the_store_of_that_transaction() -> None:
    class Hosting(MemoryStore):
        def within(self, connection: object) -> Store:
            return inside if connection == "the transaction" else self

    inside = MemoryStore(ManualClock(NOW))
    engine = Engine(Hosting(ManualClock(NOW)), ids=CountedIds("n"))
    within = engine.within("the transaction")
    assert within.store is inside
    assert within.add_restaurant(a_house()).book(party_size(2)).id == "n1"
    assert engine.restaurant_ids() == ()


def test_a_store_without_transactions_of_a_host_is_refused() -> None:
    with pytest.raises(InvalidInput, match="store: must be a store in a database"):
        Engine(MemoryStore()).within("the transaction")


def test_finding_25_sets_are_compiled_outside_of_the_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore(ManualClock(NOW))
    desk = open_desk(store)
    inside: list[bool] = []
    good = planner_module.Planner.is_seatable

    def noted(planner: planner_module.Planner, *args: Any) -> bool:
        inside.append(bool(store._holders))
        return good(planner, *args)

    monkeypatch.setattr(planner_module.Planner, "is_seatable", noted)
    held(desk, 2)
    desk.edit_floor(lambda floor: floor.without_table("5"))
    held(desk, 2)
    held(desk, 2)
    assert inside
    assert not any(inside)


def test_an_edit_of_the_floor_keeps_the_calendar_and_one_of_the_hours_the_planner(
    store: Store,
) -> None:
    desk = open_desk(store)
    houses = CompiledHouses()
    ask = Scope(desk.restaurant_id)
    first = store.read(ask, houses.get)
    desk.edit_floor(lambda floor: floor.without_table("5"))
    second = store.read(ask, houses.get)
    assert second.calendar is first.calendar
    assert second.planner is not first.planner
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=1))
    third = store.read(ask, houses.get)
    assert third.calendar is not second.calendar
    assert third.planner is second.planner


def test_a_floor_without_tables_is_prepared(store: Store) -> None:
    desk = open_desk(store, a_house(Floor([], zones=[])))
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            held(desk, 2)
        assert caught.value.code is Code.PARTY_NEVER_FITS


# ---- planted faults ------------------------------------------------------------------------------


def test_finding_38_one_answer_counts_each_date_of_a_period(store: Store) -> None:
    """After midnight the night of the day before goes on, and the date has a night of its own."""
    periods = [ServicePeriod("night", "17:00", "02:00", last_seating_minutes=60)]
    rules = (CapacityRule(max_covers=6),)
    desk = open_desk(store, a_house(periods=periods, capacity_rules=rules))
    saturday = FRIDAY + timedelta(days=1)
    booked(desk, 4)
    desk.book(BookingRequest(1, at("19:00", saturday)))
    found = desk.availability(saturday, [2, 3], at="2026-05-02T00:30")
    assert [slot.is_bookable for slot in found.slots] == [True, False]
    assert found.slots[1].refusal is not None
    facts = found.slots[1].refusal.reasons[0].details
    assert (facts["date"], facts["booked"]) == (FRIDAY.isoformat(), 4)
    (usage,) = found.usage
    assert (usage.service_date, usage.booked_covers) == (saturday, 1)


def test_finding_38_an_edit_of_the_planning_rules_counts_at_once(store: Store) -> None:
    desk = open_desk(store)
    assert held(desk, 8).tables == ("3", "4")
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=Planning(max_tables=1)))
    for ask in (lambda: held(desk, 8, "21:00"), lambda: booked(desk, 8, "21:00")):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.code is Code.TOO_MANY_TABLES
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=Planning()))
    assert held(desk, 8, "21:00").tables == ("3", "4")


def test_finding_38_another_engine_sees_an_edit_of_the_planning_rules(store: Store) -> None:
    desk = open_desk(store)
    other = Engine(store).desk("house")
    assert held(other, 8).tables == ("3", "4")
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=Planning(max_tables=1)))
    with pytest.raises(Refused) as caught:
        held(other, 8, "21:00")
    assert caught.value.code is Code.TOO_MANY_TABLES


def test_a_table_that_is_taken_out_of_the_house_too_is_no_reason_of_its_own(store: Store) -> None:
    """The reasons of a refusal depend on why a table is not offered, so an edit of it counts."""
    floor = sketch_floor({"1": 4, "2": 2, "3": 2})
    desk = open_desk(store, a_house(floor), actor=STAFF)

    def codes() -> set[Code]:
        quoted = desk.quote(party_size(4))
        assert isinstance(quoted, Refusal)
        return {reason.code for reason in quoted.reasons}

    def change(**facts: Any) -> None:
        desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), **facts)))

    change(out_of_service=True)
    assert codes() == {Code.TABLE_OUT_OF_SERVICE, Code.ADJACENCY_MISMATCH}
    change(active=False)
    assert codes() == {Code.ADJACENCY_MISMATCH}
    change(out_of_service=False)
    assert codes() == {Code.TABLE_INACTIVE, Code.ADJACENCY_MISMATCH}
