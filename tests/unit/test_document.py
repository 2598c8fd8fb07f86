"""The house document: what it looks like, what it refuses and where."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, cast

import attrs
import pytest

from fourtop.errors import Code, InvalidDocument, InvalidInput
from fourtop.formats import house_document
from fourtop.formats.house_document import dumps_house, house_from_data, house_to_data, loads_house
from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.enforcement import Enforcement
from fourtop.model.house import House
from fourtop.model.planning_rules import Planning
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.model.service_period import ServicePeriod
from fourtop.model.table import Table
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from tests.unit.document_case import BARE, BARE_TEXT, FULL, FULL_TEXT
from tests.unit.document_faults import CONTRADICTIONS, MALFORMED, MISSING, Path, at, without

# ---- a document is a house, and a house is a document --------------------------------------------


@pytest.mark.parametrize(
    ("house", "text"), [(FULL, FULL_TEXT), (BARE, BARE_TEXT)], ids=["full", "bare"]
)
def test_a_house_is_written_for_people_and_read_without_loss(house: House, text: str) -> None:
    assert dumps_house(house) == text
    assert loads_house(text) == house


def test_the_full_house_leaves_nothing_at_its_default() -> None:
    written = json.loads(FULL_TEXT)
    data = {
        "tables": written["tables"][0],
        "planning": written["policy"]["planning"],
        **written["policy"],
    }
    kinds: dict[str, type[attrs.AttrsInstance]] = {
        "tables": Table,
        "planning": Planning,
        "holds": HoldRules,
        "seating": SeatingRules,
        "enforcement": Enforcement,
    }

    assert {key for key in house_document.KEYS if key not in written} == set()
    for key, kind in kinds.items():
        assert len(data[key]) == len(attrs.fields(kind)), key
    assert len(written["restaurant"]) == len(attrs.fields(Restaurant))
    assert len(written["policy"]) == len(attrs.fields(Policy))
    lists: dict[str, type[attrs.AttrsInstance]] = {
        "periods": ServicePeriod,
        "capacity_rules": CapacityRule,
        "booking_windows": BookingWindow,
        "exceptions": DateException,
        "pacing_rules": PacingRule,
        "channel_shares": ChannelShare,
        "zone_rules": ZoneRule,
        "walk_in_rules": WalkInRule,
        "demand_profiles": DemandProfile,
    }
    for key, kind in lists.items():
        known = {each.name for each in attrs.fields(kind)}
        assert set().union(*written["policy"][key]) == known, key


def test_plain_data_is_the_same_document() -> None:
    assert house_to_data(FULL) == json.loads(FULL_TEXT)
    assert house_from_data(json.loads(FULL_TEXT)) == FULL


def test_ids_that_are_slugs_may_be_left_out() -> None:
    house = house_from_data(
        {
            "format": "fourtop/house/1",
            "restaurant": {"name": "Café Zoë", "timezone": "UTC"},
            "zones": [{"name": "Dining Room"}],
            "tables": [{"number": "Dining 4a", "capacity": 4, "zone": "dining room"}],
            "policy": {"periods": []},
        }
    )

    assert house.restaurant.id == "cafe-zoe"
    assert (house.floor.tables[0].id, house.floor.tables[0].zone_id) == ("dining-4a", "dining-room")


def test_tables_and_zones_are_named_in_any_case() -> None:
    changed = edited(lambda data: data.update(joins=[["a 1", "A 2"], ["a 2", "a 10"]]))

    assert [join.tables for join in house_from_data(changed).floor.joins] == [
        ("t1", "t2"),
        ("t2", "t3"),
    ]


def test_an_explicit_default_is_as_good_as_none() -> None:
    data = json.loads(BARE_TEXT)
    data["joins"], data["set_capacities"], data["joins_within_zone"] = [], [], False
    data["restaurant"] |= {"id": "pub", "slug": "pub", "active": True}
    data["policy"] |= {
        "planning": {"weights": {}, "adjacency_min_party": None},
        "holds": {},
        "closures": [],
    }

    assert house_from_data(data) == BARE


def test_the_order_of_a_document_does_not_matter() -> None:
    data = json.loads(FULL_TEXT)
    for key in ("zones", "tables", "joins", "set_capacities"):
        data[key].reverse()
    data["policy"]["periods"].reverse()

    assert house_from_data(dict(reversed(data.items()))) == FULL


def test_a_document_survives_ascii_and_any_layout() -> None:
    assert loads_house(json.dumps(json.loads(FULL_TEXT), indent=None, ensure_ascii=True)) == FULL


# ---- what it refuses, and where ------------------------------------------------------------------


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FULL_TEXT)
    edit(data)
    return data


def refused(data: object) -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        house_from_data(data)
    return caught.value


@pytest.mark.parametrize(
    ("path", "value", "field", "rule"),
    MALFORMED,
    ids=[f"{case[2]}={case[1]!r:.20}" for case in MALFORMED],
)
def test_a_malformed_place_is_refused_with_its_path_and_its_rule(
    path: Path, value: Any, field: str, rule: str
) -> None:
    error = refused(at(json.loads(FULL_TEXT), path, value))

    assert error.code is Code.INVALID_DOCUMENT
    assert error.field == field
    assert error.rule.startswith(rule)
    assert error.line is None


@pytest.mark.parametrize(
    ("path", "value", "field", "rule"),
    CONTRADICTIONS,
    ids=[f"{case[2]}={case[1]!r:.20}" for case in CONTRADICTIONS],
)
def test_a_contradiction_is_refused_with_its_path_and_its_rule(
    path: Path, value: Any, field: str, rule: str
) -> None:
    error = refused(at(json.loads(FULL_TEXT), path, value))

    assert error.field == field
    assert error.rule.startswith(rule)


@pytest.mark.parametrize("path", MISSING, ids=str)
def test_a_missing_key_is_refused_with_its_path(path: Path) -> None:
    error = refused(without(json.loads(FULL_TEXT), path))

    assert (error.field, error.rule, error.given) == (written(path), "must be given", "left out")


def written(path: Path) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


@pytest.mark.parametrize("name", ["桌", "--"])
def test_a_name_that_makes_no_id_needs_one_given(name: str) -> None:
    data = at(json.loads(BARE_TEXT), ["zones"], [{"name": name}])
    error = refused(data)

    assert (error.field, error.rule) == (
        "zones[0].id",
        "must be given where the name has no letter or digit",
    )
    data["zones"][0]["id"] = "z"
    assert house_from_data(data).floor.zones[0].name == name


@pytest.mark.parametrize("data", [None, [], "text", 3, math.nan], ids=repr)
def test_what_is_no_object_is_no_document(data: Any) -> None:
    assert (refused(data).field, refused(data).rule) == ("document", "must be an object")


def test_a_key_that_is_no_text_is_refused() -> None:
    assert refused({**json.loads(BARE_TEXT), 3: 4}).field == "document"


# ---- any value in any place ----------------------------------------------------------------------


def leaves(data: Any, path: Path) -> Iterator[Path]:
    steps: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(data, dict):
        steps = iter(data.items())
    elif isinstance(data, list):
        steps = iter(enumerate(data))
    else:
        yield path
    for step, value in steps:
        yield from leaves(value, [*path, step])


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        {},
        {"a": 1},
        [["a"]],
        10**400,
        10**5_000,
        "\0",
        "x" * 10_240,
        -1.5,
    ],
    ids=lambda value: f"{type(value).__name__} {shown(value)}",
)
def test_nonsense_in_any_place_is_refused_there(value: Any) -> None:
    data = json.loads(FULL_TEXT)
    paths = list(leaves(data, []))
    assert len(paths) > 100

    for path in paths:
        if (
            isinstance(value, float)
            and path[-1] in {"x", "y", "rotation"}
            and -1_000 <= value <= 1_000
        ):
            continue
        error = refused(at(data, path, value))
        place = written(path)
        # A name that others refer to is missed where it is referred to; a fault of a member may be
        # told of its list.
        is_near = place.startswith(error.field) or error.field.startswith(place)
        assert is_near or path[-1] in {"name", "number", "key"}, (
            f"{value!r:.40} at {place}: {error}"
        )
        assert len(str(error)) < 1_000


def shown(value: Any) -> str:
    return "huge" if type(value) is int else repr(value)[:8]


# ---- broken JSON ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "rule", "given"),
    [
        ("", 1, "must be JSON (Expecting value)", "the end"),
        ('{\n  "format": ', 2, "must be JSON (Expecting value)", "the end"),
        (
            FULL_TEXT.replace('"zones": [', '"zones" ['),
            13,
            "must be JSON (Expecting ':' delimiter)",
            None,
        ),
        (
            FULL_TEXT.replace('"order": 2,', '"order": 2;'),
            13,
            "must be JSON (Expecting ',' delimiter)",
            None,
        ),
        (BARE_TEXT + "}", 8, "must be JSON (Extra data)", "'}'"),
        ("\ufeff" + BARE_TEXT, 1, "must be JSON (Unexpected UTF-8 BOM", None),
        ("{'format': 1}", 1, "must be JSON (Expecting property name", None),
        ('{"format": "a\nb"}', 1, "must be JSON (Invalid control character", None),
        ("[" * 100_000, None, "must be JSON of a sane depth", "a thousand brackets"),
        (
            '{"format": ' + "1" * 5_000 + "}",
            None,
            "must be JSON with numbers of a sane length",
            "thousands of digits",
        ),
        ("nul", 1, "must be JSON (Expecting value)", "'nul'"),
    ],
    ids=[
        "empty",
        "cut",
        "no colon",
        "semicolon",
        "extra",
        "mark",
        "quotes",
        "line break",
        "deep",
        "long",
        "word",
    ],
)
def test_broken_json_is_refused_with_its_line(
    text: str, line: int | None, rule: str, given: str | None
) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_house(text)
    assert (caught.value.field, caught.value.line) == ("document", line)
    assert caught.value.rule.startswith(rule)
    assert given in (None, caught.value.given)


@pytest.mark.parametrize("text", [None, b"{}", 3, {}], ids=repr)
def test_what_is_no_text_is_no_document(text: Any) -> None:
    with pytest.raises(InvalidDocument, match=r"^document: must be a text \(got "):
        loads_house(text)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"zones": []', '"zones": [], "zones": []', "zones"),
        ('"name": "Pub"', '"name": "Pub", "name": "Bar"', "restaurant.name"),
        ('"periods": []', '"periods": [], "periods": 3', "policy.periods"),
    ],
)
def test_a_key_given_twice_is_refused_with_its_path(old: str, new: str, field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_house(BARE_TEXT.replace(old, new))
    assert (caught.value.field, caught.value.rule) == (field, "must be given once")


def test_constants_that_are_no_json_are_refused_with_their_path() -> None:
    for constant in ("NaN", "Infinity", "-Infinity", "1e999"):
        with pytest.raises(InvalidDocument) as caught:
            loads_house(
                FULL_TEXT.replace('"demand_multiplier": 1.5', f'"demand_multiplier": {constant}')
            )
        assert caught.value.field == "policy.planning.demand_multiplier"


def test_the_refusal_of_the_model_is_kept_as_the_cause() -> None:
    error = refused(at(json.loads(FULL_TEXT), ["tables", 3, "capacity"], 0))

    assert type(error.__cause__) is InvalidInput
    assert error.__cause__.field == "capacity"


# ---- the house -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["restaurant", "floor", "policy"])
def test_a_house_is_of_values_that_have_checked_themselves(field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        House(
            **{
                "restaurant": BARE.restaurant,
                "floor": BARE.floor,
                "policy": BARE.policy,
                field: cast("Any", {}),
            }
        )
    assert caught.value.field == field


def test_dates_are_written_as_dates() -> None:
    assert loads_house(FULL_TEXT).policy.closures == {date(2026, 1, 1), date(2026, 12, 25)}


# ---- numbers by zone -----------------------------------------------------------------------------


def test_case_31_tables_of_one_number_get_ids_and_labels_with_their_zones() -> None:
    data = json.loads(BARE_TEXT)
    data["zones"] = [{"name": "Hall"}, {"name": "Yard"}]
    data["tables"] = [
        {"number": "4", "capacity": 4, "zone": "Hall"},
        {"number": "4", "capacity": 2, "zone": "Yard"},
        {"number": "5", "capacity": 2, "zone": "Yard"},
    ]
    data["numbers_unique_in"] = "zone"
    data["joins"] = [["yard/4", "5"]]
    house = house_from_data(data)

    assert [table.id for table in house.floor.tables] == ["hall-4", "yard-4", "5"]
    assert house.floor.joins[0].tables == ("5", "yard-4")
    assert loads_house(dumps_house(house)) == house
