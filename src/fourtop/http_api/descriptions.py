"""The descriptions of a class and its arguments, taken from its docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache

_SECTION = re.compile(r"^(Args|Raises|Returns|Yields):$")
_ARGUMENT = re.compile(r"^    (\w+): (.*)$")


@cache
def summary_of(kind: type) -> str:
    """Return the first paragraph of a docstring as Markdown.

    >>> from fourtop import Actor
    >>> summary_of(Actor)
    'The person or system that gives a command. Every change records its actor.'
    """
    paragraph = (inspect.getdoc(kind) or "").partition("\n\n")[0]
    return _markdown(" ".join(paragraph.split()))


@cache
def arguments_of(kind: type) -> Mapping[str, str]:
    """Return the description of each argument of a docstring in Google's style, as Markdown."""
    found: dict[str, str] = {}
    section = name = ""
    for line in (inspect.getdoc(kind) or "").splitlines():
        header = _SECTION.match(line)
        if header is not None:
            section = header[1]
        elif section == "Args" and (argument := _ARGUMENT.match(line)) is not None:
            name = argument[1]
            found[name] = argument[2]
        elif section == "Args" and name and line.startswith("        "):
            found[name] += f" {line.strip()}"
    return {each: _markdown(text) for each, text in found.items()}


def _markdown(text: str) -> str:
    for python, json in (("``None``", "``null``"), ("``True``", "``true``")):
        text = text.replace(python, json)
    return text.replace("``", "`")
