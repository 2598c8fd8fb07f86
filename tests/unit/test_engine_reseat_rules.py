"""The rules that moves keep, for the newcomer, the moved parties and the others."""

from __future__ import annotations

import asyncio

import attrs
import pytest

from fourtop import (
    Aisle,
    AsyncEngine,
    AsyncMemoryStore,
    CapacityRule,
    CountedIds,
    Floor,
    KeptApart,
    ManualClock,
    Move,
    Preference,
    Proof,
    Quote,
    Refused,
    ServicePeriod,
    Table,
    Zone,
    ZoneRule,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    window,
)
from tests.unit.reseat_case import THREE, desk_of, in_the_way, refused, reseated, seated_at

# ---- rules that depend on others


def test_a_move_out_of_a_full_zone_makes_room(store: Store) -> None:
    zones = [Zone("in", "In"), Zone("out", "Out", order=1)]
    tables = [Table("1", "1", 4, "in"), Table("2", "2", 4, "in"), Table("3", "3", 2, "out")]
    cap = CapacityRule(max_covers=5, zone="in")
    house = a_house(Floor(tables, zones=zones), capacity_rules=[cap])
    desk = open_desk(store, house, actor=STAFF)
    seated_at(desk, 2, "1", booking_id="two")
    assert not desk.quote(party_size(4))
    found = reseated(desk, party_size(4))
    assert [str(each) for each in found.moves] == ["two from 1 to 3"]
    assert desk.book(party_size(4), moves=found).tables[0] in ("1", "2")
    assert refused(desk, party_size(2), 2).proof is Proof.NO_RESEATING_WITHIN


def test_a_party_whose_table_is_kept_ready_stays(store: Store, clock: ManualClock) -> None:
    period = ServicePeriod("dinner", "17:00", "23:00", buffer_before_minutes=15)
    desk = desk_of(store, periods=[period])
    in_the_way(desk)
    # It has asked for a start that has just passed, and would sit where the table was kept ready.
    late = party_size(4, "18:40", past_reason="walk-in")
    clock.move_to(at("18:45"))
    found = reseated(desk, late)
    clock.advance(seconds=1)
    assert refused(desk, late, 2).proof is Proof.NO_RESEATING
    with pytest.raises(Refused) as caught:
        desk.book(late, moves=2)
    assert caught.value.refusal.proof is Proof.NO_RESEATING
    with pytest.raises(Refused) as caught:
        desk.book(late, moves=found)
    assert caught.value.refusal.reasons[0].details["causes"] == {"two": "due"}


def test_moves_leave_enough_for_promised_parties(store: Store) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    desk.book(party_size(2), tables="later", booking_id="promised")
    refusal = refused(desk, party_size(4), 2)
    assert refusal.proof is Proof.NO_RESEATING_WITHIN
    desk.cancel("promised")
    assert desk.quote(party_size(4), moves=2)


def test_tables_that_are_too_close_are_cleared(store: Store) -> None:
    floor = attrs.evolve(
        sketch_floor({"1": 2, "2": 4, "3": 2, "4": 2}),
        kept_apart=[KeptApart(("1", "2"))],
        aisles=[Aisle(joined=("3", "4"), closes=["1"])],
    )
    desk = open_desk(store, a_house(floor), actor=STAFF)
    seated_at(desk, 2, "1", booking_id="near")
    assert not desk.quote(party_size(4))
    (move,) = reseated(desk, party_size(4)).moves
    assert move.after[0] in ("3", "4")


def test_a_join_that_closes_an_aisle_clears_it(store: Store) -> None:
    floor = attrs.evolve(
        sketch_floor({"1": 2, "2": 2, "3": 2, "4": 2}, joins=["3-4"]),
        aisles=[Aisle(joined=("3", "4"), closes=["1"])],
    )
    desk = open_desk(store, a_house(floor), actor=STAFF)
    seated_at(desk, 2, "1", booking_id="behind")
    found = reseated(desk, party_size(4))
    assert [str(each) for each in found.moves] == ["behind from 1 to 2"]
    assert desk.book(party_size(4), moves=found).tables == ("3", "4")


def test_a_moved_party_does_not_leave_earlier_for_another_zone(store: Store) -> None:
    zones = [Zone("in", "In"), Zone("out", "Out", order=1)]
    tables = [Table("1", "1", 4, "in"), Table("2", "2", 2, "out")]
    rule = ZoneRule("out", start="17:00", end="20:00", last_start="19:30")
    house = a_house(Floor(tables, zones=zones), zone_rules=[rule])
    desk = open_desk(store, house, actor=STAFF)
    hold = held(desk, 2, tables=["2"])
    booked(desk, 2, booking_id="two")
    desk.release_hold(hold.id)
    assert refused(desk, party_size(4), 1).proof is Proof.NO_RESEATING
    closed = ZoneRule("out", start="20:00", end="22:00")
    desk.edit_policy(lambda policy: attrs.evolve(policy, zone_rules=[closed]))
    assert refused(desk, party_size(4), 1).proof is Proof.NO_RESEATING


def test_parties_that_stay_beyond_the_service_move_too(store: Store) -> None:
    zones = [Zone(name, name, order=place) for place, name in enumerate("abc")]
    tables = [Table("1", "1", 4, "a"), Table("2", "2", 2, "b"), Table("3", "3", 6, "c")]
    house = a_house(
        Floor(tables, zones=zones),
        turn_minutes=150,
        zone_rules=[ZoneRule(name, start="17:00", end="23:45") for name in "ab"],
        capacity_rules=[CapacityRule(max_covers=50)],
    )
    periods = [
        ServicePeriod("dinner", "17:00", "23:00", last_seating_minutes=60, overrun_allowed=True),
        ServicePeriod("late", "23:00", "02:00", last_seating_minutes=30),
    ]
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=periods))
    desk = open_desk(store, house, actor=STAFF)
    seated_at(desk, 2, "1", "21:00", booking_id="long")
    booked(desk, 5, "19:30", booking_id="six")
    booked(desk, 5, "23:15", booking_id="night")
    found = reseated(desk, party_size(4, "20:00"))
    assert [str(each) for each in found.moves] == ["long from 1 to 2"]
    assert repr(found.moves[0]) == "<PlannedMove long from 1 to 2>"
    moved = desk.get_booking("long")
    desk.book(party_size(4, "20:00"), moves=found)
    assert desk.get_booking("long").stay == moved.stay


def test_a_party_after_the_last_start_of_today_still_moves(store: Store) -> None:
    desk = desk_of(store, {"1": 4, "2": 2})
    seated_at(desk, 2, "1", "20:00", booking_id="two")
    earlier = ServicePeriod("dinner", "17:00", "23:00", last_seating_minutes=240)
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[earlier]))
    assert reseated(desk, party_size(4)).moves


def test_a_party_whose_service_is_gone_stays(store: Store) -> None:
    desk = desk_of(store, {"1": 4, "2": 2})
    seated_at(desk, 2, "1", "20:00", booking_id="two")
    request = party_size(4, "19:30")
    assert desk.quote(request, moves=1)
    early = ServicePeriod("dinner", "17:00", "20:00", last_seating_minutes=30, overrun_allowed=True)
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[early]))
    assert refused(desk, request, 1).proof is Proof.NO_RESEATING


def test_a_floor_with_too_many_sets_is_searched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(store)
    in_the_way(desk)
    monkeypatch.setattr("fourtop.planner.planner.Planner.is_compiled", lambda *_: False)
    assert [str(each) for each in reseated(desk, party_size(4)).moves] == ["two from 2 to 1"]


def test_conditions_hold_for_the_newcomer(store: Store) -> None:
    zones = [Zone("in", "In"), Zone("out", "Out", order=1)]
    tables = [Table("1", "1", 4, "in"), Table("2", "2", 4, "out"), Table("3", "3", 2, "out")]
    desk = open_desk(store, a_house(Floor(tables, zones=zones)), actor=STAFF)
    seated_at(desk, 2, "1", booking_id="in")
    seated_at(desk, 2, "2", booking_id="out")
    request = party_size(4, must=Preference(zones=["in"]))
    (move,) = reseated(desk, request).moves
    assert str(move) == "in from 1 to 3"


# ---- the async engine


def test_the_async_desk_moves_others_too() -> None:
    async def evening() -> None:
        engine = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)), ids=CountedIds("n"))
        desk = await engine.add_restaurant(a_house(sketch_floor(THREE)), actor=STAFF)
        await desk.book(party_size(4), booking_id="four")
        await desk.book(party_size(2), booking_id="two")
        taken = {each.id: each.tables for each in await desk.bookings(window("12:00", "23:00"))}
        others = {"1", "2", "3"} - set(taken["four"])
        if taken["two"] == ("1",):
            (free,) = others - {"1"}
            await desk.move([Move("two", [free])])
        answer = await desk.quote(party_size(4), moves=1)
        assert isinstance(answer, Quote)
        assert answer.reseating is not None
        booking = await desk.book(party_size(4), moves=1)
        assert booking.receipt.moves == answer.reseating.moves
        assert (await desk.audit()).is_clean

    asyncio.run(evening())
