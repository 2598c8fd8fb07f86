"""Rollouts: the covers that a start loses, by playing the rest of the evening many times.

A rollout copies the bookings, holds and blocks of a date, lets the guests come who have not asked
yet, and counts the covers of those who sit down: once without the party, and once with it at each
start. All cases meet the same guests, so that the differences are paired.

Source: the evaluation of a decision by simulated continuations is the rollout of D. P. Bertsekas,
J. N. Tsitsiklis and C. Wu, "Rollout algorithms for combinatorial optimization", Journal of
Heuristics 3 (1997), 245-262.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, TypedDict, Unpack

import attrs

from fourtop.engine import Desk
from fourtop.engine.queries.explain import date_around
from fourtop.errors.display import brief, count_of, html_table
from fourtop.formats.booking_row import BookingRow
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.offers import OfferedStart, StartOffers
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import zone_info
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, brief_iso
from fourtop.simulation.behaviour import USUAL, Behaviour
from fourtop.simulation.demand import Demand
from fourtop.simulation.estimates import Estimate, difference_of
from fourtop.simulation.evening_play import check_seed
from fourtop.simulation.evening_run import EveningRun
from fourtop.simulation.forecast import demand_forecast
from fourtop.simulation.guests import Guest, draw_guests
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.simulation import Progress
from fourtop.simulation.table import TidyTable
from fourtop.simulation.visit import Outcome
from fourtop.storage import MemoryStore

MOST_ROLLOUTS: Final = 100_000
_COVERS: Final = "covers"
# The longest service of a date ends at noon of the next one.
_REACH_US: Final = 36 * 60 * MICROSECONDS_PER_MINUTE


class RolloutOptions(TypedDict, total=False):
    """What a rollout plays.

    Args:
        flexible_minutes: The greatest distance of a start from the wish (0–240; 30 by default).
        behaviour: What the house and its later guests do beyond the policy.
        progress: Called after each rollout with the numbers of rollouts done and in all.
    """

    flexible_minutes: int
    behaviour: Behaviour
    progress: Progress | None


@attrs.frozen(repr=False)
class RolloutCost:
    """The covers that later guests lose if a party gets a start, by rollouts.

    Args:
        offered: The start, with its opportunity cost by the engine.
        lost: The covers of later guests without the party, minus those with it at this start.
        beyond_wish: The same minus that of the wish, paired; ``None``: the wish is not free.
    """

    offered: OfferedStart
    lost: Estimate
    beyond_wish: Estimate | None

    def __repr__(self) -> str:
        cost = self.offered.cost.total
        return brief(self, self.offered.clock, f"{self.lost}", f"estimated {cost:.2f}")


@attrs.frozen(repr=False)
class RolloutCosts:
    """The costs of the starts around a wish by rollouts, beside those of the engine.

    Args:
        offers: The starts and their costs by the engine, with the forecast of the demand.
        costs: A cost for each start that can be booked, in the order of ``offers.found``.
        rollouts: How often the rest of the evening was played in each case.
        seed: The seed of the guests.
    """

    offers: StartOffers
    costs: tuple[RolloutCost, ...]
    rollouts: int
    seed: int

    def table(self) -> TidyTable:
        """Return one row for each start, in the order of ``costs``.

        Columns: ``start`` (local), ``moved_minutes``, ``tables``, ``cost`` (by the engine),
        ``lost`` and ``half_width`` (by rollouts, 95 %), ``beyond_wish`` and
        ``beyond_wish_half_width``; these two are ``None`` if the wish is not free.
        """
        beyond = [each.beyond_wish for each in self.costs]
        return TidyTable(
            {
                "start": [each.offered.clock for each in self.costs],
                "moved_minutes": [each.offered.moved_minutes for each in self.costs],
                "tables": ["+".join(each.offered.quote.plan.tables) for each in self.costs],
                "cost": [each.offered.cost.total for each in self.costs],
                "lost": [each.lost.mean for each in self.costs],
                "half_width": [each.lost.half_width for each in self.costs],
                "beyond_wish": [each and each.mean for each in beyond],
                "beyond_wish_half_width": [each and each.half_width for each in beyond],
            },
            "Costs of starts by rollouts",
        )

    def __len__(self) -> int:
        return len(self.costs)

    def __iter__(self) -> Iterator[RolloutCost]:
        return iter(self.costs)

    def __repr__(self) -> str:
        counts = count_of(len(self.costs), "start"), count_of(self.rollouts, "rollout")
        return brief(self, *counts, f"seed {self.seed}")

    def _repr_html_(self) -> str:
        request = self.offers.request
        rows = [
            (
                each.offered.clock,
                f"{each.offered.cost.total:.2f}",
                each.lost.text,
                "" if each.beyond_wish is None else each.beyond_wish.signed_text,
            )
            for each in self.costs
        ]
        start = brief_iso(request.start_us, zone_info(self.offers.timezone))
        caption = (
            f"Covers lost by a party of {request.party_size} at {start},"
            f" {count_of(self.rollouts, 'rollout')}, seed {self.seed}, mean ± 95 %"
        )
        columns = ("start", "cost by the engine", "lost by rollouts", "beyond the wish")
        return html_table(caption, columns, rows)


def rollout_costs(
    desk: Desk,
    request: BookingRequest,
    demand: Demand,
    *,
    rollouts: int = 100,
    seed: int = 1,
    **options: Unpack[RolloutOptions],
) -> RolloutCosts:
    """Estimate by rollouts the covers that later guests lose by each start of a party.

    It checks the opportunity costs of ``Desk.offers`` against the engine itself. The guests of the
    demand who would have asked before the desk's time are left out: the bookings of the desk are
    theirs. The parties that are booked already come and stay as planned. A hold is a block of its
    tables in a rollout. Nothing is written to the store of the desk.

    Args:
        desk: The desk with the bookings of the date, at its present time.
        request: The wish.
        demand: The demand of the date.
        rollouts: How often the rest of the evening is played in each case (2–100,000).
        seed: The seed of the guests.
        options: ``RolloutOptions``: ``flexible_minutes``, ``behaviour`` and ``progress``.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range.
    """
    validators.check_instance("desk", desk, Desk)
    validators.check_instance("request", request, BookingRequest)
    validators.check_integer("rollouts", rollouts, 2, MOST_ROLLOUTS)
    check_seed(seed)
    house = desk.house()
    forecast = demand_forecast(demand, house)
    minutes = options.get("flexible_minutes", 30)
    offers = desk.offers(request, flexible_minutes=minutes, forecast=forecast)
    evening = _RestOfEvening.of(desk, house, request)
    behaviour, progress = options.get("behaviour", USUAL), options.get("progress")
    scenario = Scenario(house, demand, behaviour, dates=[evening.on])
    cases = (None, *offers.found)
    covers: list[list[float]] = [[] for _ in cases]
    for number in range(1, rollouts + 1):
        guests = evening.guests(scenario, number, seed)
        for found, case in zip(covers, cases, strict=True):
            found.append(evening.covers(scenario, guests, case))
        if progress is not None:
            progress(number, rollouts)
    return RolloutCosts(offers, tuple(_costs(offers, covers)), rollouts, seed)


def _costs(offers: StartOffers, covers: Sequence[Sequence[float]]) -> Iterator[RolloutCost]:
    without, *others = covers
    pairs = list(zip(offers.found, others, strict=True))
    wish = next((found for each, found in pairs if each == offers.wish), None)
    for each, found in pairs:
        lost = difference_of((found, None), (without, None), _COVERS)
        beyond = None if wish is None else difference_of((found, None), (wish, None), _COVERS)
        yield RolloutCost(each, lost, beyond)


@attrs.frozen
class _RestOfEvening:
    """The records of a date that a rollout begins with.

    Args:
        on: The service date.
        now_us: The time of the desk, in microseconds.
        rows: Its bookings, with ids that no guest of a rollout has.
        taken: The tables of its holds and blocks, each with its window.
    """

    on: date
    now_us: int
    rows: tuple[BookingRow, ...]
    taken: tuple[tuple[Window, tuple[str, ...]], ...]

    @classmethod
    def of(cls, desk: Desk, house: House, request: BookingRequest) -> _RestOfEvening:
        """Read the records of the date of a request."""
        calendar = Calendar(house.restaurant, house.policy)
        on = date_around(calendar, request.start_us)
        day, midnight_us = desk.day(on), calendar.midnight_us(on)
        reach = Window.of_micros(midnight_us, midnight_us + _REACH_US)
        rows = tuple(
            attrs.evolve(each, id=f"known:{number}")
            for number, each in enumerate(desk.export_rows(reach))
        )
        entries = {
            (each.kind, each.id): each
            for table in day.tables
            for each in table.entries
            if each.kind is not OwnerKind.BOOKING and each.end_us > day.now_us
        }
        taken = tuple(
            (Window.of_micros(max(each.start_us, day.now_us), each.end_us), each.tables)
            for each in entries.values()
        )
        return cls(on, day.now_us, rows, taken)

    def guests(self, scenario: Scenario, number: int, seed: int) -> tuple[Guest, ...]:
        """Return the guests of a rollout who ask from now on."""
        drawn = draw_guests(scenario.demand, scenario.calendar, self.on, seed=seed, evening=number)
        return tuple(each for each in drawn if each.asks_us >= self.now_us)

    def covers(
        self, scenario: Scenario, guests: tuple[Guest, ...], offered: OfferedStart | None
    ) -> float:
        """Play the rest of the evening; return the covers of the guests."""
        run = EveningRun(scenario, scenario.calendar, guests, MemoryStore, begins_us=self.now_us)
        if self.rows:
            run.staff.import_bookings(self.rows)
        for window, tables in self.taken:
            run.staff.block(window, tables=tables, reason="a hold or a block")
        if offered is not None:
            request = offered.request.replaced(tables=offered.quote.plan.tables)
            run.staff.book(request, booking_id="the-party")
        run.play()
        return sum(each.guest.party_size for each in run.parties if each.outcome is Outcome.SEATED)
