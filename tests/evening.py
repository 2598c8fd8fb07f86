"""A small house on one evening, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any, Final, TypeVar

import attrs

from fourtop import (
    GUEST,
    Actor,
    Allocation,
    Booking,
    BookingChange,
    BookingRequest,
    BookingRow,
    CountedIds,
    Desk,
    Engine,
    Floor,
    FourtopError,
    Hold,
    House,
    ResourceType,
    Window,
    sketch_floor,
    sketch_house,
)
from fourtop.ports import Store

T = TypeVar("T")

FRIDAY: Final = date(2026, 5, 1)
NOW: Final = datetime(2026, 5, 1, 12, tzinfo=UTC)
MONTH: Final = Window(NOW - timedelta(days=15), NOW + timedelta(days=15))
STAFF: Final = Actor("u17", "staff")


def at(text: str, day: date = FRIDAY) -> datetime:
    """The instant of a clock time, in UTC, which is also the zone of the house."""
    return datetime.combine(day, time.fromisoformat(text), UTC)


def window(start: str, end: str) -> Window:
    return Window(at(start), at(end))


def party_size(size: int, text: str = "19:00", **wishes: Any) -> BookingRequest:
    return BookingRequest(size, at(text), **wishes)


def change(size: int, text: str = "19:00", **wishes: Any) -> BookingChange:
    """Another size and time for a booking."""
    return BookingChange(party_size=size, start=at(text), **wishes)


def five_tables() -> Floor:
    """Two twos and two fours that can be joined in pairs, and a six that stands alone."""
    return sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4, "5": 6}, joins=["1-2", "3-4"])


def one_table(seats: int = 4) -> Floor:
    return sketch_floor({"1": seats})


def a_house(
    floor: Floor | None = None, *, name: str = "House", turn_minutes: int = 90, **policy: Any
) -> House:
    """Dinner from 17:00 to 23:00, last start at 21:00; every party stays 90 minutes."""
    house = sketch_house(
        name,
        five_tables() if floor is None else floor,
        timezone="UTC",
        periods={"dinner": "17:00-23:00"},
        turn_minutes=turn_minutes,
    )
    return attrs.evolve(house, policy=attrs.evolve(house.policy, **policy))


def open_desk(store: Store, house: House | None = None, *, actor: Actor = GUEST) -> Desk:
    return Engine(store, ids=CountedIds("n")).add_restaurant(
        a_house() if house is None else house, actor=actor
    )


def held(desk: Desk, size: int, text: str = "19:00", **how: Any) -> Hold:
    tables = how.pop("tables", ())
    return desk.hold(party_size(size, text, tables=tables), **how)


def booked(desk: Desk, size: int, text: str = "19:00", **how: Any) -> Booking:
    tables = how.pop("tables", ())
    return desk.book(party_size(size, text, tables=tables), **how)


def snapshot(store: Store, desk: Desk) -> tuple[object, ...]:
    """All that can be seen of a restaurant, to tell whether anything has changed."""
    seen = (desk.house(), desk.versions(), desk.bookings(MONTH), desk.allocations(MONTH))
    return (*seen, desk.slots(MONTH), store.events(desk.restaurant_id))


def table_rows(desk: Desk, *, of: str | None = None) -> tuple[Allocation, ...]:
    """The live rows of tables, of all owners or of one."""
    return tuple(
        row
        for row in desk.allocations(MONTH)
        if row.resource_type is ResourceType.TABLE and not row.shadow and of in (None, row.owner_id)
    )


def rows_of(desk: Desk, owner_id: str) -> list[tuple[str, str, str]]:
    """What an owner has, as resource, start and end."""
    return [
        (row.resource_id, f"{row.window.start:%H:%M}", f"{row.window.end:%H:%M}")
        for row in table_rows(desk, of=owner_id)
    ]


def import_rows(desk: Desk, *rows: tuple[str, int, str, str, str]) -> None:
    """Take over bookings: id, party_size, start, end, tables joined by a plus."""
    desk.import_bookings(
        [
            BookingRow(id_, size, at(start), end=at(end), tables=tables.split("+"))
            for id_, size, start, end, tables in rows
        ]
    )


def at_once(calls: Iterable[Callable[[], T]]) -> list[T | FourtopError]:
    """Make all calls at the same moment, each in a thread; a refusal is an answer."""
    listed = list(calls)
    barrier = Barrier(len(listed))

    def run(call: Callable[[], T]) -> T | FourtopError:
        barrier.wait()
        try:
            return call()
        except FourtopError as error:
            return error

    with ThreadPoolExecutor(len(listed)) as threads:
        return list(threads.map(run, listed))
