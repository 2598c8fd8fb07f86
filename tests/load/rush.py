"""A rush, and the proof of every answer that was given in it, at the moment when it was given.

A store takes one command after the other, and the version that a decision saw says in which order.
So a rush is replayed one by one, by a brute force that shares no code with the planner.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from threading import Barrier, Thread, local
from typing import TypeVar

import attrs

from fourtop import (
    Booking,
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    Event,
    Floor,
    FourtopError,
    House,
    Join,
    PacingRule,
    Policy,
    Proof,
    Refused,
    ResourceType,
    Restaurant,
    ServicePeriod,
    Table,
    Window,
    Zone,
    sample,
)
from fourtop.ports import Decision, EventPage, Need, Scope, Store, View
from tests.stateful.choosing import NO_CONDITION, Choice, Chooser, joins_outward

T = TypeVar("T")

COLUMNS, ROWS = 8, 5
CAPACITIES = (2, 2, 2, 4, 4, 6)
OPENED = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEVEN = datetime(2026, 5, 1, 19, tzinfo=UTC)
OPENS, CLOSES = SEVEN.replace(hour=17), SEVEN.replace(hour=23)
NIGHT = Window(OPENED, datetime(2026, 5, 2, 12, tzinfo=UTC))

Call = Callable[[Desk, BookingRequest], Booking]


class WatchedStore:
    """A store that notes the occupancy version of each thread's choice or refusal of tables."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mine = local()

    @property
    def version(self) -> int:
        """The occupancy version at which this thread's tables were chosen or refused."""
        version: int = self._mine.version
        return version

    def start_call(self) -> None:
        self._mine.is_chosen = False
        self._mine.version = 0

    def add_restaurant(self, house: House) -> None:
        self._store.add_restaurant(house)

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        self._store.remove_restaurant(scope, check)

    def restaurant_ids(self) -> tuple[str, ...]:
        return self._store.restaurant_ids()

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        return self._store.read(scope, ask)

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        def watched(view: View) -> Decision[T] | Need:
            # The first command of a booker chooses the tables; confirming a hold only passes them
            # on.
            if not self._mine.is_chosen:
                self._mine.version = view.versions.occupancy
            return decide(view)

        result = self._store.transact(scope, watched)
        self._mine.is_chosen = True
        return result

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        return self._store.events(restaurant_id)

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return self._store.events_after(restaurant_id, sequence, limit)


@attrs.frozen
class Outcome:
    """What one booker got, and the version at which it was decided."""

    party_size: int
    version: int
    booking: Booking | None
    error: FourtopError | None


def book(desk: Desk, request: BookingRequest) -> Booking:
    return desk.book(request)


def hold_and_confirm(desk: Desk, request: BookingRequest) -> Booking:
    return desk.confirm(desk.hold(request).id)


def grid(*, max_covers: int | None = None, pacing: Sequence[PacingRule] = ()) -> House:
    """Return a floor of 8 × 5 tables, each joined to its neighbours across and along."""
    tables, joins = [], []
    for place in range(COLUMNS * ROWS):
        tables.append(
            Table(f"t{place}", str(place + 1), CAPACITIES[place % len(CAPACITIES)], "main")
        )
        if place % COLUMNS:
            joins.append(Join((f"t{place}", f"t{place - 1}")))
        if place >= COLUMNS:
            joins.append(Join((f"t{place}", f"t{place - COLUMNS}")))
    caps = [] if max_covers is None else [CapacityRule(max_covers=max_covers)]
    return House(
        Restaurant("the-grid", "The Grid", timezone="UTC"),
        Floor(tables, zones=[Zone("main", "Main")], joins=joins),
        Policy(
            [ServicePeriod("dinner", f"{OPENS:%H:%M}", f"{CLOSES:%H:%M}")],
            capacity_rules=caps,
            pacing_rules=pacing,
        ),
    )


def answers(
    store: WatchedStore,
    desk: Desk,
    parties: list[int],
    call: Call,
    *,
    meet: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Let these bookers go at once, a thread for each, and return what each of them got.

    Args:
        store: The desk's.
        desk: Where they book.
        parties: How many come with each booker.
        call: How they book.
        meet: Waits for the other processes, when all threads of this one are there.
    """

    def meet_others() -> None:
        meet()

    barrier = Barrier(len(parties), meet_others, timeout=60)
    outcomes: list[Outcome] = []

    def booker(party_size: int) -> None:
        store.start_call()
        barrier.wait()
        booking, error = None, None
        try:
            booking = call(desk, BookingRequest(party_size, SEVEN))
        except FourtopError as refused:
            error = refused
        outcomes.append(Outcome(party_size, store.version, booking, error))

    threads = [Thread(target=booker, args=(party_size,)) for party_size in parties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def drawn_parties(seed: int) -> list[int]:
    """Return 160 parties as they come to a pub: far more than the grid can seat."""
    sizes, weights = zip(*sample.pub_demand().party_weights, strict=True)
    return random.Random(seed).choices(sizes, weights, k=160)


def check_nobody_is_lost(desk: Desk, outcomes: list[Outcome], parties: list[int]) -> list[Booking]:
    """Assert that each booker has one answer, and that the store has these and no others."""
    assert Counter(each.party_size for each in outcomes) == Counter(parties)
    for each in outcomes:
        assert each.error is None or type(each.error) is Refused
    booked = [each.booking for each in outcomes if each.booking is not None]
    assert sorted(booked, key=lambda booking: booking.id) == sorted(
        desk.bookings(NIGHT), key=lambda each: each.id
    )
    audit = desk.audit()
    assert audit.is_clean
    rows = [row for row in desk.allocations(NIGHT) if row.resource_type is ResourceType.TABLE]
    assert sorted(row.resource_id for row in rows) == sorted(
        table for booking in booked for table in booking.tables
    )
    return booked


def check_each_is_seated_or_rightly_refused(
    desk: Desk, outcomes: list[Outcome], parties: list[int]
) -> None:
    """Assert that every party that fits was seated in turn, and that each refusal was true then."""
    booked = check_nobody_is_lost(desk, outcomes, parties)
    house = desk.house()
    chooser = Chooser(house.floor, house.policy.planning)
    free = {table.id for table in house.floor.tables}
    # At one version one booker at most is seated, and those who were refused at it saw the same
    # tables.
    for each in sorted(
        outcomes, key=lambda outcome: (outcome.version, outcome.booking is not None)
    ):
        if each.booking is not None:
            chosen = best_in_evening(house, chooser, each.booking, free)
            assert chosen is not None, f"a party of {each.party_size} got tables that were not free"
            assert each.booking.tables == chosen.tables
            free.difference_update(chosen.tables)
        else:
            best = chooser.first((each.party_size, NO_CONDITION, NO_CONDITION), free)
            assert best is None, f"a party of {each.party_size} was refused, but {best} was free"
            assert isinstance(each.error, Refused)
            assert each.error.code is Code.TABLES_TAKEN
            assert each.error.refusal.proof is Proof.NO_FREE_PLAN
            assert chooser.ranked(each.party_size, NO_CONDITION, NO_CONDITION), (
                "in an empty house there is a plan"
            )
    assert len({each.version for each in outcomes if each.booking is not None}) == len(booked)
    assert 0 < len(booked) < len(parties), "the rush is larger than the house"


def best_in_evening(
    house: House, chooser: Chooser, booking: Booking, free: Collection[str]
) -> Choice | None:
    """Return the set of free tables that costs a party least, all of which stand empty otherwise.

    All parties come at the same time, so no table that is free has a stay before or after it.
    """
    weights = house.policy.planning.weights
    joins_closed, idle_time = (
        Fraction(str(weight)) for weight in (weights.joins_closed, weights.idle_time)
    )
    capacities = {table.id: table.capacity for table in house.floor.tables}
    idle = CLOSES - booking.stay.occupied.end + booking.stay.occupied.start - OPENS

    def cost(choice: Choice) -> tuple[Fraction, object]:
        joins = sum(other in free for other in joins_outward(house.floor, choice.tables))
        seats = sum(capacities[table] for table in choice.tables)
        return (
            minutes(booking.stay.occupied.end - booking.stay.occupied.start)
            * (choice.cost + joins * joins_closed)
            + minutes(idle) * seats * idle_time,
            choice.ties,
        )

    choices = chooser.free((booking.party_size, NO_CONDITION, NO_CONDITION), free)
    return min(choices, key=cost, default=None)


def minutes(length: timedelta) -> Fraction:
    return Fraction(length // timedelta(minutes=1))


def check_exactly_ten_are_seated(desk: Desk, outcomes: list[Outcome], parties: list[int]) -> None:
    """Assert that of a hundred parties of four just so many were seated as 40 covers allow."""
    booked = check_nobody_is_lost(desk, outcomes, parties)
    refused = [each.error for each in outcomes if isinstance(each.error, Refused)]
    assert (len(booked), len(refused)) == (10, 90)
    for error in refused:
        assert error.code is Code.CAPACITY_EXCEEDED
        assert error.refusal.proof is Proof.RULE
        (reason,) = error.refusal.reasons
        facts = {name: reason.details[name] for name in ("unit", "limit", "booked", "requested")}
        assert facts == {"unit": "covers", "limit": 40, "booked": 40, "requested": 4}


def check_exactly_ten_are_paced(desk: Desk, outcomes: list[Outcome], parties: list[int]) -> None:
    """Assert that of a hundred parties exactly ten may sit down in one half hour."""
    booked = check_nobody_is_lost(desk, outcomes, parties)
    refused = [each.error for each in outcomes if isinstance(each.error, Refused)]
    assert (len(booked), len(refused)) == (10, 90)
    for error in refused:
        assert error.code is Code.PACING_EXCEEDED
        assert error.refusal.proof is Proof.RULE
        (reason,) = error.refusal.reasons
        facts = {name: reason.details[name] for name in ("unit", "limit", "booked", "requested")}
        assert facts == {"unit": "parties", "limit": 10, "booked": 10, "requested": 1}
