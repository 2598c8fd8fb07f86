"""The OpenAPI document: version 3.1, whole, with examples that work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from jsonschema import Draft202012Validator

from fourtop import Booking, BookingRequest, Hold
from fourtop.formats.results import to_data
from fourtop.http_api.answer_model import answer_model, answer_type
from fourtop.http_api.descriptions import arguments_of
from fourtop.http_api.examples import ANSWERS, BODIES, PROBLEM
from fourtop.http_api.problem import Problem
from fourtop.http_api.request_body import body_model, body_type
from fourtop.model.alternatives import AlternativeTerms
from tests.evening import NOW
from tests.http_api.client import Client, Operation, description, validator_of
from tests.http_api.test_availability import PARTY

DOCUMENT = description().document


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_document_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    found = {each.removeprefix("#/components/schemas/") for each in references(DOCUMENT)}
    assert found <= DOCUMENT["components"]["schemas"].keys()
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("operation", description().operations, ids=lambda each: each.name)
def test_every_operation_describes_itself_and_its_problems(operation: Operation) -> None:
    said = operation.said
    assert said["description"].endswith(".")
    assert said["tags"]
    statuses = said["responses"].keys()
    assert {"400", "401", "403", "404", "422", "503"} <= statuses
    for status, answer in said["responses"].items():
        if int(status) >= 400:
            (media_type,) = answer["content"]
            assert media_type == "application/problem+json"
        if status in ("429", "503"):
            assert "Retry-After" in answer["headers"]


def test_every_parameter_and_key_of_a_body_is_described() -> None:
    for operation in description().operations:
        for each in operation.said.get("parameters", ()):
            assert each.get("description") or each["in"] == "path", (operation.name, each["name"])
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if name.endswith("Body"):
            undescribed = [
                key
                for key, each in schema["properties"].items()
                if "description" not in each and name not in ("PreferenceBody", "OverrideBody")
            ]
            assert undescribed == [], name


def test_no_list_has_the_bounds_of_a_number() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for key, each in schema.get("properties", {}).items():
            if each.get("type") == "array":
                assert {"minimum", "maximum", "pattern"}.isdisjoint(each), (name, key)


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_an_example_of_an_answer_matches_its_model(kind: type) -> None:
    schema = json.dumps({"$ref": f"#/components/schemas/{kind.__name__}"})
    validator = validator_of(schema, json.dumps(DOCUMENT["components"]))
    assert [each.message for each in validator.iter_errors(ANSWERS[kind])] == []


def test_the_example_of_a_booking_has_the_keys_of_an_answer_to_a_guest(api: Client) -> None:
    answer = api("POST", "/bookings", json=PARTY)
    assert ANSWERS[Booking].keys() == answer.json().keys()
    assert ANSWERS[Hold].keys() == api("POST", "/holds", json=PARTY).json().keys()


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
def test_an_example_of_a_body_matches_its_model(kind: type) -> None:
    schema = body_model(kind).model_json_schema()
    assert [each.message for each in Draft202012Validator(schema).iter_errors(BODIES[kind])] == []


def test_the_example_of_a_problem_matches_its_model() -> None:
    assert Problem.model_validate(dict(PROBLEM)).status == 409


def test_the_model_of_an_answer_has_every_key_of_its_json_form() -> None:
    for kind in (BookingRequest, AlternativeTerms):
        value = BookingRequest(4, NOW) if kind is BookingRequest else AlternativeTerms()
        assert to_data(value).keys() == answer_model(kind).model_fields.keys()


def test_the_arguments_of_a_docstring_are_read_over_several_lines() -> None:
    told = arguments_of(BookingRequest)
    assert told.keys() == {each.alias for each in attrs.fields(BookingRequest)}
    assert told["minutes"] == "The length of the stay (1–600); `null`: the policy decides."
    assert re.search(r"in this order, each besides those before it\. Only for staff", told["relax"])


def test_a_type_without_a_form_is_refused() -> None:
    for form in (answer_type, body_type):
        with pytest.raises(TypeError, match="has no"):
            form(bytes)
