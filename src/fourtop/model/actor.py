"""Who acts."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.model import validators


@attrs.frozen
class Actor:
    """Who gives a command: an id and a role of the host's, opaque to us. Every change records it.

    >>> Actor("u17", "staff").role
    'staff'
    """

    id: str = attrs.field(validator=validators.identifier)
    role: str = attrs.field(validator=validators.identifier)


GUEST: Final = Actor("guest", "guest")
