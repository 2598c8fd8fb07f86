# %% [markdown]
# # Rules and their price
#
# Each rule of a house costs covers, or saves some. The same guests come to the pub under each rule,
# so that a small difference shows. All guests have seed 6.

# %%
from __future__ import annotations

from IPython.display import Markdown

from fourtop import sample
from fourtop.plotting import IntervalRow, LineSeries, interval_chart, line_chart
from fourtop.simulation import Scenario
from fourtop.simulation.studies import buffers, minimum_parties, pacing, turn_times

base = Scenario(sample.pub(), sample.pub_demand())
base.demand

# %% [markdown]
# ## One stay for all
#
# The pub plans 90 to 150 minutes, by party size. What would a flat 120 cost? The guests stay as
# long as before.

# %%
EVENINGS = 70
flat = turn_times(base, [120], evenings=EVENINGS, seed=6)
flat

# %% [markdown]
# ## A quarter of an hour to clear the table

# %%
clearing = buffers(base, [15], evenings=EVENINGS, seed=6)
clearing

# %% [markdown]
# ## Big tables for four people or more

# %%
big = minimum_parties(base, [4], seats_from=6, evenings=EVENINGS, seed=6)
big

# %% [markdown]
# ## A pace for the kitchen
#
# At most so many people may sit down in a quarter of an hour.

# %%
paced = pacing(base, [6, 10, 14], evenings=EVENINGS // 2, seed=6)
caps = [(each.variant, each.variant.split()[0]) for each in paced.effects]
caps.append((paced.base.name, "no limit"))
values = [paced.value(name) for name, _ in caps]
line_chart(
    [LineSeries("covers", [e.mean for e in values], intervals=[(e.low, e.high) for e in values])],
    [label for _, label in caps],
    title="Covers by the pace of the kitchen",
    x_title="covers that may sit down in 15 minutes",
    y_title="covers a week",
)

# %% [markdown]
# ## All of them

# %%
effects = {
    "one stay of 120 minutes": flat.effects[0],
    "a buffer of 15 minutes": clearing.effects[0],
    "big tables for 4 or more": big.effects[0],
}
interval_chart(
    [
        IntervalRow(name, each.alone.mean, each.alone.low, each.alone.high)
        for name, each in effects.items()
    ],
    title="The price of rules at the pub",
    unit="covers a week",
    reference=0,
    note=f"{EVENINGS} evenings with the same guests, each interval 95 %",
)

# %% [markdown]
# ## The finding

# %%
dearest = min(effects, key=lambda name: effects[name].alone.mean)
unclear = [name for name, each in effects.items() if not each.alone.excludes_zero]
rest = f" Not told from 0: {', '.join(unclear)}." if unclear else ""
Markdown(
    "; ".join(f"{name}: **{each.alone.signed_text}**" for name, each in effects.items())
    + f" covers a week. The dearest rule is **{dearest}**.{rest}"
)
