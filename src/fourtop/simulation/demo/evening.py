"""Play one evening at the sample pub through the public API, on a manual clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from math import inf
from typing import Final

import attrs

from fourtop.clock import ManualClock
from fourtop.engine import CountedIds, Engine
from fourtop.errors import HoldExpired, Refusal, Refused
from fourtop.model.actor import GUEST, Actor
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Booking
from fourtop.model.calendar import Calendar
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Slot
from fourtop.model.service_period import check_date
from fourtop.model.stay import Stay
from fourtop.model.window import (
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_SECOND,
    Window,
    from_micros,
)
from fourtop.ports import Clock, Store
from fourtop.simulation.demand import Demand
from fourtop.simulation.demo.guests import Behaviour, Guest, draw_guests
from fourtop.simulation.demo.record import Channel, Evening, Step, Visit, VisitEvent, half_hours
from fourtop.simulation.event_loop import EventLoop

DEFAULT_SEED: Final = 21
DEFAULT_DATE: Final = date(2026, 5, 1)
STAFF: Final = Actor("host", "staff")

_HOURS_BEFORE: Final = 9
_DAWDLE_SECONDS: Final = 200
_NO_SHOW_AFTER_US: Final = 15 * MICROSECONDS_PER_MINUTE
_WAIT_US: Final = 10 * MICROSECONDS_PER_MINUTE
_FLEXIBLE_US: Final = 60 * MICROSECONDS_PER_MINUTE
_LEAST_STAY_US: Final = 30 * MICROSECONDS_PER_MINUTE

MakeStore = Callable[[Clock], Store]


def play_evening(
    make_store: MakeStore,
    house: House,
    demand: Demand,
    *,
    seed: int = DEFAULT_SEED,
    on: date = DEFAULT_DATE,
) -> Evening:
    """Play an evening of 30 requests at a house, such as the sample pub, and return its record.

    The seed draws the guests, and the desk gives every answer. The same seed and date give the same
    record on every store.

    Args:
        make_store: Makes an empty store on the given clock, such as ``MemoryStore``.
        house: The restaurant, its floor and its policy.
        demand: The demand, with a weight for each start on offer.
        seed: Seed of the guests.
        on: The date.

    Raises:
        InvalidInput: If the date is outside the years 1971 to 2198.
        AlreadyExists: If the store already has the pub.
    """
    run = _EveningRun(make_store, house, demand, check_date("on", on))
    run.play(seed)
    return run.record(seed)


def play_until(
    make_store: MakeStore, house: House, demand: Demand, *, seed: int, until_us: int
) -> None:
    """Play an evening as ``play_evening`` does, up to a time of it. It goes on in the store.

    Args:
        make_store: Makes an empty store on the given clock.
        house: The restaurant, its floor and its policy.
        demand: The demand, with a weight for each start on offer.
        seed: Seed of the guests.
        until_us: The end, exclusive, in microseconds. Its local date is that of the evening.

    Raises:
        InvalidInput: If the date is outside the years 1971 to 2198, or the time lies before the
            first request, nine hours before the house opens.
        AlreadyExists: If the store already has the restaurant.
    """
    on = from_micros(until_us).astimezone(zone_info(house.restaurant.timezone)).date()
    _EveningRun(make_store, house, demand, check_date("on", on)).play(seed, until_us)


class _EveningRun:
    """An evening in progress: a queue of future events, and the record so far."""

    def __init__(self, make_store: MakeStore, house: House, demand: Demand, on: date) -> None:
        self._calendar = Calendar(house.restaurant, house.policy)
        self._starts = [start_us for start_us, _ in self._calendar.starts_on(on)]
        assert len(self._starts) == len(demand.start_weights), (
            "the demand has a weight for each start of its house"
        )
        self._clock = ManualClock(from_micros(self._starts[0]) - timedelta(hours=_HOURS_BEFORE))
        self._on = on
        self._house = house
        self._demand = demand
        engine = Engine(make_store(self._clock), ids=CountedIds("n"))
        self._online = engine.add_restaurant(house, actor=GUEST)
        self._staff = engine.desk(house.restaurant.id, actor=STAFF)
        self._queue = EventLoop(self._clock.now_us())
        self._guests: dict[int, Guest] = {}
        self._steps: dict[int, list[Step]] = {}
        self._seated: dict[int, Booking] = {}
        self._rival: Guest | None = None
        self._sizes: frozenset[int] = frozenset()
        self._waits_for: int | None = None

    def play(self, seed: int, until_us: float = inf) -> None:
        """Run the queue, at most until a time; two guests race for the last table of a start."""
        guests = draw_guests(self._demand, self._starts, seed)
        self._sizes = frozenset(size for size, _ in self._demand.party_weights)
        self._rival = next((guest for guest in guests if guest.behaviour is Behaviour.RIVALS), None)
        for guest in guests:
            # The rival asks together with the guest that races it.
            if guest is not self._rival:
                self._at(guest.asks_us, partial(self._ask, guest))
        self._queue.run(until_us)

    def record(self, seed: int) -> Evening:
        """Return the record, with the final rows and the audit of the store."""
        span = self._span()
        rows = tuple(row for row in self._staff.allocations(span) if _is_of_a_party(row))
        bookings = {booking.id: booking for booking in self._staff.bookings(span)}
        visits = [
            Visit(
                number, guest.channel, guest.party_size, guest.start_us, tuple(self._steps[number])
            )
            for number, guest in sorted(self._guests.items())
        ]
        tables = len(self._house.floor.tables)
        measured = half_hours(span, rows, bookings, tables=tables)
        return Evening(
            seed, self._house, self._on, tuple(visits), rows, measured, self._staff.audit()
        )

    def _span(self) -> Window:
        services = self._calendar.services_on(self._on)
        return Window.of_micros(services[0].window.start_us, services[-1].window.end_us)

    # ---- the clock and the book of the evening

    def _at(self, at_us: int, happens: Callable[[], None], *, leaves: bool = False) -> None:
        at_us = max(at_us, self._now_us)
        # A party leaves before the next one sits down at the same time.
        self._queue.at(at_us, self._run, at_us, happens, rank=not leaves)

    def _run(self, at_us: int, happens: Callable[[], None]) -> None:
        self._clock.move_to(from_micros(at_us))
        happens()

    def _after(self, seconds: float, happens: Callable[[], None]) -> None:
        self._at(self._now_us + int(seconds) * MICROSECONDS_PER_SECOND, happens)

    @property
    def _now_us(self) -> int:
        return self._clock.now_us()

    def _note(
        self,
        guest: Guest,
        event: VisitEvent,
        tables: Sequence[str] = (),
        *,
        other: int | None = None,
    ) -> None:
        self._write(guest, Step(self._now_us, event, tuple(tables), guest.start_us, other=other))

    def _write(self, guest: Guest, step: Step) -> None:
        # The visit keeps the first request; a step keeps another start that the guest took later.
        self._guests.setdefault(guest.number, guest)
        self._steps.setdefault(guest.number, []).append(step)

    def _refuse(self, guest: Guest, refusal: Refusal, tables: Sequence[str] = ()) -> None:
        """Record a refusal; a guest who asked ahead for any table takes the nearest start."""
        nearest_us = None if tables else self._nearest_us(guest)
        self._write(
            guest,
            Step(
                self._now_us, VisitEvent.REFUSED, tuple(tables), guest.start_us, refusal, nearest_us
            ),
        )
        is_flexible = guest.channel is not Channel.WALK_IN
        if (
            is_flexible
            and nearest_us is not None
            and 0 < abs(nearest_us - guest.start_us) <= _FLEXIBLE_US
        ):
            other = attrs.evolve(guest, start_us=nearest_us)
            if guest.channel is Channel.WEB:
                self._hold(other)
            else:
                self._book(other, _request(other))

    def _nearest_us(self, guest: Guest) -> int | None:
        slots = self._online.availability(self._on, guest.party_size).bookable()
        to_come = [slot.start_us for slot in slots if slot.start_us > self._now_us]
        return min(
            to_come, key=lambda start_us: (abs(start_us - guest.start_us), start_us), default=None
        )

    # ---- asking

    def _ask(self, guest: Guest) -> None:
        if guest.behaviour is Behaviour.RACES and self._rival is not None:
            self._race(guest, self._rival)
        elif guest.channel is Channel.WEB:
            self._hold(guest)
        elif guest.channel is Channel.WALK_IN:
            self._walk_in(guest)
        elif guest.behaviour in (Behaviour.NAMES_TABLES, Behaviour.NAMES_TABLES_APART):
            self._ask_by_name(guest)
        else:
            self._book(guest, _request(guest))

    def _hold(self, guest: Guest) -> None:
        try:
            hold = self._online.hold(_request(guest), session=f"s{guest.number}")
        except Refused as refused:
            self._refuse(guest, refused.refusal)
            return
        self._note(guest, VisitEvent.HELD, hold.tables)
        seconds = _DAWDLE_SECONDS if guest.behaviour is Behaviour.DAWDLES else 30 + 90 * guest.haste
        self._after(seconds, partial(self._confirm, guest, hold))

    def _confirm(self, guest: Guest, hold: Hold) -> None:
        confirm = partial(
            self._online.confirm,
            hold.id,
            booking_id=f"r{guest.number}",
            key=f"confirm-{guest.number}",
        )
        try:
            confirmed = confirm()
        except HoldExpired:
            self._note(guest, VisitEvent.HOLD_EXPIRED, hold.tables)
            self._hold(attrs.evolve(guest, behaviour=Behaviour.PLAIN))
            return
        self._note(guest, VisitEvent.CONFIRMED, confirmed.tables)
        if guest.behaviour is Behaviour.CLICKS_TWICE and confirm().replayed:
            self._note(guest, VisitEvent.REPLAYED, confirmed.tables)
        self._expect(guest, confirmed)

    def _book(self, guest: Guest, request: BookingRequest) -> Booking | None:
        try:
            booking = self._staff.book(
                request, booking_id=f"r{guest.number}", key=f"book-{guest.number}"
            )
        except Refused as refused:
            self._refuse(guest, refused.refusal, request.tables)
            return None
        self._note(guest, VisitEvent.BOOKED, booking.tables)
        self._expect(guest, booking)
        return booking

    def _ask_by_name(self, guest: Guest) -> None:
        """Ask for named tables: the second-best plan, or two tables that cannot be joined."""
        if guest.behaviour is Behaviour.NAMES_TABLES_APART:
            wanted = self._tables_apart()
        else:
            quote = self._staff.quote(_request(guest))
            wanted = (
                () if isinstance(quote, Refusal) or not quote.others else quote.others[0].tables
            )
        if wanted:
            self._note(guest, VisitEvent.ASKED_FOR, wanted)
        if self._book(guest, _request(guest, wanted)) is None and wanted:
            self._book(guest, _request(guest))

    def _tables_apart(self) -> tuple[str, ...]:
        floor = self._house.floor
        joined = {frozenset(join.tables) for join in floor.joins}
        pairs = (
            (one, two) for one, two in combinations(floor.tables, 2) if one.zone_id == two.zone_id
        )
        ids = ((one.id, two.id) for one, two in pairs)
        return next((pair for pair in ids if frozenset(pair) not in joined), ())

    # ---- the race

    def _race(self, guest: Guest, rival: Guest) -> None:
        """Show the last table of a start to two guests, and let both hold it at once."""
        slot = self._last_table(guest)
        both = [guest, rival]
        if slot is not None:
            both = [
                attrs.evolve(each, party_size=slot.party_size, start_us=slot.start_us)
                for each in both
            ]
            for each in both:
                quote = self._online.quote(_request(each))
                if not isinstance(quote, Refusal):
                    other = guest.number + rival.number - each.number
                    self._note(each, VisitEvent.SHOWN_LAST, quote.plan.tables, other=other)
        for each in both:
            self._hold(each)

    def _last_table(self, guest: Guest) -> Slot | None:
        """Return the future start with one spot left that is nearest to the guest's request."""
        slots = self._online.availability(self._on, self._sizes, spots_limit=2).bookable()
        last = [slot for slot in slots if slot.spots == 1 and slot.start_us > self._now_us]
        return min(
            last,
            key=lambda slot: (
                abs(slot.party_size - guest.party_size),
                abs(slot.start_us - guest.start_us),
            ),
            default=None,
        )

    # ---- coming and going

    def _expect(self, guest: Guest, booking: Booking) -> None:
        start_us = booking.stay.dining.start_us
        if guest.behaviour is Behaviour.CANCELS:
            minutes = int((start_us - self._now_us) / MICROSECONDS_PER_MINUTE * guest.haste)
            self._at(
                self._now_us + minutes * MICROSECONDS_PER_MINUTE,
                partial(self._cancel, guest, booking),
            )
        elif guest.behaviour is Behaviour.STAYS_AWAY:
            self._at(start_us + _NO_SHOW_AFTER_US, partial(self._stay_away, guest, booking))
        else:
            self._at(start_us, partial(self._come, guest, booking))

    def _cancel(self, guest: Guest, booking: Booking) -> None:
        self._online.cancel(booking.id)
        self._note(guest, VisitEvent.CANCELLED, booking.tables)

    def _stay_away(self, guest: Guest, booking: Booking) -> None:
        self._staff.no_show(booking.id)
        self._note(guest, VisitEvent.STAYED_AWAY, booking.tables)

    def _come(self, guest: Guest, booking: Booking) -> None:
        self._staff.seat(booking.id)
        self._note(guest, VisitEvent.CAME, booking.tables)
        self._seated[guest.number] = booking
        leave = partial(self._leave, guest, VisitEvent.LEFT)
        self._at(booking.stay.dining.end_us, leave, leaves=True)

    def _leave(self, guest: Guest, event: VisitEvent) -> None:
        booking = self._seated.pop(guest.number, None)
        if booking is not None:
            self._staff.complete(booking.id)
            self._note(guest, event, booking.tables)

    # ---- walking in, and waiting for a table

    def _walk_in(self, guest: Guest) -> None:
        if self._book(guest, _request(guest)) is None and self._waits_for is None:
            leaver = self._leaver_for(guest)
            if leaver is not None:
                self._waits_for = leaver.number
                self._note(
                    guest,
                    VisitEvent.WAITED,
                    self._seated[leaver.number].tables,
                    other=leaver.number,
                )
                self._at(self._now_us + _WAIT_US, partial(self._swap, leaver, guest))

    def _leaver_for(self, guest: Guest) -> Guest | None:
        """Return the party seated longest among those that would free a suitable table, if any."""
        later_us = self._now_us + _WAIT_US
        stay = self._calendar.stay(later_us, guest.party_size)
        if not isinstance(stay, Stay):
            return None
        rows = [row for row in self._staff.allocations(stay.occupied) if _is_of_a_party(row)]
        helping = (
            number
            for number, seated in self._seated.items()
            if self._would_help(seated, guest, later_us, rows)
        )
        first = min(
            helping,
            key=lambda number: (self._seated[number].stay.dining.start_us, number),
            default=None,
        )
        return None if first is None else self._guests[first]

    def _would_help(
        self, seated: Booking, guest: Guest, later_us: int, rows: Sequence[Allocation]
    ) -> bool:
        stay = seated.stay.dining
        suits = len(seated.tables) == 1 and self._house.floor.get_table(
            seated.tables[0]
        ).seats_alone(guest.party_size)
        others = {row.owner_id for row in rows if row.resource_id in seated.tables} - {seated.id}
        return suits and not others and stay.start_us + _LEAST_STAY_US <= later_us < stay.end_us

    def _swap(self, leaver: Guest, guest: Guest) -> None:
        """Let one party leave early, and let the waiting party ask again."""
        self._leave(leaver, VisitEvent.LEFT_EARLY)
        later = attrs.evolve(guest, start_us=self._now_us)
        self._book(later, _request(later))


def _request(guest: Guest, tables: Sequence[str] = ()) -> BookingRequest:
    return BookingRequest(guest.party_size, from_micros(guest.start_us), tables=tables)


def _is_of_a_party(row: Allocation) -> bool:
    return (
        row.resource_type is ResourceType.TABLE
        and row.owner_kind is OwnerKind.BOOKING
        and not row.shadow
    )
