"""Entity tags: versions in the headers ``ETag``, ``If-Match`` and ``If-None-Match``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fastapi import HTTPException

ANY: Final = "*"
# The parts of a house, in the order of their versions in its tag.
PARTS: Final = ("floor", "policy")
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_TAGS: Final = re.compile(rf"\s*{_TAG.pattern}\s*(,\s*{_TAG.pattern}\s*)*")
# Longer numbers are versions of nothing.
_NUMBERS: Final = re.compile(r"[1-9][0-9]{0,17}(-[1-9][0-9]{0,17})*")


def tag_of(*versions: int) -> str:
    """Return the entity tag of the versions of a record.

    >>> tag_of(3), tag_of(2, 5)
    ('"3"', '"2-5"')
    """
    return f'"{"-".join(map(str, versions))}"'


def versions_of(if_match: str | None, count: int = 1) -> tuple[int, ...] | None:
    """Return the versions that ``If-Match`` asks for; ``None``: any.

    Args:
        if_match: The value of the header; ``None``: it is missing.
        count: How many versions a tag of the record has.

    Raises:
        HTTPException: 412, if no version of a record can match; 400, if the header is malformed or
            has several tags.
    """
    if if_match is None or if_match.strip() == ANY:
        return None
    if _TAGS.fullmatch(if_match) is None:
        raise HTTPException(400, "If-Match must be an entity tag, or *")
    tags = _TAG.findall(if_match)
    if len(tags) > 1:
        raise HTTPException(400, "If-Match must be one entity tag")
    ((weak, tag),) = tags
    numbers: Sequence[str] = tag.split("-")
    if weak or _NUMBERS.fullmatch(tag) is None or len(numbers) != count:
        raise HTTPException(412, "no version of the record has this entity tag")
    return tuple(map(int, numbers))


def changed_parts(if_match: str | None, versions: Sequence[int]) -> tuple[str, ...]:
    """Return the parts of a house that have other versions than ``If-Match`` names.

    Args:
        if_match: The value of the header.
        versions: The versions of the parts now, in the order of ``PARTS``.

    Returns:
        No part for a value that names no versions of a house.

    >>> changed_parts('"2-5"', (3, 5))
    ('floor',)
    """
    try:
        seen = versions_of(if_match, len(PARTS)) or versions
    except HTTPException:
        return ()
    pairs = zip(PARTS, seen, versions, strict=True)
    return tuple(part for part, one, other in pairs if one != other)


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Tell whether ``If-None-Match`` names a tag, by the weak comparison of RFC 9110."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == ANY:
        return True
    return any(f'"{found}"' == tag for _, found in _TAG.findall(if_none_match))
