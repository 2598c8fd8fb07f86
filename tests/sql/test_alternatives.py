"""Alternatives, offers and utilisation read as few statements as a quote does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from fourtop import AlternativeTerms, Desk, ManualClock, SqlStore
from tests.database.furnished import sqlite_url
from tests.evening import FRIDAY, NOW, STAFF, booked, open_desk, party_size

TERMS = AlternativeTerms(zones=True, shorter_stay=True, split=True)


@pytest.mark.parametrize(
    ("read", "most"),
    [
        (lambda desk: desk.alternatives(party_size(6), TERMS), 2),
        (lambda desk: desk.offers(party_size(2)), 2),
        (lambda desk: desk.utilisation(FRIDAY), 2),
        (lambda desk: desk.rotations(FRIDAY), 1),
    ],
    ids=["alternatives", "offers", "utilisation", "rotations"],
)
def test_a_read_takes_at_most_two_statements(
    tmp_path: Path, read: Callable[[Desk], Any], most: int
) -> None:
    store = SqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW))
    desk = open_desk(store, actor=STAFF)
    for size in (2, 4, 6):
        booked(desk, size)
    heard: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *seen: heard.append(seen[2]))
    assert read(desk)
    assert len(heard) <= most
    store.close()
