"""Usage: the covers and parties of a service, and the records that a command leaves out of it."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.model.allocation import Owner
from fourtop.model.calendar import Calendar, Service
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.receipt import Usage
from fourtop.ports import View


@attrs.frozen
class Released:
    """The records of the party itself, which the same command gives up.

    Args:
        owners: Their allocations do not stand in the party's way.
        booking_id: This booking does not count towards the capacity rules.
        hold_id: This hold does not count towards the capacity rules.
        minutes: The stay of its own length that the party has already.
    """

    owners: tuple[Owner, ...] = ()
    booking_id: str | None = None
    hold_id: str | None = None
    minutes: int | None = None


NOTHING_RELEASED: Final = Released()


def count_usage(
    view: View,
    calendar: Calendar,
    service: Service,
    released: Released,
    rule: CapacityRule | None,
) -> Usage:
    """Count the covers and parties of a service, apart from the released records.

    It counts bookings of a status that counts, and live holds without such a booking.

    Args:
        view: The records.
        calendar: Finds the service of each start.
        service: The service.
        released: The records to leave out.
        rule: The capacity rule of the service, if any.
    """

    def is_in(start_us: int) -> bool:
        # Where the clocks go back, a service may run into the next, which counts its own parties.
        found = calendar.find_service(start_us)
        return found is service or service.is_same(found)

    covers, parties = 0, 0
    for each in view.headcounts(service.window):
        if is_in(each.start_us):
            covers, parties = covers + each.covers, parties + each.parties
    for held in view.held_covers(service.window):
        is_left_out = held.hold_id == released.hold_id or (
            held.counted_us is not None and is_in(held.counted_us)
        )
        if not is_left_out and is_in(held.start_us):
            covers, parties = covers + held.party_size, parties + 1
    known = None if released.booking_id is None else view.find_booking(released.booking_id)
    if known is not None and known.status.counts_covers and is_in(known.stay.dining.start_us):
        covers, parties = covers - known.party_size, parties - 1
    max_covers = None if rule is None else rule.max_covers
    max_parties = None if rule is None else rule.max_parties
    return Usage(service.period.key, service.date, covers, parties, max_covers, max_parties)
