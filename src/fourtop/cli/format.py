"""Format values for output: local times and table numbers for people, plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, tzinfo
from typing import Final

from fourtop import Calendar, Floor, House, Refusal, Window
from fourtop.model.window import from_micros

WIDTH: Final = 100


class Formatter:
    """Format values of one house: instants in its time zone, tables by number.

    Args:
        house: The house.
    """

    def __init__(self, house: House) -> None:
        self._floor: Floor = house.floor
        self._zone: tzinfo = Calendar(house.restaurant, house.policy).zone

    def clock(self, instant_us: int) -> str:
        """Return an instant as local hours and minutes."""
        return f"{from_micros(instant_us).astimezone(self._zone):%H:%M}"

    def moment(self, instant_us: int) -> str:
        """Return an instant as a local day and time."""
        local = from_micros(instant_us).astimezone(self._zone)
        return f"{day(local.date())}, {local:%H:%M}"

    def iso(self, instant_us: int) -> str:
        """Return an instant in ISO 8601 with the local offset."""
        return from_micros(instant_us).astimezone(self._zone).isoformat()

    def window(self, window: Window) -> dict[str, str]:
        """Return a window as data."""
        return {"start": self.iso(window.start_us), "end": self.iso(window.end_us)}

    def numbers(self, table_ids: Iterable[str]) -> list[str]:
        """Return the numbers of tables."""
        labels = self._floor.labels
        return [labels.get(table_id, table_id) for table_id in table_ids]

    def tables(self, table_ids: Iterable[str]) -> str:
        """Return the numbers of a set of tables, joined by a plus sign."""
        return " + ".join(self.numbers(table_ids))


def day(on: date) -> str:
    """Return a date as in ``Friday 1 May 2026``.

    >>> day(date(2026, 5, 1))
    'Friday 1 May 2026'
    """
    return f"{on:%A} {on.day} {on:%B %Y}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    >>> counted(1, "table"), counted(0, "party", "parties")
    ('1 table', '0 parties')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def why(refusal: Refusal) -> str:
    """Return the decisive reason of a refusal with its code."""
    return f"{refusal.reasons[0]} ({refusal.code.value})"
