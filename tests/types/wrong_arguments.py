"""Sixteen wrong arguments, one a line: type checkers flag them. Not part of the strict mypy run."""

from __future__ import annotations

from datetime import UTC, datetime

from fourtop import (
    BookingRequest,
    CapacityRule,
    Engine,
    Join,
    Move,
    Policy,
    Preference,
    Restaurant,
    ServicePeriod,
    Table,
    Window,
    Zone,
    sample,
)
from fourtop.simulation import Behaviour, Demand, Scenario, Stays
from fourtop.simulation.studies import Variant

HOUSE = sample.pub()
NOON = datetime(2030, 5, 3, 12, tzinfo=UTC)

BookingRequest(4, "2030-05-03T12:00")
Window(NOON, 90)
Table("t1", "1", "4", "main")
Join(("t1", 2))
Zone("bar", "Bar", area=1)
ServicePeriod("dinner", 17, "23:00")
CapacityRule(max_covers=40.5)
Policy([("dinner", "17:00", "23:00")])
Restaurant("pub", "The Pub", timezone=None)
Preference(features=5)
Engine(sample.pub())
Move("b1", 3)
Demand("20", {2: 1}, {"19:00": 1})
Stays({2: "75", None: 120})
Scenario(HOUSE, Behaviour())
Variant("busier", HOUSE)
