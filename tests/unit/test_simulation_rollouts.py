"""Rollouts: the covers that a start loses, by the engine itself."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import (
    BookingRequest,
    CountedIds,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Window,
    sketch_floor,
)
from fourtop.simulation import Behaviour, Demand, RolloutCosts, Uniform, rollout_costs
from tests.evening import NOW, STAFF, a_house, at, booked, held, one_table, party_size

# Later guests ask on the same afternoon.
LATER = Demand(
    9,
    {2: 1, 4: 1},
    {"19:00": 1, "19:30": 1},
    channels={"web": 1},
    lead_minutes=Uniform(60, 400),
)
# One party of four asks for seven.
ONE = Demand(1, {4: 1}, {"19:00": 1}, channels={"web": 1}, lead_minutes=60)


def open_desk(floor: Any = None) -> Desk:
    clock = ManualClock(NOW)
    return Engine(MemoryStore(clock), ids=CountedIds("n")).add_restaurant(
        a_house(floor), actor=STAFF
    )


def lost(found: RolloutCosts) -> dict[str, float]:
    return {each.offered.clock: each.lost.mean for each in found}


def test_the_only_table_costs_the_party_that_wants_it() -> None:
    found = rollout_costs(
        open_desk(one_table()), party_size(2), ONE, flexible_minutes=120, rollouts=2
    )
    # A stay of 90 minutes from 17:30 on, or from 20:30 on, leaves seven o'clock to the guest.
    free = {"17:00", "17:15", "17:30", "20:30", "20:45", "21:00"}
    assert lost(found) == {
        each: 0.0 if each in free else 4.0 for each in (one.offered.clock for one in found)
    }
    wish, *others = found
    assert (wish.offered.clock, wish.lost.half_width) == ("19:00", 0)
    assert wish.beyond_wish is not None
    assert wish.beyond_wish.mean == 0
    assert {each.beyond_wish.mean for each in others if each.beyond_wish} == {0.0, -4.0}


@pytest.mark.slow
def test_the_order_of_the_costs_agrees_with_rollouts() -> None:
    desk = open_desk(sketch_floor({"1": 4, "2": 4}))
    evening = LATER.replaced(requests=4, starts={"18:00": 1, "19:00": 2, "20:00": 4})
    found = rollout_costs(desk, party_size(4), evening, flexible_minutes=120, rollouts=20, seed=2)
    wish = found.offers.wish
    assert wish is not None
    better = [each for each in found if each.beyond_wish and each.beyond_wish.high < -1]
    assert len(better) >= 6
    assert all(each.offered.cost.total < wish.cost.total for each in better)
    # Pairs of starts of which one loses at least a cover more: the engine orders them alike.
    pairs = [
        (one.offered.cost.total > two.offered.cost.total)
        for one in found
        for two in found
        if one.lost.mean >= two.lost.mean + 1
    ]
    assert len(pairs) >= 40
    assert sum(pairs) / len(pairs) >= 0.9


@pytest.mark.slow
def test_rollouts_begin_with_the_bookings_holds_and_blocks_of_the_desk() -> None:
    desk = open_desk(sketch_floor({"1": 4, "2": 4, "3": 4, "4": 4}))
    booked(desk, 4, "17:00")
    booked(desk, 4, "19:00", tables=["1"])
    held(desk, 4, "19:00", tables=["2"])
    desk.block(Window(at("18:00"), at("22:00")), tables=["3"], reason="paint")
    before = desk.versions()
    found = rollout_costs(desk, party_size(2), ONE, flexible_minutes=15, rollouts=2)
    # Only table 4 is left, and the later guest wants it.
    assert found.costs[0].offered.quote.plan.tables == ("4",)
    assert lost(found) == {"19:00": 4.0, "18:45": 4.0, "19:15": 4.0}
    assert desk.versions() == before


def test_guests_who_would_have_asked_before_are_left_out() -> None:
    late = ONE.replaced(lead_minutes=60 * 12)
    found = rollout_costs(open_desk(one_table()), party_size(2), late, rollouts=2)
    assert set(lost(found).values()) == {0.0}


def test_a_wish_that_is_taken_has_costs_without_a_difference() -> None:
    desk = open_desk(one_table())
    booked(desk, 4, "19:00")
    found = rollout_costs(desk, party_size(2), ONE, flexible_minutes=120, rollouts=2)
    assert found.offers.wish is None
    assert [each.beyond_wish for each in found] == [None] * len(found)
    assert found.table()["beyond_wish"] == (None,) * len(found)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_costs_and_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    desk = open_desk()
    runs = [
        rollout_costs(
            desk,
            party_size(2),
            LATER,
            rollouts=3,
            seed=5,
            behaviour=Behaviour(hold_seconds=0),
            progress=lambda done, every: told.append((done, every)),
        )
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert told == [(1, 3), (2, 3), (3, 3)] * 2
    assert len(runs[0]) == len(runs[0].table()) == 5
    assert repr(runs[0]) == "<RolloutCosts 5 starts, 3 rollouts, seed 5>"
    assert repr(runs[0].costs[0]).startswith("<RolloutCost 19:00, ")
    html = runs[0]._repr_html_()  # What a notebook calls.
    assert "lost by rollouts" in html
    assert "3 rollouts, seed 5" in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rollouts": 1}, "rollouts: must be a whole number from 2 to 100000"),
        ({"seed": -1}, "seed: "),
        ({"flexible_minutes": 500}, "flexible_minutes: "),
    ],
)
def test_wrong_arguments_name_the_field(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{message}"):
        rollout_costs(open_desk(), party_size(2), ONE, **arguments)


def test_a_wrong_type_names_the_field() -> None:
    with pytest.raises(InvalidInput, match=r"^request: "):
        rollout_costs(open_desk(), 2, ONE)  # type: ignore[arg-type]  # The wrong type.
    with pytest.raises(InvalidInput, match=r"^desk: "):
        rollout_costs(None, BookingRequest(2, NOW), ONE)  # type: ignore[arg-type]  # As above.
    with pytest.raises(InvalidInput, match=r"^demand: "):
        rollout_costs(open_desk(), party_size(2), None)  # type: ignore[arg-type]  # As above.
