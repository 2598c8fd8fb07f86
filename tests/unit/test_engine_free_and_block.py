"""Free and block: a block and the moves that free its tables, in one command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import attrs
import pytest

from fourtop import (
    Booking,
    CapacityRule,
    Code,
    Desk,
    Engine,
    EventType,
    FreedBlock,
    InvalidInput,
    InvalidWindow,
    KeptApart,
    ManualClock,
    Move,
    NotFound,
    Preference,
    Proof,
    Refused,
    Window,
    sketch_floor,
)
from fourtop.engine.commands import free_and_block
from fourtop.ports import Changes, Decision, Scope, Store
from tests.evening import (
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    window,
)

EVENING = window("18:00", "22:00")


def desk_of(store: Store, seats: dict[str, Any], *joins: str, **policy: Any) -> Desk:
    return open_desk(store, a_house(sketch_floor(seats, joins=joins), **policy), actor=STAFF)


def booked_at(desk: Desk, size: int, table_id: str, text: str = "19:00") -> Booking:
    """A booking at a table that it was not promised."""
    booking = booked(desk, size, text)
    if booking.tables != (table_id,):
        (booking,) = desk.move([Move(booking.id, [table_id])])
    return booking


def with_features(desk: Desk, table_id: str, *features: str) -> None:
    desk.edit_floor(
        lambda floor: floor.with_table(
            attrs.evolve(floor.get_table(table_id), features=frozenset(features))
        )
    )


def refused(desk: Desk, **where: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        desk.free_and_block(EVENING, reason="paint", **where)
    return caught.value


def causes(refusal: Refused) -> dict[str, str]:
    found: dict[str, str] = refusal.refusal.reasons[0].details["causes"]
    return found


def test_case_33_a_block_moves_the_bookings_in_its_way(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("1234", 4))
    first, second = booked(desk, 4), booked(desk, 4, "20:30")
    assert (first.tables, second.tables) == (("1",), ("1",))

    freed = desk.free_and_block(EVENING, tables=["1"], reason="paint")

    assert freed.block.tables == ("1",)
    assert [(each.id, each.tables) for each in freed.moved] == [
        (first.id, ("2",)),
        (second.id, ("2",)),
    ]
    assert rows_of(desk, freed.block.id) == [("1", "18:00", "22:00")]
    assert desk.get_booking(first.id) == freed.moved[0]
    (block,) = desk.blocks(EVENING)
    assert (block, block.reason) == (freed.block, "paint")
    kinds = [event.type for event in store.events(desk.restaurant_id)][-3:]
    assert kinds.count(EventType.BLOCK_CREATED) == 1
    assert desk.audit().is_clean


def test_without_bookings_in_its_way_it_is_a_block(store: Store) -> None:
    desk = desk_of(store, {"1": 4, "2": (4, "Terrace")})

    freed = desk.free_and_block(EVENING, zone_id="terrace", reason="rain")
    assert (freed.block.tables, freed.moved) == (("2",), ())
    assert repr(freed).endswith("0 bookings moved>")


def test_a_party_with_conditions_gets_the_table_that_meets_them(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("1234", 4))
    plain = booked_at(desk, 4, "1")
    with_features(desk, "2", "window")
    picky = desk.book(party_size(4, must=Preference(features={"window"})))
    assert picky.tables == ("2",)
    with_features(desk, "4", "window")
    desk.block(EVENING, tables=["3"], reason="broken")
    assert causes(refused(desk, tables=["1", "2"])) == {
        plain.id: "no_tables",
        picky.id: "no_tables",
    }
    (block,) = desk.blocks(EVENING)
    desk.unblock(block.id)

    freed = desk.free_and_block(EVENING, tables=["1", "2"], reason="paint")
    assert {each.id: each.tables for each in freed.moved} == {
        plain.id: ("3",),
        picky.id: ("4",),
    }


def test_the_search_turns_back_where_the_first_choice_leaves_the_next_no_table(
    store: Store,
) -> None:
    # Both sit in the way. The larger one chooses first, and the best of its tables is the only one
    # for the other.
    desk = desk_of(store, {"1": 4, "2": 4, "3": 4, "4": 6})
    large = booked_at(desk, 4, "1")
    small = booked_at(desk, 3, "2")
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.get_table("4"), min_party=4)))

    freed = desk.free_and_block(EVENING, tables=["1", "2"], reason="paint")
    assert {each.id: each.tables for each in freed.moved} == {
        large.id: ("4",),
        small.id: ("3",),
    }
    assert desk.audit().is_clean


def test_who_cannot_be_moved_is_named_with_tables_times_and_causes(
    store: Store, clock: ManualClock
) -> None:
    desk = desk_of(store, dict.fromkeys("123456", 4))
    promised = booked(desk, 4, tables=["1"])
    seated = booked_at(desk, 4, "3", "18:00")
    block = desk.block(window("21:00", "22:00"), tables=["4"], reason="repair")
    movable = booked_at(desk, 4, "5")
    clock.move_to(at("17:55"))
    desk.seat(seated.id)
    before = snapshot(store, desk)

    refusal = refused(desk, tables=["1", "3", "4", "5"])

    assert refusal.code is Code.CANNOT_BE_FREED
    assert causes(refusal) == {
        promised.id: "promised",
        seated.id: "checked_in",
        block.id: "block",
    }
    rows = refusal.refusal.reasons[0].details["in_the_way"]
    assert {(row["table_id"], row["owner_id"]) for row in rows} == {
        ("1", promised.id),
        ("3", seated.id),
        ("4", block.id),
    }
    assert movable.id not in str(refusal)
    assert f"{promised.id} (promised)" in str(refusal)
    assert snapshot(store, desk) == before


def test_a_party_that_was_moved_late_leaves_a_promised_party_its_tables_in_a_house_with_a_cap(
    store: Store, clock: ManualClock
) -> None:
    """The command asks for the party, for its stay with the counts, and for the promise."""
    seats = {"1": 4, "2": 4, "3": 4, "4": 4}
    desk = desk_of(store, seats, capacity_rules=[CapacityRule(max_covers=40)])
    booking = booked_at(desk, 4, "1")
    desk.book(party_size(4, "20:15"), tables="later")
    clock.move_to(at("19:10"))
    desk.move([Move(booking.id, ["2"])])
    other = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    freed = other.free_and_block(window("19:30", "20:30"), tables=["2"], reason="paint")
    assert [each.id for each in freed.moved] == [booking.id]
    assert desk.audit().is_clean


def test_a_party_that_was_moved_late_is_moved_again(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store, dict.fromkeys("1234", 4))
    booking = booked(desk, 4, "18:00")
    clock.move_to(at("18:10"))
    (booking,) = desk.move([Move(booking.id, ["2"])])

    freed = desk.free_and_block(window("19:00", "22:00"), tables=["2"], reason="paint")
    assert freed.moved[0].tables == ("1",)
    assert rows_of(desk, booking.id)[-1] == ("1", "18:10", "19:30")


def test_a_pinned_booking_stays(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("12", 4))
    booking = booked(desk, 4)
    pinned = attrs.evolve(booking, is_pinned=True, version=booking.version + 1)
    store.transact(Scope(desk.restaurant_id), lambda _: Decision(None, Changes(bookings=(pinned,))))

    assert causes(refused(desk, tables=["1"])) == {booking.id: "pinned"}


def test_a_live_hold_stays(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("12", 4))
    hold = held(desk, 4, tables=["1"])

    assert causes(refused(desk, tables=["1"])) == {hold.id: "hold"}


def test_a_dead_hold_ends_once(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store, dict.fromkeys("123", 4))
    held(desk, 4, "18:30", tables=["2"])
    held(desk, 4, "20:30", tables=["1"])
    clock.advance(seconds=601)
    booking = booked_at(desk, 4, "1", "18:30")

    freed = desk.free_and_block(EVENING, tables=["1"], reason="paint")
    assert [each.id for each in freed.moved] == [booking.id]
    assert rows_of(desk, booking.id) == [("2", "18:30", "20:00")]


def test_conditions_go_along(store: Store) -> None:
    desk = desk_of(
        store,
        {"1": {"capacity": 4, "features": {"quiet"}}, "2": 4},
    )
    booking = desk.book(party_size(4, must=Preference(features={"quiet"})))

    assert causes(refused(desk, tables=["1"])) == {booking.id: "no_tables"}


def test_distances_are_kept(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("1234", 4))
    first, second = booked_at(desk, 4, "1"), booked_at(desk, 4, "2")
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=[KeptApart(("3", "4"))]))

    refusal = refused(desk, tables=["1", "2"])
    assert set(causes(refusal)) == {first.id, second.id}
    assert refusal.refusal.proof is Proof.NAMED_TABLES
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=[]))
    freed = desk.free_and_block(EVENING, tables=["1", "2"], reason="paint")
    assert sorted(each.tables for each in freed.moved) == [("3",), ("4",)]


def test_a_search_that_meets_its_bound_is_not_proven(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_and_block, "MAX_NODES", 1)
    desk = desk_of(store, dict.fromkeys("1234", 4))
    for table_id in "12":
        booked_at(desk, 4, table_id)

    assert refused(desk, tables=["1", "2"]).refusal.proof is Proof.NOT_PROVEN


def test_a_booking_outside_the_hours_of_today_stays(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("12", 4))
    booking = booked(desk, 4, "18:00")
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=["2026-05-01"]))

    assert causes(refused(desk, tables=["1"])) == {booking.id: "no_tables"}


def test_a_command_under_the_same_key_is_replayed(store: Store) -> None:
    desk = desk_of(store, dict.fromkeys("12", 4))
    booked(desk, 4)
    made = desk.free_and_block(EVENING, tables=["1"], reason="paint", key="k")
    before = snapshot(store, desk)

    again = desk.free_and_block(EVENING, tables=["1"], reason="paint", key="k")
    assert isinstance(again, FreedBlock)
    assert (again, again.replayed, made.replayed) == (made, True, False)
    assert snapshot(store, desk) == before


def test_bad_input_changes_nothing(store: Store) -> None:
    desk = desk_of(store, {"1": 4})
    booked(desk, 4)
    before = snapshot(store, desk)
    past = Window(NOW - timedelta(hours=2), NOW)

    for fault, how in bad_calls(past):
        with pytest.raises(fault):
            desk.free_and_block(**{"window": EVENING, "reason": "paint", **how})
    assert snapshot(store, desk) == before


def bad_calls(past: Window) -> Iterator[tuple[type[Exception], dict[str, Any]]]:
    yield InvalidInput, {}
    yield InvalidInput, {"tables": ["1"], "zone_id": "main"}
    yield InvalidInput, {"tables": ["1"], "reason": ""}
    yield InvalidInput, {"tables": ["1"], "window": "tonight"}
    yield NotFound, {"tables": ["9"]}
    yield InvalidWindow, {"tables": ["1"], "window": past}


def test_more_than_100_bookings_are_too_many_for_one_command(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_and_block, "MAX_MOVES", 3)
    desk = desk_of(store, dict.fromkeys("12", 4))
    for table_id, text in product("12", ("17:00", "18:30", "20:00")):
        booked(desk, 4, text, tables=[table_id])

    with pytest.raises(InvalidInput, match=r"^window: must have at most 3 bookings in its way"):
        desk.free_and_block(EVENING, tables=["1", "2"], reason="paint")
