from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from fourtop import InvalidInput, MissingPackage
from fourtop.simulation.tidy_table import TidyTable, variables_of
from tests.unit.sweep_case import Light, Variant

TABLE = TidyTable(("party_size", "light"), ((2, Light.ON), (8, None)))


@dataclass
class Stay:
    minutes: int


class Pair(NamedTuple):
    left: int
    right: int


def test_a_table_gives_columns_and_dictionaries() -> None:
    assert TABLE.column("party_size") == (2, 8)
    assert TABLE.to_dicts() == [
        {"party_size": 2, "light": Light.ON},
        {"party_size": 8, "light": None},
    ]
    assert len(TABLE) == 2
    assert repr(TABLE) == "<TidyTable 2 rows, party_size, light>"


def test_records_with_other_keys_leave_gaps() -> None:
    table = TidyTable.of_records([{"a": 1}, {"b": 2, "a": 3}])
    assert table == TidyTable(("a", "b"), ((1, None), (3, 2)))
    assert TidyTable.of_records([]) == TidyTable((), ())


def test_a_table_draws_its_first_rows() -> None:
    table = TidyTable(("n", "<share>"), [(n, n / 3) for n in range(25)])
    html = table._repr_html_()
    assert "25 rows, the first 20" in html
    assert "<th>&lt;share&gt;</th>" in html
    assert html.count("<tr>") == 21
    assert "<td>0.3333</td>" in html


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


@pytest.mark.parametrize(
    ("columns", "rows", "field"),
    [(("a", "a"), (), "columns"), (("a",), ((1, 2),), "rows")],
)
def test_a_table_that_is_not_rectangular_is_refused(
    columns: tuple[str, ...], rows: tuple[tuple[int, ...], ...], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        TidyTable(columns, rows)
    assert caught.value.field == field


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(InvalidInput, match="name: must be one of party_size, light"):
        TABLE.column("covers")


@pytest.mark.slow
def test_pandas_and_polars_receive_the_columns() -> None:
    expected = [{"party_size": 2, "light": "on"}, {"party_size": 8, "light": None}]
    assert TABLE.to_polars().to_dicts() == expected
    found = TABLE.to_pandas()
    assert list(found.columns) == ["party_size", "light"]
    assert found["party_size"].tolist() == [2, 8]
    assert found["light"][0] == "on"
    assert TidyTable(("a",), ((1,), ("x",), (2.5,))).to_polars().height == 3


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage) as caught:
        getattr(TABLE, f"to_{package}")()
    assert caught.value.package == package
    assert str(caught.value).endswith(f"install {package}")
