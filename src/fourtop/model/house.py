"""The house: the whole configuration of a restaurant."""

from collections.abc import Container, Iterable

import attrs

from fourtop.errors import InvalidInput, safe_repr
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
        InvalidInput: If an argument is of another type, or the policy names a zone or a table that
            the floor does not have. Each part validates itself.

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

    def __attrs_post_init__(self) -> None:
        policy, zones = self.policy, {zone.id for zone in self.floor.zones}
        caps = (each.zone for each in policy.capacity_rules if each.zone is not None)
        _refuse_unknown("capacity_rules", "zones", caps, zones)
        _refuse_unknown("zone_rules", "zones", (each.zone for each in policy.zone_rules), zones)
        tables = (table for each in policy.walk_in_rules for table in each.tables)
        _refuse_unknown("walk_in_rules", "tables", tables, self.floor.positions)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.restaurant.id} in {self.restaurant.timezone}",
            self.floor.summary(),
            count_of(len(self.policy.periods), "period"),
        )

    def _repr_svg_(self) -> str:
        from fourtop.plotting import floor_plan  # noqa: PLC0415  # Only a notebook needs it.

        return floor_plan(self.floor, title=self.restaurant.name).svg


def _refuse_unknown(field: str, kind: str, named: Iterable[str], known: Container[str]) -> None:
    unknown = next((each for each in named if each not in known), None)
    if unknown is not None:
        raise InvalidInput(field, f"must name {kind} of this house", safe_repr(unknown))
