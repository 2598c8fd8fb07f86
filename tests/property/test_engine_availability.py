"""What is shown is what can be had: availability, quote, hold and book on random evenings."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourtop import (
    AdjacencyMode,
    BookingRequest,
    CapacityRule,
    CountedIds,
    Desk,
    Engine,
    Floor,
    FourtopError,
    House,
    Join,
    ManualClock,
    MemoryStore,
    Move,
    Occasion,
    Planning,
    Policy,
    Preference,
    Quote,
    Refused,
    Restaurant,
    ServicePeriod,
    Slot,
    Table,
    Zone,
)
from tests.evening import FRIDAY, MONTH, NOW, at

SIZES: Final = (1, 2, 4, 7)


def a_floor(draw: random.Random) -> Floor:
    """Up to six tables in two zones, some fixed, some with features, joined by chance."""
    zones = [Zone("in", "In"), Zone("out", "Out", order=1, area="outdoor")]
    tables = [
        Table(
            f"t{number}",
            str(number),
            draw.choice([2, 2, 4, 6]),
            draw.choice(["in", "in", "out"]),
            min_party=draw.choice([1, 1, 2]),
            mobility=draw.choice(["movable", "movable", "fixed"]),
            out_of_service=draw.random() < 0.1,
            features=draw.choice([[], ["window"]]),
        )
        for number in range(1, draw.randint(2, 6) + 1)
    ]
    # One table is never offered, so that the house has every feature that a party may name.
    tables.append(Table("t0", "0", 2, "in", active=False, features=["window"]))
    pairs = [(one.id, other.id) for one in tables for other in tables if one.id < other.id]
    joins = [Join(pair, draw.choice([0, 0, 1])) for pair in pairs if draw.random() < 0.5]
    return Floor(tables, zones=zones, joins=joins)


def a_policy(draw: random.Random) -> Policy:
    """Dinner, sometimes lunch or a period past midnight; sometimes caps, buffers, an occasion."""
    how: dict[str, Any] = {
        "buffer_before_minutes": draw.choice([0, 0, 5]),
        "buffer_after_minutes": draw.choice([0, 10]),
        "overrun_allowed": draw.random() < 0.3,
    }
    periods = [
        ServicePeriod(
            "dinner", "17:00", draw.choice(["21:00", "22:30"]), last_seating_minutes=60, **how
        )
    ]
    if draw.random() < 0.3:
        periods.append(
            ServicePeriod("late", "23:00", "02:00", last_seating_minutes=45, occasions=["drinks"])
        )
    rules = [CapacityRule(max_covers=draw.randint(2, 14), max_parties=draw.choice([None, 3]))]
    mode = draw.choice(list(AdjacencyMode))
    return Policy(
        periods,
        occasions=[Occasion("drinks", [(None, 60)])],
        turn_bands=[(2, 60), (4, 90), (None, 120)],
        capacity_rules=rules if draw.random() < 0.4 else [],
        planning=Planning(adjacency_mode=mode, max_tables=3, slack_budget=draw.choice([0, 2, 4])),
    )


def an_evening(seed: int) -> tuple[Desk, random.Random]:
    """A house in the middle of an evening's business; the same for the same seed."""
    draw = random.Random(seed)
    clock = ManualClock(NOW)
    restaurant = Restaurant("house", "House", timezone="UTC", reservation_interval_minutes=30)
    house = House(restaurant, a_floor(draw), a_policy(draw))
    desk = Engine(MemoryStore(clock), ids=CountedIds()).add_restaurant(house)
    for _ in range(draw.randint(0, 24)):
        try:
            some_business(desk, draw)
        except FourtopError:
            continue
    clock.advance(seconds=draw.choice([0, 100, 200]))
    return desk, draw


def some_business(desk: Desk, draw: random.Random) -> None:
    start = at("17:00") + timedelta(minutes=15 * draw.randint(0, 24))
    request = BookingRequest(draw.choice(SIZES), start)
    booked = [booking.id for booking in desk.bookings(MONTH)]
    tables = [table.id for table in desk.house().floor.tables]
    kind = draw.choice([*["book"] * 6, "hold", "hold", "later", "cancel", "move", "move", "block"])
    if kind == "book":
        desk.book(request)
    elif kind == "later":
        desk.book(request, tables="later")
    elif kind == "hold":
        desk.hold(request)
    elif kind == "cancel" and booked:
        desk.cancel(draw.choice(booked))
    elif kind == "move" and booked:
        desk.move([Move(draw.choice(booked), [draw.choice(tables)])])
    else:
        hour = at("17:00") + timedelta(hours=draw.randint(0, 4))
        window = attrs.evolve(MONTH, start=hour, end=hour + timedelta(hours=1))
        desk.block(window, tables=[draw.choice(tables)], reason="paint")


def shown(desk: Desk, must: Preference) -> tuple[Slot, ...]:
    return desk.availability(FRIDAY, SIZES, must=must).slots


MUSTS = st.sampled_from([Preference(), Preference(features=["window"]), Preference(zones=["in"])])


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), must=MUSTS)
def test_every_bookable_slot_can_be_booked_and_every_other_one_not(
    seed: int, must: Preference
) -> None:
    desk, draw = an_evening(seed)
    before = desk.versions()
    slots = shown(desk, must)
    for slot in draw.sample(slots, min(len(slots), 8)):
        copy, _ = an_evening(seed)
        assert copy.versions() == before
        request = BookingRequest(slot.party_size, slot.start, must=must)
        commands: list[Callable[[BookingRequest], object]] = [copy.hold, copy.book]
        command = draw.choice(commands)
        if slot.is_bookable:
            command(request)
            assert copy.audit().is_clean
            continue
        with pytest.raises(Refused) as caught:
            command(request)
        assert caught.value.refusal == slot.refusal
        assert copy.versions() == before
    assert desk.versions() == before


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), must=MUSTS)
def test_the_spots_of_a_slot_can_be_booked_one_after_the_other(seed: int, must: Preference) -> None:
    desk, draw = an_evening(seed)
    slot = draw.choice(shown(desk, must))
    assert (slot.spots > 0) == slot.is_bookable
    request = BookingRequest(slot.party_size, slot.start, must=must)
    for _ in range(slot.spots):
        desk.book(request)
    with pytest.raises(Refused):
        desk.book(request)


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), must=MUSTS)
def test_a_quote_and_an_availability_agree_and_the_hold_gets_what_was_quoted(
    seed: int, must: Preference
) -> None:
    desk, draw = an_evening(seed)
    slots = shown(desk, must)
    for slot in draw.sample(slots, min(len(slots), 12)):
        quoted = desk.quote(BookingRequest(slot.party_size, slot.start, must=must))
        if isinstance(quoted, Quote):
            assert slot.refusal is None
            continue
        # A quote has the reasons of all checks, a slot those of the first one that refuses.
        assert slot.refusal is not None
        assert quoted.reasons[: len(slot.refusal.reasons)] == slot.refusal.reasons
    bookable = [slot for slot in slots if slot.is_bookable]
    if bookable:
        slot = draw.choice(bookable)
        request = BookingRequest(slot.party_size, slot.start, must=must)
        quoted = desk.quote(request)
        assert isinstance(quoted, Quote)
        hold = desk.hold(request)
        assert (hold.tables, hold.stay) == (quoted.plan.tables, quoted.stay)
        assert desk.confirm(hold.id).tables == quoted.plan.tables


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
def test_one_start_alone_is_shown_as_among_all(seed: int) -> None:
    desk, draw = an_evening(seed)
    slots = shown(desk, Preference())
    for slot in draw.sample(slots, min(len(slots), 6)):
        alone = desk.availability(FRIDAY, slot.party_size, at=slot.start).slots
        assert alone == (slot,)


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), must=MUSTS)
def test_all_sizes_at_once_are_shown_as_each_with_its_cost(seed: int, must: Preference) -> None:
    desk, _ = an_evening(seed)
    # With costs, each party goes through the checks by itself.
    priced = desk.availability(FRIDAY, SIZES, must=must, costs=True).slots
    assert [attrs.evolve(slot, cost=None) for slot in priced] == list(shown(desk, must))
