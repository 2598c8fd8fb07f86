"""The actor of a command."""

from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model import validators


@attrs.frozen(repr=False)
class Actor:
    """The person or system that gives a command. Every change records its actor.

    The id and the role are the host's own; fourtop does not interpret them.

    >>> Actor("u17", "staff").role
    'staff'
    """

    id: str = attrs.field(validator=validators.identifier)
    role: str = attrs.field(validator=validators.identifier)

    def __repr__(self) -> str:
        return brief(self, f"{self.id} ({self.role})")


GUEST: Final = Actor("guest", "guest")
