"""The live service: walk in, prolong, and the bookings at risk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    BookingRow,
    BookingStatus,
    CapacityRule,
    Code,
    EventType,
    IllegalTransition,
    ImportRejected,
    InvalidInput,
    KeyReused,
    ManualClock,
    Move,
    Plan,
    Preference,
    Refusal,
    SeatingRules,
    ServicePeriod,
    StaleVersion,
    TableState,
    WalkIn,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    at,
    booked,
    held,
    party_size,
    rows_of,
    snapshot,
    window,
)
from tests.live import refused, seated, staff_at

S = BookingStatus


# ---- walk in -------------------------------------------------------------------------------------


def test_a_walk_in_sits_down_now(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    clock.move_to(at("18:07"))
    made = desk.walk_in(WalkIn(3, reference="pos-7"), booking_id="w")
    assert (made.status, made.tables, made.version) == (S.CHECKED_IN, ("1",), 1)
    assert (made.start, made.seated_at) == (at("18:07"), at("18:07"))
    assert (made.channel, made.reference) == ("walk_in", "pos-7")
    assert made.receipt.usage is not None
    assert made.receipt.plan is not None
    assert rows_of(desk, "w") == [("1", "18:07", "19:37")]
    assert desk.table_states() == {"1": TableState.OCCUPIED}
    assert desk.get_booking("w") == made
    kinds = [event.type for event in store.events(desk.restaurant_id)]
    assert kinds == [EventType.BOOKING_CREATED, EventType.ASSIGNMENT_SYNC]


def test_a_walk_in_is_refused_where_a_party_overstays(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    seated(desk, clock)
    clock.move_to(at("19:40"))
    before = snapshot(store, desk)
    refusal = refused(lambda: desk.walk_in(WalkIn(2)))
    assert refusal.code is Code.TABLES_TAKEN
    assert refusal.reasons[0].details["in_the_way"][0]["owner_id"] == "a"
    assert refused(lambda: desk.walk_in(WalkIn(2, tables=["1"]))).code is Code.ALLOCATIONS_OVERLAP
    assert snapshot(store, desk) == before


def test_a_walk_in_under_a_key_sits_down_once(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    clock.move_to(at("18:00"))
    first = desk.walk_in(WalkIn(2), key="k")
    clock.move_to(at("18:20"))
    again = desk.walk_in(WalkIn(2), key="k")
    assert (again, again.replayed) == (first, True)
    with pytest.raises(KeyReused):
        desk.walk_in(WalkIn(3), key="k")


def test_a_walk_in_keeps_the_conditions_and_the_caps(store: Store, clock: ManualClock) -> None:
    floor = sketch_floor({"1": 4, "2": {"capacity": 4, "features": ["step-free"]}})
    desk = staff_at(store, floor, capacity_rules=[CapacityRule(max_covers=6)])
    clock.move_to(at("18:00"))
    made = desk.walk_in(WalkIn(4, must=Preference(features=["step-free"])))
    assert (made.tables, made.must.features) == (("2",), frozenset({"step-free"}))
    assert refused(lambda: desk.walk_in(WalkIn(3))).code is Code.CAPACITY_EXCEEDED


def test_a_walk_in_outside_the_hours_is_refused(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    clock.move_to(at("16:00"))
    assert refused(lambda: desk.walk_in(WalkIn(2))).code is Code.OUTSIDE_SERVICE_HOURS
    with pytest.raises(InvalidInput, match="party: must be of type WalkIn"):
        desk.walk_in(party_size(2))  # type: ignore[arg-type]  # What a caller may pass.


def test_an_undone_walk_in_is_a_booking_that_can_be_cancelled(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store)
    clock.move_to(at("18:00"))
    made = desk.walk_in(WalkIn(2), booking_id="w")
    undone = desk.undo("w")
    assert (undone.status, undone.tables, undone.seated_at) == (S.CONFIRMED, made.tables, None)
    desk.cancel("w")
    assert desk.walk_in(WalkIn(2)).tables == ("1",)


# ---- prolong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "end"),
    [
        ({"minutes": 20}, "19:50"),
        ({"until": at("19:50")}, "19:50"),
        ({"until": "2026-05-01T19:50"}, "19:50"),
    ],
)
def test_a_stay_is_prolonged(
    store: Store, clock: ManualClock, how: dict[str, Any], end: str
) -> None:
    desk = staff_at(store, after=10)
    seated(desk, clock)
    longer = desk.prolong("a", **how)
    assert longer.stay.dining == window("18:00", end)
    assert rows_of(desk, "a") == [("1", "18:00", "20:00")]
    assert (longer.version, longer.assignment and longer.assignment.window) == (
        3,
        window("18:00", "20:00"),
    )
    told = [event.type for event in store.events(desk.restaurant_id)][-2:]
    assert told == [EventType.BOOKING_PROLONGED, EventType.ASSIGNMENT_SYNC]
    assert not desk.quote(party_size(2, "19:59"))
    assert desk.audit().is_clean


def test_case_19_a_stay_is_prolonged_up_to_what_comes_next(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, after=10)
    booked(desk, 4, "20:15", booking_id="b")
    seated(desk, clock)
    before = snapshot(store, desk)
    refusal = refused(lambda: desk.prolong("a", minutes=36))
    details = refusal.reasons[0].details
    assert (refusal.code, details["minutes"]) == (Code.NEEDED_NEXT, 35)
    assert [each["owner_id"] for each in details["in_the_way"]] == ["b"]
    assert "needed by b from 2026-05-01T20:15" in str(refusal)
    assert snapshot(store, desk) == before
    assert desk.prolong("a", minutes=35).stay.dining == window("18:00", "20:05")
    clock.move_to(at("20:10"))
    assert refused(lambda: desk.prolong("a", minutes=1)).reasons[0].details["minutes"] == 0


def test_an_overdue_party_is_prolonged_from_now_on(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    seated(desk, clock)
    clock.move_to(at("19:45"))
    desk.prolong("a", minutes=30)
    assert rows_of(desk, "a") == [("1", "18:00", "20:15")]
    assert desk.table_states() == {"1": TableState.OCCUPIED}


def test_a_row_that_has_passed_is_in_the_way_of_no_longer_stay(
    store: Store, clock: ManualClock
) -> None:
    """The next party was moved away at last; its cut row says that the table was meant for it."""
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}), after=10)
    booked(desk, 4, "19:40", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:50"))
    desk.move([Move("b", ["2"])])
    assert desk.prolong("a", minutes=10).stay.dining == window("18:00", "20:00")
    rows = [("1", "18:00", "19:40"), ("1", "19:50", "20:10")]
    assert rows_of(desk, "a") == rows
    assert desk.audit().is_clean
    clock.move_to(at("20:05"))
    desk.complete("a")
    assert rows_of(desk, "a") == [rows[0], ("1", "19:50", "20:15")]
    assert desk.undo("a").status is S.CHECKED_IN
    assert rows_of(desk, "a") == rows
    assert desk.audit().is_clean


def test_a_late_leaver_keeps_its_buffer_though_another_row_has_passed(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}), after=10)
    booked(desk, 4, "19:40", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:50"))
    desk.cancel("b")
    sitting = desk.get_booking("a")
    desk.complete("a")
    assert rows_of(desk, "a") == [("1", "18:00", "19:40"), ("1", "19:50", "20:00")]
    assert not desk.quote(party_size(2, "19:59", tables=["1"]))
    assert desk.undo("a").assignment == sitting.assignment
    assert rows_of(desk, "a") == [("1", "18:00", "19:40")]
    assert desk.audit().is_clean


def test_a_hold_in_the_way_of_a_longer_stay_ends_by_itself(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store)
    seated(desk, clock)
    hold = held(desk, 4, "19:30")
    assert refused(lambda: desk.prolong("a", minutes=5)).code is Code.NEEDED_NEXT
    clock.move_to(hold.expires_at)
    desk.prolong("a", minutes=5)
    assert rows_of(desk, "a") == [("1", "18:00", "19:35")]


def test_a_stay_that_is_not_longer_is_not_changed(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    seated(desk, clock)
    before = snapshot(store, desk)
    assert desk.prolong("a", until=at("19:30")).version == 2
    for wrong in (
        {},
        {"until": at("19:40"), "minutes": 5},
        {"minutes": 0},
        {"minutes": 601},
        {"until": at("19:29")},
        {"until": 7},
        {"until": at("18:01").replace(day=2)},
    ):
        with pytest.raises(InvalidInput):
            desk.prolong("a", **wrong)
    assert snapshot(store, desk) == before


def test_only_a_seated_party_is_prolonged(store: Store) -> None:
    desk = staff_at(store)
    booked(desk, 4, booking_id="a")
    with pytest.raises(IllegalTransition, match="prolonged"):
        desk.prolong("a", minutes=5)


# ---- at risk -------------------------------------------------------------------------------------


def test_finding_01_the_next_booking_is_at_risk_with_its_best_alternative(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 2, "3": 4}))
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:15"))
    assert desk.at_risk() == ()
    clock.move_to(at("19:40"))
    before = snapshot(store, desk)
    (found,) = desk.at_risk()
    assert (found.booking.id, found.seated.id, found.tables) == ("b", "a", ("1",))
    assert found.short_minutes == 25
    assert isinstance(found.alternative, Plan)
    assert found.alternative.tables == ("3",)
    assert repr(found) == "<AtRisk b at table 1 after a, 25 minutes short, best table 3>"
    assert snapshot(store, desk) == before
    assert desk.audit().is_clean
    desk.move([Move("b", found.alternative.tables)])
    assert desk.at_risk() == ()


def test_a_booking_at_risk_without_another_table_has_a_refusal(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, capacity_rules=[CapacityRule(max_covers=40)])
    booked(desk, 4, "19:30", booking_id="b")
    seated(desk, clock)
    clock.move_to(at("19:29"))
    (found,) = desk.at_risk()
    assert isinstance(found.alternative, Refusal)
    assert found.short_minutes == 14
    desk.complete("a")
    assert desk.at_risk() == ()


def test_a_booking_at_risk_leaves_a_promised_party_its_tables_in_a_house_with_a_cap(
    store: Store, clock: ManualClock
) -> None:
    """The read asks for the rows, for the counts, and for the evening of the promised party."""
    desk = staff_at(
        store,
        sketch_floor({"1": 4, "2": 4, "3": 4}),
        after=30,
        capacity_rules=[CapacityRule(max_covers=40), CapacityRule(max_covers=30, zone="main")],
        seating=SeatingRules(overstay_minutes=15),
    )
    booked(desk, 4, "20:00", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    desk.book(party_size(4, "20:45"), booking_id="c", tables="later")
    clock.move_to(at("19:35"))
    (found,) = desk.at_risk()
    assert (found.booking.id, found.seated.id) == ("b", "a")
    assert isinstance(found.alternative, Plan)


def test_a_booking_at_risk_outside_the_hours_of_today_gets_no_other_table(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    shorter = ServicePeriod("dinner", "17:00", "19:00")
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[shorter]))
    clock.move_to(at("19:29"))
    (found,) = desk.at_risk()
    assert isinstance(found.alternative, Refusal)
    (reason,) = found.alternative.reasons
    assert reason.code is Code.OUTSIDE_SERVICE_HOURS
    assert reason.details["start"] == "2026-05-01T19:30+00:00"


# ---- every command -------------------------------------------------------------------------------

CHANGES: dict[str, Callable[..., object]] = {
    "seat": lambda desk, **how: desk.seat("b", **how),
    "complete": lambda desk, **how: desk.complete("a", **how),
    "no_show": lambda desk, **how: desk.no_show("b", **how),
    "prolong": lambda desk, **how: desk.prolong("a", minutes=5, **how),
    "undo": lambda desk, **how: desk.undo("a", **how),
    "resize": lambda desk, **how: desk.resize("a", 3, **how),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_stale_version_is_refused_and_a_key_replays(
    store: Store, clock: ManualClock, name: str
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    booked(desk, 4, "18:00", booking_id="b", tables=["2"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:15"))
    version = desk.seat("a").version
    if name in ("seat", "no_show"):
        version = desk.get_booking("b").version
    before = snapshot(store, desk)
    with pytest.raises(StaleVersion) as caught:
        CHANGES[name](desk, expected=version + 1)
    assert (caught.value.kind, caught.value.expected, caught.value.found) == (
        "booking",
        version + 1,
        version,
    )
    with pytest.raises(InvalidInput, match="expected"):
        CHANGES[name](desk, expected=0)
    assert snapshot(store, desk) == before
    first = CHANGES[name](desk, expected=version, key="k")
    again: Any = CHANGES[name](desk, expected=version, key="k")
    assert (again, again.replayed) == (first, True)


def told(error: ImportRejected) -> tuple[str, ...]:
    return tuple(str(problem) for problem in error.problems)


def test_an_import_puts_no_two_parties_at_one_table(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    seated(desk, clock, "18:00")
    clock.move_to(at("20:30"))

    def rows(*starts: str, table: str) -> list[BookingRow]:
        return [
            BookingRow(
                f"i{text.replace(':', '')}",
                2,
                at(text),
                end=at(f"{int(text[:2]) + 1}{text[2:]}"),
                tables=[table],
                status=S.CHECKED_IN,
            )
            for text in starts
        ]

    with pytest.raises(ImportRejected) as caught:
        desk.import_bookings(rows("17:00", table="1"))
    assert told(caught.value) == ("row 1: booking a sits at table 1",)
    with pytest.raises(ImportRejected) as caught:
        desk.import_bookings(rows("17:00", "19:00", table="2"))
    assert told(caught.value) == ("row 2: row 1 sits at table 2",)
    with pytest.raises(ImportRejected) as caught:
        desk.import_bookings(rows("21:00", table="2"))
    rule = "status: must not be checked_in before the stay has begun"
    assert told(caught.value) == (f"row 1: {rule} (got 2026-05-01T21:00+00:00)",)
    desk.import_bookings(rows("19:00", table="2"))
    assert desk.table_states() == {"1": TableState.OVERDUE, "2": TableState.OVERDUE}
    assert desk.audit().is_clean


def test_the_rules_of_seating_are_the_policy_of_the_house(store: Store, clock: ManualClock) -> None:
    rules = SeatingRules(
        early_minutes=10, late_minutes=20, no_show_after_minutes=0, overstay_minutes=0
    )
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}), seating=rules)
    booked(desk, 4, "19:00", booking_id="a", tables=["1"])
    booked(desk, 4, "19:00", booking_id="b", tables=["2"])
    clock.move_to(at("18:49"))
    assert refused(lambda: desk.seat("a")).code is Code.TOO_EARLY_TO_SEAT
    clock.move_to(at("18:50"))
    desk.seat("a")
    clock.move_to(at("19:20"))
    desk.undo("a")
    desk.seat("a")
    clock.move_to(at("19:21"))
    assert refused(lambda: desk.seat("b")).code is Code.TOO_LATE_TO_SEAT
    desk.no_show("b")
    clock.move_to(at("20:40"))
    assert not desk.quote(party_size(4, "20:40", tables=["1"]))
    assert desk.quote(party_size(4, "20:41", tables=["1"]))


def test_a_booking_request_is_refused_for_a_table_of_an_overdue_party_far_in_its_evening(
    store: Store, clock: ManualClock
) -> None:
    """A party that was forgotten for weeks keeps its table until it is completed."""
    desk = staff_at(store)
    seated(desk, clock)
    clock.advance(minutes=24 * 60 * 40)
    later = BookingRequest(2, clock.now)
    assert not desk.quote(later)
    assert desk.audit().is_clean
    assert [each.booking.id for each in desk.at_risk()] == []
    desk.complete("a")
    assert desk.quote(later)
