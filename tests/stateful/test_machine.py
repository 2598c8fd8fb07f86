"""The state machine in the test run; its planted faults have files of their own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fourtop import Code
from tests.stateful.machine import Evening
from tests.stateful.run import EVENINGS, STEPS, counted, play

HERE = Path(__file__).parent
MODEL = (
    "admission",
    "arranging",
    "booking",
    "choosing",
    "comparing",
    "day_plan",
    "editing",
    "evenings",
    "guest_rules",
    "holding",
    "ledger",
    "limits",
    "live",
    "lookahead",
    "modes",
    "promises",
    "room",
    "service",
    "waitlist",
)
# More evenings where the rarest is missing, in batches that end as soon as it is met.
MORE = 15
OF_A_BATCH = 100

COMMANDS = (
    "at_risk",
    "availability",
    "block",
    "book",
    "book_with_moves",
    "cancel",
    "commit_day_plan",
    "seat",
    "complete",
    "confirm",
    "edit_floor",
    "edit_policy",
    "edit_restaurant",
    "extend",
    "hold",
    "hold_with_moves",
    "import",
    "join_waitlist",
    "leave_waitlist",
    "move",
    "no_show",
    "offer",
    "pin",
    "plan_day",
    "prolong",
    "quote",
    "quote_with_moves",
    "release",
    "replace",
    "reschedule",
    "resize",
    "table_states",
    "unblock",
    "undo",
    "unpin",
    "walk_in",
)
CODES = (
    Code.ALLOCATIONS_OVERLAP,
    Code.BOOKING_IN_PAST,
    Code.BOOKING_PINNED,
    Code.CAPACITY_EXCEEDED,
    Code.CHANNEL_SHARE_HELD_BACK,
    Code.DWELL_BELOW_MINIMUM,
    Code.HOLD_CONFLICT,
    Code.HOLD_ENDED,
    Code.HOLD_EXPIRED,
    Code.HOLD_LIMIT,
    Code.ILLEGAL_TRANSITION,
    Code.KEY_REUSED,
    Code.LAST_SEATING_PASSED,
    Code.NEEDED_NEXT,
    Code.NOTHING_TO_UNDO,
    Code.NO_TABLES_MATCH,
    Code.OUTSIDE_SERVICE_HOURS,
    Code.PACING_EXCEEDED,
    Code.PARTY_NEVER_FITS,
    Code.POLICY_DRIFT,
    Code.TABLES_PROMISED,
    Code.TABLES_TAKEN,
    Code.TABLE_OCCUPIED,
    Code.TOO_EARLY_FOR_NO_SHOW,
    Code.TOO_EARLY_TO_SEAT,
    Code.TOO_LATE_TO_SEAT,
    Code.WALK_INS_ONLY,
    Code.ZONE_CAPACITY_EXCEEDED,
)


def missing(machine: type[Evening]) -> set[str]:
    """Return the commands that were never accepted and the codes that were never met."""
    accepted = {command for command, outcome in machine.tally if outcome == "accepted"}
    refused = {outcome.removeprefix("refused: ") for _, outcome in machine.tally}
    return {*COMMANDS} - accepted | {code.value for code in CODES} - refused


@pytest.mark.slow
def test_ten_thousand_steps_are_as_the_model_says() -> None:
    machine = counted()
    play(machine, EVENINGS)
    assert machine.steps >= STEPS
    # What is drawn follows Hypothesis and the modules that are loaded, so the rarest may be
    # missing: then on to others.
    for number in range(MORE):
        if not missing(machine):
            break
        play(machine, OF_A_BATCH, from_seed=number)
    assert not missing(machine), "neither accepted nor met"
    assert machine.tally["confirm", "replayed"]
    assert machine.tally["clock", "back"]
    assert machine.tally["shadow", "recorded"]
    # The job runs on this store only.
    assert machine.tally["offer_waitlist", "accepted"]
    assert machine.tally["offer_waitlist", "ended"]


@pytest.mark.parametrize("name", MODEL)
def test_the_model_knows_values_and_errors_only(name: str) -> None:
    # Not the calendar either: it reckons, and the model reckons for itself.
    tree = ast.parse((HERE / f"{name}.py").read_text("utf-8"))
    modules = [
        f"{node.module}.{each.name}" if node.module == "tests.stateful" else node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    modules += [
        each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    ]
    ours = [module for module in modules if module.split(".")[0] in ("fourtop", "tests")]
    model = [f"tests.stateful.{each}" for each in MODEL]
    assert ours, "every part of the model uses values"
    for module in ours:
        assert (
            module in model
            or module == "fourtop.errors"
            or module.startswith(("fourtop.model.", "fourtop.formats.booking_row"))
        ), module
        assert module != "fourtop.model.calendar"
