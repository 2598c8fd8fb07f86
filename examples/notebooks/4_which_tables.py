# %% [markdown]
# # Which tables to buy
#
# A room for 80 seats, and tables for 2, 4, 6 or 8. Which mix earns most? The problem "table
# allocation" comes from the library SimOpt. Parties come at random, take the smallest free table
# that fits, or leave at once.
#
# All seeds are stated, and each mix gets the same guests, evening by evening.

# %%
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import fmean

from IPython.display import Markdown

from fourtop.plotting import IntervalRow, interval_chart
from fourtop.simulation import Estimate, SearchTerms, TidyTable, search
from fourtop.simulation.estimates import difference_of, mean_of
from fourtop.simulation.table_allocation import (
    DEFAULT_MIX,
    TABLE_SEATS,
    TableAllocation,
    table_mixes,
)

dict(zip(TABLE_SEATS, DEFAULT_MIX, strict=True))

# %% [markdown]
# ## The published clock, and the right one
#
# The published code adds a party's stay to the time at which its table became free *before*. A
# table that stood idle is then free again too early. How much does that flatter the room? The
# notebook measures it again, beside the figures of others from 4,000 evenings.

# %%
EVENINGS = 2_000
of_others = {
    "3 hours, published clock": (3055.9, 12.9),
    "3 hours, right clock": (2857.4, 10.9),
    "5 hours, published clock": (5083.6, 16.9),
    "5 hours, right clock": (4659.0, 13.9),
}


def revenue(problem: TableAllocation, *, seed: int) -> Estimate:
    """Return the mean revenue of the default mix, with its interval of 95 %."""
    return mean_of(problem.revenues(DEFAULT_MIX, range(1, EVENINGS + 1), seed=seed))


clocks = {
    f"{hours} hours, {name}": revenue(TableAllocation(hours, has_published_clock=fault), seed=12)
    for hours in (3, 5)
    for name, fault in (("published clock", True), ("right clock", False))
}
rows = []
for name, each in clocks.items():
    mean, half_width = of_others[name]
    rows += [
        IntervalRow(name, each.mean, each.low, each.high),
        IntervalRow("the same, of others", mean, mean - half_width, mean + half_width),
    ]
interval_chart(
    rows,
    title="Revenue of the default mix",
    unit="revenue an evening",
    note=f"{EVENINGS:,} evenings, seed 12, each interval 95 %",
)

# %%
flattery = 100 * (clocks["3 hours, published clock"].mean / clocks["3 hours, right clock"].mean - 1)
Markdown(f"On three hours the published clock shows **{flattery:.1f} %** more than the right one.")

# %% [markdown]
# ## Every mix of 80 seats
#
# A race: all mixes play the same evenings, and a mix leaves once it is proven not to be better than
# the leader by more than the gap. The gap is one percent of the default revenue. A room with more
# than 19 tables for two is no candidate.

# %%
usual = TableAllocation(3)
mixes = [mix for mix in table_mixes(80) if mix[0] <= 19]
base = fmean(usual.revenues(DEFAULT_MIX, range(1, 201), seed=12))
terms = SearchTerms(gap=0.01 * base)
with ThreadPoolExecutor(1) as executor:
    found = search(partial(usual.revenues, seed=12), mixes, terms, executor=executor)
Markdown(f"{found.sentence} It took {found.evenings:,} evenings for {len(mixes)} mixes.")

# %% [markdown]
# The first ten:

# %%
best = found.standings[:10]
TidyTable(
    {
        **{
            f"for {seats}": [each.candidate[place] for each in best]
            for place, seats in enumerate(TABLE_SEATS)
        },
        "evenings": [each.evenings for each in best],
        "revenue": [round(each.mean) for each in best],
        "difference": [round(each.difference, 1) for each in best],
    },
    "Mixes by revenue",
)

# %% [markdown]
# ## On fresh evenings, and at twice the demand
#
# The winner was chosen by its own evenings, so other evenings judge it (seed 13). Then the room
# fills: twice as many guests.

# %%
FRESH_EVENINGS = 1_000
twice = TableAllocation(3, demand=2)


def gain(problem: TableAllocation, mix: tuple[int, ...]) -> tuple[Estimate, float]:
    """Return what a mix earns more than the default mix on fresh evenings, and in percent."""
    evenings = range(1, FRESH_EVENINGS + 1)
    first, second = (problem.revenues(each, evenings, seed=13) for each in (DEFAULT_MIX, mix))
    return difference_of((first, None), (second, None)), 100 * (fmean(second) / fmean(first) - 1)


with ThreadPoolExecutor(1) as executor:
    rush = search(partial(twice.revenues, seed=12), mixes, terms, executor=executor)
chosen = {"best mix": found.best, "best mix of the rush": rush.best}
gains = {
    (mix, load): gain(problem, tables)
    for mix, tables in chosen.items()
    for load, problem in (("usual demand", usual), ("twice the demand", twice))
}
interval_chart(
    [
        IntervalRow(f"{chosen[mix]}, {load}", each.mean, each.low, each.high)
        for (mix, load), (each, _) in gains.items()
    ],
    title=f"Gain over the default mix {DEFAULT_MIX}",
    unit="revenue an evening",
    reference=0,
    note=f"{FRESH_EVENINGS:,} fresh evenings, seed 13, each interval 95 %",
)

# %% [markdown]
# ## The finding

# %%
at_usual, at_twice = (gains["best mix", load] for load in ("usual demand", "twice the demand"))
best_at_twice = gains["best mix of the rush", "twice the demand"]
verdict = "survives" if at_twice[0].low > 0 else "does not survive"
Markdown(
    f"The mix {found.best} earns **{at_usual[1]:+.1f} %** against {DEFAULT_MIX}"
    f" ({at_usual[0].signed_text} an evening). It **{verdict}** twice the demand: there it earns"
    f" {at_twice[1]:+.1f} % ({at_twice[0].signed_text}), and {rush.best}, the best mix of the rush,"
    f" {best_at_twice[1]:+.1f} %."
)
