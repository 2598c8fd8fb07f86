"""Ids of new rows: ordered by time, or counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from fourtop import CountedIds, Engine, InvalidIdentifier, ManualClock, MemoryStore, TimeOrderedIds
from fourtop.model.validators import check_identifier
from tests.evening import NOW, a_house, party_size

MILLISECOND = 1_000_000


def test_ids_ordered_by_time_are_uuids_of_version_7() -> None:
    for _ in range(100):
        uuid = UUID(TimeOrderedIds().next())
        assert (uuid.version, uuid.variant) == (7, RFC_4122)
        assert uuid.int >> 76 & 0xF == 0b0111
        assert uuid.int >> 62 & 0b11 == 0b10


def test_they_begin_with_the_millisecond_in_which_they_were_made() -> None:
    before = time.time_ns() // MILLISECOND
    made = UUID(TimeOrderedIds().next()).int >> 80
    assert before <= made <= time.time_ns() // MILLISECOND


def test_they_sort_as_text_by_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: Iterator[int] = iter(
        [(1_777_000_000_000 + 37 * number) * MILLISECOND for number in range(50)]
    )
    monkeypatch.setattr(time, "time_ns", lambda: next(ticks))
    made = [TimeOrderedIds().next() for _ in range(50)]
    assert made == sorted(made)


def test_they_differ_within_one_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_777_000_000_000 * MILLISECOND)
    made = [TimeOrderedIds().next() for _ in range(1_000)]
    assert len(set(made)) == 1_000
    assert len({each[:13] for each in made}) == 1
    assert len({each[14:18] for each in made}) > 100
    assert len({each[19:] for each in made}) == 1_000


def test_they_leave_room_for_what_rows_add() -> None:
    assert len(check_identifier("id", TimeOrderedIds().next())) == 36


def test_counted_ids_count() -> None:
    ids = CountedIds()
    assert [ids.next() for _ in range(3)] == ["id-1", "id-2", "id-3"]


def test_counted_ids_are_counted_once_by_threads() -> None:
    ids = CountedIds("n")
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: ids.next(), range(2_000)))
    assert sorted(made, key=lambda each: int(each[1:])) == [
        f"n{number}" for number in range(1, 2_001)
    ]


@pytest.mark.parametrize("prefix", ["", "no id", "é", "x" * 33, None, 7])
def test_a_prefix_is_the_beginning_of_an_id(prefix: Any) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        CountedIds(prefix)
    assert caught.value.field == "prefix"
    assert CountedIds("x" * 32).next() == f"{'x' * 32}1"


def test_the_same_calls_give_the_same_ids() -> None:
    def run() -> list[str]:
        desk = Engine(MemoryStore(ManualClock(NOW)), ids=CountedIds()).add_restaurant(a_house())
        hold = desk.hold(party_size(4))
        return [hold.id, desk.confirm(hold.id).id, desk.book(party_size(2)).id]

    assert run() == run()


def test_an_engine_makes_ids_ordered_by_time_unless_told_otherwise() -> None:
    desk = Engine(MemoryStore(ManualClock(NOW))).add_restaurant(a_house())
    assert UUID(desk.hold(party_size(4)).id).version == 7
