# %% [markdown]
# # First steps
#
# A small restaurant, from its floor to a full evening. Every value draws itself: put its name at
# the end of a cell.

# %%
from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from IPython.display import Markdown

from fourtop import (
    BookingRequest,
    CountedIds,
    Engine,
    ManualClock,
    MemoryStore,
    Refused,
    sketch_floor,
    sketch_house,
)
from fourtop.simulation import Demand, simulate

# %% [markdown]
# ## The floor
#
# Seats per table, and the pairs of tables that can be pushed together.

# %%
floor = sketch_floor(
    {"1": 2, "2": 2, "3": 4, "4": 4, "Bay": (6, "Bar")},
    joins=["1-2", "3-4"],
)
floor

# %% [markdown]
# ## A quote
#
# The house opens at 17:00, and couples stay 90 minutes. A manual clock stands still, so this
# notebook gives the same answers whenever you run it. A quote takes nothing; it shows the tables
# that a party would get.

# %%
house = sketch_house(
    "The Corner",
    floor,
    timezone="Europe/London",
    periods={"dinner": "17:00-23:00"},
    turn_minutes={2: 90, 4: 105, None: 120},
)
friday = date(2026, 5, 1)


def at(text: str) -> datetime:
    """Return a local time of the Friday."""
    return datetime.fromisoformat(f"{friday}T{text}").replace(tzinfo=ZoneInfo("Europe/London"))


clock = ManualClock(at("15:00"))
desk = Engine(MemoryStore(clock), ids=CountedIds("n")).add_restaurant(house)
desk.quote(BookingRequest(7, at("19:00")))

# %% [markdown]
# ## Bookings
#
# A hold keeps tables while a guest types; its confirmation is a booking. `book` does both in one
# step.

# %%
hold = desk.hold(BookingRequest(7, at("19:00")))
booking = desk.confirm(hold.id, key="click-1")
booking

# %%
for party_size, time in ((2, "18:00"), (6, "18:30"), (2, "19:15"), (4, "20:45"), (3, "17:15")):
    desk.book(BookingRequest(party_size, at(time)))
desk.day(friday)

# %% [markdown]
# ## A no
#
# A refusal names the parties that have the tables, and says how far it is proven.

# %%
refusal = desk.quote(BookingRequest(5, at("19:00")))
refusal

# %% [markdown]
# Availability shows every start of the date at once.

# %%
desk.availability(friday, (2, 4, 5, 7))

# %% [markdown]
# ## Fill the evening
#
# How many couples still fit? Book at each start until the engine says no.

# %%
before = len(desk.list_bookings())
for slot in desk.availability(friday, 2).slots:
    try:
        while True:
            desk.book(BookingRequest(2, slot.start))
    except Refused:
        continue
couples = len(desk.list_bookings()) - before
desk.utilisation(friday)

# %% [markdown]
# ## Many evenings
#
# The simulator sends made-up guests to the same engine. Seed 1 gives the same guests each time.

# %%
demand = Demand(
    7,
    {2: 5, 3: 2, 4: 3, 6: 1, 7: 1},
    {"18:00": 1, "18:30": 2, "19:00": 3, "19:30": 3, "20:00": 2, "20:30": 1},
)
evenings = simulate(house, demand, evenings=60, seed=1)
evenings

# %% [markdown]
# ## The finding

# %%
Markdown(
    f"After {before} parties, **{couples} couples** still fit on that Friday. With"
    f" {demand.requests.expected:.0f} requests an evening, The Corner seats"
    f" **{evenings.covers.text} covers** and turns away"
    f" **{evenings.turned_away_percent.text} %** of the parties."
)
