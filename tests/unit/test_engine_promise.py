"""Promised tables: a party that was booked with tables later is never starved by a newcomer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    AlternativeTerms,
    BookingRequest,
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    Floor,
    KeptApart,
    ManualClock,
    Override,
    Preference,
    Proof,
    Quote,
    Refusal,
    Relaxation,
    ServicePeriod,
    WalkIn,
    WalkInRule,
    Zone,
    ZoneRule,
    sketch_floor,
)
from fourtop.engine import promises
from fourtop.engine.checks import promised
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    change,
    five_tables,
    held,
    open_desk,
    party_size,
)
from tests.live import refused

# A table of two and one of four.
TWO_TABLES = {"1": 2, "2": 4}


def a_desk(store: Store, floor: Floor | None = None, **policy: Any) -> Desk:
    return open_desk(store, a_house(floor or sketch_floor(TWO_TABLES), **policy), actor=STAFF)


def promise(desk: Desk, booking_id: str, size: int, text: str = "19:00", **how: Any) -> None:
    desk.book(party_size(size, text, **how), tables="later", booking_id=booking_id)


# ---- a newcomer


def test_a_newcomer_does_not_get_the_table_of_a_promised_party(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    quote = desk.quote(party_size(4))
    assert isinstance(quote, Refusal)
    assert (quote.code, quote.proof) == (Code.TABLES_PROMISED, Proof.RULE)
    assert quote.reasons[0].details == {"party_size": 4, "promised": ["p"]}
    assert str(quote) == (
        "the free tables that seat 4 are needed by p, to which tables are promised at that time"
    )


def test_every_door_keeps_the_promise(store: Store, clock: ManualClock) -> None:
    desk = a_desk(store)
    early = booked(desk, 4, "17:00")
    hold = held(desk, 2, "17:00")
    promise(desk, "p", 4)
    doors = (
        lambda: desk.hold(party_size(4)),
        lambda: desk.book(party_size(4)),
        lambda: desk.book(party_size(2, tables=["2"])),
        lambda: desk.replace_hold(hold.id, party_size(4)),
        lambda: desk.reschedule(early.id, change(4, "18:45")),
    )
    for door in doors:
        assert refused(door).code is Code.TABLES_PROMISED
    clock.move_to(at("18:30"))
    assert refused(lambda: desk.walk_in(WalkIn(4))).code is Code.TABLES_PROMISED
    (slot,) = desk.availability(FRIDAY, 4, at=at("19:00")).slots
    assert slot.refusal is not None
    assert slot.refusal.code is Code.TABLES_PROMISED


def test_a_newcomer_gets_another_table_than_the_best_one(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2})
    floor = floor.with_table(attrs.evolve(floor.tables[1], features={"window"}))
    desk = a_desk(store, floor)
    promise(desk, "p", 2, must=Preference(features=["window"]))
    wish = Preference(features=["window"])
    quote = desk.quote(party_size(2, wish=wish))
    assert isinstance(quote, Quote)
    assert quote.plan.tables == ("1",)
    named = desk.quote(party_size(2, tables=["2"]))
    assert isinstance(named, Refusal)
    assert (named.code, named.proof) == (Code.TABLES_PROMISED, Proof.NAMED_TABLES)


def test_staff_may_break_a_promise_with_a_reason(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    override = Override(Code.TABLES_PROMISED, "The party of p can sit outside.")
    booking = desk.book(party_size(4, overrides=[override]))
    assert (booking.tables, booking.overrides) == (("2",), (override,))


def test_the_next_best_plans_keep_the_promise_too(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 4}))
    promise(desk, "p", 4)
    quote = desk.quote(party_size(2))
    assert isinstance(quote, Quote)
    assert [plan.tables for plan in (quote.plan, *quote.others)] == [("1",), ("2",)]


def test_a_promise_gives_way_to_its_own_party(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    hold = desk.hold(party_size(4), booking_id="p")
    # While the hold lives, its tables are those of the party.
    taken = desk.quote(party_size(4))
    assert isinstance(taken, Refusal)
    assert taken.code is Code.TABLES_TAKEN
    assert isinstance(desk.quote(party_size(2)), Quote)
    booking = desk.confirm(hold.id)
    assert (booking.status, booking.tables) == (BookingStatus.CONFIRMED, ("2",))


def test_a_hold_that_expires_leaves_the_promise(store: Store, clock: ManualClock) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    desk.hold(party_size(4), booking_id="p")
    clock.advance(minutes=3)
    assert refused(lambda: desk.book(party_size(4))).code is Code.TABLES_PROMISED
    desk.cancel("p")
    assert booked(desk, 4).tables == ("2",)


def test_a_promise_binds_at_its_time_only(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4, "19:00")
    starts = {"17:30": True, "17:45": False, "20:15": False, "20:30": True}
    for text, is_free in starts.items():
        assert bool(desk.quote(party_size(4, text))) is is_free, text


# ---- whole assignments


def test_promised_parties_share_the_tables_out_among_themselves(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 4}))
    promise(desk, "p1", 2)
    promise(desk, "p2", 2)
    assert isinstance(desk.quote(party_size(4)), Quote)
    assert booked(desk, 2).tables == ("1",)
    # Two tables are left for the two of them.
    assert refused(lambda: desk.book(party_size(2))).code is Code.TABLES_PROMISED


def test_tables_that_can_be_joined_stay_joinable(store: Store) -> None:
    desk = a_desk(store, five_tables())
    promise(desk, "p", 8)
    tables = [booked(desk, 2).tables for _ in range(2)] + [booked(desk, 4).tables]
    assert tables == [("1",), ("2",), ("5",)]
    assert refused(lambda: desk.book(party_size(4))).code is Code.TABLES_PROMISED
    assert desk.confirm(desk.hold(party_size(8), booking_id="p").id).tables == ("3", "4")


def test_a_chain_of_promises_is_kept_as_a_whole(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2})
    desk = a_desk(store, floor)
    booked(desk, 2, "21:00", tables=["1"])
    # The second party can only have table 2, so that the first one needs table 1.
    promise(desk, "first", 2, "18:30")
    promise(desk, "second", 2, "19:45")
    named = desk.quote(party_size(2, "17:15", tables=["1"]))
    assert isinstance(named, Refusal)
    assert named.reasons[0].details["promised"] == ["first", "second"]
    assert isinstance(desk.quote(party_size(2, "17:15", tables=["2"])), Quote)


def test_a_set_of_tables_is_not_needed_where_fewer_do(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2}, joins=["1-2"]))
    for booking_id in ("p1", "p2", "p3"):
        promise(desk, booking_id, 2)
    quote = desk.quote(party_size(2))
    assert isinstance(quote, Refusal)
    assert quote.reasons[0].details["promised"] == ["p1", "p2"]


def test_the_cap_of_a_zone_is_no_part_of_a_promise(store: Store) -> None:
    cap = CapacityRule(max_covers=8, zone="main")
    desk = a_desk(store, sketch_floor({"1": 4, "2": 4}), capacity_rules=[cap])
    promise(desk, "p", 4)
    # The zone takes the promised party, too.
    assert booked(desk, 4).tables == ("1",)
    assert refused(lambda: desk.book(party_size(4))).code is Code.TABLES_PROMISED


def test_a_promise_far_from_the_start_of_a_newcomer_does_not_bind(store: Store) -> None:
    house = a_house(sketch_floor({"1": 4}))
    always = [
        ServicePeriod("always", "00:00", "00:00", last_seating_minutes=0, overrun_allowed=True)
    ]
    policy = attrs.evolve(house.policy, periods=always)
    desk = open_desk(store, attrs.evolve(house, policy=policy), actor=STAFF)
    late = at("23:30")
    desk.book(BookingRequest(4, late, minutes=600), tables="later", booking_id="p")
    day = BookingRequest(4, at("14:00"), minutes=600)
    assert isinstance(desk.quote(day), Quote)
    assert isinstance(desk.quote(BookingRequest(4, at("22:30"))), Refusal)


def test_an_assignment_that_the_best_tables_in_turn_miss_is_found(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2, "3": 2})
    floor = floor.with_table(attrs.evolve(floor.tables[0], features={"window"}))
    desk = a_desk(store, floor)
    # Its best table is the one that the later promise needs.
    promise(desk, "any", 2)
    promise(desk, "window", 2, must=Preference(features=["window"]))
    assert booked(desk, 2).tables in (("2",), ("3",))
    assert refused(lambda: desk.book(party_size(2))).code is Code.TABLES_PROMISED


def test_a_party_that_cannot_be_seated_beside_earlier_promises_does_not_bind(
    store: Store,
) -> None:
    desk = a_desk(store)
    promise(desk, "p1", 4)
    promise(desk, "p2", 4)
    quote = desk.quote(party_size(4))
    assert isinstance(quote, Refusal)
    assert quote.reasons[0].details["promised"] == ["p1"]
    assert isinstance(desk.quote(party_size(2)), Quote)
    desk.cancel("p1")
    again = desk.quote(party_size(4))
    assert isinstance(again, Refusal)
    assert again.reasons[0].details["promised"] == ["p2"]


# ---- what makes a promise


def test_a_party_that_does_not_come_binds_until_it_counts_as_a_no_show(
    store: Store, clock: ManualClock
) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4, "18:00")
    clock.move_to(at("18:15"))
    assert refused(lambda: desk.walk_in(WalkIn(4))).code is Code.TABLES_PROMISED
    clock.move_to(at("18:15") + timedelta(seconds=1))
    assert desk.walk_in(WalkIn(4)).tables == ("2",)


def test_a_promise_at_a_time_that_is_closed_by_now_does_not_bind(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4, "19:30")
    assert desk.quote(party_size(4, "18:45")) == refused(lambda: desk.book(party_size(4, "18:45")))
    periods = tuple(
        attrs.evolve(each, last_seating_minutes=0, end="19:45")
        for each in desk.house().policy.periods
    )
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=periods))
    # A quarter of an hour is left for the promised party: less than a stay may be.
    assert isinstance(desk.quote(party_size(4, "18:45")), Quote)


def test_staff_may_give_a_promised_party_a_table_for_walk_ins(store: Store) -> None:
    desk = a_desk(store, walk_in_rules=[WalkInRule(tables=["2"])])
    promise(desk, "p", 4)
    assert refused(lambda: desk.book(party_size(4))).code is Code.TABLES_PROMISED


def test_a_zone_that_is_closed_is_not_promised(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4})
    floor = floor.with_zone(Zone("attic", "Attic"))
    floor = floor.with_table(attrs.evolve(floor.tables[1], zone_id="attic"))
    desk = a_desk(store, floor, zone_rules=[ZoneRule("attic", closed=True)])
    promise(desk, "p", 4)
    assert refused(lambda: desk.book(party_size(4))).code is Code.TABLES_PROMISED


def test_a_zone_with_a_turn_time_of_its_own_is_free_in_time(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4})
    floor = floor.with_zone(Zone("attic", "Attic"))
    floor = floor.with_table(attrs.evolve(floor.tables[1], zone_id="attic"))
    desk = a_desk(store, floor, zone_rules=[ZoneRule("attic", turn_bands=[(None, 60)])])
    booked(desk, 4, "20:00", tables=["2"])
    # At table 2 a party leaves at eight.
    promise(desk, "p", 4, "19:00")
    # The newcomer leaves it at eight as well, and table 1 to the promised party.
    assert booked(desk, 4, "19:00").tables == ("2",)
    assert refused(lambda: desk.book(party_size(4, "19:00"))).code is Code.TABLES_PROMISED


# ---- reads


def test_the_spots_that_are_shown_can_be_booked_one_after_another(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4}))
    promise(desk, "p", 4)
    (slot,) = desk.availability(FRIDAY, 2, at=at("19:00")).slots
    for _ in range(slot.spots):
        booked(desk, 2)
    assert slot.spots == 3
    assert refused(lambda: desk.book(party_size(2))).code is Code.TABLES_PROMISED
    (slot,) = desk.availability(FRIDAY, 2, at=at("19:00"), spots_limit=1).slots
    assert (slot.spots, slot.is_bookable) == (0, False)


def test_tables_that_are_kept_apart_stay_apart_beside_a_promise(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2, "3": 2, "4": 4})
    floor = attrs.evolve(floor, kept_apart=[KeptApart(("1", "2"))])
    desk = a_desk(store, floor)
    promise(desk, "p", 4)
    (slot,) = desk.availability(FRIDAY, 2, at=at("19:00")).slots
    taken = [booked(desk, 2).tables for _ in range(slot.spots)]
    assert taken == [("1",), ("3",)]
    assert not desk.quote(party_size(2))


def test_an_explanation_names_the_promise_and_what_would_work(store: Store) -> None:
    desk = a_desk(store)
    promise(desk, "p", 4)
    found = desk.explain(party_size(4))
    assert "needed by p" in str(found)
    assert "17:30 works" in str(found)
    named = desk.explain(party_size(2, tables=["2"]))
    assert "needed by p" in str(named)


def test_a_relaxation_finds_tables_beside_the_promise(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2, "3": 4})
    desk = a_desk(store, floor)
    promise(desk, "p", 4)
    booking = desk.book(party_size(4, relax=[Relaxation.ADJACENCY]))
    assert booking.tables == ("1", "2")


def test_a_split_party_leaves_the_tables_of_the_promise(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 2, "2": 2, "3": 2}))
    terms = AlternativeTerms(times=False, split=True)
    promise(desk, "p", 2)
    found = desk.alternatives(party_size(4), terms)
    assert [quote.plan.tables for each in found.found for quote in each.quotes] == [("1",), ("2",)]
    promise(desk, "q", 2)
    assert not desk.alternatives(party_size(4), terms).found
    desk.hold(party_size(2), booking_id="q")
    assert not desk.alternatives(party_size(4), terms).found


# ---- after an edit


@pytest.mark.parametrize("requote", [False, True])
def test_a_hold_keeps_its_tables_after_an_edit(store: Store, *, requote: bool) -> None:
    desk = a_desk(store)
    hold = held(desk, 4)
    promise(desk, "p", 2)
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=6))
    assert desk.confirm(hold.id, requote=requote).tables == ("2",)


def test_a_new_quote_after_an_edit_keeps_the_promise(store: Store) -> None:
    desk = a_desk(store, sketch_floor({"1": 4, "2": 4}))
    hold = held(desk, 4)
    assert hold.tables == ("1",)
    promise(desk, "p", 4)
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.tables[0], capacity=2)))
    found = refused(lambda: desk.confirm(hold.id, requote=True))
    assert found.code is Code.TABLES_PROMISED


# ---- bounds


def test_at_the_bound_of_the_search_a_no_is_not_proven(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "MAX_NODES", 0)
    desk = a_desk(store)
    promise(desk, "p", 4)
    quote = desk.quote(party_size(4))
    assert isinstance(quote, Refusal)
    # No set is left for the promised party: that needs no search.
    assert quote.proof is Proof.RULE
    desk.cancel("p")
    desk = a_desk_with_two_promises(desk)
    quote = desk.quote(party_size(2))
    assert isinstance(quote, Refusal)
    assert (quote.code, quote.proof) == (Code.TABLES_PROMISED, Proof.NOT_PROVEN)


def test_section_9_6_a_later_party_without_tables_keeps_the_only_table_for_it(store: Store) -> None:
    floor = sketch_floor(
        {"6": {"capacity": 6, "min_party": 2}, "8": {"capacity": 8, "min_party": 4}}
    )
    desk = a_desk(store, floor)
    promise(desk, "p", 8, "20:00")
    # The smaller table is no use to the party of eight, and the larger one is its only one.
    quote = desk.quote(party_size(6, "19:45"))
    assert isinstance(quote, Quote)
    assert (quote.plan.tables, quote.others) == (("6",), ())
    booked(desk, 6, "19:45")
    starved = desk.quote(party_size(6, "19:45"))
    assert isinstance(starved, Refusal)
    assert starved.reasons[0].details == {"party_size": 6, "promised": ["p"]}


def a_desk_with_two_promises(desk: Desk) -> Desk:
    desk.edit_floor(lambda _: sketch_floor({"1": 2, "2": 2}))
    promise(desk, "p1", 2, "19:00")
    promise(desk, "p2", 2, "19:00")
    return desk


def test_with_few_plans_to_try_a_no_is_not_proven(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promised, "MAX_PLANS", 1)
    desk = a_desk(store)
    promise(desk, "p", 4)
    quote = desk.quote(BookingRequest(4, at("19:00")))
    assert isinstance(quote, Refusal)
    assert quote.proof is Proof.NOT_PROVEN
