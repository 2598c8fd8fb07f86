"""The values that pictures are made from, by their shape: the model's own fit, and so do others.

The package draws a floor or a day without the knowledge of the classes that describe one, so that
those classes can draw themselves with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol


class DrawnPosition(Protocol):
    """The centre of a table on a plan that has a unit of its own."""

    @property
    def x(self) -> float:
        """From the left edge."""

    @property
    def y(self) -> float:
        """From the top edge."""

    @property
    def rotation(self) -> float:
        """Degrees clockwise."""


class DrawnTable(Protocol):
    """A table of a floor."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def capacity(self) -> int:
        """Its seats."""

    @property
    def zone_id(self) -> str:
        """The id of its zone."""

    @property
    def min_party(self) -> int:
        """The smallest party for it."""

    @property
    def largest_party(self) -> int:
        """The largest party for it alone."""

    @property
    def is_offered(self) -> bool:
        """Whether new parties may have it."""

    @property
    def shape(self) -> str | None:
        """One of round, oval, square and rectangle; ``None``: not known."""

    @property
    def position(self) -> DrawnPosition | None:
        """Its centre; ``None``: not known."""

    @property
    def length_cm(self) -> int | None:
        """Its longer side; ``None``: not known."""

    @property
    def width_cm(self) -> int | None:
        """Its shorter side; ``None``: as long."""


class DrawnZone(Protocol):
    """A zone of a floor."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""


class DrawnJoin(Protocol):
    """Two tables that can be pushed together."""

    @property
    def tables(self) -> tuple[str, str]:
        """Their ids."""

    @property
    def seat_loss(self) -> int:
        """The seats that joining costs; negative: it wins seats."""


class DrawnFloor(Protocol):
    """A floor, such as ``fourtop.Floor``."""

    @property
    def tables(self) -> Sequence[DrawnTable]:
        """In table order."""

    @property
    def zones(self) -> Sequence[DrawnZone]:
        """In the order of the house."""

    @property
    def joins(self) -> Sequence[DrawnJoin]:
        """In any order."""

    @property
    def labels(self) -> Mapping[str, str]:
        """The number of each table id, as people use it."""

    def summary(self) -> str:
        """Return the counts of tables, seats and joins."""


class HasTables(Protocol):
    """A value with table ids, such as a plan, a booking or a hold."""

    @property
    def tables(self) -> Sequence[str]:
        """The table ids."""


class DrawnEntry(Protocol):
    """A booking, hold or block of a day, such as ``fourtop.DayEntry``."""

    @property
    def kind(self) -> str:
        """One of booking, hold and block."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tables(self) -> Sequence[str]:
        """Table ids."""

    @property
    def numbers(self) -> Sequence[str]:
        """Their numbers."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def end_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def due_us(self) -> int | None:
        """The booked end, if a seated party stays beyond it; in microseconds since 1970."""

    @property
    def party_size(self) -> int | None:
        """The people; ``None`` for a block."""

    @property
    def status(self) -> str | None:
        """Of a booking."""

    @property
    def reference(self) -> str | None:
        """The host's own id."""

    @property
    def reason(self) -> str | None:
        """Of a block."""


class DrawnRow(Protocol):
    """A table of a day with its entries, such as ``fourtop.DayTable``."""

    @property
    def id(self) -> str:
        """Of the table."""

    @property
    def number(self) -> str:
        """The number that people use."""

    @property
    def zone_name(self) -> str | None:
        """The name of its zone; ``None``: not known."""

    @property
    def seats(self) -> int | None:
        """Its seats; ``None``: not known."""

    @property
    def entries(self) -> Sequence[DrawnEntry]:
        """By start."""


class DrawnDay(Protocol):
    """A day with its tables, such as ``fourtop.Day``."""

    @property
    def on(self) -> date:
        """The date."""

    @property
    def tables(self) -> Sequence[DrawnRow]:
        """In table order."""

    @property
    def unassigned(self) -> Sequence[DrawnEntry]:
        """The bookings that wait for tables."""

    @property
    def shadows(self) -> Sequence[DrawnEntry]:
        """The entries of shadow bookings, which take no table."""

    @property
    def now_us(self) -> int:
        """The time of the day's reading, in microseconds since 1970."""

    @property
    def timezone(self) -> str:
        """The IANA name."""


class DrawnUsage(Protocol):
    """The counts of a service."""

    def summary(self) -> str:
        """Return the counts against the caps."""


class DrawnSlotUse(Protocol):
    """How full a slot is, such as ``fourtop.SlotUtilisation``."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def covers(self) -> int:
        """The people that sit down in it."""

    @property
    def present_covers(self) -> int:
        """The people at their tables at some time in it."""

    @property
    def utilisation_percent(self) -> int | None:
        """Of the fullest pacing rule; ``None``: it has none."""


class DrawnPeriod(Protocol):
    """How full a service is, such as ``fourtop.PeriodUtilisation``."""

    @property
    def period(self) -> str:
        """The key of the service period."""

    @property
    def usage(self) -> DrawnUsage:
        """Its counts."""

    @property
    def slots(self) -> Sequence[DrawnSlotUse]:
        """By start."""

    @property
    def seat_hours_used(self) -> float:
        """Hours of one seat."""

    @property
    def seat_hours_offered(self) -> float:
        """Hours of one seat."""


class DrawnUtilisation(Protocol):
    """How full the services of a date are, such as ``fourtop.Utilisation``."""

    @property
    def on(self) -> date:
        """The date."""

    @property
    def periods(self) -> Sequence[DrawnPeriod]:
        """By start."""

    @property
    def closed(self) -> object | None:
        """Why the date has no service."""

    @property
    def timezone(self) -> str:
        """The IANA name."""


class HasInterval(Protocol):
    """An estimate with its interval."""

    @property
    def mean(self) -> float:
        """The estimate."""

    @property
    def low(self) -> float:
        """The lower end of the interval."""

    @property
    def high(self) -> float:
        """The upper end."""
