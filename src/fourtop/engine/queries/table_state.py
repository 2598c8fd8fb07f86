"""Table state: what stands at a table, or is expected there, at this moment."""

from __future__ import annotations

from enum import StrEnum

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.table import Table
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Need, Scope, View


class TableState(StrEnum):
    """The state of a table now. It follows from the time and the occupancy; it is not stored."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    OCCUPIED = "occupied"
    OVERDUE = "overdue"
    CLEANING = "cleaning"
    OUT_OF_SERVICE = "out_of_service"


def query(caller: Caller) -> Query[dict[str, TableState]]:
    """Build the query."""
    return Query(
        Scope(caller.restaurant_id), lambda view, _: table_states(view), name="table_states"
    )


def table_states(view: View) -> dict[str, TableState] | Need:
    """Return the state of each table at the view's time, in table order.

    Out of service: not offered, or blocked now. Occupied: a seated party has it. Overdue: a seated
    party has it beyond the end of its dining window. Cleaning: its party has left, and the buffer
    lasts. Reserved: a live hold or another booking has it now.
    """
    moment = Window.of_micros(view.now_us, view.now_us + 1)
    if not view.scope.covers(moment):
        # A minute more: the next view may be of a later moment.
        read = Window.of_micros(moment.start_us, moment.end_us + MICROSECONDS_PER_MINUTE)
        return Need(Scope(view.scope.restaurant_id, windows=(read,)))
    dead = {Owner(OwnerKind.HOLD, hold.id) for hold in view.dead_holds(moment)}
    taken = {
        row.resource_id: row
        for row in view.allocations(moment)
        if row.resource_type is ResourceType.TABLE and not row.shadow and row.owner not in dead
    }
    guests = frozenset(
        row.owner_id for row in taken.values() if row.owner_kind is OwnerKind.BOOKING
    )
    if not guests <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, bookings=guests))
    seated = {
        table_id: party.booking for party in view.seated_parties() for table_id in party.tables
    }
    return {
        table.id: _state(view, table, seated.get(table.id), taken.get(table.id))
        for table in view.house.floor.tables
    }


def _state(view: View, table: Table, seated: Booking | None, row: Allocation | None) -> TableState:
    if not table.is_offered:
        return TableState.OUT_OF_SERVICE
    if seated is not None:
        is_overdue = seated.stay.dining.end_us <= view.now_us
        return TableState.OVERDUE if is_overdue else TableState.OCCUPIED
    if row is None:
        return TableState.AVAILABLE
    if row.owner_kind is OwnerKind.BLOCK:
        return TableState.OUT_OF_SERVICE
    booking = view.find_booking(row.owner_id) if row.owner_kind is OwnerKind.BOOKING else None
    if booking is not None and booking.status is BookingStatus.COMPLETED:
        return TableState.CLEANING
    return TableState.RESERVED
