"""The writer of compact JSON writes what the standard library writes."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop.formats.json_writer import json_writer
from fourtop.formats.results import to_data

WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)  # fmt: skip


def standard(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


@settings(max_examples=30)
@given(WRITTEN)
def test_it_writes_what_the_standard_library_writes(data: Any) -> None:
    assert json_writer()(data) == standard(data)


@pytest.mark.parametrize(("data", "error"), [(float("nan"), ValueError), ({"a": {1}}, TypeError)])
def test_it_refuses_what_json_cannot_say(data: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        json_writer()(data)


def test_a_python_without_the_encoder_in_c_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    data = {"party_size": 4, "name": "Zo\u00eb", "channel": None}
    assert json_writer()(data) == standard(data)


@attrs.frozen
class Single:
    name: str


def test_an_object_of_one_attribute_is_an_object() -> None:
    assert to_data(Single("Ada")) == {"name": "Ada"}
