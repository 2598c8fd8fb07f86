"""Decisions about the house itself: its floor, its policy, its record."""

from __future__ import annotations

from collections.abc import Callable

from fourtop.engine.call import Call
from fourtop.errors import InUse, InvalidInput, StaleVersion, shown
from fourtop.model import rule
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.ports import Changes, Decision, FloorChange, Need, PolicyChange, Scope, View


def edit_floor(
    call: Call, view: View, change: Callable[[Floor], Floor], expected: int | None
) -> Decision[House] | Need:
    """Decide a new floor. A table that somebody has now or later is not removed."""
    house = view.house
    version = _check_version("floor", expected, view.versions.floor)
    floor = rule.check_instance("change", change(house.floor), Floor)
    gone = frozenset(house.floor.positions) - frozenset(floor.positions)
    if not gone <= view.scope.tables:
        return Need(Scope(call.restaurant_id, tables=gone))
    for table_id in sorted(gone):
        last = view.find_last_allocation(table_id)
        if last is not None and last.window.end_us > view.now_us:
            by = f"{last.owner_kind.value} {last.owner_id} until {last.window.end.isoformat()}"
            raise InUse("table", table_id, by)
    data = {"version": version + 1, "tables_removed": sorted(gone)}
    event = call.event(EventType.FLOOR_CHANGED, str(version + 1), view.now_us, data=data)
    edited = House(house.restaurant, floor, house.policy)
    return Decision(edited, Changes(floor=FloorChange(floor, version), events=(event,)))


def edit_policy(call: Call, view: View, change: Callable[[Policy], Policy], expected: int | None) -> Decision[House]:
    """Decide a new policy. What is booked stays as it was booked."""
    house = view.house
    policy = rule.check_instance("change", change(house.policy), Policy)
    return _policy_changed(call, view, (house.restaurant, policy), expected)


def edit_restaurant(
    call: Call, view: View, change: Callable[[Restaurant], Restaurant], expected: int | None
) -> Decision[House]:
    """Decide a new record of the restaurant; its id stays. It counts as a change of policy."""
    house = view.house
    restaurant = rule.check_instance("change", change(house.restaurant), Restaurant)
    if restaurant.id != house.restaurant.id:
        raise InvalidInput("change", "must return a restaurant of the same id", shown(restaurant.id))
    return _policy_changed(call, view, (restaurant, house.policy), expected)


def _policy_changed(call: Call, view: View, what: tuple[Restaurant, Policy], expected: int | None) -> Decision[House]:
    version = _check_version("policy", expected, view.versions.policy)
    restaurant, policy = what
    event = call.event(EventType.POLICY_CHANGED, str(version + 1), view.now_us, data={"version": version + 1})
    edited = House(restaurant, view.house.floor, policy)
    return Decision(edited, Changes(policy=PolicyChange(restaurant, policy, version), events=(event,)))


def _check_version(kind: str, expected: int | None, found: int) -> int:
    if expected is not None and expected != found:
        raise StaleVersion(kind, expected, found)
    return found
