"""The utilisation of random evenings is that of a list with loops over bookings and holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fourtop import Booking, Desk, OwnerKind, PeriodUtilisation, Window
from tests.evening import FRIDAY, MONTH
from tests.property.test_engine_availability import an_evening

EVENINGS = 60


@pytest.mark.slow
def test_utilisation_is_what_brute_force_counts() -> None:
    counted = 0
    for seed in range(EVENINGS):
        desk, _ = an_evening(seed)
        found = desk.utilisation(FRIDAY)
        usage = desk.availability(FRIDAY, 2).usage
        assert tuple(each.usage for each in found.periods) == usage
        for period in found.periods:
            _check(desk, period)
            counted += period.usage.booked_covers
    assert counted > EVENINGS


def _check(desk: Desk, period: PeriodUtilisation) -> None:
    starts, ends = period.slots[0].start, period.slots[-1].end
    bookings = [
        each
        for each in desk.bookings(Window(starts, ends))
        if each.status.value not in ("cancelled", "no_show", "priority_waitlist", "shadow")
    ]
    for slot in period.slots:
        held = _held(desk, slot.start, slot.end)
        inside = [each for each in bookings if slot.start <= each.start < slot.end]
        assert slot.covers == sum(each.party_size for each in inside) + sum(held)
        assert slot.parties == len(inside) + len(held)
        present = [each for each in bookings if _within(each, slot.start, slot.end)]
        assert slot.present_covers == sum(each.party_size for each in present)
    hours = sum(each.party_size * _within(each, starts, ends) for each in bookings)
    assert period.seat_hours_used == pytest.approx(hours)
    for table_id, turns in period.turns.items():
        assert turns == sum(table_id in each.tables for each in bookings)
    blocked = [
        row for row in desk.allocations(Window(starts, ends)) if row.owner_kind is OwnerKind.BLOCK
    ]
    seats = {each.id: each.capacity for each in desk.house().floor.tables if each.is_offered}
    whole = _hours(ends - starts)
    offered = whole * sum(seats.values()) - sum(
        seats.get(row.resource_id, 0)
        * _hours(min(row.window.end, ends) - max(row.window.start, starts))
        for row in blocked
    )
    assert period.seat_hours_offered == pytest.approx(offered)


def _within(booking: Booking, start: datetime, end: datetime) -> float:
    """Return for how many hours a party is at its table between two instants."""
    begin = booking.seated_at or booking.stay.dining.start
    leave = booking.left_at or booking.stay.dining.end
    return max(_hours(min(leave, end) - max(begin, start)), 0.0)


def _held(desk: Desk, start: datetime, end: datetime) -> list[int]:
    """Return the sizes of the live holds that start between two instants and are no booking."""
    rows = desk.allocations(MONTH)
    ids = {row.owner_id for row in rows if row.owner_kind is OwnerKind.HOLD}
    holds = [hold for hold in map(desk.find_hold, sorted(ids)) if hold is not None]
    return [
        hold.party_size
        for hold in holds
        if hold.booking_id is None and start <= hold.stay.dining.start < end
    ]


def _hours(length: timedelta) -> float:
    return length.total_seconds() / 3_600
