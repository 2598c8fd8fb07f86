"""Days: who has which table at what time, and who has none."""

from collections.abc import Iterator
from datetime import date, datetime

import attrs

from fourtop.errors.display import brief, clip, count_of, html_picture, html_table, some
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import BookingStatus
from fourtop.model.receipt import Usage
from fourtop.model.results import Versions
from fourtop.model.window import from_micros


@attrs.frozen(repr=False)
class DayEntry:
    """A booking, hold or block on a day, at the tables that it has at one time.

    A party that moved during its stay has an entry for its old tables and one for the new ones.

    Args:
        kind: Whether it is a booking, a hold or a block.
        id: Its id.
        tables: Table ids, in table order; empty: a booking without tables.
        numbers: The numbers of the tables that people use, in the same order.
        start_us: The start of the time for which the tables are taken, in microseconds.
        end_us: Its end. For a seated party that stays too long: when its tables may be free again.
        local_start: The start as local time: ISO 8601 with the offset of that day.
        local_end: The end as local time.
        party_size: The number of people; ``None`` for a block.
        status: Of a booking.
        reference: The host's own id of a booking, or of the booking that a hold becomes.
        booking_id: The booking that a hold was made for.
        expires_us: When a hold expires, in microseconds.
        reason: Why the tables of a block are out of use; for the staff.
        due_us: When the tables of a seated party would be free by its booking, in microseconds, if
            it may stay beyond that; ``None`` for every other entry.
    """

    kind: OwnerKind
    id: str
    tables: tuple[str, ...]
    numbers: tuple[str, ...]
    start_us: int
    end_us: int
    local_start: str
    local_end: str
    party_size: int | None = None
    status: BookingStatus | None = None
    reference: str | None = None
    booking_id: str | None = None
    expires_us: int | None = None
    reason: str | None = None
    due_us: int | None = None

    @property
    def start(self) -> datetime:
        """The start of the time for which the tables are taken, in UTC."""
        return from_micros(self.start_us)

    @property
    def end(self) -> datetime:
        """The end of the time for which the tables are taken, in UTC."""
        return from_micros(self.end_us)

    @property
    def state(self) -> str:
        """The status of a booking, or else the kind."""
        return self.kind.value if self.status is None else self.status.value

    def clock(self, on: date) -> str:
        """Return its local times of day; the date where it is another one.

        Args:
            on: The date that the reader knows already.
        """
        return f"{_clock(self.local_start, on)}-{_clock(self.local_end, on)}"

    def summary(self) -> str:
        """Return what has the tables, as text."""
        if self.party_size is None:
            return f"{self.state}: {self.reason}"
        return f"{self.state}, party of {self.party_size}"

    def __repr__(self) -> str:
        tables = some(self.numbers, separator="+") if self.numbers else "no table"
        when = f"{self.local_start[:16]}/{self.local_end[11:16]}"
        people = "" if self.party_size is None else f"party of {self.party_size}"
        return brief(self, f"{self.state} {self.id}", when, people, f"at {tables}")


def _clock(local: str, on: date) -> str:
    day, _, clock = local.partition("T")
    return clock[:5] if day == on.isoformat() else f"{day} {clock[:5]}"


@attrs.frozen(repr=False)
class DayTable:
    """A table with all that takes it on a day.

    Args:
        id: Of the table.
        number: The number that people use; the id if the floor has the table no longer.
        zone: Id of its zone; ``None`` if the floor has the table no longer.
        entries: Bookings, holds and blocks, by start.
        zone_name: The name of its zone; ``None`` if the floor has the table no longer.
        seats: Its seats; ``None`` if the floor has the table no longer.
    """

    id: str
    number: str
    zone: str | None
    entries: tuple[DayEntry, ...]
    zone_name: str | None = attrs.field(default=None, kw_only=True)
    seats: int | None = attrs.field(default=None, kw_only=True)

    def __repr__(self) -> str:
        times = (entry.local_start[11:16] for entry in self.entries)
        return brief(self, f"table {self.number}", some(times) if self.entries else "free all day")


@attrs.frozen(repr=False)
class Day:
    """All tables of a restaurant on a day, and the bookings without tables, at one version.

    Args:
        on: The date, in the restaurant's calendar.
        tables: Each table of the floor in table order, with all that takes it between the beginning
            of the day and the end of its last service; then the tables that the floor has no
            longer, if any was taken.
        unassigned: The bookings of the day that wait for tables, by start. A booking that a live
            hold keeps tables for is not among them.
        ended: The bookings of the day that ended and have no table, such as cancelled ones.
        usage: Of each service of the date, by start.
        versions: Of the floor, policy and occupancy that it read.
        now_us: The time of the store, in microseconds.
        timezone: Of the restaurant.
        shadows: The entries of shadow bookings, by start. They take no table.
    """

    on: date
    tables: tuple[DayTable, ...]
    unassigned: tuple[DayEntry, ...]
    ended: tuple[DayEntry, ...]
    usage: tuple[Usage, ...]
    versions: Versions
    now_us: int
    timezone: str
    shadows: tuple[DayEntry, ...] = attrs.field(default=(), kw_only=True)

    @property
    def entries(self) -> tuple[DayEntry, ...]:
        """All entries that have tables, each once, by start, then id."""
        found = {entry: None for table in self.tables for entry in table.entries}
        return tuple(sorted(found, key=lambda each: (each.start_us, each.id)))

    def find_table(self, number: str) -> DayTable | None:
        """Return the table of a number; ``None`` without one."""
        return next((table for table in self.tables if table.number == number), None)

    def __iter__(self) -> Iterator[DayEntry]:
        return iter(self.entries)

    def __repr__(self) -> str:
        waiting = len(self.unassigned)
        return brief(
            self,
            f"{self.on}",
            count_of(len(self.entries), "entry", "entries"),
            count_of(len(self.tables), "table"),
            f"{count_of(waiting, 'booking')} without a table" if waiting else "",
        )

    def _repr_svg_(self) -> str:
        from fourtop.plotting import night_chart  # noqa: PLC0415  # Only a notebook needs it.

        return night_chart(self).svg

    def _repr_html_(self) -> str:
        rows = [(table.number, table.zone or "", self._row(table)) for table in self.tables]
        rows += [
            ("none", "", f"{entry.clock(self.on)} {entry.summary()} ({entry.id})")
            for entry in self.unassigned
        ]
        caption = f"{self.on}, times in {self.timezone}"
        table = html_table(caption, ("table", "zone", "taken"), rows)
        return html_picture(self._repr_svg_(), table)

    def _row(self, table: DayTable) -> str:
        texts = (f"{each.clock(self.on)} {clip(each.summary(), 40)}" for each in table.entries)
        return "; ".join(texts)
