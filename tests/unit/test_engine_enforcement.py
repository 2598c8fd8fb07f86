"""Off, shadow and enforced: the same rules refuse, record, or do nothing, at every door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRequest,
    BookingStatus,
    CapacityRule,
    ChannelShare,
    Code,
    Desk,
    Enforcement,
    EnforcementMode,
    EventType,
    InvalidInput,
    ManualClock,
    Move,
    PacingRule,
    PolicyDrift,
    Quote,
    Refusal,
    Refused,
    Relaxation,
    ServicePeriod,
    ShadowCount,
    Slot,
    ZoneRule,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    party_size,
    snapshot,
    window,
)

CAPACITY = (Code.CAPACITY_EXCEEDED,)
SHADOW = Enforcement(capacity="shadow")
OFF = Enforcement(capacity="off")
# Four tables for four inside, two outside.
FLOOR = sketch_floor(
    {**{str(number): 4 for number in range(1, 5)}, **{f"T{n}": (4, "Terrace") for n in (1, 2)}},
    joins=["1-2"],
)


def capped(
    store: Store, enforcement: Enforcement = SHADOW, *, actor: Actor = STAFF, **policy: Any
) -> Desk:
    """A desk of a house with a cap of 5 covers, unless it has other rules."""
    rules = {"capacity_rules": (CapacityRule(max_covers=5),), **policy}
    return open_desk(store, a_house(FLOOR, enforcement=enforcement, **rules), actor=actor)


def enforced(desk: Desk, enforcement: Enforcement) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, enforcement=enforcement))


def data_of(store: Store, desk: Desk, kind: EventType) -> list[Any]:
    events = store.events(desk.restaurant_id)
    return [each.data.get("would_refuse") for each in events if each.type is kind]


# ---- caps of the service -------------------------------------------------------------------------


def test_shadow_admits_and_records_on_hold_booking_quote_and_event(store: Store) -> None:
    desk = capped(store)
    assert booked(desk, 4).would_refuse == ()
    quoted = desk.quote(party_size(2))
    assert isinstance(quoted, Quote)
    assert quoted.would_refuse == CAPACITY
    booking = booked(desk, 2)
    hold = held(desk, 3)
    assert booking.would_refuse == hold.would_refuse == CAPACITY
    confirmed = desk.confirm(hold.id)
    assert confirmed.would_refuse == CAPACITY
    assert desk.get_booking(confirmed.id) == confirmed
    assert data_of(store, desk, EventType.BOOKING_CREATED) == [
        None,
        ["CAPACITY_EXCEEDED"],
        ["CAPACITY_EXCEEDED"],
    ]
    assert data_of(store, desk, EventType.HOLD_CREATED) == [["CAPACITY_EXCEEDED"]]
    report = desk.shadow_report(MONTH)
    assert {each.id for each in report.refused} == {booking.id, confirmed.id}
    assert report.by_code == (ShadowCount(Code.CAPACITY_EXCEEDED, 2, 5),)
    assert (report.bookings, report.covers, report.refused_covers) == (3, 9, 5)
    assert report.percent == 67


def test_a_party_that_fits_under_the_cap_has_no_record(store: Store) -> None:
    desk = capped(store)
    assert booked(desk, 5, tables=("1", "2")).would_refuse == ()
    report = desk.shadow_report(MONTH)
    assert (report.refused, report.by_code, report.percent) == ((), (), 0)
    assert desk.shadow_report(window("10:00", "11:00")).percent == 0


def test_off_admits_without_a_record_and_reads_no_counts(store: Store) -> None:
    desk = capped(store, OFF)
    assert booked(desk, 4).would_refuse == ()
    assert booked(desk, 4).would_refuse == ()
    assert desk.shadow_report(MONTH).refused == ()


def test_enforced_refuses_and_changes_nothing(store: Store) -> None:
    desk = capped(store, Enforcement())
    booked(desk, 4)
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        booked(desk, 2)
    assert caught.value.refusal.code is Code.CAPACITY_EXCEEDED
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("capacity", EnforcementMode)
@pytest.mark.parametrize("adjacency", EnforcementMode)
def test_two_parties_never_have_one_table_in_any_mode(
    store: Store, capacity: EnforcementMode, adjacency: EnforcementMode
) -> None:
    desk = capped(
        store,
        Enforcement(capacity=capacity, adjacency=adjacency),
        capacity_rules=(CapacityRule(max_covers=99),),
    )
    booked(desk, 4, tables=("1",))
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        booked(desk, 4, "20:00", tables=("1",))
    assert caught.value.refusal.code is Code.ALLOCATIONS_OVERLAP
    assert snapshot(store, desk) == before
    for _ in range(5):
        booked(desk, 4)
    refused = desk.quote(party_size(1))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.TABLES_TAKEN
    assert desk.audit().is_clean


def test_tables_later_are_recorded_too(store: Store) -> None:
    desk = capped(store)
    assert desk.book(party_size(6), tables="later").would_refuse == CAPACITY
    assert desk.book(party_size(1), tables="later").would_refuse == CAPACITY


def test_a_pending_booking_gets_the_record_of_its_hold(store: Store) -> None:
    desk = capped(store)
    pending = desk.book(party_size(4), tables="later")
    booked(desk, 4)
    hold = desk.hold(party_size(4), booking_id=pending.id)
    # The booking counts already; it takes no more than before.
    assert hold.would_refuse == ()
    assert desk.confirm(hold.id).would_refuse == ()
    other = desk.book(party_size(2), tables="later")
    assert other.would_refuse == CAPACITY
    bigger = desk.reschedule(other.id, change(3))
    assert bigger.would_refuse == CAPACITY
    kept = desk.confirm(desk.hold(party_size(3), booking_id=other.id).id)
    assert kept.would_refuse == ()


def test_availability_shows_what_shadow_admits(store: Store) -> None:
    desk = capped(store)
    booked(desk, 4)
    (slot,) = desk.availability(FRIDAY, 4, at=at("19:00")).slots
    assert (slot.refusal, slot.spots, slot.utilisation_percent) == (None, 5, 80)
    enforced(desk, Enforcement())
    (slot,) = desk.availability(FRIDAY, 4, at=at("19:00")).slots
    assert slot.refusal is not None
    assert slot.refusal.code is Code.CAPACITY_EXCEEDED


def test_a_request_that_lifts_the_caps_has_no_record(store: Store) -> None:
    desk = capped(store)
    booked(desk, 4)
    relaxed = party_size(9, relax=(Relaxation.CAPACITY,), tables=("1", "2"))
    refused = desk.quote(relaxed)
    assert isinstance(refused, Refusal)
    assert Code.CAPACITY_EXCEEDED not in {each.code for each in refused.reasons}


# ---- changes -------------------------------------------------------------------------------------


def test_a_new_time_is_judged_anew(store: Store) -> None:
    lunch = ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60)
    dinner = ServicePeriod("dinner", "17:00", "23:00")
    desk = capped(store, periods=[lunch, dinner])
    booked(desk, 4)
    booking = booked(desk, 2)
    assert booking.would_refuse == CAPACITY
    moved = desk.reschedule(booking.id, change(2, "13:00"))
    assert moved.would_refuse == ()
    back = desk.reschedule(booking.id, change(2, "20:00"))
    assert back.would_refuse == CAPACITY
    assert data_of(store, desk, EventType.BOOKING_RESCHEDULED) == [None, ["CAPACITY_EXCEEDED"]]
    # A reference says nothing about the caps.
    assert desk.reschedule(back.id, change(2, "20:00", reference="r1")).would_refuse == CAPACITY


def test_a_party_that_grows_is_judged_anew(store: Store) -> None:
    desk = capped(store, capacity_rules=(CapacityRule(max_covers=5), ZONE_CAP))
    booking = booked(desk, 2, tables=("t1",))
    assert booking.would_refuse == ()
    assert desk.resize(booking.id, 4).would_refuse == (Code.ZONE_CAPACITY_EXCEEDED,)
    booked(desk, 2)
    smaller = desk.resize(booking.id, 3)
    assert smaller.would_refuse == (Code.ZONE_CAPACITY_EXCEEDED,)
    both = (Code.CAPACITY_EXCEEDED, Code.ZONE_CAPACITY_EXCEEDED)
    assert desk.resize(booking.id, 4).would_refuse == both
    enforced(desk, OFF)
    assert desk.resize(booking.id, 2).would_refuse == both
    assert desk.resize(booking.id, 3).would_refuse == ()
    enforced(desk, Enforcement())
    with pytest.raises(Refused):
        desk.resize(booking.id, 4)


def test_a_party_without_tables_that_grows_is_judged_anew(store: Store) -> None:
    desk = capped(store)
    booking = desk.book(party_size(2), tables="later")
    assert desk.resize(booking.id, 6).would_refuse == CAPACITY


def test_an_undo_that_counts_again_is_judged_anew(store: Store, clock: ManualClock) -> None:
    desk = capped(store)
    gone = booked(desk, 4)
    clock.move_to(at("19:30"))
    desk.no_show(gone.id)
    booked(desk, 4, "20:00", tables=("2",))
    back = desk.undo(gone.id)
    assert (back.status, back.would_refuse) == (BookingStatus.CONFIRMED, CAPACITY)
    desk.no_show(gone.id)
    enforced(desk, Enforcement())
    with pytest.raises(Refused) as caught:
        desk.undo(gone.id)
    assert caught.value.refusal.code is Code.CAPACITY_EXCEEDED


def test_a_hold_that_shadow_admitted_is_refused_once_the_rule_is_enforced(store: Store) -> None:
    desk = capped(store)
    booked(desk, 4)
    hold = held(desk, 2)
    enforced(desk, Enforcement())
    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.refusal.code is Code.CAPACITY_EXCEEDED
    enforced(desk, OFF)
    assert desk.confirm(hold.id).would_refuse == CAPACITY


# ---- the other capacity rules --------------------------------------------------------------------

ZONE_CAP = CapacityRule(max_covers=2, zone="terrace")


def test_a_zone_cap_in_shadow_moves_nobody_and_records_only_a_refusal(store: Store) -> None:
    desk = capped(store, capacity_rules=(ZONE_CAP,))
    first = booked(desk, 4, tables=("t1",))
    assert first.would_refuse == (Code.ZONE_CAPACITY_EXCEEDED,)
    for number in range(1, 4):
        assert booked(desk, 4, tables=(f"{number}",)).would_refuse == ()
    # Enforced, the rule would have left this party the last table inside.
    assert booked(desk, 4).would_refuse == ()
    assert booked(desk, 4).would_refuse == (Code.ZONE_CAPACITY_EXCEEDED,)


def test_every_rule_that_would_refuse_is_named_once_in_the_order_of_the_checks(
    store: Store,
) -> None:
    desk = capped(
        store,
        capacity_rules=(CapacityRule(max_covers=3, max_parties=1), ZONE_CAP),
        pacing_rules=(PacingRule(30, max_covers=2), PacingRule(60, max_parties=1, spread="meal")),
        channels=("online",),
        channel_shares=(ChannelShare("online", 2),),
    )
    booked(desk, 2)
    found = booked(desk, 4, tables=("t1",)).would_refuse
    assert found == (
        Code.CAPACITY_EXCEEDED,
        Code.CHANNEL_SHARE_HELD_BACK,
        Code.PACING_EXCEEDED,
        Code.ZONE_CAPACITY_EXCEEDED,
    )


def test_pacing_over_a_longer_stay_of_a_zone_is_recorded(store: Store) -> None:
    desk = capped(
        store,
        capacity_rules=(),
        pacing_rules=(PacingRule(60, max_covers=4, spread="meal"),),
        zone_rules=(ZoneRule("terrace", turn_bands=[(None, 180)]),),
    )
    booked(desk, 4, "20:30", tables=("1",))
    assert booked(desk, 2, "18:00", tables=("2",)).would_refuse == ()
    assert booked(desk, 2, "18:00", tables=("t1",)).would_refuse == (Code.PACING_EXCEEDED,)
    enforced(desk, Enforcement(capacity="off"))
    assert booked(desk, 2, "18:00", tables=("t2",)).would_refuse == ()


# ---- the roll-out --------------------------------------------------------------------------------


def service_days(desk: Desk, enforcement: Enforcement) -> dict[EnforcementMode, list[int]]:
    """The next days, by the mode of the capacity rules at dinner."""
    found: dict[EnforcementMode, list[int]] = {}
    for days in range(14):
        mode = enforcement.capacity_on(desk.restaurant_id, "dinner", FRIDAY + timedelta(days=days))
        found.setdefault(mode, []).append(days)
    return found


def on_day(size: int, days: int, **how: Any) -> BookingRequest:
    return BookingRequest(size, at("19:00") + timedelta(days=days), **how)


@pytest.mark.parametrize("mode", [EnforcementMode.ENFORCED, EnforcementMode.SHADOW])
def test_a_roll_out_has_one_answer_for_a_service_at_every_door(
    store: Store, mode: EnforcementMode
) -> None:
    enforcement = Enforcement(capacity=mode, capacity_percent=50)
    rules = (CapacityRule(max_covers=3), ZONE_CAP)
    desk = capped(store, enforcement, capacity_rules=rules)
    days = service_days(desk, enforcement)
    assert set(days) == {mode, mode.milder}
    for found, numbers in days.items():
        on = on_day(4, numbers[0])
        day = FRIDAY + timedelta(days=numbers[0])
        quoted = desk.quote(on)
        (slot,) = desk.availability(day, 4, at=on.start).slots
        if found is EnforcementMode.ENFORCED:
            assert isinstance(quoted, Refusal)
            assert slot.refusal is not None
            with pytest.raises(Refused):
                desk.book(on)
            continue
        assert isinstance(quoted, Quote)
        assert (slot.refusal, slot.spots) == (None, 6)
        codes = CAPACITY if found is EnforcementMode.SHADOW else ()
        assert desk.book(on).would_refuse == quoted.would_refuse == codes
    growing = days[mode.milder][1]
    party = desk.book(on_day(2, growing))
    codes = CAPACITY if mode is EnforcementMode.ENFORCED else ()
    assert desk.resize(party.id, 4).would_refuse == codes


def test_a_zone_cap_rolls_out_with_the_others(store: Store) -> None:
    enforcement = Enforcement(capacity_percent=50)
    desk = capped(store, enforcement, capacity_rules=(ZONE_CAP,))
    days = service_days(desk, enforcement)
    bound, free = days[EnforcementMode.ENFORCED][0], days[EnforcementMode.SHADOW][0]
    spots: dict[int, int] = {}
    for each in (bound, free):
        slots: tuple[Slot, ...] = desk.availability(
            FRIDAY + timedelta(days=each), 4, at=on_day(4, each).start
        ).slots
        spots[each] = slots[0].spots
    assert spots == {bound: 4, free: 6}
    assert isinstance(desk.quote(on_day(4, bound, tables=("t1",))), Refusal)
    assert isinstance(desk.quote(on_day(4, free, tables=("t1",))), Quote)


def test_a_percentage_out_of_range_changes_nothing(store: Store) -> None:
    desk = capped(store)
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput) as caught:
        desk.edit_policy(
            lambda policy: attrs.evolve(policy, enforcement=Enforcement(capacity_percent=101))
        )
    assert str(caught.value).startswith("capacity_percent: must be a whole number from 0 to 100")
    assert snapshot(store, desk) == before


# ---- adjacency -----------------------------------------------------------------------------------

# The twos cannot be joined; the fours can.
APART = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4}, joins=["3-4"])
LOOSE = Enforcement(adjacency="shadow")
MISMATCH = (Code.ADJACENCY_MISMATCH,)


def test_adjacency_in_shadow_admits_tables_that_are_apart_and_records_it(store: Store) -> None:
    desk = open_desk(store, a_house(APART, enforcement=LOOSE), actor=STAFF)
    assert booked(desk, 8).would_refuse == ()
    apart = booked(desk, 4)
    assert (apart.tables, apart.would_refuse) == (("1", "2"), MISMATCH)
    enforced(desk, Enforcement(adjacency="off"))
    later = booked(desk, 4, "21:00", tables=("1", "2"))
    assert later.would_refuse == ()
    enforced(desk, Enforcement())
    refused = desk.quote(party_size(4, "17:00", tables=("1", "2")))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.ADJACENCY_MISMATCH


def test_adjacency_in_shadow_judges_named_tables(store: Store) -> None:
    desk = open_desk(store, a_house(APART, enforcement=LOOSE), actor=STAFF)
    assert booked(desk, 4, tables=("1", "2")).would_refuse == MISMATCH
    assert booked(desk, 7, tables=("3", "4")).would_refuse == ()
    assert booked(desk, 2, "21:00", tables=("1",)).would_refuse == ()


def test_a_party_that_finds_joined_tables_is_not_recorded(store: Store) -> None:
    # With or without the rule, another plan would have seated the party.
    floor = sketch_floor({"1": 3, "2": 3, "3": 3, "4": 4}, joins=["3-4"])
    desk = open_desk(store, a_house(floor, enforcement=LOOSE), actor=STAFF)
    booking = booked(desk, 6)
    assert (booking.tables, booking.would_refuse) == (("1", "2"), ())


def test_a_zone_cap_and_adjacency_may_only_refuse_together(store: Store) -> None:
    both = Enforcement(capacity="shadow", adjacency="shadow")
    floor = sketch_floor({"1": 2, "2": 2, "3": (2, "Terrace"), "4": (2, "Terrace")}, joins=["3-4"])
    cap = CapacityRule(max_covers=3, zone="terrace")
    desk = open_desk(store, a_house(floor, enforcement=both, capacity_rules=(cap,)), actor=STAFF)
    quoted = desk.quote(party_size(4))
    assert isinstance(quoted, Quote)
    assert quoted.plan.tables == ("3", "4")
    # Without the cap the party gets the terrace; without adjacency, two tables inside.
    assert quoted.would_refuse == (Code.ZONE_CAPACITY_EXCEEDED, Code.ADJACENCY_MISMATCH)
    outside = desk.quote(party_size(4, tables=("3", "4")))
    assert isinstance(outside, Quote)
    assert outside.would_refuse == (Code.ZONE_CAPACITY_EXCEEDED,)
    booked(desk, 2, tables=("3",))
    alone = booked(desk, 4)
    assert alone.would_refuse == MISMATCH


def test_a_house_that_requires_no_joins_has_nothing_to_enforce(store: Store) -> None:
    house = a_house(APART, enforcement=LOOSE)
    planning = attrs.evolve(house.policy.planning, adjacency_required=False)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, planning=planning))
    desk = open_desk(store, house)
    booked(desk, 8)
    assert booked(desk, 4).would_refuse == ()


def test_a_small_party_below_the_rule_of_adjacency_is_not_recorded(store: Store) -> None:
    house = a_house(APART, enforcement=LOOSE)
    planning = attrs.evolve(house.policy.planning, adjacency_min_party=5)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, planning=planning))
    desk = open_desk(store, house)
    booked(desk, 8)
    assert booked(desk, 4).would_refuse == ()


def test_moves_and_sizes_obey_the_mode_of_the_service(store: Store) -> None:
    desk = open_desk(store, a_house(APART, enforcement=LOOSE), actor=STAFF)
    booking = booked(desk, 3, tables=("3",))
    (moved,) = desk.move([Move(booking.id, ("1", "2"))])
    assert moved.tables == ("1", "2")
    assert desk.resize(booking.id, 4).tables == ("1", "2")
    enforced(desk, Enforcement())
    other = booked(desk, 3, "21:00", tables=("3",))
    with pytest.raises(Refused) as caught:
        desk.move([Move(other.id, ("1", "2"))])
    assert caught.value.refusal.code is Code.ADJACENCY_MISMATCH


def test_a_hold_of_tables_apart_has_drifted_once_adjacency_is_enforced(store: Store) -> None:
    desk = open_desk(store, a_house(APART, enforcement=LOOSE), actor=STAFF)
    booked(desk, 7, tables=("3", "4"))
    hold = held(desk, 4)
    assert (hold.tables, hold.would_refuse) == (("1", "2"), MISMATCH)
    enforced(desk, Enforcement())
    with pytest.raises(Refused):
        desk.confirm(hold.id)
    desk.cancel(next(each.id for each in desk.bookings(MONTH)))
    with pytest.raises(PolicyDrift) as caught:
        desk.confirm(hold.id)
    assert caught.value.changed == ("adjacency_mode",)
    requoted = desk.confirm(hold.id, requote=True)
    assert (requoted.tables, requoted.would_refuse) == (("3",), ())


def test_a_request_may_lift_rules_where_adjacency_is_off(store: Store) -> None:
    floor = sketch_floor({"1": 2, "2": 2})
    tables = [attrs.evolve(each, min_party=2) for each in floor.tables]
    floor = attrs.evolve(floor, tables=tables)
    desk = open_desk(store, a_house(floor, enforcement=Enforcement(adjacency="off")), actor=STAFF)
    quoted = desk.quote(party_size(1, relax=(Relaxation.MIN_PARTY,)))
    assert isinstance(quoted, Quote)
    assert quoted.relaxed == (Relaxation.MIN_PARTY,)
    assert desk.explain(party_size(5)).refusal is not None


def test_adjacency_rolls_out_over_services(store: Store) -> None:
    enforcement = Enforcement(adjacency_percent=50)
    desk = open_desk(store, a_house(APART, enforcement=enforcement), actor=STAFF)
    for days in range(14):
        day = FRIDAY + timedelta(days=days)
        mode = enforcement.adjacency_on(desk.restaurant_id, "dinner", day)
        quoted = desk.quote(on_day(4, days, tables=("1", "2")))
        if mode is EnforcementMode.ENFORCED:
            assert isinstance(quoted, Refusal)
        else:
            assert isinstance(quoted, Quote)
            assert quoted.would_refuse == MISMATCH


# ---- the report ----------------------------------------------------------------------------------


def test_the_report_is_shown_in_a_line_and_as_a_table(store: Store) -> None:
    desk = capped(store, pacing_rules=(PacingRule(30, max_covers=1),))
    for size in (4, 3):
        booked(desk, size)
    report = desk.shadow_report(window("18:00", "22:00"))
    assert repr(report).startswith("<ShadowReport 2026-05-01T18:00/22:00Z: 2 bookings (7 covers)")
    assert repr(report.by_code) == (
        "(<ShadowCount PACING_EXCEEDED 2 bookings (7 covers)>, "
        "<ShadowCount CAPACITY_EXCEEDED 1 booking (3 covers)>)"
    )
    page = report._repr_html_()
    assert "2 bookings (7 covers) would have been refused" in page
    assert "CAPACITY_EXCEEDED, PACING_EXCEEDED" in page


def test_a_report_of_several_windows_counts_each_booking_once(store: Store) -> None:
    desk = capped(store)
    booked(desk, 4)
    late = booked(desk, 3)
    report = desk.shadow_report(window("18:00", "20:00"), MONTH)
    assert [each.id for each in report.refused] == [late.id]
    assert (report.bookings, report.covers, report.by_code[0].covers) == (2, 7, 3)
    assert repr(report).startswith("<ShadowReport 2026-05-01T18:00/20:00Z and 1 more: 1 booking")
    with pytest.raises(InvalidInput, match="windows: must be one window or more"):
        desk.shadow_report()


def test_the_report_keeps_what_was_cancelled_and_leaves_shadow_bookings_out(store: Store) -> None:
    desk = capped(store)
    booked(desk, 4)
    late = booked(desk, 2)
    desk.cancel(late.id)
    row = [each for each in desk.bookings(MONTH) if each.id == late.id]
    report = desk.shadow_report(MONTH)
    assert list(report.refused) == row
    assert report.bookings == 2
    with pytest.raises(InvalidInput):
        desk.shadow_report("tonight")  # type: ignore[arg-type]  # What the test is about.
