"""Repair: the moves and reschedules of a repair plan, decided with the edit that needs them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from fourtop.engine.compiled_house import CompiledHouse, compile_house
from fourtop.engine.in_the_way import OVER, removed_tables, tables_in_use
from fourtop.engine.invocation import Invocation
from fourtop.engine.outlook import Outlook
from fourtop.engine.preconditions import check_house_versions
from fourtop.engine.stranded import Edit, find_stranded
from fourtop.engine.way_out import take_way_out
from fourtop.errors import InUse, NotFound, StaleVersion
from fourtop.model.allocation import OwnerKind
from fourtop.model.house import House
from fourtop.model.preview import RepairPlan
from fourtop.model.results import Versions
from fourtop.ports import NO_CHANGES, Changes, Need, Scope, View


def edit_of(
    invocation: Invocation, versions: Versions, before: CompiledHouse, house: House
) -> Edit:
    """Return the edit that puts a house in place of a compiled one, at some versions."""
    present = before.house
    is_floor = house.floor != present.floor
    is_policy = (house.restaurant, house.policy) != (present.restaurant, present.policy)
    after = attrs.evolve(
        compile_house(house, before, before.planner.order),
        versions=(versions.floor + is_floor, versions.policy + is_policy),
    )
    return Edit(invocation, before, after)


def repair_bookings(
    invocation: Invocation,
    view: View,
    before: CompiledHouse,
    house: House,
    plan: RepairPlan,
) -> Changes | Need:
    """Return the changes of a repair plan that is committed with a new house.

    The plan is stale if the house has changed since, if one of its bookings has, or if the edit
    strands a booking that the plan does not name.

    Raises:
        StaleVersion: If the plan is stale. Make a new preview.
        Refused: If other parties have taken the tables of a repair since.
        InUse: If a record still forbids the new house after the repairs.
        NotFound: If a booking of the plan is unknown.
    """
    check_house_versions(view, plan.versions)
    gone = removed_tables(before.house, house)
    outlook = Outlook.read(view)
    if isinstance(outlook, Need):
        return Need(outlook.scope | Scope(view.scope.restaurant_id, tables=gone))
    if not gone <= view.scope.tables:
        return Need(Scope(view.scope.restaurant_id, tables=gone))
    edit = edit_of(invocation, view.versions, before, house)
    _check_current(outlook, edit, plan)
    changes = NO_CHANGES
    for number, repair in enumerate(plan.repairs, 1):
        changes += take_way_out(outlook, edit, repair, number)
    for error in _in_the_way(view, outlook, edit, gone):
        raise error
    return changes


def _check_current(outlook: Outlook, edit: Edit, plan: RepairPlan) -> None:
    for repair in plan.repairs:
        booking = outlook.find_booking(repair.booking_id)
        if booking is None:
            raise NotFound("booking", repair.booking_id)
        if booking.version != repair.version:
            raise StaleVersion("booking", repair.version, booking.version)
    expected, found = plan.versions.occupancy, outlook.versions.occupancy
    if expected != found:
        known = {*plan.left, *(each.booking_id for each in plan.repairs)}
        if not known >= find_stranded(outlook, edit).keys():
            raise StaleVersion("occupancy", expected, found)


# ---- records that forbid the new house, after the repairs


def _in_the_way(view: View, outlook: Outlook, edit: Edit, gone: frozenset[str]) -> Iterator[InUse]:
    yield from tables_in_use(outlook.view_all(edit.before.house), gone)
    # The last party at a table may come later than the outlook shows.
    yield from tables_in_use(view, (each for each in gone if _is_used_later(view, outlook, each)))
    zones = [each.house.restaurant.timezone for each in (edit.before, edit.after)]
    if zones[0] != zones[1]:
        for user in _told_otherwise(outlook, edit):
            yield InUse("timezone", zones[0], user)


def _is_used_later(view: View, outlook: Outlook, table_id: str) -> bool:
    last = view.find_last_allocation(table_id)
    return last is not None and last.window.end_us > outlook.end_us


def _told_otherwise(outlook: Outlook, edit: Edit) -> Iterator[str]:
    """Yield the records whose local times another time zone would change."""
    for hold in filter(edit.is_told_otherwise, outlook.holds_alive()):
        yield f"hold {hold.id} until {hold.stay.occupied.end.isoformat()}"
    for row in outlook.rows():
        is_block_ahead = row.owner_kind is OwnerKind.BLOCK and row.window.end_us > outlook.now_us
        if is_block_ahead and edit.moves(row.window.end_us):
            yield f"block {row.owner_id} until {row.window.end.isoformat()}"
    for booking in outlook.bookings():
        if booking.status not in OVER and edit.is_told_otherwise(booking):
            yield f"booking {booking.id} at {booking.start.isoformat()}"
    if outlook.is_cut:
        yield "records more than a year ahead"
