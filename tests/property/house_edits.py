"""Random houses with parties, and random edits of them: every part of a house is edited."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import combinations
from typing import Any, Final

import attrs

from fourtop import (
    AdjacencyMode,
    Aisle,
    BookingRequest,
    CapacityRule,
    DateException,
    DemandProfile,
    Desk,
    Enforcement,
    EnforcementMode,
    Floor,
    Hold,
    House,
    InvalidInput,
    KeptApart,
    Override,
    PacingRule,
    Planning,
    Preference,
    Refused,
    Restaurant,
    ServicePeriod,
    Spread,
    Table,
    ZoneRule,
)
from fourtop.model.override import OVERRIDABLE
from tests.evening import FRIDAY, at
from tests.property.test_engine_availability import a_floor, a_policy

DAYS: Final = 2
MODES: Final = tuple(EnforcementMode)

Draw = random.Random
EditHouse = Callable[[Draw, House], House]


# ---- houses --------------------------------------------------------------------------------------


def a_house(draw: Draw, number: int) -> House:
    policy = attrs.evolve(
        a_policy(draw),
        periods=[ServicePeriod("dinner", "17:00", "23:00", last_start="21:30")],
        capacity_rules=[CapacityRule(max_covers=60)] if draw.random() < 0.5 else [],
    )
    restaurant = Restaurant(f"h{number}", "House", timezone="UTC", reservation_interval_minutes=30)
    house = House(restaurant, a_floor(draw), policy)
    for edit in (other_distances, other_demand, other_enforcement):
        if draw.random() < 0.25:
            house = edit(draw, house)
    return house


def on_offer(house: House) -> tuple[Table, ...]:
    """The tables but the one that only keeps the features of the house known."""
    return tuple(each for each in house.floor.tables if each.id != "t0")


# ---- parties -------------------------------------------------------------------------------------


def fill(desk: Desk, draw: Draw) -> list[Hold]:
    """Make bookings with and without tables, conditions, overrides and pins, and some holds."""
    holds = []
    for number in range(draw.randint(4, 12)):
        start = at("17:00") + timedelta(days=draw.randrange(DAYS), minutes=30 * draw.randrange(8))
        must = Preference(features=["window"]) if draw.random() < 0.2 else Preference()
        size = draw.choice((1, 2, 2, 4, 6))
        named = [draw.choice(desk.house().floor.tables).id] if draw.random() < 0.2 else []
        request = BookingRequest(size, start, must=must, tables=named)
        try:
            if draw.random() < 0.2:
                holds.append(desk.hold(request))
                continue
            if draw.random() < 0.2:
                request = overriding(draw, desk.house(), request)
            later = not request.tables and draw.random() < 0.15
            desk.book(request, booking_id=f"b{number}", tables="later" if later else "now")
            if not later and draw.random() < 0.1:
                desk.pin(f"b{number}")
        except (Refused, InvalidInput):
            continue
    return holds


def overriding(draw: Draw, house: House, request: BookingRequest) -> BookingRequest:
    """Return a request of staff that names one table or two, and breaks any rule for them."""
    tables = [each.id for each in draw.sample(on_offer(house), draw.choice((1, 2)))]
    overrides = [Override(rule, "As the guest wants it.") for rule in OVERRIDABLE]
    return request.replaced(tables=tables, must=Preference(), overrides=overrides)


# ---- edits of the policy -------------------------------------------------------------------------


def with_policy(house: House, **changed: Any) -> House:
    return House(house.restaurant, house.floor, attrs.evolve(house.policy, **changed))


def other_hours(draw: Draw, house: House) -> House:
    start = draw.choice(("17:00", "18:00", "19:00"))
    end = draw.choice(("20:00", "21:30", "23:00"))
    last = draw.choice((None, "19:00", "19:30"))
    period = ServicePeriod("dinner", start, end, last_start=last, last_seating_minutes=None)
    return with_policy(house, periods=[period])


def closure(draw: Draw, house: House) -> House:
    day = FRIDAY + timedelta(days=draw.randrange(DAYS))
    return with_policy(house, exceptions=[DateException(day, closed=True)])


def lower_cap(draw: Draw, house: House) -> House:
    zones = [each.id for each in house.floor.zones]
    rules = [
        CapacityRule(max_covers=draw.randint(2, 12), max_parties=draw.choice((None, 2)), zone=zone)
        for zone in draw.choice(([None], zones[:1], zones, [None, *zones]))
    ]
    return with_policy(house, capacity_rules=rules)


def other_pace(draw: Draw, house: House) -> House:
    first = PacingRule(
        draw.choice((30, 45)), max_covers=draw.randint(2, 8), spread=draw.choice(tuple(Spread))
    )
    second = PacingRule(60, max_parties=draw.randint(1, 3), spread=first.spread)
    return with_policy(house, pacing_rules=draw.choice(([first], [second])))


def other_turns(draw: Draw, house: House) -> House:
    return with_policy(house, turn_bands=[(None, draw.choice((60, 90, 150)))])


def zone_closed(draw: Draw, house: House) -> House:
    zone = draw.choice(house.floor.zones).id
    rule = draw.choice(
        (
            ZoneRule(zone, weekdays=["monday"]),
            ZoneRule(zone, start="17:00", end="20:00"),
            ZoneRule(zone, last_start="19:00"),
        )
    )
    return with_policy(house, zone_rules=[rule])


def other_planning(draw: Draw, house: House) -> House:
    planning = draw.choice(
        (
            Planning(max_tables=1),
            Planning(adjacency_mode=AdjacencyMode.PAIRWISE),
            Planning(slack_budget=0),
        )
    )
    return with_policy(house, planning=planning)


def other_demand(draw: Draw, house: House) -> House:
    hours = draw.choice(({}, {"start": "18:30", "end": "20:00"}, {"weekdays": ["friday"]}))
    profile = DemandProfile("peak", draw.choice((0.1, 3, 10)), **hours)
    return with_policy(house, demand_profiles=[profile])


def other_enforcement(draw: Draw, house: House) -> House:
    enforcement = Enforcement(
        capacity=draw.choice(MODES),
        capacity_percent=draw.choice((0, 50, 100, 100)),
        adjacency=draw.choice(MODES),
        adjacency_percent=draw.choice((0, 50, 100, 100)),
    )
    return with_policy(house, enforcement=enforcement)


# ---- edits of the floor and the restaurant -------------------------------------------------------


def with_floor(house: House, floor: Floor) -> House:
    return House(house.restaurant, floor, house.policy)


def other_table(draw: Draw, house: House) -> House:
    table = draw.choice(on_offer(house))
    changed: dict[str, Any] = draw.choice(
        (
            {"out_of_service": True},
            {"active": False},
            {"capacity": 1, "min_party": 1, "max_party": 1},
            {"features": []},
            {"mobility": "fixed"},
            {"zone_id": draw.choice(house.floor.zones).id},
        )
    )
    return with_floor(house, house.floor.with_table(attrs.evolve(table, **changed)))


def removed_table(draw: Draw, house: House) -> House:
    return with_floor(house, house.floor.without_table(draw.choice(on_offer(house)).id))


def removed_joins(_: Draw, house: House) -> House:
    return with_floor(house, attrs.evolve(house.floor, joins=[], set_capacities=[]))


def other_distances(draw: Draw, house: House) -> House:
    """Keep other tables apart, or let pairs of tables close the way to all others, or neither."""
    tables = [each.id for each in on_offer(house)]
    pairs, is_aisle = list(combinations(tables, 2)), draw.random() < 0.5
    apart = [KeptApart(pair) for pair in pairs if not is_aisle and draw.random() < 0.4]
    aisles = [
        Aisle(joined=pair, closes={*tables} - {*pair})
        for pair in pairs
        if is_aisle and len(tables) > 2 and draw.random() < 0.8
    ]
    return with_floor(house, attrs.evolve(house.floor, kept_apart=apart, aisles=aisles))


def switched_off(_: Draw, house: House) -> House:
    return House(attrs.evolve(house.restaurant, active=False), house.floor, house.policy)


def other_zone(draw: Draw, house: House) -> House:
    name = draw.choice(("Europe/London", "Africa/Abidjan", "Europe/Berlin"))
    restaurant = attrs.evolve(house.restaurant, timezone=name)
    return House(restaurant, house.floor, house.policy)


EDITS: Final[tuple[EditHouse, ...]] = (
    other_hours,
    closure,
    lower_cap,
    other_pace,
    other_turns,
    zone_closed,
    other_planning,
    other_demand,
    other_enforcement,
    other_table,
    removed_table,
    removed_joins,
    other_distances,
    switched_off,
    other_zone,
)


def edited(draw: Draw, house: House) -> tuple[House, Iterable[str]]:
    """Return the house after one edit or two, and their names."""
    edits = draw.sample(EDITS, draw.choice((1, 1, 2)))
    for edit in edits:
        house = edit(draw, house)
    return house, [edit.__name__ for edit in edits]
