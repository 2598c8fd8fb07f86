"""Local times: find the bookings with another local start than their parties were told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Final

import attrs

from fourtop.errors import NotFound, StoreUnavailable
from fourtop.errors.display import brief, count_of, short_id
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.window import MAX_WINDOW_US, MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import AsyncStore, Scope, Store, View

_LOG: Final = logging.getLogger("fourtop.jobs")

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_MOST_DAYS: Final = 3_660
_MOST_DAYS_AT_ONCE: Final = MAX_WINDOW_US // _DAY_US
# Their parties have not come yet.
_EXPECTED: Final = frozenset(
    {
        BookingStatus.PENDING,
        BookingStatus.PENDING_ALLOCATION,
        BookingStatus.CONFIRMED,
        BookingStatus.PRIORITY_WAITLIST,
    }
)


@attrs.frozen(repr=False)
class LocalTime:
    """A booking with another local start than its party was told.

    Args:
        restaurant_id: The tenant.
        booking_id: The booking.
        told: The local start that the party was told: ISO 8601 with the offset of then.
        present: The local start that the time zone data give today, in the same form.
    """

    restaurant_id: str
    booking_id: str
    told: str
    present: str

    def __repr__(self) -> str:
        return brief(self, f"{short_id(self.booking_id)} told {self.told}", f"now {self.present}")


@attrs.frozen(repr=False)
class LocalTimes:
    """The result of a check of local times.

    Args:
        checked: Number of bookings that were compared.
        differing: The bookings that differ, by restaurant, start and id.
    """

    checked: int = 0
    differing: tuple[LocalTime, ...] = ()

    def __repr__(self) -> str:
        return brief(self, count_of(self.checked, "booking"), f"{len(self.differing)} differ")


def check_local_times(store: Store, *, days: int = 731, batch: int = 31) -> LocalTimes:
    """List the bookings of the future with another local start than their parties were told.

    A booking keeps its instant. Two things move the local time of an instant: an update of the time
    zone data, and an edit of the restaurant's time zone. Run the job after both. It changes
    nothing, and may run as often as you like.

    Bookings that were made before revision 0005 of the schema have no told time; they are not
    compared.

    Args:
        store: The store.
        days: How far ahead bookings are compared (1–3,660).
        batch: Days that one transaction reads (1–31).

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_check_local_times`` then.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached; run the job again.
        ClockBehind: If the clock is far behind the time of a restaurant.
    """
    return at_once(_check(awaited(store, "read"), days, batch))


async def async_check_local_times(
    store: AsyncStore, *, days: int = 731, batch: int = 31
) -> LocalTimes:
    """List such bookings of an asynchronous store, as ``check_local_times`` does.

    Args:
        store: The store.
        days: As for ``check_local_times``.
        batch: As for ``check_local_times``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``check_local_times``.
        ClockBehind: As ``check_local_times``.
    """
    return await _check(check_awaited(store, "read"), days, batch)


async def _check(store: AsyncStore, days: int, batch: int) -> LocalTimes:
    validators.check_integer("days", days, 1, _MOST_DAYS)
    validators.check_integer("batch", batch, 1, _MOST_DAYS_AT_ONCE)
    checked, failure = 0, None
    differing: list[LocalTime] = []
    for restaurant_id in await store.restaurant_ids():
        try:
            async for compared, found in _compared(store, restaurant_id, days, batch):
                checked += compared
                differing += found
        except StoreUnavailable as error:
            failure = failure or error
    if failure is not None:
        raise failure
    _LOG.info("compared the local times of %d bookings: %d differ", checked, len(differing))
    return LocalTimes(checked, tuple(differing))


async def _compared(
    store: AsyncStore, restaurant_id: str, days: int, batch: int
) -> AsyncIterator[tuple[int, list[LocalTime]]]:
    """Yield, of each batch of days, how many bookings were compared and those that differ."""
    try:
        now_us = await store.read(Scope(restaurant_id), lambda view: view.now_us)
        for start_us, end_us in _spans(now_us, days, batch):
            window = Window.of_micros(start_us, end_us)
            scope = Scope(restaurant_id, sittings=(window,))

            def ask(view: View, window: Window = window) -> tuple[int, list[LocalTime]]:
                bookings = [each for each in view.bookings_starting(window) if _is_told(each)]
                house = view.house
                calendar = Calendar(house.restaurant, house.policy)
                return len(bookings), list(_differing(calendar, bookings))

            yield await store.read(scope, ask)
    except NotFound:
        # The restaurant was removed meanwhile, with its bookings.
        return


def _spans(now_us: int, days: int, batch: int) -> Iterable[tuple[int, int]]:
    for first in range(0, days, batch):
        end = min(first + batch, days)
        # From the next microsecond on: a party that is due now was told.
        yield now_us + 1 + first * _DAY_US, now_us + 1 + end * _DAY_US


def _is_told(booking: Booking) -> bool:
    return booking.status in _EXPECTED and booking.local_start != ""


def _differing(calendar: Calendar, bookings: Iterable[Booking]) -> Iterator[LocalTime]:
    for booking in bookings:
        present = calendar.local_text(booking.stay.dining.start_us)
        if present != booking.local_start:
            yield LocalTime(booking.restaurant_id, booking.id, booking.local_start, present)
