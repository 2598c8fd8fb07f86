"""The house: all that is configured for a restaurant."""

from __future__ import annotations

import attrs

from fourtop.model import rule
from fourtop.model.floor import Floor
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant


@attrs.frozen
class House:
    """A restaurant with its floor and its policy.

    Args:
        restaurant: The tenant.
        floor: Its tables and joins.
        policy: Its rules.

    Raises:
        InvalidInput: If one is of another type.
    """

    restaurant: Restaurant = attrs.field(validator=rule.one_of(Restaurant))
    floor: Floor = attrs.field(validator=rule.one_of(Floor))
    policy: Policy = attrs.field(validator=rule.one_of(Policy))
