"""Allocations: the only record of which resource is taken, when and by which owner."""

from enum import StrEnum

import attrs

from fourtop.errors.display import brief, short_id
from fourtop.model.direct_init import direct_init
from fourtop.model.window import Window


class ResourceType(StrEnum):
    """The kind of resource that an allocation takes: a table, a hold's handle, a merge group."""

    TABLE = "table"
    HOLD = "hold"
    MERGE_GROUP = "merge_group"


class OwnerKind(StrEnum):
    """The kind of owner of an allocation. Every allocation has exactly one owner."""

    HOLD = "hold"
    BOOKING = "booking"
    BLOCK = "block"


@attrs.frozen(order=False, repr=False)
class Owner:
    """The owner of an allocation."""

    kind: OwnerKind
    id: str

    def __repr__(self) -> str:
        return brief(self, f"{self.kind.value} {self.id}")


@direct_init
@attrs.frozen(repr=False)
class Allocation:
    """A resource taken for a window by one owner.

    Two live allocations of one resource of one restaurant never overlap; the constraint is called
    ``allocations_no_overlap`` everywhere. A *shadow* allocation is exempt: it belongs to a what-if,
    a trial import or a comparison, and never to a hold.

    Args:
        id: Of the row; unique in the restaurant.
        restaurant_id: The tenant.
        resource_type: table, hold or merge_group.
        resource_id: The id of the table, hold or merge group.
        window: The occupied window, ``[start, end)``.
        owner_kind: hold, booking or block.
        owner_id: The owner's id.
        shadow: Exempt from the constraint.
    """

    # No validators: they would double the cost of this hot class. Decisions create only valid
    # allocations, and the stores check them again.
    id: str
    restaurant_id: str
    resource_type: ResourceType
    resource_id: str
    window: Window
    owner_kind: OwnerKind
    owner_id: str
    shadow: bool = False

    @property
    def owner(self) -> Owner:
        """The owner, as one value."""
        return Owner(self.owner_kind, self.owner_id)

    @property
    def order_key(self) -> tuple[int, str, str, str]:
        """The order of allocations everywhere: start, resource type, resource, id."""
        return (self.window.start_us, self.resource_type, self.resource_id, self.id)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.resource_type.value} {short_id(self.resource_id)} {self.window.brief()}",
            f"{self.owner_kind.value} {short_id(self.owner_id)}",
            "shadow" if self.shadow else "",
        )
