"""The timeline: what is taken when, exactly to the microsecond, for one restaurant."""

from fourtop.timeline.grid import Grid
from fourtop.timeline.layered import LayeredIndex
from fourtop.timeline.occupancy import Occupancy
from fourtop.timeline.resource import ResourceIndex

__all__ = ["Grid", "LayeredIndex", "Occupancy", "ResourceIndex"]
