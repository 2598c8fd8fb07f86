"""Edit house: put a changed floor, policy or restaurant record in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from fourtop.engine.dispatch.requests import Caller, Command, optional_version
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
from fourtop.model.results import Versions
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import (
    NO_CHANGES,
    Changes,
    Decision,
    FloorChange,
    Need,
    PolicyChange,
    Scope,
    View,
)

T = TypeVar("T")

_MONTHS_AHEAD = 12
# Bookings of these statuses expect no guest.
_OVER = (
    BookingStatus.COMPLETED,
    BookingStatus.CANCELLED,
    BookingStatus.NO_SHOW,
    BookingStatus.SHADOW,
)


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


def replace_house_command(
    caller: Caller, house: House, expected: Versions | None
) -> Command[House]:
    """Build the command for a new house of the same restaurant.

    Raises:
        InvalidInput: If ``house`` is not a house of this restaurant, or ``expected`` is of another
            type.
    """
    checked = check_house(caller, house)
    if expected is not None:
        validators.check_instance("expected", expected, Versions)
    # The document would be the request of a key; without a key the versions say enough.
    invocation = caller.invocation(replace_house.__name__, None, {"expected": expected})
    return Command(
        invocation,
        Scope(caller.restaurant_id),
        lambda view, _: replace_house(invocation, view, checked, expected),
    )


def check_house(caller: Caller, house: House) -> House:
    """Return a house that may replace the present one.

    Raises:
        InvalidInput: If it is not a house, or a house of another restaurant.
    """
    checked = validators.check_instance("house", house, House)
    if checked.restaurant.id != caller.restaurant_id:
        raise InvalidInput(
            "house",
            f"must be of the restaurant {caller.restaurant_id}",
            safe_repr(checked.restaurant.id),
        )
    return checked


def _command(
    decide: _Edit[T], caller: Caller, change: Callable[[T], T], expected: int | None
) -> Command[House]:
    if not callable(change):
        raise InvalidInput(
            "change", "must be a function that returns the new value", safe_repr(change)
        )
    optional_version(expected)
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
    _check_version("floor", expected, view.versions.floor)
    edited = House(house.restaurant, _edited(change, house.floor), house.policy)
    return _decided(view, house, edited, _floor_change(invocation, view, edited))


def edit_policy(
    invocation: Invocation, view: View, change: Callable[[Policy], Policy], expected: int | None
) -> Decision[House] | Need:
    """Decide a new policy. Existing bookings stay unchanged."""
    house = view.house
    policy = _edited(change, house.policy)
    _check_version("policy", expected, view.versions.policy)
    edited = House(house.restaurant, house.floor, policy)
    return _decided(view, house, edited, _policy_change(invocation, view, edited))


def edit_restaurant(
    invocation: Invocation,
    view: View,
    change: Callable[[Restaurant], Restaurant],
    expected: int | None,
) -> Decision[House] | Need:
    """Decide a new record of the restaurant; its id stays. It counts as a change of policy."""
    house = view.house
    restaurant = _edited(change, house.restaurant)
    if restaurant.id != house.restaurant.id:
        raise InvalidInput(
            "change", "must return a restaurant of the same id", safe_repr(restaurant.id)
        )
    _check_version("policy", expected, view.versions.policy)
    edited = House(restaurant, house.floor, house.policy)
    return _decided(view, house, edited, _policy_change(invocation, view, edited))


def replace_house(
    invocation: Invocation, view: View, house: House, expected: Versions | None
) -> Decision[House] | Need:
    """Decide a new house: its floor, its policy and its record, as far as they differ."""
    present = view.house
    if expected is not None:
        _check_version("floor", expected.floor, view.versions.floor)
        _check_version("policy", expected.policy, view.versions.policy)
    changes = NO_CHANGES
    if house.floor != present.floor:
        changes += _floor_change(invocation, view, house)
    if (house.restaurant, house.policy) != (present.restaurant, present.policy):
        changes += _policy_change(invocation, view, house)
    return _decided(view, present, house, changes)


def _decided(view: View, present: House, house: House, changes: Changes) -> Decision[House] | Need:
    in_the_way = find_in_the_way(view, present, house)
    if isinstance(in_the_way, Need):
        return in_the_way
    if in_the_way:
        raise in_the_way[0]
    return Decision(house, changes)


# ---- records in the way


def find_in_the_way(view: View, present: House, house: House) -> tuple[InUse, ...] | Need:
    """Return the records that forbid a new house in place of the present one.

    A ``Need`` names the records that the search has to read first.

    A table that is occupied now or later must stay. Another time zone would change the local times
    that guests were told, so it waits until no guest is expected.
    """
    tables = frozenset(present.floor.positions)
    gone = tables - frozenset(house.floor.positions)
    moves_times = house.restaurant.timezone != present.restaurant.timezone
    year = _year_from(view.now_us) if moves_times else ()
    need = _missing(view, tables if moves_times else gone, year)
    if need is not None:
        return need
    users = ((table_id, _user_ahead(view, table_id)) for table_id in sorted(gone))
    found = [InUse("table", table_id, user) for table_id, user in users if user is not None]
    if moves_times:
        guest = _find_guest_ahead(view, year)
        if guest is not None:
            found.append(InUse("timezone", present.restaurant.timezone, guest))
    return tuple(found)


def _year_from(now_us: int) -> tuple[Window, ...]:
    return tuple(
        Window.of_micros(now_us + part * MAX_WINDOW_US, now_us + (part + 1) * MAX_WINDOW_US)
        for part in range(_MONTHS_AHEAD)
    )


def _missing(view: View, tables: frozenset[str], sittings: tuple[Window, ...]) -> Need | None:
    scope = view.scope
    if tables <= scope.tables and all(scope.covers_sittings(month) for month in sittings):
        return None
    return Need(Scope(scope.restaurant_id, tables=tables, sittings=sittings))


def _find_guest_ahead(view: View, year: Iterable[Window]) -> str | None:
    """Return an owner of a table now or later, or else a booking that waits within a year."""
    for table_id in sorted(view.house.floor.positions):
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


def _user_ahead(view: View, table_id: str) -> str | None:
    last = view.find_last_allocation(table_id)
    if last is None or last.window.end_us <= view.now_us:
        return None
    return f"{last.owner_kind.value} {last.owner_id} until {last.window.end.isoformat()}"


# ---- changes


def _floor_change(invocation: Invocation, view: View, house: House) -> Changes:
    version = view.versions.floor
    gone = frozenset(view.house.floor.positions) - frozenset(house.floor.positions)
    data = {"version": version + 1, "tables_removed": sorted(gone)}
    event = new_event(
        invocation, EventType.FLOOR_CHANGED, Subject(str(version + 1)), view.now_us, data
    )
    return Changes(floor=FloorChange(house.floor, version), events=(event,))


def _policy_change(invocation: Invocation, view: View, house: House) -> Changes:
    version = view.versions.policy
    event = new_event(
        invocation,
        EventType.POLICY_CHANGED,
        Subject(str(version + 1)),
        view.now_us,
        {"version": version + 1},
    )
    change = PolicyChange(house.restaurant, house.policy, version)
    return Changes(policy=change, events=(event,))


def _check_version(kind: str, expected: int | None, found: int) -> None:
    if expected is not None and expected != found:
        raise StaleVersion(kind, expected, found)
