"""The values of a day plan: each field refuses what no search would write into it."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from fourtop import (
    DayMove,
    DayPlan,
    InvalidIdentifier,
    InvalidInput,
    LeftBooking,
    Objective,
    Versions,
)
from fourtop.model.window import to_micros
from tests.evening import FRIDAY, at

MOVE = DayMove("ann", 1, 2, to_micros(at("19:00")), ("2",), ("1",))
LEFT = LeftBooking("bob", 4, to_micros(at("19:00")))
PLAN = DayPlan(
    restaurant_id="house",
    on=FRIDAY,
    objective=Objective.COVERS,
    moves=[MOVE],
    left=[LEFT],
    kept=0,
    value=2,
    value_before=2,
    bound=None,
    nodes=1,
    versions=Versions(1, 1, 1),
)
NO_COUNTS: Final[tuple[Any, ...]] = (-1, 1.5, float("nan"), True, "1", 2**63)


@pytest.mark.parametrize(
    ("value", "field", "wrong"),
    [
        *((MOVE, "version", each) for each in (*NO_COUNTS, 0, None)),
        *((MOVE, "party_size", each) for each in (*NO_COUNTS, 0, None, 1_001)),
        *((MOVE, "start_us", each) for each in (*NO_COUNTS, None, 2**62)),
        *((MOVE, "before", each) for each in (None, "2", 2, ["not an id"], [2])),
        *((MOVE, "tables", each) for each in (None, "1", 1, ["not an id"], [1], [])),
        *((MOVE, "booking_id", each) for each in (None, "not an id")),
        *((MOVE, "timezone", each) for each in (None, "Mars/Base")),
        *((LEFT, "booking_id", each) for each in (None, "not an id")),
        *((LEFT, "party_size", each) for each in (*NO_COUNTS, 0, None)),
        *((LEFT, "start_us", each) for each in (*NO_COUNTS, None, 2**62)),
        *((LEFT, "refusal", each) for each in ("full", 0)),
        *((LEFT, "timezone", each) for each in (None, "Mars/Base")),
        *((PLAN, "restaurant_id", each) for each in (None, "", "not an id")),
        *((PLAN, "on", each) for each in (None, "1 May", 20260501)),
        *((PLAN, "objective", each) for each in (None, "luck")),
        *((PLAN, "moves", each) for each in (None, 1, "ann", [LEFT], [MOVE, MOVE])),
        *((PLAN, "left", each) for each in (None, 1, "bob", ["bob"], [MOVE], [LEFT, LEFT])),
        (PLAN, "left", [attrs.evolve(LEFT, booking_id="ann")]),
        *((PLAN, name, each) for name in ("kept", "value", "nodes") for each in NO_COUNTS),
        *((PLAN, "value_before", each) for each in (*NO_COUNTS, None)),
        *((PLAN, "bound", each) for each in NO_COUNTS),
        *((PLAN, "versions", Versions(each, 1, 1)) for each in NO_COUNTS),
        *((PLAN, "versions", Versions(1, each, 1)) for each in NO_COUNTS),
        *((PLAN, "versions", each) for each in (None, (1, 1, 1))),
        *((PLAN, "timezone", each) for each in (None, "Mars/Base")),
    ],
)
def test_a_plan_made_by_hand_names_the_field_that_is_wrong(
    value: DayMove | LeftBooking | DayPlan, field: str, wrong: Any
) -> None:
    with pytest.raises((InvalidInput, InvalidIdentifier)) as caught:
        attrs.evolve(value, **{field: wrong})
    assert caught.value.field == field
