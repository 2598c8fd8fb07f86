"""The SQL of the pages for operators: the tests run the text of the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_OPERATIONS: Final = Path(__file__).parents[2] / "docs" / "operations"
_SECTION: Final = re.compile(
    r"^#{2,3} (?P<title>.+?)$(?P<text>.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL
)


def blocks(page: str, language: str) -> Mapping[str, list[str]]:
    """Return the blocks of one language under each heading of a page."""
    text = (_OPERATIONS / page).read_text(encoding="utf-8")
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    found = {each["title"]: block.findall(each["text"]) for each in _SECTION.finditer(text)}
    assert sum(map(len, found.values())) == text.count(f"```{language}\n")
    return {title: each for title, each in found.items() if each}


def queries() -> Mapping[str, str]:
    """Return the SQL under each heading of the page for queries: one statement a heading."""
    found = blocks("query-the-database.md", "sql")
    assert all(len(each) == 1 for each in found.values())
    return {title: each for title, (each,) in found.items()}
