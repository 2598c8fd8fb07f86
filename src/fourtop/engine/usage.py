"""Usage: the parties of a service, and the records that a command leaves out of the count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.limits import Limits
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.calendar import Calendar
from fourtop.model.capacity_rules import PacingRule, Spread
from fourtop.model.direct_init import direct_init
from fourtop.model.receipt import PacingUsage, Usage
from fourtop.model.service import Service
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import View


@attrs.frozen
class Released:
    """The records of the party itself, which the same command gives up.

    Args:
        owners: Their allocations do not stand in the party's way.
        booking_id: This booking does not count towards the capacity rules.
        hold_id: This hold does not count towards the capacity rules.
        minutes: The stay of its own length that the party has already.
        moved: Other bookings of the command, at their new tables. They count there; their owners
            are released.
    """

    owners: tuple[Owner, ...] = ()
    booking_id: str | None = None
    hold_id: str | None = None
    minutes: int | None = None
    moved: tuple[Booking, ...] = ()


NOTHING_RELEASED: Final = Released()


@attrs.frozen
class Group:
    """Parties of one service that count alike; one party if the rules need each by itself.

    Args:
        start_us: When they sit down.
        covers: How many people.
        parties: How many parties.
        end_us: When they leave; 0 if no rule needs it.
        channel: The channel that they came by.
        tables: Their tables.
        counted_us: Of a hold, the start of its booking if that counts.
        counts: Whether they count towards caps, pacing and shares. A hold with a booking that
            counts in the same service takes its tables only.
    """

    start_us: int
    covers: int
    parties: int = 1
    end_us: int = 0
    channel: str | None = None
    tables: tuple[str, ...] = ()
    counted_us: int | None = None
    counts: bool = True


@direct_init
@attrs.frozen
class Attendance:
    """The parties that count in a service, the party itself apart.

    Args:
        others: The other parties.
        own: The released booking, if it counts in this service already.
        covers: The people of the others.
        parties: The number of the others.
    """

    others: tuple[Group, ...]
    own: Group | None
    covers: int
    parties: int
    _in_intervals: dict[tuple[PacingRule, int], tuple[int, int]] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )

    @property
    def own_covers(self) -> int:
        """The people that the party itself counts for already."""
        return 0 if self.own is None else self.own.covers

    @property
    def own_parties(self) -> int:
        """1 if the party itself counts already, otherwise 0."""
        return 0 if self.own is None else 1

    def covers_of(self, channel: str) -> int:
        """Return the people of the others who came by a channel."""
        return sum(each.covers for each in self.others if each.counts and each.channel == channel)

    def in_interval(self, rule: PacingRule, service: Service, number: int) -> tuple[int, int]:
        """Return the people and parties of the others that a rule counts in one interval."""
        found = self._in_intervals.get((rule, number))
        if found is None:
            found = in_interval(self.others, rule, service, number)
            self._in_intervals[rule, number] = found
        return found

    def at_tables(self, tables: frozenset[str]) -> tuple[int, int]:
        """Return the people and parties of the others who have one of some tables."""
        found = [each for each in self.others if not tables.isdisjoint(each.tables)]
        return sum(each.covers for each in found), sum(each.parties for each in found)


def count_attendance(
    view: View, compiled: CompiledHouse, service: Service, released: Released
) -> Attendance:
    """Count the parties of a service as ``take_attendance`` does, but for the totals only.

    Most houses have no rule that needs more.
    """
    calendar = compiled.calendar
    own = _released_booking(view, released, calendar, service)
    covers, parties = (0, 0) if own is None else (-own.covers, -1)
    counted = view.headcounts(service.window)
    if not calendar.is_alone(service):
        counted = tuple(each for each in counted if _is_in(calendar, service, each.start_us))
    for each in counted:
        covers += each.covers
        parties += each.parties
    for held in view.held_covers(service.window):
        is_new = held.counted_us is None or not _is_in(calendar, service, held.counted_us)
        if held.hold_id != released.hold_id and is_new and _is_in(calendar, service, held.start_us):
            covers, parties = covers + held.party_size, parties + 1
    return Attendance((), own, covers, parties)


def take_attendance(
    view: View, compiled: CompiledHouse, service: Service, released: Released
) -> Attendance:
    """List the parties of a service, apart from the released records.

    Bookings of a status that counts do, and live holds without such a booking. A released hold is
    not counted apart: it is no booking yet, and has to fit under the caps as a new party does.

    Args:
        view: The records.
        compiled: The rules; they tell whether each party is needed by itself.
        service: The service.
        released: The records to leave out.
    """
    is_in = partial(_is_in, compiled.calendar, service)
    own = _released_booking(view, released, compiled.calendar, service)
    found = (
        _each_party(view, service, released)
        if compiled.counts_by_party
        else _each_instant(view, service, released, own)
    )
    others, covers, parties = [], 0, 0
    for each in found:
        if not is_in(each.start_us):
            continue
        if each.counted_us is not None and is_in(each.counted_us):
            others.append(attrs.evolve(each, counts=False))
            continue
        others.append(each)
        covers, parties = covers + each.covers, parties + each.parties
    return Attendance(tuple(others), own, covers, parties)


def _is_in(calendar: Calendar, service: Service, start_us: int) -> bool:
    # Where the clocks go back, a service may run into the next, which counts its own parties.
    found = calendar.find_service(start_us)
    return found is service or service.is_same(found)


def _released_booking(
    view: View, released: Released, calendar: Calendar, service: Service
) -> Group | None:
    """Return the released booking if it counts in the service."""
    if released.booking_id is None:
        return None
    known = view.find_booking(released.booking_id)
    if known is None or not known.status.counts_covers:
        return None
    return _group_of(known) if _is_in(calendar, service, known.stay.dining.start_us) else None


def _each_instant(
    view: View, service: Service, released: Released, own: Group | None
) -> Iterator[Group]:
    for each in view.headcounts(service.window):
        yield Group(each.start_us, each.covers, each.parties)
    if own is not None:
        # The headcounts include the released booking.
        yield Group(own.start_us, -own.covers, -1)
    for held in view.held_covers(service.window):
        if held.hold_id != released.hold_id:
            yield Group(held.start_us, held.party_size, counted_us=held.counted_us)


def _each_party(view: View, service: Service, released: Released) -> Iterator[Group]:
    left_out = {*released.owners}
    if released.booking_id is not None:
        left_out.add(Owner(OwnerKind.BOOKING, released.booking_id))
    if released.hold_id is not None:
        left_out.add(Owner(OwnerKind.HOLD, released.hold_id))
    for each in view.counted_parties(service.window):
        if each.owner not in left_out:
            yield Group(
                each.start_us,
                each.party_size,
                end_us=each.end_us,
                channel=each.channel,
                tables=each.tables,
                counted_us=each.counted_us,
            )
    yield from map(_group_of, released.moved)


def _group_of(booking: Booking) -> Group:
    dining, given = booking.stay.dining, booking.assignment
    return Group(
        dining.start_us,
        booking.party_size,
        end_us=dining.end_us,
        channel=booking.channel,
        tables=() if given is None else given.tables,
    )


# ---- pacing


def intervals_of(rule: PacingRule, service: Service, start_us: int, end_us: int) -> range:
    """Return the numbers of the intervals in which a rule counts a party; the first is 0."""
    length_us = rule.interval_minutes * MICROSECONDS_PER_MINUTE
    first = (start_us - service.window.start_us) // length_us
    if rule.spread is Spread.START:
        return range(first, first + 1)
    return range(first, (end_us - 1 - service.window.start_us) // length_us + 1)


def in_interval(
    groups: Iterable[Group], rule: PacingRule, service: Service, number: int
) -> tuple[int, int]:
    """Return the people and parties that a rule counts in one interval."""
    covers, parties = 0, 0
    for each in groups:
        if each.counts and number in intervals_of(rule, service, each.start_us, each.end_us):
            covers, parties = covers + each.covers, parties + each.parties
    return covers, parties


def usage_of(
    attendance: Attendance,
    limits: Limits,
    service: Service,
    stay: Stay | None = None,
    more: int = 0,
) -> Usage:
    """Return the usage of a service, and that of the intervals of a stay.

    Args:
        attendance: The parties that count.
        limits: The limits of the service.
        service: The service.
        stay: A stay, for the pacing of its intervals; ``None``: without pacing.
        more: The people of a party to add, at that stay; 0: none.
    """
    caps = limits.caps
    pacing: tuple[PacingUsage, ...] = ()
    if limits.pacing and stay is not None:
        pacing = tuple(pacing_in(attendance, limits, service, stay.dining, more))
    return Usage(
        service.period.key,
        service.date,
        attendance.covers + more,
        attendance.parties + (more > 0),
        None if caps is None else caps.max_covers,
        None if caps is None else caps.max_parties,
        pacing,
    )


def pacing_in(
    attendance: Attendance, limits: Limits, service: Service, window: Window, more: int = 0
) -> Iterator[PacingUsage]:
    """Yield the usage of the intervals that a party with a dining window would count in."""
    for rule in limits.pacing:
        length_us = rule.interval_minutes * MICROSECONDS_PER_MINUTE
        for number in intervals_of(rule, service, window.start_us, window.end_us):
            covers, parties = attendance.in_interval(rule, service, number)
            start_us = service.window.start_us + number * length_us
            yield PacingUsage(
                start_us,
                start_us + length_us,
                rule.spread,
                covers + more,
                parties + (more > 0),
                rule.max_covers,
                rule.max_parties,
            )
