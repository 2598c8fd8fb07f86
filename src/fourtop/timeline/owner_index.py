"""The allocations of each owner."""

from __future__ import annotations

from fourtop.model.allocation import Allocation, OwnerKind


class OwnerIndex:
    """Allocations by their owner.

    Most owners have one allocation or a few, and the owners are as many as the parties. A single
    allocation is kept as itself, several in a dict by id, so that an owner of very many (a block of
    all tables for a season) is as cheap to change as any other. Every change is O(1).
    """

    __slots__ = ("_kinds",)

    def __init__(self) -> None:
        self._kinds: dict[OwnerKind, dict[str, Allocation | dict[str, Allocation]]] = {
            kind: {} for kind in OwnerKind
        }

    def __len__(self) -> int:
        """Count the owners that have something."""
        return sum(map(len, self._kinds.values()))

    def add(self, allocation: Allocation) -> None:
        """Add an allocation. The caller has checked that its id is new."""
        owners = self._kinds[allocation.owner_kind]
        held = owners.setdefault(allocation.owner_id, allocation)
        if isinstance(held, dict):
            held[allocation.id] = allocation
        elif held is not allocation:
            owners[allocation.owner_id] = {held.id: held, allocation.id: allocation}

    def remove(self, allocation: Allocation) -> None:
        """Remove an allocation.

        Raises:
            AssertionError: If its owner does not have it; nothing is changed.
        """
        owners = self._kinds[allocation.owner_kind]
        held = owners.get(allocation.owner_id)
        if isinstance(held, dict):
            assert held.get(allocation.id) is allocation, "the owner does not have this allocation"
            del held[allocation.id]
            if len(held) == 1:
                owners[allocation.owner_id] = next(iter(held.values()))
        else:
            assert held is allocation, "the owner does not have this allocation"
            del owners[allocation.owner_id]

    def of_owner(self, kind: OwnerKind, owner_id: str) -> list[Allocation]:
        """List an owner's allocations in order of arrival."""
        held = self._kinds[kind].get(owner_id)
        if held is None:
            return []
        return list(held.values()) if isinstance(held, dict) else [held]
