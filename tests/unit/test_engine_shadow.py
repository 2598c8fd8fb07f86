"""Shadow bookings: written and cleared by commands, they occupy nothing and count nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    CapacityRule,
    ClearReport,
    Desk,
    EventType,
    IllegalTransition,
    ImportRejected,
    ImportReport,
    InvalidInput,
    KeyReused,
    ManualClock,
    Move,
    NotFound,
    Overlap,
    Refusal,
    TableState,
    prune_allocations,
)
from fourtop.engine.overlaps import overlapping_pairs
from fourtop.ports import MaintainedStore, Store
from tests.evening import (
    FRIDAY,
    MONTH,
    NOW,
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

EVENING = window("17:00", "23:00")


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def row(id_: str, size: int, tables: str, start: str = "19:00", end: str = "20:30") -> BookingRow:
    return BookingRow(id_, size, at(start), end=at(end), tables=tables.split("+"))


ROWS = [row("r-1", 4, "3"), row("r-2", 7, "3+4"), row("r-3", 6, "5", "18:00", "19:30")]


def shadowed(desk: Desk, *rows: BookingRow, **how: Any) -> ImportReport:
    return desk.import_bookings(rows or ROWS, shadow=True, **how)


# ---- written


def test_shadow_bookings_are_listed_with_shadow_rows(desk: Desk) -> None:
    assert shadowed(desk) == ImportReport(3, 5)
    found = desk.allocations(EVENING)
    assert {each.shadow for each in found} == {True}
    assert [(each.owner_id, each.resource_type.value) for each in found] == [
        ("shadow:r-3", "table"),
        ("shadow:r-2", "merge_group"),
        ("shadow:r-1", "table"),
        ("shadow:r-2", "table"),
        ("shadow:r-2", "table"),
    ]
    booking = desk.get_booking("shadow:r-2")
    assert (booking.status, booking.tables, booking.party_size) == (
        BookingStatus.SHADOW,
        ("3", "4"),
        7,
    )
    assert [each.id for each in desk.bookings(EVENING)] == [
        "shadow:r-3",
        "shadow:r-1",
        "shadow:r-2",
    ]


def test_shadow_bookings_change_no_answer(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, a_house(capacity_rules=[CapacityRule(max_covers=20, max_parties=2)]))
    booked(desk, 2)
    before = (desk.quote(party_size(6)), desk.availability(FRIDAY, [2, 6]), desk.table_states())
    shadowed(desk)
    after = (desk.quote(party_size(6)), desk.availability(FRIDAY, [2, 6]), desk.table_states())
    for one, other in zip(before, after, strict=True):
        assert without_versions(one) == without_versions(other)
    assert booked(desk, 6, "19:00").tables == ("5",)
    clock.move_to(at("19:15"))
    assert desk.table_states()["3"] is TableState.AVAILABLE
    assert desk.audit().is_clean


def without_versions(answer: Any) -> Any:
    assert not isinstance(answer, Refusal)
    if hasattr(answer, "versions"):
        return attrs.evolve(answer, versions=None)
    return answer


def test_a_block_goes_over_shadows(desk: Desk) -> None:
    shadowed(desk)
    block = desk.block(EVENING, tables=["3", "4", "5"], reason="paint")
    assert desk.audit().is_clean
    assert desk.clear_shadows(EVENING) == ClearReport(3, 5)
    assert {each.owner_id for each in desk.allocations(EVENING)} == {block.id}


def test_a_table_with_a_shadow_may_go(desk: Desk) -> None:
    shadowed(desk)
    house = desk.edit_floor(lambda floor: floor.without_table("5"))
    assert [table.id for table in house.floor.tables] == ["1", "2", "3", "4"]
    assert desk.audit().is_clean
    assert desk.clear_shadows(booking_ids=["shadow:r-3"]) == ClearReport(1, 1)


def test_shadows_expect_no_guest(desk: Desk) -> None:
    shadowed(desk)
    moved = desk.edit_restaurant(lambda each: attrs.evolve(each, timezone="Asia/Tokyo"))
    assert moved.restaurant.timezone == "Asia/Tokyo"


def test_a_shadow_stands_beside_the_real_booking_of_its_id(desk: Desk) -> None:
    desk.import_bookings(ROWS[:1])
    assert shadowed(desk, *ROWS[:1]) == ImportReport(1, 1)
    assert desk.get_booking("r-1").status is BookingStatus.CONFIRMED
    assert desk.clear_shadows(EVENING) == ClearReport(1, 1)
    assert desk.get_booking("r-1").tables == ("3",)


def test_one_event_tells_of_all_shadows(store: Store, desk: Desk) -> None:
    shadowed(desk)
    desk.clear_shadows(EVENING)
    written, cleared = store.events(desk.restaurant_id)
    assert (written.type, dict(written.data)) == (
        EventType.SHADOWS_WRITTEN,
        {"bookings": 3, "allocations": 5},
    )
    assert (cleared.type, dict(cleared.data)) == (
        EventType.SHADOWS_CLEARED,
        {"bookings": 3, "allocations": 5},
    )
    assert {written.booking_id, cleared.booking_id} == {None}


def test_a_trial_import_lists_the_faults_of_the_real_one(store: Store, desk: Desk) -> None:
    shadowed(desk, row("r-1", 2, "1"))
    before = snapshot(store, desk)
    rows = [
        row("r-1", 2, "2"),
        row("r-2", 2, "9"),
        row("r-3", 2, "2"),
        row("r-3", 2, "1"),
        attrs.evolve(row("r-4", 2, "1"), tables=()),
        attrs.evolve(row("r-5", 2, "1"), status="shadow"),
        row("x" * 58, 2, "1"),
        row("y" * 57, 2, "1"),
    ]
    with pytest.raises(ImportRejected) as caught:
        shadowed(desk, *rows)
    assert tuple(str(problem) for problem in caught.value.problems) == (
        "row 1: the booking shadow:r-1 exists already",
        "row 2: tables: must be numbers of tables on the floor (got '9')",
        "row 4: the booking shadow:r-3 stands in row 3 already",
        "row 5: tables: must be given for a confirmed booking",
        "row 6: status: must be that of the booking; import the rows with shadow=True (got shadow)",
        "row 7: id: must be at most 57 characters long for a shadow (got 58)",
    )
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("shadow", [1, None, "yes"])
def test_shadow_is_true_or_false(store: Store, desk: Desk, shadow: Any) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput) as caught:
        desk.import_bookings(ROWS, shadow=shadow)
    assert caught.value.field == "shadow"
    assert snapshot(store, desk) == before


def test_a_trial_and_an_import_are_two_requests_of_a_key(desk: Desk) -> None:
    first = shadowed(desk, key="k1")
    assert shadowed(desk, key="k1") == attrs.evolve(first, replayed=True)
    with pytest.raises(KeyReused):
        desk.import_bookings(ROWS, key="k1")


STEPS: dict[str, Callable[[Desk], object]] = {
    "cancel": lambda desk: desk.cancel("shadow:r-1"),
    "complete": lambda desk: desk.complete("shadow:r-1"),
    "no-show": lambda desk: desk.no_show("shadow:r-1"),
    "reschedule": lambda desk: desk.reschedule("shadow:r-1", change(2)),
    "hold": lambda desk: desk.hold(party_size(4), booking_id="shadow:r-1"),
    "move": lambda desk: desk.move([Move("shadow:r-1", ["4"])]),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_shadow_has_no_life(store: Store, desk: Desk, step: Callable[[Desk], object]) -> None:
    shadowed(desk)
    before = snapshot(store, desk)
    with pytest.raises(IllegalTransition):
        step(desk)
    assert snapshot(store, desk) == before


# ---- compared


def pairs(found: tuple[Overlap, ...]) -> list[tuple[str, str, str]]:
    return [(each.first.owner_id, each.second.owner_id, each.first.resource_id) for each in found]


def test_conflicts_name_the_shadow_and_the_row_in_its_way(desk: Desk) -> None:
    real = booked(desk, 4, tables=["4"])
    hold = held(desk, 6, tables=["5"])
    block = desk.block(window("20:00", "21:00"), tables=["3"], reason="paint")
    before = desk.versions()
    shadowed(desk)
    found = desk.shadow_conflicts(EVENING)
    assert pairs(found) == [
        ("shadow:r-3", hold.id, "5"),
        ("shadow:r-1", "shadow:r-2", "3"),
        ("shadow:r-1", block.id, "3"),
        ("shadow:r-2", block.id, "3"),
        ("shadow:r-2", real.id, "4"),
    ]
    assert all(each.first.shadow for each in found)
    assert desk.versions().occupancy == before.occupancy + 1
    assert desk.shadow_conflicts(window("17:00", "18:30")) == ()


def test_touching_is_no_conflict(desk: Desk) -> None:
    booked(desk, 4, "19:30", tables=["3"])
    shadowed(desk, row("r-1", 4, "3", "18:00", "19:30"), row("r-2", 4, "3", "21:00", "22:00"))
    assert desk.shadow_conflicts(EVENING) == ()


def test_a_dead_hold_is_in_no_shadows_way(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4, tables=["3"])
    shadowed(desk, ROWS[0])
    assert pairs(desk.shadow_conflicts(EVENING)) == [("shadow:r-1", hold.id, "3")]
    clock.move_to(hold.expires_at)
    assert desk.shadow_conflicts(EVENING) == ()


def test_a_shadow_agrees_with_the_real_booking_of_its_id(desk: Desk) -> None:
    desk.import_bookings([ROWS[0], row("r-2", 7, "1+5")])
    shadowed(desk)
    assert pairs(desk.shadow_conflicts(EVENING)) == [
        ("shadow:r-3", "r-2", "5"),
        ("shadow:r-1", "shadow:r-2", "3"),
        ("shadow:r-2", "r-1", "3"),
    ]


def test_a_trial_without_conflicts_can_be_imported(desk: Desk) -> None:
    rows = [ROWS[0], row("r-2", 4, "4"), ROWS[2]]
    shadowed(desk, *rows)
    assert desk.shadow_conflicts(MONTH) == ()
    desk.clear_shadows(EVENING)
    assert desk.import_bookings(rows) == ImportReport(3, 3)


# ---- cleared


def test_cleared_shadows_are_gone_at_once(store: Store, desk: Desk) -> None:
    booking = booked(desk, 2)
    kept = desk.bookings(MONTH), desk.allocations(MONTH)
    shadowed(desk)
    shadowed(desk, row("r-9", 2, "1", "21:00", "22:00"))
    assert desk.clear_shadows(window("17:00", "20:00")) == ClearReport(3, 5)
    assert [each.id for each in desk.bookings(MONTH)] == [booking.id, "shadow:r-9"]
    assert desk.clear_shadows(booking_ids=["shadow:r-9"]) == ClearReport(1, 1)
    assert (desk.bookings(MONTH), desk.allocations(MONTH)) == kept
    assert desk.find_booking("shadow:r-1") is None
    before = snapshot(store, desk)
    assert desk.clear_shadows(MONTH) == ClearReport(0, 0)
    assert snapshot(store, desk) == before
    assert shadowed(desk) == ImportReport(3, 5)


def test_a_clearance_is_replayed_by_its_key(desk: Desk) -> None:
    shadowed(desk)
    assert desk.clear_shadows(EVENING, key="k1") == ClearReport(3, 5)
    assert desk.clear_shadows(EVENING, key="k1") == ClearReport(3, 5, replayed=True)


def test_only_shadows_are_cleared(store: Store, desk: Desk) -> None:
    booking = booked(desk, 2)
    shadowed(desk)
    before = snapshot(store, desk)
    with pytest.raises(IllegalTransition) as caught:
        desk.clear_shadows(booking_ids=["shadow:r-1", booking.id])
    assert (caught.value.status, caught.value.target) == ("confirmed", "cleared")
    with pytest.raises(NotFound):
        desk.clear_shadows(booking_ids=["shadow:r-1", "shadow:r-8"])
    wrong: Any = "2026-05-01"
    for call in (
        desk.clear_shadows,
        lambda: desk.clear_shadows(EVENING, booking_ids=["shadow:r-1"]),
        lambda: desk.clear_shadows(wrong),
        lambda: desk.shadow_conflicts(wrong),
    ):
        with pytest.raises(InvalidInput):
            call()
    assert snapshot(store, desk) == before


def test_shadows_without_rows_are_cleared_too(store: MaintainedStore, clock: ManualClock) -> None:
    desk = open_desk(store)
    shadowed(desk)
    clock.move_to(NOW + timedelta(days=40))
    assert prune_allocations(store).allocations == 5
    assert desk.audit().is_clean
    assert desk.clear_shadows(EVENING) == ClearReport(3, 0)


# ---- the sweep


def test_the_sweep_finds_every_pair_and_no_other() -> None:
    times = ["17:00", "17:30", "18:00", "18:30", "19:00"]
    stays = sorted(window(start, end) for start in times for end in times if start < end)
    found = list(overlapping_pairs(stays, lambda stay: stay))
    assert found == sorted(
        (
            (one, other)
            for place, one in enumerate(stays)
            for other in stays[place + 1 :]
            if one.overlaps(other)
        ),
        key=lambda pair: (stays.index(pair[1]), stays.index(pair[0])),
    )
