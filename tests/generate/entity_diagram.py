"""Generate the diagram of the tables from their metadata.

``python -m tests.generate.entity_diagram`` writes it into ``docs/concepts/entities.md``, as a
Mermaid diagram. A test fails when the page is not current.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from fourtop.storage.sql import metadata

PAGE: Final = Path(__file__).parents[2] / "docs" / "concepts" / "entities.md"
TENANT: Final = "restaurant_id"
DIAGRAM: Final = re.compile(r"(?<=```mermaid\n)erDiagram\n.*?(?=```\n)", re.DOTALL)


def diagram() -> str:
    """Return the diagram: a line for each foreign key, and for each table that stands alone.

    A table with another foreign key needs none to its restaurant, and the tenant is in every key.
    """
    tables = metadata(None).sorted_tables
    keys = [key for table in tables for key in table.foreign_key_constraints]
    referred = {key.referred_table.name for key in keys}
    lines = [line for table in tables for line in _relations(table, referred)]
    return "\n".join(("erDiagram", *(f"    {line}" for line in lines))) + "\n"


def _relations(table: Table, referred: set[str]) -> Iterator[str]:
    if not table.foreign_key_constraints and table.name not in referred:
        yield table.name
    keys = sorted(table.foreign_key_constraints, key=lambda key: list(key.column_keys))
    narrow = [key for key in keys if _columns(key) != {TENANT}]
    for key in narrow or keys:
        parent = "|o" if any(column.nullable for column in key.columns) else "||"
        child = "o|" if _is_unique(table, key) else "o{"
        named = ", ".join(name for name in key.column_keys if name != TENANT) or TENANT
        yield f'{key.referred_table.name} {parent}--{child} {table.name} : "{named}"'


def _columns(key: ForeignKeyConstraint) -> set[str]:
    return set(key.column_keys)


def _is_unique(table: Table, key: ForeignKeyConstraint) -> bool:
    """Tell whether a table has at most one row for each row that the key refers to."""
    unique = [
        set(each.columns.keys())
        for each in table.constraints
        if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)
    ]
    return any(columns <= _columns(key) for columns in unique)


def current() -> str:
    """Return the diagram that the page has."""
    found = DIAGRAM.search(PAGE.read_text("utf-8"))
    assert found is not None, "the page has a Mermaid diagram"
    return found[0]


def main() -> None:
    """Write the diagram into the page."""
    text = PAGE.read_text("utf-8")
    PAGE.write_text(DIAGRAM.sub(diagram(), text), "utf-8")


if __name__ == "__main__":
    main()
