"""The timeline: what is taken when, exactly to the microsecond, for one restaurant."""

from fourtop.timeline.disjoint_index import ResourceIndex
from fourtop.timeline.occupancy import Occupancy
from fourtop.timeline.overlapping_index import LayeredIndex
from fourtop.timeline.slot_grid import Grid

__all__ = ["Grid", "LayeredIndex", "Occupancy", "ResourceIndex"]
