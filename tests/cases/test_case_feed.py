"""Case 40: the feed of an aggregator, by the worked examples of its documentation."""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Desk,
    Feed,
    FeedTerms,
    Floor,
    House,
    SetCapacity,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, open_desk

# Three tables for four to six people, one for six, one for seven or eight.
FIVE_TABLES: Final = sketch_floor(
    {
        "1": {"capacity": 6, "min_party": 4},
        "2": {"capacity": 6, "min_party": 4},
        "3": {"capacity": 6, "min_party": 4},
        "4": {"capacity": 6, "min_party": 6},
        "5": {"capacity": 8, "min_party": 7},
    }
)
# Two tables for up to six people; together they take seven to ten.
TWO_SMALL: Final = attrs.evolve(
    sketch_floor({"1": 6, "2": 6}, joins=["1-2"]),
    set_capacities=[SetCapacity(["1", "2"], 10, min_party=7)],
)


def house_of(floor: Floor) -> House:
    """Tables may be larger than the party: the aggregator knows no slack."""
    house = a_house(floor)
    planning = attrs.evolve(house.policy.planning, slack_budget=None)
    return attrs.evolve(house, policy=attrs.evolve(house.policy, planning=planning))


def spots(feed: Feed, text: str = "19:00") -> dict[int, tuple[int, int]]:
    """Spots open and in all of each size at a start."""
    return {
        cell.party_size: (cell.spots_open, cell.spots_total)
        for cell in feed
        if cell.start == at(text)
    }


def seen(desk: Desk, *sizes: int) -> dict[int, tuple[int, int]]:
    return spots(desk.feed(FeedTerms(FRIDAY, 1, sizes)))


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, house_of(FIVE_TABLES), actor=STAFF)


def test_case_40_feed_counts_the_tables_that_each_size_may_use(desk: Desk) -> None:
    assert seen(desk, 4, 5, 6, 7, 8) == {4: (3, 3), 5: (3, 3), 6: (4, 4), 7: (1, 1), 8: (1, 1)}


@pytest.mark.parametrize(("table", "lower"), [("1", {4, 5, 6}), ("4", {6}), ("5", {7, 8})])
def test_case_40_a_booking_lowers_each_size_that_its_table_could_seat(
    desk: Desk, table: str, lower: set[int]
) -> None:
    before = seen(desk, 4, 5, 6, 7, 8)
    floor = desk.house().floor
    size = floor.get_table(table).min_party
    desk.book(BookingRequest(size, at("19:00"), tables=[table]))
    for party_size, (spots_open, spots_total) in seen(desk, 4, 5, 6, 7, 8).items():
        was_open, was_total = before[party_size]
        assert (spots_open, spots_total) == (was_open - (party_size in lower), was_total)


def test_case_40_one_combination_lowers_the_spots_of_the_small_sizes(store: Store) -> None:
    desk = open_desk(store, house_of(TWO_SMALL), actor=STAFF)
    assert seen(desk, 6, 7, 10) == {6: (2, 2), 7: (1, 1), 10: (1, 1)}
    small = desk.book(BookingRequest(6, at("19:00")))
    assert seen(desk, 6, 7, 10) == {6: (1, 2), 7: (0, 1), 10: (0, 1)}
    desk.cancel(small.id)
    desk.book(BookingRequest(7, at("19:00")))
    assert seen(desk, 6, 7, 10) == {6: (0, 2), 7: (0, 1), 10: (0, 1)}


def test_case_40_feed_asks_for_lengths_and_several_days_at_one_version(desk: Desk) -> None:
    desk.book(BookingRequest(7, at("20:00")))
    feed = desk.feed(FeedTerms(FRIDAY, 14, [7], minutes=[60, 120]))
    assert feed.versions == desk.versions()
    assert len({cell.start.date() for cell in feed}) == 14
    at_seven = {cell.minutes: cell.spots_open for cell in feed if cell.start == at("19:00")}
    assert at_seven == {60: 1, 120: 0}


def test_case_40_month_shows_the_days_at_a_glance(desk: Desk) -> None:
    month = desk.month(2026, 5, 8)
    assert len(month.bookable()) == 31
