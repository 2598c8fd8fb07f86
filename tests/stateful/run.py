"""Running the machine: in the tests, and in long campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import Evening
from tests.stateful.twin import Twins

STEPS_OF_AN_EVENING = 50
# Evenings that hold ten thousand steps and some to spare; they are always the same.
EVENINGS = 300
STEPS = 10_000


def counted(twins: Twins | None = None) -> type[Evening]:
    """Return the machine with its own counters, on the memory store alone or with twins."""
    return type("CountedEvening", (Evening,), {"steps": 0, "tally": Counter(), "twins": twins})


def play(
    machine: type[Evening], evenings: int, *, from_seed: int | None = None, shrinks: bool = True
) -> None:
    """Play so many evenings of up to 50 steps; raise the model's findings, after shrinking.

    Args:
        machine: Whose counters go up.
        evenings: How many; each on houses of its own.
        from_seed: Decides everything; ``None``: always the same evenings.
        shrinks: Whether to look for a shorter evening that shows the fault.
    """
    if from_seed is not None:
        seed(from_seed)(machine)
    chosen = settings(
        max_examples=evenings,
        stateful_step_count=STEPS_OF_AN_EVENING,
        derandomize=from_seed is None,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        # Houses are large examples, and an evening takes its time.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    run_state_machine_as_test(machine, settings=chosen)


def check_caught(
    mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assert that the machine catches a planted fault within the steps of the test run."""
    machine = counted()
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        play(machine, EVENINGS, shrinks=False)
    assert machine.steps < STEPS
