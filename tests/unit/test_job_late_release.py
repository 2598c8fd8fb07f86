"""The job that marks the parties that did not come as no-shows."""

from __future__ import annotations

from typing import cast

import attrs
import pytest

from fourtop import (
    Booking,
    BookingStatus,
    Desk,
    EventType,
    InvalidInput,
    ManualClock,
    MemoryStore,
    ReleasedLate,
    SeatingRules,
    release_late,
)
from fourtop.jobs.sweep import JOB
from fourtop.ports import Listing, MaintainedStore, Store, View
from tests.evening import STAFF, a_house, at, at_once, booked, five_tables, open_desk, rows_of


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(five_tables()), actor=STAFF)


def maintained(store: Store) -> MaintainedStore:
    return cast("MaintainedStore", store)


def test_case_15_a_party_that_did_not_come_frees_its_table(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 4, "18:00", booking_id="late")
    booked(desk, 4, "18:00", booking_id="there")
    booked(desk, 2, "18:10", booking_id="due")
    clock.move_to(at("18:00"))
    desk.seat("there")
    clock.move_to(at("18:29"))
    assert release_late(maintained(store), after_minutes=30) == ReleasedLate(0)
    clock.move_to(at("18:30"))
    assert release_late(maintained(store), after_minutes=30) == ReleasedLate(1)
    assert release_late(maintained(store), after_minutes=30) == ReleasedLate(0)
    late = desk.get_booking("late")
    assert (late.status, late.actor) == (BookingStatus.NO_SHOW, JOB)
    assert [row[1:] for row in rows_of(desk, "late")] == [("18:00", "18:30")]
    event = store.events(desk.restaurant_id)[-1]
    assert (event.type, event.booking_id) == (EventType.BOOKING_STATUS, "late")
    assert desk.get_booking("due").status is BookingStatus.CONFIRMED
    desk.undo("late")
    assert desk.seat("late").status is BookingStatus.CHECKED_IN


def test_a_run_marks_no_more_than_its_limit(store: Store, desk: Desk, clock: ManualClock) -> None:
    for _ in range(4):
        booked(desk, 2, "18:00")
    clock.move_to(at("19:00"))
    counts = [release_late(maintained(store), after_minutes=15, limit=3).bookings for _ in range(3)]
    assert counts == [3, 1, 0]


def test_a_run_reads_the_confirmed_bookings_alone(
    store: Store, desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for booking_id in ("late", "there", "gone"):
        booked(desk, 2, "18:00", booking_id=booking_id)
    desk.cancel("gone")
    clock.move_to(at("18:00"))
    desk.seat("there")
    clock.move_to(at("19:00"))
    read: list[str] = []
    listed = View.listed

    def spy(view: View, listing: Listing) -> tuple[Booking, ...]:
        found = listed(view, listing)
        assert not view.scope.sittings
        read.extend(booking.id for booking in found)
        return found

    monkeypatch.setattr(View, "listed", spy)
    assert release_late(maintained(store), after_minutes=15) == ReleasedLate(1)
    assert read == ["late"]


def test_a_house_that_waits_longer_is_heeded(store: Store, desk: Desk, clock: ManualClock) -> None:
    rules = SeatingRules(no_show_after_minutes=45)
    desk.edit_policy(lambda policy: attrs.evolve(policy, seating=rules))
    booked(desk, 2, "18:00")
    clock.move_to(at("18:44"))
    assert release_late(maintained(store), after_minutes=15) == ReleasedLate(0)
    clock.move_to(at("18:45"))
    assert release_late(maintained(store), after_minutes=15) == ReleasedLate(1)


def test_a_party_of_yesterday_is_left_to_the_staff(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 2, "18:00")
    clock.move_to(at("18:00").replace(day=2))
    assert release_late(maintained(store), after_minutes=15) == ReleasedLate(1)
    clock.move_to(at("18:01").replace(day=3))
    assert release_late(maintained(store), after_minutes=15) == ReleasedLate(0)


def test_two_runs_at_once_mark_each_booking_once(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    for _ in range(4):
        booked(desk, 2, "18:00")
    clock.move_to(at("19:00"))
    run = maintained(store)
    done = at_once([lambda: release_late(run, after_minutes=15).bookings] * 3)
    assert sum(each for each in done if isinstance(each, int)) == 4
    kinds = [event.type for event in store.events(desk.restaurant_id)]
    assert kinds.count(EventType.BOOKING_STATUS) == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [("after_minutes", 0), ("after_minutes", 1_440), ("limit", 0), ("limit", 10_001)],
)
def test_a_number_out_of_its_range_is_refused(field: str, value: int) -> None:
    numbers = {"after_minutes": 15, "limit": 10, field: value}
    with pytest.raises(InvalidInput, match=field):
        release_late(MemoryStore(), **numbers)
