"""The timeline: the occupancy of one restaurant, exact to the microsecond."""

from fourtop.timeline.disjoint_index import DisjointIndex
from fourtop.timeline.occupancy import Occupancy
from fourtop.timeline.overlapping_index import OverlappingIndex
from fourtop.timeline.slot_grid import SlotGrid

__all__ = ["DisjointIndex", "Occupancy", "OverlappingIndex", "SlotGrid"]
