"""Faults planted in the rules of the dining room: the state machine catches each in the run."""

from __future__ import annotations

import pytest

from tests.stateful.live_mutant import LIVE_MUTANTS
from tests.stateful.mutant import Mutant
from tests.stateful.run import check_caught


@pytest.mark.slow
@pytest.mark.parametrize("mutant", LIVE_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_engine_is_caught_within_the_test_run(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_caught(mutant, monkeypatch)
