"""``fourtop preview``: the bookings and holds that a new house would strand, with the ways out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from fourtop import Engine, House, Preview, StrandedBooking, StrandedHold, Usage
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import Formatter, counted
from fourtop.formats.results import to_data


def preview_house(database: Database, house: House) -> Answer:
    """Show the consequences of a house for the records ahead; a no means that it strands some.

    Raises:
        NotFound: If the restaurant does not exist.
        WrongInput: If the file of the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        desk = Engine(store).desk(house.restaurant.id)
        present, found = desk.house(), desk.preview(house)
    lines = [f"{house.restaurant.name} ({house.restaurant.id}): {_summary(found)}"]
    lines += _lines(found, Formatter(present), Formatter(house))
    data: dict[str, Any] = to_data(found)
    is_kept = found.is_clean and not found.in_the_way
    return Answer("\n".join(lines), data, ExitCode.YES if is_kept else ExitCode.NO)


def _summary(found: Preview) -> str:
    if found.is_clean:
        return "no booking or hold is stranded"
    bookings = counted(len(found.bookings), "booking")
    holds = f" and {counted(len(found.holds), 'hold')}" if found.holds else ""
    left = len(found.repair.left)
    return f"{bookings}{holds} stranded, {left or 'none'} of the bookings without a way out"


def _lines(found: Preview, before: Formatter, after: Formatter) -> Iterator[str]:
    for booking in found.bookings:
        yield from _stranded(booking, f"booking {booking.booking.id}", before, after)
    for hold in found.holds:
        yield from _stranded(hold, f"hold {hold.hold.id}", before, after)
    for usage in found.over_cap:
        yield from _over_cap(usage, after)
    yield from (f"in the way: {each}" for each in found.in_the_way)


def _over_cap(usage: Usage, after: Formatter) -> Iterator[str]:
    where = f"{usage.period} on {usage.service_date}"
    if attrs.evolve(usage, zones=(), pacing=()).is_overbooked:
        yield f"over its cap: {where}, {usage.summary()}"
    for zone in usage.zones:
        yield f"over its cap: zone {zone.zone} in {where}, {zone.summary()}"
    for pace in usage.pacing:
        times = f"{after.clock(pace.start_us)} to {after.clock(pace.end_us)}"
        yield f"over its pace: {where} from {times}, {pace.summary()}"


def _stranded(
    each: StrandedBooking | StrandedHold, name: str, before: Formatter, after: Formatter
) -> Iterator[str]:
    record = each.booking if isinstance(each, StrandedBooking) else each.hold
    people = counted(record.party_size, "person", "people")
    yield f"{name}: {before.moment(record.stay.dining.start_us)}, {people}"
    yield from (f"  {reason} ({reason.code.value})" for reason in each.refusal.reasons)
    way = each.way_out
    if way is None:
        yield "  no way out"
        return
    where = f"at {after.tables(way.tables)}" if way.tables else "still without tables"
    yield f"  way out: {after.moment(way.start_us)}, {where}"
