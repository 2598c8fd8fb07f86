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
from fourtop.simulation import Demand, Poisson, Scenario, compare, simulate
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
# Its guests: 16 requests an evening, some of them for large parties.

# %%
demand = Demand(
    Poisson(16),
    {1: 1, 2: 9, 3: 3, 4: 4, 5: 3, 6: 4, 7: 3, 8: 3},
    {"18:00": 2, "18:30": 3, "19:00": 4, "19:30": 4, "20:00": 3, "20:30": 1},
)
demand

# %% [markdown]
# ## Each join, and three new ones
#
# Each variant changes one join. The same guests come to each of them (150 evenings, seed 2), and
# the intervals hold for all variants together. A week has seven evenings.

# %%
candidates = [("3", "4"), ("6", "7"), ("7", "8")]
study = worth_of_joins(Scenario(house, demand), candidates, evenings=150, seed=2)
study

# %% [markdown]
# The same in sentences:

# %%
Markdown("\n".join(f"- {sentence}" for sentence in study.sentences.values()))

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
# it; without any join, large parties have no table (60 evenings, seed 3).

# %%
pub, pub_demand = sample.pub(), sample.pub_demand()
pair = pub.floor.joins[0]
floors = {
    "as now": pub.floor,
    "without one": pub.floor.without_join(pair.tables),
    "without all": attrs.evolve(pub.floor, joins=()),
}
runs = {
    name: simulate(attrs.evolve(pub, floor=each), pub_demand, evenings=60, seed=3)
    for name, each in floors.items()
}
compare(runs["as now"], runs["without all"])

# %% [markdown]
# ## The finding

# %%
is_shown = study.effect(first.variant).is_established
verdict = "worth having" if is_shown and first.gain > 0 else "not shown to be worth having"
dearest = study.ranking[-1]
one, every = (
    compare(runs["as now"], runs[name]).difference("covers")
    for name in ("without one", "without all")
)
Markdown(
    f"At The Corner, “{first.variant}” brings **{first.text}**: it is {verdict}."
    f" “{dearest.variant}” would bring **{dearest.text}**. At the pub, “without"
    f" {' + '.join(pub.floor.labels[each] for each in sorted(pair.tables))}” changes"
    f" {one.signed_text} covers an evening, and without all {len(pub.floor.joins)} joins it is"
    f" **{every.signed_text}**."
)
