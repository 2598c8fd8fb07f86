"""A full house under rivals: processes cancel, walk in, offer and accept at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from fourtop import (
    Actor,
    Booking,
    BookingRequest,
    BookingSlot,
    BookingStatus,
    Code,
    Desk,
    Engine,
    Event,
    EventType,
    FourtopError,
    ManualClock,
    Refused,
    WalkIn,
    Window,
    sketch_floor,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import STAFF, a_house, at
from tests.load.crowd import Crowd, Meet

ROUNDS: Final = 4
TABLES: Final = 5
CANCELLED: Final = 3
# The parties wait in this order, which is not that of their ids.
WAITING: Final = ("w5", "w3", "w8", "w1", "w6", "w2", "w7", "w4")


@attrs.frozen
class Place:
    """A database, and how many processes share it."""

    url: str
    processes: int


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with Crowd(4, 8) as started:
        yield started


@pytest.fixture(params=["postgresql", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(sqlite_url(tmp_path / "night.db"), 4)
        return
    with postgresql_url() as url:
        yield Place(url, 8)


def seven(number: int) -> datetime:
    """The moment of a round: each has a day of its own, so that the rounds do not touch."""
    return at("19:00") + timedelta(days=number)


def named(number: int, name: str) -> str:
    return f"{number}-{name}"


def open_house(place: Place) -> None:
    floor = sketch_floor({str(number): 4 for number in range(1, TABLES + 1)})
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        Engine(store).add_restaurant(a_house(floor))


def tried(call: Callable[[], object]) -> FourtopError | None:
    try:
        call()
    except FourtopError as error:
        return error
    return None


# ---- waitlist × cancel × walk-in


def fill(desk: Desk, clock: ManualClock, number: int) -> None:
    """Book every table for seven, and let the parties join one after the other."""
    clock.move_to(seven(number) - timedelta(minutes=30))
    for table in range(TABLES):
        desk.book(BookingRequest(4, seven(number)), booking_id=named(number, f"b{table}"))
    for name in WAITING:
        clock.advance(seconds=1)
        desk.join_waitlist(BookingRequest(4, seven(number)), booking_id=named(number, name))


def act(desk: Desk, number: int, process: int) -> list[FourtopError]:
    """Cancel, walk in, or offer and accept, by the number of the process."""
    calls: list[Callable[[], object]]
    if process < CANCELLED:
        calls = [lambda: desk.cancel(named(number, f"b{process}"))]
    elif process == CANCELLED:
        calls = [lambda: desk.walk_in(WalkIn(4))] * 2
    else:
        calls = [lambda: offer_and_accept(desk, number)] * 3
    return [error for error in map(tried, calls) if error is not None]


def offer_and_accept(desk: Desk, number: int) -> None:
    offer = desk.offer(seven(number).date())
    if offer is not None and offer.booking.id[-1] in "1357":
        desk.confirm(offer.hold.id)


def play(place: Place, process: int, meet: Meet) -> list[FourtopError]:
    """Play every round; return the errors. Runs in each process, with a store of its own."""
    clock, found = ManualClock(at("12:00")), list[FourtopError]()
    with SqlStore(place.url, clock=clock) as store:
        actor = STAFF if process < CANCELLED else Actor(f"p{process}", "staff")
        desk = Engine(store).desk("house", actor=actor)
        for number in range(ROUNDS):
            if process == 0:
                fill(desk, clock, number)
            clock.move_to(seven(number))
            meet()
            found += act(desk, number, process)
            meet()
            if process == 0:
                # What the others had passed over while it was taken.
                while desk.offer(seven(number).date()) is not None:
                    pass
                # A party that sat on would keep its table from those of the next round.
                for booking in walked_in(desk, number):
                    desk.complete(booking.id)
            meet()
    return found


def offered_in(events: Sequence[Event], number: int) -> list[str]:
    """Return the parties of a round to which tables were offered, in the order of the offers."""
    start = f"{number}-"
    return [
        str(event.booking_id).removeprefix(start)
        for event in events
        if event.type is EventType.WAITLIST_OFFERED and str(event.booking_id).startswith(start)
    ]


@pytest.mark.slow
def test_what_becomes_free_goes_to_the_waiting_parties_in_their_order(
    crowd: Crowd, place: Place
) -> None:
    open_house(place)
    done = crowd.do(play, [(place, number) for number in range(place.processes)])
    errors = Counter(error.code for each in done for error in each)
    assert set(errors) <= {Code.TABLES_TAKEN}
    with SqlStore(place.url, clock=ManualClock(seven(ROUNDS - 1))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        assert desk.audit().is_clean
        events = store.events("house")
        for number in range(ROUNDS):
            offered = offered_in(events, number)
            assert offered == list(WAITING[: len(offered)]), "an offer overtook another"
            bookings = {
                name: desk.get_booking(named(number, name)) for name in WAITING[: len(offered)]
            }
            accepted = [
                each for each in bookings.values() if each.status is BookingStatus.CONFIRMED
            ]
            waiting = [each.waiting for each in bookings.values()]
            assert all(each is not None and each.offers == 1 for each in waiting)
            assert len({table for each in accepted for table in each.tables}) == len(accepted)
            assert len(offered) + len(walked_in(desk, number)) == CANCELLED, "a free table was left"


def walked_in(desk: Desk, number: int) -> list[Booking]:
    window = Window(seven(number) - timedelta(hours=3), seven(number) + timedelta(hours=3))
    return [each for each in desk.bookings(window) if each.channel == "walk_in"]


# ---- promised tables


def book_beside_a_promise(place: Place, _process: int, meet: Meet) -> list[Booking | FourtopError]:
    found: list[Booking | FourtopError] = []
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        for number in range(ROUNDS):
            meet()
            try:
                found.append(desk.book(BookingRequest(4, seven(number))))
            except FourtopError as error:
                found.append(error)
    return found


@pytest.mark.slow
def test_rivals_never_starve_the_parties_that_were_promised_tables(
    crowd: Crowd, place: Place
) -> None:
    open_house(place)
    promised = 2
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        for number in range(ROUNDS):
            for each in range(promised):
                request = BookingRequest(4, seven(number))
                desk.book(request, tables="later", booking_id=named(number, f"p{each}"))
        done = crowd.do(
            book_beside_a_promise, [(place, number) for number in range(place.processes)]
        )
        for answers in zip(*done, strict=True):
            made = sum(isinstance(each, Booking) for each in answers)
            assert made == min(TABLES - promised, place.processes)
            refused = [each for each in answers if isinstance(each, FourtopError)]
            assert {each.code for each in refused} == {Code.TABLES_PROMISED}
        for number in range(ROUNDS):
            for each in range(promised):
                name = named(number, f"p{each}")
                hold = desk.hold(BookingRequest(4, seven(number)), booking_id=name)
                assert desk.confirm(hold.id).status is BookingStatus.CONFIRMED
        assert desk.audit().is_clean


# ---- slots


def reserve(place: Place, _process: int, meet: Meet) -> list[BookingSlot | FourtopError]:
    found: list[BookingSlot | FourtopError] = []
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house")
        for number in range(ROUNDS):
            meet()
            try:
                found.append(desk.reserve_slot(f"s{number}", 3))
            except FourtopError as error:
                found.append(error)
    return found


@pytest.mark.slow
def test_rivals_never_reserve_more_covers_than_a_slot_has(crowd: Crowd, place: Place) -> None:
    open_house(place)
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house")
        for number in range(ROUNDS):
            desk.open_slot(seven(number), 10, slot_id=f"s{number}")
        done = crowd.do(reserve, [(place, number) for number in range(place.processes)])
        for number, answers in enumerate(zip(*done, strict=True)):
            made = [each for each in answers if isinstance(each, BookingSlot)]
            refused = [each for each in answers if isinstance(each, Refused)]
            assert (len(made), len(refused)) == (3, place.processes - 3)
            assert sorted(each.reserved for each in made) == [3, 6, 9]
            slot = desk.find_slot(f"s{number}")
            assert slot is not None
            assert (slot.reserved, slot.version) == (9, 4)
