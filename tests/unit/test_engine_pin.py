"""Pins never move: no write of the public API gives a pinned party other tables."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import attrs
import pytest

from fourtop import (
    BookingChange,
    BookingRow,
    DayMove,
    Desk,
    Floor,
    FourtopError,
    ManualClock,
    Move,
    Override,
    Policy,
    ServicePeriod,
    WalkIn,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    window,
)
from tests.unit.test_writes import WRITES

Call = Callable[[Desk], object]

# The pinned party sits at table 3 from seven o'clock, and another one at table 4.
FLOOR: Final = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4, "5": 8}, joins=["3-4-5"])
PINNED: Final = "p"
OTHER: Final = "o"
BOTH: Final = [Move(PINNED, ["4"]), Move(OTHER, ["3"])]
EARLY: Final = [ServicePeriod("dinner", "12:00", "22:00", last_start="18:45")]
ANY_RULE: Final = [
    Override(code, "Our choice") for code in ("PARTY_ABOVE_MAXIMUM", "TOO_MANY_TABLES")
]


def out_of_service(floor: Floor) -> Floor:
    tables = [attrs.evolve(each, out_of_service=each.id == "3") for each in floor.tables]
    return attrs.evolve(floor, tables=tables)


def closed_early(policy: Policy) -> Policy:
    return attrs.evolve(policy, periods=EARLY)


def edited_floor(desk: Desk) -> object:
    plan = desk.preview(floor=out_of_service).repair
    return desk.edit_floor(out_of_service, repair=plan)


def edited_policy(desk: Desk) -> object:
    plan = desk.preview(policy=closed_early).repair
    return desk.edit_policy(closed_early, repair=plan)


def replaced_house(desk: Desk) -> object:
    house = desk.house()
    after = attrs.evolve(house, floor=out_of_service(house.floor))
    return desk.replace_house(after, repair=desk.preview(after).repair)


def confirmed_elsewhere(desk: Desk) -> object:
    return desk.confirm(held(desk, 4, tables=["5"]).id, booking_id=PINNED)


def confirmed_after_a_replacement(desk: Desk) -> object:
    hold = desk.replace_hold(held(desk, 4).id, party_size(4, tables=["5"]))
    return desk.confirm(hold.id, booking_id=PINNED)


def imported(desk: Desk) -> object:
    row = BookingRow(PINNED, 4, at("19:00"), end=at("20:30"), tables=["5"])
    return desk.import_bookings([row])


def planned_elsewhere(desk: Desk) -> object:
    """Commit a plan of the day that moves the party all the same."""
    plan = desk.plan_day(FRIDAY, node_budget=50)
    party = desk.get_booking(PINNED)
    start_us = party.stay.dining.start_us
    move = DayMove(PINNED, party.version, party.party_size, start_us, ("3",), ("5",))
    return desk.commit_day_plan(attrs.evolve(plan, moves=[move]))


TRIES: Final[dict[str, tuple[Call, ...]]] = {
    "assign": (
        lambda desk: desk.assign(PINNED, ["5"]),
        lambda desk: desk.assign(PINNED, overrides=ANY_RULE),
    ),
    "block": (lambda desk: desk.block(window("18:00", "22:00"), tables=["3"], reason="paint"),),
    "book": (
        lambda desk: desk.book(party_size(4, tables=["3"])),
        lambda desk: desk.book(party_size(8, tables=["3", "4"])),
    ),
    "cancel": (lambda desk: desk.cancel(PINNED),),
    "commit_day_plan": (
        lambda desk: desk.commit_day_plan(desk.plan_day(FRIDAY, node_budget=50)),
        planned_elsewhere,
    ),
    "complete": (lambda desk: desk.complete(PINNED),),
    "confirm": (confirmed_elsewhere,),
    "edit_floor": (
        lambda desk: desk.edit_floor(lambda floor: floor.without_table("3")),
        edited_floor,
    ),
    "edit_policy": (edited_policy,),
    "free_and_block": (
        lambda desk: desk.free_and_block(window("18:00", "22:00"), tables=["3"], reason="paint"),
        lambda desk: desk.free_and_block(window("18:00", "22:00"), tables=["4"], reason="paint"),
    ),
    "import_bookings": (imported,),
    "move": (
        lambda desk: desk.move([Move(PINNED, ["5"])]),
        lambda desk: desk.move([Move(PINNED, ["3", "5"], overrides=ANY_RULE)]),
        lambda desk: desk.move(BOTH),
    ),
    "no_show": (lambda desk: desk.no_show(PINNED),),
    "pin": (lambda desk: desk.pin(PINNED),),
    "prolong": (lambda desk: desk.prolong(PINNED, minutes=30),),
    "replace_hold": (confirmed_after_a_replacement,),
    "replace_house": (replaced_house,),
    "reschedule": (
        lambda desk: desk.reschedule(PINNED, BookingChange(tables=["5"])),
        lambda desk: desk.reschedule(PINNED, BookingChange(tables=())),
        lambda desk: desk.reschedule(PINNED, BookingChange(party_size=8)),
        lambda desk: desk.reschedule(PINNED, BookingChange(party_size=2, start=at("18:00"))),
    ),
    "resize": (
        lambda desk: desk.resize(PINNED, 8),
        lambda desk: desk.resize(PINNED, 2),
    ),
    "seat": (lambda desk: desk.seat(PINNED),),
    "swap": (
        lambda desk: desk.swap(PINNED, OTHER),
        lambda desk: desk.swap(OTHER, PINNED, overrides=ANY_RULE),
    ),
    "unassign": (lambda desk: desk.unassign(PINNED),),
    "undo": (
        lambda desk: desk.undo(PINNED),
        lambda desk: (desk.cancel(PINNED), desk.undo(PINNED)),
    ),
    "walk_in": (lambda desk: desk.walk_in(WalkIn(4, tables=["3"])),),
}
# These name neither a booking with tables nor tables.
ELSEWHERE: Final = {
    *("clear_shadows", "close_slot", "open_slot", "release_slot", "reserve_slot"),
    *("edit_restaurant", "extend_hold", "hold", "release_hold", "unblock"),
    *("join_waitlist", "leave_waitlist", "offer"),
}


# The writes that change the tables of a booking without a pin.
MOVING: Final = {
    *("commit_day_plan", "edit_floor", "free_and_block", "move", "replace_house", "reschedule"),
    *("swap", "unassign"),
}


def test_every_write_is_tried_on_a_pinned_party() -> None:
    assert {*TRIES, *ELSEWHERE, "unpin"} == set(WRITES)


def opened(store: Store, name: str) -> Desk:
    desk = open_desk(store, a_house(FLOOR, name=name), actor=STAFF)
    parties = [booked(desk, 4, booking_id=booking_id).tables for booking_id in (PINNED, OTHER)]
    assert parties == [("3",), ("4",)]
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("now", ["12:00", "19:05"])
def test_no_write_moves_a_pinned_party(store: Store, clock: ManualClock, now: str) -> None:
    desks = {method: opened(store, method) for method in TRIES}
    for desk in desks.values():
        desk.pin(PINNED)
    clock.move_to(at(now))
    for method, desk in desks.items():
        if now != "12:00":
            desk.seat(PINNED)
        for call in TRIES[method]:
            with suppress(FourtopError):
                call(desk)
            booking = desk.get_booking(PINNED)
            assert (booking.tables, booking.is_pinned) == (("3",), True), method
            assert {table for table, *_ in rows_of(desk, PINNED)} <= {"3"}, method
        assert desk.audit().is_clean, method


@pytest.mark.slow
def test_without_the_pin_the_same_writes_move_the_party(store: Store) -> None:
    moved = set()
    for method, calls in TRIES.items():
        for number, call in enumerate(calls):
            desk = opened(store, f"{method} {number}")
            with suppress(FourtopError):
                call(desk)
            if desk.get_booking(PINNED).tables != ("3",):
                moved.add(method)
    assert moved == MOVING
