"""The published schema of the house document keeps in step with the decoder."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from jsonschema import Draft202012Validator

from fourtop.formats import house_document
from fourtop.formats.json_schema import house_schema
from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.distances import Aisle
from fourtop.model.enforcement import Enforcement
from fourtop.model.floor import Join
from fourtop.model.planning_rules import Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.service_period import Occasion, ServicePeriod
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Position, Table
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from tests.unit.document_case import BARE_TEXT, FULL_TEXT
from tests.unit.document_faults import MALFORMED, MISSING, Path, at, without


def schema() -> Draft202012Validator:
    return Draft202012Validator(house_schema())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(house_schema())
    assert house_schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_the_schema_is_the_callers_own() -> None:
    house_schema()["properties"].clear()

    assert house_schema()["properties"]


@pytest.mark.parametrize("text", [FULL_TEXT, BARE_TEXT], ids=["full", "bare"])
def test_the_schema_accepts_what_is_written(text: str) -> None:
    schema().validate(json.loads(text))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        case[:2]
        for case in MALFORMED
        # JSON Schema has no word for a number that is none, the time zones that there are, and the
        # months' days.
        if case[1] not in ("London", "2026-13-01") and case[1] == case[1]
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_decoder_refuses(path: Path, value: Any) -> None:
    assert not schema().is_valid(at(json.loads(FULL_TEXT), path, value))


KINDS = {
    "restaurant": (Restaurant, {}, {"id"}),
    "zone": (Zone, {}, {"id"}),
    "table": (Table, {"zone_id": "zone"}, {"id"}),
    "position": (Position, {}, set()),
    "join": (Join, {}, set()),
    "set_capacity": (SetCapacity, {}, set()),
    "aisle": (Aisle, {}, set()),
    "policy": (Policy, {}, set()),
    "period": (ServicePeriod, {}, set()),
    "occasion": (Occasion, {}, set()),
    "capacity_rule": (CapacityRule, {}, set()),
    "pacing_rule": (PacingRule, {}, set()),
    "channel_share": (ChannelShare, {}, set()),
    "booking_window": (BookingWindow, {}, set()),
    "exception": (DateException, {}, set()),
    "zone_rule": (ZoneRule, {}, set()),
    "walk_in_rule": (WalkInRule, {}, set()),
    "seating": (SeatingRules, {}, set()),
    "demand_profile": (DemandProfile, {}, set()),
    "enforcement": (Enforcement, {}, set()),
    "scarcity": (Scarcity, {}, set()),
    "planning": (Planning, {}, set()),
    "weights": (Weights, {}, set()),
    "holds": (HoldRules, {}, set()),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_schema_knows_the_keys_of_the_decoder_and_their_defaults(name: str) -> None:
    kind, names, derived = KINDS[name]
    definition = house_schema()["$defs"][name]
    attributes = {names.get(each.name, each.name): each for each in attrs.fields(kind)}
    needed = {key for key, each in attributes.items() if each.default is attrs.NOTHING} - derived

    assert list(definition["properties"]) == list(attributes)
    assert set(definition.get("required", [])) == needed
    assert definition["additionalProperties"] is False
    for key, part in definition["properties"].items():
        if "default" in part:
            assert part["default"] == attributes[key].default, key


def test_the_schema_knows_the_keys_of_the_document() -> None:
    whole = house_schema()
    objects = {name for name, part in whole["$defs"].items() if part.get("type") == "object"}

    assert tuple(whole["properties"]) == house_document.KEYS
    assert whole["required"] == ["format", "restaurant", "zones", "tables", "policy"]
    assert objects == set(KINDS)


@pytest.mark.parametrize("path", MISSING, ids=str)
def test_the_schema_refuses_a_missing_key(path: Path) -> None:
    assert not schema().is_valid(without(json.loads(FULL_TEXT), path))
