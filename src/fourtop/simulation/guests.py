"""The guests of one evening, each drawn from a stream of random numbers of its own."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from itertools import accumulate, pairwise
from random import Random
from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model.booking_rules import WALK_IN
from fourtop.model.calendar import Calendar
from fourtop.model.window import MICROSECONDS_PER_MINUTE, brief_iso
from fourtop.simulation.demand import Demand
from fourtop.simulation.distributions import draw

# The draws of a guest, in this order. A new one goes to the end, so that the others stay as they
# are.
_DRAWS: Final = (
    "channel",
    "party",
    "start",
    "minute",
    "lead",
    "fate",
    "moment",
    "late",
    "stay",
    "close",
    "patience",
    "flexibility",
    "spend",
    "abandon",
)


_DAY_MINUTES: Final = 24 * 60
# Ten years before the start is the earliest request.
_MOST_LEAD_MINUTES: Final = 3_650 * _DAY_MINUTES


@attrs.frozen(repr=False)
class Guest:
    """A party before the house answers: its wishes and its fate.

    Args:
        number: The place in the draws of the evening, from 1; not the order of the requests.
        channel: The channel of the request.
        party_size: The number of people.
        start_us: The wished start, in microseconds; for a walk-in, the time at the door.
        asks_us: The time of the request, in microseconds.
        cancels_us: When it cancels, in microseconds; ``None``: it does not.
        is_no_show: Whether it does not come.
        late_us: How much later than booked it comes, in microseconds; negative: earlier.
        stay: The share of stays (0–1) that are shorter than its own.
        stays_until_close: Whether it stays until its service ends.
        patience_us: How long it waits for a table, in microseconds.
        flexibility: A number (0–1): it takes an alternative with a greater probability.
        spend: The revenue of the party; 0 if unknown.
        abandons: Whether it never confirms a hold.
    """

    number: int
    channel: str
    party_size: int
    start_us: int
    asks_us: int
    cancels_us: int | None = None
    is_no_show: bool = False
    late_us: int = 0
    stay: float = 0.5
    stays_until_close: bool = False
    patience_us: int = 0
    flexibility: float = 0.5
    spend: float = 0.0
    abandons: bool = False

    @property
    def is_walk_in(self) -> bool:
        """Whether it comes to the door without a booking."""
        return self.channel == WALK_IN

    def __repr__(self) -> str:
        fate = "cancels" if self.cancels_us is not None else "no-show" if self.is_no_show else ""
        fate = "abandons" if self.abandons else fate
        start = brief_iso(self.start_us)
        return brief(self, f"{self.number} {self.channel}", f"{self.party_size} at {start}", fate)


def draw_guests(
    demand: Demand, calendar: Calendar, on: date, *, seed: int, evening: int
) -> tuple[Guest, ...]:
    """Draw the guests of an evening, in the order of their requests.

    Each guest has a stream of random numbers that depends on the seed, the number of the evening
    and the number of the guest only. So the n-th guest of an evening is the same whatever the house
    does, and with twice the requests the first half are the guests of before. A local start that
    the clocks skip is the next valid one; one that happens twice is the first. Guests are at most a
    day early or late, and wait at most a day.

    Args:
        demand: The demand.
        calendar: The calendar of the house, for its time zone.
        on: The date.
        seed: The seed of the simulation.
        evening: The number of the evening.

    Raises:
        InvalidInput: If a distribution of your own draws anything but a finite number.
    """
    stream = f"fourtop {seed} {evening}"
    count_draw = _uniform(stream).random()
    count = int(draw("requests", demand.requests_on(on), count_draw) + 0.5)
    guest_draw = _GuestDraw(demand, calendar, on)
    numbers = range(1, count + 1)
    guests = [guest_draw.guest(each, _uniform(f"{stream} {each}")) for each in numbers]
    return tuple(sorted(guests, key=lambda guest: (guest.asks_us, guest.number)))


def _uniform(stream: str) -> Random:
    """Return a stream of uniform numbers; a text seeds it alike on every version of Python."""
    return Random(stream)  # noqa: S311  # Reproducible draws of invented guests; not secret.


class _GuestDraw:
    """Draw guests of one date."""

    def __init__(self, demand: Demand, calendar: Calendar, on: date) -> None:
        self._demand = demand
        instants = [calendar.night_us(on, at) for at, _ in demand.starts]
        # A walk-in comes between its start and the next; with the last one, at that time.
        widths = [max(after - before, 0) for before, after in pairwise(instants)] + [0]
        self._starts = list(zip(instants, widths, strict=True))
        self._start_sums = list(accumulate(demand.start_weights))
        self._parties, weights = zip(*demand.party_weights, strict=True)
        self._party_sums = list(accumulate(weights))
        self._channels, shares = zip(*demand.channels, strict=True)
        self._channel_sums = list(accumulate(shares))
        self._abandon_shares = dict(demand.abandon_shares)

    def guest(self, number: int, rng: Random) -> Guest:
        """Draw one guest."""
        demand, shares = self._demand, {name: rng.random() for name in _DRAWS}
        channel = self._channels[_place(self._channel_sums, shares["channel"])]
        party_size = self._parties[_place(self._party_sums, shares["party"])]
        start_us, width_us = self._starts[_place(self._start_sums, shares["start"])]
        patience = "booked_patience_minutes"
        cancels_us, is_no_show, late_us = None, False, 0
        if channel == WALK_IN:
            start_us += _whole_minutes_us(shares["minute"] * width_us / MICROSECONDS_PER_MINUTE)
            asks_us, patience = start_us, "patience_minutes"
        else:
            lead_us = self._minutes_us("lead_minutes", shares["lead"], _MOST_LEAD_MINUTES)
            asks_us = max(start_us - max(lead_us, 0), 0)
            if shares["fate"] < demand.cancel_share:
                ahead = (start_us - asks_us) / MICROSECONDS_PER_MINUTE
                cancels_us = asks_us + _whole_minutes_us(shares["moment"] * ahead)
            is_no_show = 0 <= shares["fate"] - demand.cancel_share < demand.no_show_share
            late_us = self._minutes_us("late_minutes", shares["late"], _DAY_MINUTES)
        spend = demand.spend_per_cover
        return Guest(
            number=number,
            channel=channel,
            party_size=party_size,
            start_us=start_us,
            asks_us=asks_us,
            cancels_us=cancels_us,
            is_no_show=is_no_show,
            late_us=late_us,
            stay=shares["stay"],
            stays_until_close=shares["close"] < demand.stays.until_close_share,
            patience_us=max(self._minutes_us(patience, shares["patience"], _DAY_MINUTES), 0),
            flexibility=shares["flexibility"],
            spend=0.0
            if spend is None
            else party_size * draw("spend_per_cover", spend, shares["spend"]),
            abandons=shares["abandon"] < self._abandon_shares.get(channel, 0.0),
        )

    def _minutes_us(self, field: str, share: float, most: int) -> int:
        """Draw minutes of a field of the demand, at most so many early or late."""
        minutes = draw(field, getattr(self._demand, field), share)
        return _whole_minutes_us(min(max(minutes, -most), most))


def _place(sums: list[float], share: float) -> int:
    """Return the place that a uniform number hits among weights added up."""
    # Rounding may carry a share just below 1 to the sum itself.
    return min(bisect_right(sums, share * sums[-1]), len(sums) - 1)


def _whole_minutes_us(minutes: float) -> int:
    """Return minutes, rounded down to whole ones, in microseconds."""
    return int(minutes // 1) * MICROSECONDS_PER_MINUTE
