"""Slugs: ids made of names."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 64


def slug(name: str) -> str:
    """Make an id of a name: lower-case letters and digits, each run of anything else one hyphen.

    Accents are taken off. Empty where no letter or digit of ``a–z 0–9`` is left; at most 64
    characters.

    >>> slug("Dining 4a"), slug("Café Zoë"), slug("桌")
    ('dining-4a', 'cafe-zoe', '')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-")
