"""An evening in progress: its events, and the commands of the engine that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import IntEnum, auto
from functools import partial
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
from fourtop.model.actor import GUEST, Actor
from fourtop.model.alternatives import Alternative, AlternativeKind, AlternativeTerms
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.walk_in import WALK_IN, WalkIn
from fourtop.model.window import (
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_SECOND,
    from_micros,
)
from fourtop.ports import Clock, Store
from fourtop.simulation.event_loop import EventLoop
from fourtop.simulation.guests import Guest
from fourtop.simulation.party import Party
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.visit import Outcome

STAFF: Final = Actor("staff", "staff")
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


class EveningRun:
    """An evening in progress: a queue of events, and the parties.

    Args:
        scenario: The house, its demand and its behaviour.
        calendar: The calendar of the house.
        guests: The guests, in the order of their requests.
        make_store: Makes the store of the evening.
        begins_us: The time at which the evening begins, in microseconds; ``None``: with the first
            request.
    """

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        guests: tuple[Guest, ...],
        make_store: MakeStore,
        *,
        begins_us: int | None = None,
    ) -> None:
        house = scenario.house
        self._behaviour, self._stays = scenario.behaviour, scenario.demand.stays
        self._seating, self._calendar = house.policy.seating, calendar
        self._channels = frozenset(house.policy.known_channels)
        first_us = guests[0].asks_us if guests else 0
        if begins_us is not None:
            first_us = begins_us
        self._clock = ManualClock(from_micros(first_us))
        engine = scenario.engine.on_store(make_store(self._clock), ids=CountedIds("n"))
        self._online = engine.add_restaurant(house, actor=GUEST)
        self.staff = engine.desk(house.restaurant.id, actor=STAFF)
        self.parties = [Party(guest) for guest in guests]
        self._of_booking: dict[str, Party] = {}
        self._waiting: list[Party] = []
        self._events = EventLoop(first_us)

    def play(self) -> None:
        """Run the events until the last party has left."""
        for party in self.parties:
            self._at(party.guest.asks_us, _Order.COME, partial(self._ask, party))
        self._events.run()

    def _at(self, at_us: int, order: _Order, happens: Callable[[], None]) -> None:
        at_us = max(at_us, self._now_us)
        self._events.at(at_us, self._run, at_us, happens, rank=order)

    def _run(self, at_us: int, happens: Callable[[], None]) -> None:
        self._clock.move_to(from_micros(at_us))
        happens()

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
            self._request(party, [self._offered(party, self._request_of(party.guest))])

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
        if taken is None:
            return request
        party.alternative = taken.kind
        return taken.request

    def _desk_of(self, guest: Guest) -> Desk:
        return self.staff if guest.channel in self._behaviour.staff_channels else self._online

    def _request(
        self, party: Party, requests: Sequence[BookingRequest], *, is_first: bool = True
    ) -> None:
        """Ask for tables; after a no to the first request, look at the alternatives."""
        desk = self._desk_of(party.guest)
        taken: list[tuple[BookingRequest, Booking | Hold]] = []
        try:
            for place, request in enumerate(requests):
                asked = self._with_tables(desk, party.guest, request)
                taken.append((asked, self._take(desk, asked, party.booking_id(place))))
        except HoldLimit as limit:
            self._give_back([each for _, each in taken])
            party.end(Outcome.REFUSED, limit.code.value)
        except Refused as refused:
            self._give_back([each for _, each in taken])
            if not (is_first and self._take_alternative(party, desk, requests[0])):
                party.end(Outcome.REFUSED, refused.refusal.code.value)
        else:
            self._expect_or_confirm(party, taken)

    def _take(self, desk: Desk, asked: BookingRequest, booking_id: str) -> Booking | Hold:
        """Book a request, or hold its tables."""
        behaviour = self._behaviour
        if behaviour.book is not None:
            return _confirmed(behaviour.book(desk, asked))
        if desk is self.staff or not behaviour.hold_seconds:
            return desk.book(asked, booking_id=booking_id, moves=behaviour.most_moves)
        return desk.hold(asked, moves=behaviour.most_moves)

    def _give_back(self, taken: Sequence[Booking | Hold]) -> None:
        """Free the tables of a split of which another part got none."""
        for each in taken:
            if isinstance(each, Booking):
                self.staff.cancel(each.id)
            else:
                with suppress(HoldExpired):
                    self._online.release_hold(each.id)

    def _expect_or_confirm(
        self, party: Party, taken: Sequence[tuple[BookingRequest, Booking | Hold]]
    ) -> None:
        """Expect a booked party; let one with holds confirm them later, or never."""
        bookings = [each for _, each in taken if isinstance(each, Booking)]
        if bookings:
            self._expect(party, bookings)
            return
        holds = [(asked, each) for asked, each in taken if isinstance(each, Hold)]
        if party.guest.abandons:
            party.end(Outcome.ABANDONED)
            for _, hold in holds:
                self._try_again(hold.expires_us)
            return
        confirm_us = self._now_us + self._behaviour.hold_seconds * MICROSECONDS_PER_SECOND
        self._at(confirm_us, _Order.COME, partial(self._confirm, party, holds))

    def _with_tables(self, desk: Desk, guest: Guest, request: BookingRequest) -> BookingRequest:
        """Return the request with the tables that the behaviour chooses, if it chooses any."""
        if self._behaviour.choose is None:
            return request
        quote = desk.quote(request)
        if isinstance(quote, Refusal):
            raise Refused(quote)
        if guest.party_size != request.party_size:
            # A part of a split chooses for itself.
            guest = attrs.evolve(guest, party_size=request.party_size)
        return request.replaced(tables=tuple(self._behaviour.choose(guest, quote)))

    def _take_alternative(self, party: Party, desk: Desk, request: BookingRequest) -> bool:
        """Let a party book the first alternative that it takes; return whether it took one."""
        terms = _terms_for(party.guest, self._behaviour.alternatives)
        if terms is None:
            return False
        taken = self._first_taken(party.guest, desk.alternatives(request, terms).found)
        if taken is None:
            return False
        party.alternative = taken.kind
        self._request(party, taken.requests, is_first=False)
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

    def _confirm(self, party: Party, holds: Sequence[tuple[BookingRequest, Hold]]) -> None:
        bookings: list[Booking] = []
        for place, (asked, hold) in enumerate(holds):
            booking_id = party.booking_id(place)
            try:
                bookings.append(self._online.confirm(hold.id, booking_id=booking_id))
            except HoldExpired:
                # It was too slow, and asks once more.
                self._try_again()
                try:
                    moves = self._behaviour.most_moves
                    found = self._online.book(asked, booking_id=booking_id, moves=moves)
                    bookings.append(found)
                except Refused as refused:
                    self._give_back([*bookings, *(each for _, each in holds[place + 1 :])])
                    party.end(Outcome.REFUSED, refused.refusal.code.value)
                    return
        self._expect(party, bookings)

    # ---- before the start

    def _expect(self, party: Party, bookings: Sequence[Booking]) -> None:
        """Plan what a booked party does: cancel, stay away or come."""
        party.booked(bookings)
        guest, start_us = party.guest, party.start_us
        self._of_booking.update((each.id, party) for each in bookings)
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
        self._cancel_all(party)
        party.end(Outcome.CANCELLED)
        self._try_again()

    def _release(self, party: Party) -> None:
        """Give the tables of a party that has not come to others."""
        if party.arrived_us is None:
            for booking_id in party.booking_ids:
                self.staff.no_show(booking_id)
            party.end(Outcome.NO_SHOW)
            self._try_again()

    def _cancel_all(self, party: Party) -> None:
        for booking_id in party.booking_ids:
            self.staff.cancel(booking_id)

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
            booking = self.staff.walk_in(walk_in, booking_id=party.booking_id())
        except Refused as refused:
            return refused.refusal.code
        self._sit_down(party, [booking])
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
        """Take back that a party did not come, if all of its tables are still free."""
        undone: list[str] = []
        for booking_id in party.booking_ids:
            try:
                self.staff.undo(booking_id)
            except (Refused, NothingToUndo):
                for each in undone:
                    self.staff.no_show(each)
                return False
            undone.append(booking_id)
        return True

    def _seat_booked(self, party: Party) -> Code | None:
        """Seat a booked party, at other tables if needed; return the code of a refusal.

        A split party sits down as one: if a part has no table yet, the others wait with it.
        """
        seated: list[Booking] = []
        for booking_id in party.booking_ids:
            answer = self._seat_booking(party, booking_id)
            if isinstance(answer, Code):
                for each in seated:
                    self.staff.undo(each.id)
                return answer
            seated.append(answer)
        self._sit_down(party, seated)
        return None

    def _seat_booking(self, party: Party, booking_id: str) -> Booking | Code:
        try:
            return self.staff.seat(booking_id)
        except Refused as refused:
            code = refused.refusal.code
            instead = refused.refusal.reasons[0].details.get("alternative")
            is_due = self._now_us >= party.start_us
            if not (self._behaviour.moves_parties and is_due and instead):
                return code
            return self._seat_elsewhere(party, Move(booking_id, tuple(instead)), code)

    def _seat_elsewhere(self, party: Party, move: Move, code: Code) -> Booking | Code:
        try:
            self.staff.move([move])
            party.moves += 1
            booking = self.staff.seat(move.booking_id)
        except Refused:
            return code
        self._try_again()
        return booking

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
        self._cancel_all(party)
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

    def _sit_down(self, party: Party, bookings: Sequence[Booking]) -> None:
        assert all(each.status is BookingStatus.CHECKED_IN for each in bookings), (
            "a seated party is checked in"
        )
        now_us, dining = self._now_us, bookings[0].stay.dining
        party.seated(bookings, now_us)
        # A split party leaves together, after the longer of its stays; its end is the earlier one.
        planned = max(each.stay.dining.minutes for each in bookings)
        end_us = min(each.stay.dining.end_us for each in bookings)
        minutes = self._stays.minutes(
            party.guest.party_size, planned=planned, share=party.guest.stay
        )
        leaves_us = now_us + int(minutes) * MICROSECONDS_PER_MINUTE
        if party.guest.stays_until_close:
            service = self._calendar.find_service(dining.start_us)
            assert service is not None, "a party sits down in a service"
            leaves_us = max(service.window.end_us, now_us + MICROSECONDS_PER_MINUTE)
        party.overstay_us = max(leaves_us - end_us, 0)
        self._at(leaves_us, _Order.LEAVE, partial(self._leave, party))
        if party.overstay_us:
            self._at(end_us, _Order.TRY_AGAIN, partial(self._overstay, party, leaves_us))

    def _overstay(self, party: Party, leaves_us: int) -> None:
        """Note the bookings at risk while a party sits beyond its time."""
        if party.left_us is not None:
            return
        minutes = max(self._seating.overstay_minutes, 5)
        if self._behaviour.prolongs:
            # If its tables are needed next, the stay keeps its planned end.
            for booking_id in party.booking_ids:
                with suppress(Refused):
                    self.staff.prolong(booking_id, minutes=minutes)
        for each in self.staff.at_risk():
            party_at_risk = self._of_booking.get(each.booking.id)
            if party_at_risk is not None:
                party_at_risk.was_at_risk = True
        later_us = self._now_us + minutes * MICROSECONDS_PER_MINUTE
        if later_us < leaves_us:
            self._at(later_us, _Order.TRY_AGAIN, partial(self._overstay, party, leaves_us))

    def _leave(self, party: Party) -> None:
        party.left_us = self._now_us
        for booking_id in party.booking_ids:
            booking = self.staff.complete(booking_id)
            if booking.assignment is not None:
                self._try_again(booking.assignment.window.end_us)


def _terms_for(guest: Guest, terms: AlternativeTerms | None) -> AlternativeTerms | None:
    """Return the alternatives to look for; a party of one cannot split."""
    if terms is None or not terms.split or guest.party_size > 1:
        return terms
    is_all = terms.kinds == (AlternativeKind.SPLIT,)
    return None if is_all else attrs.evolve(terms, split=False)


def _confirmed(booking: object) -> Booking:
    """Check the answer of code that books."""
    if not isinstance(booking, Booking) or booking.status is not BookingStatus.CONFIRMED:
        raise InvalidInput("book", "must return a confirmed booking", safe_repr(booking))
    return booking
