"""Faults planted in plans that move several parties: the state machine catches each in the run."""

from __future__ import annotations

import pytest

from tests.stateful.mutant import Mutant
from tests.stateful.plan_mutant import PLAN_MUTANTS
from tests.stateful.run import check_caught


@pytest.mark.slow
@pytest.mark.parametrize("mutant", PLAN_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_engine_is_caught_within_the_test_run(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_caught(mutant, monkeypatch)
