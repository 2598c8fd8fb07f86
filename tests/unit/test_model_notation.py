"""The notation for notebooks: ten readable lines make a house."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fourtop.errors import InvalidInput
from fourtop.formats.house_document import dumps_house, loads_house
from fourtop.formats.sketch import sketch_floor, sketch_house
from fourtop.model.calendar import Calendar
from fourtop.model.floor import Floor, Join
from fourtop.model.restaurant import Zone
from fourtop.model.service_period import TurnBand
from fourtop.model.stay import Stay
from fourtop.model.table import Table

FLOOR = sketch_floor({"1": 2})


def refusal_of(**values: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        sketch_floor(**({"tables": {"1": 2, "2": 4, "Low 4a": 4}} | values))
    return f"{caught.value.field}: {caught.value.rule}"


def test_ten_lines_make_a_floor() -> None:
    floor = sketch_floor(
        {
            "1": 2,
            "2": 2,
            "Low 4a": 4,
            "5": (4, "Terrace"),
            "6": {
                "capacity": 6,
                "zone": "Terrace",
                "min_party": 3,
                "mobility": "fixed",
                "id": "t6",
            },
        },
        joins=["1-2", ("2", "Low 4a"), ("1", "low 4A", 1)],
        zone="Dining Room",
    )

    assert floor == Floor(
        [
            Table("1", "1", 2, "dining-room"),
            Table("2", "2", 2, "dining-room"),
            Table("low-4a", "Low 4a", 4, "dining-room"),
            Table("5", "5", 4, "terrace"),
            Table("t6", "6", 6, "terrace", min_party=3, mobility="fixed"),
        ],
        zones=[Zone("dining-room", "Dining Room"), Zone("terrace", "Terrace", order=1)],
        joins=[Join(("1", "2")), Join(("2", "low-4a")), Join(("1", "low-4a"), 1)],
    )


def test_a_row_of_tables_is_joined_one_to_the_next() -> None:
    floor = sketch_floor(dict.fromkeys("1234", 2), joins=["1-2 - 3-4"])

    assert [join.tables for join in floor.joins] == [("1", "2"), ("2", "3"), ("3", "4")]


def test_numbers_with_hyphens_are_joined_as_pairs() -> None:
    floor = sketch_floor({"A-1": 2, "A-2": 2}, joins=[("A-1", "A-2")])

    assert floor.joins == (Join(("a-1", "a-2")),)
    with pytest.raises(InvalidInput, match="joins: must name tables of this floor \\(got 'A'\\)"):
        sketch_floor({"A-1": 2, "A-2": 2}, joins=["A-1-A-2"])


def test_no_tables_make_an_empty_floor() -> None:
    assert sketch_floor({}) == Floor([], zones=[])


MAPPING = "be seats, seats and zone, or a mapping of active, capacity, category, "


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tables": ["1", "2"]}, "tables: must be a mapping"),
        ({"tables": {"1": 0}}, "capacity: must be a whole number from 1 to 500"),
        ({"tables": {"1": "2"}}, "capacity: must be a whole number from 1 to 500"),
        ({"tables": {"1": (2, "Bar", 3)}}, "capacity: must be a whole number from 1 to 500"),
        ({"tables": {"1": (2, None)}}, "zone: must be 1 to 50 printable characters"),
        ({"tables": {"1": (2, ["Bar"])}}, "zone: must be 1 to 50 printable characters"),
        ({"tables": {"1": (2, "桌")}}, "zone: must have a letter or a digit"),
        ({"tables": {"1": {"zone": "Bar"}}}, f"tables: must {MAPPING}"),
        ({"tables": {"1": {"capacity": 2, "colour": "red"}}}, f"tables: must {MAPPING}"),
        ({"tables": {"1": {"capacity": 2, "number": "2"}}}, f"tables: must {MAPPING}"),
        ({"tables": {"1": {"capacity": 2, "zone_id": "bar"}}}, f"tables: must {MAPPING}"),
        ({"tables": {1: 2}}, "tables: must be 1 to 100 printable characters"),
        ({"tables": {"桌": 2}}, "tables: must have a letter or a digit"),
        ({"tables": {"A 1": 2, "A-1": 2}}, "tables: must have different ids"),
        ({"tables": {"a": 2, "A": 2}}, "tables: must have different numbers, whatever the case"),
        (
            {"tables": {"1": (2, "Bar"), "2": (2, "BAR")}},
            "zones: must have different names, whatever the case",
        ),
        ({"zone": ""}, "zone: must be 1 to 50 printable characters"),
        ({"joins": "1-2"}, "joins: must be a collection"),
        ({"joins": None}, "joins: must be a collection"),
        ({"joins": ["1"]}, "joins: must name two tables or more"),
        ({"joins": ["1-1"]}, "tables: must be two different table ids"),
        ({"joins": ["1-9"]}, "joins: must name tables of this floor"),
        ({"joins": [("1", 2)]}, "joins: must name tables of this floor"),
        ({"joins": [("1", "2", -101)]}, "seat_loss: must be a whole number from -100 to 100"),
        (
            {"joins": [("1", "2", 0, 0)]},
            "joins: must be texts such as 1-2, or pairs of table numbers",
        ),
        ({"joins": [["1", "2"]]}, "joins: must be texts such as 1-2, or pairs of table numbers"),
        ({"joins": ["1-2", "2-1"]}, "joins: must not name a pair twice"),
    ],
    ids=str,
)
def test_a_sketch_of_a_floor_is_refused_by_field_and_rule(
    values: dict[str, Any], message: str
) -> None:
    assert refusal_of(**values).startswith(message)


def test_a_sketched_house_takes_bookings_at_once() -> None:
    house = sketch_house("The Corner", FLOOR, timezone="Europe/London")
    calendar = Calendar(house.restaurant, house.policy)

    found = calendar.stay(calendar.instant("2026-12-25T19:00"), 2)
    assert isinstance(found, Stay)
    assert (found.period, found.turn_minutes) == ("all-day", 90)
    starts = [
        calendar.local_text(start)[11:16] for start, _ in calendar.starts_on(date(2026, 12, 25))
    ]
    assert (starts[0], starts[-1], len(starts)) == ("12:00", "21:00", 37)


def test_periods_and_turn_times_are_written_as_people_say_them() -> None:
    house = sketch_house(
        "Café Zoë",
        FLOOR,
        timezone="Europe/Paris",
        periods={"late": "18:00 - 02:00", "lunch": "12:00-15:00"},
        turn_minutes={2: 90, 4: 105, None: 120},
    )

    assert house.restaurant.id == "cafe-zoe"
    assert [(period.key, period.span_minutes) for period in house.policy.periods] == [
        ("lunch", (720, 900)),
        ("late", (1080, 1560)),
    ]
    assert house.policy.turn_bands == (TurnBand(2, 90), TurnBand(4, 105), TurnBand(None, 120))


def test_a_sketched_house_survives_the_document() -> None:
    house = sketch_house(
        "The Corner", sketch_floor({"1": 2, "2": (4, "Bar")}), timezone="Europe/London"
    )

    assert loads_house(dumps_house(house)) == house
    assert '"id"' not in dumps_house(house)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "name: must be 1 to 100 printable characters"),
        ({"name": None}, "name: must be 1 to 100 printable characters"),
        ({"name": "桌子"}, "name: must have a letter or a digit"),
        ({"timezone": "London"}, "timezone: must be an IANA time zone"),
        ({"floor": None}, "floor: must be of type Floor"),
        ({"periods": "17:00-23:00"}, "periods: must be a mapping"),
        ({"periods": {"dinner": "17:00"}}, "periods: must have local times such as 17:00-23:00"),
        ({"periods": {"dinner": None}}, "periods: must have local times such as 17:00-23:00"),
        (
            {"periods": {"dinner": "17:00-23:00-24:00"}},
            "periods: must be a local time such as 17:30",
        ),
        ({"periods": {"late dinner": "17:00-23:00"}}, "key: must be 1 to 64 characters"),
        (
            {"periods": {"a": "17:00-23:00", "b": "22:00-23:00"}},
            "periods: must not overlap on monday",
        ),
        ({"turn_minutes": 0}, "minutes: must be a whole number from 1 to 600"),
        ({"turn_minutes": 1.5}, "minutes: must be a whole number from 1 to 600"),
        ({"turn_minutes": {4: 90, 2: 60}}, "turn_bands: must have increasing sizes"),
    ],
    ids=str,
)
def test_a_sketch_of_a_house_is_refused_by_field_and_rule(
    values: dict[str, Any], message: str
) -> None:
    given: dict[str, Any] = {"name": "The Corner", "floor": FLOOR, "timezone": "UTC"}

    with pytest.raises(InvalidInput) as caught:
        sketch_house(**(given | values))
    assert str(caught.value).startswith(message)
