"""The text of an availability is the JSON of its record, as far as an actor may see it."""

from __future__ import annotations

import json
from datetime import date

import attrs
import pytest

from fourtop import Actor, BookingRequest, CapacityRule, Desk, Engine, ManualClock, MemoryStore
from fourtop.http_api.answer import JsonAnswer
from fourtop.http_api.row_text import availability_text, rows_text
from fourtop.http_api.shown import shown_to
from tests.evening import NOW, a_house

GUEST = Actor("g1", "guest")
WAITER = Actor("max", "waiter")
FRIDAY = date(2026, 5, 1)
START = NOW.replace(hour=19, minute=0)


@attrs.frozen
class Row:
    """A row with every kind of value."""

    start_us: int | None
    name: str
    actor: str
    share: float
    is_open: bool
    tables: tuple[str, ...] = ("t1",)


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    rules = [CapacityRule(max_covers=12)]
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, capacity_rules=rules))
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(house)
    return engine.desk(house.restaurant.id)


@pytest.mark.parametrize("actor", [GUEST, WAITER], ids=lambda actor: actor.role)
@pytest.mark.parametrize("sizes", [[2], [2, 4], [2, 7, 40]], ids=str)
@pytest.mark.parametrize("booked", [0, 1, 3])
def test_an_availability_has_the_text_of_its_record(
    desk: Desk, actor: Actor, sizes: list[int], booked: int
) -> None:
    for _ in range(booked):
        desk.book(BookingRequest(4, START))
    found = desk.availability(FRIDAY, sizes)
    assert len(found.slots) > 1
    assert json.loads(availability_text(actor, found)) == shown_to(actor, found)
    keys = list(json.loads(availability_text(actor, found))["slots"][0])
    assert keys == list(shown_to(actor, found)["slots"][0])


def test_one_start_and_no_start_have_the_text_of_their_record(desk: Desk) -> None:
    one = desk.availability(FRIDAY, [2], at=START)
    for found in (one, attrs.evolve(one, slots=())):
        assert json.loads(availability_text(GUEST, found)) == shown_to(GUEST, found)


def test_rows_keep_percents_quotes_nulls_and_equal_values_of_other_types() -> None:
    rows = [
        Row(None, '50 % "%s"', "ada", 1.0, is_open=True),
        Row(1_000_000, '50 % "%s"', "max", 1.0, is_open=True, tables=("t1", "t2")),
    ]
    for actor in (GUEST, WAITER):
        assert json.loads(rows_text(actor, rows)) == shown_to(actor, rows)
    assert "ada" not in rows_text(GUEST, rows)
    assert '"is_open":true' in rows_text(GUEST, rows)


def test_a_text_that_is_no_unicode_is_escaped() -> None:
    answer = JsonAnswer({"note": "\ud800", "table": "é"})
    assert json.loads(bytes(answer.body)) == {"note": "\ud800", "table": "é"}
