"""A preview says what happens: random edits of random houses, made afterwards on every store.

Before and after each edit, a quote for each booking at its own tables tells what the house thinks
of it. A booking is stranded exactly if the quote was a yes and becomes a no. Rules that a quote
cannot see are asked in another way: a removed table has no quote, and a cut stay is a shorter one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    AdjacencyMode,
    Booking,
    BookingChange,
    BookingRequest,
    Calendar,
    CapacityRule,
    Code,
    CountedIds,
    DateException,
    Desk,
    Engine,
    Hold,
    House,
    InUse,
    InvalidInput,
    MemoryStore,
    PacingRule,
    Planning,
    Policy,
    PolicyDrift,
    Preference,
    Refusal,
    Refused,
    Restaurant,
    ServicePeriod,
    Stay,
    Table,
    Window,
    ZoneRule,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, STAFF, at
from tests.property.test_engine_availability import a_floor, a_policy

EDITS: Final = 300
EDITS_OF_A_DATABASE: Final = 6
DAYS: Final = 2
AHEAD: Final = Window(NOW, NOW + timedelta(days=10))
# A quote looks at the tables of today's stay, and leaves tables for parties that were promised
# some; a booking keeps the rows that it has.
TAKEN: Final = {"ALLOCATIONS_OVERLAP", "HOLD_CONFLICT", "TABLES_PROMISED"}

Draw = random.Random
EditHouse = Callable[[Draw, House], House]


# ---- houses and parties --------------------------------------------------------------------------


def a_house(draw: Draw, number: int) -> House:
    policy = attrs.evolve(
        a_policy(draw),
        periods=[ServicePeriod("dinner", "17:00", "23:00", last_start="21:30")],
        capacity_rules=[CapacityRule(max_covers=60)] if draw.random() < 0.5 else [],
    )
    restaurant = Restaurant(f"h{number}", "House", timezone="UTC", reservation_interval_minutes=30)
    return House(restaurant, a_floor(draw), policy)


def fill(desk: Desk, draw: Draw) -> list[Hold]:
    """Make bookings with and without tables or conditions, and some holds."""
    holds = []
    for number in range(draw.randint(4, 10)):
        start = at("17:00") + timedelta(days=draw.randrange(DAYS), minutes=30 * draw.randrange(10))
        must = Preference(features=["window"]) if draw.random() < 0.2 else Preference()
        size = draw.choice((1, 2, 2, 4, 6))
        named = [draw.choice(desk.house().floor.tables).id] if draw.random() < 0.2 else []
        request = BookingRequest(size, start, must=must, tables=named)
        try:
            if draw.random() < 0.2:
                holds.append(desk.hold(request))
            else:
                later = not named and draw.random() < 0.15
                desk.book(request, booking_id=f"b{number}", tables="later" if later else "now")
        except (Refused, InvalidInput):
            continue
    return holds


# ---- edits ---------------------------------------------------------------------------------------


def with_policy(house: House, policy: Policy) -> House:
    return House(house.restaurant, house.floor, policy)


def other_hours(draw: Draw, house: House) -> House:
    start = draw.choice(("17:00", "18:00", "19:00"))
    end = draw.choice(("20:00", "21:30", "23:00"))
    last = draw.choice((None, "19:00", "19:30"))
    period = ServicePeriod("dinner", start, end, last_start=last, last_seating_minutes=None)
    return with_policy(house, attrs.evolve(house.policy, periods=[period]))


def closure(draw: Draw, house: House) -> House:
    day = FRIDAY + timedelta(days=draw.randrange(DAYS))
    exception = DateException(day, closed=True)
    return with_policy(house, attrs.evolve(house.policy, exceptions=[exception]))


def lower_cap(draw: Draw, house: House) -> House:
    zone = draw.choice((None, house.floor.zones[0].id))
    rule = CapacityRule(max_covers=draw.randint(2, 12), zone=zone)
    return with_policy(house, attrs.evolve(house.policy, capacity_rules=[rule]))


def other_pace(draw: Draw, house: House) -> House:
    rule = PacingRule(30, max_covers=draw.randint(2, 8))
    return with_policy(house, attrs.evolve(house.policy, pacing_rules=[rule]))


def other_turns(draw: Draw, house: House) -> House:
    bands = [(None, draw.choice((60, 90, 150)))]
    return with_policy(house, attrs.evolve(house.policy, turn_bands=bands))


def zone_closed(draw: Draw, house: House) -> House:
    zone = draw.choice(house.floor.zones).id
    rule = draw.choice(
        (
            ZoneRule(zone, weekdays=["monday"]),
            ZoneRule(zone, start="17:00", end="20:00"),
            ZoneRule(zone, last_start="19:00"),
        )
    )
    return with_policy(house, attrs.evolve(house.policy, zone_rules=[rule]))


def other_planning(draw: Draw, house: House) -> House:
    planning = draw.choice(
        (
            Planning(max_tables=1),
            Planning(adjacency_mode=AdjacencyMode.PAIRWISE),
            Planning(slack_budget=0),
        )
    )
    return with_policy(house, attrs.evolve(house.policy, planning=planning))


def on_offer(house: House) -> tuple[Table, ...]:
    """The tables but the one that only keeps the features of the house known."""
    return tuple(each for each in house.floor.tables if each.id != "t0")


def other_table(draw: Draw, house: House) -> House:
    table = draw.choice(on_offer(house))
    changed: dict[str, Any] = draw.choice(
        (
            {"out_of_service": True},
            {"active": False},
            {"capacity": 1, "min_party": 1, "max_party": 1},
            {"features": []},
            {"mobility": "fixed"},
        )
    )
    floor = house.floor.with_table(attrs.evolve(table, **changed))
    return House(house.restaurant, floor, house.policy)


def removed_table(draw: Draw, house: House) -> House:
    table = draw.choice(on_offer(house))
    return House(house.restaurant, house.floor.without_table(table.id), house.policy)


def removed_joins(_: Draw, house: House) -> House:
    floor = attrs.evolve(house.floor, joins=[], set_capacities=[])
    return House(house.restaurant, floor, house.policy)


def switched_off(_: Draw, house: House) -> House:
    return House(attrs.evolve(house.restaurant, active=False), house.floor, house.policy)


def other_zone(draw: Draw, house: House) -> House:
    name = draw.choice(("Europe/London", "Africa/Abidjan", "Europe/Berlin"))
    restaurant = attrs.evolve(house.restaurant, timezone=name)
    return House(restaurant, house.floor, house.policy)


EDITS_OF_A_HOUSE: Final[tuple[EditHouse, ...]] = (
    other_hours,
    closure,
    lower_cap,
    other_pace,
    other_turns,
    zone_closed,
    other_planning,
    other_table,
    removed_table,
    removed_joins,
    switched_off,
    other_zone,
)


def edited(draw: Draw, house: House) -> House:
    """Return the house after one edit or two."""
    for edit in draw.sample(EDITS_OF_A_HOUSE, draw.choice((1, 1, 2))):
        house = edit(draw, house)
    return house


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


# ---- the property --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_preview_says_what_then_happens_and_its_plan_strands_only_those_it_names(
    store: Store,
) -> None:
    edits = EDITS if isinstance(store, MemoryStore) else EDITS_OF_A_DATABASE
    seen: Counter[str] = Counter()
    for number in range(edits):
        draw = random.Random(number)
        house = a_house(draw, number)
        twins = [opened(store, house, name, number) for name in ("a", "b")]
        after = edited(draw, house)
        check_edit(*twins[0], renamed(after, f"h{number}a"), seen)
        check_repair(twins[1][0], renamed(after, f"h{number}b"), seen)
    if edits == EDITS:
        assert min(seen[each] for each in SEEN) > 5, seen


SEEN: Final = ("stranded", "kept", "held", "refused", "tables", "start", "left", "repaired")


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
    preview = desk.preview(after)
    assert desk.versions() == versions == preview.versions
    if preview.in_the_way:
        seen["refused"] += 1
        with pytest.raises(InUse) as caught:
            desk.replace_house(after)
        assert str(caught.value) in preview.in_the_way
        return
    desk.replace_house(after)
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
    told = {
        each.hold.id: {reason.code for reason in each.refusal.reasons} for each in preview.holds
    }
    for hold in holds:
        assert code_of_confirmation(desk, hold) == told.get(hold.id, set())
        seen["held"] += 1


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
