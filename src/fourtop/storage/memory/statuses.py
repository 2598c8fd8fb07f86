"""Statuses: the starts of the bookings of each status, noted as bookings are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import merge

from sortedcontainers import SortedList

from fourtop.model.booking import BookingStatus

# The start of a booking and its id: its place in every list.
Place = tuple[int, str]


class StatusIndex:
    """The places of the bookings of one restaurant, by status. The store holds its lock."""

    def __init__(self) -> None:
        self._places: dict[BookingStatus, SortedList[Place]] = {}

    def note(self, status: BookingStatus, place: Place) -> None:
        """Keep the place of a booking. O(log n) for n bookings of the status."""
        places = self._places.get(status)
        if places is None:
            places = self._places[status] = SortedList()
        places.add(place)

    def forget(self, status: BookingStatus, place: Place) -> None:
        """Drop the place of a booking that was noted with this status. O(log n)."""
        self._places[status].remove(place)

    def has_any(self, statuses: Collection[BookingStatus]) -> bool:
        """Tell whether a booking has one of some statuses. O(s) for s statuses."""
        return any(self._places.get(each) for each in statuses)

    def between(
        self, statuses: Collection[BookingStatus], first: Place, end: Place
    ) -> Iterator[Place]:
        """Yield the places of some statuses from one place to another, in order.

        A place costs O(log s) for s statuses; bookings of other statuses cost nothing.
        """
        found = (self._places[each].irange(first, end) for each in statuses if each in self._places)
        return merge(*found)
