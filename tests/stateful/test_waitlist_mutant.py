"""Faults planted in the rules of the waitlist: the state machine catches each in the test run."""

from __future__ import annotations

import pytest

from tests.stateful.mutant import Mutant
from tests.stateful.run import check_caught
from tests.stateful.waitlist_mutant import WAITLIST_MUTANTS


@pytest.mark.slow
@pytest.mark.parametrize("mutant", WAITLIST_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_engine_is_caught_within_the_test_run(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_caught(mutant, monkeypatch)
