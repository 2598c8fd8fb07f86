"""A preview says what happens: random edits of random houses, made afterwards on every store.

Before and after each edit, a quote for each booking at its own tables tells what the house thinks
of it. A booking is stranded exactly if the quote was a yes and becomes a no. Rules that a quote
cannot see are asked in another way: a removed table has no quote, and a cut stay is a shorter one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import pytest

from fourtop import (
    Booking,
    BookingChange,
    BookingRequest,
    Calendar,
    Code,
    CountedIds,
    Desk,
    Engine,
    Hold,
    House,
    InUse,
    MemoryStore,
    PolicyDrift,
    Preference,
    Preview,
    Refusal,
    Refused,
    Spread,
    Stay,
    Usage,
    Window,
    ZoneRule,
)
from fourtop.ports import Store
from tests.evening import NOW, STAFF
from tests.property.house_edits import EDITS, a_house, edited, fill

NUMBER_OF_EDITS: Final = 300
EDITS_OF_ANOTHER_STORE: Final = 30
AHEAD: Final = Window(NOW, NOW + timedelta(days=10))
# A quote looks at the tables of today's stay, and leaves tables for parties that were promised
# some; a booking keeps the rows that it has.
TAKEN: Final = {"ALLOCATIONS_OVERLAP", "HOLD_CONFLICT", "TABLES_PROMISED"}
STANDING: Final = {
    "PARTY_BELOW_MINIMUM",
    "PARTY_ABOVE_MAXIMUM",
    "SLACK_EXCEEDED",
    "TABLE_OUT_OF_SERVICE",
    "TABLE_INACTIVE",
    "TOO_MANY_TABLES",
    "TABLE_NOT_MOVABLE",
    "ZONE_MISMATCH",
    "ADJACENCY_MISMATCH",
    "ADJACENCY_MODE_MISMATCH",
}


# ---- the judgement of the house ------------------------------------------------------------------


def codes_of(desk: Desk, booking: Booking) -> set[Code]:
    """Return the reasons against a booking at its tables, as a quote or a reschedule gives them."""
    if not booking.tables:
        return codes_without_tables(desk, booking)
    request = BookingRequest(
        booking.party_size,
        booking.start,
        must=booking.must,
        tables=booking.tables,
        minutes=booking.stay.dining.minutes,
        # What staff have decided about its tables stands, the conditions of the party apart.
        overrides=[each for each in booking.overrides if each.rule in STANDING],
    )
    found = desk.quote(request, exclude=booking.id)
    if isinstance(found, Refusal):
        codes = {reason.code for reason in found.reasons if reason.code.value not in TAKEN}
        # A stay that is cut is not the first reason of a quote, so it is asked for alone.
        return codes | ({Code.STAY_CUT} if is_cut(desk, booking) else set())
    return {Code.STAY_CUT} if found.stay.dining.end < booking.stay.dining.end else set()


def is_cut(desk: Desk, booking: Booking) -> bool:
    house = desk.house()
    stay = Calendar(house.restaurant, house.policy).stay(
        booking.stay.dining.start_us,
        booking.party_size,
        minutes=booking.stay.dining.minutes,
        zone=zone_rule_of(house, booking),
    )
    return isinstance(stay, Stay) and stay.dining.end < booking.stay.dining.end


def zone_rule_of(house: House, booking: Booking) -> ZoneRule | None:
    zones = {house.floor.get_table(each).zone_id for each in booking.tables}
    return next((each for each in house.policy.zone_rules if each.zone in zones), None)


def codes_without_tables(desk: Desk, booking: Booking) -> set[Code]:
    """A change that moves nothing else lets the house judge a party that waits for tables."""
    try:
        desk.reschedule(booking.id, BookingChange(wish=Preference(zones=["in"])))
    except Refused as error:
        return {reason.code for reason in error.refusal.reasons}
    return set()


def code_of_confirmation(desk: Desk, hold: Hold) -> set[Code]:
    try:
        desk.confirm(hold.id)
    except Refused as error:
        return {reason.code for reason in error.refusal.reasons}
    except PolicyDrift:
        return {Code.POLICY_DRIFT}
    return set()


def ahead(desk: Desk) -> dict[str, Booking]:
    return {each.id: each for each in desk.bookings(AHEAD)}


# ---- limits on the number of guests, by loops ----------------------------------------------------

# A limit that is exceeded: its date, what it limits, and the unit that it counts.
Exceeded = tuple[object, ...]


@attrs.frozen
class Head:
    """A party that counts: when, how many people, and where."""

    start: datetime
    end: datetime
    covers: int
    tables: tuple[str, ...]


def heads(bookings: dict[str, Booking], holds: list[Hold]) -> list[Head]:
    """List the parties: no hold of these tests has a booking, and none expires."""
    found = [
        Head(each.start, each.stay.dining.end, each.party_size, each.tables)
        for each in bookings.values()
    ]
    found += [
        Head(each.stay.dining.start, each.stay.dining.end, each.party_size, each.tables)
        for each in holds
    ]
    return found


def exceeded(house: House, parties: list[Head]) -> set[Exceeded]:
    """Count the parties of each date against every rule; a house has one period and no nights."""
    zone, (period,) = ZoneInfo(house.restaurant.timezone), house.policy.periods
    closed = {each.on for each in house.policy.exceptions if each.closed}
    found: set[Exceeded] = set()
    zone_of = {table.id: table.zone_id for table in house.floor.tables}
    days = {each.start.astimezone(zone).date() for each in parties} - closed
    for day in days:
        here = [
            each
            for each in parties
            if each.start.astimezone(zone).date() == day
            and period.start <= each.start.astimezone(zone).time() < period.end
        ]
        for rule in house.policy.capacity_rules:
            there = [
                each
                for each in here
                if rule.zone is None or rule.zone in {zone_of.get(table) for table in each.tables}
            ]
            limit = "service" if rule.zone is None else rule.zone
            found |= {(day, limit, unit) for unit in over(there, rule.max_covers, rule.max_parties)}
        opens = datetime.combine(day, period.start, zone)
        for pace in house.policy.pacing_rules:
            length = timedelta(minutes=pace.interval_minutes)
            for number in range(60):
                start, end = opens + number * length, opens + (number + 1) * length
                there = [
                    each
                    for each in here
                    if start <= each.start < end
                    or (pace.spread is Spread.MEAL and each.start < end and start < each.end)
                ]
                found |= {
                    (day, start, length, pace.spread, unit)
                    for unit in over(there, pace.max_covers, pace.max_parties)
                }
    return found


def over(parties: list[Head], max_covers: int | None, max_parties: int | None) -> Iterator[str]:
    if max_covers is not None and sum(each.covers for each in parties) > max_covers:
        yield "covers"
    if max_parties is not None and len(parties) > max_parties:
        yield "parties"


def limits_told(usages: tuple[Usage, ...]) -> set[Exceeded]:
    """Return the zones and intervals that a preview names, without their units."""
    found: set[Exceeded] = set()
    for usage in usages:
        assert all(each.is_overbooked for each in usage.zones)
        assert all(each.is_overbooked for each in usage.pacing)
        found |= {(usage.service_date, each.zone) for each in usage.zones}
        found |= {
            (usage.service_date, each.start, each.end - each.start, each.spread)
            for each in usage.pacing
        }
    return found


def check_limits(house: House, after: House, parties: list[Head], usages: tuple[Usage, ...]) -> int:
    """Compare what a preview says of limits with a count of all parties; return how many it is."""
    new = exceeded(after, parties) - exceeded(house, parties)
    assert {usage.service_date for usage in usages} == {day for day, *_ in new}
    # The unit is the last part.
    limits = {limit[:-1] for limit in new}
    assert limits_told(usages) == {limit for limit in limits if limit[1] != "service"}
    totals = {limit[:2] + limit[-1:] for limit in exceeded(after, parties) if len(limit) == 3}
    for usage in usages:
        told = {
            unit
            for unit, booked, most in (
                ("covers", usage.booked_covers, usage.max_covers),
                ("parties", usage.booked_parties, usage.max_parties),
            )
            if most is not None and booked > most
        }
        assert {(usage.service_date, "service", unit) for unit in told} == {
            each for each in totals if each[:2] == (usage.service_date, "service")
        }
    return len(limits)


# ---- the property --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_preview_says_what_then_happens_and_its_plan_strands_only_those_it_names(
    store: Store,
) -> None:
    edits = NUMBER_OF_EDITS if type(store) is MemoryStore else EDITS_OF_ANOTHER_STORE
    seen: Counter[str] = Counter()
    for number in range(edits):
        draw = random.Random(number)
        house = a_house(draw, number)
        twins = [opened(store, house, name, number) for name in ("a", "b")]
        after, names = edited(draw, house)
        seen.update(names)
        check_edit(*twins[0], renamed(after, f"h{number}a"), seen)
        check_repair(twins[1][0], renamed(after, f"h{number}b"), seen)
    if edits == NUMBER_OF_EDITS:
        assert min(seen[each] for each in SEEN) > 5, seen
        assert all(seen[each.value] for each in MET), seen


SEEN: Final = (
    *("stranded", "kept", "held", "refused", "tables", "start", "left", "repaired"),
    *("limits", "overridden", "pinned"),
    *(edit.__name__ for edit in EDITS),
)
# Codes that distances, modes of enforcement and broken rules of tables bring.
MET: Final = (
    Code.ADJACENCY_MISMATCH,
    Code.AISLE_CLOSED,
    Code.TABLES_TOO_CLOSE,
    Code.TOO_MANY_TABLES,
    Code.ZONE_CAPACITY_EXCEEDED,
)


def renamed(house: House, restaurant_id: str) -> House:
    restaurant = attrs.evolve(house.restaurant, id=restaurant_id, slug=restaurant_id)
    return House(restaurant, house.floor, house.policy)


def opened(store: Store, house: House, name: str, number: int) -> tuple[Desk, list[Hold]]:
    """Give one of two restaurants with the same parties."""
    engine = Engine(store, ids=CountedIds(f"n{number}{name}-"))
    desk = engine.add_restaurant(renamed(house, f"h{number}{name}"), actor=STAFF)
    return desk, fill(desk, random.Random(number))


def check_edit(desk: Desk, holds: list[Hold], after: House, seen: Counter[str]) -> None:
    """Make the edit, and compare each booking and hold with the preview."""
    bookings = ahead(desk)
    before = {each.id: codes_of(desk, each) for each in bookings.values() if each.tables}
    bookings, versions = ahead(desk), desk.versions()
    seen["overridden"] += sum(bool(each.overrides) for each in bookings.values())
    seen["pinned"] += sum(each.is_pinned for each in bookings.values())
    preview = desk.preview(after)
    seen["limits"] += check_limits(desk.house(), after, heads(bookings, holds), preview.over_cap)
    assert desk.versions() == versions == preview.versions
    if preview.in_the_way:
        seen["refused"] += 1
        with pytest.raises(InUse) as caught:
            desk.replace_house(after)
        assert str(caught.value) in preview.in_the_way
        return
    desk.replace_house(after)
    check_holds(desk, holds, preview)
    seen["held"] += len(holds)
    told = {
        each.booking.id: {reason.code for reason in each.refusal.reasons}
        for each in preview.bookings
    }
    for booking in bookings.values():
        new = codes_of(desk, booking) - before.get(booking.id, set())
        expected = told.get(booking.id, set())
        if not booking.tables:
            # A reschedule names the first reason only, and takes a stay that is cut.
            expected -= {Code.STAY_CUT}
            assert new <= expected, booking
            assert bool(new) == bool(expected), booking
        else:
            assert new == expected, booking
        seen["stranded" if expected else "kept"] += 1
        seen.update(code.value for code in expected)


def check_holds(desk: Desk, holds: list[Hold], preview: Preview) -> None:
    """Confirm each hold. This comes first: the judgement of a waiting party renews its stay."""
    told = {
        each.hold.id: {reason.code for reason in each.refusal.reasons} for each in preview.holds
    }
    for hold in holds:
        assert code_of_confirmation(desk, hold) == told.get(hold.id, set())


def check_repair(desk: Desk, after: House, seen: Counter[str]) -> None:
    """Make the edit with its repair plan, and look for parties that are still stranded."""
    bookings = ahead(desk)
    before = {each.id: codes_of(desk, each) for each in bookings.values() if each.tables}
    bookings, preview = ahead(desk), desk.preview(after)
    plan = preview.repair
    stranded = {each.booking.id for each in preview.bookings}
    assert {*plan.left} | {each.booking_id for each in plan.repairs} == stranded
    try:
        desk.replace_house(after, repair=plan)
    except InUse:
        # A party without a way out has the table, or a hold was told its time.
        assert plan.left or preview.holds
        assert (ahead(desk), desk.house() == after) == (bookings, False)
        seen["left"] += 1
        return
    ways = {each.booking_id: each.way_out for each in plan.repairs}
    for booking_id, booking in ahead(desk).items():
        if booking_id not in ways:
            assert booking == bookings[booking_id]
            continue
        way = ways[booking_id]
        seen[way.kind.value] += 1
        assert (booking.start, booking.tables) == (way.start, way.tables)
        if booking.tables:
            assert not codes_of(desk, booking) - before[booking_id]
    seen["repaired"] += 1
    assert desk.audit().is_clean
