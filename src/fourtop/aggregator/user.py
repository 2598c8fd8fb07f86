"""The user of the aggregator who books: personal data that passes through to the host."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar, cast

import attrs

from fourtop.model import validators
from fourtop.model.booking import Booking

T = TypeVar("T")

# The host's own store of users. Either function may be a coroutine function.
KeepUser = Callable[[Booking, "User"], Awaitable[None] | None]
FindUser = Callable[[Booking], "Awaitable[User | None] | User | None"]

_PREFIX: Final = "aggregator-"
_DIGITS: Final = 40
_text: Final = validators.one_of(str)


@attrs.frozen(kw_only=True)
class User:
    """The personal data that the aggregator sends with a booking.

    It passes through to the host. fourtop neither stores nor logs it, and its ``repr`` is empty.

    Args:
        user_id: The aggregator's id of the user.
        given_name: The first name.
        family_name: The last name.
        telephone: With country and area code.
        email: The address of the account.
        additional_request: What the user wrote to the restaurant.
    """

    user_id: str = attrs.field(default="", repr=False, validator=_text)
    given_name: str = attrs.field(default="", repr=False, validator=_text)
    family_name: str = attrs.field(default="", repr=False, validator=_text)
    telephone: str = attrs.field(default="", repr=False, validator=_text)
    email: str = attrs.field(default="", repr=False, validator=_text)
    additional_request: str = attrs.field(default="", repr=False, validator=_text)


def reference_of(user_id: str, secret: bytes) -> str:
    """Return the reference of the bookings of a user: a keyed digest, from which no id follows.

    >>> reference_of("1111", b"a secret of 16 b")
    'aggregator-8b9789633991a885746fc0c502228050a658884c'
    """
    digest = hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()
    return f"{_PREFIX}{digest[:_DIGITS]}"


def is_of_aggregator(booking: Booking) -> bool:
    """Tell whether the aggregator made a booking. It may not see any other."""
    return (booking.reference or "").startswith(_PREFIX)


async def awaited(value: Awaitable[T] | T) -> T:
    """Return a value of the host, or await it."""
    if isinstance(value, Awaitable):
        return await cast("Awaitable[T]", value)
    return value
