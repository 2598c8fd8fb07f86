"""The tools for the tests of others: floors, demands, and an evening for their own code."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest

from fourtop import (
    Booking,
    BookingRequest,
    CountedIds,
    Desk,
    Engine,
    Floor,
    InvalidInput,
    MemoryStore,
    Refused,
    sample,
)
from fourtop.simulation import Behaviour, Scenario, play_evening, simulate
from fourtop.testing import SimulatedEvening
from fourtop.testing.demands import dinner, drop_in, live_dinner, rush
from fourtop.testing.fixtures import friday  # noqa: F401  # pytest finds the fixture by its name.
from fourtop.testing.floors import a_house, banquette, bar, grid, islands, pub
from tests.stores import making

ON = date(2030, 5, 10)


def connected(floor: Floor, ids: tuple[str, ...]) -> bool:
    reached, joins = {ids[0]}, [set(join.tables) for join in floor.joins]
    for _ in ids:
        reached |= {each for join in joins if join & reached for each in join & set(ids)}
    return reached == set(ids)


# ---- floors and demands


def test_a_grid_joins_neighbours_and_no_others() -> None:
    floor = grid(3, 4)
    places = {str(row * 4 + column + 1): (row, column) for row in range(3) for column in range(4)}
    neighbours = {
        frozenset((one, two))
        for one, two in combinations(places, 2)
        if sum(abs(a - b) for a, b in zip(places[one], places[two], strict=True)) == 1
    }
    assert {frozenset(join.tables) for join in floor.joins} == neighbours
    positions = {(table.position.x, table.position.y) for table in floor.tables if table.position}
    assert len(positions) == 12


def test_a_banquette_is_a_row_and_islands_stand_alone() -> None:
    row = banquette(6, seats=(2, 4), seat_loss=1)
    assert [table.capacity for table in row.tables] == [2, 4, 2, 4, 2, 4]
    assert row.seats({"1", "2", "3"}) == 6
    assert connected(row, ("2", "3", "4"))
    assert not connected(row, ("2", "4"))
    assert islands(5).joins == ()
    assert {table.capacity for table in islands(5, seats=6).tables} == {6}


def test_a_bar_seats_parties_side_by_side() -> None:
    floor = bar(5)
    assert all(table.capacity == 1 for table in floor.tables)
    assert floor.seats({"1", "2", "3"}) == 3
    assert pub() == sample.pub().floor


@pytest.mark.parametrize("floor", [grid(2, 3), banquette(5), islands(4), bar(4), pub()])
@pytest.mark.parametrize("demand", [dinner(8), live_dinner(8), drop_in(8), rush(8)])
def test_every_floor_serves_every_demand(floor: Floor, demand: Any) -> None:
    run = simulate(a_house(floor), demand, evenings=1)
    assert run.evenings[0].parties > 0


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: grid(0, 3), "rows"),
        (lambda: grid(20, 20), "columns"),
        (lambda: grid(2, 2, seats=()), "seats"),
        (lambda: grid(2, 2, seats=0), "capacity"),
        (lambda: banquette(2.5), "count"),  # type: ignore[arg-type]  # Wrong on purpose.
        (lambda: islands(201), "count"),
        (lambda: bar(-1), "stools"),
        (lambda: a_house(3), "floor"),  # type: ignore[arg-type]  # The same.
        (lambda: dinner(-1), "mean"),
        (lambda: rush(-1), "requests"),
    ],
)
def test_wrong_numbers_of_floors_and_demands_are_refused(make: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.field == field


# ---- an evening for the code of others


def shop_book(desk: Desk, request: BookingRequest) -> Booking:
    """A service of a third party: it books with a reference of its own."""
    return desk.book(request.replaced(reference="shop-1"))


def test_a_service_survives_a_friday(friday: SimulatedEvening) -> None:  # noqa: F811  # The fixture.
    result = friday.play(book=shop_book)
    assert result.parties > 15
    assert friday.desk.audit().is_clean


def test_the_code_of_others_books_every_booking() -> None:
    evening = SimulatedEvening()
    result = evening.play(book=shop_book)
    booked = [visit for visit in result.visits if visit.start_us and visit.channel != "walk_in"]
    references = [booking.reference for booking in evening.desk.list_bookings(limit=500)]
    assert references.count("shop-1") == len(booked) > 5
    assert result.seat_hours_used > 0


def test_code_that_returns_no_booking_is_found_out() -> None:
    for answer in (None, "yes", sample.pub()):
        with pytest.raises(InvalidInput, match="book: must return a confirmed booking"):
            SimulatedEvening().play(book=lambda _desk, _request, answer=answer: answer)  # type: ignore[misc]  # Wrong on purpose.


def test_code_that_books_tables_twice_is_refused_by_the_store() -> None:
    """The store keeps its promise even if the code in front of it names taken tables."""

    def always_the_bay(desk: Desk, request: BookingRequest) -> Booking:
        return desk.book(request.replaced(tables=["big-bay"]))

    evening = SimulatedEvening()
    result = evening.play(book=always_the_bay)
    assert evening.desk.audit().is_clean
    assert sum(result.refusals.values()) > 10
    booked = [visit for visit in result.visits if visit.channel != "walk_in" and visit.start_us]
    assert {visit.tables for visit in booked if not visit.moves} == {("big-bay",)}


def test_requests_come_at_their_times_on_the_clock_of_the_evening() -> None:
    evening = SimulatedEvening(a_house(grid(2, 3)), live_dinner(12), seed=4)
    asked, booked = [], 0
    for request in evening.requests():
        asked.append(evening.clock.now_us())
        try:
            evening.online.book(request)
            booked += 1
        except Refused:
            pass
    assert asked == [guest.asks_us for guest in evening.guests]
    assert booked > 3
    assert len(evening.desk.list_bookings(limit=500)) == booked
    assert evening.desk.audit().is_clean
    assert repr(evening).startswith("<SimulatedEvening 2030-05-10 at The House")


def test_an_engine_of_ones_own_may_use_the_store() -> None:
    evening = SimulatedEvening(demand=dinner(3))
    desk = Engine(evening.store, ids=CountedIds("own")).desk("the-pub")
    for request in evening.requests():
        desk.book(request)
    assert len(evening.desk.list_bookings()) == len(evening.guests)


def test_play_leaves_the_evening_at_its_end() -> None:
    evening = SimulatedEvening(demand=dinner(5), on=ON)
    first_us = evening.clock.now_us()
    evening.play(behaviour=Behaviour(hold_seconds=0))
    assert evening.clock.now_us() > first_us
    assert evening.on == ON
    assert evening.online.find_booking("g1") is not None


@pytest.mark.slow
def test_an_evening_is_the_same_on_every_store(store_name: str) -> None:
    scenario = Scenario(sample.pub(), live_dinner(10), dates=[ON])
    with making(store_name) as make_store:
        found = play_evening(scenario, 2, seed=6, make_store=make_store).result
    assert found == play_evening(scenario, 2, seed=6, make_store=MemoryStore).result
