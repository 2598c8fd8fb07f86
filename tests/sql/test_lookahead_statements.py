"""The statements of a choice beside waiting parties: those of any other choice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from fourtop import (
    BookingRequest,
    Desk,
    ManualClock,
    Planning,
    WaitlistTerms,
    Weights,
    sketch_floor,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import sqlite_url
from tests.evening import NOW, a_house, at, open_desk, party_size

FLOOR = sketch_floor({"big": 4, "small": {"capacity": 6, "max_party": 3}, "two": 2})


def quoted(desk: Desk, heard: list[Any], request: BookingRequest) -> int:
    """Return how many statements a quote takes."""
    heard.clear()
    assert desk.quote(request)
    return len(heard)


@pytest.mark.parametrize(("weights", "more"), [(Weights(), 0), (Weights.reference(), 1)])
def test_only_a_house_that_reads_no_evening_loads_the_starts_of_others(
    tmp_path: Path, weights: Weights, more: int
) -> None:
    with SqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW)) as store:
        desk = open_desk(store, a_house(FLOOR, planning=Planning(weights=weights)))
        heard: list[Any] = []
        event.listen(store.engine, "before_cursor_execute", lambda *told: heard.append(told))
        near, far = party_size(2), party_size(2).replaced(start=at("19:00") + timedelta(days=2))
        quoted(desk, heard, near)
        before = quoted(desk, heard, near)
        desk.join_waitlist(party_size(4, "19:30"), WaitlistTerms(at("18:00"), at("20:00")))
        assert quoted(desk, heard, near) == before + more
        assert quoted(desk, heard, far) == before
