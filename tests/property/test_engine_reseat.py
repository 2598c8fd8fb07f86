"""Moves that make room equal brute force on small days, and so do the refusals.

``python -m tests.property.reseat_days --days 1000`` compares a thousand days at once.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from fourtop import ManualClock, MemoryStore
from tests.property.reseat_days import NOW, compared

DAYS: Final = 250
OF_ONE_TEST: Final = 50


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, DAYS, OF_ONE_TEST))
def test_moves_and_refusals_equal_brute_force(first: int) -> None:
    tally = Counter[str]()
    for seed in range(first, first + OF_ONE_TEST):
        clock = ManualClock(NOW)
        tally.update(compared(seed, MemoryStore(clock), clock))
    assert tally["re-seated with 1"]
    assert tally["re-seated with 2"]
    assert tally["refused: no_reseating"]
    assert tally["refused: no_reseating_within"]
