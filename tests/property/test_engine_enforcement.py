"""Shadow against off and enforced: the same evening under each mode, on every store."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Code,
    CountedIds,
    DemandProfile,
    Desk,
    Enforcement,
    EnforcementMode,
    Engine,
    House,
    MemoryStore,
    PacingRule,
    Planning,
    Quote,
    Refusal,
    Refused,
    ZoneRule,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, MONTH, STAFF, a_house, at

EVENINGS: Final = 8
EVENINGS_OF_A_DATABASE: Final = 1
CAPACITY: Final = {
    Code.CAPACITY_EXCEEDED,
    Code.PACING_EXCEEDED,
    Code.ZONE_CAPACITY_EXCEEDED,
}
FLOOR: Final = sketch_floor(
    {"1": 2, "2": 2, "3": 4, "4": 4, "5": 6, "T1": (2, "Terrace"), "T2": (4, "Terrace")},
    joins=["1-2", "T1-T2"],
)
TERRACE: Final = {"t1", "t2"}
# Tables that a party names, and sizes that suit them. The tables 2 and 3 cannot be joined.
ASKED: Final[list[tuple[tuple[str, ...], tuple[int, ...]]]] = [
    ((), (1, 2, 2, 3, 4, 5, 6)),
    ((), (2, 4, 6)),
    (("5",), (4, 6)),
    (("t2",), (1, 2, 3, 4)),
    (("t1", "t2"), (3, 5)),
    (("2", "3"), (3, 4, 5)),
]


def house_of(draw: random.Random, name: str) -> House:
    """A house whose capacity rules refuse some parties of an evening, and never all."""
    rules: list[Any] = [CapacityRule(max_covers=draw.randint(8, 40))]
    if draw.random() < 0.7:
        rules.append(CapacityRule(max_covers=draw.randint(0, 6), zone="terrace"))
    spread = draw.choice(["start", "meal"])
    pacing = [PacingRule(60, max_covers=draw.randint(4, 12), spread=spread)]
    zones = [ZoneRule("terrace", turn_bands=[(None, 150)])]
    profile = DemandProfile("peak", draw.choice([0.1, 3, 10]), start="18:30", end="20:00")
    return a_house(
        FLOOR,
        name=name,
        capacity_rules=rules,
        pacing_rules=pacing if draw.random() < 0.6 else (),
        zone_rules=zones if draw.random() < 0.4 else (),
        demand_profiles=[profile] if draw.random() < 0.6 else (),
        planning=Planning(demand_multiplier=0.5, max_tables=2),
    )


def opened(store: Store, house: House, enforcement: Enforcement) -> Desk:
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, enforcement=enforcement))
    ids = CountedIds(house.restaurant.id)
    return Engine(store, ids=ids).add_restaurant(house, actor=STAFF)


def a_request(draw: random.Random) -> BookingRequest:
    start = at("17:00") + timedelta(minutes=15 * draw.randint(0, 16))
    named, sizes = draw.choice(ASKED)
    return BookingRequest(draw.choice(sizes), start, tables=named)


def above_caps(desk: Desk, request: BookingRequest) -> set[Code]:
    """Count by loops: the caps that a party exceeds, that of the zone if it names the terrace."""
    found, bookings = set(), desk.bookings(MONTH)
    for rule in desk.house().policy.capacity_rules:
        assert rule.max_covers is not None
        if rule.zone is None:
            there = [*bookings]
        else:
            there = [each for each in bookings if TERRACE & {*each.tables}]
            if not TERRACE & {*request.tables}:
                continue
        if sum(each.party_size for each in there) + request.party_size > rule.max_covers:
            zone = Code.ZONE_CAPACITY_EXCEEDED
            found.add(Code.CAPACITY_EXCEEDED if rule.zone is None else zone)
    return found


def answer_of(desk: Desk, request: BookingRequest) -> tuple[str, ...] | Code:
    """Book the party; return its tables, or the code of the refusal."""
    try:
        return desk.book(request).tables
    except Refused as refused:
        return refused.refusal.code


def enforced_answer(desk: Desk, request: BookingRequest) -> Quote | Refusal:
    """Return what the house would answer at this moment if it enforced its rules."""
    before = desk.house().policy
    desk.edit_policy(lambda policy: attrs.evolve(policy, enforcement=Enforcement()))
    answer = desk.quote(request)
    desk.edit_policy(lambda _: before)
    return answer


def evenings_of(store: Store) -> int:
    return EVENINGS if isinstance(store, MemoryStore) else EVENINGS_OF_A_DATABASE


@pytest.mark.slow
def test_shadow_decides_as_off_and_records_exactly_what_enforced_refuses(store: Store) -> None:
    found = {True: 0, False: 0}
    for seed in range(evenings_of(store)):
        draw = random.Random(seed)
        house, off = house_of(draw, f"s{seed}"), f"o{seed}"
        rules = draw.choice(["capacity", "adjacency", "both", "both"])
        modes = {each: "shadow" for each in ("capacity", "adjacency") if rules in (each, "both")}
        shadow = opened(store, house, Enforcement(**modes))  # type: ignore[arg-type]  # Two modes.
        twin = attrs.evolve(
            house, restaurant=attrs.evolve(house.restaurant, id=off, name=off, slug=off)
        )
        loose = opened(store, twin, Enforcement(**dict.fromkeys(modes, "off")))  # type: ignore[arg-type]  # Two modes.
        for _ in range(14):
            request = a_request(draw)
            above = above_caps(shadow, request)
            quoted, strict = shadow.quote(request), enforced_answer(shadow, request)
            answer = answer_of(shadow, request)
            assert answer == answer_of(loose, request)
            if isinstance(quoted, Refusal):
                assert answer is quoted.code
                continue
            assert answer == quoted.plan.tables
            assert bool(quoted.would_refuse) is isinstance(strict, Refusal), (seed, request)
            found[bool(quoted.would_refuse)] += 1
            if "capacity" not in modes:
                assert not CAPACITY & {*quoted.would_refuse}
            else:
                named = above if request.tables else above & {Code.CAPACITY_EXCEEDED}
                assert named <= {*quoted.would_refuse}, (seed, request)
                assert named or Code.CAPACITY_EXCEEDED not in quoted.would_refuse
        _check_records(shadow, found)
        assert not loose.shadow_report(MONTH).refused
        assert shadow.audit().is_clean
    assert min(found.values()) >= evenings_of(store)


def _check_records(desk: Desk, found: dict[bool, int]) -> None:
    """Compare the report with the bookings, counted by loops."""
    bookings, report = desk.bookings(MONTH), desk.shadow_report(MONTH)
    refused = [each for each in bookings if each.would_refuse]
    assert list(report.refused) == refused
    assert len(refused) <= found[True]
    for count in report.by_code:
        of_code = [each for each in refused if count.code in each.would_refuse]
        assert count.bookings == len(of_code)
        assert count.covers == sum(each.party_size for each in of_code)
    assert report.covers == sum(each.party_size for each in bookings)


@pytest.mark.slow
def test_a_roll_out_answers_alike_at_every_door_and_grows_service_by_service(
    store: Store,
) -> None:
    draw = random.Random(7)
    house = attrs.evolve(house_of(draw, "rolled"), floor=FLOOR)
    desk = opened(store, house, Enforcement(capacity_percent=0))
    reached: set[int] = set()
    days = range(7) if isinstance(store, MemoryStore) else range(3)
    for day in days:
        for _ in range(4):
            answer_of(desk, attrs.evolve(a_request(draw), start=_on(day, "19:00"), tables=()))
    for percent in (0, 35, 70, 100):
        enforcement = Enforcement(capacity_percent=percent)
        desk.edit_policy(
            lambda policy, now=enforcement: attrs.evolve(policy, enforcement=now)  # type: ignore[misc]  # A default binds it.
        )
        bound = set()
        for day in days:
            request = BookingRequest(6, _on(day, "20:30"))
            quoted = desk.quote(request)
            on = FRIDAY + timedelta(days=day)
            (slot,) = desk.availability(on, 6, at=request.start).slots
            assert slot.is_bookable is isinstance(quoted, Quote)
            mode = enforcement.capacity_on("rolled", "dinner", on)
            if mode is EnforcementMode.ENFORCED:
                bound.add(day)
            elif isinstance(quoted, Quote):
                hold = desk.hold(request)
                assert hold.would_refuse == quoted.would_refuse
                desk.release_hold(hold.id)
        assert reached <= bound
        reached = bound
    assert reached == set(days)


def _on(day: int, text: str) -> Any:
    return at(text) + timedelta(days=day)
