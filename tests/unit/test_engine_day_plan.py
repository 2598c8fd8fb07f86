"""Day plans: what moves and what stays, the value and its bound, and the commit of the moves."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import attrs
import pytest

from fourtop import (
    Code,
    DayMove,
    DayPlan,
    Desk,
    Engine,
    Floor,
    IllegalTransition,
    InvalidIdentifier,
    InvalidInput,
    KeyReused,
    ManualClock,
    MissingPackage,
    Move,
    Objective,
    Preference,
    Refused,
    StaleVersion,
    Table,
    sketch_floor,
)
from fourtop.formats.results import to_data
from fourtop.model.window import to_micros
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    rows_of,
    snapshot,
    window,
)
from tests.unit.day_plan_case import booked_at, left, moves, planned, waits


def with_a_window(floor: Floor) -> Floor:
    first = attrs.evolve(floor.tables[0], features={"window"})
    return attrs.evolve(floor, tables=[first, *floor.tables[1:]])


@pytest.fixture
def desk(store: Store) -> Desk:
    """A two and a four; a party of two sits at the four, so a waiting party of four cannot."""
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    booked_at(desk, "2", 2, "ann")
    waits(desk, "bob", 4)
    return desk


# ---- what moves, and what stays


def test_a_party_moves_to_make_room_for_one_that_waits(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    plan = planned(desk)
    assert moves(plan) == {"ann": "2 → 1", "bob": "no tables → 2"}
    assert (plan.value, plan.value_before, plan.bound, plan.kept) == (6, 2, 6, 0)
    assert (plan.is_optimal, plan.gap_percent, plan.gap_text) == (True, 0.0, "optimal")
    assert snapshot(store, desk) == before, "a plan writes nothing"
    ann, bob = desk.commit_day_plan(plan)
    assert (ann.tables, bob.tables, bob.status.value) == (("1",), ("2",), "confirmed")
    assert rows_of(desk, "bob") == [("2", "19:00", "20:30")]
    assert (ann.names_tables, bob.names_tables) == (False, False)
    assert desk.audit().is_clean
    again = planned(desk)
    assert (again.moves, again.left, again.kept, again.nodes > 0) == ((), (), 2, False)


def test_each_move_writes_its_events_once(store: Store, desk: Desk) -> None:
    known = len(store.events(desk.restaurant_id))
    desk.commit_day_plan(planned(desk))
    new = [(each.booking_id, each.type.value) for each in store.events(desk.restaurant_id)[known:]]
    assert sorted(new) == [
        ("ann", "capacity.assignment.sync"),
        ("bob", "capacity.assignment.sync"),
        ("bob", "capacity.booking.status"),
    ]


def test_a_party_keeps_tables_that_were_promised_to_it(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})))
    booked(desk, 2, booking_id="ann", tables=["2"])
    waits(desk, "bob", 4)
    plan = planned(desk)
    assert (plan.moves, plan.kept, plan.value) == ((), 0, 0)
    assert plan.left[0].refusal is not None
    assert plan.left[0].refusal.code is Code.TABLES_TAKEN


def test_a_pinned_party_stays(desk: Desk) -> None:
    desk.pin("ann")
    plan = planned(desk)
    assert plan.moves == ()
    assert plan.left[0].refusal is not None
    assert plan.left[0].refusal.code is Code.TABLES_TAKEN


def test_a_seated_party_stays_also_beyond_its_time(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("19:00"))
    desk.seat("ann")
    clock.move_to(at("20:25"))
    plan = planned(desk)
    assert (plan.moves, len(plan.left)) == ((), 1)


def test_a_held_table_stays_until_its_hold_expires(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})))
    waits(desk, "bob", 4)
    held(desk, 4, booking_id="bob")
    assert planned(desk).left == (), "a hold keeps tables for the party itself"
    clock.move_to(at("13:00"))
    assert moves(planned(desk)) == {"bob": "no tables → 2"}
    desk.commit_day_plan(planned(desk))
    assert desk.audit().is_clean
    waits(desk, "cem", 2, "21:00")
    held(desk, 2, "21:00")
    assert moves(planned(desk)) == {"cem": "no tables → 2"}


def test_a_block_and_a_party_of_the_day_before_stay(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})))
    waits(desk, "bob", 4)
    desk.block(window("18:00", "20:00"), tables=["2"], reason="a leak")
    plan = planned(desk)
    assert (plan.moves, len(plan.left)) == ((), 1)
    assert desk.plan_day("2026-05-02").left == ()  # type: ignore[arg-type]  # A text is accepted.


def test_a_party_whose_time_is_over_gets_no_tables(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    plan = planned(desk)
    waits(desk, "cem", 2, "17:00")
    early = planned(desk)
    clock.move_to(at("18:25"))
    # A party that is late gets its tables.
    assert desk.commit_day_plan(early)[0].id == "cem"
    waits(desk, "dan", 2, "21:00")
    late = planned(desk)
    clock.move_to(at("22:30"))
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(late)
    assert caught.value.refusal.code is Code.BOOKING_IN_PAST
    with pytest.raises((StaleVersion, IllegalTransition)):
        desk.commit_day_plan(plan)
    assert snapshot(store, desk) == before


def test_a_late_party_stays(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("19:10"))
    plan = planned(desk)
    assert (plan.moves, plan.kept, len(plan.left)) == ((), 0, 1)


def test_a_plan_is_refused_once_a_party_with_tables_is_late(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    booked_at(desk, "2", 2, "ann")
    waits(desk, "bob", 4)
    plan = planned(desk)
    # Without the party that waits, the tables to which the late party would move are free.
    alone = attrs.evolve(plan, moves=plan.moves[:1])
    assert moves(alone) == {"ann": "2 → 1"}
    clock.move_to(at("19:01"))
    before = snapshot(store, desk)
    for late in (plan, alone):
        with pytest.raises(Refused) as caught:
            desk.commit_day_plan(late)
        assert caught.value.code is Code.CANNOT_BE_FREED
        (reason,) = caught.value.refusal.reasons
        assert (reason.details["tables"], reason.details["causes"]) == (["2"], {"ann": "late"})
    assert snapshot(store, desk) == before
    assert planned(desk).moves == (), "a new plan moves it no more"
    (ann,) = desk.move([Move("ann", ["1"])])
    assert ann.tables == ("1",), "staff can still move it by hand"


def test_a_plan_can_be_committed_until_its_first_party_is_due(
    desk: Desk, clock: ManualClock
) -> None:
    plan = planned(desk)
    clock.move_to(at("19:00"))
    assert [each.tables for each in desk.commit_day_plan(plan)] == [("1",), ("2",)]
    assert rows_of(desk, "ann") == [("1", "19:00", "20:30")]


def test_a_plan_never_moves_a_party_that_has_arrived(desk: Desk, clock: ManualClock) -> None:
    plan = planned(desk)
    clock.move_to(at("18:55"))
    seated = desk.seat("ann")
    with pytest.raises(StaleVersion):
        desk.commit_day_plan(plan)
    ann = attrs.evolve(plan.moves[0], version=seated.version)
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(attrs.evolve(plan, moves=[ann]))
    assert caught.value.code is Code.CANNOT_BE_FREED
    assert caught.value.refusal.reasons[0].details["causes"] == {"ann": "checked_in"}


def test_a_late_party_that_waits_gets_tables_from_its_start(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    waits(desk, "bob", 4)
    waits(desk, "eve", 2)
    plan = planned(desk)
    assert moves(plan) == {"bob": "no tables → 2", "eve": "no tables → 1"}
    desk.block(window("18:30", "19:10"), tables=["1"], reason="a leak")
    clock.move_to(at("19:20"))
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(plan)
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP, "table 1 was not free at seven"
    again = planned(desk)
    assert (moves(again), list(left(again))) == ({"bob": "no tables → 2"}, ["eve"])
    (bob,) = desk.commit_day_plan(again)
    assert bob.status.value == "confirmed"
    assert rows_of(desk, "bob") == [("2", "19:00", "20:30")]


def test_parties_whose_time_is_over_are_no_part_of_a_plan(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("21:00"))
    plan = planned(desk)
    assert (plan.moves, plan.left, plan.kept) == ((), (), 0)


def test_every_party_keeps_its_conditions(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 2, "features": {"window"}}, "2": 2})
    desk = open_desk(store, a_house(floor))
    waits(desk, "ann", 2)
    waits(desk, "bob", 2, must=Preference(features={"window"}))
    assert moves(planned(desk)) == {"ann": "no tables → 2", "bob": "no tables → 1"}


def test_a_party_that_no_table_seats_is_left_with_the_reason(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 2})))
    waits(desk, "choir", 40)
    plan = planned(desk)
    assert (plan.value, plan.bound) == (0, 0)
    assert plan.left[0].refusal is not None
    assert plan.left[0].refusal.code is Code.PARTY_NEVER_FITS


def test_of_too_many_parties_some_are_left_for_others(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4})))
    waits(desk, "ann", 2)
    waits(desk, "bob", 4)
    plan = planned(desk)
    assert (moves(plan), left(plan)) == (
        {"bob": "no tables → 1"},
        {"ann": "other parties get the tables"},
    )
    assert (plan.left[0].refusal, plan.left[0].start, plan.moves[0].start) == (
        None,
        at("19:00"),
        at("19:00"),
    )


# ---- objectives, budget and bad input


def test_amounts_and_priorities_decide_who_gets_the_table(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4})))
    waits(desk, "ann", 2)
    waits(desk, "bob", 4)
    revenue = planned(desk, objective="revenue", values={"ann": 90, "bob": 80})
    assert (set(moves(revenue)), revenue.value) == ({"ann"}, 90)
    priority = planned(desk, objective=Objective.PRIORITY, values={"ann": 3})
    assert (set(moves(priority)), priority.value) == ({"ann"}, 6)


def test_a_party_without_an_amount_gets_a_table_that_is_left(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4})))
    waits(desk, "ann", 2)
    waits(desk, "bob", 4)
    plan = planned(desk, objective="revenue", values={"ann": 90}, optimum=True)
    assert (set(moves(plan)), plan.value) == ({"ann", "bob"}, 90)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"objective": "luck"}, "objective"),
        ({"objective": 3}, "objective"),
        ({"node_budget": -1}, "node_budget"),
        ({"node_budget": 0}, "node_budget"),
        ({"node_budget": 2.5}, "node_budget"),
        ({"node_budget": 10**9}, "node_budget"),
        ({"seed": -1}, "seed"),
        ({"optimum": 1}, "optimum"),
        ({"values": 7, "objective": "revenue"}, "values"),
        ({"values": {"ann": -1}, "objective": "revenue"}, "values"),
        ({"values": {"ann": "much"}, "objective": "priority"}, "values"),
        ({"values": {"ann": 1}}, "values"),
        ({"objective": "revenue"}, "values"),
    ],
)
def test_wrong_terms_name_their_field(store: Store, terms: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_desk(store).plan_day(FRIDAY, **terms)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "on", [None, 20260501, at("19:00"), "1 May", date(1970, 1, 1), "2199-01-01"]
)
def test_a_day_plan_needs_a_date_of_the_calendar(store: Store, on: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a date"):
        open_desk(store).plan_day(on)


def test_a_malformed_booking_id_and_another_value_than_a_plan_are_refused(store: Store) -> None:
    desk = open_desk(store)
    with pytest.raises(InvalidIdentifier):
        planned(desk, objective="priority", values={"a b": 1})
    with pytest.raises(InvalidInput, match="must be of type DayPlan"):
        desk.commit_day_plan("plan")  # type: ignore[arg-type]  # It is wrong on purpose.


def test_a_date_without_services_has_an_empty_plan(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4})))
    plan = desk.plan_day(date(2190, 1, 1), optimum=True)
    assert (plan.value, plan.bound, plan.gap_percent, plan.moves) == (0, 0, 0.0, ())
    assert desk.commit_day_plan(plan) == ()


# ---- the bound


def test_the_optimum_is_reported_with_its_bound(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4})))
    waits(desk, "ann", 2)
    waits(desk, "bob", 4)
    for optimum in (False, True):
        plan = planned(desk, optimum=optimum)
        assert (plan.value, plan.bound, plan.is_optimal) == (4, 4, True)


def test_without_the_extra_the_gap_is_unknown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4})))
    waits(desk, "ann", 2)
    waits(desk, "bob", 4)
    monkeypatch.setitem(sys.modules, "highspy", None)
    plan = planned(desk)
    assert (plan.bound, plan.gap_percent, plan.gap_text, plan.is_optimal) == (
        *(None, None, "gap unknown"),
        False,
    )
    with pytest.raises(MissingPackage, match=r"install fourtop\[optimize\]"):
        planned(desk, optimum=True)


def test_a_plan_is_seen_as_text_html_and_data(desk: Desk) -> None:
    waits(desk, "cem", 2)
    plan = planned(desk)
    assert (
        repr(plan) == "<DayPlan 2026-05-01, covers 6 (now 2), 1 assigned, 1 moved, 1 left, optimal>"
    )
    assert repr(plan.moves[0]) == "<DayMove ann party of 2, table 2 → table 1>"
    assert repr(plan.left[0]) == "<LeftBooking cem party of 2, other parties get the tables>"
    assert "table 2 → table 1" in plan._repr_html_()
    data = to_data(plan)
    assert (data["gap_percent"], data["is_optimal"], data["on"]) == (0.0, True, "2026-05-01")
    assert data["moves"][0] == {
        "booking_id": "ann",
        "version": 1,
        "party_size": 2,
        "start": "2026-05-01T19:00:00+00:00",
        "before": ["2"],
        "tables": ["1"],
        "timezone": "UTC",
    }
    low = attrs.evolve(plan, bound=8)
    assert low.gap_text == "25.0 % below the bound of 8"


def test_a_party_with_too_many_sets_of_tables_has_no_bound(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.engine.queries.day_parties.MAX_OPTIONS", 1)
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4})))
    waits(desk, "ann", 4)
    waits(desk, "bob", 4)
    plan = planned(desk)
    assert (plan.value, plan.bound) == (4, None)


# ---- the commit


@pytest.mark.usefixtures("desk")
def test_an_engine_that_has_not_seen_the_house_plans_and_commits(store: Store) -> None:
    plan = planned(Engine(store).desk("house"))
    assert len(Engine(store).desk("house").commit_day_plan(plan)) == 2


def test_the_past_of_a_table_that_is_gone_is_in_nobodys_way(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 2, "17:00", booking_id="dan")
    clock.move_to(at("17:00"))
    desk.seat("dan")
    clock.move_to(at("17:30"))
    desk.complete("dan")
    (table,) = desk.get_booking("dan").tables
    assert table == "1"
    desk.edit_floor(lambda floor: floor.without_table("1").with_table(Table("9", "9", 2, "main")))
    assert moves(planned(desk)) == {"ann": "2 → 9", "bob": "no tables → 2"}


def test_a_commit_is_replayed_by_its_key(desk: Desk) -> None:
    plan = planned(desk)
    first = desk.commit_day_plan(plan, key="k")
    again = desk.commit_day_plan(plan, key="k")
    assert first == again
    assert [each.replayed for each in again] == [True, True]
    with pytest.raises(KeyReused):
        desk.commit_day_plan(attrs.evolve(plan, moves=plan.moves[:1]), key="k")


def test_a_stale_plan_is_refused_as_a_whole_and_found_again(store: Store, desk: Desk) -> None:
    plan = planned(desk)
    desk.pin("ann")
    before = snapshot(store, desk)
    with pytest.raises(StaleVersion, match="the booking is at version"):
        desk.commit_day_plan(plan)
    assert snapshot(store, desk) == before
    desk.unpin("ann")
    plan = planned(desk)
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=9))
    with pytest.raises(StaleVersion, match="the policy is at version"):
        desk.commit_day_plan(plan)
    plan = planned(desk)
    desk.edit_floor(with_a_window)
    with pytest.raises(StaleVersion, match="the floor is at version"):
        desk.commit_day_plan(plan)
    assert len(desk.commit_day_plan(planned(desk))) == 2


def test_a_plan_whose_tables_others_have_taken_is_refused_as_a_whole(
    store: Store, desk: Desk
) -> None:
    plan = planned(desk)
    desk.block(window("20:00", "21:00"), tables=["1"], reason="a leak")
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(plan)
    assert caught.value.refusal.code is Code.ALLOCATIONS_OVERLAP
    assert snapshot(store, desk) == before


def test_a_table_that_was_taken_from_a_waiting_party_is_refused(desk: Desk) -> None:
    plan = planned(desk)
    rest = attrs.evolve(plan, moves=plan.moves[1:])
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(rest)
    assert caught.value.refusal.code is Code.ALLOCATIONS_OVERLAP


def test_a_booking_on_another_table_does_not_make_a_plan_stale(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    waits(desk, "bob", 4)
    plan = planned(desk)
    booked(desk, 2, tables=["1"])
    assert [each.tables for each in desk.commit_day_plan(plan)] == [("2",)]


def test_a_party_promised_tables_since_the_plan_keeps_its_promise(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 2})), actor=STAFF)
    waits(desk, "ann", 2)
    plan = planned(desk)
    assert moves(plan) == {"ann": "no tables → 2"}
    waits(desk, "bob", 4)
    assert desk.commit_day_plan(plan)[0].tables == ("2",), "bob can have the other table"
    desk.unassign("ann")
    swapped = attrs.evolve(plan, moves=(attrs.evolve(plan.moves[0], version=3, tables=("1",)),))
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(swapped)
    assert caught.value.refusal.code is Code.TABLES_PROMISED
    assert desk.commit_day_plan(planned(desk))


def test_a_plan_that_names_a_booking_twice_or_one_that_is_over_is_refused(desk: Desk) -> None:
    plan = planned(desk)
    with pytest.raises(InvalidInput, match="must not name a booking twice"):
        desk.commit_day_plan(attrs.evolve(plan, moves=plan.moves * 2))
    desk.cancel("bob")
    bob = attrs.evolve(plan.moves[1], version=2)
    with pytest.raises(IllegalTransition):
        desk.commit_day_plan(attrs.evolve(plan, moves=(plan.moves[0], bob)))


def test_a_plan_of_another_restaurant_is_refused(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 4})
    here, there = (open_desk(store, a_house(floor, name=name), actor=STAFF) for name in "ab")
    for desk in (here, there):
        booked_at(desk, "2", 2, "ann")
        waits(desk, "bob", 4)
    plan = planned(here)
    assert (plan.restaurant_id, to_data(plan)["restaurant_id"]) == ("a", "a")
    twin = planned(there)
    assert attrs.evolve(plan, restaurant_id="b") == twin, "nothing else tells them apart"
    before = snapshot(store, there)
    for key in (None, "k"):
        with pytest.raises(InvalidInput) as caught:
            there.commit_day_plan(plan, key=key)
        assert (caught.value.field, caught.value.rule) == (
            "plan",
            "must be a plan of this restaurant",
        )
    assert snapshot(store, there) == before
    assert len(here.commit_day_plan(plan, key="k")) == 2
    assert there.get_booking("ann").tables == ("2",)


def test_a_plan_made_by_hand_is_committed_as_one_that_was_found(desk: Desk) -> None:
    plan = planned(desk)
    seven_us = to_micros(at("19:00"))
    by_hand = DayPlan(
        restaurant_id="house",
        on="2026-05-01",
        objective="covers",
        moves=[
            DayMove("ann", 1, 2, seven_us, ["2"], ["1"]),
            DayMove("bob", 1, 4, seven_us, [], ["2"]),
        ],
        left=[],
        kept=plan.kept,
        value=plan.value,
        value_before=plan.value_before,
        bound=plan.bound,
        nodes=plan.nodes,
        versions=desk.versions(),
    )
    assert by_hand == plan
    assert [each.tables for each in desk.commit_day_plan(by_hand, key="k")] == [("1",), ("2",)]


def test_two_parties_of_one_plan_cannot_have_one_table(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4})))
    waits(desk, "ann", 4)
    waits(desk, "bob", 4)
    plan = planned(desk)
    same = tuple(attrs.evolve(each, tables=("1",)) for each in plan.moves)
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(attrs.evolve(plan, moves=same))
    assert caught.value.refusal.code is Code.ALLOCATIONS_OVERLAP


def test_a_table_that_does_not_suit_a_party_is_refused(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 2})))
    waits(desk, "ann", 4)
    plan = planned(desk)
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(
            attrs.evolve(plan, moves=(attrs.evolve(plan.moves[0], tables=("2",)),))
        )
    assert caught.value.refusal.code is Code.PARTY_ABOVE_MAXIMUM
