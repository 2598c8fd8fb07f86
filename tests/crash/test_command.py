"""Staff that are killed by SIGKILL in the middle of a command that changes several bookings.

A swap, a ring or a chain of moves, a block with the moves that free its tables, and an edit of the
house with its repair plan are done as a whole or not at all.
"""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from fourtop import (
    Block,
    Booking,
    Desk,
    Engine,
    House,
    Move,
    Quote,
    RepairPlan,
    Reseating,
    ServicePeriod,
    StaleVersion,
    sketch_floor,
)
from fourtop.ports import Store
from tests.crash.killed_command import (
    FUSES,
    SOME_FUSES,
    Builder,
    Call,
    Task,
    kill,
    open_store,
)
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    party_size,
    rows_of,
    table_rows,
    window,
)

NAMES: Final = ("a", "b", "c")
PINNED: Final = "pinned"
EVENING: Final = window("18:00", "22:00")


# ---- swaps, rings and chains


def swap(desk: Desk, key: str) -> Call:
    return lambda: desk.swap("a", "b", key=key)


def ring(desk: Desk, key: str) -> Call:
    """Return the moves of each party to the table that the next one has now."""
    tables = [desk.get_booking(name).tables for name in NAMES]
    targets = zip(NAMES, [*tables[1:], tables[0]], strict=True)
    moves = [Move(name, target) for name, target in targets]
    return lambda: desk.move(moves, key=key)


def chain(desk: Desk, key: str) -> Call:
    """Return the moves of the first party to the free table, and of each other into its place."""
    tables = [*desk.get_booking(NAMES[0]).tables, *desk.get_booking(NAMES[1]).tables]
    (free,) = {"1", "2", "3", "5"} - {*seats(desk, *NAMES)}
    moves = [Move(name, [table]) for name, table in zip(NAMES, [free, *tables], strict=True)]
    return lambda: desk.move(moves, key=key)


def seats(desk: Desk, *names: str) -> list[str]:
    """Return the table of each party, the same in its booking and in the occupancy."""
    found = []
    for name in names:
        (table,) = desk.get_booking(name).tables
        assert [row[0] for row in rows_of(desk, name)] == [table]
        found.append(table)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("build", [swap, ring, chain], ids=lambda each: each.__name__)
def test_a_command_that_is_killed_moves_all_parties_or_none(url: str, build: Builder) -> None:
    with open_store(url) as store:
        house = a_house(sketch_floor(dict.fromkeys("12345", 4)))
        desk = Engine(store).add_restaurant(house, actor=STAFF)
        for name, table in zip((*NAMES, PINNED), "1234", strict=True):
            booked(desk, 4, tables=[table], booking_id=name)
        desk.pin(PINNED)
        before = ["1", "2", "3", "4"]
        for number, statement in enumerate(FUSES):
            kill(Task(url, build, f"k{number}"), statement)
            after = seats(desk, *NAMES, PINNED)
            is_done = statement is None
            assert (after != before) is is_done, "it has moved all parties or none"
            if build is swap or not is_done:
                # One retry with the key settles it. A ring or a chain names other tables once done.
                again = build(desk, f"k{number}")()
                assert again[0].replayed is is_done
            before = seats(desk, *NAMES, PINNED)
            assert not is_done or before == after
            assert len({*before}) == len(before), "no table is taken twice"
            assert before[-1] == "4", "a pinned party stays"
            assert desk.audit().is_clean


# ---- a block with moves


def free_and_block(desk: Desk, key: str) -> Call:
    return lambda: desk.free_and_block(EVENING, tables=["1", "2"], reason="a leak", key=key)


@pytest.mark.slow
def test_a_block_with_moves_that_is_killed_is_made_with_all_its_moves_or_not_at_all(
    url: str,
) -> None:
    with open_store(url) as store:
        for number, statement in enumerate(SOME_FUSES):
            house = a_house(sketch_floor(dict.fromkeys("1234", 4)), name=f"House {number}")
            desk = Engine(store).add_restaurant(house, actor=STAFF)
            for name, table in zip(NAMES[:2], "12", strict=True):
                booked(desk, 4, booking_id=name)
                assert desk.get_booking(name).tables == (table,)
            kill(Task(url, free_and_block, "k", desk.restaurant_id), statement)
            is_done = statement is None
            made: tuple[Block, ...] = desk.blocks(MONTH)
            assert seats(desk, "a", "b") == (["3", "4"] if is_done else ["1", "2"])
            assert len(made) == is_done
            again = free_and_block(desk, "k")()
            assert again.replayed is is_done
            assert desk.blocks(MONTH) == (again.block,)
            assert made in ((), (again.block,))
            assert seats(desk, "a", "b") == ["3", "4"]
            assert desk.audit().is_clean


# ---- a party with the moves that make room for it


def found_moves(desk: Desk) -> Reseating:
    answer = desk.quote(party_size(6), moves=2)
    assert isinstance(answer, Quote)
    assert answer.reseating is not None
    return answer.reseating


def book_with_moves(desk: Desk, key: str) -> Call:
    moves = found_moves(desk)
    return lambda: desk.book(party_size(6), moves=moves, key=key)


def hold_with_moves(desk: Desk, key: str) -> Call:
    moves = found_moves(desk)
    return lambda: desk.hold(party_size(6), moves=moves, key=key)


def confirm_with_moves(desk: Desk, key: str) -> Call:
    (hold_id,) = {row.owner_id for row in table_rows(desk)} - {"a", "b"}
    return lambda: desk.confirm(hold_id, booking_id="new", key=key)


def _with_room_to_make(store: Store, number: int) -> Desk:
    """Return a house in which a party of six needs the tables of two others."""
    house = a_house(sketch_floor({"1": 2, "2": 4, "3": 6}), name=f"House {number}")
    desk = Engine(store).add_restaurant(house, actor=STAFF)
    for name, size, table in (("b", 4, "3"), ("a", 2, "2")):
        booked(desk, size, booking_id=name)
        if desk.get_booking(name).tables != (table,):
            desk.move([Move(name, [table])])
    return desk


@pytest.mark.slow
@pytest.mark.parametrize(
    "build", [book_with_moves, hold_with_moves], ids=lambda each: each.__name__
)
def test_a_party_that_is_killed_sits_down_with_all_its_moves_or_not_at_all(
    url: str, build: Builder
) -> None:
    with open_store(url) as store:
        for number, statement in enumerate(SOME_FUSES):
            desk = _with_room_to_make(store, number)
            again = build(desk, "k")
            kill(Task(url, build, "k", desk.restaurant_id), statement)
            is_done = statement is None
            assert seats(desk, "a", "b") == (["1", "2"] if is_done else ["2", "3"])
            owners = {row.owner_id for row in table_rows(desk)}
            assert len(owners) == (3 if is_done else 2)
            made = again()
            assert made.replayed is is_done
            assert made.tables == ("3",)
            assert seats(desk, "a", "b") == ["1", "2"]
            assert {row.owner_id for row in table_rows(desk)} == {"a", "b", made.id}
            assert desk.audit().is_clean


@pytest.mark.slow
def test_a_confirmation_that_is_killed_books_or_keeps_the_hold_and_moves_no_one(url: str) -> None:
    with open_store(url) as store:
        for number, statement in enumerate(SOME_FUSES):
            desk = _with_room_to_make(store, number)
            hold = hold_with_moves(desk, "h")()
            kill(Task(url, confirm_with_moves, "k", desk.restaurant_id), statement)
            is_done = statement is None
            assert seats(desk, "a", "b") == ["1", "2"], "the moves of the hold stay"
            owners = {row.owner_id for row in table_rows(desk)}
            assert owners == {"a", "b", "new" if is_done else hold.id}
            assert [each.confirmed for each in desk.confirmations(hold.id)] == [True] * is_done
            made = desk.confirm(hold.id, booking_id="new", key="k")
            assert (made.replayed, made.tables) == (is_done, ("3",))
            assert {row.owner_id for row in table_rows(desk)} == {"a", "b", "new"}
            assert desk.audit().is_clean


# ---- a day plan


def commit_plan(desk: Desk, key: str) -> Call:
    plan = desk.plan_day(FRIDAY, node_budget=100)
    return lambda: desk.commit_day_plan(plan, key=key)


@pytest.mark.slow
def test_a_day_plan_whose_commit_is_killed_moves_all_parties_or_none(url: str) -> None:
    with open_store(url) as store:
        for number, statement in enumerate(SOME_FUSES):
            house = a_house(sketch_floor({"1": 2, "2": 4, "3": 4}), name=f"House {number}")
            desk = Engine(store).add_restaurant(house, actor=STAFF)
            first = desk.block(EVENING, tables=["1", "3"], reason="for a test")
            booked(desk, 2, booking_id="a")
            desk.unblock(first.id)
            booked(desk, 4, tables=["3"], booking_id=PINNED)
            desk.pin(PINNED)
            desk.book(party_size(4), booking_id="b", tables="later")
            plan = desk.plan_day(FRIDAY, node_budget=100)
            assert [each.booking_id for each in plan.moves] == ["a", "b"]
            kill(Task(url, commit_plan, "k", desk.restaurant_id), statement)
            is_done = statement is None
            found = [desk.get_booking(name).tables for name in ("a", "b")]
            assert found == ([("1",), ("2",)] if is_done else [("2",), ()])
            again = desk.commit_day_plan(plan, key="k")
            assert [each.replayed for each in again] == [is_done, is_done]
            assert seats(desk, "a", "b", PINNED) == ["1", "2", "3"]
            assert desk.audit().is_clean


# ---- an edit with its repair plan


def edited(house: House) -> House:
    """Return the house without two tables, and with a last start at half past eight."""
    floor = house.floor.without_table("1").without_table("2")
    period = ServicePeriod("dinner", "17:00", "22:00", last_start="20:30")
    return House(house.restaurant, floor, attrs.evolve(house.policy, periods=[period]))


def edit(desk: Desk, _key: str) -> Call:
    after = edited(desk.house())
    plan = desk.preview(after).repair
    return lambda: desk.replace_house(after, repair=plan)


def taken_by(plan: RepairPlan, bookings: dict[str, Booking]) -> bool:
    """Tell whether the bookings are as a plan says."""
    found = {each.booking_id: each.way_out for each in plan.repairs}
    assert set(found) == set(bookings)
    return all(
        (bookings[name].start, bookings[name].tables) == (way.start, way.tables)
        for name, way in found.items()
    )


@pytest.mark.slow
def test_an_edit_that_is_killed_is_made_with_its_whole_repair_plan_or_not_at_all(url: str) -> None:
    with open_store(url) as store:
        for number, statement in enumerate(SOME_FUSES):
            house = a_house(sketch_floor(dict.fromkeys("12345", 4)), name=f"House {number}")
            desk = Engine(store).add_restaurant(house, actor=STAFF)
            for name, table, text in zip(NAMES, "123", ("19:00", "19:00", "21:00"), strict=True):
                booked(desk, 4, text, tables=[table], booking_id=name)
            present, before = desk.house(), bookings_of(desk)
            again, plan = edit(desk, ""), desk.preview(edited(present)).repair
            kill(Task(url, edit, "", desk.restaurant_id), statement)
            is_done = statement is None
            assert desk.house() == (edited(present) if is_done else present)
            assert taken_by(plan, bookings_of(desk)) is is_done
            assert (bookings_of(desk) == before) is not is_done
            assert desk.audit().is_clean
            if is_done:
                with pytest.raises(StaleVersion):
                    again()
            else:
                again()
            assert desk.house() == edited(present)
            assert taken_by(plan, bookings_of(desk))
            assert desk.get_booking("c").start == at("20:30")
            assert desk.audit().is_clean


def bookings_of(desk: Desk) -> dict[str, Booking]:
    return {each.id: each for each in desk.bookings(MONTH)}
