"""The options of the operations page."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from fourtop.http_api.options import DEFAULTS, ApiOptions
from fourtop.model import validators

_SECRET_BYTES: Final = 32

Names = Mapping[str, str]
# Takes the restaurant's id and booking ids; returns the names that staff see.
NamesOf = Callable[[str, Sequence[str]], Names | Awaitable[Names]]


def _roles(value: Iterable[str]) -> frozenset[str]:
    return ApiOptions(admin_roles=value).admin_roles


@attrs.frozen(kw_only=True)
class PageOptions:
    """What a host decides about the operations page.

    Args:
        admin_roles: The roles of actors that may edit tables and rules. Every other role, except
            ``guest``, is staff and may do all else. A guest sees nothing.
        names_of: Returns the names of parties: it gets the id of the restaurant and booking ids.
            It may be a coroutine function. The names are shown and kept nowhere. ``None``: parties
            have no names, only the host's references.
        secret: The key that signs the forms; ``None``: a random one, so that a restart makes open
            forms invalid. Processes that share the requests need the same.
        is_stopping: Tells whether the server is about to stop, so that live screens let it; for
            uvicorn ``lambda: server.should_exit``. By default it is not.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> sorted(PageOptions(admin_roles=["manager", "owner"]).admin_roles)
    ['manager', 'owner']
    """

    admin_roles: frozenset[str] = attrs.field(default=("admin",), converter=_roles)
    names_of: NamesOf | None = attrs.field(
        default=None, repr=False, validator=validators.optional(validators.function)
    )
    secret: bytes = attrs.field(
        factory=lambda: secrets.token_bytes(_SECRET_BYTES), repr=False, validator=validators.secret
    )
    is_stopping: Callable[[], bool] = attrs.field(
        default=DEFAULTS.is_stopping, repr=False, validator=validators.function
    )
