"""Outlook: the records ahead of a restaurant as values, to try out changes of it on them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final, Self

import attrs

from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import MAX_WINDOW_US, MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Changes, LoadedRecords, Need, Scope, View

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_MONTHS_AHEAD: Final = 12
# A service lasts at most a day, so one that is open now began at most a day ago.
_DAYS_BEFORE: Final = 1
# The days after a start whose records decide about the services of its date.
_DAYS_AFTER: Final = 3


@attrs.define(eq=False)
class Outlook:
    """The bookings, live holds and allocations of a restaurant from now on.

    ``apply`` takes the changes of a decision, so that the next decision sees them. Records are kept
    by the day in UTC: a view of some days looks only at these.

    Args:
        restaurant_id: The tenant.
        now_us: The time, in microseconds.
        until_us: The end of the time that was looked at, in microseconds: every booking that starts
            before it is known, with all records that decide about its date.
        versions: The versions that were read.
        end_us: The end of the last record that was read, in microseconds.
        is_cut: Whether there may be records after it.
    """

    restaurant_id: str
    now_us: int
    until_us: int
    versions: Versions
    end_us: int
    is_cut: bool
    _bookings: dict[str, Booking] = attrs.field(factory=dict, init=False)
    _holds: dict[str, Hold] = attrs.field(factory=dict, init=False)
    _rows: dict[int, dict[str, Allocation]] = attrs.field(factory=dict, init=False)
    _starts: dict[int, set[str]] = attrs.field(factory=dict, init=False)
    _seated: frozenset[str] = attrs.field(default=frozenset(), init=False)
    # The views that were made since the last change, by house and day.
    _views: dict[tuple[int, int], View] = attrs.field(factory=dict, init=False)

    @classmethod
    def read(cls, view: View) -> Self | Need:
        """Return the records from now on to the last one, at most a year ahead.

        The scope of the view has the extent. The first ``Need`` names the months ahead, the second
        the holds in them and the parties that are seated now.
        """
        pages = _pages(view)
        end_us = pages[-1].end_us if pages else view.now_us
        outlook = cls(
            view.scope.restaurant_id,
            view.now_us,
            min(end_us, _last_us(view) - _DAYS_AFTER * _DAY_US),
            view.versions,
            end_us,
            is_cut=end_us == _last_us(view),
        )
        missing = tuple(page for page in pages if not view.scope.covers_sittings(page))
        restaurant_id = view.scope.restaurant_id
        if missing:
            return Need(Scope(restaurant_id, windows=missing, sittings=missing))
        rows = [row for page in pages for row in view.allocations(page)]
        held = frozenset(row.owner_id for row in rows if row.owner_kind is OwnerKind.HOLD)
        seated = view.seated_parties() if pages else ()
        seated_ids = frozenset(party.booking.id for party in seated)
        if not (held <= view.scope.holds and seated_ids <= view.scope.bookings):
            return Need(Scope(restaurant_id, holds=held, bookings=seated_ids))
        outlook._seated = seated_ids
        for party in seated:
            outlook._put_booking(party.booking)
            rows += view.allocations_of(OwnerKind.BOOKING, party.booking.id)
        for page in pages:
            for booking in view.bookings_starting(page):
                outlook._put_booking(booking)
        for hold_id in held:
            hold = view.find_hold(hold_id)
            assert hold is not None, "a row of a hold has its hold"
            outlook._holds[hold_id] = hold
        for row in rows:
            outlook._put_row(row)
        return outlook

    # ---- questions

    def bookings_ahead(self) -> tuple[Booking, ...]:
        """Return the bookings that start from now on, by start, then id."""
        found = (
            each
            for each in self._bookings.values()
            if self.now_us <= each.stay.dining.start_us < self.until_us
        )
        return tuple(sorted(found, key=_by_start))

    def holds_alive(self) -> tuple[Hold, ...]:
        """Return the live holds, by start, then id."""
        found = (each for each in self._holds.values() if each.is_alive(self.now_us))
        return tuple(sorted(found, key=_by_start))

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of an id, if it starts in this time or is seated."""
        return self._bookings.get(booking_id)

    def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of an id that the outlook has."""
        return self._bookings[booking_id]

    def bookings(self) -> tuple[Booking, ...]:
        """Return all bookings of any status, those of the last day included, by start, then id."""
        return tuple(sorted(self._bookings.values(), key=_by_start))

    def rows(self) -> tuple[Allocation, ...]:
        """Return all allocations, in order."""
        rows = {row.id: row for found in self._rows.values() for row in found.values()}
        return tuple(sorted(rows.values(), key=attrgetter("order_key")))

    def view_around(self, house: House, start_us: int) -> View:
        """Return a view of the days around an instant, under a house that the caller keeps.

        It covers the service of the instant, all services of their date, and the stays in them.
        """
        day = start_us // _DAY_US
        key = (id(house), day)
        view = self._views.get(key)
        if view is None:
            days = range(day - _DAYS_AFTER + 1, day + _DAYS_AFTER + 1)
            view = self._views[key] = self._view(house, days)
        return view

    def view_all(self, house: House) -> View:
        """Return a view of all records under a house. It covers a year, in one window a month."""
        return self._view(house, None)

    def _view(self, house: House, days: range | None) -> View:
        if days is None:
            windows = _months(self.now_us - _DAYS_BEFORE * _DAY_US, self.end_us)
            booking_ids = {*self._bookings}
            rows = {row.id: row for found in self._rows.values() for row in found.values()}
        else:
            windows = (Window.of_micros(days.start * _DAY_US, days.stop * _DAY_US),)
            booking_ids = {id_ for day in days for id_ in self._starts.get(day, ())}
            rows = {row.id: row for day in days for row in self._rows.get(day, {}).values()}
        held = {row.owner_id for row in rows.values() if row.owner_kind is OwnerKind.HOLD}
        bookings = tuple(self._bookings[each] for each in sorted(booking_ids | self._seated))
        source = LoadedRecords(
            house=house,
            versions=self.versions,
            allocations=tuple(rows.values()),
            bookings=bookings,
            holds=tuple(self._holds[each] for each in sorted(held)),
        )
        scope = Scope(
            self.restaurant_id,
            windows=windows,
            sittings=windows,
            headcounts=windows,
            counted_parties=windows,
            bookings=frozenset(each.id for each in bookings),
            holds=frozenset(held),
            tables=frozenset(house.floor.positions),
        )
        return View(source, scope, self.now_us)

    # ---- changes

    def apply(self, changes: Changes) -> None:
        """Take the changes of a reschedule or of a move."""
        self._views.clear()
        for row in changes.removed:
            self._drop_row(row)
        for old, new in changes.replaced:
            self._drop_row(old)
            self._put_row(new)
        for row in changes.added:
            self._put_row(row)
        for booking in changes.bookings:
            self._put_booking(booking)
        for hold in changes.holds_changed:
            self._holds[hold.id] = hold

    def _put_booking(self, booking: Booking) -> None:
        before = self._bookings.get(booking.id)
        if before is not None:
            self._starts[before.stay.dining.start_us // _DAY_US].discard(booking.id)
        self._bookings[booking.id] = booking
        self._starts.setdefault(booking.stay.dining.start_us // _DAY_US, set()).add(booking.id)

    def _put_row(self, row: Allocation) -> None:
        for day in _days_of(row.window):
            self._rows.setdefault(day, {})[row.id] = row

    def _drop_row(self, row: Allocation) -> None:
        for day in _days_of(row.window):
            del self._rows[day][row.id]


def _by_start(record: Booking | Hold) -> tuple[int, str]:
    return record.stay.dining.start_us, record.id


def _days_of(window: Window) -> range:
    return range(window.start_us // _DAY_US, (window.end_us - 1) // _DAY_US + 1)


def _pages(view: View) -> tuple[Window, ...]:
    """Return the months from a day before now to the last record; none without records ahead."""
    extent = view.extent()
    if extent is None or extent[1] <= view.now_us:
        return ()
    return _months(view.now_us - _DAYS_BEFORE * _DAY_US, min(extent[1], _last_us(view)))


def _last_us(view: View) -> int:
    return view.now_us + _MONTHS_AHEAD * MAX_WINDOW_US


def _months(start_us: int, end_us: int) -> tuple[Window, ...]:
    starts: Iterable[int] = range(start_us, end_us, MAX_WINDOW_US)
    return tuple(Window.of_micros(each, min(each + MAX_WINDOW_US, end_us)) for each in starts)
