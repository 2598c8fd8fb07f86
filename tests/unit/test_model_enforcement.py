"""Enforcement: its modes, and the fixed places of services in a roll-out."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest

from fourtop import Enforcement, EnforcementMode, InvalidInput
from fourtop.model.enforcement import place_of

DAYS = [date(2026, 1, 1) + timedelta(days=each) for each in range(1_000)]
OFF, SHADOW, ENFORCED = EnforcementMode


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"capacity_percent": 101},
            "capacity_percent: must be a whole number from 0 to 100 (got 101)",
        ),
        ({"adjacency_percent": 101}, "adjacency_percent: must be a whole number from 0 to 100"),
        ({"capacity_percent": -1}, "capacity_percent: must be a whole number from 0 to 100"),
        ({"capacity_percent": 12.5}, "capacity_percent: must be a whole number"),
        ({"capacity": "strict"}, "capacity: must be one of off, shadow, enforced (got 'strict')"),
        ({"adjacency": None}, "adjacency: must be one of off, shadow, enforced"),
    ],
)
def test_a_faulty_roll_out_names_the_field_and_the_rule(values: Any, fault: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Enforcement(**values)
    assert str(caught.value).startswith(fault)


def test_a_percentage_reaches_its_share_of_the_services_and_never_leaves_one() -> None:
    places = [place_of("capacity", "pub", "dinner", day) for day in DAYS]
    assert set(places) == set(range(100))
    reached: set[date] = set()
    for percent in range(0, 101, 5):
        enforcement = Enforcement(capacity_percent=percent)
        now = {day for day in DAYS if enforcement.capacity_on("pub", "dinner", day) is ENFORCED}
        assert reached <= now
        assert abs(len(now) - 10 * percent) <= 50
        reached = now
    assert reached == set(DAYS)


def test_the_places_are_the_same_in_every_process_and_release() -> None:
    day = date(2026, 5, 1)
    here = [place_of(rule, "pub", "dinner", day) for rule in ("capacity", "adjacency")]
    assert here == [33, 86]
    program = (
        "from datetime import date; from fourtop.model.enforcement import place_of; "
        "print(place_of('capacity', 'pub', 'dinner', date(2026, 5, 1)))"
    )
    told = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert int(told) == here[0]


def test_rules_houses_and_periods_have_places_of_their_own() -> None:
    facts = [
        ("capacity", "pub", "dinner"),
        ("adjacency", "pub", "dinner"),
        ("capacity", "bar", "dinner"),
        ("capacity", "pub", "lunch"),
    ]
    found = [tuple(place_of(*each, day) for day in DAYS[:50]) for each in facts]
    assert len(set(found)) == len(facts)


@pytest.mark.parametrize(
    ("mode", "percent", "modes"),
    [
        (ENFORCED, 100, {ENFORCED}),
        (ENFORCED, 40, {ENFORCED, SHADOW}),
        (ENFORCED, 0, {SHADOW}),
        (SHADOW, 40, {SHADOW, OFF}),
        (SHADOW, 0, {OFF}),
        (OFF, 40, {OFF}),
    ],
)
def test_services_beyond_the_roll_out_have_the_next_milder_mode(
    mode: EnforcementMode, percent: int, modes: set[EnforcementMode]
) -> None:
    enforcement = Enforcement(
        capacity=mode, capacity_percent=percent, adjacency=mode, adjacency_percent=percent
    )
    assert enforcement.capacity_modes == enforcement.adjacency_modes == modes
    found = {enforcement.capacity_on("pub", "dinner", day) for day in DAYS[:200]}
    assert found == modes
    assert {enforcement.adjacency_on("pub", "dinner", day) for day in DAYS[:200]} == modes


def test_an_enforcement_is_shown_in_a_line() -> None:
    assert repr(Enforcement()) == "<Enforcement capacity enforced, adjacency enforced>"
    shown = repr(Enforcement(capacity="shadow", capacity_percent=20, adjacency="off"))
    assert shown == "<Enforcement capacity shadow for 20 % of services, adjacency off>"
