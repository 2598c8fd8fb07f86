"""Utilisation: how full the services of a date are, per service and per slot."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import chain
from math import floor

import attrs

from fourtop.errors import Refusal
from fourtop.errors.display import brief, count_of, html_picture, html_table
from fourtop.model.receipt import PacingUsage, Usage
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions
from fourtop.model.window import Window, from_micros


@attrs.frozen(repr=False)
class SlotUtilisation:
    """How full one slot of a service is.

    Args:
        start_us: Its start, in microseconds.
        end_us: Its end: the next slot, or the end of the service.
        covers: The people that sit down in it.
        parties: The parties that sit down in it.
        present_covers: The people of bookings at their tables at some time in it.
        pacing: The intervals of pacing rules that it lies in or overlaps.
        timezone: Of the restaurant, for the times that a person sees.
    """

    start_us: int
    end_us: int
    covers: int
    parties: int
    present_covers: int
    pacing: tuple[PacingUsage, ...] = ()
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def start(self) -> datetime:
        """Its start, in UTC."""
        return from_micros(self.start_us)

    @property
    def end(self) -> datetime:
        """Its end, in UTC."""
        return from_micros(self.end_us)

    @property
    def utilisation_percent(self) -> int | None:
        """The percentage of the fullest interval; ``None`` without pacing."""
        found = (each.utilisation_percent for each in self.pacing)
        return max((each for each in found if each is not None), default=None)

    @property
    def is_overbooked(self) -> bool:
        """Tell whether an interval has more covers or parties than its rule allows."""
        return any(each.is_overbooked for each in self.pacing)

    def __repr__(self) -> str:
        start = f"{self.start.astimezone(zone_info(self.timezone)):%H:%M}"
        counts = f"{count_of(self.covers, 'cover')} in {count_of(self.parties, 'party', 'parties')}"
        percent = "" if self.utilisation_percent is None else f"{self.utilisation_percent} %"
        return brief(self, f"{start} {counts}", percent, "overbooked" if self.is_overbooked else "")


@attrs.frozen(repr=False)
class PeriodUtilisation:
    """How full one service is.

    Args:
        usage: Its covers and parties against its caps; live holds count.
        slots: By start: the intervals between its start times.
        seat_hours_offered: The seats of the tables on offer, while their zone is open and they are
            not blocked, in hours of one seat.
        seat_hours_used: Each person's time at the table within the service, of its bookings. A
            party that left early used less.
        turns: How many of its bookings each table has, in table order: of each table that is on
            offer or has one.
    """

    usage: Usage
    slots: tuple[SlotUtilisation, ...]
    seat_hours_offered: float
    seat_hours_used: float
    turns: Mapping[str, int] = attrs.field(hash=False)

    @property
    def period(self) -> str:
        """Key of the service period."""
        return self.usage.period

    @property
    def utilisation_percent(self) -> int | None:
        """Booked covers, or else parties, in percent of the cap, halves rounded up."""
        return self.usage.fullest_percent

    @property
    def is_overbooked(self) -> bool:
        """Tell whether the service or a slot has more covers or parties than a rule allows."""
        return self.usage.is_overbooked or any(slot.is_overbooked for slot in self.slots)

    @property
    def seat_percent(self) -> int | None:
        """The used seat-hours in percent of those on offer; ``None`` if none are on offer."""
        if not self.seat_hours_offered:
            return None
        return floor(100 * self.seat_hours_used / self.seat_hours_offered + 0.5)

    @property
    def turns_per_table(self) -> float:
        """How many bookings a table has on average; 0 without tables."""
        return sum(self.turns.values()) / len(self.turns) if self.turns else 0.0

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.period} on {self.usage.service_date}",
            self.usage.summary(),
            "" if self.utilisation_percent is None else f"{self.utilisation_percent} %",
            "overbooked" if self.is_overbooked else "",
            f"{self.seat_hours_used:.1f} of {self.seat_hours_offered:.1f} seat-hours",
        )


@attrs.frozen(repr=False)
class Utilisation:
    """How full the services of a date are, at one version.

    Args:
        on: The service date.
        periods: One for each service, by start.
        versions: Of the floor, policy and occupancy that it read.
        closed: Why the date has no service; ``None``: it has one.
        timezone: Of the restaurant, for the times that a person sees.
    """

    on: date
    periods: tuple[PeriodUtilisation, ...]
    versions: Versions
    closed: Refusal | None = None
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def is_overbooked(self) -> bool:
        """Tell whether any service or slot has more covers or parties than a rule allows."""
        return any(each.is_overbooked for each in self.periods)

    def find_period(self, key: str) -> PeriodUtilisation | None:
        """Return the utilisation of a service; ``None`` without one."""
        return next((each for each in self.periods if each.period == key), None)

    def __repr__(self) -> str:
        periods = [f"{each.period} {each.usage.summary()}" for each in self.periods]
        overbooked = "overbooked" if self.is_overbooked else ""
        return brief(self, f"on {self.on}", *(periods or ["closed"]), overbooked)

    def _repr_svg_(self) -> str:
        from fourtop.plotting import utilisation_chart  # noqa: PLC0415  # Only a notebook needs it.

        return utilisation_chart(self).svg

    def _repr_html_(self) -> str:
        slots = chain.from_iterable(
            [(period.period, slot) for slot in period.slots] for period in self.periods
        )
        zone = zone_info(self.timezone)
        rows = [
            (
                period,
                Window.of_micros(slot.start_us, slot.end_us).brief(zone),
                slot.covers,
                slot.parties,
                slot.present_covers,
                "" if slot.utilisation_percent is None else f"{slot.utilisation_percent} %",
                "overbooked" if slot.is_overbooked else "",
            )
            for period, slot in slots
        ]
        columns = ("period", "slot", "covers", "parties", "present", "percent", "")
        caption = f"Utilisation on {self.on}, times in {self.timezone}"
        return html_picture(self._repr_svg_(), html_table(caption, columns, rows))
