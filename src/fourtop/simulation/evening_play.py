"""Play one evening: the engine answers every request, on the memory store and a manual clock."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.engine import Desk
from fourtop.formats.booking_row import BookingRow
from fourtop.model import validators
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.evening_run import EveningRun, MakeStore
from fourtop.simulation.guests import draw_guests
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.seat_hours import SeatHours
from fourtop.storage import MemoryStore

MOST_EVENINGS: Final = 1_000_000
_SEEDS: Final = (0, 2**63 - 1)


@attrs.frozen(repr=False)
class PlayedEvening:
    """A finished evening: its result, and the desk with every record of it.

    Args:
        result: The numbers and the visits.
        desk: The desk of staff at the end of the evening, for pictures, lists and the audit.
    """

    result: EveningResult
    desk: Desk

    def rows(self) -> tuple[BookingRow, ...]:
        """Return its bookings as rows, by start, with ids that no other evening has.

        Each has the channel of its guest, even if the house does not know it. Requests that were
        refused leave no row, and neither do those of the warm-up. Together the rows of several
        evenings are the history of a house, for ``fit_demand``, ``rerun`` and ``dump_rows``.
        """
        channels = {
            booking_id: each.channel
            for each in self.result.visits
            for booking_id in each.booking_ids
        }
        starts_us = [each.start_us for each in self.result.visits if each.start_us is not None]
        if not starts_us:
            return ()
        first_us, last_us = min(starts_us), max(starts_us) + MICROSECONDS_PER_MINUTE
        return tuple(
            attrs.evolve(row, id=f"e{self.result.number}-{row.id}", channel=channels[row.id])
            for row in self.desk.export_rows(Window.of_micros(first_us, last_us))
            if row.id in channels
        )

    def __repr__(self) -> str:
        return f"<PlayedEvening {self.result!r}>"


def simulate_evening(scenario: Scenario, number: int, *, seed: int = 1) -> EveningResult:
    """Simulate one evening of a scenario: a pure function, for sweeps.

    Args:
        scenario: The house, its demand and its behaviour.
        number: The number of the evening, from 1.
        seed: The seed of the guests.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range, or a callable of the
            behaviour returns a wrong answer.
    """
    return play_evening(scenario, number, seed=seed).result


def play_evening(
    scenario: Scenario, number: int, *, seed: int = 1, make_store: MakeStore = MemoryStore
) -> PlayedEvening:
    """Simulate one evening as ``simulate_evening`` does, and keep its desk.

    Args:
        scenario: The house, its demand and its behaviour.
        number: The number of the evening, from 1.
        seed: The seed of the guests.
        make_store: Makes an empty store on the clock of the evening. The result is the same on
            every store.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range, or a callable of the
            behaviour returns a wrong answer.
    """
    validators.check_instance("scenario", scenario, Scenario)
    validators.check_integer("number", number, 1, MOST_EVENINGS)
    check_seed(seed)
    calendar, on = scenario.calendar, scenario.date_of(number)
    guests = draw_guests(scenario.demand, calendar, on, seed=seed, evening=number)
    run = EveningRun(scenario, calendar, guests, make_store)
    run.play()
    hours = SeatHours(scenario, on)
    result = EveningResult(
        number,
        on,
        tuple(party.visit() for party in run.parties if hours.counts(party.guest.start_us)),
        hours.offered,
        hours.used(run.parties),
        timezone=scenario.house.restaurant.timezone,
    )
    return PlayedEvening(result, run.staff)


def check_seed(seed: object) -> int:
    """Return a seed if it is a whole number of 0 or more.

    Raises:
        InvalidInput: If it is anything else.
    """
    return validators.check_integer("seed", seed, *_SEEDS)
