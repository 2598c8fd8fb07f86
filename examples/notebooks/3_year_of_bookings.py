# %% [markdown]
# # A year of bookings
#
# A file of last year's bookings: read it, import it, see how full the house was, and fit a demand
# to ask what comes next. This notebook writes the file itself, with invented guests (seed 7); put
# the name of your own file there instead.

# %%
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import Markdown

from fourtop import Engine, ManualClock, MemoryStore, dump_rows, load_rows, sample
from fourtop.plotting import HeatRow, IntervalRow, heat_map, interval_chart
from fourtop.simulation import (
    Exponential,
    Lognormal,
    Normal,
    Poisson,
    Scenario,
    Stays,
    fit_demand,
    play_evening,
    simulate,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
pub = sample.pub()
year = [date(2029, 1, 1) + timedelta(days) for days in range(365)]

# %% [markdown]
# ## The file
#
# Fridays and Saturdays are busier, guests come late or not at all, and stay as long as they like.

# %%
truth = sample.pub_demand().replaced(
    requests=Poisson(15),
    weekday_factors={"friday": 1.5, "saturday": 1.7, "sunday": 0.8, "monday": 0.7},
    lead_minutes=Exponential(3 * 24 * 60),
    late_minutes=Normal(4, 9, low=-20),
    stays=Stays(Lognormal(1.0, 0.2), of_plan=True),
    no_show_share=0.04,
)
scenario = Scenario(pub, truth, dates=year)
bookings = [
    row for number in range(1, 366) for row in play_evening(scenario, number, seed=7).rows()
]
folder = TemporaryDirectory()
file = Path(folder.name) / "bookings-2029.csv"
dump_rows(bookings, file)
for line in file.read_text("utf-8").splitlines()[:4]:
    print(f"{line[:92]}…")

# %% [markdown]
# ## Read and import it
#
# The import takes all rows or none: a double booking in the file would be named with its lines.

# %%
rows = load_rows(file)
clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
desk = Engine(MemoryStore(clock)).add_restaurant(pub)
report = desk.import_bookings(rows, key="bookings-2029")
print(f"{report.bookings:,} bookings, {report.allocations:,} allocations")
desk.audit()

# %% [markdown]
# A Saturday of that year:

# %%
saturday = next(day for day in year if day >= date(2029, 6, 1) and day.weekday() == 5)
desk.day(saturday)

# %% [markdown]
# ## How full was the house?
#
# Guests at tables, in percent of the 49 seats: the mean of each weekday.

# %%
seats = sum(table.capacity for table in pub.floor.tables)
utilisations = [(day.weekday(), desk.utilisation(day).periods[0]) for day in year]
starts = [f"{18 + half // 2}:{30 * (half % 2):02}" for half in range(7)]


def percent(weekday: int, column: int) -> float:
    """Return the mean use of the seats of a weekday, at a start."""
    found = [
        period.slots[4 + 2 * column].present_covers
        for each, period in utilisations
        if each == weekday
    ]
    return 100 * sum(found) / len(found) / seats


heat_map(
    [
        HeatRow(name, [percent(weekday, column) for column in range(len(starts))])
        for weekday, name in enumerate(WEEKDAYS)
    ],
    starts,
    title="Seats in use, percent",
    row_title="weekday",
    column_title="local time",
)

# %% [markdown]
# ## The demand behind it
#
# Each part is fitted to the rows, with its share, mean and spread, and how well it fits. Guests who
# were refused left no row, so this is the least demand that there was.

# %%
fitted = fit_demand(rows, pub)
fitted

# %% [markdown]
# ## What if more guests come?
#
# The fitted demand again, and more of it: 60 evenings each, seed 8.

# %%
runs = {
    growth: simulate(pub, fitted.demand.scaled(1 + growth / 100), evenings=60, seed=8)
    for growth in (0, 25, 50)
}
interval_chart(
    [
        IntervalRow(f"{growth} % more requests" if growth else "as fitted", e.mean, e.low, e.high)
        for growth, run in runs.items()
        for e in (run.turned_away_percent,)
    ],
    title="Parties turned away",
    unit="%",
    note="60 evenings, each interval 95 %",
)

# %% [markdown]
# ## The finding

# %%
fullest = max(
    (percent(weekday, column), WEEKDAYS[weekday], starts[column])
    for weekday in range(7)
    for column in range(len(starts))
)
more = runs[50].covers.mean / runs[0].covers.mean - 1
Markdown(
    f"The house is fullest on **{fullest[1]} at {fullest[2]}**, with {fullest[0]:.0f} % of its"
    f" seats in use. Half as many requests again bring {more:.0%} more covers, because the"
    f" parties turned away rise from {runs[0].turned_away_percent.text} to"
    f" **{runs[50].turned_away_percent.text} %**."
)
