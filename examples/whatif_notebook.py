"""Which tables are worth joining? A notebook as a script: each part between ``# %%`` is a cell."""

# %% A floor in one line, and the same with other joins
from __future__ import annotations

from datetime import UTC, date, datetime

import attrs

from fourtop import (
    BookingRequest,
    Desk,
    Engine,
    Floor,
    Join,
    ManualClock,
    MemoryStore,
    Quote,
    Weights,
    sample,
)

house = sample.pub()
floor = house.floor
plans = {
    "today": floor,
    "no joins at all": attrs.evolve(floor, joins=()),
    "the bays joined": floor.with_join(Join(("big-bay", "small-bay"), seat_loss=1)),
    "High 4 with Low 4a": floor.with_join(Join(("high-4", "low-4a"))),
}


def desk_of(floor: Floor, **weights: float) -> Desk:
    """Open the pub with another floor, and perhaps other weights, in a store of its own."""
    planning = attrs.evolve(house.policy.planning, weights=Weights(**weights))
    policy = attrs.evolve(house.policy, planning=planning)
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    return Engine(MemoryStore(clock)).add_restaurant(
        attrs.evolve(house, floor=floor, policy=policy)
    )


# %% How many parties of each size could sit down at seven, one after the other?
sizes = (4, 6, 8, 9, 10, 12)
print(f"{'':<20}" + "".join(f"{size:>4}" for size in sizes))
for name, each in plans.items():
    slots = desk_of(each).availability(date(2026, 5, 1), sizes, at="2026-05-01T19:00").slots
    print(f"{name:<20}" + "".join(f"{slot.spots:>4}" for slot in slots))

# %% Why this table? Change a weight, and look at the score
five = BookingRequest(5, datetime(2026, 5, 1, 18, tzinfo=UTC))
for note, changed in (
    ("as it is", {}),
    ("rare tables stay free", {"scarcity": 5}),
    ("empty hours do not count", {"idle_time": 0}),
):
    quote = desk_of(floor, **changed).quote(five)
    assert isinstance(quote, Quote)
    terms = ", ".join(f"{term.name} {term.cost:g}" for term in quote.plan.score.terms if term.cost)
    print(f"{note}: {' + '.join(quote.plan.tables)} ({terms or 'costs nothing'})")
