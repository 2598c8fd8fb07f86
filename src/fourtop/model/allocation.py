"""Allocations: the one truth about what is taken, when and by whom."""

from __future__ import annotations

from enum import StrEnum

import attrs

from fourtop.model.window import Window


class ResourceType(StrEnum):
    """What an allocation takes: a table, a hold's own handle, or a merge group."""

    TABLE = "table"
    HOLD = "hold"
    MERGE_GROUP = "merge_group"


class OwnerKind(StrEnum):
    """Who owns an allocation. Exactly one of these does."""

    HOLD = "hold"
    BOOKING = "booking"
    BLOCK = "block"


@attrs.frozen(order=False)
class Owner:
    """The one owner of an allocation."""

    kind: OwnerKind
    id: str


@attrs.frozen
class Allocation:
    """A resource taken for a window by one owner.

    Two live allocations of one resource of one restaurant never overlap; the constraint is called
    ``allocations_no_overlap`` everywhere. A *shadow* allocation is exempt: it is what-if, an import
    on trial, a comparison; never a hold's.

    Args:
        id: Of the row; unique in the restaurant.
        restaurant_id: The tenant.
        resource_type: table, hold or merge_group.
        resource_id: The table's, hold's or merge group's id.
        window: The block window, ``[start, end)``.
        owner_kind: hold, booking or block.
        owner_id: The owner's id.
        shadow: Exempt from the constraint.
    """

    # The hot class: no validators (they would double its cost); decisions make only lawful ones,
    # and the stores enforce it again.
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
        return (self.window.start_us, self.resource_type.value, self.resource_id, self.id)
