"""Restaurants, zones and tables: each rule of each attribute."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import attrs
import pytest

from fourtop.errors import InvalidIdentifier, InvalidInput
from fourtop.model.restaurant import Area, Restaurant, Zone, zone_info
from fourtop.model.table import Mobility, Position, Table

PUB = Restaurant("the-pub", "The Pub", timezone="Europe/London")
MAIN = Zone("main", "Main")
FOUR = Table("t1", "1", 4, "main")

TEXT = "must be 1 to {} printable characters without spaces around them"
WHOLE = "must be a whole number from {} to {}"
SLUG = "must be lower-case words joined by hyphens, at most 64 characters"
TIMEZONE = "must be an IANA time zone such as Europe/London"


def refusal_of(value: Any, **change: Any) -> str:
    (field,) = change
    with pytest.raises(InvalidInput) as caught:
        attrs.evolve(value, **change)
    assert caught.value.field == field
    return caught.value.rule


# ---- restaurants ---------------------------------------------------------------------------------


def test_a_restaurant_has_the_defaults_of_the_trade() -> None:
    assert (PUB.slug, PUB.reservation_interval_minutes, PUB.default_duration_minutes) == (
        "the-pub",
        15,
        90,
    )
    assert (PUB.last_seating_buffer_minutes, PUB.active) == (120, True)


@pytest.mark.parametrize(("id_", "slug"), [("A.b_c:D", "a-b-c-d"), ("--x--", "x"), ("R2", "r2")])
def test_the_slug_is_made_of_the_id_unless_given(id_: str, slug: str) -> None:
    assert Restaurant(id_, "R", timezone="UTC").slug == slug
    assert Restaurant(id_, "R", timezone="UTC", slug="other").slug == "other"


def test_an_id_that_makes_no_slug_needs_one_given() -> None:
    with pytest.raises(InvalidInput, match="slug: must be lower-case words"):
        Restaurant("...", "R", timezone="UTC")


@pytest.mark.parametrize(
    "value", ["", "A", "a b", "-a", "a-", "a--b", "é", "a\n", "a" * 65, None, 3], ids=repr
)
def test_what_is_no_slug_is_refused(value: Any) -> None:
    assert refusal_of(PUB, slug=value) == SLUG


@pytest.mark.parametrize(
    "value",
    [
        "",
        "London",
        "Europe",
        "europe/london ",
        "Europe/London\0",
        "../etc/passwd",
        "a" * 10_240,
        None,
        3,
        b"UTC",
        [],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_time_zone_is_refused(value: Any) -> None:
    assert refusal_of(PUB, timezone=value) == TIMEZONE


def test_a_time_zone_is_found_by_its_name() -> None:
    assert zone_info("America/New_York").key == "America/New_York"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "the pub"}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"name": ""}, TEXT.format(100)),
        ({"name": "a" * 101}, TEXT.format(100)),
        ({"name": None}, TEXT.format(100)),
        ({"reservation_interval_minutes": 0}, WHOLE.format(1, 180)),
        ({"reservation_interval_minutes": 181}, WHOLE.format(1, 180)),
        ({"reservation_interval_minutes": 15.0}, WHOLE.format(1, 180)),
        ({"default_duration_minutes": 14}, WHOLE.format(15, 300)),
        ({"default_duration_minutes": 301}, WHOLE.format(15, 300)),
        ({"default_duration_minutes": math.nan}, WHOLE.format(15, 300)),
        ({"last_seating_buffer_minutes": -1}, WHOLE.format(0, 300)),
        ({"last_seating_buffer_minutes": 301}, WHOLE.format(0, 300)),
        ({"last_seating_buffer_minutes": True}, WHOLE.format(0, 300)),
        ({"active": 1}, "must be true or false"),
    ],
    ids=str,
)
def test_a_restaurant_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(PUB, **change) == rule


# ---- zones ---------------------------------------------------------------------------------------


def test_a_zone_is_indoors_unless_told_otherwise() -> None:
    assert (MAIN.order, MAIN.area) == (0, Area.INDOOR)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": ""}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"name": " Bar"}, TEXT.format(50)),
        ({"name": "a" * 51}, TEXT.format(50)),
        ({"order": -1}, WHOLE.format(0, 10_000)),
        ({"order": 10_001}, WHOLE.format(0, 10_000)),
        ({"area": "garden"}, "must be one of indoor, outdoor, bar"),
        ({"area": None}, "must be one of indoor, outdoor, bar"),
    ],
    ids=str,
)
def test_a_zone_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(MAIN, **change) == rule


# ---- tables --------------------------------------------------------------------------------------


def test_a_table_has_sensible_defaults() -> None:
    assert (FOUR.min_party, FOUR.max_party, FOUR.category, FOUR.seating) == (
        1,
        None,
        "dining",
        "standard",
    )
    assert (FOUR.mobility, FOUR.features, FOUR.position, FOUR.notes) == (
        Mobility.MOVABLE,
        frozenset(),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "t 1"}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"number": ""}, TEXT.format(50)),
        ({"number": 1}, TEXT.format(50)),
        ({"number": "a" * 51}, TEXT.format(50)),
        ({"capacity": 0}, WHOLE.format(1, 500)),
        ({"capacity": 501}, WHOLE.format(1, 500)),
        ({"capacity": 4.0}, WHOLE.format(1, 500)),
        ({"capacity": True}, WHOLE.format(1, 500)),
        ({"capacity": None}, WHOLE.format(1, 500)),
        ({"zone_id": ""}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"min_party": 0}, WHOLE.format(1, 500)),
        ({"min_party": None}, WHOLE.format(1, 500)),
        ({"max_party": 0}, WHOLE.format(1, 1_000)),
        ({"max_party": 1_001}, WHOLE.format(1, 1_000)),
        ({"section": ""}, TEXT.format(100)),
        ({"category": ""}, TEXT.format(50)),
        ({"seating": "a" * 51}, TEXT.format(50)),
        ({"mobility": "wheeled"}, "must be one of movable, fixed"),
        ({"out_of_service": 0}, "must be true or false"),
        ({"active": "yes"}, "must be true or false"),
        ({"features": "window"}, "must be a collection"),
        ({"features": 3}, "must be a collection"),
        ({"features": ["window", ""]}, TEXT.format(50)),
        ({"features": [["window"]]}, TEXT.format(50)),
        ({"position": (1, 2)}, "must be of type Position"),
        ({"notes": "a" * 501}, TEXT.format(500)),
    ],
    ids=str,
)
def test_a_table_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(FOUR, **change) == rule


def test_a_minimum_above_the_maximum_is_refused() -> None:
    with pytest.raises(InvalidInput, match="max_party: must be at least min_party, 3 \\(got 2\\)"):
        Table("t1", "1", 4, "main", min_party=3, max_party=2)


@pytest.mark.parametrize(
    ("max_party", "largest"),
    [(None, 4), (3, 3), (4, 4), (9, 4)],
    ids=["none", "below", "equal", "above"],
)
def test_a_table_alone_seats_the_smaller_of_capacity_and_maximum(
    max_party: int | None, largest: int
) -> None:
    table = Table("t1", "1", 4, "main", min_party=2, max_party=max_party)

    assert table.largest_party == largest
    assert [party_size for party_size in range(8) if table.seats_alone(party_size)] == list(
        range(2, largest + 1)
    )


@pytest.mark.parametrize(
    ("active", "out_of_service", "offered"),
    [(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_only_an_active_table_in_service_is_offered(
    *, active: bool, out_of_service: bool, offered: bool
) -> None:
    assert attrs.evolve(FOUR, active=active, out_of_service=out_of_service).is_offered is offered


def test_a_fixed_table_is_not_movable() -> None:
    assert FOUR.is_movable
    assert not attrs.evolve(FOUR, mobility="fixed").is_movable


def test_tables_of_one_kind_are_interchangeable_whatever_their_numbers() -> None:
    assert FOUR.kind == attrs.evolve(FOUR, id="t2", number="2", zone_id="bar").kind
    others = {attrs.evolve(FOUR, capacity=5).kind, attrs.evolve(FOUR, category="bar").kind}
    assert FOUR.kind not in others | {attrs.evolve(FOUR, seating="booth").kind}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((math.nan, 0, 0), "x"),
        ((0, math.inf, 0), "y"),
        ((100_000.5, 0, 0), "x"),
        ((0, -100_001, 0), "y"),
        ((0, 0, 361), "rotation"),
        ((True, 0, 0), "x"),
        (("1", 0, 0), "x"),
    ],
)
def test_a_position_off_the_plan_is_refused(values: tuple[Any, Any, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Position(*values)
    assert caught.value.field == field


def test_an_id_of_a_table_is_refused_as_an_identifier() -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        Table("t\0", "1", 4, "main")
    assert caught.value.field == "id"


# ---- a machine without time zone data ------------------------------------------------------------

NO_ZONES = """
import sys
sys.modules["tzdata"] = None  # As if the package were not installed.
from fourtop.cli import main
sys.exit(main(["demo"]))
"""


@pytest.mark.slow
def test_finding_32_missing_time_zone_data_is_named_as_the_cause() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_ZONES],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "this machine has no time zone data; install the package tzdata" in done.stderr
    assert "must be an IANA time zone" not in done.stderr


def test_finding_32_an_unknown_zone_is_the_fault_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    assert refusal_of(PUB, timezone="Europe/Nowhere") == TIMEZONE
    monkeypatch.setattr("fourtop.model.restaurant.ZoneInfo", nothing)
    rule = "this machine has no time zone data; install the package tzdata"
    assert refusal_of(PUB, timezone="Europe/Nowhere") == rule
