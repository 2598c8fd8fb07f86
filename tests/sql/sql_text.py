"""Lay a SQL statement out over several lines, so that a person can read it."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"(\s*)('(?:[^']|'')*'|\"[^\"]*\"|[(),]|[^\s(),'\"]+)")
_CLAUSES: Final = re.compile(
    r"(SELECT|FROM|WHERE|UNION ALL|GROUP BY|ORDER BY|LIMIT|VALUES|SET|RETURNING|ON CONFLICT"
    r"|LEFT OUTER JOIN|JOIN|FOR UPDATE)\b"
)
_STATEMENTS: Final = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
_WIDTH: Final = 96
_INDENT: Final = "    "


def pretty(text: str) -> str:
    """Return a statement with a line per clause; only white space outside of quotes changes."""
    layout = _Layout()
    matches = list(_TOKEN.finditer(text.strip()))
    for place, found in enumerate(matches):
        following = matches[place + 1][2] if place + 1 < len(matches) else ""
        rest = re.sub(r"\s+", " ", text.strip()[found.start(2) : found.start(2) + 40])
        layout.add(found[2], rest, following, is_spaced=bool(found[1]))
    return "\n".join(line.rstrip() for line in [*layout.lines, layout.line] if line.strip())


class _Layout:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self._is_query = [True]
        self._before = ""

    def add(self, token: str, rest: str, following: str, *, is_spaced: bool) -> None:
        is_end = token == ")" and self._is_query.pop()  # noqa: S105  # Not a password.
        if is_end or (self._is_query[-1] and _CLAUSES.match(rest)):
            self._break()
        elif len(self.line) + len(token) > _WIDTH and (
            self._before == "," or token in ("AND", "OR")
        ):
            self._break(more=1)
        if self.line.strip() and is_spaced and self._before != "(":
            self.line += " "
        self.line += token
        if token == "(":  # noqa: S105  # Not a password.
            is_query = following.upper() in _STATEMENTS
            self._is_query.append(is_query)
            if is_query:
                self._break()
        self._before = token

    def _break(self, more: int = 0) -> None:
        self.lines.append(self.line)
        self.line = _INDENT * (sum(self._is_query) - 1 + more)
