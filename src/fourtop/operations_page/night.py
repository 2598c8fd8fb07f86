"""A night: a day of the restaurant with its bookings, read at one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from typing import Final

import attrs

from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.day import Day, DayEntry
from fourtop.model.service_period import check_date
from fourtop.operations_page.parties import Party, party_of
from fourtop.operations_page.screen import Screen

_MOST_READS: Final = 3


@attrs.frozen(eq=False)
class Night:
    """A day with its parties.

    Args:
        day: The day, with the names of parties in the place of references.
        parties: The parties of the day by booking id.
        today: The date of the service that runs now.
    """

    day: Day
    parties: Mapping[str, Party]
    today: date

    @property
    def is_today(self) -> bool:
        """Tell whether it is the present night."""
        return self.day.on == self.today

    def parties_at(self, *statuses: BookingStatus) -> list[Party]:
        """Return the parties with one of some statuses, by start."""
        return [each for each in self.parties.values() if each.booking.status in statuses]


async def today_of(screen: Screen) -> tuple[date, Day]:
    """Return the date of the service that runs at the time of the store, and its day.

    The machine of the page may have another time than the store.
    """
    day = await screen.desk.day(screen.night_of(_now_us()))
    today = screen.night_of(day.now_us)
    return today, day if day.on == today else await screen.desk.day(today)


def _now_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


async def read_night(screen: Screen, on: str | None) -> Night:
    """Return a night.

    Args:
        screen: The screen.
        on: The date as text; ``None``: that of the service that runs now.

    Raises:
        InvalidInput: If the text is not a date.
    """
    wanted = None if not on else check_date("on", on)
    today, day, found = await _read(screen, wanted)
    for _ in range(_MOST_READS - 1):
        if await screen.desk.versions() == day.versions:
            break
        today, day, found = await _read(screen, wanted)
    names = await screen.names(found)
    ordered = sorted(found.values(), key=_by_start)
    parties = {each.id: party_of(screen, each, names) for each in ordered}
    return Night(_named(day, names), parties, today)


async def _read(screen: Screen, on: date | None) -> tuple[date, Day, dict[str, Booking]]:
    today, day = await today_of(screen)
    if on is not None and on != today:
        day = await screen.desk.day(on)
    return today, day, await screen.bookings(_booking_ids(day))


def _by_start(booking: Booking) -> tuple[int, str]:
    return booking.stay.dining.start_us, booking.id


def _booking_ids(day: Day) -> list[str]:
    entries = chain(day.entries, day.unassigned, day.ended)
    return [each.id for each in entries if each.kind is OwnerKind.BOOKING]


def _named(day: Day, names: Mapping[str, str]) -> Day:
    """Return a day with the names of its parties."""
    if not names:
        return day

    def renamed(entries: Iterable[DayEntry]) -> tuple[DayEntry, ...]:
        return tuple(
            attrs.evolve(each, reference=names[each.id]) if each.id in names else each
            for each in entries
        )

    tables = tuple(attrs.evolve(each, entries=renamed(each.entries)) for each in day.tables)
    return attrs.evolve(
        day, tables=tables, unassigned=renamed(day.unassigned), ended=renamed(day.ended)
    )
