"""Drift: each fact that a hold relied on, what it did not rely on, and quoting anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    AdjacencyMode,
    CapacityRule,
    Code,
    Desk,
    Floor,
    Join,
    ManualClock,
    Mobility,
    Occasion,
    Policy,
    PolicyDrift,
    Position,
    Preference,
    Refused,
    ServicePeriod,
    SetCapacity,
    Zone,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    a_house,
    at,
    five_tables,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    table_rows,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


# ---- drift: each fact ----------------------------------------------------------------------------


def alter(desk: Desk, table_id: str, **changes: Any) -> None:
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(table_id), **changes))
    )


def with_period(**changes: Any) -> Callable[[Desk], object]:
    def edit(desk: Desk) -> None:
        desk.edit_policy(
            lambda policy: attrs.evolve(
                policy, periods=[attrs.evolve(each, **changes) for each in policy.periods]
            )
        )

    return edit


def with_planning(**changes: Any) -> Callable[[Desk], object]:
    def edit(desk: Desk) -> None:
        desk.edit_policy(
            lambda policy: attrs.evolve(policy, planning=attrs.evolve(policy.planning, **changes))
        )

    return edit


def with_policy(**changes: Any) -> Callable[[Desk], object]:
    return lambda desk: desk.edit_policy(lambda policy: attrs.evolve(policy, **changes))


def with_floor(change: Callable[[Floor], Floor]) -> Callable[[Desk], object]:
    return lambda desk: desk.edit_floor(change)


def with_table(table_id: str, **changes: Any) -> Callable[[Desk], object]:
    return lambda desk: alter(desk, table_id, **changes)


def with_a_larger_table(floor: Floor) -> Floor:
    """Add a table that seats the party, which the hold's tables do no more."""
    large = attrs.evolve(sketch_floor({"8": 8}).tables[0], zone_id=floor.zones[0].id)
    return floor.with_table(large)


def with_larger(table_id: str, **changes: Any) -> Callable[[Desk], object]:
    return with_floor(
        lambda floor: with_a_larger_table(
            floor.with_table(attrs.evolve(floor.get_table(table_id), **changes))
        )
    )


DRIFTS: dict[str, tuple[Callable[[Desk], object], tuple[str, ...]]] = {
    "seats": (with_table("3", capacity=5), ("tables[3].capacity",)),
    "smallest party": (with_table("3", min_party=2), ("tables[3].min_party",)),
    "largest party": (with_table("4", max_party=4), ("tables[4].max_party",)),
    "zone": (
        with_floor(
            lambda floor: with_a_larger_table(
                floor.with_zone(Zone("bar", "Bar")).with_table(
                    attrs.evolve(floor.get_table("3"), zone_id="bar")
                )
            )
        ),
        ("tables[3].zone_id",),
    ),
    "mobility": (with_larger("3", mobility=Mobility.FIXED), ("tables[3].mobility",)),
    "out of service": (with_larger("3", out_of_service=True), ("tables[3].is_offered",)),
    "inactive": (with_larger("3", active=False), ("tables[3].is_offered",)),
    "a join among them gone": (
        with_floor(lambda floor: with_a_larger_table(floor.without_join(["3", "4"]))),
        ("joins[3+4]",),
    ),
    "a loss of a join among them": (
        with_floor(lambda floor: with_a_larger_table(floor.with_join(Join(("3", "4"), 1)))),
        ("joins[3+4]",),
    ),
    "a capacity of the set": (
        with_floor(lambda floor: attrs.evolve(floor, set_capacities=[SetCapacity({"3", "4"}, 8)])),
        ("set_capacity",),
    ),
    "mode": (with_planning(adjacency_mode=AdjacencyMode.PAIRWISE), ("adjacency_mode",)),
    "adjacency required": (with_planning(adjacency_required=False), ("adjacency_mode",)),
    "adjacency for larger parties": (with_planning(adjacency_min_party=9), ("adjacency_mode",)),
    "band": (with_policy(turn_bands=[(8, 100)]), ("turn_minutes",)),
    "buffer before": (with_period(buffer_before_minutes=5), ("buffer_before_minutes",)),
    "buffer after": (with_period(buffer_after_minutes=5), ("buffer_after_minutes",)),
    "the end of service": (with_period(end="20:00", last_start="19:00"), ("stay",)),
}

REFUSALS: dict[str, tuple[Callable[[Desk], object], Code]] = {
    "zone": (
        with_floor(
            lambda floor: floor.with_zone(Zone("bar", "Bar")).with_table(
                attrs.evolve(floor.get_table("3"), zone_id="bar")
            )
        ),
        # Of the causes, this one comes first: tables 4 and 5 would do if they were joined.
        Code.ADJACENCY_MISMATCH,
    ),
    "mobility": (with_table("3", mobility=Mobility.FIXED), Code.TABLE_NOT_MOVABLE),
    "out of service": (with_table("3", out_of_service=True), Code.TABLE_OUT_OF_SERVICE),
    "inactive": (with_table("3", active=False), Code.TABLE_INACTIVE),
    "a join among them gone": (
        with_floor(lambda floor: floor.without_join(["3", "4"])),
        Code.ADJACENCY_MISMATCH,
    ),
    "closed": (with_policy(closures=["2026-05-01"]), Code.CLOSED),
    "last seating": (with_period(last_start="18:45"), Code.LAST_SEATING_PASSED),
    "opening": (with_period(start="19:30"), Code.OUTSIDE_SERVICE_HOURS),
    "the end of service": (
        with_period(end="19:30", last_start="19:00"),
        Code.DWELL_BELOW_MINIMUM,
    ),
    "cap": (with_policy(capacity_rules=[CapacityRule(max_covers=0)]), Code.CAPACITY_EXCEEDED),
    "the house": (
        lambda desk: desk.edit_restaurant(lambda house: attrs.evolve(house, active=False)),
        Code.RESTAURANT_INACTIVE,
    ),
}

STEADY: dict[str, Callable[[Desk], object]] = {
    "a picture was moved": with_table("3", position=Position(10, 20, 90)),
    "notes, section, features": with_table(
        "3", notes="wobbly", section="north", features={"window"}
    ),
    "a number": with_table("3", number="A3"),
    "another table": with_table("1", capacity=9),
    "another join": with_floor(lambda floor: floor.without_join(["1", "2"])),
    "a join to another table": with_floor(lambda floor: floor.with_join(Join(("4", "5")))),
    "a capacity of another set": with_floor(
        lambda floor: attrs.evolve(floor, set_capacities=[SetCapacity({"1", "2"}, 3)])
    ),
    "a band of other sizes": with_policy(turn_bands=[(2, 60), (8, 90)]),
    "a cap that the party keeps to": with_policy(capacity_rules=[CapacityRule(max_covers=8)]),
    "hours around the stay": with_period(start="18:00", end="22:00", last_start="19:00"),
    "the largest set": with_planning(max_tables=1),
    "nothing, saved twice": with_policy(),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_each_fact_that_a_hold_relied_on_drifts(desk: Desk, name: str) -> None:
    hold = held(desk, 8)
    assert hold.tables == ("3", "4")
    edit, changed = DRIFTS[name]
    edit(desk)
    with pytest.raises(PolicyDrift) as caught:
        desk.confirm(hold.id)
    assert (caught.value.hold_id, caught.value.changed, caught.value.http_status) == (
        hold.id,
        changed,
        409,
    )
    assert desk.find_hold(hold.id) == hold


@pytest.mark.parametrize("name", REFUSALS)
def test_finding_14_a_hold_that_the_house_no_longer_admits_is_refused_with_the_cause(
    store: Store, desk: Desk, name: str
) -> None:
    hold = held(desk, 8)
    edit, code = REFUSALS[name]
    edit(desk)
    before = snapshot(store, desk)
    for requote in (False, True):
        with pytest.raises(Refused) as caught:
            desk.confirm(hold.id, requote=requote)
        assert caught.value.code is code
        assert desk.confirmations(hold.id)[-1].code == code.value
    assert snapshot(store, desk) == before
    assert desk.find_hold(hold.id) == hold


def test_case_35_a_closed_day_is_explained_as_closed(desk: Desk) -> None:
    hold = held(desk, 4)
    with_policy(closures=["2026-05-01"])(desk)
    with pytest.raises(Refused, match="closed on 2026-05-01"):
        desk.confirm(hold.id)


def test_finding_14_a_table_that_lost_a_condition_is_refused_or_quoted_anew(desk: Desk) -> None:
    for table_id in ("3", "4"):
        alter(desk, table_id, features={"step-free"})
    hold = desk.hold(party_size(4, must=Preference(features={"step-free"})))
    assert hold.tables == ("3",)
    alter(desk, "3", features=())
    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.code is Code.NO_TABLES_MATCH
    assert caught.value.refusal.reasons[0].details["wanted"] == {"features": ["step-free"]}
    assert desk.confirm(hold.id, requote=True).tables == ("4",)


def test_finding_14_a_start_that_has_come_is_not_held_against_a_hold(
    desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(at("18:59"))
    hold = held(desk, 4, ttl_seconds=600)
    with_policy(past_grace_minutes=0)(desk)
    clock.move_to(at("19:08"))
    assert desk.confirm(hold.id).start == at("19:00")


def test_finding_14_a_hold_of_a_counted_booking_counts_once(desk: Desk) -> None:
    pending = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=pending.id)
    with_policy(capacity_rules=[CapacityRule(max_covers=4, max_parties=1)])(desk)
    assert desk.confirm(hold.id).id == pending.id


@pytest.mark.parametrize("name", STEADY)
def test_what_a_hold_did_not_rely_on_is_no_drift(desk: Desk, name: str) -> None:
    hold = held(desk, 8)
    STEADY[name](desk)
    assert desk.confirm(hold.id).tables == ("3", "4")


def test_a_fact_that_came_back_is_no_drift(desk: Desk) -> None:
    hold = held(desk, 8)
    alter(desk, "3", capacity=5)
    alter(desk, "3", capacity=4)
    assert desk.confirm(hold.id).tables == ("3", "4")


def test_one_table_relies_on_no_joins(desk: Desk) -> None:
    hold = held(desk, 4, tables=["3"])
    desk.edit_floor(lambda floor: floor.without_join(["3", "4"]))
    with_planning(adjacency_mode=AdjacencyMode.NEIGHBORS)(desk)
    assert desk.confirm(hold.id).tables == ("3",)


# ---- quoted anew ---------------------------------------------------------------------------------


def test_a_drifted_hold_may_be_quoted_anew_and_gets_other_tables(desk: Desk) -> None:
    hold = held(desk, 4)
    alter(desk, hold.tables[0], out_of_service=True)
    booking = desk.confirm(hold.id, requote=True)
    assert (hold.tables, booking.tables) == (("3",), ("4",))
    assert [row.owner_id for row in table_rows(desk)] == [booking.id]
    assert desk.audit().is_clean


def test_a_drifted_hold_that_is_quoted_anew_may_keep_its_own_tables(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    hold = held(desk, 4)
    with_policy(turn_bands=[(None, 120)])(desk)
    booking = desk.confirm(hold.id, requote=True)
    assert rows_of(desk, booking.id) == [("1", "19:00", "21:00")]


def test_a_hold_of_named_tables_is_quoted_anew_for_these_or_none(store: Store, desk: Desk) -> None:
    hold = held(desk, 4, tables=["3"])
    alter(desk, "3", capacity=5)
    assert desk.confirm(hold.id, requote=True).tables == ("3",)
    other = held(desk, 4, tables=["4"])
    alter(desk, "4", out_of_service=True)
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.confirm(other.id, requote=True)
    assert caught.value.code is Code.TABLE_OUT_OF_SERVICE
    assert snapshot(store, desk) == before


def test_a_pending_booking_is_quoted_anew_with_its_hold(desk: Desk) -> None:
    pending = desk.book(party_size(8), tables="later")
    hold = held(desk, 8, booking_id=pending.id)
    with_period(buffer_after_minutes=10)(desk)
    booking = desk.confirm(hold.id, requote=True)
    assert booking.id == pending.id
    assert rows_of(desk, pending.id) == [("3", "19:00", "20:40"), ("4", "19:00", "20:40")]


def test_other_holds_for_the_booking_are_not_in_the_way_of_a_new_quote(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4})))
    pending = desk.book(party_size(4), tables="later")
    hold, other = (held(desk, 4, booking_id=pending.id) for _ in range(2))
    alter(desk, hold.tables[0], out_of_service=True)
    assert desk.confirm(hold.id, requote=True).tables == other.tables
    assert desk.find_hold(other.id) is None
    assert desk.audit().is_clean


def test_a_hold_that_has_not_drifted_is_not_quoted_anew(desk: Desk) -> None:
    hold = held(desk, 4, tables=["5"])
    assert desk.confirm(hold.id, requote=True).tables == ("5",)


def test_a_new_quote_does_not_mind_that_the_start_has_passed(
    desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(at("18:59"))
    hold = held(desk, 4, ttl_seconds=600)
    clock.move_to(at("19:07"))
    alter(desk, hold.tables[0], capacity=5)
    assert desk.confirm(hold.id, requote=True).start == at("19:00")


def test_a_new_quote_sweeps_the_dead_where_it_goes(desk: Desk, clock: ManualClock) -> None:
    dead = held(desk, 4, tables=["4"], ttl_seconds=30)
    hold = held(desk, 4, tables=[])
    clock.move_to(dead.expires_at)
    alter(desk, hold.tables[0], out_of_service=True)
    assert desk.confirm(hold.id, requote=True).tables == ("4",)
    assert desk.audit().is_clean


def test_a_new_quote_keeps_to_the_caps_and_does_not_count_itself(desk: Desk) -> None:
    with_policy(capacity_rules=[CapacityRule(max_covers=4)])(desk)
    hold = held(desk, 4)
    alter(desk, hold.tables[0], out_of_service=True)
    assert desk.confirm(hold.id, requote=True).tables == ("4",)


def test_an_occasion_that_is_gone_is_refused_as_not_offered(store: Store) -> None:
    drinks = Occasion("drinks", [(None, 60)])
    dinner = ServicePeriod("dinner", "17:00", "23:00", occasions=["drinks"])
    desk = open_desk(store, a_house(five_tables(), occasions=[drinks], periods=[dinner]))
    hold = desk.hold(party_size(4, occasion="drinks"))
    with_period(occasions=())(desk)
    for requote in (False, True):
        with pytest.raises(Refused) as caught:
            desk.confirm(hold.id, requote=requote)
        assert caught.value.code is Code.OCCASION_NOT_OFFERED


def test_an_occasion_that_the_house_chose_and_that_is_gone_is_drift(store: Store) -> None:
    occasions = [Occasion("drinks", [(None, 90)]), Occasion("food", [(None, 90)])]
    dinner = ServicePeriod("dinner", "17:00", "23:00", occasions=["drinks"])
    desk = open_desk(store, a_house(five_tables(), occasions=occasions, periods=[dinner]))
    hold = held(desk, 4)
    with_period(occasions=["food"])(desk)
    with pytest.raises(PolicyDrift) as caught:
        desk.confirm(hold.id)
    assert caught.value.changed == ("occasion",)
    assert desk.confirm(hold.id, requote=True).stay.occasion == "food"


def test_a_floor_that_grew_is_no_drift(desk: Desk) -> None:
    hold = held(desk, 8)
    desk.edit_floor(lambda floor: attrs.evolve(floor, tables=(*floor.tables, *_more(floor).tables)))
    assert desk.confirm(hold.id).tables == hold.tables


def _more(floor: Floor) -> Floor:
    return attrs.evolve(sketch_floor({"8": 8}), zones=floor.zones)


def test_the_policy_may_be_edited_between_hold_and_confirm(desk: Desk) -> None:
    hold = held(desk, 4)
    policy: Policy = desk.house().policy
    with_policy(past_grace_minutes=0)(desk)
    assert desk.house().policy != policy
    assert desk.confirm(hold.id).tables == hold.tables
