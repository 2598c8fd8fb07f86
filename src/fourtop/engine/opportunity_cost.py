"""Opportunity cost: the covers that later guests are expected to lose if a party gets a start.

Both estimators add two parts. The first is the price of the seats while the party sits. The second
is the cost of its tables in seat-minutes, of which 105 are about one cover. With ``party`` people,
a mean over their stay in slots of 15 minutes, and a stay in turns of 105 minutes, the first is

- with a forecast:
  2 × party × turns × mean(min(1, (seats taken + seats still expected) / seats)²)
- without one: 3 × party × turns × mean(seats taken / seats)

The factors were fitted to paired simulated evenings of a pub of 49 seats. The idea of a price for
each unit of capacity, and a refusal value below it, is bid-price control: K. Talluri and G. van
Ryzin, The Theory and Practice of Revenue Management (2004), chapter 3.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Self

from fourtop.engine.admission import Admission, in_empty_house
from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Party
from fourtop.errors import Refusal
from fourtop.model.calendar import Calendar
from fourtop.model.forecast import DemandForecast
from fourtop.model.opportunity_cost import Costs, OpportunityCost
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import Weights
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Need

SLOT_MINUTES: Final = 15
TURN_MINUTES: Final = 105
SEAT_MINUTES_PER_COVER: Final = 105
_FORECAST_FACTOR: Final = 2.0
_OCCUPANCY_FACTOR: Final = 3.0
_ALL_LOADED: Final = "the windows and counts of every service of the date are loaded"
_SLOT_US: Final = SLOT_MINUTES * MICROSECONDS_PER_MINUTE


def price_by_forecast(taken: float, expected: float, seats: float) -> float:
    """Return the price of a seat (0–1) from the seats taken and still expected, of all seats."""
    return min(1.0, (taken + expected) / seats) ** 2


def price_by_occupancy(taken: float, seats: float) -> float:
    """Return the price of a seat (0–1) from the seats taken, of all seats."""
    return taken / seats


def displaced_by_forecast(party_size: int, priced_minutes: float) -> float:
    """Return the covers that a party displaces.

    Args:
        party_size: The number of people.
        priced_minutes: The minutes of the stay, each times its price by ``price_by_forecast``.
    """
    return _FORECAST_FACTOR * party_size * priced_minutes / TURN_MINUTES


def displaced_by_occupancy(party_size: int, priced_minutes: float) -> float:
    """Return the covers that a party displaces, by the prices of ``price_by_occupancy``."""
    return _OCCUPANCY_FACTOR * party_size * priced_minutes / TURN_MINUTES


def seat_minutes(plan: Plan, stay: Stay, weights: Weights) -> float:
    """Return the cost of a plan in seat-minutes.

    That is its score without the parties that it starves, if the house ranks plans by the evening.
    Other weights may be in another unit: then it is the seats over and the further tables, times
    the stay.
    """
    if weights.sees_evening:
        return plan.score.total - plan.score.cost("parties_starved")
    return _minutes(stay.occupied) * (plan.slack + len(plan.tables) - 1)


def slots_of(window: Window) -> list[Window]:
    """Return the slots of a window, in order; the last one may be shorter."""
    starts = range(window.start_us, window.end_us, _SLOT_US)
    return [Window.of_micros(each, min(each + _SLOT_US, window.end_us)) for each in starts]


class ExpectedSeats:
    """The seats of a service date that guests are still expected to take.

    Args:
        forecast: The forecast.
        calendar: The calendar of the house.
        on: The service date.
        now_us: The present time, in microseconds.
    """

    def __init__(self, forecast: DemandForecast, calendar: Calendar, on: date, now_us: int) -> None:
        stay_us = forecast.stay_minutes * MICROSECONDS_PER_MINUTE
        self._sittings: list[tuple[Window, float]] = []
        for at, covers in forecast.starts_on(on):
            start_us = calendar.night_us(on, at)
            share = forecast.share_to_come((start_us - now_us) / MICROSECONDS_PER_MINUTE)
            if covers * share:
                window = Window.of_micros(start_us, start_us + stay_us)
                self._sittings.append((window, covers * share))

    def within(self, window: Window) -> float:
        """Return the seats still expected in a window, on average over it."""
        total = sum(covers * _shared_us(each, window) for each, covers in self._sittings)
        return total / (window.end_us - window.start_us)


class CostModel:
    """The cost of a party at any start of a date, at one view.

    A start costs O(slots of the stay × starts of the forecast), and one look-up of the tables
    taken for each slot that no start before it had.

    Args:
        admission: The view covers the stays. Its released owners count as free.
        expected: The seats still expected; ``None``: the cost follows from the seats taken.
    """

    def __init__(self, admission: Admission, expected: ExpectedSeats | None) -> None:
        self._view, self._released = admission.view, admission.released.owners
        self._weights = admission.compiled.house.policy.planning.weights
        self._expected = expected
        self._seats_of = [
            (1 << place, table.capacity)
            for place, table in enumerate(admission.compiled.house.floor.tables)
            if table.is_offered
        ]
        # A house may have no table on offer; staff can name the others.
        self._seats = sum(capacity for _, capacity in self._seats_of) or 1
        self._slots: dict[Window, tuple[float, float]] = {}

    def cost(
        self, party_size: int, placed: tuple[Plan, Stay], at_best: tuple[Plan, Stay]
    ) -> OpportunityCost:
        """Return the cost of a party.

        Args:
            party_size: The number of people.
            placed: Its tables and its stay.
            at_best: Its tables and its stay in an empty house.
        """
        window = placed[1].occupied
        priced, demand = 0.0, 0.0
        for slot in slots_of(window):
            minutes, (price, wanted) = _minutes(slot), self._valued(slot)
            priced += minutes * price
            demand += minutes * wanted
        displaced = displaced_by_forecast if self._expected is not None else displaced_by_occupancy
        wasted = seat_minutes(*placed, self._weights) - seat_minutes(*at_best, self._weights)
        return OpportunityCost(
            displaced(party_size, priced),
            wasted / SEAT_MINUTES_PER_COVER,
            100 * demand / _minutes(window),
        )

    def _valued(self, slot: Window) -> tuple[float, float]:
        """Return the price of a seat in a slot, and the seats taken or expected, of all."""
        found = self._slots.get(slot)
        if found is None:
            mask = self._view.busy_mask(slot, self._released)
            taken = sum(capacity for bit, capacity in self._seats_of if mask & bit)
            if self._expected is None:
                price, wanted = price_by_occupancy(taken, self._seats), float(taken)
            else:
                expected = self._expected.within(slot)
                price = price_by_forecast(taken, expected, self._seats)
                wanted = taken + expected
            found = self._slots[slot] = (price, wanted / self._seats)
        return found


class StartCosts:
    """The costs of parties at starts of any date, at one view.

    Args:
        admission: The view covers all that the checks of the parties read.
        forecast: The demand that is expected; ``None``: the costs follow from the seats taken.
    """

    def __init__(self, admission: Admission, forecast: DemandForecast | None) -> None:
        self._admission = admission
        self._empty = in_empty_house(admission)
        self._forecast = forecast
        self._models: dict[date, CostModel] = {}

    @classmethod
    def asked(cls, admission: Admission, costs: Costs) -> Self | None:
        """Return the costs that a read is asked for; ``None``: none."""
        if costs is False:
            return None
        return cls(admission, None if costs is True else costs)

    def find(self, party: Party) -> OpportunityCost | None:
        """Return the cost of a party at its best tables; ``None``: it is refused."""
        seating = self._admission.admit(party)
        assert not isinstance(seating, Need), _ALL_LOADED
        if isinstance(seating, Refusal):
            return None
        return self.cost(party, seating.plan, seating.stay)

    def cost(self, party: Party, plan: Plan, stay: Stay) -> OpportunityCost:
        """Return the cost of a party at some tables for a stay."""
        placed = at_best = (plan, stay)
        seating = self._empty.admit(party)
        # With more tables to try, the search may end at its bound. Then no better tables are known.
        if isinstance(seating, Seating):
            at_best = (seating.plan, seating.stay)
        return self._model_of(stay.service_date).cost(party.party_size, placed, at_best)

    def _model_of(self, on: date) -> CostModel:
        model = self._models.get(on)
        if model is None:
            expected = None
            if self._forecast is not None:
                calendar, now_us = self._admission.compiled.calendar, self._admission.view.now_us
                expected = ExpectedSeats(self._forecast, calendar, on, now_us)
            model = self._models[on] = CostModel(self._admission, expected)
        return model


def _minutes(window: Window) -> float:
    return (window.end_us - window.start_us) / MICROSECONDS_PER_MINUTE


def _shared_us(one: Window, two: Window) -> int:
    return max(min(one.end_us, two.end_us) - max(one.start_us, two.start_us), 0)
