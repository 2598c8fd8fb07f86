"""The live allocations of handles of holds and of merge groups."""

from __future__ import annotations

from fourtop.model.allocation import Allocation, ResourceType
from fourtop.timeline.disjoint_index import DisjointIndex
from fourtop.timeline.overlapping_index import OverlappingIndex

_Held = Allocation | DisjointIndex[Allocation]


class HandleIndex:
    """Live allocations by resource, for many resources with one allocation each as a rule.

    A single allocation is kept as itself; a resource with several has an index of its own. An
    overlapping index of all allocations finds those of a window without a walk over the resources.
    """

    __slots__ = ("_kinds", "times")

    def __init__(self) -> None:
        self._kinds: dict[ResourceType, dict[str, _Held]] = {kind: {} for kind in ResourceType}
        self.times: OverlappingIndex[Allocation] = OverlappingIndex()

    def add(self, allocation: Allocation) -> None:
        """Add an allocation. The caller has checked that it overlaps none of its resource.

        Raises:
            AssertionError: If it does overlap one; nothing is changed.
        """
        resources = self._kinds[allocation.resource_type]
        start_us, end_us = allocation.window.start_us, allocation.window.end_us
        held = resources.get(allocation.resource_id)
        if held is None:
            resources[allocation.resource_id] = allocation
        else:
            index = _as_index(held)
            index.add(start_us, end_us, allocation)
            resources[allocation.resource_id] = index
        self.times.add(start_us, end_us, allocation)

    def remove(self, allocation: Allocation) -> None:
        """Remove an allocation: the very one that was added, by identity.

        Raises:
            AssertionError: If exactly this one is not there; nothing is changed.
        """
        resources = self._kinds[allocation.resource_type]
        start_us, end_us = allocation.window.start_us, allocation.window.end_us
        self.times.remove(start_us, end_us, allocation)
        held = resources[allocation.resource_id]
        if isinstance(held, DisjointIndex):
            held.remove(start_us, end_us, allocation)
        if held is allocation or not held:
            del resources[allocation.resource_id]

    def find_index(
        self, resource_type: ResourceType, resource_id: str
    ) -> DisjointIndex[Allocation] | None:
        """Find the live stays of one resource; for reading only."""
        held = self._kinds[resource_type].get(resource_id)
        return None if held is None else _as_index(held)

    def _check(self) -> None:
        self.times._check()  # noqa: SLF001  # the same package's own structure
        count = 0
        for kind, resources in self._kinds.items():
            for resource_id, held in resources.items():
                index = _as_index(held)
                index._check()  # noqa: SLF001  # the same package's own structure
                assert index, "an empty index is kept"
                count += len(index)
                for each in index:
                    assert (each.resource_type, each.resource_id) == (kind, resource_id)
        assert count == len(self.times)


def _as_index(held: _Held) -> DisjointIndex[Allocation]:
    if isinstance(held, DisjointIndex):
        return held
    index: DisjointIndex[Allocation] = DisjointIndex()
    index.add(held.window.start_us, held.window.end_us, held)
    return index
