"""A simulated evening for the test of your own service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import attrs

from fourtop import sample
from fourtop.clock import ManualClock
from fourtop.engine import CountedIds, Desk, Engine
from fourtop.errors.display import brief
from fourtop.model.actor import GUEST
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.request import BookingRequest
from fourtop.model.window import from_micros
from fourtop.ports import Clock, Store
from fourtop.simulation import (
    USUAL,
    Behaviour,
    Demand,
    EveningResult,
    Guest,
    Scenario,
    draw_guests,
    play_evening,
)
from fourtop.simulation.behaviour import BookTable
from fourtop.simulation.evening_run import STAFF, MakeStore
from fourtop.storage import MemoryStore
from fourtop.testing.demands import live_dinner

__all__ = ["SimulatedEvening"]

# A Friday.
DEFAULT_DATE: Final = date(2030, 5, 10)


@attrs.frozen
class _Opened:
    """The engine of an evening."""

    clock: ManualClock
    store: Store
    desk: Desk
    online: Desk


class SimulatedEvening:
    """An evening to run your own code in: its guests, and an engine with a clock to move.

    Use ``play`` to let the simulator drive your code, or ``requests`` to drive it yourself. By
    default it is a busy Friday at the sample pub: late, early, cancelled and absent parties, long
    stays and walk-ins.

    Args:
        house: The house; ``None``: the sample pub.
        demand: The demand; ``None``: 30 requests of ``demands.live_dinner``.
        seed: The seed of the guests.
        on: The date.
        make_store: Makes an empty store on the given clock.

    Raises:
        InvalidInput: If an argument is wrong.
    """

    def __init__(
        self,
        house: House | None = None,
        demand: Demand | None = None,
        *,
        seed: int = 1,
        on: date = DEFAULT_DATE,
        make_store: MakeStore = MemoryStore,
    ) -> None:
        self.house: House = sample.pub() if house is None else house
        own = live_dinner(30) if demand is None else demand
        self._scenario = Scenario(self.house, own, dates=[on])
        self._seed, self._make_store = seed, make_store
        calendar = Calendar(self.house.restaurant, self.house.policy)
        self.guests: tuple[Guest, ...] = draw_guests(own, calendar, on, seed=seed, evening=1)
        self._opened: _Opened | None = None

    @property
    def on(self) -> date:
        """The date."""
        return self._scenario.dates[0]

    def requests(self) -> Iterator[BookingRequest]:
        """Yield the requests in order, with the clock moved to the time of each.

        Walk-ins ask for a table at once, and have the channel ``walk_in``. Your code answers on
        ``desk`` or ``online``, or on an engine of its own with ``store``.
        """
        for guest in self.guests:
            self.clock.move_to(from_micros(guest.asks_us))
            channel = "walk_in" if guest.is_walk_in else None
            start = from_micros(guest.start_us)
            yield BookingRequest(guest.party_size, start, channel=channel)

    def play(self, *, book: BookTable | None = None, behaviour: Behaviour = USUAL) -> EveningResult:
        """Play the whole evening: guests ask, come, wait, sit, overstay and leave.

        It plays in a store of its own. Afterwards ``desk``, ``online``, ``store`` and ``clock`` are
        those of the played evening.

        Args:
            book: Your code that books, ``book(desk, request)``: it returns a confirmed booking, or
                raises ``Refused``. ``None``: the engine.
            behaviour: What else the house and its guests do.

        Raises:
            InvalidInput: If ``book`` returns anything else.
        """
        chosen = behaviour if book is None else attrs.evolve(behaviour, book=book)
        scenario = attrs.evolve(self._scenario, behaviour=chosen)
        stores: list[tuple[ManualClock, Store]] = []

        def make_store(clock: Clock) -> Store:
            assert isinstance(clock, ManualClock), "a simulated evening has a clock to move"
            stores.append((clock, self._make_store(clock)))
            return stores[0][1]

        played = play_evening(scenario, 1, seed=self._seed, make_store=make_store)
        clock, store = stores[0]
        online = Engine(store, ids=CountedIds("m")).desk(self.house.restaurant.id, actor=GUEST)
        self._opened = _Opened(clock, store, played.desk, online)
        return played.result

    # ---- the engine of the evening

    @property
    def clock(self) -> ManualClock:
        """The clock: it stands at the first request, and after ``play`` at the end."""
        return self._engine().clock

    @property
    def store(self) -> Store:
        """The store, with the house in it."""
        return self._engine().store

    @property
    def desk(self) -> Desk:
        """The desk of staff."""
        return self._engine().desk

    @property
    def online(self) -> Desk:
        """The desk of guests."""
        return self._engine().online

    def _engine(self) -> _Opened:
        if self._opened is None:
            first_us = min((guest.asks_us for guest in self.guests), default=0)
            clock = ManualClock(from_micros(first_us))
            store = self._make_store(clock)
            engine = Engine(store, ids=CountedIds("n"))
            desk = engine.add_restaurant(self.house, actor=STAFF)
            online = engine.desk(self.house.restaurant.id, actor=GUEST)
            self._opened = _Opened(clock, store, desk, online)
        return self._opened

    def __repr__(self) -> str:
        name, count = self.house.restaurant.name, len(self.guests)
        return brief(self, f"{self.on} at {name}", f"{count} guests")
