"""Idempotency keys: the header ``Idempotency-Key`` as a key of the store."""

from __future__ import annotations

import hashlib

from fourtop.model.actor import Actor


def stored_key(header: str | None, actor: Actor) -> str | None:
    """Return the key of the store for a header; ``None`` without one.

    A client may send any text of up to 4,096 characters, so the key is a digest. The actor counts:
    two guests who choose the same key do not get each other's booking.

    >>> len(stored_key("a key with spaces and ümlauts", Actor("g1", "guest")))
    64
    """
    if header is None:
        return None
    text = f"{actor.role}\n{actor.id}\n{header}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
