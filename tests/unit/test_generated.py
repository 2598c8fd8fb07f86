"""The generated modules are current: run ``python -m tests.generate.async_engine`` if not.

``python -m tests.generate.entity_diagram`` writes the diagram of the tables.
"""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any

import pytest

from fourtop import AsyncDesk, AsyncEngine, Desk, Engine
from fourtop.storage.sql import metadata
from tests.generate import entity_diagram
from tests.generate.async_engine import TWINS, Twin, current, generated


def imports(text: str) -> set[tuple[str | None, str]]:
    return {
        (node.module, name.name)
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def code(text: str) -> list[str]:
    """The statements without their layout, and without the imports, which have an order."""
    return [
        ast.unparse(node) for node in ast.parse(text).body if not isinstance(node, ast.ImportFrom)
    ]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.target)
def test_a_generated_module_is_current(twin: Twin) -> None:
    assert code(current(twin)) == code(generated(twin))
    assert imports(current(twin)) == imports(generated(twin))


@pytest.mark.parametrize(("original", "twin"), [(Desk, AsyncDesk), (Engine, AsyncEngine)])
def test_an_awaited_method_has_the_full_docstring(original: type[Any], twin: type[Any]) -> None:
    for name, member in vars(original).items():
        if not name.startswith("_") and callable(member):
            told = inspect.getdoc(getattr(twin, name))
            assert told is not None
            assert len(told.splitlines()) == len((inspect.getdoc(member) or "").splitlines()), name


def test_a_method_that_waits_for_the_store_is_awaited() -> None:
    for twin in TWINS:
        for line in current(twin).splitlines():
            waits = "self._executor." in line or "self.store." in line
            assert not waits or "await self." in line, line


def test_the_diagram_of_the_tables_is_current_and_names_every_table() -> None:
    drawn = entity_diagram.current()
    assert drawn == entity_diagram.diagram()
    assert {table.name for table in metadata(None).sorted_tables} <= set(re.findall(r"\w+", drawn))
