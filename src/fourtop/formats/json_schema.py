"""The published schema of the house document."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def house_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the house document, as a new object each time.

    It describes the same keys, types and ranges as ``loads_house``. Only the decoder checks
    references between parts of the document, such as the zone of a table.
    """
    schema: dict[str, Any] = json.loads(
        files("fourtop.formats").joinpath("house.schema.json").read_text("utf-8")
    )
    return schema
