"""Variables of cases and results: the columns of the tidy table of a sweep."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from fourtop.simulation.table import TidyTable


def table_of(pairs: Iterable[tuple[Any, Any]], title: str) -> TidyTable:
    """Return one row per pair of a case and its result; a missing variable is ``None``.

    If a case and its result share a name, the column of the result is called ``result_<name>``.
    """
    rows = []
    for case, result in pairs:
        row = variables_of(case, "case")
        found = variables_of(result, "result")
        rows.append(row | {f"result_{n}" if n in row else n: found[n] for n in found})
    names = dict.fromkeys(name for row in rows for name in row) or {"case": None, "result": None}
    return TidyTable({name: [row.get(name) for row in rows] for name in names}, title)


def variables_of(value: Any, name: str) -> dict[str, Any]:
    """Return the variables of a value: its fields or keys, or itself under the given name.

    Attrs classes, dataclasses, named tuples and mappings have fields; any other value is one cell.
    """
    if attrs.has(type(value)):
        public = (field.name for field in attrs.fields(type(value)))
        return {each: getattr(value, each) for each in public if not each.startswith("_")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): cell for key, cell in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        fields: dict[str, Any] = value._asdict()
        return fields
    return {name: value}
