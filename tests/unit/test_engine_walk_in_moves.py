"""A party at the door for which later bookings move."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    BookingStatus,
    Code,
    CountedIds,
    Desk,
    InvalidInput,
    KeyReused,
    ManualClock,
    Proof,
    Refused,
    WalkIn,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, party_size, rows_of, snapshot
from tests.unit.reseat_case import THREE, desk_of, in_the_way, reseated, seated_at

FOUR = WalkIn(4)


def soon(desk: Desk, clock: ManualClock) -> None:
    """It is half past six; all tables for four are booked for seven."""
    in_the_way(desk)
    clock.move_to(at("18:30"))


def test_a_party_at_the_door_sits_where_a_later_one_has_moved(
    store: Store, clock: ManualClock
) -> None:
    desk = desk_of(store)
    soon(desk, clock)
    count = len(store.events(desk.restaurant_id))
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.walk_in(FOUR)
    assert caught.value.refusal.proof is Proof.NO_FREE_PLAN
    assert snapshot(store, desk) == before
    walked = desk.walk_in(FOUR, booking_id="door", moves=1, key="k")
    assert (walked.status, walked.tables) == (BookingStatus.CHECKED_IN, ("2",))
    assert [str(each) for each in walked.receipt.moves] == ["two from 2 to 1"]
    assert rows_of(desk, "two") == [("1", "19:00", "20:30")]
    assert rows_of(desk, "door") == [("2", "18:30", "20:00")]
    new = [(each.booking_id, each.type.value) for each in store.events(desk.restaurant_id)[count:]]
    assert sorted(new) == [
        ("door", "capacity.assignment.sync"),
        ("door", "capacity.booking.created"),
        ("two", "capacity.assignment.sync"),
    ]
    assert desk.audit().is_clean


def test_the_same_call_is_replayed_with_its_moves(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    soon(desk, clock)
    walked = desk.walk_in(FOUR, moves=1, key="k")
    clock.move_to(at("18:40"))
    again = desk.walk_in(FOUR, moves=1, key="k")
    assert (again, again.replayed, again.receipt.moves) == (walked, True, walked.receipt.moves)
    with pytest.raises(KeyReused):
        desk.walk_in(FOUR, moves=2, key="k")


def test_a_party_with_free_tables_moves_nobody(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    seated_at(desk, 2, "2", "20:30", booking_id="two")
    clock.move_to(at("18:30"))
    walked = desk.walk_in(FOUR, moves=5)
    assert walked.receipt.moves == ()
    assert desk.get_booking("two").version == 2


def test_parties_that_are_due_do_not_move_for_the_door(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    clock.move_to(at("19:00"))
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.walk_in(FOUR, moves=5)
    assert caught.value.refusal.proof is Proof.NO_RESEATING
    assert caught.value.refusal.reasons[-1].code is Code.NO_RESEATING
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("moves", [-1, 6, 1.5, True, None])
def test_a_wrong_number_of_moves_is_an_invalid_input(
    store: Store, clock: ManualClock, moves: Any
) -> None:
    desk = desk_of(store)
    soon(desk, clock)
    with pytest.raises(InvalidInput) as caught:
        desk.walk_in(FOUR, moves=moves)
    assert caught.value.field == "moves"


def test_the_moves_of_a_quote_are_not_those_of_the_door(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    soon(desk, clock)
    found: Any = reseated(desk, party_size(4, "18:45"))
    with pytest.raises(InvalidInput, match="from 0 to 5"):
        desk.walk_in(FOUR, moves=found)


def test_an_async_desk_moves_for_the_door(clock: ManualClock) -> None:
    async def evening() -> tuple[str, ...]:
        engine = AsyncEngine(AsyncMemoryStore(clock), ids=CountedIds("n"))
        desk = await engine.add_restaurant(a_house(sketch_floor(THREE)), actor=STAFF)
        for size in (4, 2):
            await desk.book(party_size(size))
        first = await desk.walk_in(WalkIn(4), moves=1)
        return first.tables

    clock.move_to(at("18:30"))
    assert asyncio.run(evening())
