"""Each change of an explanation works, and the cheapest of each kind is that of brute force.

Brute force asks a desk for a quote of every candidate, one by one. Rules that a change lifts are
lifted by an edit of the house instead. It does so on the same evening in memory, once for all
stores.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    ChangeKind,
    CountedIds,
    Desk,
    Engine,
    Explanation,
    Floor,
    House,
    MemoryStore,
    Preference,
    Quote,
    Refused,
    Restaurant,
)
from fourtop.clock import ManualClock
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, STAFF, at
from tests.property.test_engine_availability import a_floor, a_policy

REFUSALS: Final = 500
OF_ONE_EVENING: Final = 25
RULES: Final = (ChangeKind.ADJACENCY, ChangeKind.MIN_PARTY, ChangeKind.CAPACITY)


def evening(store: Store, seed: int) -> tuple[random.Random, House, Desk]:
    """A random house on an evening that is half full."""
    draw = random.Random(seed)
    restaurant = Restaurant(
        f"h{seed}", "House", timezone="UTC", reservation_interval_minutes=draw.choice([15, 30])
    )
    floor = a_floor(draw)
    if draw.random() < 0.4:
        floor = attrs.evolve(floor, joins=())
    house = House(restaurant, floor, a_policy(draw))
    desk = Engine(store, ids=CountedIds(f"n{seed}-")).add_restaurant(house, actor=STAFF)
    for _ in range(draw.randint(3, 14)):
        try:
            desk.book(a_request(draw, hours=(17, 22)))
        except Refused:
            continue
    return draw, house, desk


def a_request(draw: random.Random, *, hours: tuple[int, int]) -> BookingRequest:
    start = at("00:00") + timedelta(minutes=15 * draw.randint(hours[0] * 4, hours[1] * 4))
    return BookingRequest(draw.choice((1, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 13)), start)


def with_conditions(draw: random.Random, house: House, request: BookingRequest) -> BookingRequest:
    how: dict[str, Any] = {"start": request.start}
    if draw.random() < 0.4:
        how["must"] = Preference(
            features=["window"] if draw.random() < 0.6 else [],
            zones=[draw.choice(house.floor.zones).id] if draw.random() < 0.6 else [],
        )
    if draw.random() < 0.2:
        how["tables"] = [draw.choice(house.floor.tables).id]
    return attrs.evolve(request, **how)


def is_yes(desk: Desk, request: BookingRequest, **changed: Any) -> bool:
    changed.setdefault("start", request.start)
    return isinstance(desk.quote(attrs.evolve(request, **changed)), Quote)


# ---- brute force


def starts(desk: Desk, request: BookingRequest) -> list[datetime]:
    slots = desk.availability(FRIDAY, 1, spots_limit=1).slots
    return sorted({slot.start for slot in slots} - {request.start})


def brute_force(desk: Desk, request: BookingRequest) -> dict[ChangeKind, Any]:
    """Return for each kind the cheapest change that works, by asking for each candidate."""
    found: dict[ChangeKind, Any] = {}
    working = [each for each in starts(desk, request) if is_yes(desk, request, start=each)]
    earlier = [each for each in working if each < request.start]
    later = [each for each in working if each > request.start]
    if earlier:
        found[ChangeKind.EARLIER] = max(earlier)
    if later:
        found[ChangeKind.LATER] = min(later)
    sizes = [n for n in range(1, request.party_size) if is_yes(desk, request, party_size=n)]
    if sizes:
        found[ChangeKind.PARTY_SIZE] = max(sizes)
    if any(is_yes(desk, request, must=each) for each in fewer(request.must)):
        found[ChangeKind.CONDITIONS] = True
    if request.tables and is_yes(desk, request, tables=()):
        found[ChangeKind.TABLES] = True
    return found


def fewer(must: Preference) -> Iterator[Preference]:
    for kind in must.kinds:
        yield attrs.evolve(must, **{kind: ()})
    if must.kinds:
        yield Preference()


def rules_that_help(desk: Desk, house: House, request: BookingRequest) -> set[ChangeKind]:
    """Return which rules would turn the answer, by lifting each in the house itself."""
    planning = house.policy.planning
    found = set()
    if _helps_planning(desk, request, attrs.evolve(planning, adjacency_required=False)):
        found.add(ChangeKind.ADJACENCY)
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=planning))
    desk.edit_floor(_without_minimum)
    if is_yes(desk, request):
        found.add(ChangeKind.MIN_PARTY)
    desk.edit_floor(lambda _: house.floor)
    rules = house.policy.capacity_rules
    high = [CapacityRule(max_covers=100_000, max_parties=100_000)]
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=high))
    if rules and is_yes(desk, request):
        found.add(ChangeKind.CAPACITY)
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))
    return found


def _helps_planning(desk: Desk, request: BookingRequest, planning: Any) -> bool:
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=planning))
    return is_yes(desk, request)


def _without_minimum(floor: Floor) -> Floor:
    return attrs.evolve(
        floor,
        tables=[attrs.evolve(table, min_party=1) for table in floor.tables],
        set_capacities=[attrs.evolve(each, min_party=None) for each in floor.set_capacities],
    )


def said(explained: Explanation) -> dict[ChangeKind, Any]:
    values: dict[ChangeKind, Any] = {}
    for change in explained.changes:
        if change.kind in (ChangeKind.EARLIER, ChangeKind.LATER):
            values[change.kind] = change.request.start
        elif change.kind is ChangeKind.PARTY_SIZE:
            values[change.kind] = change.request.party_size
        else:
            values[change.kind] = True
    return values


@attrs.frozen
class Judged:
    """A refused request, with the changes that brute force finds."""

    request: BookingRequest
    changes: dict[ChangeKind, Any]
    rules: set[ChangeKind]


@cache
def judged(seed: int) -> tuple[Judged, ...]:
    """Judge the refused requests of an evening in memory; the answer serves every store."""
    draw, house, desk = evening(MemoryStore(ManualClock(NOW)), seed)
    found: list[Judged] = []
    for _ in range(OF_ONE_EVENING * 3):
        request = with_conditions(draw, house, a_request(draw, hours=(16, 23)))
        if len(found) < OF_ONE_EVENING and not is_yes(desk, request):
            rules = rules_that_help(desk, house, request)
            found.append(Judged(request, brute_force(desk, request), rules))
    return tuple(found)


@pytest.mark.slow
def test_each_change_works_and_the_cheapest_of_each_kind_is_that_of_brute_force(
    store: Store,
) -> None:
    met: Counter[ChangeKind] = Counter()
    refusals, seed = 0, 0
    while refusals < REFUSALS:
        seed += 1
        *_, desk = evening(store, seed)
        for each in judged(seed):
            refusals += 1
            met.update(_check(desk, each).keys())
    kinds = {*RULES, ChangeKind.EARLIER, ChangeKind.LATER, ChangeKind.PARTY_SIZE}
    assert set(met) >= kinds | {ChangeKind.CONDITIONS, ChangeKind.TABLES}


def _check(desk: Desk, each: Judged) -> dict[ChangeKind, Any]:
    explained = desk.explain(each.request)
    assert not explained
    assert explained.is_proven
    assert str(explained)
    assert explained.refusal == desk.quote(each.request)
    for change in explained.changes:
        quoted = desk.quote(change.request)
        assert isinstance(quoted, Quote), f"{change} does not work"
        assert quoted.plan.tables == change.tables
        assert quoted.relaxed == change.request.relax
    values = said(explained)
    skipped = (*RULES, ChangeKind.STAY, ChangeKind.OCCASION)
    ours = {kind: value for kind, value in values.items() if kind not in skipped}
    assert ours == each.changes, f"{each.request}"
    assert {kind for kind in values if kind in RULES} == each.rules, f"{each.request}"
    return values


@pytest.mark.slow
def test_a_request_that_is_explained_as_possible_is_quoted(store: Store) -> None:
    draw, house, desk = evening(store, 1)
    answers: Counter[bool] = Counter()
    for _ in range(OF_ONE_EVENING * 3):
        request = with_conditions(draw, house, a_request(draw, hours=(16, 23)))
        explained = desk.explain(request)
        assert bool(explained) is is_yes(desk, request)
        answers[bool(explained)] += 1
    assert answers[True]
    assert answers[False]
