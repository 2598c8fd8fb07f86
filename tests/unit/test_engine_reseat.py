"""Moves of other bookings that make room for a party: quoted, booked, held, refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import pytest

from fourtop import (
    Booking,
    BookingChange,
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    EventType,
    Floor,
    Hold,
    InvalidIdentifier,
    InvalidInput,
    KeyReused,
    ManualClock,
    Move,
    NotFound,
    PlannedMove,
    Preference,
    Proof,
    Quote,
    Refused,
    Reseating,
    SeatingRules,
    StaleVersion,
    Table,
    Versions,
    WalkIn,
    Zone,
    sketch_floor,
)
from fourtop.engine import reseat_problem
from fourtop.formats.results import to_data
from fourtop.planner.reseat_search import find_reseating
from fourtop.ports import Store
from tests.evening import (
    STAFF,
    a_house,
    at,
    at_once,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    table_rows,
    window,
)
from tests.unit.reseat_case import (
    THREE,
    desk_of,
    in_the_way,
    quoted,
    refused,
    reseated,
    seated_at,
)

# ---- quotes


def test_a_quote_shows_the_tables_before_and_after(store: Store) -> None:
    desk = desk_of(store)
    two = in_the_way(desk)
    assert not desk.quote(party_size(4))
    before = snapshot(store, desk)
    answer = quoted(desk, party_size(4), 2)
    assert answer.plan.tables == ("2",)
    assert answer.reseating is not None
    assert answer.reseating.moves == (PlannedMove("two", two.version, ["2"], ["1"]),)
    assert answer.reseating.is_proven
    assert (answer.reseating.versions, answer.versions) == (desk.versions(), desk.versions())
    assert answer.reseating.start == at("19:00")
    assert snapshot(store, desk) == before
    assert "after 1 move" in repr(answer)
    assert "two from 2 to 1" in repr(answer.reseating)
    assert "<td>two</td>" in answer._repr_html_()
    data = to_data(answer)["reseating"]
    assert data["restaurant_id"] == "house"
    assert data["moves"] == [
        {"booking_id": "two", "version": two.version, "before": ["2"], "after": ["1"]}
    ]


def test_a_party_with_free_tables_moves_no_one(store: Store) -> None:
    desk = desk_of(store)
    seated_at(desk, 2, "2")
    assert desk.quote(party_size(4), moves=5) == desk.quote(party_size(4))
    assert quoted(desk, party_size(4), 5).reseating is None
    booking = desk.book(party_size(4), moves=5)
    assert booking.receipt.moves == ()


def test_the_fewest_moves_come_first_then_the_better_score(store: Store) -> None:
    desk = desk_of(store, {"1": 2, "2": 3, "3": 4, "4": 4})
    seated_at(desk, 2, "3", booking_id="a")
    seated_at(desk, 4, "4", booking_id="b")
    found = reseated(desk, party_size(4), 5)
    assert [str(each) for each in found.moves] == ["a from 3 to 1"]


def test_a_chain_of_moves_makes_room(store: Store) -> None:
    desk = desk_of(store, {"1": 2, "2": 4, "3": 6})
    seated_at(desk, 2, "2", booking_id="a")
    seated_at(desk, 4, "3", booking_id="b")
    assert refused(desk, party_size(6), 1).proof is Proof.NO_RESEATING_WITHIN
    found = reseated(desk, party_size(6), 2)
    assert [str(each) for each in found.moves] == ["a from 2 to 1", "b from 3 to 2"]
    booking = desk.book(party_size(6), moves=found)
    assert rows_of(desk, booking.id) == [("3", "19:00", "20:30")]
    assert rows_of(desk, "b") == [("2", "19:00", "20:30")]


def test_a_booking_may_be_left_out(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    answer = desk.quote(party_size(4), exclude="four", moves=1)
    assert isinstance(answer, Quote)
    assert answer.reseating is None
    seated_at(desk, 2, "1", booking_id="last")
    answer = desk.quote(party_size(4), exclude="last", moves=1)
    assert isinstance(answer, Quote)
    assert answer.reseating is not None
    with pytest.raises(NotFound):
        desk.quote(party_size(4), exclude="nobody", moves=1)


# ---- parties that stay


def test_pinned_promised_held_and_seated_parties_never_move(
    store: Store, clock: ManualClock
) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    request = party_size(4)
    assert desk.quote(request, moves=1)
    desk.pin("two")
    assert refused(desk, request, 1).proof is Proof.NO_RESEATING
    desk.unpin("two")
    assert desk.quote(request, moves=1)
    clock.move_to(at("18:55"))
    desk.seat("two")
    assert refused(desk, request, 5).proof is Proof.NO_RESEATING
    desk.undo("two")
    assert desk.quote(request, moves=1)
    desk.cancel("two")
    hold = held(desk, 2, tables=["2"])
    assert refused(desk, request, 1).proof is Proof.NO_RESEATING
    desk.release_hold(hold.id)
    booked(desk, 2, tables=["2"], booking_id="promised")
    assert refused(desk, request, 1).proof is Proof.NO_RESEATING
    desk.cancel("promised")
    desk.block(window("18:00", "22:00"), tables=["2"], reason="a leak")
    assert refused(desk, request, 1).proof is Proof.NO_RESEATING


def test_parties_past_the_notice_of_the_policy_never_move(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store, seating=SeatingRules(reseat_notice_minutes=60))
    in_the_way(desk)
    clock.move_to(at("17:59"))
    found = reseated(desk, party_size(4))
    clock.move_to(at("18:00"))
    assert refused(desk, party_size(4), 1).proof is Proof.NO_RESEATING
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4), moves=found)
    assert caught.value.code is Code.CANNOT_BE_FREED
    assert caught.value.refusal.reasons[0].details["causes"] == {"two": "due"}
    assert snapshot(store, desk) == before


def test_a_late_party_that_is_still_expected_stays(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    clock.move_to(at("19:00"))
    assert refused(desk, party_size(4), 1).proof is Proof.NO_RESEATING


def test_a_moved_party_keeps_its_conditions(store: Store) -> None:
    tables = [
        Table("1", "1", 2, "main"),
        Table("2", "2", 4, "main", features=["window"]),
        Table("3", "3", 2, "main", features=["window"]),
    ]
    floor = Floor(tables, zones=[Zone("main", "Main")])
    desk = open_desk(store, a_house(floor), actor=STAFF)
    must = Preference(features=["window"])
    booking = desk.book(party_size(2, must=must))
    if booking.tables != ("2",):
        desk.move([Move(booking.id, ["2"])])
    (move,) = reseated(desk, party_size(4)).moves
    assert move.after == ("3",)
    booked(desk, 2, tables=["3"])
    assert refused(desk, party_size(4), 1).proof is Proof.NO_RESEATING


def test_a_party_gets_the_tables_that_it_names(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    request = party_size(4, tables=["2"])
    booking = desk.book(request, moves=1)
    assert (booking.tables, booking.names_tables) == (("2",), True)
    assert not desk.quote(party_size(5, tables=["2"]), moves=1)
    assert refused(desk, party_size(5, tables=["2"]), 1) == desk.quote(party_size(5, tables=["2"]))


def test_a_party_that_got_its_tables_by_moves_was_not_promised_them(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    assert not desk.book(party_size(4), moves=1).names_tables


# ---- refusals


def test_a_rule_that_no_move_changes_refuses_as_before(store: Store) -> None:
    desk = desk_of(store, capacity_rules=[CapacityRule(max_covers=7)])
    in_the_way(desk)
    for request in (party_size(4), party_size(9), party_size(2, "09:00")):
        assert refused(desk, request, 2) == desk.quote(request)


def test_a_party_too_large_for_the_floor_is_refused_as_before(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    refusal = refused(desk, party_size(20), 2)
    assert refusal.proof is Proof.NO_PLAN
    assert refusal == desk.quote(party_size(20))


def test_a_refusal_tells_how_far_the_search_went(store: Store) -> None:
    desk = desk_of(store)
    seated_at(desk, 4, "3")
    seated_at(desk, 4, "2")
    refusal = refused(desk, party_size(4), 2)
    assert refusal.proof is Proof.NO_RESEATING
    assert refusal.code is Code.TABLES_TAKEN
    reason = refusal.reasons[-1]
    assert reason.code is Code.NO_RESEATING
    assert reason.details["moves"] == 2
    nodes = reason.details["nodes"]
    assert str(reason) == f"no moves of other parties make room ({nodes} placements searched)"
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4), moves=2)
    assert caught.value.refusal == refused(desk, party_size(4), 2)


def test_a_search_at_its_bound_proves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    monkeypatch.setattr(reseat_problem, "find_reseating", partial(find_reseating, max_nodes=1))
    refusal = refused(desk, party_size(4), 1)
    assert refusal.proof is Proof.NOT_PROVEN
    assert str(refusal.reasons[-1]) == (
        "the search ended before it knew whether at most 1 move of other parties make room"
        " (1 placements searched)"
    )


@pytest.mark.parametrize("moves", [-1, 6, 1.5, "2", True])
def test_a_wrong_number_of_moves_is_an_invalid_input(store: Store, moves: Any) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    before = snapshot(store, desk)
    for call in (desk.quote, desk.book, desk.hold):
        with pytest.raises(InvalidInput) as caught:
            call(party_size(4), moves=moves)
        assert caught.value.field == "moves"
    assert snapshot(store, desk) == before


def test_a_quote_without_moves_books_and_holds_as_it_is(store: Store) -> None:
    desk = desk_of(store)
    answer = quoted(desk, party_size(4), 2)
    assert answer.reseating is None
    booking = desk.book(party_size(4), moves=answer.reseating, key="k")
    assert booking.tables == answer.plan.tables
    assert desk.book(party_size(4), moves=0, key="k").replayed
    assert desk.hold(party_size(4), moves=None).tables == ("3",)
    with pytest.raises(Refused):
        desk.book(party_size(4), moves=None)


def test_moves_for_other_tables_than_the_named_ones_are_refused(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    before = snapshot(store, desk)
    for call in (desk.book, desk.hold):
        with pytest.raises(InvalidInput, match="of this request"):
            call(party_size(4, tables=["3"]), moves=found)
    assert snapshot(store, desk) == before
    assert desk.book(party_size(4, tables=["2"]), moves=found).names_tables


def test_moves_belong_to_the_request_of_their_quote(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    for request in (party_size(3), party_size(4, "19:15")):
        with pytest.raises(InvalidInput, match="of this request"):
            desk.book(request, moves=found)
    with pytest.raises(InvalidInput, match="gets no tables"):
        desk.book(party_size(4), tables="later", moves=1)
    move = found.moves[0]
    many = [attrs.evolve(move, booking_id=f"b{number}") for number in range(6)]
    with pytest.raises(InvalidInput, match="at most 5 moves"):
        desk.book(party_size(4), moves=attrs.evolve(found, moves=many))


def test_moves_of_another_restaurant_are_refused(store: Store) -> None:
    floor = sketch_floor(THREE)
    here, there = (open_desk(store, a_house(floor, name=name), actor=STAFF) for name in "ab")
    for desk in (here, there):
        in_the_way(desk)
    found = reseated(here, party_size(4))
    assert found.restaurant_id == "a"
    twin = reseated(there, party_size(4))
    assert attrs.evolve(found, restaurant_id="b") == twin, "nothing else tells them apart"
    before = snapshot(store, there)
    for call in (there.book, there.hold):
        with pytest.raises(InvalidInput) as caught:
            call(party_size(4), moves=found)
        assert (caught.value.field, caught.value.rule) == (
            "moves",
            "must be those of a quote of this restaurant",
        )
    with pytest.raises(InvalidInput, match="moves"):
        there.walk_in(WalkIn(4), moves=found)  # type: ignore[arg-type]  # It takes numbers only.
    assert snapshot(store, there) == before
    assert here.book(party_size(4), moves=found).tables == ("2",)
    assert there.get_booking("two").tables == ("2",)


def test_wrong_moves_are_refused_by_the_values() -> None:
    with pytest.raises(InvalidInput, match="at least one table"):
        PlannedMove("b1", 1, [], ["t1"])
    with pytest.raises(InvalidIdentifier):
        PlannedMove("b1", 1, ["t1"], ["not an id"])
    move = PlannedMove("b1", 1, ["t1"], ["t2"])
    made = partial(Reseating, restaurant_id="house")
    with pytest.raises(InvalidInput, match="must not name a booking twice"):
        made(2, 0, ["t1"], [move, move], Versions(1, 1, 1))
    with pytest.raises(InvalidInput, match="tables: must name at least one table"):
        made(2, 0, [], [move], Versions(1, 1, 1))
    wrong: Any
    for wrong in (True, 1.5, float("nan"), -1):
        with pytest.raises(InvalidInput, match="party_size"):
            made(wrong, 0, ["t1"], [move], Versions(1, 1, 1))
        with pytest.raises(InvalidInput, match="start_us"):
            made(2, wrong, ["t1"], [move], Versions(1, 1, 1))
        with pytest.raises(InvalidInput, match="nodes"):
            made(2, 0, ["t1"], [move], Versions(1, 1, 1), wrong)
        with pytest.raises(InvalidInput, match="versions: must be a whole number"):
            made(2, 0, ["t1"], [move], Versions(1, wrong, 1))
    for wrong in ("", "not an id", None):
        with pytest.raises(InvalidIdentifier, match="restaurant_id"):
            made(2, 0, ["t1"], [move], Versions(1, 1, 1), restaurant_id=wrong)
    with pytest.raises(InvalidInput, match="versions: must be of type Versions"):
        made(2, 0, ["t1"], [move], (1, 1, 1))  # type: ignore[arg-type]  # It is wrong on purpose.


# ---- booking


def test_a_booking_and_its_moves_are_one_change_with_an_event_each(store: Store) -> None:
    desk = desk_of(store)
    two = in_the_way(desk)
    count, versions = len(store.events(desk.restaurant_id)), desk.versions()
    booking = desk.book(party_size(4), moves=1, key="k")
    assert booking.tables == ("2",)
    assert booking.receipt.moves == (PlannedMove("two", two.version, ["2"], ["1"]),)
    assert "1 booking moved" in repr(booking.receipt)
    assert desk.versions().occupancy == versions.occupancy + 1
    events = store.events(desk.restaurant_id)[count:]
    assert [(each.type, each.booking_id) for each in events] == [
        (EventType.ASSIGNMENT_SYNC, "two"),
        (EventType.BOOKING_CREATED, booking.id),
        (EventType.ASSIGNMENT_SYNC, booking.id),
    ]
    moved = desk.get_booking("two")
    assert (moved.tables, moved.stay, moved.version) == (("1",), two.stay, two.version + 1)
    assert desk.audit().is_clean
    again = desk.book(party_size(4), moves=1, key="k")
    assert (again, again.replayed, again.receipt.moves) == (booking, True, booking.receipt.moves)
    with pytest.raises(KeyReused):
        desk.book(party_size(4), moves=2, key="k")


def test_the_moves_of_a_quote_are_made_once_under_a_key(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    booking = desk.book(party_size(4), moves=found, key="k")
    before = snapshot(store, desk)
    assert desk.book(party_size(4), moves=found, key="k").replayed
    assert snapshot(store, desk) == before
    assert desk.get_booking(booking.id).tables == found.tables


def test_stale_moves_are_refused_and_found_again(store: Store) -> None:
    desk = desk_of(store, {"1": 2, "2": 4, "3": 4, "4": 2})
    in_the_way(desk)
    request = party_size(4)
    found = reseated(desk, request)
    desk.move([Move("two", ["4"])])
    desk.move([Move("two", ["2"])])
    stale(store, desk, request, found, "booking")
    found = reseated(desk, request)
    booked(desk, 2, tables=[found.moves[0].after[0]])
    stale(store, desk, request, found, "occupancy")
    found = reseated(desk, request)
    assert desk.book(request, moves=found).tables == ("2",)


def test_moves_are_stale_after_an_edit_of_the_house(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    request = party_size(4)
    found = reseated(desk, request)
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=7))
    stale(store, desk, request, found, "policy")
    found = reseated(desk, request)
    desk.edit_floor(lambda floor: floor.with_table(Table("9", "9", 1, floor.zones[0].id)))
    stale(store, desk, request, found, "floor")
    assert desk.book(request, moves=reseated(desk, request)).receipt.moves


def test_the_tables_of_the_newcomer_may_be_taken_since(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    seated_at(desk, 2, "1", "20:30")
    desk.reschedule("two", BookingChange(start=at("20:30")))
    held(desk, 4, tables=["2"])
    with pytest.raises(StaleVersion):
        desk.book(party_size(4), moves=found)


def stale(store: Store, desk: Desk, request: BookingRequest, found: Reseating, kind: str) -> None:
    before = snapshot(store, desk)
    with pytest.raises(StaleVersion) as caught:
        desk.book(request, moves=found)
    assert caught.value.kind == kind
    assert snapshot(store, desk) == before


def test_a_rule_that_binds_since_refuses_the_party(store: Store) -> None:
    desk = desk_of(store, capacity_rules=[CapacityRule(max_covers=11)])
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    booked(desk, 2, "21:00")
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4), moves=found)
    assert caught.value.code is Code.CAPACITY_EXCEEDED
    assert desk.get_booking("two").tables == ("2",)


def test_an_unknown_booking_of_the_moves_is_not_found(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = reseated(desk, party_size(4))
    moves = [attrs.evolve(found.moves[0], booking_id="nobody")]
    with pytest.raises(NotFound):
        desk.book(party_size(4), moves=attrs.evolve(found, moves=moves))


def test_a_search_that_found_no_move_needed_books_as_usual(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    found = attrs.evolve(reseated(desk, party_size(4)), moves=(), tables=("2",))
    desk.cancel("two")
    assert desk.book(party_size(4), moves=found).tables == ("2",)


@pytest.mark.slow
def test_rivals_get_one_room_between_them(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    calls = [partial(desk.book, party_size(4), booking_id=f"r{n}", moves=2) for n in range(3)]
    calls.append(partial(desk.book, party_size(2), booking_id="small", moves=2))
    answers = at_once(calls)
    won = [each for each in answers if isinstance(each, Booking)]
    lost = [each for each in answers if not isinstance(each, Booking)]
    assert len(won) == 1
    assert all(isinstance(each, Refused) for each in lost)
    taken = [row.resource_id for row in table_rows(desk)]
    assert sorted(taken) == ["1", "2", "3"]
    assert desk.audit().is_clean


# ---- holds


def test_a_hold_moves_others_at_once_and_leaves_them_there(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    count = len(store.events(desk.restaurant_id))
    hold = desk.hold(party_size(4), moves=1, key="k")
    assert isinstance(hold, Hold)
    assert (hold.tables, desk.get_booking("two").tables) == (("2",), ("1",))
    assert [each.booking_id for each in hold.receipt.moves] == ["two"]
    kinds = [each.type for each in store.events(desk.restaurant_id)[count:]]
    assert kinds == [EventType.ASSIGNMENT_SYNC, EventType.HOLD_CREATED]
    assert desk.hold(party_size(4), moves=1, key="k").replayed
    desk.release_hold(hold.id)
    assert desk.get_booking("two").tables == ("1",)
    assert desk.audit().is_clean


def test_a_hold_with_moves_is_confirmed_as_any_other(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    hold = desk.hold(party_size(4), moves=reseated(desk, party_size(4)))
    booking = desk.confirm(hold.id)
    assert booking.tables == ("2",)
    assert desk.audit().is_clean


def test_a_hold_for_a_pending_booking_keeps_its_conditions(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    desk.book(party_size(4), tables="later", booking_id="later")
    hold = desk.hold(party_size(4), booking_id="later", moves=1)
    assert desk.confirm(hold.id).id == "later"
    with pytest.raises(Refused):
        desk.hold(party_size(4), moves=2)


def test_expired_holds_on_the_way_end_with_the_moves(store: Store, clock: ManualClock) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    held(desk, 2, tables=["1"])
    held(desk, 2, "20:30", tables=["2"])
    clock.move_to(at("12:10"))
    booking = desk.book(party_size(4), moves=1)
    assert booking.receipt.moves
    seated_at(desk, 2, "3", "17:00", booking_id="early")
    held(desk, 4, "17:00", tables=["2"])
    clock.move_to(at("12:20"))
    hold = desk.hold(party_size(4, "17:00"), moves=1)
    assert desk.audit().is_clean
    assert hold.tables
