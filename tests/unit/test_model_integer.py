"""Integers of numpy are integers; bools and floats are not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import attrs
import numpy as np
import pytest

import fourtop
from fourtop.errors import InvalidInput
from fourtop.model.validators import check_integer, check_party
from tests.types.right_arguments import RIGHT

NOON = datetime(2030, 5, 3, 12, tzinfo=UTC)
INTEGERS = [np.int8(4), np.uint16(4), np.int64(4), np.array(4)]


@pytest.mark.parametrize("value", INTEGERS, ids=repr)
def test_finding_34_an_integer_of_numpy_is_taken_as_an_int(value: Any) -> None:
    request = fourtop.BookingRequest(value, NOON)

    assert (request.party_size, type(request.party_size)) == (4, int)
    assert type(check_party(value)) is int
    assert type(check_integer("n", value, 1, 9)) is int


@pytest.mark.parametrize(
    "value", [4.0, np.float64(4), np.True_, True, np.array([4]), "4", None, 4 + 0j], ids=repr
)
def test_finding_34_only_integers_are_integers(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^capacity: must be a whole number from 1 to 500"):
        fourtop.Table("t1", "1", value, "main")


@pytest.mark.parametrize("value", RIGHT, ids=lambda value: type(value).__name__)
def test_finding_34_no_value_keeps_a_number_of_numpy(value: Any) -> None:
    kept = [getattr(value, field.name) for field in attrs.fields(type(value))]
    assert [each for each in kept if type(each).__module__ == "numpy"] == []


def test_finding_34_a_house_of_numpy_numbers_is_written_as_json() -> None:
    floor = fourtop.sketch_floor({"1": np.int64(2), "2": np.int64(4)})
    house = fourtop.sketch_house("Corner", floor, timezone="Europe/London")

    assert json.loads(fourtop.dumps_house(house))["tables"][0]["capacity"] == 2


def test_finding_34_a_desk_takes_integers_of_numpy() -> None:
    store = fourtop.MemoryStore(fourtop.ManualClock(NOON))
    desk = fourtop.Engine(store).add_restaurant(fourtop.sample.pub())
    start = datetime(2030, 5, 3, 17, tzinfo=UTC)
    three, four, sixty = [np.int64(number) for number in (3, 4, 60)]
    numbers: dict[str, Any] = {"ttl_seconds": sixty}
    parties: Any = four
    limit: Any = three

    slots = desk.availability(date(2030, 5, 3), parties, spots_limit=limit).slots
    hold = desk.hold(fourtop.BookingRequest(four, start), **numbers, key="k")

    assert {slot.party_size for slot in slots} == {4}
    assert type(hold.expires_us) is int
