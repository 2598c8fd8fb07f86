"""What staff do by hand: assign, unassign, swap, pin. Pinned bookings never move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from fourtop import (
    Actor,
    BookingChange,
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    Engine,
    EventType,
    IllegalTransition,
    InvalidIdentifier,
    InvalidInput,
    ManualClock,
    Move,
    NotFound,
    Override,
    Refused,
    StaleVersion,
)
from fourtop.ports import Store
from tests.evening import (
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    table_rows,
)

MANY: Final = (Override("ADJACENCY_MISMATCH", "The family wants the window"),)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(), actor=STAFF)


def waiting(desk: Desk, size: int = 4, booking_id: str = "b1", text: str = "19:00") -> None:
    desk.book(party_size(size, text), tables="later", booking_id=booking_id)


def refused(call: Callable[[], Any]) -> Code:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


# ---- assign --------------------------------------------------------------------------------------


def test_assign_gives_named_tables_and_confirms(desk: Desk, store: Store) -> None:
    waiting(desk)
    given = desk.assign("b1", ["4"])
    assert (given.status, given.tables) == (BookingStatus.CONFIRMED, ("4",))
    assert (given.names_tables, given.version) == (True, 2)
    plan = given.receipt.plan
    assert plan is not None
    assert plan.tables == ("4",)
    assert rows_of(desk, "b1") == [("4", "19:00", "20:30")]
    kinds = [each.type for each in store.events(desk.restaurant_id)][-2:]
    assert kinds == [EventType.BOOKING_STATUS, EventType.ASSIGNMENT_SYNC]
    assert desk.audit().is_clean


def test_assign_without_tables_takes_the_best(desk: Desk) -> None:
    waiting(desk)
    given = desk.assign("b1")
    assert (given.tables, given.names_tables) == (("3",), False)


def test_assign_again_changes_nothing(desk: Desk, store: Store) -> None:
    waiting(desk)
    given = desk.assign("b1", ["4"], key="k1")
    before = snapshot(store, desk)
    assert desk.assign("b1", ["4"]) == desk.assign("b1") == given
    assert desk.assign("b1", ["4"], key="k1").replayed
    with pytest.raises(IllegalTransition):
        desk.assign("b1", ["3"])
    assert snapshot(store, desk) == before


def test_assign_ends_the_holds_of_the_booking_and_those_that_expired(
    desk: Desk, clock: ManualClock
) -> None:
    held(desk, 4, tables=["4"], ttl_seconds=30)
    clock.advance(minutes=1)
    waiting(desk)
    hold = held(desk, 4, tables=["3"], booking_id="b1")
    given = desk.assign("b1", ["3"])
    assert (given.tables, desk.find_hold(hold.id)) == (("3",), None)
    waiting(desk, booking_id="b2")
    assert desk.assign("b2", ["4"]).tables == ("4",)


def test_assign_obeys_the_rules_and_takes_overrides(desk: Desk, store: Store) -> None:
    waiting(desk, 6)
    before = snapshot(store, desk)
    assert refused(lambda: desk.assign("b1", ["2", "3"])) is Code.ADJACENCY_MISMATCH
    assert snapshot(store, desk) == before
    given = desk.assign("b1", ["2", "3"], overrides=MANY)
    assert (given.tables, given.overrides) == (("2", "3"), MANY)
    booked(desk, 6, booking_id="b2", tables=["5"])
    waiting(desk, booking_id="b3")
    assert refused(lambda: desk.assign("b3", ["5"])) is Code.ALLOCATIONS_OVERLAP


def test_assign_counts_the_booking_once(store: Store) -> None:
    rules = [CapacityRule(max_covers=4)]
    desk = open_desk(store, a_house(capacity_rules=rules), actor=STAFF)
    waiting(desk)
    assert desk.assign("b1").status is BookingStatus.CONFIRMED


def test_assign_checks_its_arguments(desk: Desk, store: Store) -> None:
    waiting(desk)
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput):
        guest.assign("b1", ["2", "3"], overrides=MANY)
    with pytest.raises(InvalidInput):
        desk.assign("b1", overrides=MANY)
    with pytest.raises(InvalidInput):
        desk.assign("b1", "34")
    with pytest.raises(InvalidIdentifier):
        desk.assign("", ["3"])
    with pytest.raises(NotFound):
        desk.assign("b9", ["3"])
    with pytest.raises(NotFound):
        desk.assign("b1", ["99"])
    with pytest.raises(StaleVersion):
        desk.assign("b1", ["3"], expected=7)
    assert snapshot(store, desk) == before


def test_a_party_that_is_late_gets_tables_and_one_that_is_over_does_not(
    desk: Desk, clock: ManualClock
) -> None:
    for name in ("b1", "b2"):
        waiting(desk, booking_id=name)
    clock.move_to(at("19:45"))
    assert desk.assign("b1").status is BookingStatus.CONFIRMED
    clock.move_to(at("20:30"))
    assert refused(lambda: desk.assign("b2")) is Code.BOOKING_IN_PAST


# ---- unassign ------------------------------------------------------------------------------------


def test_unassign_takes_the_tables_and_the_booking_waits(desk: Desk, store: Store) -> None:
    booked(desk, 6, booking_id="b1", tables=["3", "4"])
    bare = desk.unassign("b1")
    assert (bare.status, bare.tables) == (BookingStatus.PENDING_ALLOCATION, ())
    assert (bare.names_tables, bare.assignment, bare.version) == (False, None, 2)
    assert desk.get_booking("b1") == bare
    assert table_rows(desk) == ()
    assert store.events(desk.restaurant_id)[-1].data["status"] == "pending_allocation"
    assert desk.audit().is_clean
    before = snapshot(store, desk)
    assert desk.unassign("b1") == bare
    assert snapshot(store, desk) == before
    assert desk.assign("b1").tables == ("5",)


def test_unassign_forgets_the_overrides_of_the_tables(store: Store) -> None:
    rules = [CapacityRule(max_covers=4)]
    desk = open_desk(store, a_house(capacity_rules=rules), actor=STAFF)
    cap = Override("CAPACITY_EXCEEDED", "The mayor")
    desk.book(party_size(6, tables=["2", "3"], overrides=[*MANY, cap]), booking_id="b1")
    assert desk.unassign("b1").overrides == (cap,)


@pytest.mark.parametrize("status", ["cancelled", "checked_in", "completed"])
def test_only_a_confirmed_booking_is_unassigned(
    desk: Desk, clock: ManualClock, status: str
) -> None:
    booked(desk, 4, booking_id="b1")
    clock.move_to(at("19:00"))
    if status == "cancelled":
        desk.cancel("b1")
    else:
        desk.seat("b1")
        if status == "completed":
            desk.complete("b1")
    with pytest.raises(IllegalTransition):
        desk.unassign("b1")


# ---- swap ----------------------------------------------------------------------------------------


def test_swap_changes_the_tables_of_two_bookings_each_at_its_time(desk: Desk) -> None:
    booked(desk, 4, booking_id="b1", tables=["3"])
    booked(desk, 4, "20:00", booking_id="b2", tables=["4"])
    one, two = desk.swap("b1", "b2", key="k1")
    assert (one.tables, two.tables) == (("4",), ("3",))
    assert rows_of(desk, "b1") == [("4", "19:00", "20:30")]
    assert rows_of(desk, "b2") == [("3", "20:00", "21:30")]
    assert desk.swap("b1", "b2", key="k1")[0].replayed
    assert desk.audit().is_clean


def test_a_swap_that_does_not_suit_changes_nothing(desk: Desk, store: Store) -> None:
    booked(desk, 2, booking_id="b1", tables=["1"])
    booked(desk, 4, booking_id="b2", tables=["3"])
    before = snapshot(store, desk)
    assert refused(lambda: desk.swap("b1", "b2")) is Code.PARTY_ABOVE_MAXIMUM
    assert snapshot(store, desk) == before
    squeezed = [Override("PARTY_ABOVE_MAXIMUM", "They are four children")]
    one, two = desk.swap("b1", "b2", overrides=squeezed)
    assert (one.overrides, two.overrides) == ((), tuple(squeezed))
    assert (one.receipt.unneeded, two.receipt.unneeded) == ((Code.PARTY_ABOVE_MAXIMUM,), ())


def test_swap_checks_its_arguments(desk: Desk, store: Store) -> None:
    booked(desk, 4, booking_id="b1", tables=["3"])
    waiting(desk, booking_id="b2")
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    with pytest.raises(InvalidInput, match="second: must be another booking"):
        desk.swap("b1", "b1")
    with pytest.raises(InvalidIdentifier):
        desk.swap("b1", "")
    with pytest.raises(NotFound):
        desk.swap("b1", "b9")
    with pytest.raises(IllegalTransition):
        desk.swap("b1", "b2")
    with pytest.raises(InvalidInput):
        guest.swap("b1", "b2", overrides=MANY)


# ---- pin -----------------------------------------------------------------------------------------


def test_pin_and_unpin_are_recorded_once(desk: Desk, store: Store) -> None:
    booked(desk, 4, booking_id="b1", tables=["3"])
    pinned = desk.pin("b1", key="k1")
    assert (pinned.is_pinned, pinned.version) == (True, 2)
    assert desk.get_booking("b1") == pinned
    event = store.events(desk.restaurant_id)[-1]
    assert (event.type, event.data["is_pinned"]) == (EventType.BOOKING_PINNED, True)
    before = snapshot(store, desk)
    assert desk.pin("b1") == pinned
    assert snapshot(store, desk) == before
    with pytest.raises(StaleVersion):
        desk.unpin("b1", expected=1)
    free = desk.unpin("b1", expected=2)
    assert (free.is_pinned, free.version) == (False, 3)
    assert desk.unpin("b1") == free


def test_only_a_booking_with_tables_is_pinned(desk: Desk) -> None:
    waiting(desk)
    with pytest.raises(IllegalTransition):
        desk.pin("b1")
    with pytest.raises(NotFound):
        desk.pin("b9")


def test_a_pinned_booking_never_moves(desk: Desk, store: Store) -> None:
    booked(desk, 4, booking_id="b1", tables=["3"])
    booked(desk, 4, booking_id="b2", tables=["4"])
    booked(desk, 4, booking_id="b3", tables=["5"])
    desk.pin("b1")
    before = snapshot(store, desk)
    chain = [Move("b2", ["5"]), Move("b3", ["3"]), Move("b1", ["4"])]
    for call in (
        lambda: desk.move([Move("b1", ["5"])]),
        lambda: desk.move(chain),
        lambda: desk.swap("b1", "b2"),
        lambda: desk.swap("b2", "b1"),
        lambda: desk.unassign("b1"),
        lambda: desk.reschedule("b1", BookingChange(tables=["5"])),
        lambda: desk.reschedule("b1", BookingChange(tables=())),
    ):
        assert refused(call) is Code.BOOKING_PINNED
    assert snapshot(store, desk) == before
    assert desk.move([Move("b1", ["3"])])[0].version == 2
    assert desk.cancel("b1").status is BookingStatus.CANCELLED


def test_a_pinned_booking_keeps_its_tables_when_its_time_changes(desk: Desk) -> None:
    booked(desk, 4, booking_id="b1")
    desk.move([Move("b1", ["4"])])
    desk.pin("b1")
    later = desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert (later.tables, later.is_pinned, later.names_tables) == (("4",), True, False)
    booked(desk, 4, "17:00", tables=["4"])
    earlier = BookingChange(start=at("17:30"))
    assert refused(lambda: desk.reschedule("b1", earlier)) is Code.ALLOCATIONS_OVERLAP
    desk.unpin("b1")
    assert desk.reschedule("b1", earlier).tables == ("3",)


def test_a_pin_holds_through_the_evening(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, booking_id="b1", tables=["3"])
    desk.pin("b1")
    clock.move_to(at("19:00"))
    assert desk.seat("b1").is_pinned
    assert refused(lambda: desk.move([Move("b1", ["4"])])) is Code.BOOKING_PINNED
    assert desk.undo("b1").is_pinned
