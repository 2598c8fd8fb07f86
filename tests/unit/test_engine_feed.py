"""The feed: spots of each start, size and length over several days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Desk,
    Engine,
    FeedCell,
    FeedTerms,
    InvalidIdentifier,
    InvalidInput,
    ManualClock,
    Occasion,
    PacingRule,
    Preference,
    ServicePeriod,
    UnknownName,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, booked, held, open_desk

DAY = timedelta(days=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def cells_at(desk: Desk, text: str, terms: FeedTerms) -> list[FeedCell]:
    return [cell for cell in desk.feed(terms) if cell.start == at(text)]


def test_the_spots_open_are_those_of_availability(desk: Desk) -> None:
    booked(desk, 4)
    held(desk, 2)
    for minutes in (None, 60, 180):
        lengths = () if minutes is None else (minutes,)
        feed = desk.feed(FeedTerms(FRIDAY, 2, range(1, 9), minutes=lengths))
        slots = [
            slot
            for day in (FRIDAY, FRIDAY + DAY)
            for slot in desk.availability(day, range(1, 9), minutes=minutes).slots
        ]
        assert [(cell.start, cell.party_size, cell.spots_open) for cell in feed] == [
            (slot.start, slot.party_size, slot.spots) for slot in slots
        ]
        assert feed.versions == desk.versions()


def test_the_spots_in_all_are_those_of_the_empty_house(desk: Desk) -> None:
    terms = FeedTerms(FRIDAY, 1, [2, 4, 6])
    before = {(cell.start, cell.party_size): cell.spots_open for cell in desk.feed(terms)}
    booked(desk, 4)
    booked(desk, 6, "20:00")
    feed = desk.feed(terms)
    assert {(cell.start, cell.party_size): cell.spots_total for cell in feed} == before
    assert any(cell.spots_open < cell.spots_total for cell in feed)


def test_caps_and_pacing_count_in_both(store: Store) -> None:
    house = a_house(
        capacity_rules=[CapacityRule(max_covers=10)],
        pacing_rules=[PacingRule(60, max_parties=2)],
    )
    desk = open_desk(store, house, actor=STAFF)
    (cell,) = cells_at(desk, "19:00", FeedTerms(FRIDAY, 1, [2]))
    assert (cell.spots_open, cell.spots_total) == (2, 2)
    booked(desk, 4)
    booked(desk, 4, "20:00")
    (cell,) = cells_at(desk, "19:00", FeedTerms(FRIDAY, 1, [2]))
    assert (cell.spots_open, cell.spots_total) == (1, 2)
    assert not cells_at(desk, "19:00", FeedTerms(FRIDAY, 1, [4]))[0].is_bookable


def test_a_cell_has_the_length_of_its_stay(store: Store) -> None:
    dinner = ServicePeriod("dinner", "17:00", "23:00", last_seating_minutes=60, occasions=["d"])
    house = a_house(periods=[dinner], occasions=[Occasion("d", [(2, 60), (None, 150)])])
    desk = open_desk(store, house, actor=STAFF)
    early, late = (
        cells_at(desk, text, FeedTerms(FRIDAY, 1, [2, 4], occasion="d"))
        for text in ("17:00", "22:00")
    )
    assert [cell.minutes for cell in early] == [60, 150]
    assert [cell.minutes for cell in late] == [60, 150]
    asked = cells_at(desk, "17:00", FeedTerms(FRIDAY, 1, [2], minutes=[120, 90, 90]))
    assert [cell.minutes for cell in asked] == [90, 120]
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, periods=[attrs.evolve(dinner, min_dwell_minutes=90)])
    )
    (cell,) = cells_at(desk, "22:00", FeedTerms(FRIDAY, 1, [4]))
    assert (cell.minutes, cell.spots_open, cell.spots_total) == (None, 0, 0)


def test_a_start_that_has_passed_has_no_spots(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("18:00"))
    early, late = (
        cells_at(desk, text, FeedTerms(FRIDAY, 1, [2]))[0] for text in ("17:00", "19:00")
    )
    assert (early.spots_open, early.spots_total) == (0, 0)
    assert late.spots_open == late.spots_total == 5


def test_conditions_and_limits_of_counting(desk: Desk) -> None:
    with pytest.raises(UnknownName):
        desk.feed(FeedTerms(FRIDAY, 1, [2], must=Preference(zones=["moon"])))
    with pytest.raises(UnknownName):
        desk.feed(FeedTerms(FRIDAY, 1, [2], channel="pigeon"))
    whole = FeedTerms(FRIDAY, 1, 2, spots_limit=3)
    assert repr(whole) == "<FeedTerms 1 day from 2026-05-01, 1 size>"
    (cell,) = cells_at(desk, "19:00", whole)
    assert (cell.spots_open, cell.spots_total) == (3, 3)


def test_a_feed_is_shown_as_text_html_and_json(desk: Desk) -> None:
    booked(desk, 6, "19:00")
    feed = desk.feed(FeedTerms(FRIDAY, 1, [6], minutes=[90]))
    assert repr(feed) == "<Feed 1 day from 2026-05-01, 17 of 17 cells bookable>"
    assert len(feed) == 17
    assert repr(feed.cells[0]) == (
        "<FeedCell 2026-05-01T17:00Z party of 6, 90 minutes, 2 of 2 spots open>"
    )
    assert "1 of 2" in feed._repr_html_()
    assert to_data(feed)["cells"][0]["spots_total"] == 2
    assert repr(attrs.evolve(feed.cells[0], minutes=None)).count("minutes") == 0
    assert (
        "<td></td>"
        in attrs.evolve(feed, cells=(attrs.evolve(feed.cells[0], minutes=None),))._repr_html_()
    )


@pytest.mark.parametrize(
    ("arguments", "terms", "field"),
    [
        ((FRIDAY, 0, [2]), {}, "days"),
        ((FRIDAY, 63, [2]), {}, "days"),
        ((FRIDAY, 62, range(1, 82)), {}, "days"),
        ((FRIDAY, 1, []), {}, "party_sizes"),
        ((FRIDAY, 1, [0]), {}, "party_sizes"),
        ((FRIDAY, 1, [2]), {"minutes": [601]}, "minutes"),
        ((FRIDAY, 1, [2]), {"spots_limit": 101}, "spots_limit"),
        ((date(1969, 5, 1), 1, [2]), {}, "start"),
        ((date.max, 1, [2]), {}, "start"),
    ],
)
def test_wrong_terms_are_refused(arguments: Any, terms: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        FeedTerms(*arguments, **terms)
    assert caught.value.field == field


def test_only_terms_make_a_feed(desk: Desk) -> None:
    wrong: Any = FRIDAY
    with pytest.raises(InvalidInput):
        desk.feed(wrong)
    with pytest.raises(InvalidIdentifier):
        FeedTerms(FRIDAY, 1, [2], occasion="a b")


def test_a_process_that_knows_nothing_of_the_house_shows_the_same(store: Store, desk: Desk) -> None:
    booked(desk, 2, "18:30")
    other = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    assert other.feed(FeedTerms(FRIDAY, 2, [2])) == desk.feed(FeedTerms(FRIDAY, 2, [2]))
