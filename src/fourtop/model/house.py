"""The house: the whole configuration of a restaurant."""

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.floor import Floor
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant


@attrs.frozen(repr=False)
class House:
    """A restaurant with its floor and its policy: the content of a house document.

    Args:
        restaurant: The tenant, with its time zone.
        floor: Its tables and joins.
        policy: Its service periods and rules.

    Raises:
        InvalidInput: If an argument is of another type. Each part validates itself.

    >>> house = House(
    ...     Restaurant("the-pub", "The Pub", timezone="Europe/London"),
    ...     Floor([], zones=[]),
    ...     Policy([]),
    ... )
    >>> house.restaurant.slug
    'the-pub'
    """

    restaurant: Restaurant = attrs.field(validator=validators.one_of(Restaurant))
    floor: Floor = attrs.field(validator=validators.one_of(Floor))
    policy: Policy = attrs.field(validator=validators.one_of(Policy))

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.restaurant.id} in {self.restaurant.timezone}",
            self.floor.summary(),
            count_of(len(self.policy.periods), "period"),
        )
