"""Edit house: put a changed floor, policy or restaurant record in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import Subject, new_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import InUse, InvalidInput, StaleVersion, safe_repr
from fourtop.model import validators
from fourtop.model.booking import BookingStatus
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import Changes, Decision, FloorChange, Need, PolicyChange, Scope, View

T = TypeVar("T")

_LATEST_VERSION = 2**62
_MONTHS_AHEAD = 12
_OVER = (BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW)


class _Edit(Protocol[T]):
    """A decision of this module; its name is that of the command."""

    __name__: str

    def __call__(
        self, invocation: Invocation, view: View, change: Callable[[T], T], expected: int | None
    ) -> Decision[House] | Need: ...


def edit_floor_command(
    caller: Caller, change: Callable[[Floor], Floor], expected: int | None
) -> Command[House]:
    """Build the command for a new floor.

    Raises:
        InvalidInput: If ``change`` is no function, or the version is out of range.
    """
    return _command(edit_floor, caller, change, expected)


def edit_policy_command(
    caller: Caller, change: Callable[[Policy], Policy], expected: int | None
) -> Command[House]:
    """Build the command for a new policy.

    Raises:
        InvalidInput: If ``change`` is no function, or the version is out of range.
    """
    return _command(edit_policy, caller, change, expected)


def edit_restaurant_command(
    caller: Caller, change: Callable[[Restaurant], Restaurant], expected: int | None
) -> Command[House]:
    """Build the command for a new record of the restaurant.

    Raises:
        InvalidInput: If ``change`` is no function, or the version is out of range.
    """
    return _command(edit_restaurant, caller, change, expected)


def _command(
    decide: _Edit[T], caller: Caller, change: Callable[[T], T], expected: int | None
) -> Command[House]:
    if not callable(change):
        raise InvalidInput(
            "change", "must be a function that returns the new value", safe_repr(change)
        )
    if expected is not None:
        validators.check_integer("expected", expected, 1, _LATEST_VERSION)
    invocation = caller.invocation(decide.__name__, None, {"expected": expected})
    return Command(
        invocation,
        Scope(caller.restaurant_id),
        lambda view, _: decide(invocation, view, change, expected),
    )


def _edited(change: Callable[[T], T], value: T) -> T:
    edited = change(value)
    if not isinstance(edited, type(value)):
        raise InvalidInput("change", f"must return a {type(value).__name__}", safe_repr(edited))
    return edited


def edit_floor(
    invocation: Invocation, view: View, change: Callable[[Floor], Floor], expected: int | None
) -> Decision[House] | Need:
    """Decide a new floor. It keeps every table that is occupied now or later."""
    house = view.house
    version = _check_version("floor", expected, view.versions.floor)
    floor = _edited(change, house.floor)
    gone = frozenset(house.floor.positions) - frozenset(floor.positions)
    if not gone <= view.scope.tables:
        return Need(Scope(invocation.restaurant_id, tables=gone))
    for table_id in sorted(gone):
        user = _user_ahead(view, table_id)
        if user is not None:
            raise InUse("table", table_id, user)
    data = {"version": version + 1, "tables_removed": sorted(gone)}
    event = new_event(
        invocation, EventType.FLOOR_CHANGED, Subject(str(version + 1)), view.now_us, data
    )
    edited = House(house.restaurant, floor, house.policy)
    return Decision(edited, Changes(floor=FloorChange(floor, version), events=(event,)))


def edit_policy(
    invocation: Invocation, view: View, change: Callable[[Policy], Policy], expected: int | None
) -> Decision[House]:
    """Decide a new policy. Existing bookings stay unchanged."""
    house = view.house
    policy = _edited(change, house.policy)
    return _policy_changed(invocation, view, house.restaurant, policy, expected)


def _user_ahead(view: View, table_id: str) -> str | None:
    last = view.find_last_allocation(table_id)
    if last is None or last.window.end_us <= view.now_us:
        return None
    return f"{last.owner_kind.value} {last.owner_id} until {last.window.end.isoformat()}"


def edit_restaurant(
    invocation: Invocation,
    view: View,
    change: Callable[[Restaurant], Restaurant],
    expected: int | None,
) -> Decision[House] | Need:
    """Decide a new record of the restaurant; its id stays. It counts as a change of policy.

    Another time zone would change the local times that guests were told, so it is refused while
    any guest is still expected.
    """
    house = view.house
    restaurant = _edited(change, house.restaurant)
    if restaurant.id != house.restaurant.id:
        raise InvalidInput(
            "change", "must return a restaurant of the same id", safe_repr(restaurant.id)
        )
    if restaurant.timezone != house.restaurant.timezone:
        guest = _find_guest_ahead(view)
        if isinstance(guest, Need):
            return guest
        if guest is not None:
            raise InUse("timezone", house.restaurant.timezone, guest)
    return _policy_changed(invocation, view, restaurant, house.policy, expected)


def _find_guest_ahead(view: View) -> str | Need | None:
    """Return an owner of a table now or later, or else a booking that waits within a year."""
    tables = frozenset(view.house.floor.positions)
    year = [
        Window.of_micros(
            view.now_us + part * MAX_WINDOW_US, view.now_us + (part + 1) * MAX_WINDOW_US
        )
        for part in range(_MONTHS_AHEAD)
    ]
    if not tables <= view.scope.tables or not all(
        view.scope.covers_sittings(month) for month in year
    ):
        return Need(Scope(view.scope.restaurant_id, tables=tables, sittings=tuple(year)))
    for table_id in sorted(tables):
        user = _user_ahead(view, table_id)
        if user is not None:
            return user
    ahead = (booking for month in year for booking in view.bookings_starting(month))
    return next(
        (
            f"booking {each.id} at {each.start.isoformat()}"
            for each in ahead
            if each.status not in _OVER
        ),
        None,
    )


def _policy_changed(
    invocation: Invocation, view: View, restaurant: Restaurant, policy: Policy, expected: int | None
) -> Decision[House]:
    version = _check_version("policy", expected, view.versions.policy)
    data = {"version": version + 1}
    event = new_event(
        invocation, EventType.POLICY_CHANGED, Subject(str(version + 1)), view.now_us, data
    )
    edited = House(restaurant, view.house.floor, policy)
    return Decision(
        edited, Changes(policy=PolicyChange(restaurant, policy, version), events=(event,))
    )


def _check_version(kind: str, expected: int | None, found: int) -> int:
    if expected is not None and expected != found:
        raise StaleVersion(kind, expected, found)
    return found
