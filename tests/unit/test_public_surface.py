"""The public surface: falsy refusals, typed constructors, and extras that the code needs."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

import fourtop
from fourtop import Refusal
from fourtop.ports import Store
from tests.evening import open_desk, party_size

ROOT = Path(__file__).parents[2]
# How an import names the packages that an extra installs, where the two names differ.
IMPORTED_AS = {
    "psycopg[binary]": "psycopg",
    "sqlalchemy[asyncio]": "sqlalchemy",
    "opentelemetry-api": "opentelemetry",
}


def test_finding_18_a_refusal_is_falsy_and_narrows_the_type(store: Store) -> None:
    desk = open_desk(store)
    yes, no = desk.quote(party_size(2)), desk.quote(party_size(500))
    assert not no
    assert isinstance(no, Refusal)
    assert yes
    # mypy accepts this line only if the truth of an answer rules a refusal out.
    assert yes.plan.tables == ("1",)


def extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, list[str]] = project["optional-dependencies"]
    return found


@pytest.mark.parametrize("extra", extras())
def test_finding_29_an_extra_installs_only_packages_that_the_code_imports(extra: str) -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    for requirement in extras()[extra]:
        name = re.split(r"[<>=]", requirement)[0]
        module = IMPORTED_AS.get(name, name)
        # aiosqlite is a driver that SQLAlchemy imports by the name in the URL.
        is_used = re.search(rf"\b(import|from) {module}\b", source) or f"+{module}" in source
        assert name.startswith("fourtop[") or is_used, requirement


@pytest.mark.parametrize(
    "name",
    [name for name in fourtop.__all__ if attrs.has(getattr(fourtop, name))],
)
def test_finding_36_constructors_declare_the_types_that_they_take(name: str) -> None:
    public: Any = getattr(fourtop, name)
    parameters = list(inspect.signature(public.__init__).parameters.values())[1:]
    untyped = (inspect.Parameter.empty, Any, "Any")
    assert [each.name for each in parameters if each.annotation in untyped] == []
