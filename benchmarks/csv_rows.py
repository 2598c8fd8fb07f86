"""Measure how long a CSV file of bookings is read, in the time that its rows take to be made.

Run ``python -m benchmarks --only csv-rows`` or ``python -m benchmarks.csv_rows`` at the project's
root.

Each file has 300 bookings a day, on the quarter hours of an evening. One file has the form that
fourtop writes, one has days first and times without a date, and one has months first and times
such as 7:30 PM. The unit is the creation of the same rows from their values. It is the larger part
of reading, because each row is checked, and no reader can do without it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, race
from fourtop import BookingRow, BookingStatus, dumps_rows_csv, loads_rows_csv

FIRST: Final = datetime(2026, 1, 10, 17)  # noqa: DTZ001  # Local time, as a file has it.
A_DAY: Final = 300
STAY: Final = timedelta(minutes=90)
ROUNDS: Final = 15


@attrs.frozen
class Visit:
    """A booking as a file has it.

    Args:
        id: Of the booking.
        party_size: The number of people.
        start: The local time when they sit down.
        table: The number of their table.
    """

    id: str
    party_size: int
    start: datetime
    table: str

    @property
    def end(self) -> datetime:
        """The local time when they leave."""
        return self.start + STAY

    @property
    def row(self) -> BookingRow:
        """The row that a file of them gives."""
        return BookingRow(
            self.id,
            self.party_size,
            self.start.isoformat(),
            end=self.end.isoformat(),
            tables=(self.table,),
            status=BookingStatus.COMPLETED,
        )


def visits(count: int, seed: int = 1) -> list[Visit]:
    """Draw the bookings of a file."""
    draw = random.Random(seed)
    return [
        Visit(
            f"b{number}",
            draw.randint(1, 8),
            FIRST + timedelta(days=number // A_DAY, minutes=15 * draw.randint(0, 20)),
            str(draw.randint(1, 40)),
        )
        for number in range(count)
    ]


def day_first(parties: list[Visit]) -> str:
    """Return a file with semicolons, days first and times without a date."""
    lines = [
        f"{each.id};{each.party_size};{each.start:%d/%m/%Y};{each.start:%H:%M};{each.end:%H:%M};"
        f"{each.table};completed"
        for each in parties
    ]
    return "\n".join(["Booking no;Guests;Date;Time;Until;Table;Status", *lines])


def month_first(parties: list[Visit]) -> str:
    """Return a file with tabs, months first and times such as 7:30 PM."""
    lines = [
        f"{each.id}\t{each.party_size}\t{each.start:%m/%d/%Y}\t{each.start:%I:%M %p}\t"
        f"{each.end:%I:%M %p}\t{each.table}\tcompleted"
        for each in parties
    ]
    return "\n".join(["id\tcovers\tday\ttime\tuntil\ttable\tstate", *lines])


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure the three files."""
    count = 2_000 if is_quick else 20_000
    parties = visits(count)
    rows = tuple(each.row for each in parties)
    values = [
        {name: getattr(row, name) for name in ("id", "party_size", "start", "end", "tables")}
        for row in rows
    ]
    for name, text, most in (
        ("as fourtop writes it", dumps_rows_csv(rows), 2),
        ("days first, times alone", day_first(parties), 3),
        ("months first, 7:30 PM", month_first(parties), 3),
    ):
        assert loads_rows_csv(text) == rows, "the file holds other bookings"
        read, made = race(
            partial(loads_rows_csv, text),
            lambda: [BookingRow(**each, status="completed") for each in values],
            rounds=ROUNDS,
        )
        yield Bar(f"CSV {name}, in its rows made from values", read, made, count, at_most=most)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
