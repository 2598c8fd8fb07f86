"""Merchants: the restaurants as the aggregator knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators

_LONGEST: Final = 200
_text: Final = validators.text(_LONGEST)
_optional_text: Final = validators.optional(_text)


@attrs.frozen(repr=False, kw_only=True)
class Address:
    """The postal address of a restaurant, by which the aggregator finds it on its map.

    Args:
        street: The street and the number.
        locality: The city or the town.
        region: The region, such as ``CA``.
        postal_code: The postal code.
        country: The country as two letters (ISO 3166), such as ``GB``.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    street: str = attrs.field(validator=_text)
    locality: str = attrs.field(validator=_text)
    region: str = attrs.field(default="", validator=validators.one_of(str))
    postal_code: str = attrs.field(validator=_text)
    country: str = attrs.field(validator=validators.text(2))

    def __repr__(self) -> str:
        return brief(self, f"{self.street}, {self.locality}, {self.country}")


def _restaurant_of(merchant: Merchant) -> str:
    return merchant.id


@attrs.frozen(repr=False, kw_only=True)
class Merchant:
    """A restaurant as the aggregator knows it.

    Args:
        id: The ``merchant_id``. It never changes.
        restaurant_id: The restaurant of the store; by default it has the same id.
        service_id: The ``service_id`` of its only service: a reservation.
        service_name: The name of the service, for people.
        language: The language of that name, such as ``en``.
        category: What kind of business it is.
        telephone: With country and area code, such as ``+441234567890``.
        url: Its public website.
        address: Its address. Feeds need it.
        channel: The channel of its bookings, if the house has shares by channel.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Merchant(id="the-pub").restaurant_id
    'the-pub'
    """

    id: str = attrs.field(validator=validators.identifier)
    restaurant_id: str = attrs.field(
        default=attrs.Factory(_restaurant_of, takes_self=True), validator=validators.identifier
    )
    service_id: str = attrs.field(default="reservation", validator=validators.identifier)
    service_name: str = attrs.field(default="Reservation", validator=_text)
    language: str = attrs.field(default="en", validator=_text)
    category: str = attrs.field(default="restaurant", validator=_text)
    telephone: str | None = attrs.field(default=None, validator=_optional_text)
    url: str | None = attrs.field(default=None, validator=_optional_text)
    address: Address | None = attrs.field(
        default=None, validator=validators.optional(validators.one_of(Address))
    )
    channel: str | None = attrs.field(
        default=None, validator=validators.optional(validators.identifier)
    )

    def __repr__(self) -> str:
        return brief(self, self.id, f"restaurant {self.restaurant_id}, service {self.service_id}")


class Merchants:
    """The merchants of a booking server, by their ids.

    Args:
        merchants: One merchant or more, each with an id of its own.

    Raises:
        InvalidInput: If the list is empty or has another value, or two merchants share an id.
    """

    def __init__(self, merchants: Iterable[Merchant]) -> None:
        listed = validators.as_instances("merchants", merchants, Merchant)
        self._by_id = {each.id: each for each in listed}
        if not listed:
            raise InvalidInput("merchants", "must name at least one merchant", "()")
        if len(self._by_id) < len(listed):
            ids = [each.id for each in listed]
            double = next(each for each in ids if ids.count(each) > 1)
            raise InvalidInput("merchants", "must have different ids", safe_repr(double))

    def __iter__(self) -> Iterator[Merchant]:
        return iter(self._by_id.values())

    def find(self, merchant_id: str) -> Merchant | None:
        """Return the merchant with an id; ``None``: the id is unknown."""
        return self._by_id.get(merchant_id)
