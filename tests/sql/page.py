"""The queries of the page for operators: tests run them as the page prints them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "query-the-database.md"
_SECTION: Final = re.compile(
    r"^#{2,3} (?P<title>.+?)$(?P<text>.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL
)
_BLOCK: Final = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def queries() -> Mapping[str, str]:
    """Return the SQL under each heading of the page."""
    text = _PAGE.read_text(encoding="utf-8")
    found = {each["title"]: _BLOCK.findall(each["text"]) for each in _SECTION.finditer(text)}
    assert sum(len(blocks) for blocks in found.values()) == text.count("```sql")
    assert all(len(blocks) <= 1 for blocks in found.values())
    return {title: blocks[0] for title, blocks in found.items() if blocks}
