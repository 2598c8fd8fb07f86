"""Previews and repair plans: ways out, stale plans, and records that forbid an edit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Code,
    Desk,
    Floor,
    House,
    InUse,
    InvalidInput,
    KeptApart,
    ManualClock,
    NotFound,
    Occasion,
    Override,
    Planning,
    Policy,
    Preference,
    Preview,
    Refused,
    Relaxation,
    ServicePeriod,
    Table,
    Versions,
    WayOut,
    WayOutKind,
    Zone,
    ZoneRule,
    sketch_floor,
)
from fourtop.formats.results import to_data
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
    rows_of,
    window,
)

VERSIONS = Versions(1, 1, 0)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def without(*tables: str) -> Any:
    """An edit that removes tables."""

    def edit(floor: Floor) -> Floor:
        for table in tables:
            floor = floor.without_table(table)
        return floor

    return edit


def out_of_service(*tables: str) -> Any:
    def edit(floor: Floor) -> Floor:
        for table in tables:
            floor = floor.with_table(attrs.evolve(floor.get_table(table), out_of_service=True))
        return floor

    return edit


def with_rules(**rules: Any) -> Any:
    return lambda policy: attrs.evolve(policy, **rules)


def dinner(end: str, last_start: str, **how: Any) -> Any:
    return with_rules(periods=[ServicePeriod("dinner", "17:00", end, last_start=last_start, **how)])


def in_zone(timezone: str) -> Any:
    return lambda restaurant: attrs.evolve(restaurant, timezone=timezone)


def ways(preview: Preview) -> dict[str, tuple[str, str, tuple[str, ...]] | None]:
    """The kind, the start and the tables of each way out, by booking."""
    return {
        each.booking.id: None
        if each.way_out is None
        else (each.way_out.kind.value, f"{each.way_out.start:%H:%M}", each.way_out.tables)
        for each in preview.bookings
    }


def codes(preview: Preview) -> list[list[Code]]:
    return [[reason.code for reason in each.refusal.reasons] for each in preview.bookings]


# ---- stranded ------------------------------------------------------------------------------------


def test_an_empty_house_has_nothing_to_strand(desk: Desk) -> None:
    preview = desk.preview(floor=without("5"))
    assert preview.is_clean
    assert (preview.until, preview.versions) == (NOW, desk.versions())
    desk.edit_floor(without("5"), repair=preview.repair)
    assert desk.house().floor.find_table("5") is None


def test_an_edit_that_no_party_notices_is_clean(desk: Desk) -> None:
    booked(desk, 6, booking_id="six")
    held(desk, 2)
    preview = desk.preview(
        floor=without("2"), restaurant=lambda each: attrs.evolve(each, name="Other")
    )
    assert preview.is_clean
    assert preview.in_the_way == ()


def test_a_party_that_the_present_house_would_not_take_is_not_stranded_again(desk: Desk) -> None:
    booked(desk, 6, booking_id="six", tables=["5"])
    desk.edit_floor(out_of_service("5"))
    later = dinner("23:00", "18:00")
    assert codes(desk.preview(policy=later)) == [[Code.LAST_SEATING_PASSED]]
    assert desk.preview(floor=without("2")).is_clean


def test_a_stay_that_the_new_hours_would_cut_is_stranded(desk: Desk) -> None:
    booked(desk, 2, "20:00", booking_id="a", tables=["1"])
    preview = desk.preview(policy=dinner("21:00", "20:30"))
    assert codes(preview) == [[Code.STAY_CUT]]
    assert str(preview.bookings[0].refusal) == (
        "the stay ends at 2026-05-01T21:30+00:00 and would be cut at 2026-05-01T21:00+00:00"
    )
    assert ways(preview) == {"a": ("start", "19:30", ("1",))}


def test_a_longer_turn_and_new_buffers_strand_no_booking(desk: Desk) -> None:
    booked(desk, 2, "18:00", booking_id="a", tables=["1"])
    booked(desk, 2, "19:30", booking_id="b", tables=["1"])
    rules = dinner("23:00", "21:00", buffer_after_minutes=30)
    assert desk.preview(
        policy=lambda policy: attrs.evolve(rules(policy), turn_bands=[(None, 120)])
    ).is_clean


def test_a_seated_party_stays_and_no_party_is_moved_to_its_table(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 6, "17:00", booking_id="sits", tables=["5"])
    booked(desk, 4, "19:00", booking_id="four")
    desk.block(window("18:30", "20:30"), tables=["1"], reason="paint")
    clock.move_to(at("17:00"))
    desk.seat("sits")
    clock.move_to(at("18:55"))
    preview = desk.preview(floor=out_of_service("3", "4"))
    # Table 5 is free by its rows; its party has not left.
    assert ways(preview) == {"four": ("start", "19:15", ("5",))}
    assert desk.preview(floor=out_of_service("5")).is_clean
    plan = desk.preview(floor=without("5")).repair
    with pytest.raises(InUse, match="booking sits"):
        desk.edit_floor(without("5"), repair=plan)


# ---- ways out ------------------------------------------------------------------------------------


def test_the_largest_party_chooses_first_and_each_way_leaves_room_for_the_others(
    desk: Desk,
) -> None:
    booked(desk, 2, booking_id="two", tables=["3"])
    booked(desk, 6, booking_id="six", tables=["5"])
    preview = desk.preview(floor=out_of_service("3", "5"))
    assert ways(preview) == {
        "six": None,
        "two": ("tables", "19:00", ("1",)),
    }
    assert preview.repair.left == ("six",)


def test_a_removed_step_free_table_has_no_substitute(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2}).with_table(
        Table("3", "3", 2, "main", features=["step-free"])
    )
    desk = open_desk(store, a_house(floor), actor=STAFF)
    desk.book(party_size(2, must=Preference(features=["step-free"])), booking_id="a")
    preview = desk.preview(floor=out_of_service("3"))
    assert ways(preview) == {"a": None}
    preview = desk.preview(
        floor=lambda floor: floor.with_table(attrs.evolve(floor.get_table("3"), features=[]))
    )
    assert (codes(preview), ways(preview)) == ([[Code.NO_TABLES_MATCH]], {"a": None})


def test_a_promise_of_tables_moves_with_the_party_and_holds_at_another_start(desk: Desk) -> None:
    booked(desk, 2, "20:30", booking_id="a", tables=["2"])
    preview = desk.preview(policy=dinner("23:00", "20:00"))
    assert ways(preview) == {"a": ("start", "20:00", ("2",))}
    desk.edit_policy(dinner("23:00", "20:00"), repair=preview.repair)
    assert (desk.get_booking("a").names_tables, desk.get_booking("a").tables) == (True, ("2",))


def test_a_pinned_booking_never_leaves_its_tables(desk: Desk) -> None:
    booked(desk, 2, "20:30", booking_id="a")
    desk.pin("a")
    assert ways(desk.preview(floor=out_of_service("1"))) == {"a": None}
    booked(desk, 2, "18:30", booking_id="b", tables=["1"])
    preview = desk.preview(policy=dinner("23:00", "20:15"))
    assert ways(preview) == {"a": ("start", "20:15", ("1",))}
    desk.edit_policy(dinner("23:00", "20:15"), repair=preview.repair)
    pinned = desk.get_booking("a")
    assert (pinned.is_pinned, pinned.names_tables, pinned.tables) == (True, False, ("1",))


def test_a_party_without_a_promise_has_none_afterwards(desk: Desk) -> None:
    booked(desk, 2, "20:30", booking_id="a")
    preview = desk.preview(policy=dinner("23:00", "20:00"))
    desk.edit_policy(dinner("23:00", "20:00"), repair=preview.repair)
    assert not desk.get_booking("a").names_tables


def test_a_party_that_waits_for_tables_gets_another_start_and_still_waits(desk: Desk) -> None:
    desk.book(party_size(2, "20:30"), booking_id="a", tables="later")
    preview = desk.preview(policy=dinner("23:00", "20:00"))
    assert ways(preview) == {"a": ("start", "20:00", ())}
    assert str(preview.bookings[0].way_out) == "2026-05-01T20:00Z, still without tables"
    desk.edit_policy(dinner("23:00", "20:00"), repair=preview.repair)
    assert (desk.get_booking("a").start, desk.get_booking("a").tables) == (at("20:00"), ())


def two_zones() -> House:
    floor = sketch_floor({"1": 2, "2": 2}).with_zone(Zone("out", "Out", order=1))
    return a_house(floor.with_table(Table("3", "3", 2, "out")))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (ZoneRule("out", closed=True), Code.ZONE_CLOSED),
        (ZoneRule("out", start="17:00", end="20:00"), Code.STAY_CUT),
        (ZoneRule("out", last_start="18:00"), Code.ZONE_LAST_SEATING_PASSED),
    ],
)
def test_a_zone_with_new_hours_sends_its_parties_to_another_zone(
    store: Store, rule: ZoneRule, code: Code
) -> None:
    desk = open_desk(store, two_zones(), actor=STAFF)
    booked(desk, 2, booking_id="a", tables=["3"])
    preview = desk.preview(policy=with_rules(zone_rules=[rule]))
    assert codes(preview) == [[code]]
    assert ways(preview) == {"a": ("tables", "19:00", ("1",))}


def test_parties_move_into_the_zone_that_stays_open_longer(store: Store) -> None:
    desk = open_desk(store, two_zones(), actor=STAFF)
    booked(desk, 2, "20:30", booking_id="a", tables=["1"])

    def edit(policy: Policy) -> Policy:
        early: Policy = dinner("23:00", "19:00")(policy)
        return attrs.evolve(early, zone_rules=[ZoneRule("out", last_start="21:00")])

    assert ways(desk.preview(policy=edit)) == {"a": ("tables", "20:30", ("3",))}


def test_a_party_whose_occasion_is_gone_has_no_way_out(store: Store) -> None:
    period = ServicePeriod("dinner", "17:00", "23:00", occasions=["meal", "feast"])
    occasions = [Occasion("meal", [(None, 90)]), Occasion("feast", [(None, 120)])]
    desk = open_desk(store, a_house(periods=[period], occasions=occasions), actor=STAFF)
    desk.book(party_size(2, occasion="feast"), booking_id="a")

    def edit(policy: Policy) -> Policy:
        meal = attrs.evolve(period, occasions=["meal"])
        return attrs.evolve(policy, periods=[meal], occasions=occasions[:1])

    preview = desk.preview(policy=edit)
    assert (codes(preview), ways(preview)) == ([[Code.OCCASION_NOT_OFFERED]], {"a": None})


def test_a_way_out_takes_the_table_of_an_expired_hold(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 2, booking_id="a", tables=["1"])
    booked(desk, 4, booking_id="b", tables=["3"])
    booked(desk, 4, booking_id="c", tables=["4"])
    booked(desk, 6, booking_id="d", tables=["5"])
    hold = held(desk, 2, tables=["2"])
    edit = out_of_service("1")
    assert ways(desk.preview(floor=edit))["a"] != ("tables", "19:00", ("2",))
    clock.advance(seconds=3_600)
    preview = desk.preview(floor=edit)
    assert ways(preview)["a"] == ("tables", "19:00", ("2",))
    desk.edit_floor(edit, repair=preview.repair)
    assert desk.get_booking("a").tables == ("2",)
    assert desk.find_hold(hold.id) is None
    assert desk.audit().is_clean


def test_a_party_whose_table_is_being_set_moves_from_now_on(
    store: Store, clock: ManualClock
) -> None:
    period = ServicePeriod("dinner", "17:00", "23:00", buffer_before_minutes=15)
    desk = open_desk(store, a_house(periods=[period]), actor=STAFF)
    booked(desk, 2, "17:15", booking_id="before", tables=["2"])
    booked(desk, 2, booking_id="a", tables=["1"])
    clock.move_to(at("18:50"))
    preview = desk.preview(floor=out_of_service("1"))
    assert ways(preview) == {"a": ("tables", "19:00", ("2",))}
    assert str(preview.bookings[0].way_out) == "table 2"
    desk.edit_floor(out_of_service("1"), repair=preview.repair)
    assert rows_of(desk, "a") == [("1", "18:45", "18:50"), ("2", "18:50", "20:30")]
    assert desk.audit().is_clean


def test_guests_and_staff_may_ask(store: Store) -> None:
    guest = open_desk(store)
    guest.book(party_size(2, minutes=None), booking_id="a")
    assert ways(guest.preview(floor=out_of_service("1"))) == {"a": ("tables", "19:00", ("2",))}


# ---- holds ---------------------------------------------------------------------------------------


def test_a_hold_gets_what_a_confirmation_with_a_new_quote_would_give(desk: Desk) -> None:
    hold = held(desk, 2)
    edit = with_rules(turn_bands=[(None, 60)])
    preview = desk.preview(policy=edit)
    (stranded,) = preview.holds
    assert stranded.refusal.code is Code.POLICY_DRIFT
    assert str(stranded.refusal) == "since the hold was made, these changed: turn_minutes"
    assert stranded.way_out == WayOut(WayOutKind.TABLES, hold.stay.dining.start_us, ("1",))
    assert preview.repair.repairs == ()
    desk.edit_policy(edit)
    assert desk.confirm(hold.id, requote=True).tables == ("1",)


def test_a_hold_outside_the_new_hours_gets_the_nearest_start(desk: Desk) -> None:
    held(desk, 2, "20:30")
    (stranded,) = desk.preview(policy=dinner("23:00", "20:00")).holds
    assert stranded.way_out is not None
    assert (stranded.way_out.start, stranded.way_out.minutes_moved) == (at("20:00"), -30)


def test_a_hold_whose_rules_were_lifted_keeps_that(desk: Desk) -> None:
    request = party_size(4, "20:30", tables=["1", "3"], relax=[Relaxation.ADJACENCY])
    hold = desk.hold(request)

    def edit(floor: Floor) -> Floor:
        return floor.with_table(attrs.evolve(floor.get_table("1"), capacity=3))

    for preview in (desk.preview(floor=edit), desk.preview(policy=dinner("23:00", "20:00"))):
        (stranded,) = preview.holds
        assert stranded.hold.id == hold.id
        assert stranded.way_out is not None
        assert stranded.way_out.tables == ("1", "3")


def test_a_promised_table_that_is_removed_leaves_its_parties_without_a_way_out(desk: Desk) -> None:
    booked(desk, 6, booking_id="six", tables=["5"])
    held(desk, 4, tables=["4"])
    preview = desk.preview(floor=without("3", "4", "5"))
    assert (codes(preview), ways(preview)) == ([[Code.TABLE_REMOVED]], {"six": None})
    (stranded,) = preview.holds
    assert (stranded.refusal.code, stranded.way_out) == (Code.TABLE_REMOVED, None)
    assert str(stranded.refusal) == "table 4 is no longer on the floor"


def test_a_hold_that_drifted_before_is_not_stranded_again(desk: Desk) -> None:
    held(desk, 2)
    desk.edit_policy(with_rules(turn_bands=[(None, 60)]))
    assert desk.preview(floor=without("5")).is_clean


# ---- distances and overrides ---------------------------------------------------------------------


def apart(*pair: str) -> Any:
    """An edit that keeps two tables apart."""
    return lambda floor: attrs.evolve(floor, kept_apart=[KeptApart(pair)])


def test_of_two_parties_that_come_too_close_one_moves_and_the_other_stays(desk: Desk) -> None:
    desk.book(party_size(4), booking_id="four")
    desk.book(party_size(3), booking_id="three")
    assert [desk.get_booking(each).tables for each in ("four", "three")] == [("3",), ("4",)]
    edit = apart("3", "4")
    preview = desk.preview(floor=edit)
    assert codes(preview) == [[Code.TABLES_TOO_CLOSE]] * 2
    ways_out = {each.booking_id: each.way_out.tables for each in preview.repair.repairs}
    assert ways_out == {"four": ("1", "2"), "three": ("4",)}
    desk.edit_floor(edit, repair=preview.repair)
    assert desk.get_booking("four").tables == ("1", "2")
    assert desk.get_booking("three").version == 1
    assert desk.preview(floor=edit).is_clean


def test_a_way_out_that_needs_another_one_is_refused_without_it(desk: Desk) -> None:
    desk.book(party_size(4), booking_id="four")
    desk.book(party_size(3), booking_id="three")
    plan = desk.preview(floor=apart("3", "4")).repair.without("four")
    with pytest.raises(Refused) as caught:
        desk.edit_floor(apart("3", "4"), repair=plan)
    assert caught.value.refusal.code is Code.TABLES_TOO_CLOSE
    assert desk.house().floor.kept_apart == ()


ONE_TABLE = with_rules(planning=Planning(max_tables=1))
BROKEN = Override(Code.TOO_MANY_TABLES, "They like the corner")


def test_an_edit_strands_no_party_by_a_rule_that_staff_have_overridden_for_it(desk: Desk) -> None:
    desk.edit_policy(ONE_TABLE)
    desk.book(party_size(3, tables=["1", "2"], overrides=[BROKEN]), booking_id="a")
    # The present house has no such rule any more.
    desk.edit_policy(with_rules(planning=Planning()))
    assert desk.preview(policy=ONE_TABLE).is_clean
    # The adjacency of the tables is another rule.
    assert codes(desk.preview(floor=without_joins)) == [[Code.ADJACENCY_MISMATCH]]


def without_joins(floor: Floor) -> Floor:
    return attrs.evolve(floor, joins=())


def test_a_pinned_party_whose_tables_break_an_overridden_rule_gets_another_start(
    desk: Desk,
) -> None:
    desk.edit_policy(ONE_TABLE)
    request = party_size(3, "20:30", tables=["1", "2"], overrides=[BROKEN])
    desk.book(request, booking_id="a")
    desk.pin("a")
    # It has starts at which the present house is closed.
    early = with_rules(periods=[ServicePeriod("dinner", "13:00", "19:00", last_start="16:00")])
    preview = desk.preview(policy=early)
    (repair,) = preview.repair.repairs
    assert (repair.way_out.start, repair.way_out.tables) == (at("16:00"), ("1", "2"))
    desk.edit_policy(early, repair=preview.repair)
    assert desk.get_booking("a").start == at("16:00")


# ---- time zones ----------------------------------------------------------------------------------


def test_a_hold_and_a_block_keep_the_time_zone(desk: Desk) -> None:
    hold = held(desk, 2)
    preview = desk.preview(restaurant=in_zone("Europe/Berlin"))
    (stranded,) = preview.holds
    assert stranded.refusal.code is Code.LOCAL_TIME_CHANGED
    assert stranded.way_out is not None
    assert stranded.way_out.start == at("17:00")
    with pytest.raises(InUse, match="the timezone 'UTC' is in use by hold"):
        desk.edit_restaurant(in_zone("Europe/Berlin"), repair=preview.repair)
    desk.release_hold(hold.id)
    desk.block(window("13:00", "14:00"), tables=["1"], reason="paint")
    preview = desk.preview(restaurant=in_zone("Europe/Berlin"))
    with pytest.raises(InUse, match="in use by block"):
        desk.edit_restaurant(in_zone("Europe/Berlin"), repair=preview.repair)


def test_a_party_without_a_way_out_keeps_the_time_zone(desk: Desk) -> None:
    booked(desk, 2, "18:00", booking_id="a")
    desk.cancel("a")
    booked(desk, 2, "18:00", booking_id="b")
    # In New York dinner begins when it is 22:00 in the old zone, and 18:00 is as late as before.
    plan = desk.preview(restaurant=in_zone("America/New_York")).repair
    assert [each.way_out.start for each in plan.repairs] == [at("22:00")]
    with pytest.raises(InUse, match="in use by booking b at"):
        desk.edit_restaurant(in_zone("America/New_York"), repair=plan.without("b"))
    desk.edit_restaurant(in_zone("America/New_York"), repair=plan)
    assert desk.get_booking("b").local_start == "2026-05-01T18:00-04:00"


def test_a_zone_with_the_same_clocks_can_be_taken_with_an_empty_plan(desk: Desk) -> None:
    booked(desk, 2, booking_id="a")
    preview = desk.preview(restaurant=in_zone("Africa/Abidjan"))
    assert preview.is_clean
    assert len(preview.in_the_way) == 1
    desk.edit_restaurant(in_zone("Africa/Abidjan"), repair=preview.repair)
    assert desk.house().restaurant.timezone == "Africa/Abidjan"


# ---- far ahead -----------------------------------------------------------------------------------


def far(desk: Desk, **how: Any) -> None:
    start = at("19:00") + timedelta(days=500)
    desk.book(attrs.evolve(party_size(6), start=start), booking_id="far", **how)


def test_a_preview_looks_a_year_ahead_and_says_so(desk: Desk) -> None:
    far(desk)
    preview = desk.preview(floor=without("5"))
    assert preview.until == NOW + timedelta(days=12 * 31 - 3)
    assert preview.is_clean
    with pytest.raises(InUse, match="booking far"):
        desk.edit_floor(without("5"), repair=preview.repair)
    with pytest.raises(InUse, match="records more than a year ahead"):
        desk.edit_restaurant(in_zone("Europe/Berlin"), repair=preview.repair)


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "house, floor, policy, restaurant: give a house, or a function for each part"),
        ({"house": a_house(), "floor": without("5")}, "house, floor, policy, restaurant: give"),
        ({"house": "house"}, "house: must be of type House"),
        ({"floor": "floor"}, "floor: must be a function that returns the new value"),
        ({"policy": lambda _: None}, "policy: must return a Policy"),
        ({"floor": lambda floor: floor.without_zone("main")}, "zone"),
        (
            {"restaurant": lambda each: attrs.evolve(each, id="other")},
            "restaurant: must return a restaurant of the same id",
        ),
    ],
)
def test_a_preview_of_nonsense_is_invalid(desk: Desk, given: dict[str, Any], text: str) -> None:
    with pytest.raises((InvalidInput, InUse, NotFound), match=text):
        desk.preview(**given)


# ---- for people and programs ---------------------------------------------------------------------


def test_a_preview_reads_well(desk: Desk) -> None:
    booked(desk, 6, "20:30", booking_id="six")
    held(desk, 2, "20:30")
    rules = dinner("21:30", "19:30")
    present = desk.house()
    few = attrs.evolve(rules(present.policy), capacity_rules=[CapacityRule(max_covers=1)])
    preview = desk.preview(House(present.restaurant, without("4", "5")(present.floor), few))
    assert repr(preview) == (
        "<Preview until 2026-05-01, 1 booking stranded, 0 ways out, 1 hold, "
        "1 service over a cap, 1 in the …>"
    )
    assert repr(preview.bookings[0]) == "<StrandedBooking six TABLE_REMOVED, no way out>"
    assert repr(preview.holds[0]).startswith("<StrandedHold n")
    assert repr(preview.repair) == "<RepairPlan 0 repairs, six left unchanged>"
    assert "no way out" in preview._repr_html_()
    assert to_data(preview)["repair"]["left"] == ["six"]
    preview = desk.preview(policy=dinner("23:00", "20:00"))
    assert repr(preview.bookings[0]) == (
        "<StrandedBooking six LAST_SEATING_PASSED, 2026-05-01T20:00Z, table 5>"
    )
    assert repr(preview.repair.repairs[0]) == "<Repair six to 2026-05-01T20:00Z, table 5>"
    assert repr(preview.repair) == "<RepairPlan 1 repair>"
    assert repr(preview.bookings[0].way_out) == "<WayOut 2026-05-01T20:00Z, table 5>"
    assert "table 5" in preview._repr_html_()
    assert repr(desk.preview(floor=without("2"))) == (
        "<Preview until 2026-05-01, 0 bookings stranded, 0 ways out>"
    )
