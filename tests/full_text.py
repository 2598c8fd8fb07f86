"""The text of a value with every fact at every depth; a repr is short and for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


def full_text(value: Any) -> str:
    """Write a value with all of its attributes."""
    kind: Any = type(value)
    if attrs.has(kind):
        facts = (
            f"{field.name}={full_text(getattr(value, field.name))}" for field in attrs.fields(kind)
        )
        return f"{kind.__name__}({', '.join(facts)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {full_text(each)}' for key, each in value.items())}}}"
    if isinstance(value, frozenset | set):
        return f"{{{', '.join(sorted(map(full_text, value)))}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(full_text, value))}]"
    return repr(value)
