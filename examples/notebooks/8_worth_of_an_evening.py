# %% [markdown]
# # What an evening is worth
#
# Eight o'clock on a Friday is worth more than half past five. This notebook shows what each start
# costs the pub, and what the ranking of tables, re-seating, a plan of the day and steering bring on
# it. All guests are invented from what the pub measured over 180 days.

# %%
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from IPython.display import Markdown

from fourtop import (
    Actor,
    BookingRequest,
    Calendar,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    Quote,
    SteeringPolicy,
    sample,
)
from fourtop.plotting import (
    BarRow,
    IntervalRow,
    bar_chart,
    cost_strip,
    interval_chart,
    move_chart,
)
from fourtop.simulation import (
    Guest,
    Scenario,
    Uniform,
    demand_forecast,
    draw_guests,
    rollout_costs,
)
from fourtop.simulation.studies import seating_quality

pub = sample.pub()
friday = date(2030, 5, 3)
demand = sample.pub_demand().replaced(
    requests=30,
    channels={"web": 1},
    lead_minutes=Uniform(60, 10 * 60),
    cancel_share=0,
    no_show_share=0,
)


def at(text: str) -> datetime:
    """Return a local time of that Friday."""
    return datetime.fromisoformat(f"{friday}T{text}+01:00")


noon = at("12:00")


def opened(now: datetime = noon) -> Desk:
    """Open the pub with an empty book, at noon of that Friday or earlier."""
    engine = Engine(MemoryStore(ManualClock(now)), ids=CountedIds("b"))
    return engine.add_restaurant(pub, actor=Actor("host", "staff"))


def request_of(guest: Guest) -> BookingRequest:
    """Return what an invented guest asks for."""
    return BookingRequest(guest.party_size, datetime.fromtimestamp(guest.start_us / 1e6, UTC))


# %% [markdown]
# ## When guests ask
#
# The forecast of a Friday: the people that ask for each start, whether or not they fit.

# %%
forecast = demand_forecast(demand, pub)
by_weekday = {weekday.value: starts for weekday, starts in forecast.covers}
bar_chart(
    [BarRow(f"{start:%H:%M}", people) for start, people in by_weekday["friday"]],
    title="Covers expected on a Friday",
    unit="covers",
)

# %% [markdown]
# ## What a start costs
#
# A party of four takes seats that later guests would want. Its cost is the number of covers that
# these guests are expected to lose. The day before the house is empty, and nobody has asked yet.

# %%
empty = opened(noon - timedelta(days=1)).offers(
    BookingRequest(4, at("19:30")), flexible_minutes=180, forecast=forecast
)
cost_strip(empty, title="A party of four in an empty house")

# %% [markdown]
# At noon some guests have booked. Now the tables matter as much as the time. The house says that
# the wish is free, and offers one start that costs less.

# %%
calendar = Calendar(pub.restaurant, pub.policy)
guests = draw_guests(demand, calendar, friday, seed=8, evening=1)
early = [each for each in guests if each.asks_us < noon.timestamp() * 1e6]
late = guests[len(early) :]
desk = opened()
for guest in early:
    if desk.quote(request_of(guest)):
        desk.book(request_of(guest), booking_id=f"guest-{guest.number}")
one = SteeringPolicy("one_better", saves_more_than=0.5)
offers = desk.offers(
    BookingRequest(4, at("19:30")), flexible_minutes=90, forecast=forecast, steering=one
)
offers

# %%
offers.explain()

# %% [markdown]
# ## Are these costs right?
#
# The laboratory plays the rest of the evening with the party at each start, and without it. The
# guests are the same each time.

# %%
rolled = rollout_costs(
    desk, BookingRequest(4, at("19:30")), demand, flexible_minutes=60, rollouts=20, seed=8
)
interval_chart(
    [
        IntervalRow.of(f"{each.offered.clock}, cost {each.offered.cost.total:.1f}", each.lost)
        for each in sorted(rolled, key=lambda each: each.offered.start)
    ],
    title="Covers that later guests lose, by 20 rollouts",
    unit="covers",
    reference=0,
    note="beside each start: its cost by the engine; intervals of 95 %",
)

# %% [markdown]
# The cheap starts are cheap in both. The level differs: here the engine's costs are more than twice
# the loss that the rollouts find. So a threshold such as 0.5 covers is a choice of the house, and
# no promise of so many covers.
#
# ## A no that becomes a yes
#
# The others ask, until one gets a no that a move or two would turn. The quote carries the moves,
# and the booking makes all of them or none.

# %%
quote = None
for guest in late:
    quote = desk.quote(request_of(guest), moves=2)
    if quote and quote.reseating:
        break
    if quote:
        desk.book(request_of(guest), booking_id=f"guest-{guest.number}")
assert isinstance(quote, Quote), "one of the guests needs a move"
move_chart(desk.day(friday), quote, title=f"Room for a party of {guest.party_size}")

# %% [markdown]
# ## The whole day at once
#
# Again it is noon. All others have booked as well, without tables: more than fit. The plan of the
# day gives tables to as many covers as it can, and the extra `optimize` bounds what any plan could
# reach.

# %%
waiting = opened()
for guest in guests:
    has_tables = guest in early and waiting.quote(request_of(guest))
    when = "now" if has_tables else "later"
    waiting.book(request_of(guest), booking_id=f"guest-{guest.number}", tables=when)
plan = waiting.plan_day(friday, optimum=True)
asked = sum(guest.party_size for guest in guests)
print(f"{plan.value} of {asked} covers have tables; {plan.gap_text}")

# %%
move_chart(waiting.day(friday), plan, title="The plan of the day")

# %% [markdown]
# ## What each part brings
#
# The same guests come to the pub on thirty evenings, 25 parties each time, all in advance. Each
# part is measured alone, on a base of its own, and the gains do not add up. Thirty evenings leave
# wide intervals; `fourtop study quality` plays as many as you like.

# %%
scenario = Scenario(pub, demand.replaced(requests=25))
quality = seating_quality(scenario, evenings=30, seed=8)
quality

# %% [markdown]
# ## The finding
#
# Steering shows a guest a better time for the house. It never takes the guest's own time away, and
# it does not look at who asks: a house that offers another time should say that the wish is free.

# %%
wish, better = offers.wish, offers.steered[0]
gains = "; ".join(
    f"{each.name} **{each.effect.text}**"
    + (" (the interval contains 0)" if each.effect.doubt else "")
    for each in quality.gains
)
Markdown(
    f"A table for four at {wish.clock} costs the pub **{wish.cost.total:.1f}** covers, at"
    f" {better.clock} **{better.cost.total:.1f}**. On {quality.evenings} evenings"
    f" ({quality.setting}), each alone: {gains}."
)
