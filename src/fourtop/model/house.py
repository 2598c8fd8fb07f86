"""The house: all that is configured for a restaurant."""

from __future__ import annotations

import attrs

from fourtop.model import validators
from fourtop.model.floor import Floor
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant


@attrs.frozen
class House:
    """A restaurant with its floor and its policy: what a house document holds, and what a desk opens with.

    Args:
        restaurant: The tenant, with its time zone.
        floor: Its tables and joins.
        policy: Its service periods and rules.

    Raises:
        InvalidInput: If one of them is of another type. Each has checked itself before.

    >>> house = House(
    ...     Restaurant("the-pub", "The Pub", timezone="Europe/London"), Floor([], zones=[]), Policy([])
    ... )
    >>> house.restaurant.slug
    'the-pub'
    """

    restaurant: Restaurant = attrs.field(validator=validators.one_of(Restaurant))
    floor: Floor = attrs.field(validator=validators.one_of(Floor))
    policy: Policy = attrs.field(validator=validators.one_of(Policy))
