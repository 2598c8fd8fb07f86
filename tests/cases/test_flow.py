"""Five flows that an operator checks by hand, on every store."""

from __future__ import annotations

import attrs
import pytest

from fourtop import (
    AllocationsOverlap,
    Code,
    EventType,
    Floor,
    HoldEnded,
    HoldExpired,
    ManualClock,
    Move,
    PolicyDrift,
    Refused,
    TableSnapshot,
    sketch_floor,
)
from fourtop.ports import Changes, Decision, Scope, Store, View
from tests.evening import (
    MONTH,
    a_house,
    booked,
    change,
    held,
    one_table,
    open_desk,
    rows_of,
    snapshot,
    table_rows,
)

# ---- 1: single assignment ------------------------------------------------------------------------


def test_flow_1_single_assignment(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 4)
    confirmed = desk.confirm(hold.id)
    (result,) = desk.confirmations(hold.id)
    assert (result.confirmed, result.booking_id, result.code) == (True, confirmed.id, None)
    assert rows_of(desk, confirmed.id) == [("1", "19:00", "20:30")]
    assert len(desk.allocations(MONTH)) == 1
    assert desk.find_hold(hold.id) is None
    assert desk.audit().is_clean


def test_flow_1_the_row_of_the_table_passes_from_hold_to_booking(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 4)
    (before,) = table_rows(desk)
    booking = desk.confirm(hold.id)
    (after,) = table_rows(desk)
    assert (before.id, before.owner_id, after.owner_id) == (after.id, hold.id, booking.id)


# ---- 2: overlapping windows, one restaurant ------------------------------------------------------


def test_flow_2_overlapping_windows_one_restaurant(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    first = held(desk, 4, tables=["1"])
    with pytest.raises(Refused) as caught:
        held(desk, 4, "20:00", tables=["1"])
    facts = caught.value.refusal.reasons[0].details
    assert facts["constraint"] == "allocations_no_overlap"
    assert "allocations_no_overlap" in str(caught.value)
    (way,) = facts["in_the_way"]
    assert (way["owner_kind"], way["owner_id"], way["table_id"]) == ("hold", first.id, "1")
    assert (way["start"], way["end"]) == ("2026-05-01T19:00:00+00:00", "2026-05-01T20:30:00+00:00")
    assert [row.owner_id for row in table_rows(desk)] == [first.id]


def test_flow_2_touching_windows_both_succeed(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    for text in ("19:00", "20:30", "17:30"):
        held(desk, 4, text, tables=["1"])
    assert len(table_rows(desk)) == 3


def test_flow_2_a_store_refuses_what_nobody_checked(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    first = booked(desk, 4)
    (there,) = table_rows(desk)
    double = attrs.evolve(there, id="other")
    before = snapshot(store, desk)

    def decide(_: View) -> Decision[None]:
        return Decision(None, Changes(added=(double,)))

    with pytest.raises(AllocationsOverlap) as caught:
        store.transact(Scope(desk.restaurant_id), decide)
    assert caught.value.details["constraint"] == "allocations_no_overlap"
    assert (caught.value.in_the_way, caught.value.owner_id) == (there.id, first.id)
    assert snapshot(store, desk) == before


# ---- 3: two restaurants --------------------------------------------------------------------------


def test_flow_3_two_restaurants(store: Store) -> None:
    here = open_desk(store, a_house(one_table(), name="Here"))
    there = open_desk(store, a_house(one_table(), name="There"))
    first = held(here, 4)
    second = held(there, 4)
    assert (first.tables, second.tables) == (("1",), ("1",))
    assert [row.restaurant_id for row in here.allocations(MONTH)] == ["here", "here"]
    assert [row.restaurant_id for row in there.allocations(MONTH)] == ["there", "there"]
    booking = there.confirm(second.id)
    here.release_hold(first.id)
    assert here.bookings(MONTH) == ()
    assert there.bookings(MONTH) == (booking,)
    assert {event.restaurant_id for event in store.events("here")} == {"here"}


def test_flow_3_the_same_ids_in_two_restaurants_are_different_things(store: Store) -> None:
    here = open_desk(store, a_house(name="Here"))
    there = open_desk(store, a_house(name="There"))
    mine = booked(here, 4, booking_id="b1", key="k1")
    theirs = booked(there, 2, booking_id="b1", key="k1")
    here.cancel("b1")
    assert there.get_booking("b1") == theirs
    assert here.get_booking("b1").party_size == mine.party_size


# ---- 4: batch ------------------------------------------------------------------------------------


@pytest.fixture
def fours() -> Floor:
    """Four tables for four."""
    return sketch_floor(dict.fromkeys("1234", 4))


def test_flow_4_batch_two_parties_swap(store: Store, fours: Floor) -> None:
    desk = open_desk(store, a_house(fours))
    one, two = (booked(desk, 4, tables=[number]) for number in "12")
    moved = desk.move([Move(one.id, ["2"]), Move(two.id, ["1"])])
    assert [booking.tables for booking in moved] == [("2",), ("1",)]
    assert rows_of(desk, one.id) == [("2", "19:00", "20:30")]
    assert rows_of(desk, two.id) == [("1", "19:00", "20:30")]
    assert desk.audit().is_clean


def test_flow_4_batch_a_chain_of_three_moves_on(store: Store, fours: Floor) -> None:
    desk = open_desk(store, a_house(fours))
    chain = [booked(desk, 4, tables=[number]) for number in "123"]
    desk.move([Move(booking.id, [number]) for booking, number in zip(chain, "234", strict=True)])
    assert [desk.get_booking(booking.id).tables for booking in chain] == [("2",), ("3",), ("4",)]
    assert desk.audit().is_clean


def test_flow_4_batch_a_ring_of_three_at_different_times(store: Store, fours: Floor) -> None:
    desk = open_desk(store, a_house(fours))
    times = ["19:00", "19:30", "20:00"]
    ring = [
        booked(desk, 4, text, tables=[number]) for text, number in zip(times, "123", strict=True)
    ]
    desk.move([Move(booking.id, [number]) for booking, number in zip(ring, "231", strict=True)])
    assert [desk.get_booking(booking.id).tables for booking in ring] == [("2",), ("3",), ("1",)]


@pytest.mark.parametrize(
    "targets",
    [["2", "2"], ["3", "1"], ["2", "3"]],
    ids=["both to one", "one onto another", "the last onto another"],
)
def test_flow_4_batch_one_that_still_overlaps_at_its_end_changes_nothing(
    store: Store, fours: Floor, targets: list[str]
) -> None:
    desk = open_desk(store, a_house(fours))
    one, two, _three = (booked(desk, 4, tables=[number]) for number in "123")
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.move([Move(one.id, [targets[0]]), Move(two.id, [targets[1]])])
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    assert caught.value.refusal.reasons[0].details["constraint"] == "allocations_no_overlap"
    assert snapshot(store, desk) == before


# ---- 5: confirmation cache -----------------------------------------------------------------------


def test_flow_5_confirmation_cache(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store)
    hold = held(desk, 4)
    first = desk.confirm(hold.id, key="k1")
    assert desk.find_hold(hold.id) is None
    clock.advance(minutes=30)
    before = snapshot(store, desk)
    by_key = desk.confirm(hold.id, key="k1")
    by_hold = desk.confirm(hold.id)
    by_another_key = desk.confirm(hold.id, key="k2")
    assert by_key == by_hold == by_another_key == first
    replays = [each.replayed for each in (first, by_key, by_hold, by_another_key)]
    assert replays == [False, True, True, True]
    assert snapshot(store, desk) == before


def test_flow_5_the_row_holds_tables_and_capacities_and_a_recent_time(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 2}, joins=["1-2"])))
    hold = held(desk, 6)
    clock.advance(seconds=30)
    booking = desk.confirm(hold.id, key="k1")
    (result,) = desk.confirmations(hold.id)
    assert result.tables == (TableSnapshot("1", 4), TableSnapshot("2", 2))
    assert result.checked_at == clock.now
    assert (result.key, result.hold_id, result.booking_id) == ("k1", hold.id, booking.id)
    assert result.rivals == ()


def test_flow_5_a_failed_confirm_leaves_evidence_with_the_conflict(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    rival = booked(desk, 4)
    with pytest.raises(HoldExpired):
        desk.confirm(hold.id, key="k1")
    (result,) = desk.confirmations(hold.id)
    assert (result.confirmed, result.code) == (False, "HOLD_EXPIRED")
    assert result.details == {"hold_id": hold.id, "expired_at": hold.expires_at.isoformat()}
    assert [(each.table_id, each.owner_kind, each.owner_id) for each in result.rivals] == [
        ("1", "booking", rival.id)
    ]
    assert result.tables == (TableSnapshot("1", 4),)


def test_flow_5_a_failed_confirm_changes_nothing_but_its_evidence(store: Store) -> None:
    desk = open_desk(store)
    hold = held(desk, 4)
    desk.release_hold(hold.id)
    before = snapshot(store, desk)
    for _ in range(2):
        with pytest.raises(HoldEnded):
            desk.confirm(hold.id, key="k1")
    assert snapshot(store, desk) == before
    assert [result.confirmed for result in desk.confirmations(hold.id)] == [False, False]


def test_flow_5_a_refusal_is_not_cached(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 2)
    floor = desk.house().floor
    desk.edit_floor(lambda _: one_table(5))
    with pytest.raises(PolicyDrift):
        desk.confirm(hold.id, key="k1")
    desk.edit_floor(lambda _: floor)
    assert not desk.confirm(hold.id, key="k1").replayed
    assert [result.confirmed for result in desk.confirmations(hold.id)] == [False, True]


def test_flow_5_a_confirmation_says_so_in_events_once(store: Store) -> None:
    desk = open_desk(store)
    hold = held(desk, 4)
    for _ in range(3):
        desk.confirm(hold.id)
    kinds = [
        event.type
        for event in store.events(desk.restaurant_id)
        if event.type is not EventType.HOLD_CREATED
    ]
    assert kinds.count(EventType.HOLD_CONFIRMED) == 1
    assert kinds.count(EventType.ASSIGNMENT_SYNC) == 1


def test_flow_5_the_booking_may_move_on_and_the_answer_stays(store: Store) -> None:
    desk = open_desk(store)
    hold = held(desk, 4)
    first = desk.confirm(hold.id)
    desk.reschedule(first.id, change(4, "20:00"))
    assert desk.confirm(hold.id) == first
