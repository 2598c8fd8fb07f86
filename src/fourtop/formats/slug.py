"""Slugs: ids that are derived from names."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 64


def slug(name: str) -> str:
    """Derive an id from a name: lower-case letters and digits; other characters become hyphens.

    Accents are removed. A run of other characters becomes one hyphen. The result has at most 64
    characters, and is empty if no letter or digit of ``a–z 0–9`` is left.

    >>> slug("Dining 4a"), slug("Café Zoë"), slug("桌")
    ('dining-4a', 'cafe-zoe', '')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")
