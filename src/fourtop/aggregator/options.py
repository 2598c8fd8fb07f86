"""The options of the booking server."""

from __future__ import annotations

from typing import Any, Final

import attrs

from fourtop.aggregator.user import FindUser, KeepUser
from fourtop.clock import SystemClock
from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.ports import Clock

_LEAST_SECRET: Final = 16


def _secret(_instance: object, attribute: validators.Named, value: Any) -> None:
    if not isinstance(value, bytes) or len(value) < _LEAST_SECRET:
        rule = f"must be at least {_LEAST_SECRET} bytes"
        raise InvalidInput(attribute.name, rule, safe_repr(type(value).__name__))


def _function(_instance: object, attribute: validators.Named, value: Any) -> None:
    if value is not None and not callable(value):
        raise InvalidInput(attribute.name, "must be a function", safe_repr(type(value).__name__))


@attrs.frozen(kw_only=True)
class ServerOptions:
    """What a host decides about the booking server.

    Args:
        user_secret: The key of the digests of user ids, of at least 16 bytes. With another key, the
            server no longer finds the bookings that a user made before.
        keep_user: Gets each new booking with the user's personal data. It is called again when the
            aggregator repeats a request; if it raises, the answer is 500 and the booking stands.
        find_user: Returns the personal data of a booking, for answers; ``None``: they have none.
        clock: Its time separates coming bookings from past ones.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    user_secret: bytes = attrs.field(repr=False, validator=_secret)
    keep_user: KeepUser | None = attrs.field(default=None, validator=_function)
    find_user: FindUser | None = attrs.field(default=None, validator=_function)
    clock: Clock = attrs.field(factory=SystemClock)
