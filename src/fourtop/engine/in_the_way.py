"""In the way: the records that forbid a new house in place of the present one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fourtop.errors import InUse
from fourtop.model.booking import BookingStatus
from fourtop.model.house import House
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import Need, Scope, View

_MONTHS_AHEAD: Final = 12
# Bookings of these statuses expect no guest.
OVER: Final = (
    BookingStatus.COMPLETED,
    BookingStatus.CANCELLED,
    BookingStatus.NO_SHOW,
    BookingStatus.SHADOW,
)


def find_in_the_way(view: View, present: House, house: House) -> tuple[InUse, ...] | Need:
    """Return the records that forbid a new house in place of the present one.

    A ``Need`` names the records that the search has to read first.

    A table that is occupied now or later must stay. Another time zone would change the local times
    that guests were told, so it waits until no guest is expected.
    """
    tables, gone = frozenset(present.floor.positions), removed_tables(present, house)
    moves_times = house.restaurant.timezone != present.restaurant.timezone
    year = _year_from(view.now_us) if moves_times else ()
    need = _missing(view, tables if moves_times else gone, year)
    if need is not None:
        return need
    found = [*tables_in_use(view, gone)]
    if moves_times:
        guest = _find_guest_ahead(view, year)
        if guest is not None:
            found.append(InUse("timezone", present.restaurant.timezone, guest))
    return tuple(found)


def removed_tables(present: House, house: House) -> frozenset[str]:
    """Return the ids of the tables that a new house lacks."""
    return frozenset(present.floor.positions) - frozenset(house.floor.positions)


def tables_in_use(view: View, tables: Iterable[str]) -> Iterator[InUse]:
    """Yield an error for each table that is occupied now or later, by id."""
    for table_id in sorted(tables):
        user = _user_ahead(view, table_id)
        if user is not None:
            yield InUse("table", table_id, user)


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
            if each.status not in OVER
        ),
        None,
    )


def _user_ahead(view: View, table_id: str) -> str | None:
    last = view.find_last_allocation(table_id)
    if last is None or last.window.end_us <= view.now_us:
        return None
    return f"{last.owner_kind.value} {last.owner_id} until {last.window.end.isoformat()}"
