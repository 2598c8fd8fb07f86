"""Case 17 from the field: one refusal code for five causes. Here each cause has its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import pytest

from fourtop import (
    AdjacencyMode,
    Aisle,
    BookingRequest,
    BookingWindow,
    CapacityRule,
    ChannelShare,
    Code,
    Desk,
    Floor,
    FourtopError,
    HoldRules,
    Join,
    KeptApart,
    ManualClock,
    Occasion,
    PacingRule,
    Planning,
    Preference,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    Table,
    WalkInRule,
    ZoneRule,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    a_house,
    at,
    booked,
    held,
    import_rows,
    one_table,
    open_desk,
    party_size,
    window,
)

Cause = Callable[[Desk, ManualClock], object]

CAUSES: dict[Code, Cause] = {}


def causes(code: Code) -> Callable[[Cause], Cause]:
    """Register what leads to a code."""

    def register(cause: Cause) -> Cause:
        assert code not in CAUSES
        CAUSES[code] = cause
        return cause

    return register


def many_kinds() -> Floor:
    return sketch_floor(
        {
            "1": 2,
            "2": 2,
            "3": 4,
            "4": 4,
            "5": {"capacity": 6, "mobility": "fixed"},
            "6": {"capacity": 6, "min_party": 3},
            "7": {"capacity": 2, "out_of_service": True},
            "8": (2, "Terrace"),
        },
        joins=["1-2-3-4", ("5", "6"), ("1", "8")],
    )


def with_policy(desk: Desk, **changes: Any) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, **changes))


# ---- rules of the house --------------------------------------------------------------------------


@causes(Code.RESTAURANT_INACTIVE)
def inactive(desk: Desk, _: ManualClock) -> None:
    desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, active=False))
    desk.hold(party_size(2))


@causes(Code.CLOSED)
def closed(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, closures=["2026-05-01"])
    desk.hold(party_size(2))


@causes(Code.OUTSIDE_SERVICE_HOURS)
def outside_hours(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2, "15:00"))


@causes(Code.LAST_SEATING_PASSED)
def too_late(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2, "21:15"))


@causes(Code.DWELL_BELOW_MINIMUM)
def too_little_time(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, periods=[ServicePeriod("dinner", "17:00", "23:00", last_start="22:45")])
    desk.hold(party_size(2, "22:45"))


@causes(Code.OCCASION_NOT_OFFERED)
def no_such_occasion(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, occasions=[Occasion("drinks", [(None, 60)])])
    desk.hold(party_size(2, occasion="drinks"))


@causes(Code.BOOKING_IN_PAST)
def in_the_past(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2, "11:54"))


@causes(Code.NOTICE_TOO_SHORT)
def too_soon(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, booking_windows=[BookingWindow(notice_minutes=600)])
    desk.hold(party_size(2))


@causes(Code.BEYOND_HORIZON)
def too_far_ahead(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, booking_windows=[BookingWindow(horizon_days=30)])
    desk.hold(BookingRequest(2, at("19:00", date(2026, 6, 1))))


@causes(Code.NOT_A_START_TIME)
def off_the_raster(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2, "19:01"))


@causes(Code.STAY_OUT_OF_BOUNDS)
def too_long(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, guest_stay=(60, 120))
    desk.hold(party_size(2, minutes=180))


@causes(Code.ZONE_CLOSED)
def closed_terrace(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, zone_rules=[ZoneRule("terrace", season=("06-01", "09-30"))])
    desk.hold(party_size(2, tables=["8"]))


@causes(Code.ZONE_OUTSIDE_HOURS)
def terrace_in_the_dark(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, zone_rules=[ZoneRule("terrace", start="12:00", end="19:00")])
    desk.hold(party_size(2, tables=["8"]))


@causes(Code.ZONE_LAST_SEATING_PASSED)
def after_the_last_start_of_the_terrace(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, zone_rules=[ZoneRule("terrace", last_start="18:45")])
    desk.hold(party_size(2, tables=["8"]))


@causes(Code.CAPACITY_EXCEEDED)
def full_of_covers(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, capacity_rules=[CapacityRule(max_covers=1)])
    desk.hold(party_size(2))


@causes(Code.PACING_EXCEEDED)
def full_quarter_of_an_hour(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, pacing_rules=[PacingRule(15, max_covers=1)])
    desk.hold(party_size(2))


@causes(Code.ZONE_CAPACITY_EXCEEDED)
def full_terrace(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, capacity_rules=[CapacityRule(max_covers=1, zone="terrace")])
    desk.hold(party_size(2, tables=["8"]))


@causes(Code.CHANNEL_SHARE_HELD_BACK)
def kept_for_the_phone(desk: Desk, _: ManualClock) -> None:
    with_policy(
        desk,
        channels=["phone"],
        capacity_rules=[CapacityRule(max_covers=4)],
        channel_shares=[ChannelShare("phone", 4)],
    )
    desk.hold(party_size(2))


@causes(Code.WALK_INS_ONLY)
def kept_for_walk_ins(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, walk_in_rules=[WalkInRule(weekdays=["friday"])])
    desk.hold(party_size(2))


@causes(Code.TABLES_PROMISED)
def promised_to_another(desk: Desk, _: ManualClock) -> None:
    desk.edit_floor(lambda _: one_table())
    desk.book(party_size(4), tables="later")
    desk.hold(party_size(4))


@causes(Code.SLOT_FULL)
def too_few_covers(desk: Desk, _: ManualClock) -> None:
    desk.open_slot(at("19:00"), 2, slot_id="slot")
    desk.reserve_slot("slot", 3)


@causes(Code.TABLES_TOO_CLOSE)
def too_close(desk: Desk, _: ManualClock) -> None:
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=[KeptApart(("1", "2"))]))
    desk.hold(party_size(2, tables=["1"]))
    desk.hold(party_size(2, tables=["2"]))


@causes(Code.AISLE_CLOSED)
def behind_an_aisle(desk: Desk, _: ManualClock) -> None:
    aisle = Aisle(joined=["1", "2"], closes=["3"])
    desk.edit_floor(lambda floor: attrs.evolve(floor, aisles=[aisle]))
    desk.hold(party_size(2, tables=["3"]))
    desk.hold(party_size(4, tables=["1", "2"]))


@causes(Code.CANNOT_BE_FREED)
def cannot_be_freed(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2, tables=["1"]))
    desk.free_and_block(window("18:00", "22:00"), tables=["1"], reason="paint")


# ---- tables --------------------------------------------------------------------------------------


@causes(Code.PARTY_NEVER_FITS)
def never_fits(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(40))


@causes(Code.NO_TABLES_MATCH)
def no_such_table(desk: Desk, _: ManualClock) -> None:
    table = attrs.evolve(desk.house().floor.get_table("7"), features={"window"})
    desk.edit_floor(lambda floor: floor.with_table(table))
    desk.hold(party_size(2, must=Preference(features={"window"})))


@causes(Code.TABLES_TAKEN)
def all_taken(desk: Desk, _: ManualClock) -> None:
    for _round in range(10):
        booked(desk, 6)


@causes(Code.ALLOCATIONS_OVERLAP)
def named_and_booked(desk: Desk, _: ManualClock) -> None:
    booked(desk, 2, tables=["1"])
    held(desk, 2, tables=["1"])


@causes(Code.HOLD_CONFLICT)
def named_and_held(desk: Desk, _: ManualClock) -> None:
    held(desk, 2, tables=["1"])
    booked(desk, 2, tables=["1"])


@causes(Code.PARTY_BELOW_MINIMUM)
def too_small(desk: Desk, _: ManualClock) -> None:
    held(desk, 2, tables=["6"])


@causes(Code.PARTY_ABOVE_MAXIMUM)
def too_large(desk: Desk, _: ManualClock) -> None:
    held(desk, 3, tables=["1"])


@causes(Code.SLACK_EXCEEDED)
def too_many_seats_over(desk: Desk, _: ManualClock) -> None:
    held(desk, 3, tables=["3", "4"])


@causes(Code.TOO_MANY_TABLES)
def too_many_tables(desk: Desk, _: ManualClock) -> None:
    held(desk, 12, tables=["1", "2", "3", "4"])


@causes(Code.TABLE_OUT_OF_SERVICE)
def out_of_service(desk: Desk, _: ManualClock) -> None:
    held(desk, 2, tables=["7"])


@causes(Code.TABLE_INACTIVE)
def inactive_table(desk: Desk, _: ManualClock) -> None:
    table = desk.house().floor.get_table("1")
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(table, active=False)))
    held(desk, 2, tables=["1"])


@causes(Code.TABLE_NOT_MOVABLE)
def fixed(desk: Desk, _: ManualClock) -> None:
    held(desk, 12, tables=["5", "6"])


@causes(Code.ZONE_MISMATCH)
def two_zones(desk: Desk, _: ManualClock) -> None:
    held(desk, 4, tables=["1", "8"])


@causes(Code.ADJACENCY_MISMATCH)
def not_joined(desk: Desk, _: ManualClock) -> None:
    held(desk, 6, tables=["1", "3"])


@causes(Code.ADJACENCY_MODE_MISMATCH)
def joined_in_another_way(desk: Desk, _: ManualClock) -> None:
    chain = [Join(("1", "3")), Join(("3", "4"))]
    desk.edit_floor(lambda floor: attrs.evolve(floor, joins=chain))
    with_policy(desk, planning=Planning(adjacency_mode=AdjacencyMode.PAIRWISE))
    held(desk, 8, tables=["1", "3", "4"])


@causes(Code.BOOKING_PINNED)
def moved_though_pinned(desk: Desk, _: ManualClock) -> None:
    booking = booked(desk, 2, tables=["1"])
    desk.pin(booking.id)
    desk.unassign(booking.id)


# ---- holds, bookings, edits ----------------------------------------------------------------------


@causes(Code.HOLD_EXPIRED)
def expired(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 2)
    clock.move_to(hold.expires_at)
    desk.confirm(hold.id)


@causes(Code.HOLD_ENDED)
def released(desk: Desk, _: ManualClock) -> None:
    hold = held(desk, 2)
    desk.release_hold(hold.id)
    desk.confirm(hold.id)


@causes(Code.HOLD_MISMATCH)
def for_somebody_else(desk: Desk, _: ManualClock) -> None:
    other = desk.book(party_size(4), tables="later")
    desk.confirm(held(desk, 2).id, booking_id=other.id)


@causes(Code.HOLD_LIMIT)
def too_many_holds(desk: Desk, _: ManualClock) -> None:
    with_policy(desk, holds=HoldRules(max_live=1))
    held(desk, 2)
    held(desk, 2)


@causes(Code.HOLD_RATE_LIMIT)
def too_often(desk: Desk, _: ManualClock) -> None:
    booking = desk.book(party_size(2), tables="later")
    for _round in range(6):
        desk.release_hold(held(desk, 2, booking_id=booking.id).id)


@causes(Code.POLICY_DRIFT)
def drifted(desk: Desk, _: ManualClock) -> None:
    hold = held(desk, 2, tables=["1"])
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), capacity=3)))
    desk.confirm(hold.id)


@causes(Code.ILLEGAL_TRANSITION)
def no_such_step(desk: Desk, _: ManualClock) -> None:
    desk.complete(booked(desk, 2).id)


@causes(Code.ALREADY_EXISTS)
def same_id_twice(desk: Desk, _: ManualClock) -> None:
    booked(desk, 2, booking_id="b")
    booked(desk, 2, booking_id="b")


def two_turns(desk: Desk, clock: ManualClock) -> None:
    """Seat a party until half past eight, where another is booked from then on."""
    booked(desk, 2, "19:00", booking_id="a", tables=["1"])
    booked(desk, 2, "20:30", booking_id="b", tables=["1"])
    clock.move_to(at("19:00"))
    desk.seat("a")


@causes(Code.TABLE_OCCUPIED)
def seated_where_another_sits(desk: Desk, clock: ManualClock) -> None:
    two_turns(desk, clock)
    clock.move_to(at("20:35"))
    desk.seat("b")


@causes(Code.NEEDED_NEXT)
def prolonged_into_the_next_turn(desk: Desk, clock: ManualClock) -> None:
    two_turns(desk, clock)
    desk.prolong("a", minutes=1)


@causes(Code.TOO_EARLY_TO_SEAT)
def seated_hours_before(desk: Desk, _: ManualClock) -> None:
    desk.seat(booked(desk, 2).id)


@causes(Code.TOO_LATE_TO_SEAT)
def seated_after_the_end(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 2)
    clock.move_to(at("20:30"))
    desk.seat(booking.id)


@causes(Code.TOO_EARLY_FOR_NO_SHOW)
def no_show_before_the_start(desk: Desk, _: ManualClock) -> None:
    desk.no_show(booked(desk, 2).id)


@causes(Code.NOTHING_TO_UNDO)
def undone_without_a_step(desk: Desk, _: ManualClock) -> None:
    desk.undo(booked(desk, 2).id)


@causes(Code.IN_USE)
def removed_while_in_use(desk: Desk, _: ManualClock) -> None:
    booked(desk, 2, tables=["1"])
    desk.edit_floor(lambda floor: floor.without_table("1"))


@causes(Code.STALE_VERSION)
def edit_of_an_old_version(desk: Desk, _: ManualClock) -> None:
    desk.edit_floor(lambda floor: floor, expected=9)


@causes(Code.NOT_FOUND)
def unknown(desk: Desk, _: ManualClock) -> None:
    desk.confirm("nobody")


@causes(Code.KEY_REUSED)
def other_request_under_a_key(desk: Desk, _: ManualClock) -> None:
    desk.hold(party_size(2), key="k")
    desk.hold(party_size(3), key="k")


@causes(Code.IMPORT_REJECTED)
def import_overlaps(desk: Desk, _: ManualClock) -> None:
    import_rows(desk, ("a", 2, "19:00", "20:00", "1"), ("b", 2, "19:30", "20:30", "1"))


@causes(Code.INVALID_WINDOW)
def block_that_is_over(desk: Desk, _: ManualClock) -> None:
    desk.block(window("10:00", "11:00"), tables=["1"], reason="paint")


@causes(Code.INVALID_INPUT)
def block_of_nothing(desk: Desk, _: ManualClock) -> None:
    desk.block(window("19:00", "20:00"), reason="paint")


@causes(Code.INVALID_IDENTIFIER)
def no_id(desk: Desk, _: ManualClock) -> None:
    desk.confirm("no body")


# ---- each is told by its code --------------------------------------------------------------------


@pytest.mark.parametrize("code", CAUSES, ids=str)
def test_case_17_each_cause_has_its_own_code(store: Store, clock: ManualClock, code: Code) -> None:
    desk = open_desk(store, a_house(many_kinds()))
    with pytest.raises(FourtopError) as caught:
        CAUSES[code](desk, clock)
    assert caught.value.code is code
    assert str(caught.value)


def test_case_17_the_codes_that_are_left_come_from_reading_times_documents_and_stores() -> None:
    read = {Code.NAIVE_DATETIME, Code.NONEXISTENT_TIME, Code.AMBIGUOUS_TIME, Code.INVALID_DOCUMENT}
    stores = {
        Code.FOREIGN_TENANT,
        Code.STORE_UNAVAILABLE,
        Code.CLOCK_BEHIND,
        Code.TRANSACTION_CONFLICT,
        Code.TRANSACTION_UNUSABLE,
        Code.OUTCOME_UNKNOWN,
        Code.STORE_MISCONFIGURED,
    }
    # It takes a search of thousands of sets, or one for moves of other parties: see
    # test_planner_limit.py and test_engine_reseat.py.
    searches = {Code.SEARCH_LIMIT_REACHED, Code.NO_RESEATING}
    # Only a preview says that an edit would do it: see test_case_preview.py.
    previews = {Code.STAY_CUT, Code.LOCAL_TIME_CHANGED, Code.TABLE_REMOVED}
    # Errors of the laboratory, which asks no restaurant for a table.
    laboratory = {Code.MISSING_PACKAGE, Code.SWEEP_FAILED}
    assert set(Code) - set(CAUSES) == read | stores | searches | previews | laboratory


def test_case_17_several_causes_are_all_named(store: Store) -> None:
    desk = open_desk(store, a_house(many_kinds()))
    with pytest.raises(Refused) as caught:
        held(desk, 20, tables=["5", "7", "8", "1"])
    codes = [reason.code for reason in caught.value.refusal.reasons]
    assert codes == [
        Code.PARTY_ABOVE_MAXIMUM,
        Code.TABLE_OUT_OF_SERVICE,
        Code.TOO_MANY_TABLES,
        Code.TABLE_NOT_MOVABLE,
        Code.ZONE_MISMATCH,
        Code.ADJACENCY_MISMATCH,
    ]


def test_case_17_what_is_shown_and_what_is_refused_have_one_reason(store: Store) -> None:
    desk = open_desk(store, a_house(many_kinds()))
    for request in (
        party_size(40),
        party_size(2, "15:00"),
        party_size(3, tables=["1"]),
        party_size(2, "21:15"),
    ):
        quoted = desk.quote(request)
        assert isinstance(quoted, Refusal)
        with pytest.raises(Refused) as caught:
            desk.hold(request)
        assert caught.value.refusal == quoted
    assert isinstance(desk.quote(party_size(2)), Quote)


def test_case_17_a_taken_table_and_a_small_table_differ_in_what_to_do_next(store: Store) -> None:
    desk = open_desk(
        store, a_house(Floor([Table("1", "1", 4, "main")], zones=a_house().floor.zones))
    )
    booked(desk, 4)
    taken, large = desk.quote(party_size(4)), desk.quote(party_size(5))
    assert isinstance(taken, Refusal)
    assert isinstance(large, Refusal)
    assert (taken.code.is_retryable, large.code.is_retryable) == (True, False)
