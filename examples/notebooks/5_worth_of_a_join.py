# %% [markdown]
# # What one join is worth
#
# A join is a place: tables stand so that they can be pushed together. Which of the pub's joins
# earn it, and which new one would?

# %%
from __future__ import annotations

import attrs
from IPython.display import Markdown

from fourtop import sample
from fourtop.plotting import floor_plan
from fourtop.simulation import Scenario, compare, simulate
from fourtop.simulation.studies import worth_of_joins

pub, demand = sample.pub(), sample.pub_demand()
pub.floor

# %% [markdown]
# ## A first look: each join, and two new ones
#
# Each variant changes one join. The same guests come to each of them (30 evenings, seed 2). The
# intervals hold for all variants together, so they are wide: this is the look that finds
# candidates.

# %%
base = Scenario(pub, demand)
new = [("High 4", "Low 4a"), ("Big Bay", "Small Bay")]
study = worth_of_joins(base, new, evenings=30, seed=2)
study

# %% [markdown]
# The dining room's five tables form a clique: if one pair is taken away, others replace it.
#
# ## A closer look
#
# What do *all* joins bring, and what does the best new one? More evenings, other guests (seed 3).

# %%
leader = max(study.effects[: len(new)], key=lambda effect: effect.gain)
pair = next(pair for pair in new if " + ".join(pair) in leader.variant)
ids = [table.id for table in pub.floor.tables if table.number in pair]
floors = {
    "no joins": attrs.evolve(pub.floor, joins=()),
    "as now": pub.floor,
    leader.variant: study.variants[
        [each.name for each in study.variants].index(leader.variant)
    ].scenario.house.floor,
}
floor_plan(floors[leader.variant], highlighted=ids, title=f"The pub with {' + '.join(pair)}")

# %%
runs = {
    name: simulate(attrs.evolve(pub, floor=floor), demand, evenings=100, seed=3)
    for name, floor in floors.items()
}
all_joins = compare(runs["no joins"], runs["as now"])
all_joins

# %% [markdown]
# And the new one:

# %%
one_join = compare(runs["as now"], runs[leader.variant])
one_join

# %% [markdown]
# ## The finding

# %%
worth, more = all_joins.difference("covers"), one_join.difference("covers")
a_week = study.evenings_a_week
shown = "is worth having" if more.low > 0 else "is not shown to be worth anything"
Markdown(
    f"All {len(pub.floor.joins)} joins together bring"
    f" **{a_week * worth.mean:+.0f} ± {a_week * worth.half_width:.0f} covers a week**. One more,"
    f" {' + '.join(pair)}, brings"
    f" **{a_week * more.mean:+.1f} ± {a_week * more.half_width:.1f} covers a week** and"
    f" {shown} ({more.count} evenings of seed 3)."
)
