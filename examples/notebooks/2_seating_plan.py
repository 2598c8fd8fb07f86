# %% [markdown]
# # Exploring a seating plan: the pub
#
# A real pub: ten tables, a dining room whose five tables can all be pushed together, and bays that
# cannot. What can this floor seat, and where does it end?

# %%
from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
from IPython.display import Markdown

from fourtop import BookingRequest, Desk, Engine, Floor, ManualClock, MemoryStore, sample
from fourtop.plotting import IntervalRow, LineSeries, floor_plan, interval_chart, line_chart
from fourtop.simulation import (
    Scenario,
    evening_profile,
    play_evening,
    simulate,
    turned_away_by_size,
)

pub = sample.pub()
pub.floor

# %% [markdown]
# ## How many parties of each size sit at once?
#
# `availability` counts the parties that could sit down at 19:00, one after the other. Compare the
# floor with itself without any join.

# %%
friday, seven = date(2026, 5, 1), "2026-05-01T19:00"
sizes = (2, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 26, 27)


def opened(floor: Floor) -> Desk:
    """Open the pub with a floor, in a store of its own."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    return Engine(MemoryStore(clock)).add_restaurant(attrs.evolve(pub, floor=floor))


def spots(floor: Floor) -> dict[int, int]:
    """Return the number of parties of each size that an empty floor seats at seven."""
    slots = opened(floor).availability(friday, sizes, at=seven).slots
    return {slot.party_size: slot.spots for slot in slots}


joined, single = spots(pub.floor), spots(attrs.evolve(pub.floor, joins=()))
line_chart(
    [
        LineSeries("with joins", [joined[size] for size in sizes]),
        LineSeries("without joins", [single[size] for size in sizes]),
    ],
    [str(size) for size in sizes],
    title="Parties of one size that sit at 19:00",
    x_title="people in each party",
    y_title="parties",
)

# %% [markdown]
# ## Which tables for whom?
#
# The score of a plan is in seat-minutes, and the lowest wins. It counts the seats left over and the
# further tables for the time of the stay, the joins that the plan closes, and the idle time beside
# the stay.

# %%
desk = opened(pub.floor)
quote = desk.quote(BookingRequest(9, datetime.fromisoformat(f"{seven}+01:00")))
quote

# %% [markdown]
# The same plan on the floor:

# %%
floor_plan(pub.floor, highlighted=quote.plan, title="A party of nine at 19:00")

# %% [markdown]
# And the largest party:

# %%
largest = max(size for size, count in joined.items() if count)
print(f"largest party: {largest}")
desk.quote(BookingRequest(largest + 1, datetime.fromisoformat(f"{seven}+01:00")))

# %% [markdown]
# ## An evening
#
# Evening 5 of seed 1: the guests are invented from what the pub measured over 180 days; every
# seating is a command of the engine.

# %%
scenario = Scenario(pub, sample.pub_demand())
played = play_evening(scenario, 5, seed=1)
played.desk.day(played.result.on)

# %% [markdown]
# ## Which tables are busy?

# %%
run = simulate(pub, sample.pub_demand(), evenings=80, seed=1)
profile = evening_profile(run)
profile

# %%
profile.guest_picture()

# %% [markdown]
# ## Whom does the pub turn away?

# %%
by_size = turned_away_by_size(run)
interval_chart(
    [
        IntervalRow(f"{size} people", each.mean, max(0, each.low), min(100, each.high))
        for size, each in by_size.items()
        if each.half_width < 50
    ],
    title="Parties that got no table",
    unit="%",
    note=f"{len(run)} evenings, each interval 95 %",
)

# %% [markdown]
# ## The finding

# %%
worst = max(by_size, key=lambda size: by_size[size].low)
Markdown(
    f"Joins let **{joined[9]} parties of nine** sit at once; without joins"
    f" **{single[9] or 'none'}** can. On {len(run)} evenings the pub turns away"
    f" **{run.turned_away_percent.text} %** of its parties; of those with {worst} people it is"
    f" **{by_size[worst].text} %**."
)
