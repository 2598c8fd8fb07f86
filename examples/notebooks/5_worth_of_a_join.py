# %% [markdown]
# # What one join is worth
#
# Two tables that can be pushed together need room and furniture. Which joins of a small house earn
# it, and which new one would?

# %%
from __future__ import annotations

import attrs
from IPython.display import Markdown

from fourtop import sample, sketch_floor, sketch_house
from fourtop.plotting import floor_plan
from fourtop.simulation import Demand, Normal, Poisson, Scenario, compare, simulate
from fourtop.simulation.studies import worth_of_joins

floor = sketch_floor(
    {"1": 2, "2": 2, "3": 2, "4": 2, "5": 4, "6": 4, "7": 4, "8": 4},
    joins=["1-2", "5-6"],
)
house = sketch_house(
    "The Corner",
    floor,
    timezone="Europe/Vienna",
    periods={"dinner": "17:30-23:30"},
    turn_minutes={2: 90, 4: 105, None: 120},
)
floor

# %% [markdown]
# Its guests: 16 requests an evening, some of them for large parties. They pay about 32 each.

# %%
demand = Demand(
    Poisson(16),
    {1: 1, 2: 9, 3: 3, 4: 5, 5: 2, 6: 3, 8: 2},
    {"18:00": 2, "18:30": 3, "19:00": 4, "19:30": 4, "20:00": 3, "20:30": 1},
    spend_per_cover=Normal(32, 9, low=8),
)
demand

# %% [markdown]
# ## Each join, and three new ones
#
# Each variant changes one join. The same guests come to each of them (120 evenings, seed 2), and
# the intervals hold for all variants together. A week has seven evenings.

# %%
candidates = [("3", "4"), ("6", "7"), ("7", "8")]
study = worth_of_joins(Scenario(house, demand), candidates, evenings=120, seed=2)
study

# %% [markdown]
# The same variants in money, and how many evenings each of them changes at all:

# %%
study.table("revenue")

# %% [markdown]
# The floor with the best one:

# %%
first = study.ranking[0]
chosen = next(each for each in study.variants if each.name == first.variant)
floor_plan(
    chosen.scenario.house.floor,
    highlighted=[each.id for each in floor.tables if each.number in first.variant.split()],
    title=f"The Corner: {first.variant}",
)

# %% [markdown]
# ## When one join is worth nothing
#
# The pub's five dining tables can all be pushed together. If one pair is taken away, others replace
# it; without any join, large parties have no table (80 evenings, seed 3).

# %%
pub, pub_demand = sample.pub(), sample.pub_demand()
pair = pub.floor.joins[0]
floors = {
    "as now": pub.floor,
    "without one": pub.floor.without_join(pair.tables),
    "without all": attrs.evolve(pub.floor, joins=()),
}
runs = {
    name: simulate(attrs.evolve(pub, floor=each), pub_demand, evenings=80, seed=3)
    for name, each in floors.items()
}
compare(runs["as now"], runs["without all"])

# %% [markdown]
# ## The finding

# %%
verdict = "worth having" if study.best is chosen else "not shown to be worth having"
one, every = (
    compare(runs["as now"], runs[name]).difference("covers")
    for name in ("without one", "without all")
)
Markdown(
    f"At The Corner, “{first.variant}” brings **{first.text}** ({first.joint.count} evenings): it is"
    f" {verdict}. At the pub, a single join taken away costs {-one.mean:.2f} ± {one.half_width:.2f}"
    f" covers an evening, and all {len(pub.floor.joins)} of them"
    f" **{-every.mean:.1f} ± {every.half_width:.1f}**."
)
