from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from fourtop import MissingPackage
from fourtop.simulation import TidyTable
from fourtop.simulation.sweeps.variables import table_of, variables_of
from tests.unit.sweep_case import Light, Variant

TABLE = TidyTable({"party_size": [2, 8], "light": [Light.ON, None]})


@dataclass
class Stay:
    minutes: int


class Pair(NamedTuple):
    left: int
    right: int


@pytest.mark.parametrize(
    ("value", "variables"),
    [
        (Variant(1), {"seed": 1, "tables": 4}),
        (Stay(90), {"minutes": 90}),
        (Pair(1, 2), {"left": 1, "right": 2}),
        ({"a": 1, 2: 3}, {"a": 1, "2": 3}),
        ((1, 2), {"cell": (1, 2)}),
        (7, {"cell": 7}),
        (Stay, {"cell": Stay}),
    ],
)
def test_the_fields_of_a_value_are_its_variables(value: Any, variables: dict[str, Any]) -> None:
    assert variables_of(value, "cell") == variables


def test_results_with_other_variables_leave_gaps() -> None:
    table = table_of([(1, {"a": 2}), (3, {"b": 4})], "gaps")
    assert list(table.rows()) == [
        {"case": 1, "a": 2, "b": None},
        {"case": 3, "a": None, "b": 4},
    ]


@pytest.mark.slow
def test_pandas_and_polars_receive_the_columns() -> None:
    expected = [{"party_size": 2, "light": "on"}, {"party_size": 8, "light": None}]
    assert TABLE.to_polars().to_dicts() == expected
    found = TABLE.to_pandas()
    assert list(found.columns) == ["party_size", "light"]
    assert found["party_size"].tolist() == [2, 8]
    assert found["light"][0] == "on"
    assert TidyTable({"mixed": [1, "x", 2.5]}).to_polars().height == 3


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage) as caught:
        getattr(TABLE, f"to_{package}")()
    assert caught.value.package == package
    assert str(caught.value).endswith(f"install {package}")
