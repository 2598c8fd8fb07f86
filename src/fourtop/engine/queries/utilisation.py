"""Utilisation: how full the services of a date are, and how often its tables can be seated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.limits import limits_of
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.usage import (
    NOTHING_RELEASED,
    Attendance,
    pacing_in,
    take_attendance,
)
from fourtop.model.allocation import OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.rotations import Rotations, rotations_of
from fourtop.model.service import Service
from fourtop.model.service_period import check_date
from fourtop.model.utilisation import PeriodUtilisation, SlotUtilisation, Utilisation
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Need, Scope, View

_HOUR_US: Final = 60 * MICROSECONDS_PER_MINUTE


def query(caller: Caller, on: date) -> Query[Utilisation]:
    """Build the query.

    Raises:
        InvalidInput: If ``on`` is not a date.
    """
    day = check_date("on", on)
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: utilisation(Admission(view, compiled, caller.actor), day),
        name="utilisation",
    )


def rotations_query(caller: Caller, on: date) -> Query[Rotations]:
    """Build the query of rotations; it reads the house only.

    Raises:
        InvalidInput: If ``on`` is not a date.
    """
    day = check_date("on", on)
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: rotations_of(view.house, compiled.calendar, day),
        name="rotations",
    )


def utilisation(admission: Admission, on: date) -> Utilisation | Need:
    """Return how full each service of a date is."""
    view, compiled = admission.view, admission.compiled
    services = compiled.calendar.services_on(on)
    windows = tuple(service.window for service in services)
    missing = tuple(each for each in windows if not view.scope.covers_sittings(each))
    if missing:
        need = Scope(view.scope.restaurant_id, windows=missing, sittings=missing)
        counted = missing_counts(view, compiled, windows)
        return Need(need if counted is None else need | counted)
    return Utilisation(
        on,
        tuple(_of_service(admission, service) for service in services),
        view.versions,
        None if services else compiled.calendar.closed_on(on),
        timezone=compiled.house.restaurant.timezone,
    )


@attrs.frozen
class _Sitting:
    """The time for which the people of a booking are at their tables."""

    start_us: int
    end_us: int
    covers: int

    @classmethod
    def of(cls, booking: Booking, now_us: int) -> _Sitting:
        """Return the time that the party used, or is expected to use."""
        dining = booking.stay.dining
        start_us = dining.start_us if booking.seated_us is None else booking.seated_us
        end_us = dining.end_us if booking.left_us is None else booking.left_us
        if booking.status is BookingStatus.CHECKED_IN:
            end_us = max(end_us, now_us)
        return cls(start_us, end_us, booking.party_size)

    def within(self, window: Window) -> int:
        """Return how long it lasts inside a window, in microseconds."""
        return max(min(self.end_us, window.end_us) - max(self.start_us, window.start_us), 0)


def _of_service(admission: Admission, service: Service) -> PeriodUtilisation:
    view, compiled = admission.view, admission.compiled
    bookings = [
        each
        for each in view.bookings_starting(service.window)
        if each.status.counts_covers
        # Where the clocks go back, a service may run into the next, which has its own parties.
        and service.is_same(compiled.calendar.find_service(each.stay.dining.start_us))
    ]
    sittings = [_Sitting.of(each, view.now_us) for each in bookings]
    # The admission may count totals only.
    attendance = take_attendance(view, compiled, service, NOTHING_RELEASED)
    slots = compiled.calendar.slots_of(service)
    return PeriodUtilisation(
        admission.usage(service),
        tuple(_slot(compiled, service, attendance, slot, sittings) for slot in slots),
        _offered_us(view, compiled, service) / _HOUR_US,
        sum(each.covers * each.within(service.window) for each in sittings) / _HOUR_US,
        _turns(view, bookings),
    )


def _slot(
    compiled: CompiledHouse,
    service: Service,
    attendance: Attendance,
    slot: Window,
    sittings: Iterable[_Sitting],
) -> SlotUtilisation:
    groups = [
        each
        for each in attendance.others
        if each.counts and slot.start_us <= each.start_us < slot.end_us
    ]
    return SlotUtilisation(
        slot.start_us,
        slot.end_us,
        sum(each.covers for each in groups),
        sum(each.parties for each in groups),
        sum(each.covers for each in sittings if each.within(slot)),
        tuple(pacing_in(attendance, limits_of(compiled, service), service, slot)),
        timezone=compiled.house.restaurant.timezone,
    )


def _offered_us(view: View, compiled: CompiledHouse, service: Service) -> int:
    """Return the seat time of the tables on offer, while their zone is open, without blocks."""
    floor, whole = compiled.house.floor, (service.window,)
    rules = {rule.zone: rule for rule in compiled.house.policy.zone_rules}
    hours = {
        zone.id: whole
        if zone.id not in rules
        else compiled.calendar.zone_windows(rules[zone.id], service)
        for zone in floor.zones
    }
    seats = {table.id: table for table in floor.tables if table.is_offered}
    offered = sum(
        table.capacity * (window.end_us - window.start_us)
        for table in seats.values()
        for window in hours[table.zone_id]
    )
    for row in view.allocations(service.window):
        is_block = row.owner_kind is OwnerKind.BLOCK and row.resource_type is ResourceType.TABLE
        if is_block and not row.shadow and row.resource_id in seats:
            table = seats[row.resource_id]
            offered -= table.capacity * _shared_us(row.window, hours[table.zone_id])
    return offered


def _shared_us(window: Window, others: Iterable[Window]) -> int:
    return sum(
        max(min(window.end_us, each.end_us) - max(window.start_us, each.start_us), 0)
        for each in others
    )


def _turns(view: View, bookings: Sequence[Booking]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for booking in bookings:
        for table_id in booking.tables:
            counted[table_id] = counted.get(table_id, 0) + 1
    return {
        table.id: counted.get(table.id, 0)
        for table in view.house.floor.tables
        if table.is_offered or table.id in counted
    }
