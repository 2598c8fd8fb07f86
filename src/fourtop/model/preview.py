"""Previews: the bookings and holds that an edit of the house strands, and the ways out."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

import attrs

from fourtop.errors import NotFound, Refusal
from fourtop.errors.display import brief, count_of, html_table, some, tables_of
from fourtop.model import validators
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.receipt import Usage
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions
from fourtop.model.window import brief_iso, from_micros

NO_WAY_OUT: Final = "no way out"


class WayOutKind(StrEnum):
    """How a stranded party can be kept.

    ``TABLES``: other tables at its own time, or its own, if the ways out of other parties make
    room. ``START``: another start on the same service date, with tables for it.
    """

    TABLES = "tables"
    START = "start"


@attrs.frozen(repr=False)
class WayOut:
    """The best way to keep a stranded party under the new house.

    Args:
        kind: Other tables, or another start.
        start_us: Its start, in microseconds.
        tables: The tables that it would get; empty for a party that waits for tables.
        minutes_moved: How many minutes later it would start; negative: earlier.
        timezone: Of the restaurant, for the times that a person sees.
    """

    kind: WayOutKind
    start_us: int
    tables: tuple[str, ...]
    minutes_moved: int = 0
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def start(self) -> datetime:
        """When the party would sit down, in UTC."""
        return from_micros(self.start_us)

    def __str__(self) -> str:
        where = tables_of(self.tables) if self.tables else "still without tables"
        if self.kind is WayOutKind.TABLES:
            return where
        return f"{brief_iso(self.start_us, zone_info(self.timezone))}, {where}"

    def __repr__(self) -> str:
        return brief(self, str(self))


@attrs.frozen(repr=False)
class StrandedBooking:
    """A booking that the new house would not take as it stands, though the present house does.

    Args:
        booking: The booking.
        refusal: The reasons that the edit adds, the decisive one first.
        way_out: The best way out; ``None`` without one.
    """

    booking: Booking
    refusal: Refusal
    way_out: WayOut | None = None

    def __repr__(self) -> str:
        way = NO_WAY_OUT if self.way_out is None else str(self.way_out)
        return brief(self, f"{self.booking.id} {self.refusal.code.value}", way)


@attrs.frozen(repr=False)
class StrandedHold:
    """A live hold that could not be confirmed after the edit.

    Args:
        hold: The hold.
        refusal: The reasons; ``POLICY_DRIFT`` names the facts that would change.
        way_out: What a confirmation with ``requote=True`` would give it, or else the nearest start
            for a new hold; ``None`` without either. No repair plan contains it.
    """

    hold: Hold
    refusal: Refusal
    way_out: WayOut | None = None

    def __repr__(self) -> str:
        way = NO_WAY_OUT if self.way_out is None else str(self.way_out)
        return brief(self, f"{self.hold.id} {self.refusal.code.value}", way)


@attrs.frozen(repr=False)
class Repair:
    """The way out of one booking, ready to be committed with the edit.

    Args:
        booking_id: The booking.
        version: The version of the booking that the preview saw.
        way_out: Its new tables, or its new start.
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    version: int = attrs.field(converter=validators.as_integer)
    way_out: WayOut = attrs.field(validator=validators.one_of(WayOut))

    def __repr__(self) -> str:
        return brief(self, f"{self.booking_id} to {self.way_out}")


def _repairs(value: Iterable[Repair]) -> tuple[Repair, ...]:
    repairs = validators.as_instances("repairs", value, Repair)
    validators.check_named_once("repairs", [each.booking_id for each in repairs])
    return repairs


def _left(value: Iterable[str]) -> tuple[str, ...]:
    return validators.check_identifiers("left", value)


@attrs.frozen(repr=False)
class RepairPlan:
    """The ways out of a preview, for an edit that takes them all or none.

    Args:
        restaurant_id: The restaurant. No other one accepts the plan.
        repairs: In the order in which they are made: each one finds its tables free after those
            before it.
        left: The ids of the stranded bookings that it does not change.
        versions: The versions that the preview read.

    Raises:
        InvalidInput: If two repairs are of one booking, or a value is of another type.
        InvalidIdentifier: If an id is malformed.
    """

    restaurant_id: str = attrs.field(validator=validators.identifier)
    repairs: tuple[Repair, ...] = attrs.field(converter=_repairs)
    left: tuple[str, ...] = attrs.field(converter=_left)
    versions: Versions = attrs.field(validator=validators.one_of(Versions))

    def without(self, booking_id: str) -> Self:
        """Return the plan that leaves one booking unchanged.

        Raises:
            NotFound: If the plan has no repair of the booking.
        """
        kept = tuple(each for each in self.repairs if each.booking_id != booking_id)
        if len(kept) == len(self.repairs):
            raise NotFound("repair", booking_id)
        return attrs.evolve(self, repairs=kept, left=(*self.left, booking_id))

    def __repr__(self) -> str:
        left = f"{some(self.left)} left unchanged" if self.left else ""
        return brief(self, count_of(len(self.repairs), "repair"), left)


@attrs.frozen(repr=False)
class Preview:
    """The consequences of an edit of the house, before it is made.

    Args:
        bookings: The bookings ahead that it strands, by start, then id. Parties that sit at their
            tables are not among them: they stay until they leave.
        holds: The live holds that it strands, by start, then id.
        over_cap: The services that it leaves above a cap, with their zones and intervals that are
            above one only after the edit. Their bookings stay; a cap refuses only parties that
            raise the count.
        in_the_way: The records that forbid the edit by itself, as text.
        repair: The ways out as a plan; pass it to the edit as ``repair``.
        until: The end of the time that was looked at: after the last record, or a year ahead.
        timezone: Of the restaurant, for the times that a person sees.
    """

    bookings: tuple[StrandedBooking, ...]
    holds: tuple[StrandedHold, ...]
    over_cap: tuple[Usage, ...]
    in_the_way: tuple[str, ...]
    repair: RepairPlan
    until_us: int
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def until(self) -> datetime:
        """The end of the time that was looked at, in UTC."""
        return from_micros(self.until_us)

    @property
    def versions(self) -> Versions:
        """The versions of the floor, policy and occupancy that it read."""
        return self.repair.versions

    @property
    def is_clean(self) -> bool:
        """Whether the edit strands no booking and no hold."""
        return not (self.bookings or self.holds)

    def __repr__(self) -> str:
        return brief(
            self,
            f"until {brief_iso(self.until_us, zone_info(self.timezone))[:10]}",
            f"{count_of(len(self.bookings), 'booking')} stranded",
            f"{count_of(len(self.repair.repairs), 'way', 'ways')} out",
            count_of(len(self.holds), "hold") if self.holds else "",
            f"{count_of(len(self.over_cap), 'service')} over a cap" if self.over_cap else "",
            f"{len(self.in_the_way)} in the way" if self.in_the_way else "",
        )

    def _repr_html_(self) -> str:
        columns = ("record", "start", "party", "why", "way out")
        return html_table(repr(self).strip("<>"), columns, self._rows())

    def _rows(self) -> Iterator[tuple[object, ...]]:
        zone = zone_info(self.timezone)
        records: list[tuple[str, Booking | Hold, StrandedBooking | StrandedHold]]
        records = [("booking", each.booking, each) for each in self.bookings]
        records += [("hold", each.hold, each) for each in self.holds]
        for kind, record, each in records:
            yield (
                f"{kind} {record.id}",
                brief_iso(record.stay.dining.start_us, zone),
                record.party_size,
                each.refusal,
                NO_WAY_OUT if each.way_out is None else each.way_out,
            )
