# %% [markdown]
# # Testing a service of your own
#
# Your service books tables: it asks, charges a card, confirms. Does it survive a Friday? The
# simulator plays one against it, with late, early and absent guests, walk-ins, and parties that sit
# too long. `fourtop.testing` needs no server.

# %%
from __future__ import annotations

from collections import Counter

from IPython.display import Markdown

from fourtop import Booking, BookingRequest, Desk, HoldExpired, Refused
from fourtop.plotting import BarRow, bar_chart
from fourtop.testing import SimulatedEvening
from fourtop.testing.demands import rush
from fourtop.testing.floors import a_house, banquette

# %% [markdown]
# ## Three lines
#
# The code under test takes a desk and a request. It returns the booking, or lets `Refused` pass.


# %%
def plain_service(desk: Desk, request: BookingRequest) -> Booking:
    """Hold a table, charge the card, confirm."""
    hold = desk.hold(request)
    return desk.confirm(hold.id)


friday = SimulatedEvening(seed=3)
result = friday.play(book=plain_service)
assert friday.desk.audit().is_clean
result

# %% [markdown]
# The evening that your service has made:

# %%
friday.desk.day(friday.on)

# %% [markdown]
# ## A fault, found
#
# This service picks the tables itself: the first table with enough seats. It never looks at joined
# tables, and it asks once.


# %%
def naive_service(desk: Desk, request: BookingRequest) -> Booking:
    """Take the first table with enough seats."""
    floor = desk.house().floor
    fitting = [table for table in floor.tables if table.capacity >= request.party_size]
    chosen = [fitting[0].id] if fitting else []
    return desk.book(BookingRequest(request.party_size, request.start, tables=chosen))


services = {"plain": plain_service, "naive": naive_service}
played = {name: SimulatedEvening(seed=3).play(book=each) for name, each in services.items()}
bar_chart(
    [
        BarRow(f"{name}: {label}", count, is_marked=name == "naive")
        for name, each in played.items()
        for label, count in (("covers", each.covers), ("refusals", each.refused))
    ],
    title="The same Friday, two services",
    unit="covers, parties",
    note="blue: the naive service",
)

# %% [markdown]
# The engine kept the promise that matters, even for the naive service: no table was booked twice.
#
# ## A slow payment page
#
# With an interface of its own, your service takes the requests one by one, and the test moves the
# clock. A hold lives for three minutes; every fourth guest takes three and a half to pay.

# %%
evening = SimulatedEvening(seed=3)
answers: Counter[str] = Counter()
for number, request in enumerate(evening.requests()):
    if request.channel == "walk_in":
        continue
    try:
        hold = evening.online.hold(request)
        evening.clock.advance(seconds=60 if number % 4 else 210)
        evening.online.confirm(hold.id)
        answers["confirmed"] += 1
    except HoldExpired:
        answers["paid, and the hold had expired"] += 1
    except Refused as refused:
        answers[refused.refusal.code.value] += 1
bar_chart(
    [BarRow(answer, count) for answer, count in sorted(answers.items())],
    title="Answers to the guests of a Friday",
    unit="requests",
    note="every fourth payment takes 210 seconds, the others 60",
)

# %% [markdown]
# ## A rush, on a floor of your own
#
# Everybody asks at once for 19:00. The floors and demands of `fourtop.testing` have any size.

# %%
house = a_house(banquette(12))
house.floor

# %%
crowd = SimulatedEvening(house, rush(60), seed=3)
rushed = crowd.play(book=plain_service)
crowd.desk.day(crowd.on)

# %% [markdown]
# ## The finding

# %%
lost = played["plain"].covers - played["naive"].covers
late = answers["paid, and the hold had expired"]
Markdown(
    f"The naive service seats **{lost} covers fewer** than the engine's choice on the same Friday."
    f" Slow payments lose **{late} of {sum(answers.values())}** bookings. In the rush"
    f" {rushed.parties} of {rushed.requests} parties sit, and the audit finds"
    f" {len(crowd.desk.audit().overlaps)} overlaps."
)
