"""Wording: how values are written, for people in the restaurant's time and for machines as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, tzinfo
from typing import Any, Final

from fourtop import Calendar, Floor, House, Refusal, Window
from fourtop.model.window import from_micros

WIDTH: Final = 100


class Formatter:
    """Writes values of one house: instants in its zone, tables by their numbers.

    Args:
        house: The house.
    """

    def __init__(self, house: House) -> None:
        self._floor: Floor = house.floor
        self._zone: tzinfo = Calendar(house.restaurant, house.policy).zone

    def clock(self, instant_us: int) -> str:
        """Write an instant as local hours and minutes."""
        return f"{from_micros(instant_us).astimezone(self._zone):%H:%M}"

    def moment(self, instant_us: int) -> str:
        """Write an instant as a local day and time."""
        local = from_micros(instant_us).astimezone(self._zone)
        return f"{day(local.date())}, {local:%H:%M}"

    def iso(self, instant_us: int) -> str:
        """Write an instant as ISO 8601 with the local offset."""
        return from_micros(instant_us).astimezone(self._zone).isoformat()

    def window(self, window: Window) -> dict[str, str]:
        """Write a window as data."""
        return {"start": self.iso(window.start_us), "end": self.iso(window.end_us)}

    def numbers(self, table_ids: Iterable[str]) -> list[str]:
        """Return the numbers of tables, by which people know them."""
        return [self._floor.get_table(table_id).number for table_id in table_ids]

    def tables(self, table_ids: Iterable[str]) -> str:
        """Write a set of tables."""
        return " + ".join(self.numbers(table_ids))


def day(on: date) -> str:
    """Write a date, as in ``Friday 1 May 2026``.

    >>> day(date(2026, 5, 1))
    'Friday 1 May 2026'
    """
    return f"{on:%A} {on.day} {on:%B %Y}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a number of things.

    >>> counted(1, "table"), counted(0, "party", "parties")
    ('1 table', '0 parties')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def why(refusal: Refusal) -> str:
    """Write the decisive reason of a refusal, with its code."""
    return f"{refusal.reasons[0]} ({refusal.code.value})"


def refusal_data(refusal: Refusal) -> dict[str, Any]:
    """Write a refusal as data."""
    reasons = [
        {"code": reason.code.value, "text": str(reason), "details": dict(reason.details)}
        for reason in refusal.reasons
    ]
    return {
        "code": refusal.code.value,
        "text": str(refusal),
        "proof": refusal.proof.value,
        "reasons": reasons,
    }
