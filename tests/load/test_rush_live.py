"""A dining room under rivals: processes seat, prolong and book the same table at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from fourtop import (
    Booking,
    BookingRequest,
    BookingStatus,
    Code,
    Desk,
    Engine,
    FourtopError,
    IllegalTransition,
    ManualClock,
    Refused,
    WalkIn,
    Window,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import STAFF, a_house, at, one_table
from tests.load.crowd import Crowd, Meet

ROUNDS: Final = 12
TURN_MINUTES: Final = 90

Answer = Booking | FourtopError
# Who has the table, from when, until when.
Row = tuple[str, datetime, datetime]


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


@attrs.frozen
class Evening:
    """One round: a moment of a day of its own, so that the rounds do not touch.

    Args:
        number: The round.
        clock: The time of day.
    """

    number: int
    clock: str

    def at(self, text: str) -> datetime:
        return at(text) + timedelta(days=self.number)

    @property
    def now(self) -> datetime:
        return self.at(self.clock)

    @property
    def window(self) -> Window:
        return Window(self.at("16:00"), self.at("23:59"))

    @property
    def booking_id(self) -> str:
        return f"b{self.number}"


@attrs.frozen
class Race:
    """A kind of rounds: what is there before, and what each process does at the same moment.

    Args:
        clock: The time of day.
        before: Done by one process, before the others begin.
        act: Done by each process; it gets its number.
    """

    clock: str
    before: Callable[[Desk, Evening], object]
    act: Callable[[Desk, Evening, int], Answer]


def play(place: Place, name: str, number: int, meet: Meet) -> list[tuple[Answer, list[Row]]]:
    """Play every round of a race; return each answer, and from one process the rows after it.

    Runs in each process, with a store and a clock of its own.
    """
    race, found = RACES[name], list[tuple[Answer, list[Row]]]()
    clock = ManualClock(at("12:00"))
    with SqlStore(place.url, clock=clock) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        for evening in (Evening(each, race.clock) for each in range(ROUNDS)):
            clock.move_to(evening.now)
            if number == 0:
                race.before(desk, evening)
            meet()
            answer = race.act(desk, evening, number)
            meet()
            found.append((answer, rows(desk, evening) if number == 0 else []))
            if number == 0:
                # A party that sat on would keep the table from those of the next evening.
                leave(desk, evening)
            meet()
    return found


def leave(desk: Desk, evening: Evening) -> None:
    for booking in desk.bookings(evening.window):
        if booking.status is BookingStatus.CHECKED_IN:
            desk.complete(booking.id)


def raced(
    crowd: Crowd, place: Place, name: str
) -> Iterator[tuple[list[Answer], list[Row], Evening]]:
    """Yield each round: what the processes were answered, and who had the table after it."""
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        Engine(store).add_restaurant(a_house(one_table()))
    done = crowd.do(play, [(place, name, number) for number in range(place.processes)])
    later = ManualClock(at("12:00") + timedelta(days=ROUNDS))
    with SqlStore(place.url, clock=later) as store:
        assert Engine(store).desk("house").audit().is_clean
    for number, each in enumerate(zip(*done, strict=True)):
        evening = Evening(number, RACES[name].clock)
        yield [answer for answer, _ in each], each[0][1], evening


def tried(call: Callable[[], Booking]) -> Answer:
    try:
        return call()
    except FourtopError as error:
        return error


def booked_for(start: str) -> Callable[[Desk, Evening], object]:
    return lambda desk, evening: desk.book(
        BookingRequest(4, evening.at(start)), booking_id=evening.booking_id
    )


def seat(desk: Desk, evening: Evening, _number: int) -> Answer:
    return tried(lambda: desk.seat(evening.booking_id))


def walk_in(desk: Desk, _evening: Evening, _number: int) -> Answer:
    return tried(lambda: desk.walk_in(WalkIn(4)))


def seat_or_book(desk: Desk, evening: Evening, number: int) -> Answer:
    """Seat the party that comes early, or book the quarter of an hour before its time."""
    if number % 2:
        return tried(lambda: desk.seat(evening.booking_id))
    return tried(lambda: desk.book(BookingRequest(2, evening.at("18:45"), minutes=15)))


def seated_at_six(desk: Desk, evening: Evening) -> None:
    desk.walk_in(WalkIn(4, minutes=60), booking_id=evening.booking_id)


def prolong_or_book(desk: Desk, evening: Evening, number: int) -> Answer:
    """Prolong the stay until eight, or book the table from seven on."""
    if number % 2:
        return tried(lambda: desk.prolong(evening.booking_id, until=evening.at("20:00")))
    return tried(lambda: desk.book(BookingRequest(4, evening.at("19:00"))))


RACES: Final = {
    "seat × seat": Race("19:00", booked_for("19:00"), seat),
    "walk in × walk in": Race("19:00", lambda *_: None, walk_in),
    "seat × book": Race("18:40", booked_for("19:00"), seat_or_book),
    "prolong × book": Race("18:00", seated_at_six, prolong_or_book),
}


def rows(desk: Desk, evening: Evening) -> list[Row]:
    """Return who has the table of an evening, and when."""
    found = desk.allocations(evening.window)
    return [(row.owner_id, row.window.start, row.window.end) for row in found]


def split(answers: list[Answer]) -> tuple[list[Booking], list[FourtopError]]:
    winners = [each for each in answers if isinstance(each, Booking)]
    return winners, [each for each in answers if isinstance(each, FourtopError)]


def codes(errors: list[FourtopError]) -> set[Code]:
    assert {type(each) for each in errors} <= {Refused, IllegalTransition}
    return {each.code for each in errors}


@pytest.mark.slow
def test_a_party_that_all_seat_at_once_sits_down_once(crowd: Crowd, place: Place) -> None:
    for answers, kept, evening in raced(crowd, place, "seat × seat"):
        # Those who come second find it seated, which changes nothing.
        assert answers == [answers[0]] * place.processes
        assert isinstance(answers[0], Booking)
        assert (answers[0].status, answers[0].version) == (BookingStatus.CHECKED_IN, 2)
        assert kept == [(evening.booking_id, evening.at("19:00"), evening.at("20:30"))]


@pytest.mark.slow
def test_of_the_parties_at_the_door_exactly_one_gets_the_table(crowd: Crowd, place: Place) -> None:
    for answers, kept, evening in raced(crowd, place, "walk in × walk in"):
        winners, refused = split(answers)
        (winner,) = winners
        assert codes(refused) == {Code.TABLES_TAKEN}
        assert kept == [(winner.id, evening.at("19:00"), evening.at("20:30"))]


@pytest.mark.slow
def test_an_early_party_or_a_booking_before_it_gets_the_table(crowd: Crowd, place: Place) -> None:
    for answers, kept, evening in raced(crowd, place, "seat × book"):
        seats, books = answers[1::2], answers[::2]
        winner, *again = split(answers)[0]
        if winner.id == evening.booking_id:
            assert [winner, *again] == seats
            assert codes(split(books)[1]) == {Code.TABLES_TAKEN}
            expected = [(winner.id, evening.at("18:40"), evening.at("20:30"))]
        else:
            assert not again
            assert codes(split(books)[1]) <= {Code.TABLES_TAKEN}
            assert codes(split(seats)[1]) == {Code.ALLOCATIONS_OVERLAP}
            expected = [
                (winner.id, evening.at("18:45"), evening.at("19:00")),
                (evening.booking_id, evening.at("19:00"), evening.at("20:30")),
            ]
        assert kept == expected


@pytest.mark.slow
def test_a_longer_stay_or_a_booking_after_it_gets_the_table(crowd: Crowd, place: Place) -> None:
    for answers, kept, evening in raced(crowd, place, "prolong × book"):
        stays, books = split(answers[1::2]), split(answers[::2])
        six, seven, eight = (evening.at(text) for text in ("18:00", "19:00", "20:00"))
        if stays[0]:
            # Who comes second finds the stay as long as it is to be.
            assert not stays[1]
            assert codes(books[1]) == {Code.TABLES_TAKEN}
            assert not books[0]
            assert kept == [(evening.booking_id, six, eight)]
        else:
            assert codes(stays[1]) == {Code.NEEDED_NEXT}
            (winner,) = books[0]
            assert codes(books[1]) <= {Code.TABLES_TAKEN}
            late = seven + timedelta(minutes=TURN_MINUTES)
            assert kept == [
                (evening.booking_id, six, seven),
                (winner.id, seven, late),
            ]
