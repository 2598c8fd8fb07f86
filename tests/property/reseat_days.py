"""Small random days, and the moves that make room on them by brute force.

``python -m tests.property.reseat_days --days 1000 --seed 1``, at the root, compares the engine with
brute force on that many days and prints what it has met.

Brute force reads the bookings and allocations of the desk, tries every set of parties at every set
of tables that fits them (``planner_oracle`` finds those), and judges each seating rule by rule with
loops. It shares the score of a single plan with the engine, and nothing else.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any, Final

import attrs

from fourtop import (
    Aisle,
    Allocation,
    Booking,
    BookingRequest,
    BookingStatus,
    CapacityRule,
    Desk,
    Floor,
    House,
    Join,
    KeptApart,
    ManualClock,
    MemoryStore,
    Move,
    OwnerKind,
    Preference,
    Proof,
    Quote,
    Refusal,
    Refused,
    Table,
    Window,
    Zone,
)
from fourtop.planner import Planner, PlanRequest
from fourtop.ports import Store
from tests.evening import MONTH, STAFF, a_house, at, open_desk, table_rows
from tests.property.planner_oracle import Case, possible

MOST_MOVES: Final = 2
SIZES: Final = (1, 2, 2, 2, 2, 3, 4, 4, 4, 5, 6)
NOW: Final = at("17:30")
STARTS: Final = ("18:00", "18:30", "19:00", "19:30", "20:00", "20:30")


# ---- days


@attrs.frozen
class SmallDay:
    """A small house on a day with some bookings, and the requests of newcomers."""

    house: House
    desk: Desk
    clock: ManualClock
    requests: tuple[BookingRequest, ...]


def a_floor(draw: random.Random, *, has_distances: bool) -> Floor:
    """Two to five tables in two zones, some joined, some with a window."""
    numbers = [str(number) for number in range(1, draw.randint(3, 5) + 1)]
    tables = [
        Table(
            number,
            number,
            draw.choice((2, 2, 4, 4, 6)),
            draw.choice(("in", "in", "out")),
            min_party=draw.choice((1, 1, 1, 1, 2)),
            mobility=draw.choice(("movable", "movable", "movable", "fixed")),
            features=draw.choice(((), ("window",))),
        )
        for number in numbers
    ]
    # It has every feature that a party may name, and is never offered.
    tables.append(Table("0", "0", 2, "in", active=False, features=["window"]))
    pairs = list(combinations(numbers, 2))
    apart, aisles = [], []
    if has_distances:
        apart = [KeptApart(pair) for pair in pairs if draw.random() < 0.2]
        if len(numbers) > 2 and draw.random() < 0.5:
            one, other, closed = draw.sample(numbers, 3)
            aisles = [Aisle(joined={one, other}, closes={closed})]
    return Floor(
        tables,
        zones=[Zone("in", "In"), Zone("out", "Out", order=1)],
        joins=[Join(pair) for pair in pairs if draw.random() < 0.5],
        kept_apart=apart,
        aisles=aisles,
    )


def a_day(store: Store, clock: ManualClock, seed: int) -> SmallDay:
    """Make the day of a seed: some parties booked, held, pinned, promised and seated."""
    draw = random.Random(seed)
    has_distances = draw.random() < 0.25
    policy: dict[str, Any] = {}
    if draw.random() < 0.25:
        caps = [CapacityRule(max_covers=draw.randint(3, 8), zone="in")]
        if draw.random() < 0.5:
            caps.append(CapacityRule(max_parties=draw.randint(1, 3), zone="out"))
        policy["capacity_rules"] = caps
    house = a_house(a_floor(draw, has_distances=has_distances), name=f"House {seed}", **policy)
    desk = open_desk(store, house, actor=STAFF)
    bookings = list(_booked(draw, desk))
    for booking in bookings:
        if draw.random() < 0.3:
            desk.cancel(booking.id)
    if draw.random() < 0.5:
        clock.move_to(at("18:00"))
    for booking in bookings:
        _befallen(draw, desk, desk.get_booking(booking.id))
    requests = tuple(a_request(draw) for _ in range(6))
    return SmallDay(house, desk, clock, requests)


def a_request(draw: random.Random) -> BookingRequest:
    """Return a request for a random party."""
    start = at(draw.choice(STARTS))
    must = Preference()
    if draw.random() < 0.15:
        must = Preference(features=["window"])
    elif draw.random() < 0.15:
        must = Preference(zones=[draw.choice(("in", "out"))])
    tables = [draw.choice("12")] if draw.random() < 0.08 else []
    return BookingRequest(draw.choice(SIZES), start, must=must, tables=tables)


def _booked(draw: random.Random, desk: Desk) -> Iterator[Booking]:
    for number in range(draw.randint(3, 10)):
        request = a_request(draw)
        try:
            if draw.random() < 0.07:
                desk.hold(request, ttl_seconds=600)
                continue
            quote = desk.quote(request)
            booking = desk.book(request, booking_id=f"b{number}")
            others = quote.others if isinstance(quote, Quote) else ()
            if others and draw.random() < 0.5:
                # It sits at worse tables than it could, as after cancellations.
                (booking,) = desk.move([Move(booking.id, draw.choice(others).tables)])
            yield booking
        except Refused:
            continue


def _befallen(draw: random.Random, desk: Desk, booking: Booking) -> None:
    if booking.status is not BookingStatus.CONFIRMED:
        return
    if draw.random() < 0.1:
        desk.pin(booking.id)
    if draw.random() < 0.1:
        try:
            desk.seat(booking.id)
        except Refused:
            return


# ---- brute force


@attrs.frozen
class Seat:
    """A party at some tables for a time."""

    who: str
    party_size: int
    tables: frozenset[str]
    window: Window


@attrs.frozen
class Outcome:
    """A seating of the newcomer with some moves."""

    newcomer: frozenset[str]
    moves: dict[str, frozenset[str]]
    cost: float


class BruteForce:
    """All re-seatings of a day, with at most some moves."""

    def __init__(self, day: SmallDay, request: BookingRequest, window: Window) -> None:
        self.house, self.request, self.window = day.house, request, window
        self.floor, self.planning = day.house.floor, day.house.policy.planning
        self.planner = Planner(self.floor, self.planning)
        now_us = day.clock.now_us()
        rows = table_rows(day.desk)
        bookings = {each.id: each for each in day.desk.bookings(MONTH)}
        self.movable = {each.id: each for each in bookings.values() if may_move(each, now_us)}
        self.fixed = [
            Seat(row.owner_id, size, frozenset({row.resource_id}), row.window)
            for row in rows
            if row.owner_id not in self.movable and (size := _size(day, row, bookings)) is not None
        ]
        self.present = {
            each.id: Seat(each.id, each.party_size, frozenset(each.tables), _window(rows, each.id))
            for each in self.movable.values()
        }
        self._options: dict[str, list[tuple[frozenset[str], float]]] = {}

    def outcomes(self, moves: int) -> Iterator[Outcome]:
        """Yield each valid re-seating with exactly so many moves."""
        own = self.options_of("", self.request.party_size, self.request.must, self.window)
        if self.request.tables:
            wanted = frozenset(self.request.tables)
            own = [each for each in own if each[0] == wanted]
        for tables, cost in own:
            newcomer = Seat("", self.request.party_size, tables, self.window)
            for moved in combinations(sorted(self.movable), moves):
                stay = [seat for name, seat in self.present.items() if name not in moved]
                if any(self.clash(newcomer, seat) for seat in stay):
                    continue
                for seats, more in self.placed(moved, [newcomer], stay):
                    if self.keeps_caps(newcomer, seats, stay):
                        new = {seat.who: seat.tables for seat in seats}
                        yield Outcome(tables, new, round(cost + more, 6))

    def placed(
        self, moved: tuple[str, ...], seats: list[Seat], stay: list[Seat]
    ) -> Iterator[tuple[list[Seat], float]]:
        """Yield the seats of all moved parties, and how much dearer they are than before."""
        if not moved:
            yield seats[1:], 0.0
            return
        booking, before = self.movable[moved[0]], self.present[moved[0]]
        options = self.options_of(booking.id, booking.party_size, booking.must, before.window)
        present = self.cost(booking.party_size, before.tables)
        for tables, cost in options:
            seat = attrs.evolve(before, tables=tables)
            if tables == before.tables or any(self.clash(seat, each) for each in (*seats, *stay)):
                continue
            for found, more in self.placed(moved[1:], [*seats, seat], stay):
                yield found, more + cost - present

    def options_of(
        self, who: str, size: int, must: Preference, window: Window
    ) -> list[tuple[frozenset[str], float]]:
        """Return the sets of tables that fit a party beside those who never move."""
        found = self._options.get(who)
        if found is None:
            everything = frozenset(each.id for each in self.floor.tables)
            case = Case(self.floor, self.planning, size, must, Preference(), everything)
            sets = [frozenset(each.tables) for each in possible(case)]
            found = self._options[who] = [
                (tables, self.cost(size, tables))
                for tables in sets
                if not any(self.clash(Seat(who, size, tables, window), each) for each in self.fixed)
            ]
        return found

    def cost(self, size: int, tables: Iterable[str]) -> float:
        return self.planner.measure(PlanRequest(size), tables).score.total

    def clash(self, one: Seat, other: Seat) -> bool:
        """Tell whether two parties cannot sit like that."""
        if one.window.end <= other.window.start or other.window.end <= one.window.start:
            return False
        if one.tables & other.tables:
            return True
        for pair in self.floor.kept_apart:
            for first, second in (pair.tables, pair.tables[::-1]):
                if first in one.tables and second in other.tables:
                    return True
        for aisle in self.floor.aisles:
            for joined, near in ((one, other), (other, one)):
                if aisle.joined <= joined.tables and aisle.closes & near.tables:
                    return True
        return False

    def keeps_caps(self, newcomer: Seat, seats: list[Seat], stay: list[Seat]) -> bool:
        """Tell whether each zone takes the parties that come to it: moves first, newcomer last."""
        fixed = {each.who: each for each in self.fixed}
        others = [*fixed.values(), *stay, *seats]
        for rule in self.house.policy.capacity_rules:
            zone = {each.id for each in self.floor.tables if each.zone_id == rule.zone}
            there = [each for each in others if each.tables & zone]
            come = [
                each
                for each in seats
                if each.tables & zone and not self.present[each.who].tables & zone
            ]
            if come and not _takes(rule, there):
                return False
            if newcomer.tables & zone and not _takes(rule, [*there, newcomer]):
                return False
        return True


def may_move(booking: Booking, now_us: int) -> bool:
    """Tell whether a booking has tables and has not arrived, and no one wants it to stay."""
    return (
        booking.status is BookingStatus.CONFIRMED
        and bool(booking.tables)
        and not booking.is_pinned
        and not booking.names_tables
        and booking.stay.dining.start_us > now_us
    )


def _takes(rule: CapacityRule, there: list[Seat]) -> bool:
    covers, parties = sum(each.party_size for each in there), len(there)
    if rule.max_covers is not None and covers > rule.max_covers:
        return False
    return rule.max_parties is None or parties <= rule.max_parties


def _size(day: SmallDay, row: Allocation, bookings: dict[str, Booking]) -> int | None:
    if row.owner_kind is OwnerKind.BOOKING:
        return bookings[row.owner_id].party_size
    hold = day.desk.find_hold(row.owner_id)
    # An expired hold takes nothing, but its row stays until it is swept.
    return None if hold is None else hold.party_size


def _window(rows: Iterable[Allocation], booking_id: str) -> Window:
    return next(row.window for row in rows if row.owner_id == booking_id)


# ---- the comparison


def compared(seed: int, store: Store, clock: ManualClock) -> Iterator[str]:
    """Compare the answers of one day with brute force; yield what each of them was.

    A re-seating is committed, so that the next newcomer of the day comes after it.
    """
    day = a_day(store, clock, seed)
    for request in day.requests:
        plain, answer = day.desk.quote(request), day.desk.quote(request, moves=MOST_MOVES)
        if isinstance(plain, Quote):
            assert answer == plain, seed
            yield "free"
            day.desk.book(request)
            continue
        yield judged(day, request, plain, answer)


def judged(day: SmallDay, request: BookingRequest, plain: Refusal, answer: Quote | Refusal) -> str:
    """Compare one answer with brute force, and commit its moves; return what it was."""
    stay = day.desk.quote(request.replaced(party_size=1, tables=(), must=Preference()))
    window = Window(request.start, request.start + timedelta(minutes=90))
    assert isinstance(stay, Refusal) or stay.stay.occupied == window
    brute = BruteForce(day, request, window)
    by_moves = [list(brute.outcomes(moves)) for moves in range(MOST_MOVES + 1)]
    fewest = next((moves for moves, found in enumerate(by_moves) if found), None)
    if isinstance(answer, Refusal):
        assert fewest is None, (request, by_moves[fewest or 0][:1])
        if answer.proof is Proof.NO_RESEATING:
            every = range(MOST_MOVES + 1, len(brute.movable) + 1)
            assert not any(any(brute.outcomes(moves)) for moves in every), request
        elif answer.proof is not Proof.NO_RESEATING_WITHIN:
            # Moves would not help at all, so the refusal is as it was.
            assert answer == plain, request
        return f"refused: {answer.proof.value}"
    reseating = answer.reseating
    assert reseating is not None, request
    assert fewest is not None, (request, reseating)
    assert reseating.is_proven
    found = {each.booking_id: frozenset(each.after) for each in reseating.moves}
    expected = [(each.newcomer, each.moves) for each in by_moves[fewest]]
    assert (frozenset(answer.plan.tables), found) in expected, request
    cost = brute.cost(request.party_size, answer.plan.tables)
    for each in reseating.moves:
        size = brute.movable[each.booking_id].party_size
        cost += brute.cost(size, each.after) - brute.cost(size, each.before)
    best = min(each.cost for each in by_moves[fewest])
    assert abs(cost - best) < 1e-6, (request, cost, best)
    committed(day, request, answer)
    return f"re-seated with {len(reseating.moves)}"


def committed(day: SmallDay, request: BookingRequest, answer: Quote) -> None:
    """Book a party with the moves of its quote; see that nothing else has changed."""
    reseating = answer.reseating
    assert reseating is not None
    before = {each.id: each for each in day.desk.bookings(MONTH)}
    booking = day.desk.book(request, moves=reseating)
    assert booking.tables == answer.plan.tables
    assert booking.receipt.moves == reseating.moves
    after = {each.id: each for each in day.desk.bookings(MONTH) if each.id != booking.id}
    moved = {each.booking_id: each for each in reseating.moves}
    for booking_id, each in after.items():
        was = before[booking_id]
        if booking_id in moved:
            assert each.tables == moved[booking_id].after
            assert (each.stay, each.must) == (was.stay, was.must)
        else:
            assert each == was
    assert day.desk.audit().is_clean


def main() -> None:
    """Compare many days, and print what came of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--days", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began, tally = time.monotonic(), Counter[str]()
    for number in range(chosen.days):
        clock = ManualClock(NOW)
        tally.update(compared(chosen.seed * 1_000_000 + number, MemoryStore(clock), clock))
    lines = [f"python -m tests.property.reseat_days --days {chosen.days} --seed {chosen.seed}"]
    lines += [f"{times:>6}  {kind}" for kind, times in sorted(tally.items())]
    lines.append(f"{chosen.days} days equal brute force; {time.monotonic() - began:.0f} s")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
