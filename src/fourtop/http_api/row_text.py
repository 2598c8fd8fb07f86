"""Write many objects of one class as JSON, column by column.

An availability has a start every few minutes. A dictionary for each start, and a look at each of
their values, take a third of the time of the read at the desk. A column has values of one type
nearly always, and functions in C convert a column at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any, Final

import attrs

from fourtop.formats.json_writer import json_writer
from fourtop.formats.results import key_of
from fourtop.http_api.shown import hidden_from, shown_to
from fourtop.model.actor import Actor
from fourtop.model.results import Availability
from fourtop.model.window import iso

_NULL: Final = "null"
# Equal values of one of these types have the same text.
_CONSTANT: Final = frozenset({int, str, NoneType})
_SLOTS: Final = "slots"
_NAMES: Final = tuple(each.name for each in attrs.fields(Availability))
_values: Final = attrgetter(*_NAMES)
_write: Final = json_writer()
_escape: Final = json.encoder.encode_basestring_ascii


def availability_text(actor: Actor, found: Availability) -> str:
    """Return the JSON of an availability as far as an actor may see it.

    It is the text of ``shown_to``. The cost is linear in the number of slots.
    """
    hidden = hidden_from(actor)
    texts = [
        f'"{name}":{rows_text(actor, value) if name == _SLOTS else _text(actor, value)}'
        for name, value in zip(_NAMES, _values(found), strict=True)
        if name not in hidden
    ]
    return "{" + ",".join(texts) + "}"


def rows_text(actor: Actor, rows: Sequence[Any]) -> str:
    """Return the JSON of a list of objects as far as an actor may see them.

    Args:
        actor: The actor.
        rows: Objects of one class, whose JSON form has its attributes and nothing else.
    """
    if not rows:
        return "[]"
    kind: type = type(rows[0])
    keys, fetch = _form(kind, hidden_from(actor))
    parts: list[str] = []
    varying: list[Sequence[Any]] = []
    for (key, is_instant), column in zip(keys, zip(*map(fetch, rows), strict=True), strict=True):
        # The first column varies always, so that there is one text for each row.
        if varying and _is_constant(column) and not is_instant:
            parts.append(f'"{key}":{_text(actor, column[0])}'.replace("%", "%%"))
        else:
            parts.append(f'"{key}":%s')
            varying.append(_instant_texts(column) if is_instant else _texts(actor, column))
    template = "{" + ",".join(parts) + "}"
    return "[" + ",".join([template % row for row in zip(*varying, strict=True)]) + "]"


@cache
def _form(
    kind: type, hidden: frozenset[str]
) -> tuple[tuple[tuple[str, bool], ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the keys of an object, whether each is an instant, and what fetches the values."""
    names = [each.name for each in attrs.fields(kind) if key_of(each.name) not in hidden]
    assert len(names) > 1, "one name alone would not be fetched as a tuple"
    return tuple((key_of(name), name.endswith("_us")) for name in names), attrgetter(*names)


def _is_constant(column: Sequence[Any]) -> bool:
    return type(column[0]) in _CONSTANT and column.count(column[0]) == len(column)


def _instant_texts(column: Sequence[int | None]) -> list[str]:
    return [_NULL if each is None else f'"{iso(each)}"' for each in column]


def _texts(actor: Actor, column: Sequence[Any]) -> Sequence[Any]:
    """Return what ``%s`` writes as the JSON of each value."""
    kinds = set(map(type, column))
    if kinds == {int}:
        return column
    if kinds == {str}:
        return list(map(_escape, column))
    return [_text(actor, each) for each in column]


def _text(actor: Actor, value: Any) -> str:
    return _NULL if value is None else _write(shown_to(actor, value))
