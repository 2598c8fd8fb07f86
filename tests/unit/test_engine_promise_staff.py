"""Promised tables and the staff: moves, swaps, blocks with moves, and steps that are undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    CheckStatus,
    Code,
    Desk,
    Floor,
    KeptApart,
    ManualClock,
    Move,
    NotFound,
    Override,
    Preference,
    Proof,
    Selection,
    sketch_floor,
)
from fourtop.engine import promises
from fourtop.ports import Store
from tests.contract.loading import LoadingStore
from tests.evening import (
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    open_desk,
    party_size,
    snapshot,
    window,
)
from tests.live import refused

# Two tables of two, and two of four.
TABLES = {"1": 2, "2": 2, "3": 4, "4": 4}
BREAKS = Override(Code.TABLES_PROMISED, "The party of p can sit outside.")


def a_desk(store: Store, floor: Floor | None = None) -> Desk:
    return open_desk(store, a_house(floor or sketch_floor(TABLES)), actor=STAFF)


def promise(desk: Desk, booking_id: str, size: int, text: str = "19:00", **how: Any) -> None:
    desk.book(party_size(size, text, **how), tables="later", booking_id=booking_id)


# ---- moves


def test_a_move_leaves_tables_for_a_promised_party(store: Store) -> None:
    desk = a_desk(store)
    booked(desk, 2, tables=["1"], booking_id="a")
    booked(desk, 4, tables=["3"], booking_id="b")
    promise(desk, "p", 4)
    before = snapshot(store, desk)
    refusal = refused(lambda: desk.move([Move("a", ["4"])]))
    assert (refusal.code, refusal.proof) == (Code.TABLES_PROMISED, Proof.NAMED_TABLES)
    assert refusal.reasons[0].details == {"party_size": 2, "promised": ["p"]}
    assert snapshot(store, desk) == before
    (moved,) = desk.move([Move("a", ["4"], overrides=[BREAKS])])
    assert (moved.tables, moved.overrides) == (("4",), (BREAKS,))
    desk.cancel("b")
    # Table 3 is free for the promise now.
    (moved,) = desk.move([Move("a", ["2"], overrides=[BREAKS])])
    assert moved.receipt.unneeded == (Code.TABLES_PROMISED,)


def test_only_the_end_of_a_batch_must_leave_tables(store: Store) -> None:
    desk = a_desk(store)
    booked(desk, 2, tables=["1"], booking_id="a")
    booked(desk, 2, tables=["3"], booking_id="b")
    promise(desk, "p", 4)
    # Table 3 is left, and table 4 is taken.
    desk.move([Move("b", ["2"]), Move("a", ["4"])])
    assert desk.assign("p").tables == ("3",)


def test_one_override_in_a_batch_is_enough_and_is_recorded_where_it_was_given(
    store: Store,
) -> None:
    desk = a_desk(store)
    booked(desk, 2, tables=["1"], booking_id="a")
    booked(desk, 2, tables=["2"], booking_id="b")
    promise(desk, "p", 4)
    moves = [Move("a", ["3"]), Move("b", ["4"], overrides=[BREAKS])]
    one, other = desk.move(moves)
    assert (one.overrides, other.overrides) == ((), (BREAKS,))


def test_a_swap_that_starves_a_promised_party_is_refused(store: Store) -> None:
    desk = a_desk(store)
    booked(desk, 2, "18:00", tables=["3"], booking_id="early")
    booked(desk, 2, "19:45", tables=["1"], booking_id="late")
    booked(desk, 4, "19:45", tables=["4"], booking_id="other")
    promise(desk, "p", 4, "19:30")
    assert desk.swap("early", "late", overrides=[BREAKS])[1].tables == ("3",)
    desk.swap("early", "late")
    assert refused(lambda: desk.swap("early", "late")).code is Code.TABLES_PROMISED


def test_a_promise_at_another_time_does_not_bind_a_move(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 4}))
    booked(desk, 2, "17:00", tables=["1"], booking_id="a")
    promise(desk, "p", 4, "18:30")
    assert desk.move([Move("a", ["2"])])[0].tables == ("2",)


def test_at_the_bound_of_the_search_the_refusal_of_a_move_is_not_proven(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "MAX_NODES", 0)
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 1}))
    booked(desk, 1, tables=["3"], booking_id="a")
    promise(desk, "p1", 2)
    promise(desk, "p2", 2)
    refusal = refused(lambda: desk.move([Move("a", ["2"])]))
    assert (refusal.code, refusal.proof) == (Code.TABLES_PROMISED, Proof.NOT_PROVEN)


def test_the_tables_that_a_refusal_offers_instead_leave_the_promise(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store)
    booked(desk, 4, "18:00", tables=["3"], booking_id="sits")
    booked(desk, 4, "19:45", tables=["3"], booking_id="a")
    promise(desk, "p", 4, "19:45")
    clock.move_to(at("18:00"))
    desk.seat("sits")
    clock.move_to(at("19:45"))
    (reason,) = refused(lambda: desk.seat("a")).reasons
    assert reason.details["alternative"] == []
    desk.cancel("p")
    (reason,) = refused(lambda: desk.seat("a")).reasons
    assert reason.details["alternative"] == ["4"]


# ---- hand-made selections


def test_validation_looks_at_promises_beside_any_other_rule(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    request = party_size(8)
    found = desk.validate(Selection(["3", "4"], request=request))
    assert [each.check for each in found.errors] == ["adjacency", "promises"]
    assert found.errors[1].reasons[0].details["promised"] == ["p"]
    allowed = desk.validate(Selection(["3", "4"], request=request, overrides=[BREAKS]))
    (check,) = [each for each in allowed.checks if each.check == "promises"]
    assert check.status is CheckStatus.WARNING
    (check,) = [
        each
        for each in desk.validate(Selection(["1"], request=party_size(2))).checks
        if each.check == "promises"
    ]
    assert check.status is CheckStatus.OK


def test_validation_warns_of_a_promise_that_a_block_or_an_import_has_broken(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    desk.block(window("19:00", "20:00"), tables=["3"], reason="a leak")
    desk.import_bookings([BookingRow("i", 4, at("19:00"), end=at("20:30"), tables=["4"])])
    refusal = refused(lambda: desk.assign("p"))
    assert refusal.code is Code.TABLES_TAKEN
    for table in ("3", "4"):
        found = desk.validate(Selection([table], booking_id="p"))
        assert not found
        assert "conflict" in [each.check for each in found.errors]


def test_validation_warns_of_a_longer_stay_that_starves_a_promised_party(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 4}))
    booked(desk, 4, "18:00", tables=["2"], booking_id="a")
    promise(desk, "p", 4, "19:45")
    own = Selection(["2"], booking_id="a")
    clock.move_to(at("18:00"))
    desk.seat("a")
    assert desk.validate(own)
    desk.prolong("a", minutes=30)
    assert [each.check for each in desk.validate(own).errors] == ["promises"]


def test_validation_warns_of_a_longer_stay_that_is_too_close_to_another_party(
    store: Store, clock: ManualClock
) -> None:
    floor = attrs.evolve(sketch_floor({"1": 2, "2": 2}), kept_apart=[KeptApart(("1", "2"))])
    desk = a_desk(store, floor)
    booked(desk, 2, "18:00", tables=["1"], booking_id="a")
    booked(desk, 2, "19:45", tables=["2"], booking_id="b")
    clock.move_to(at("18:00"))
    desk.seat("a")
    for booking_id, table in (("a", "1"), ("b", "2")):
        assert desk.validate(Selection([table], booking_id=booking_id))
    desk.prolong("a", minutes=30)
    for booking_id, table in (("a", "1"), ("b", "2")):
        found = desk.validate(Selection([table], booking_id=booking_id))
        assert [each.check for each in found.errors] == ["distance"]


def test_a_very_long_stay_of_another_system_is_validated(store: Store) -> None:
    desk = a_desk(store)
    row = BookingRow("i", 4, at("17:00"), end=at("17:00") + timedelta(hours=20), tables=["3"])
    desk.import_bookings([row])
    assert desk.validate(Selection(["4"], booking_id="i")).tables == ("4",)


# ---- blocks with moves


def test_moves_for_a_block_leave_tables_for_a_promised_party(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 2}))
    by_window = Preference(features=["window"])
    floor = desk.house().floor
    seat = attrs.evolve(floor.get_table("2"), features={"window"})
    desk.edit_floor(lambda floor: floor.with_table(seat))
    desk.book(party_size(2, wish=by_window), booking_id="a")
    desk.move([Move("a", ["1"])])
    # Both would like the table by the window; one of them was promised it.
    promise(desk, "p", 2, must=by_window)
    freed = desk.free_and_block(window("18:00", "22:00"), tables=["1"], reason="paint")
    assert [each.tables for each in freed.moved] == [("3",)]
    assert desk.assign("p").tables == ("2",)


def test_a_block_is_made_though_a_promised_party_has_no_table_then(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2}))
    booked(desk, 2, booking_id="a")
    promise(desk, "p", 2)
    freed = desk.free_and_block(window("18:00", "22:00"), tables=["1"], reason="paint")
    assert [each.tables for each in freed.moved] == [("2",)]
    assert refused(lambda: desk.assign("p")).code is Code.TABLES_TAKEN


# ---- steps that are undone


def test_a_cancelled_party_comes_back_only_beside_the_promises_made_since(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 4}))
    booked(desk, 4, tables=["2"], booking_id="a")
    desk.cancel("a")
    promise(desk, "p", 4)
    before = snapshot(store, desk)
    assert refused(lambda: desk.undo("a")).code is Code.TABLES_PROMISED
    assert snapshot(store, desk) == before
    desk.cancel("p")
    assert desk.undo("a").tables == ("2",)


def test_the_promises_beside_a_cancelled_party_are_loaded_before_it_comes_back() -> None:
    desk = a_desk(LoadingStore(ManualClock(NOW)), sketch_floor({"1": 2, "2": 4}))
    booked(desk, 2, tables=["1"], booking_id="a")
    desk.cancel("a")
    promise(desk, "p", 4)
    assert desk.undo("a").tables == ("1",)


def test_a_cancelled_party_comes_back_only_at_its_distance_from_others(store: Store) -> None:
    floor = attrs.evolve(sketch_floor({"1": 2, "2": 2}), kept_apart=[KeptApart(("1", "2"))])
    desk = a_desk(store, floor)
    booked(desk, 2, tables=["1"], booking_id="a")
    desk.cancel("a")
    booked(desk, 2, tables=["2"], booking_id="b")
    assert refused(lambda: desk.undo("a")).code is Code.TABLES_TOO_CLOSE
    desk.cancel("b")
    assert desk.undo("a").tables == ("1",)


def test_a_party_that_sits_down_again_asks_for_no_promise(store: Store, clock: ManualClock) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 4}))
    booked(desk, 4, "18:00", tables=["2"], booking_id="a")
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("18:30"))
    desk.complete("a")
    promise(desk, "p", 4, "18:45")
    assert desk.undo("a").tables == ("2",)


def test_a_cancelled_party_whose_table_is_gone_stays_cancelled(store: Store) -> None:
    floor = attrs.evolve(sketch_floor(TABLES), kept_apart=[KeptApart(("1", "2"))])
    desk = a_desk(store, floor)
    booked(desk, 4, tables=["3"], booking_id="a")
    desk.cancel("a")
    promise(desk, "p", 4)
    desk.edit_floor(lambda floor: floor.without_table("3"))
    before = snapshot(store, desk)
    with pytest.raises(NotFound):
        desk.undo("a")
    assert snapshot(store, desk) == before
