"""The actor of a command."""

from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model import validators

_GUEST_ROLE: Final = "guest"


@attrs.frozen(repr=False)
class Actor:
    """The person or system that gives a command. Every change records its actor.

    The id and the role are the host's own. The role ``guest`` binds the actor to the rules for
    guests; every other role is staff.

    >>> Actor("u17", "staff").role
    'staff'
    """

    id: str = attrs.field(validator=validators.identifier)
    role: str = attrs.field(validator=validators.identifier)

    @property
    def is_guest(self) -> bool:
        """Whether the actor is a guest; every other role is staff.

        >>> GUEST.is_guest, Actor("u17", "staff").is_guest
        (True, False)
        """
        return self.role == _GUEST_ROLE

    def __repr__(self) -> str:
        return brief(self, f"{self.id} ({self.role})")


GUEST: Final = Actor("guest", _GUEST_ROLE)
