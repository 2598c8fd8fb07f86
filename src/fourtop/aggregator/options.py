"""The options of the booking server."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.aggregator.user import FindUser, KeepUser
from fourtop.clock import SystemClock
from fourtop.model import validators
from fourtop.ports import Clock

_function: Final = validators.optional(validators.function)


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

    user_secret: bytes = attrs.field(repr=False, validator=validators.secret)
    keep_user: KeepUser | None = attrs.field(default=None, validator=_function)
    find_user: FindUser | None = attrs.field(default=None, validator=_function)
    clock: Clock = attrs.field(factory=SystemClock)
