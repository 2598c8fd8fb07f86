"""Play one evening: the engine answers every request, on the memory store and a manual clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum, auto
from functools import partial
from itertools import count
from typing import Final

import attrs

from fourtop.clock import ManualClock
from fourtop.engine import CountedIds, Desk, Move
from fourtop.errors import (
    Code,
    HoldExpired,
    HoldLimit,
    InvalidInput,
    NothingToUndo,
    Refusal,
    Refused,
    safe_repr,
)
from fourtop.formats.booking_row import BookingRow
from fourtop.model import validators
from fourtop.model.actor import GUEST, Actor
from fourtop.model.alternatives import Alternative
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.walk_in import WALK_IN, WalkIn
from fourtop.model.window import (
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_SECOND,
    Window,
    from_micros,
)
from fourtop.ports import Clock, Store
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.guests import Guest, draw_guests
from fourtop.simulation.party import Party
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.seat_hours import SeatHours
from fourtop.simulation.visit import Outcome
from fourtop.storage import MemoryStore

STAFF: Final = Actor("staff", "staff")
MOST_EVENINGS: Final = 1_000_000
_SEEDS: Final = (0, 2**63 - 1)
MakeStore = Callable[[Clock], Store]
"""Makes an empty store on a clock."""
NOT_ACCEPTED: Final = "NOT_ACCEPTED"
"""The code of a request that the accept rule of the behaviour refused."""


class _Order(IntEnum):
    """What happens first of several events at one instant."""

    LEAVE = auto()
    TRY_AGAIN = auto()
    COME = auto()
    RELEASE = auto()
    GIVE_UP = auto()


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
        channels = {each.booking_id: each.channel for each in self.result.visits if each.booking_id}
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
    run = _EveningRun(scenario, calendar, guests, make_store)
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


class _EveningRun:
    """An evening in progress: a queue of events, and the parties."""

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        guests: tuple[Guest, ...],
        make_store: MakeStore,
    ) -> None:
        house = scenario.house
        self._behaviour, self._stays = scenario.behaviour, scenario.demand.stays
        self._seating, self._calendar = house.policy.seating, calendar
        self._channels = frozenset(house.policy.known_channels)
        first_us = guests[0].asks_us if guests else 0
        self._clock = ManualClock(from_micros(first_us))
        engine = scenario.engine.on_store(make_store(self._clock), ids=CountedIds("n"))
        self._online = engine.add_restaurant(house, actor=GUEST)
        self.staff = engine.desk(house.restaurant.id, actor=STAFF)
        self.parties = [Party(guest) for guest in guests]
        self._of_booking: dict[str, Party] = {}
        self._waiting: list[Party] = []
        self._events: list[tuple[int, int, int, Callable[[], None]]] = []
        self._numbers = count()

    def play(self) -> None:
        """Run the events until the last party has left."""
        for party in self.parties:
            self._at(party.guest.asks_us, _Order.COME, partial(self._ask, party))
        while self._events:
            at_us, _, _, happens = heapq.heappop(self._events)
            self._clock.move_to(from_micros(at_us))
            happens()

    def _at(self, at_us: int, order: _Order, happens: Callable[[], None]) -> None:
        entry = (max(at_us, self._now_us), order, next(self._numbers), happens)
        heapq.heappush(self._events, entry)

    @property
    def _now_us(self) -> int:
        return self._clock.now_us()

    # ---- asking

    def _ask(self, party: Party) -> None:
        accept = self._behaviour.accept
        if accept is not None and not accept(party.guest, self.staff):
            party.end(Outcome.REFUSED, NOT_ACCEPTED)
        elif party.guest.is_walk_in:
            self._walk_in(party)
        else:
            self._request(party, self._offered(party, self._request_of(party.guest)))

    def _request_of(self, guest: Guest) -> BookingRequest:
        # A house need not know the channels of its demand; it then has no rules on them.
        channel = guest.channel if guest.channel in self._channels else None
        return BookingRequest(guest.party_size, from_micros(guest.start_us), channel=channel)

    def _offered(self, party: Party, request: BookingRequest) -> BookingRequest:
        """Return the request for the start that a party takes of those that the house offers.

        Without offers, or if it takes none, that is its own request.
        """
        terms = self._behaviour.offers
        if terms is None:
            return request
        found = self._desk_of(party.guest).offers(
            request,
            flexible_minutes=terms.flexible_minutes,
            forecast=terms.forecast,
            steering=terms.steering,
        )
        starts = found.shown if found.wish is None else found.steered
        taken = self._first_taken(party.guest, (each.alternative for each in starts))
        return request if taken is None else taken.request

    def _desk_of(self, guest: Guest) -> Desk:
        return self.staff if guest.channel in self._behaviour.staff_channels else self._online

    def _request(self, party: Party, request: BookingRequest, *, is_first: bool = True) -> None:
        """Ask for tables; after a no to the first request, look at the alternatives."""
        desk = self._desk_of(party.guest)
        try:
            asked = self._with_tables(desk, party.guest, request)
            if self._behaviour.book is not None:
                self._expect(party, _confirmed(self._behaviour.book(desk, asked)))
                return
            if desk is self.staff or not self._behaviour.hold_seconds:
                self._expect(party, desk.book(asked, booking_id=party.booking_id))
                return
            hold = desk.hold(asked)
        except HoldLimit as limit:
            party.end(Outcome.REFUSED, limit.code.value)
        except Refused as refused:
            if not (is_first and self._take_alternative(party, desk, request)):
                party.end(Outcome.REFUSED, refused.refusal.code.value)
        else:
            confirm_us = self._now_us + self._behaviour.hold_seconds * MICROSECONDS_PER_SECOND
            self._at(confirm_us, _Order.COME, partial(self._confirm, party, hold, asked))

    def _with_tables(self, desk: Desk, guest: Guest, request: BookingRequest) -> BookingRequest:
        """Return the request with the tables that the behaviour chooses, if it chooses any."""
        if self._behaviour.choose is None:
            return request
        quote = desk.quote(request)
        if isinstance(quote, Refusal):
            raise Refused(quote)
        return request.replaced(tables=tuple(self._behaviour.choose(guest, quote)))

    def _take_alternative(self, party: Party, desk: Desk, request: BookingRequest) -> bool:
        """Let a party book the first alternative that it takes; return whether it took one."""
        terms = self._behaviour.alternatives
        if terms is None:
            return False
        taken = self._first_taken(party.guest, desk.alternatives(request, terms).found)
        if taken is None:
            return False
        self._request(party, taken.request, is_first=False)
        return True

    def _first_taken(self, guest: Guest, alternatives: Iterable[Alternative]) -> Alternative | None:
        """Return the first alternative that a guest takes."""
        for each in alternatives:
            chance = self._behaviour.take(guest, each)
            if type(chance) not in (int, float, bool) or not 0 <= chance <= 1:
                raise InvalidInput("take", "must return a number from 0 to 1", safe_repr(chance))
            if chance > guest.flexibility:
                return each
        return None

    def _confirm(self, party: Party, hold: Hold, asked: BookingRequest) -> None:
        try:
            self._expect(party, self._online.confirm(hold.id, booking_id=party.booking_id))
        except HoldExpired:
            # It was too slow, and asks once more.
            try:
                self._expect(party, self._online.book(asked, booking_id=party.booking_id))
            except Refused as refused:
                party.end(Outcome.REFUSED, refused.refusal.code.value)
            self._try_again()

    # ---- before the start

    def _expect(self, party: Party, booking: Booking) -> None:
        """Plan what a booked party does: cancel, stay away or come."""
        guest, start_us = party.guest, booking.stay.dining.start_us
        party.booked(booking)
        self._of_booking[booking.id] = party
        if guest.cancels_us is not None:
            self._at(guest.cancels_us, _Order.COME, partial(self._cancel, party))
            return
        policy_minutes = self._seating.no_show_after_minutes
        minutes = max(self._behaviour.release_after_minutes or 0, policy_minutes)
        release_us = start_us + minutes * MICROSECONDS_PER_MINUTE
        self._at(release_us, _Order.RELEASE, partial(self._release, party))
        if not guest.is_no_show:
            self._at(start_us + guest.late_us, _Order.COME, partial(self._arrive, party))

    def _cancel(self, party: Party) -> None:
        self.staff.cancel(party.booking_id)
        party.end(Outcome.CANCELLED)
        self._try_again()

    def _release(self, party: Party) -> None:
        """Give the tables of a party that has not come to others."""
        if party.arrived_us is None:
            self.staff.no_show(party.booking_id)
            party.end(Outcome.NO_SHOW)
            self._try_again()

    # ---- at the door

    def _walk_in(self, party: Party) -> None:
        party.arrived_us = self._now_us
        code = self._seat_walk_in(party)
        if code is None:
            return
        if code.is_retryable and party.guest.patience_us:
            self._wait(party, self._now_us)
        else:
            party.end(Outcome.REFUSED, code.value)

    def _seat_walk_in(self, party: Party) -> Code | None:
        """Seat a walk-in; return the code of the refusal, if any."""
        guest = party.guest
        try:
            tables: tuple[str, ...] = ()
            if self._behaviour.choose is not None:
                now = from_micros(self._now_us)
                request = BookingRequest(guest.party_size, now, channel=WALK_IN)
                tables = self._with_tables(self.staff, guest, request).tables
            walk_in = WalkIn(guest.party_size, tables=tables)
            booking = self.staff.walk_in(walk_in, booking_id=party.booking_id)
        except Refused as refused:
            return refused.refusal.code
        self._sit_down(party, booking)
        return None

    def _arrive(self, party: Party) -> None:
        if party.outcome is Outcome.NO_SHOW and not self._undo_release(party):
            party.arrived_us = self._now_us
            party.end(Outcome.RELEASED)
            return
        party.arrived_us = party.arrived_us or self._now_us
        code = self._seat_booked(party)
        if code is Code.TOO_EARLY_TO_SEAT:
            early_us = self._seating.early_minutes * MICROSECONDS_PER_MINUTE
            self._at(party.start_us - early_us, _Order.COME, partial(self._arrive, party))
        elif code is Code.TOO_LATE_TO_SEAT:
            self._turn_away(party, Outcome.RELEASED)
        elif code is not None:
            self._at(party.start_us, _Order.TRY_AGAIN, self._try_waiting)
            self._wait(party, max(self._now_us, party.start_us))

    def _undo_release(self, party: Party) -> bool:
        """Take back that a party did not come, if its tables are still free."""
        try:
            self.staff.undo(party.booking_id)
        except (Refused, NothingToUndo):
            return False
        return True

    def _seat_booked(self, party: Party) -> Code | None:
        """Seat a booked party, at other tables if needed; return the code of a refusal."""
        try:
            self._sit_down(party, self.staff.seat(party.booking_id))
        except Refused as refused:
            reason = refused.refusal.reasons[0]
            instead = reason.details.get("alternative")
            is_due = self._now_us >= party.start_us
            if not (self._behaviour.moves_parties and is_due and instead):
                return refused.refusal.code
            return self._seat_elsewhere(party, tuple(instead), refused.refusal.code)
        return None

    def _seat_elsewhere(self, party: Party, tables: tuple[str, ...], code: Code) -> Code | None:
        try:
            self.staff.move([Move(party.booking_id, tables)])
            party.moves += 1
            self._sit_down(party, self.staff.seat(party.booking_id))
        except Refused:
            return code
        self._try_again()
        return None

    def _wait(self, party: Party, since_us: int) -> None:
        self._waiting.append(party)
        give_up = partial(self._give_up, party)
        self._at(since_us + party.guest.patience_us, _Order.GIVE_UP, give_up)

    def _give_up(self, party: Party) -> None:
        if party not in self._waiting:
            return
        self._waiting.remove(party)
        if party.guest.is_walk_in:
            party.end(Outcome.GAVE_UP)
        else:
            self._turn_away(party, Outcome.GAVE_UP)

    def _turn_away(self, party: Party, outcome: Outcome) -> None:
        """End the booking of a party that came and did not get its table."""
        self.staff.cancel(party.booking_id)
        party.end(outcome)
        self._try_again()

    def _try_again(self, at_us: int = 0) -> None:
        """Ask the waiting parties again, now or when a table is clean."""
        if self._waiting or at_us > self._now_us:
            self._at(at_us, _Order.TRY_AGAIN, self._try_waiting)

    def _try_waiting(self) -> None:
        queue, order = self._behaviour.queue, self._waiting
        for party in sorted(
            order, key=lambda each: (each.guest.is_walk_in, queue(each.guest), each.guest.number)
        ):
            seat = self._seat_walk_in if party.guest.is_walk_in else self._seat_booked
            if seat(party) is None:
                self._waiting.remove(party)

    # ---- at the table

    def _sit_down(self, party: Party, booking: Booking) -> None:
        assert booking.status is BookingStatus.CHECKED_IN, "a seated party is checked in"
        now_us, dining = self._now_us, booking.stay.dining
        party.seated(booking, now_us)
        minutes = self._stays.minutes(
            party.guest.party_size, planned=dining.minutes, share=party.guest.stay
        )
        leaves_us = now_us + int(minutes) * MICROSECONDS_PER_MINUTE
        if party.guest.stays_until_close:
            service = self._calendar.find_service(dining.start_us)
            assert service is not None, "a party sits down in a service"
            leaves_us = max(service.window.end_us, now_us + MICROSECONDS_PER_MINUTE)
        party.overstay_us = max(leaves_us - dining.end_us, 0)
        self._at(leaves_us, _Order.LEAVE, partial(self._leave, party))
        if party.overstay_us:
            self._at(dining.end_us, _Order.TRY_AGAIN, partial(self._overstay, party, leaves_us))

    def _overstay(self, party: Party, leaves_us: int) -> None:
        """Note the bookings at risk while a party sits beyond its time."""
        if party.left_us is not None:
            return
        minutes = max(self._seating.overstay_minutes, 5)
        if self._behaviour.prolongs:
            # If its tables are needed next, the stay keeps its planned end.
            with suppress(Refused):
                self.staff.prolong(party.booking_id, minutes=minutes)
        for each in self.staff.at_risk():
            party_at_risk = self._of_booking.get(each.booking.id)
            if party_at_risk is not None:
                party_at_risk.was_at_risk = True
        later_us = self._now_us + minutes * MICROSECONDS_PER_MINUTE
        if later_us < leaves_us:
            self._at(later_us, _Order.TRY_AGAIN, partial(self._overstay, party, leaves_us))

    def _leave(self, party: Party) -> None:
        booking = self.staff.complete(party.booking_id)
        party.left_us = self._now_us
        if booking.assignment is not None:
            self._try_again(booking.assignment.window.end_us)


def _confirmed(booking: object) -> Booking:
    """Check the answer of code that books."""
    if not isinstance(booking, Booking) or booking.status is not BookingStatus.CONFIRMED:
        raise InvalidInput("book", "must return a confirmed booking", safe_repr(booking))
    return booking
